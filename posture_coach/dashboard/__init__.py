"""What is seen in the browser."""
