"""Recorded videos and photos: one, many, and the files that come out."""
