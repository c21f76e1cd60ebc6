"""What the points mean in degrees: the table of measures, the view they need, and their error."""
