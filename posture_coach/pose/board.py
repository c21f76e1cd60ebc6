"""A lens measured from the printed board (`calibration/`): a chessboard with markers in its white squares.

The markers number the corners, so the board may be cut off by the picture's edge, and that is where a lens bends most.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from posture_coach.errors import PictureError
from posture_coach.pose.lens import Lens
from posture_coach.pose.opencv import opencv
from posture_coach.pose.types import Picture

Floats = NDArray[np.float64]

COLUMNS, ROWS = 9, 6
SQUARE_MM, MARKER_MM = 28.0, 21.0
"""Nine squares are 252 mm: on A4 and on US letter, laid crosswise, with a hand's margin for the printer."""

MIN_CORNERS = 12
"""Of the forty: fewer lie on a line or in one spot too often."""
MIN_VIEWS = 8
"""Different ones. Six numbers of each view are its own; eight leave plenty for the eight of the lens."""
MAX_VIEWS = 40
"""More change nothing and take minutes."""
ALIKE = 0.04
"""Views whose corners lie less than this share of the picture's width apart on average are one view."""
MIN_TILT_DEG = 20.0
"""Between the two most different ways the board was held: on boards that all face the camera a longer lens further away
draws the same."""
MIN_REACH = 0.7
"""Share of the picture's width and height that all corners together must span: beyond, a bend is only guessed."""
MAX_FOCAL_ERR = 0.01
"""95 % half-width of the focal length, over its value."""
MAX_RMS = 1.0 / 640.0
"""Of the picture's longer side: one pixel of a small picture. Sharp views of a flat board come to a third of it."""
_OUTLYING = 3.0
"""Times the median error of views, from where on one is left out: it was blurred, or the board bent."""
_TWO_SIDED = 1.96

HOW = "Hold the board at the edges of the picture too, tilted left, right, up and down, and keep it still each time."


class MeasuredLens(NamedTuple):
    """The lens, how far corners lie from where it draws them (root mean square), and from how many views it is."""

    lens: Lens
    rms_px: float
    views_used: int


@dataclass(frozen=True, slots=True)
class BoardView:
    """Corners of the board that were found in one picture.

    Parameters
    ----------
    corners_px
        (n, 2) counted from the picture's corner.
    ids
        (n,) which corner of the board each is.
    """

    corners_px: Floats
    ids: NDArray[np.int64]

    def like(self, other: BoardView, width: int) -> bool:
        """Tell whether two views show the board in much the same place and pose."""
        shared, mine, others = np.intersect1d(self.ids, other.ids, return_indices=True)
        if len(shared) < MIN_CORNERS:
            return False
        apart = np.linalg.norm(self.corners_px[mine] - other.corners_px[others], axis=1)
        return float(apart.mean()) < ALIKE * width


def board() -> Any:
    """Return the board as OpenCV knows it, in millimetres."""
    aruco = opencv().aruco
    return aruco.CharucoBoard((COLUMNS, ROWS), SQUARE_MM, MARKER_MM, aruco.getPredefinedDictionary(aruco.DICT_4X4_50))


def find_board(picture: Picture) -> BoardView | None:
    """Return the board's corners in a picture, None where too few of them are seen.

    Parameters
    ----------
    picture
        (height, width, 3) RGB, or (height, width).
    """
    cv2 = opencv()
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY) if picture.ndim > 2 else picture  # noqa: PLR2004
    corners, ids, _, _ = cv2.aruco.CharucoDetector(board()).detectBoard(np.ascontiguousarray(grey))
    if ids is None or len(ids) < MIN_CORNERS:
        return None
    # OpenCV counts from the middle of the first pixel.
    view = BoardView(corners.reshape(-1, 2).astype(np.float64) + 0.5, ids.ravel().astype(np.int64))
    columns = {int(one) % (COLUMNS - 1) for one in view.ids}
    rows = {int(one) // (COLUMNS - 1) for one in view.ids}
    return view if len(columns) > 1 and len(rows) > 1 else None


def measure_lens(pictures: Sequence[Picture]) -> MeasuredLens:
    """Measure a lens from pictures of the board.

    Parameters
    ----------
    pictures
        Of one camera and one size, the board held differently in each; those without it, and repetitions, are passed
        over.

    Raises
    ------
    PictureError
        They do not do; the message says why, and what to do.
    MissingSystemPartError
        OpenCV does not load.
    """
    sizes = {picture.shape[1::-1] for picture in pictures}
    if len(sizes) > 1:
        named = " and ".join(f"{width} x {height}" for width, height in sorted(sizes))
        raise PictureError(f"The pictures differ in size ({named}). Take all of them at one size, by one camera.")
    found = [view for view in map(find_board, pictures) if view is not None]
    if not found:
        raise PictureError(
            "The board was not found in any picture. Print it, keep it flat and well lit, and let it fill a third of "
            "the picture or more."
        )
    ((width, height),) = sizes
    views = _different(found, width)
    if len(views) < MIN_VIEWS:
        raise PictureError(
            f"{len(views)} different views of the board are in the {len(found)} pictures that show it, {MIN_VIEWS} are "
            f"needed. {HOW}"
        )
    _check_reach(views, width, height)
    return _fitted(views, width, height)


def _different(views: Sequence[BoardView], width: int) -> list[BoardView]:
    """Return the first of views that are alike, at most forty, evenly out of all."""
    kept: list[BoardView] = []
    for view in views:
        if not any(view.like(other, width) for other in kept):
            kept.append(view)
    if len(kept) <= MAX_VIEWS:
        return kept
    return [kept[i] for i in np.linspace(0, len(kept) - 1, MAX_VIEWS).round().astype(int)]


def _check_reach(views: Sequence[BoardView], width: int, height: int) -> None:
    corners = np.vstack([view.corners_px for view in views])
    across, down = np.ptp(corners, axis=0) / (width, height)
    if min(across, down) < MIN_REACH:
        raise PictureError(
            f"The board was seen on {100 * across:.0f} % of the picture's width and {100 * down:.0f} % of its height, "
            f"{100 * MIN_REACH:.0f} % are needed: what the lens does further out would be a guess. {HOW}"
        )


def _fitted(views: list[BoardView], width: int, height: int) -> MeasuredLens:
    """Fit the lens, once more without views that fit badly, and check that it is known well enough."""
    fit = _calibrated(views, width, height)
    most = _OUTLYING * float(np.median(fit.view_errors))
    kept = [view for view, err in zip(views, fit.view_errors.tolist(), strict=True) if err <= most]
    if MIN_VIEWS <= len(kept) < len(views):
        views, fit = kept, _calibrated(kept, width, height)
    if fit.rms_px > MAX_RMS * max(width, height):
        raise PictureError(
            f"The corners lie {fit.rms_px:.1f} pixels from where any lens would draw a flat board. Glue it to "
            "something stiff, keep it still, and switch off stabilisation and zoom."
        )
    if fit.tilt_deg < MIN_TILT_DEG or fit.focal_err > MAX_FOCAL_ERR:
        raise PictureError(
            f"The board was held too much the same way: its tilts differ by {fit.tilt_deg:.0f}° "
            f"({MIN_TILT_DEG:.0f}° are needed), and the focal length is known to {100 * fit.focal_err:.1f} % "
            f"({100 * MAX_FOCAL_ERR:.0f} % is needed). {HOW}"
        )
    return MeasuredLens(fit.lens, fit.rms_px, len(views))


class _Fit(NamedTuple):
    lens: Lens
    rms_px: float
    view_errors: Floats
    focal_err: float
    tilt_deg: float


def _calibrated(views: Sequence[BoardView], width: int, height: int) -> _Fit:
    cv2 = opencv()
    places = board().getChessboardCorners()
    objects = [places[view.ids].astype(np.float32) for view in views]
    corners = [(view.corners_px - 0.5).astype(np.float32) for view in views]
    # A third radial number serves fish-eyes; on others it follows the noise at the picture's corners.
    rms, matrix, bend, turns, _, spread, _, errors = cv2.calibrateCameraExtended(
        objects, corners, (width, height), None, None, flags=cv2.CALIB_FIX_K3
    )
    normals = np.array([cv2.Rodrigues(turn)[0][:, 2] for turn in turns])
    lens = Lens(
        width, height, float(matrix[0, 0]), float(matrix[1, 1]), float(matrix[0, 2]) + 0.5, float(matrix[1, 2]) + 0.5,
        tuple(float(one) for one in bend.ravel()[:5]),
    )  # fmt: skip
    focal_err = _TWO_SIDED * float(max(spread[0, 0] / matrix[0, 0], spread[1, 0] / matrix[1, 1]))
    tilt_deg = math.degrees(math.acos(float(np.clip(normals @ normals.T, -1.0, 1.0).min())))
    return _Fit(lens, float(rms), np.asarray(errors, dtype=np.float64).ravel(), focal_err, tilt_deg)
