"""The page that takes a person's own upright."""
