"""A day or a week told in words and on one sheet, with one thing to try."""
