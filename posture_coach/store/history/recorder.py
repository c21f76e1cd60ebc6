"""The one who writes: a thread that keeps what it is handed, every ten seconds, and never makes the coach wait.

While the history cannot be written (disk full, held by another program, server away), what comes waits in memory, an
hour of it, and follows when it can.
"""

from __future__ import annotations

import math
import threading
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, StatementError

from posture_coach.activity.types import Event
from posture_coach.errors import StoreBusyError, StoreError
from posture_coach.measures.definitions import NAMES
from posture_coach.scoring.rules import shipped_rules
from posture_coach.scoring.seconds import Second
from posture_coach.scoring.targets import shipped_targets
from posture_coach.scoring.windows import Window
from posture_coach.store.files.settings import Settings, settings
from posture_coach.store.history import retention
from posture_coach.store.history import sessions as history
from posture_coach.store.history.claim import Lock, claim
from posture_coach.store.history.database import BUSY_S, Database, address, refuse_a_damaged
from posture_coach.store.history.migrate import form, newer, prepare
from posture_coach.store.history.records import Batch, Origin

COMMIT_S = 10.0
"""How often it writes: what a killed program loses at most."""
WAITING_S = 3600
"""So many seconds wait in memory; older ones are given up."""
KEPT_ALREADY = "Another posture-coach keeps the history already. Close it: until then nothing of this one is kept."


TRIES = 3
"""So often something is tried that the history itself refuses; then what comes after it gets its turn."""


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
        Seconds that were given up: too many waited, or the history refused them again and again.
    notice
        What happened to the history that its owner should know, though it is written again; empty where nothing did.
    """

    problem: str = ""
    waiting_s: int = 0
    lost_s: int = 0
    notice: str = ""


@dataclass(slots=True)
class _Sitting:
    """A session on its way: its number once it was given one, and what is not yet written.

    Where a commit failed it may have come through all the same (`in_doubt`): a server can go away before it says so.
    """

    origin: Origin
    number: int | None = None
    batch: Batch = field(default_factory=Batch)
    ended: bool = False
    in_doubt: bool = False
    refused: int = 0
    last_s: float = -math.inf


class Recorder:
    """Keeps sessions, one after the other.

    Parameters
    ----------
    url
        Of the history, see `database.address`.
    now
        Tells local time.
    commit_s
        How often it writes.
    busy_s
        How long it waits for another writer.
    """

    def __init__(
        self,
        url: str | None = None,
        now: Callable[[], datetime] = datetime.now,
        *,
        commit_s: float = COMMIT_S,
        busy_s: float = BUSY_S,
    ) -> None:
        self._url, self._now, self._commit_s, self._busy_s = url, now, commit_s, busy_s
        self._database: Database | None = None
        self._lock: Lock | None = None
        self._form, self._mended = "", False
        self._sittings: deque[_Sitting] = deque()
        self._problem, self._notice, self._lost_s = "", "", 0
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
            return Keeping(self._problem, self._waiting(), self._lost_s, self._notice)

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
            sitting = self._sittings[-1]
            batch = sitting.batch
            if second.start_s > sitting.last_s:
                # A source that steps back would tell a second twice: the first one counts.
                sitting.last_s = second.start_s
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
            problem = self._attempt()
            with self._news:
                self._problem = problem
        return self.keeping

    def close(self) -> Keeping:
        """Write what waits, and let go of the history; what cannot be written now is lost."""
        self.end()
        with self._news:
            self._closed = True
            self._news.notify_all()
        self._thread.join()
        self.flush()
        with self._at_work:
            self._let_go()
            self._unlock()
        with self._news:
            # Nothing follows any more.
            self._lost_s += self._waiting()
            self._sittings.clear()
        return self.keeping

    # On its own thread --------------------------------------------------------------------------------------------

    def _work(self) -> None:
        while True:
            with self._news:
                self._news.wait_for(lambda: self._closed, self._commit_s)
                if self._closed:
                    return
            self.flush()

    def _attempt(self) -> str:
        """Write; return why that is not possible."""
        try:
            self._write()
        except StoreBusyError as why:
            return str(why)
        except StoreError as why:
            # It may come back as another one: a server that was set up anew, a disk that was put in again.
            self._let_go()
            return str(why)
        except Exception as why:  # noqa: BLE001 - a thread that ends would lose all that comes
            self._let_go()
            return f"The history cannot be written, by a fault of posture-coach itself: {why!r}. Please report it."
        return ""

    def _write(self) -> None:
        if not self._sittings:
            return
        database = self._open()
        while self._sittings and self._write_one(database, self._sittings[0]):
            with self._news:
                self._sittings.popleft()
        self._sweep(database)

    def _write_one(self, database: Database, sitting: _Sitting) -> bool:
        """Write what waits of one session; return whether nothing more will come of it."""
        with self._news:
            batch, ended = sitting.batch, sitting.ended
            sitting.batch = Batch()
        if not batch and not ended:
            return False
        try:
            with database.writing() as connection:
                if form(connection) != self._form:
                    raise newer(database)
                self._keep(connection, sitting, batch)
        except Exception as why:
            sitting.in_doubt = True
            self._put_back(sitting, batch, refused=_is_refusal(why))
            raise
        sitting.in_doubt, sitting.refused = False, 0
        return ended

    def _keep(self, connection: Connection, sitting: _Sitting, batch: Batch) -> None:
        number, origin = sitting.number, sitting.origin
        if number is None or history.kept_to(connection, number, origin) is None:
            # It has none yet, or somebody has deleted it meanwhile: what comes is a session all the same.
            if not batch:
                return
            number = sitting.number = history.begin(connection, origin)
        elif sitting.in_doubt:
            batch = history.missing(connection, number, origin, batch)
        history.keep(connection, number, origin, batch)
        # Also of a session that goes on: what is kept is to be seen, whatever way this program ends.
        history.sum_up(connection, number)

    def _put_back(self, sitting: _Sitting, batch: Batch, *, refused: bool) -> None:
        """Let what could not be written wait, before what has come since; give up what is refused every time."""
        with self._news:
            sitting.refused += refused
            if sitting.refused >= TRIES:
                self._lost_s, sitting.refused = self._lost_s + len(batch.seconds), 0
                return
            later, sitting.batch = sitting.batch, batch
            batch.seconds += later.seconds
            batch.windows += later.windows
            batch.events += later.events
            self._give_up_the_oldest()

    def _open(self) -> Database:
        if self._database is not None and self._database.gone:
            self._notice = (
                f"{self._database.where} was deleted, or another one put in its place, while it was in use. It goes "
                "on there; what stood in it before is only in copies, if there are any."
            )
            self._let_go()
            self._unlock()
        if self._database is None:
            database = Database(address(self._url), self._busy_s)
            try:
                self._claim(database)
                self._make_ready(database)
            except BaseException:
                database.close()
                raise
            self._database = database
        return self._database

    def _make_ready(self, database: Database) -> None:
        now = self._now()
        if database.path is not None:
            refuse_a_damaged(database.path)
        prepare(database, now)
        # On a server others may be at work; a file that is locked is this one's alone.
        before = None if database.path else math.floor(now.timestamp()) - WAITING_S
        with database.writing() as connection:
            self._form = form(connection)
            if not self._mended:
                history.mend(connection, shipped_targets(NAMES), shipped_rules(), before)
        self._mended = True

    def _let_go(self) -> None:
        if self._database is not None:
            self._database.close()
            self._database = None

    def _unlock(self) -> None:
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def _claim(self, database: Database) -> None:
        """Be the only one who writes this file; the system lets go of the lock whatever way a program ends."""
        if database.path is None or self._lock is not None:
            return
        self._lock = claim(database.path, KEPT_ALREADY)

    def _sweep(self, database: Database) -> None:
        """Once a day, let go of what has been kept long enough."""
        today = self._now().date()
        if today == self._swept_on:
            return
        kept: Settings | None = None
        # A settings file that is damaged must not stop the writing: what is old stays, and the settings page tells.
        with suppress(StoreError):
            kept = settings()
        if kept is not None:
            # Where it fails, a history that is busy above all, it is tried again at the next commit.
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


def _is_refusal(why: Exception) -> bool:
    """Whether it is for what was to be written, and not for the history's own state."""
    if not isinstance(why, StoreError):
        return True
    found = why.__cause__
    unsaid = isinstance(found, StatementError) and not isinstance(found, DBAPIError)
    return unsaid or isinstance(found, (IntegrityError, DataError))
