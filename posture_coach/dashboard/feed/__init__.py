"""Live pictures on their way to a page: the socket, and what the views that show them share in the browser."""
