"""Pictures with skeleton, angles and score drawn in, and faces made unrecognisable.

Beside `pose/` the only room that uses OpenCV. Every function returns or changes RGB arrays; nothing is stored here.
"""

from posture_coach.drawing.angles import DRAWN, draw_angles
from posture_coach.drawing.colours import FAINT, GRADE_COLOUR, INK, PAPER, Colour
from posture_coach.drawing.faces import FACE_LEAST_PX, MOSAIC, face_of, pixelate_faces
from posture_coach.drawing.panel import panel_width, with_panel
from posture_coach.drawing.skeleton import draw_skeleton, jpeg, skeleton_ground

__all__ = [
    "DRAWN",
    "FACE_LEAST_PX",
    "FAINT",
    "GRADE_COLOUR",
    "INK",
    "MOSAIC",
    "PAPER",
    "Colour",
    "draw_angles",
    "draw_skeleton",
    "face_of",
    "jpeg",
    "panel_width",
    "pixelate_faces",
    "skeleton_ground",
    "with_panel",
]
