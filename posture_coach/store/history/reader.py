"""The one who reads: short questions to a history that others write, which it neither makes nor changes."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection

from posture_coach.activity.types import Activity
from posture_coach.errors import StoreError
from posture_coach.scoring.rules import Rules
from posture_coach.store.history import trends
from posture_coach.store.history.database import Database, address
from posture_coach.store.history.migrate import readable
from posture_coach.store.history.story import offset_s
from posture_coach.store.history.trends import About, Day, Hour, Stretch, Ways, WindowScore

Answer = TypeVar("Answer")


class Reader:
    """Keeps a history open for questions, from any thread.

    Parameters
    ----------
    url
        Of the history, see `database.address`; asked anew every time where it is None.
    """

    def __init__(self, url: str | None = None) -> None:
        self._url = url
        self._lock = threading.Lock()
        self._database: Database | None = None

    def ask(self, question: Callable[[Connection], Answer]) -> Answer | None:
        """Return the answer to a question, all of it from one moment; None where nothing was ever kept.

        Raises
        ------
        StoreError
            The history is busy, damaged, newer, or out of reach; the message says what to do.
        """
        database = self.database()
        if database is None or not readable(database):
            return None
        with database.reading() as connection:
            return question(connection)

    def database(self) -> Database | None:
        """Return the history; None where there is no file yet.

        Raises
        ------
        StoreError
            Its address is none, or its driver is missing.
        """
        url = address(self._url)
        with self._lock:
            if self._database is not None and (self._database.url != url or self._database.gone):
                self._let_go()
            if self._database is None:
                if url.get_backend_name() == "sqlite" and not _is_there(Path(url.database or "")):
                    return None
                self._database = Database(url)
            return self._database

    def close(self) -> None:
        """Let go of the history."""
        with self._lock:
            self._let_go()

    def _let_go(self) -> None:
        if self._database is not None:
            self._database.close()
            self._database = None


def _is_there(path: Path) -> bool:
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except (OSError, ValueError) as why:
        raise StoreError(f"{path} cannot be read: {getattr(why, 'strerror', None) or why}.") from why
    return True


@dataclass(frozen=True, slots=True)
class OneDay:
    """What is known of one day; `day` is None where nothing is.

    Parameters
    ----------
    clocks
        (from when on, how far local time was ahead of UTC), both in seconds, session by session.
    """

    day: Day | None
    hours: list[Hour]
    ribbon: list[Stretch]
    clocks: list[tuple[int, int]]

    def offset_s(self, at: float) -> int:
        """Return how far local time was ahead of UTC at a moment of a session; 0 where nothing is known."""
        return offset_s(self.clocks, at) or 0


@dataclass(frozen=True, slots=True)
class Several:
    """What is known of some days."""

    days: list[Day]
    windows: list[WindowScore]
    ways: Ways
    measured: dict[str, set[Activity]]


def one_day(connection: Connection, about: About, day: date, rules: Rules) -> OneDay:
    """Read one day."""
    found = trends.days(connection, about, day, day)
    return OneDay(
        found[0] if found else None, trends.hours(connection, about, day, rules),
        trends.ribbon(connection, about, day), trends.clocks(connection, about, day, day),
    )  # fmt: skip


def several(connection: Connection, about: About, first: date, last: date, *, closely: bool = True) -> Several:
    """Read the days from first to last, both included; with their windows and measures only where asked `closely`."""
    span = (connection, about, first, last)
    windows, measured = (trends.window_scores(*span), trends.measured(*span)) if closely else ([], {})
    return Several(trends.days(*span), windows, trends.ways(*span), measured)
