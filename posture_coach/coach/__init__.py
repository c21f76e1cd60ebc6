"""What the program says while it watches, and when."""
