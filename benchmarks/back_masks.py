"""The network's segmentation masks, and where they end before and behind the trunk.

From the line mid-hip to mid-shoulder rays go out at right angles to both sides; an outline is how far along each the
mask still says "person". Which of the two sides is the back, and what may hide it, is for `back_angle.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from posture_coach.geometry import middle
from posture_coach.pose.landmarker import MIN_CONFIDENCE, Landmarker, _mediapipe, _quiet_stderr, model_bytes
from posture_coach.pose.types import Floats, Frame, Landmark, Mode, Model, Picture, Pose

Mask = NDArray[np.float32]

MASK_BLOCK_PX = 4
"""A row of a mask fills blocks of 16 bytes; MediaPipe cannot hand out one that does not."""

HEIGHTS = np.linspace(-0.1, 1.1, 61)
"""Of the rays' feet, in trunk lengths from the hips' level (0) to the shoulders' (1)."""
REACH = np.linspace(0.0, 0.7, 141)
"""Along a ray, in trunk lengths: some three quarters of a pixel apart where the trunk has 150."""
EDGES = (0.3, 0.5, 0.7)
"""Where the mask is taken to end: the middle one for the outline, the others for how sharp it is."""
SIDES = (1.0, -1.0)
"""The side that somebody faces who faces the picture's right edge, and the other."""


class MaskedLandmarker(Landmarker):
    """The program's landmarker, whose network hands out masks too: a sixth more of the processor's time.

    No point moves by it, where the pictures' width is a multiple of `MASK_BLOCK_PX`.
    """

    def __init__(self, model: Model, mode: Mode) -> None:
        super().__init__(model, mode)
        self._network.close()
        _, tasks, vision = _mediapipe()
        options = vision.PoseLandmarkerOptions(
            base_options=tasks.BaseOptions(model_asset_buffer=model_bytes(model)),
            running_mode=vision.RunningMode.VIDEO if mode is Mode.TRACKED else vision.RunningMode.IMAGE,
            min_pose_detection_confidence=MIN_CONFIDENCE,
            min_pose_presence_confidence=MIN_CONFIDENCE,
            min_tracking_confidence=MIN_CONFIDENCE,
            output_segmentation_masks=True,
        )
        with _quiet_stderr():
            self._network = vision.PoseLandmarker.create_from_options(options)

    def find_masked(self, frame: Frame) -> tuple[Pose, Mask] | None:
        """Return the person and how surely each pixel is his, (height, width) from 0 to 1; None where nobody is."""
        wide = replace(frame, image=_rows_of_whole_blocks(frame.image))
        result = self._run(wide)
        if not result.pose_landmarks:
            return None
        pose = self._pose(wide, result.pose_landmarks[0], result.pose_world_landmarks[0])
        mask = result.segmentation_masks[0].numpy_view().reshape(wide.image.shape[:2])[:, : frame.size[0]]
        return replace(pose, width=frame.size[0]), mask.copy()


def _rows_of_whole_blocks(image: Picture) -> Picture:
    """Widen a picture by up to three columns: MediaPipe ends the process when a mask's rows are not whole blocks."""
    return np.pad(image, ((0, 0), (0, -image.shape[1] % MASK_BLOCK_PX), (0, 0)), mode="edge")


def outline(mask: Mask, points_px: Floats) -> Floats:
    """Return (2, 3, 61) how far the person reaches from the trunk line, in trunk lengths.

    By side (`SIDES`), edge and height; NaN where the trunk line does not lie in the mask, or the mask goes on beyond
    the reach.

    Parameters
    ----------
    mask
        (height, width) from 0 to 1, of the picture that the points are of.
    points_px
        (33, 2).
    """
    return np.stack([ends(lambda places: sampled(mask, places), points_px, side) for side in SIDES])


def ends(read: Callable[[Floats], Floats], points_px: Floats, side: float) -> Floats:
    """Return (3, 61) where the rays to one side leave the mask, which `read` tells at (..., 2) places."""
    hip = middle(points_px[Landmark.LEFT_HIP], points_px[Landmark.RIGHT_HIP])
    trunk = middle(points_px[Landmark.LEFT_SHOULDER], points_px[Landmark.RIGHT_SHOULDER]) - hip
    out = np.array([-trunk[1], trunk[0]]) * side
    along = read(hip + HEIGHTS[:, None, None] * trunk + REACH[None, :, None] * out)
    found = np.full((len(EDGES), len(HEIGHTS)), np.nan)
    for i, edge in enumerate(EDGES):
        last = (along < edge).argmax(axis=1) - 1
        rows = np.flatnonzero(last >= 0)
        inside, outside = along[rows, last[rows]], along[rows, last[rows] + 1]
        found[i, rows] = REACH[last[rows]] + (inside - edge) / (inside - outside) * (REACH[1] - REACH[0])
    return found


def sampled(mask: Mask, places_px: Floats) -> Floats:
    """Read a mask at (..., 2) places between its pixels; outside of the picture nobody is."""
    # OpenCV counts from the middle of the first pixel, points from its corner.
    across, down = (places_px[..., axis].astype(np.float32) - np.float32(0.5) for axis in (0, 1))
    return np.asarray(cv2.remap(mask, across, down, cv2.INTER_LINEAR, borderValue=0.0), dtype=np.float64)
