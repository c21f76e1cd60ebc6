"""Words that several pages use."""

from __future__ import annotations

from posture_coach.coach.kept import SEEN as SEEN_FROM

__all__ = ["SEEN_FROM"]
