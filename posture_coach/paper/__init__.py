"""Pictures of words and figures, to be kept: the only room that uses matplotlib. Nothing is stored here."""
