"""Spine and hip angles from a webcam, a photo or a video, each with its error, held against targets.

Importing the package does nothing else: no file is read, no camera opened, no model loaded.
"""

__version__ = "0.1.0"
