"""What is typed: one file for each command, `app` that gathers them."""
