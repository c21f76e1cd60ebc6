"""The one who writes: a thread that keeps what it is handed, every ten seconds, and never makes the coach wait.

While the history cannot be written (disk full, held by another program, server away), what comes waits in memory, an
hour of it, and follows when it can.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

from filelock import FileLock, Timeout

from posture_coach.activity.types import Event
from posture_coach.errors import StoreBusyError, StoreError
from posture_coach.measures.definitions import NAMES
from posture_coach.scoring.rules import shipped_rules
from posture_coach.scoring.seconds import Second
from posture_coach.scoring.targets import shipped_targets
from posture_coach.scoring.windows import Window
from posture_coach.store import history, retention
from posture_coach.store.database import Database, address
from posture_coach.store.migrate import prepare
from posture_coach.store.records import Batch, Origin
from posture_coach.store.settings import Settings, settings

COMMIT_S = 10.0
"""How often it writes: what a killed program loses at most."""
WAITING_S = 3600
"""So many seconds wait in memory; older ones are given up."""
LOCK_ENDING = ".lock"


@dataclass(frozen=True, slots=True)
class Keeping:
    """How it stands.

    Parameters
    ----------
    problem
        Why nothing can be written now, and what to do; empty where all is well.
    waiting_s
        Seconds that wait in memory.
    lost_s
        Seconds that were given up because too many waited.
    """

    problem: str = ""
    waiting_s: int = 0
    lost_s: int = 0


@dataclass(slots=True)
class _Sitting:
    """A session on its way: its number once it has one, and what is not yet written."""

    origin: Origin
    number: int | None = None
    batch: Batch = field(default_factory=Batch)
    ended: bool = False


class Recorder:
    """Keeps sessions, one after the other.

    Parameters
    ----------
    url
        Of the history, see `database.address`.
    now
        Tells local time.
    """

    def __init__(self, url: str | None = None, now: Callable[[], datetime] = datetime.now) -> None:
        self._url, self._now = url, now
        self._database: Database | None = None
        self._lock: FileLock | None = None
        self._sittings: deque[_Sitting] = deque()
        self._problem, self._lost_s = "", 0
        self._swept_on = datetime.min.date()
        self._news = threading.Condition()
        # Held while it writes, so that whoever waits for `flush` is served by one at a time.
        self._at_work = threading.Lock()
        self._closed = False
        self._thread = threading.Thread(target=self._work, name="recorder", daemon=True)
        self._thread.start()

    @property
    def keeping(self) -> Keeping:
        """How it stands now."""
        with self._news:
            return Keeping(self._problem, self._waiting(), self._lost_s)

    def begin(self, origin: Origin) -> None:
        """Open a session; the one before has ended."""
        self.end()
        with self._news:
            self._sittings.append(_Sitting(origin))

    def take(self, second: Second, windows: Sequence[Window] = (), events: Sequence[Event] = ()) -> None:
        """Keep a second, and what was complete with it, at the next commit."""
        with self._news:
            if not self._sittings or self._sittings[-1].ended:
                return
            batch = self._sittings[-1].batch
            batch.seconds.append(second)
            batch.windows.extend(windows)
            batch.events.extend(events)
            self._give_up_the_oldest()

    def end(self, windows: Sequence[Window] = (), events: Sequence[Event] = ()) -> None:
        """Close the session, with what is complete only now."""
        with self._news:
            if self._sittings and not self._sittings[-1].ended:
                self._sittings[-1].batch.windows.extend(windows)
                self._sittings[-1].batch.events.extend(events)
                self._sittings[-1].ended = True

    def flush(self) -> Keeping:
        """Write now what waits."""
        with self._at_work:
            try:
                self._write()
                problem = ""
            except StoreError as why:
                problem = str(why)
            with self._news:
                self._problem = problem
        return self.keeping

    def close(self) -> None:
        """Write what waits, and let go of the history."""
        self.end()
        with self._news:
            self._closed = True
            self._news.notify_all()
        self._thread.join()
        self.flush()
        if self._database is not None:
            self._database.close()
        if self._lock is not None:
            self._lock.release()

    # On its own thread --------------------------------------------------------------------------------------------

    def _work(self) -> None:
        while True:
            with self._news:
                self._news.wait_for(lambda: self._closed, COMMIT_S)
                if self._closed:
                    return
                nothing = not self._sittings
            if not nothing:
                self.flush()

    def _write(self) -> None:
        if not self._sittings:
            return
        database = self._open()
        while self._sittings:
            sitting = self._sittings[0]
            self._write_one(database, sitting)
            with self._news:
                if not sitting.ended or sitting.batch:
                    break
                self._sittings.popleft()
        self._sweep(database)

    def _write_one(self, database: Database, sitting: _Sitting) -> None:
        with self._news:
            batch, ended = sitting.batch, sitting.ended
            sitting.batch = Batch()
        number = sitting.number
        try:
            with database.writing() as connection:
                if number is None and batch:
                    number = history.begin(connection, sitting.origin)
                if number is not None:
                    history.keep(connection, number, sitting.origin, batch)
                    if ended:
                        history.close(connection, number)
        except StoreError:
            self._put_back(sitting, batch)
            raise
        sitting.number = number

    def _put_back(self, sitting: _Sitting, batch: Batch) -> None:
        """Let what could not be written wait, before what has come since."""
        with self._news:
            later, sitting.batch = sitting.batch, batch
            batch.seconds += later.seconds
            batch.windows += later.windows
            batch.events += later.events
            self._give_up_the_oldest()

    def _open(self) -> Database:
        if self._database is None:
            database = Database(address(self._url))
            self._claim(database)
            prepare(database, self._now())
            with database.writing() as connection:
                history.mend(connection, shipped_targets(NAMES), shipped_rules())
            self._database = database
        return self._database

    def _claim(self, database: Database) -> None:
        """Be the only one who writes this file; the system lets go of the lock whatever way a program ends."""
        if database.path is None or self._lock is not None:
            return
        lock = FileLock(database.path.with_name(database.path.name + LOCK_ENDING), mode=0o600)
        try:
            lock.acquire(timeout=0)
        except Timeout as why:
            raise StoreBusyError(
                "Another posture-coach keeps the history already. Close it: until then nothing of this one is kept."
            ) from why
        except OSError as why:
            raise StoreError(f"{lock.lock_file} cannot be made: {why.strerror or why}.") from why
        self._lock = lock

    def _sweep(self, database: Database) -> None:
        """Once a day, let go of what has been kept long enough."""
        today = self._now().date()
        if today == self._swept_on:
            return
        # A settings file that is damaged must not stop the writing: what is old stays, and the settings page tells.
        with suppress(StoreError):
            kept: Settings = settings()
            retention.sweep(database, kept, today)
        self._swept_on = today

    def _waiting(self) -> int:
        return sum(len(sitting.batch.seconds) for sitting in self._sittings)

    def _give_up_the_oldest(self) -> None:
        too_many = self._waiting() - WAITING_S
        for sitting in self._sittings if too_many > 0 else ():
            given_up = min(too_many, len(sitting.batch.seconds))
            del sitting.batch.seconds[:given_up]
            too_many -= given_up
            self._lost_s += given_up
