"""What live sessions left: the tables, who writes them, and the questions that are asked of them."""
