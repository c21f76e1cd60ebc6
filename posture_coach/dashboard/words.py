"""Words that several pages use."""

from __future__ import annotations

from posture_coach.measures.types import View

SEEN_FROM = {
    View.FRONT: "seen from the front",
    View.SIDE: "seen from the side",
    View.BACK: "seen from behind",
    View.OBLIQUE: "seen from a corner",
    View.UNKNOWN: "",
}
