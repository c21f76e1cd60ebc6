"""What the camera sees: pictures in, 33 body points out."""
