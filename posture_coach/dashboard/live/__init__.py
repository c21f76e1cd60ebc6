"""The page that shows the camera."""
