"""What a kill costs: a writer that is killed at any moment, again and again, and what the history then holds.

    python -m benchmarks.store_kills [--trials 500] [--postgres] [--seed 1]

Each trial starts the program's own recorder in a process of its own, on the history that the trial before has left as
it lay. It opens it, lets go of what is old, and writes made-up seconds without ever waiting; after a random while it is
killed (SIGKILL). It has told of every commit that came through: the check opens what is left, a copy of file and log
where it is a file, and wants all of that there and nothing twice, every page sound, and the sums of minutes equal to
those made anew from the seconds; after `mend` those of days too. A day goes by every third trial, and what is kept for
two days (seconds) and four (minutes) goes, so that kills meet the sweeping and the giving back of pages as well.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import shutil
import sqlite3
import tempfile
import time
from collections import Counter
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection as Pipe
from pathlib import Path

import numpy as np
from sqlalchemy import Connection, func, select, text

from benchmarks.office_days import seconds
from benchmarks.postgres import server
from posture_coach.errors import StoreError
from posture_coach.measures.definitions import NAMES
from posture_coach.pose.types import Mode, Model
from posture_coach.scoring.happenings import Happenings
from posture_coach.scoring.rules import shipped_rules
from posture_coach.scoring.targets import shipped_targets
from posture_coach.scoring.windows import Windows
from posture_coach.store.files.settings import Settings, save
from posture_coach.store.history import rollups
from posture_coach.store.history import sessions as history
from posture_coach.store.history.database import Database, address
from posture_coach.store.history.recorder import Recorder
from posture_coach.store.history.records import Origin
from posture_coach.store.history.tables import DAY_SCORES, DAYS, EVENTS, MINUTES, SECONDS, SESSIONS, WINDOWS

FIRST = datetime(2026, 3, 2, 9, tzinfo=UTC)
TRIALS_A_DAY = 3
KEPT = Settings(seconds_days=2, minutes_days=4)
LONGEST_S = 0.6
"""So long at most a writer lives, from when it begins to open the history or, every other, from its first commit."""
WAIT_S = 60.0
NEVER_S = 1e6
EVERY_S = 20
"""Seconds of made-up sitting in one commit."""
SESSION_S = 400
"""A session's length: a window is complete in each, and several begin and end before the kill."""
BESIDE = ("", "-wal", "-shm")


@dataclass(slots=True)
class Found:
    """What came of all trials; every list is empty where nothing was lost.

    Parameters
    ----------
    killed_while
        How many were killed while they opened the history, and while they wrote.
    commits
        Of which writers have told.
    """

    trials: int = 0
    commits: int = 0
    killed_while: Counter[str] = field(default_factory=Counter)
    lost: list[str] = field(default_factory=list)
    damaged: list[str] = field(default_factory=list)
    differing: list[str] = field(default_factory=list)

    @property
    def told(self) -> str:
        """A line for a person."""
        killed = ", ".join(f"{count} while {what}" for what, count in sorted(self.killed_while.items()))
        return (
            f"{self.trials} kills ({killed}), {self.commits} commits told of: {len(self.lost)} trials lost something, "
            f"{len(self.damaged)} left a damaged file, in {len(self.differing)} the sums differed from their rows."
        )


@dataclass(frozen=True, slots=True)
class Told:
    """A commit as its writer told of it: the session's first second, and how much of it was kept."""

    began: int
    seconds: int
    windows: int
    events: int


def write(url: str, folder: str, began: datetime, seed: int, pipe: Pipe) -> None:
    """Keep sessions, one after the other, until this process is killed; tell of each commit."""
    os.environ["POSTURE_COACH_DATA_DIR"] = folder
    rules, rng = shipped_rules(), np.random.default_rng(seed)
    pipe.send_bytes(b"opening")
    recorder = Recorder(url, lambda: began, commit_s=NEVER_S)
    while True:
        windows, happenings = Windows(shipped_targets(NAMES), rules), Happenings(rules)
        recorder.begin(Origin(began, "Camera 0", Model.FULL, Mode.TRACKED, "0.1.0"))
        kept = [0, 0, 0]
        for number, second in enumerate(seconds(rng, SESSION_S), 1):
            whole, happened = tuple(windows.take(second)), tuple(happenings.push(second))
            recorder.take(second, whole, happened)
            kept = [kept[0] + 1, kept[1] + len(whole), kept[2] + len(happened)]
            if number % EVERY_S == 0:
                how = recorder.flush()
                told = (
                    f"problem {how.problem}" if how.problem else f"{int(began.timestamp())} {' '.join(map(str, kept))}"
                )
                pipe.send_bytes(told.encode())
        recorder.end()
        began += timedelta(seconds=SESSION_S + 60)


def kill_again_and_again(url: str, trials: int, seed: int, longest_s: float = LONGEST_S) -> Found:
    """Kill `trials` writers of one history, and look at it after each."""
    found, rng, ledger = Found(), np.random.default_rng(seed), {}
    # A server of forks has everything imported: a process of its own takes milliseconds, not seconds.
    methods = multiprocessing.get_all_start_methods()
    context = multiprocessing.get_context("forkserver" if "forkserver" in methods else "spawn")
    if "forkserver" in methods:
        context.set_forkserver_preload([__name__])
    with tempfile.TemporaryDirectory(prefix="posture-coach-kills-") as folder:
        save(KEPT, Path(folder) / "settings.toml")
        for trial in range(trials):
            day, of_day = divmod(trial, TRIALS_A_DAY)
            began = FIRST + timedelta(days=day, hours=3 * of_day)
            reading, writing = context.Pipe(duplex=False)
            writer = context.Process(target=write, args=(url, folder, began, seed + trial, writing), daemon=True)
            writer.start()
            writing.close()
            reading.recv_bytes()
            if trial % 2:
                # However busy the machine is, half of them die writing.
                reading.poll(WAIT_S)
            time.sleep(float(rng.uniform(0, longest_s)))
            writer.kill()
            writer.join()
            told = _told(reading, trial, found)
            ledger = {began: one for began, one in (ledger | told).items() if began >= _swept_before(FIRST, day)}
            _look(url, Path(folder), trial, ledger, found)
    return found


def _told(reading: Pipe, trial: int, found: Found) -> dict[int, Told]:
    """Return what a writer has told before it died, the last word on each session."""
    last: dict[int, Told] = {}
    with suppress(EOFError, OSError), closing(reading):
        while True:
            line = reading.recv_bytes().decode()
            if line.startswith("problem"):
                found.lost.append(f"trial {trial}: {line}")
                continue
            one = Told(*map(int, line.split()))
            last[one.began] = one
            found.commits += 1
    found.trials += 1
    found.killed_while["writing" if last else "opening and sweeping"] += 1
    return last


def _swept_before(first: datetime, day: int) -> int:
    midnight = first.replace(hour=0) + timedelta(days=day - KEPT.seconds_days)
    return int(midnight.timestamp())


def _look(url: str, folder: Path, trial: int, ledger: dict[int, Told], found: Found) -> None:
    """Look at what a kill has left; the history itself stays as the killed writer left it."""
    path = Database(address(url)).path
    if path is None:
        _look_at(url, trial, ledger, found)
        return
    copy = folder / "copy" / "history.db"
    copy.parent.mkdir(exist_ok=True)
    for ending in BESIDE:
        beside = Path(f"{path}{ending}")
        if beside.exists():
            shutil.copyfile(beside, f"{copy}{ending}")
    try:
        with closing(sqlite3.connect(copy)) as file:
            faults = [fault for (fault,) in file.execute("PRAGMA integrity_check") if fault != "ok"]
            faults += [f"a row of {table} refers to none" for table, *_ in file.execute("PRAGMA foreign_key_check")]
    except sqlite3.DatabaseError as why:
        faults = [str(why)]
    if faults:
        found.damaged.append(f"trial {trial}: {'; '.join(faults[:3])}")
    else:
        _look_at(f"sqlite:///{copy}", trial, ledger, found)
    shutil.rmtree(copy.parent)


def _look_at(url: str, trial: int, ledger: dict[int, Told], found: Found) -> None:
    try:
        with Database(address(url)) as database:
            if database.path is None:
                _wait_for_the_others(database)
            with database.writing() as connection:
                if not _has_tables(connection):
                    if ledger:
                        found.lost.append(f"trial {trial}: there is no table at all")
                    return
                missing = [gone for one in ledger.values() for gone in _missing(connection, one)]
                unequal = _unequal(connection)
    except StoreError as why:
        found.damaged.append(f"trial {trial}: {why}")
        return
    if missing:
        found.lost.append(f"trial {trial}: {'; '.join(missing)}")
    if unequal:
        found.differing.append(f"trial {trial}: {', '.join(unequal)}")


def _wait_for_the_others(database: Database) -> None:
    """Wait until a server has noticed that a killed client is gone: a commit on its way still comes through."""
    others = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    until = time.monotonic() + 30.0
    while time.monotonic() < until:
        with database.reading() as connection:
            if not connection.execute(others).scalar():
                return
        time.sleep(0.02)


def _has_tables(connection: Connection) -> bool:
    return connection.dialect.has_table(connection, DAY_SCORES.name)


def _missing(connection: Connection, told: Told) -> list[str]:
    """Return what of a commit is not there; more may be, of a commit that nobody has told of any more."""
    numbers = connection.execute(select(SESSIONS.c.id).where(SESSIONS.c.started_at == told.began)).scalars().all()
    if len(numbers) != 1:
        return [f"{len(numbers)} sessions that began at {told.began}"]
    gone = []
    chosen = select(SECONDS.c.at).where(SECONDS.c.session_id == numbers[0]).order_by(SECONDS.c.at)
    there = connection.execute(chosen).scalars().all()
    if len(there) < told.seconds or list(there) != [*range(told.began, told.began + len(there))]:
        gone.append(f"of {told.seconds} seconds {len(there)} are there, or not in a row")
    for table, wanted in ((WINDOWS, told.windows), (EVENTS, told.events)):
        of_it = select(func.count()).select_from(table).where(table.c.session_id == numbers[0])
        count = connection.execute(of_it).scalar_one()
        if count < wanted:
            gone.append(f"of {wanted} {table.name} {count} are there")
    return gone


def _unequal(connection: Connection) -> list[str]:
    """Return which sums are others than those made anew: minutes as they lie, days after `mend`."""
    as_it_lay = _rows(connection, MINUTES)
    history.mend(connection, shipped_targets(NAMES), shipped_rules())
    mended = {table.name: _rows(connection, table) for table in (MINUTES, DAYS, DAY_SCORES)}
    rollups.rebuild(connection)
    anew = {table.name: _rows(connection, table) for table in (MINUTES, DAYS, DAY_SCORES)}
    return [name for name in anew if anew[name] != mended[name] or (name == MINUTES.name and anew[name] != as_it_lay)]


def _rows(connection: Connection, table: object) -> list[str]:
    """Return a table's rows as text, NaN equal to NaN, in any order."""
    return sorted(repr(tuple(row)) for row in connection.execute(select(table)))


def main() -> None:
    """Kill, look, and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--trials", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--postgres", action="store_true", help="of a PostgreSQL started for it; else of a file")
    chosen = parser.parse_args()
    began = time.monotonic()
    if chosen.postgres:
        with server() as url:
            found = kill_again_and_again(url, chosen.trials, chosen.seed)
    else:
        with tempfile.TemporaryDirectory(prefix="posture-coach-killed-") as folder:
            found = kill_again_and_again(f"sqlite:///{folder}/history.db", chosen.trials, chosen.seed)
    print(found.told, f"{time.monotonic() - began:.0f} s.")
    wrong = [*found.lost, *found.damaged, *found.differing]
    for line in wrong:
        print(" ", line)
    if wrong:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
