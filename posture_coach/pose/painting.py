"""Bystanders painted out of a picture, so that the network finds the one who is meant.

The network can neither be told where to look nor whom to follow. Painting keeps the picture's coordinates, so that
following from picture to picture goes on undisturbed. Pure: a new picture comes out.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from posture_coach.pose.person import Person
from posture_coach.pose.types import Floats, Landmark, Picture

CELL_PX, CELL_TRUNKS = 8, 1 / 20
"""The paint is worked out on a grid, of cells of at least so many pixels: its soft edge hides the steps."""
GREY = 127
FULL = 256
"""Whole numbers for shares: a picture has millions of pixels."""
PAINTED_TRUNKS, KEPT_TRUNKS = 0.45, 0.3
"""How far around the bones a bystander is painted out, and the chosen one is left as he is. Of a bystander one only
knows where he should be by now."""
SOFT_TRUNKS = 0.15
"""Width of the edge: a hard one looks like an outline."""

_BONES = np.array(
    [
        (Landmark[a], Landmark[b])
        for side in ("LEFT", "RIGHT")
        for a, b in (
            ("NOSE", f"{side}_EAR"),
            (f"{side}_EAR", f"{side}_SHOULDER"),
            ("LEFT_SHOULDER", "RIGHT_HIP") if side == "LEFT" else ("RIGHT_SHOULDER", "LEFT_HIP"),
            (f"{side}_SHOULDER", f"{side}_ELBOW"),
            (f"{side}_ELBOW", f"{side}_WRIST"),
            (f"{side}_SHOULDER", f"{side}_HIP"),
            (f"{side}_HIP", f"{side}_KNEE"),
            (f"{side}_KNEE", f"{side}_ANKLE"),
            (f"{side}_HEEL", f"{side}_FOOT_INDEX"),
        )
    ]
)


def painted_out(image: Picture, bystanders: Sequence[Person], chosen: Person | None) -> Picture:
    """Return the picture with all bystanders grey, except for where the chosen one stands before or behind them."""
    painted = image.copy()
    for person in bystanders:
        _paint(painted, person, chosen)
    return painted


def _paint(image: Picture, person: Person, chosen: Person | None) -> None:
    height, width = image.shape[:2]
    reach = (PAINTED_TRUNKS + SOFT_TRUNKS) * person.size_px
    left, top, right, bottom = person.box
    x0, y0 = max(int(left - reach), 0), max(int(top - reach), 0)
    x1, y1 = min(int(right + reach) + 1, width), min(int(bottom + reach) + 1, height)
    if x0 >= x1 or y0 >= y1:
        return
    cell = max(CELL_PX, int(CELL_TRUNKS * person.size_px))
    cells = np.stack(np.meshgrid(np.arange(x0, x1, cell), np.arange(y0, y1, cell)), axis=2) + cell / 2
    paint = _around(person, cells, PAINTED_TRUNKS)
    if chosen is not None:
        paint *= 1.0 - _around(chosen, cells, KEPT_TRUNKS)
    share = np.rint(FULL * paint).astype(np.uint16).repeat(cell, axis=0)[: y1 - y0].repeat(cell, axis=1)[:, : x1 - x0]
    part = image[y0:y1, x0:x1]
    part[:] = (part * (FULL - share)[..., None] + GREY * share[..., None]) // FULL


def _around(person: Person, cells: Floats, radius_trunks: float) -> Floats:
    """1 within so many trunk lengths of a bone, 0 beyond the soft edge, for (h, w, 2) places."""
    start, end = (person.points_px[_BONES[:, k]] for k in (0, 1))
    bone = end - start
    length2 = np.maximum((bone**2).sum(axis=1), 1.0)
    to_cell = cells[:, :, None] - start
    along = np.clip((to_cell * bone).sum(axis=3) / length2, 0.0, 1.0)
    nearest = np.linalg.norm(to_cell - along[..., None] * bone, axis=3).min(axis=2) / person.size_px
    return np.asarray(np.clip((radius_trunks + SOFT_TRUNKS - nearest) / SOFT_TRUNKS, 0.0, 1.0), dtype=np.float64)
