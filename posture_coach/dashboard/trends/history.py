"""The one history that all tabs read: opened once a server process, and let go of with it."""

from __future__ import annotations

from posture_coach.store.history.reader import Reader

READER = Reader()
