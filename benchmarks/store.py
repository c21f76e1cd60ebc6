"""How the history bears a year: what writing costs, how large it grows, how long questions take.

    python -m benchmarks.store [--days 250] [--hours 8] [--folder DIR] [--postgres] [--json FILE]

A year of made-up days at a desk (`office_days`) goes through the program's own recorder, with the shipped retention and
a clock that goes from working day to working day, so that the recorder lets go of what is old as it would. Twenty days
are made up and come again and again. Most days are written in a commit every half hour, which leaves the same rows; the
last three in one every ten seconds, as the program does, and the processor time of writing is theirs. A server's own
processor time is not in it. `--folder` keeps the file where it lies.
"""

from __future__ import annotations

import argparse
import inspect
import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
from sqlalchemy import func, select, text

from benchmarks.office_days import nine, seconds, working_days
from benchmarks.postgres import server
from posture_coach.activity.types import Activity, Event
from posture_coach.measures.definitions import NAMES
from posture_coach.pose.types import Mode, Model
from posture_coach.scoring.happenings import Happenings
from posture_coach.scoring.rules import shipped_rules
from posture_coach.scoring.seconds import Second
from posture_coach.scoring.targets import shipped_targets
from posture_coach.scoring.windows import Window, Windows
from posture_coach.store.history import rollups, trends
from posture_coach.store.history.database import Database, address
from posture_coach.store.history.recorder import COMMIT_S, Recorder
from posture_coach.store.history.records import Origin
from posture_coach.store.history.tables import METADATA

FIRST = date(2026, 1, 5)
NEVER_S = 1e6
"""The recorder's own thread sleeps: the clock here is not the wall's, so it is told when to write."""
DIFFERENT, CLOSE = 20, 3
"""So many days are made up; so many, the last ones, are written as often as the program does."""
SELDOM_S = 1800
REPEATS = 7
MB = 1e6
CPU_MS, FILE_MB, QUESTION_S = 1.0, 150.0, 0.5
"""Limits: of processor time per second of monitoring, of the file after a year, of a question."""
MEASURE, DOING = "head_roll_deg", Activity.SITTING
"""What questions about one measure, one activity are asked of."""

Told = tuple[Second, tuple[Window, ...], tuple[Event, ...]]


@dataclass(slots=True)
class Written:
    """What it took: processor and wall time of the close days, each commit's, and the size after each day."""

    monitored_s: int = 0
    cpu_s: float = 0.0
    commit_s: list[float] = field(default_factory=list)
    sizes_mb: list[float] = field(default_factory=list)
    total_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Day:
    """A made-up day: what is told second by second, and what is complete only at its end."""

    told: tuple[Told, ...]
    windows: tuple[Window, ...]
    events: tuple[Event, ...]


def made_up(length_s: int, seed: int) -> Day:
    """Make a day up, scored as a live one would be."""
    windows, happenings = Windows(shipped_targets(NAMES), shipped_rules()), Happenings(shipped_rules())
    told = []
    for second in seconds(np.random.default_rng(seed), length_s):
        told.append((second, tuple(windows.take(second)), tuple(happenings.push(second))))
    return Day(tuple(told), tuple(windows.finish()), tuple(happenings.finish()))


def fill(url: str, days: int, hours: float) -> Written:
    """Write days through the program's own recorder."""
    took, clock, began = Written(), SimpleNamespace(at=nine(FIRST)), time.perf_counter()
    different = [made_up(round(hours * 3600), seed) for seed in range(min(days, DIFFERENT))]
    recorder = Recorder(url, lambda: clock.at, commit_s=NEVER_S)
    for number, day in enumerate(working_days(FIRST, days)):
        clock.at = nine(day)
        closely = number >= days - CLOSE
        _write_day(recorder, clock, different[number % len(different)], took if closely else None)
        took.sizes_mb.append(size_mb(url))
        if number % 25 == 24:
            print(f"  {number + 1} days, {took.sizes_mb[-1]:.1f} MB, {time.perf_counter() - began:.0f} s", flush=True)
    _check(recorder.close())
    took.total_s = time.perf_counter() - began
    return took


def _write_day(recorder: Recorder, clock: Any, day: Day, took: Written | None) -> None:
    every_s = round(COMMIT_S) if took else SELDOM_S
    began = clock.at
    recorder.begin(Origin(began, "Camera 0", Model.FULL, Mode.TRACKED, "0.1.0"))
    spare, cpu = Written(), time.thread_time()
    for first in range(0, len(day.told), every_s):
        for told in day.told[first : first + every_s]:
            recorder.take(*told)
        clock.at = began + timedelta(seconds=first + every_s)
        _commit(recorder, took or spare)
    recorder.end(day.windows, day.events)
    _commit(recorder, took or spare)
    if took:
        took.cpu_s += time.thread_time() - cpu
        took.monitored_s += len(day.told)


def _commit(recorder: Recorder, took: Written) -> None:
    began = time.perf_counter()
    how = recorder.flush()
    took.commit_s.append(time.perf_counter() - began)
    _check(how)


def _check(how: Any) -> None:
    if how.problem or how.lost_s or how.waiting_s:
        raise SystemExit(f"The history did not keep up: {how}")


def size_mb(url: str) -> float:
    """Return the size of a history: of the file with what lies beside it, or of the database."""
    where = address(url)
    if where.get_backend_name() == "sqlite":
        files = (Path(f"{where.database}{ending}") for ending in ("", "-wal"))
        return sum(file.stat().st_size for file in files if file.exists()) / MB
    with Database(where) as database, database.reading() as connection:
        return float(connection.execute(text("SELECT pg_database_size(current_database())")).scalar_one()) / MB


def questions(database: Database) -> Iterator[tuple[str, float, float]]:
    """Yield (question, median, worst seconds): every public one of `trends`, of a year, a quarter and a day."""
    with database.reading() as connection:
        found = trends.reach(connection, trends.About())
    assert found is not None
    begin, end = found
    for name, ask in inspect.getmembers(trends, _is_a_question):
        wanted = inspect.signature(ask).parameters
        spans = {"year": begin, "quarter": end - timedelta(days=90), "day": end} if "first" in wanted else {"": end}
        for span, first in spans.items():
            typical = {
                "about": trends.About(), "person": None, "name": MEASURE, "activity": DOING,
                "first": first, "last": end, "day": end, "rules": shipped_rules(),
            }  # fmt: skip
            given = {key: typical[key] for key in wanted if key != "connection"}
            yield (f"{name}, a {span}" if span else name), *_timed(database, ask, given)


def _is_a_question(one: Any) -> bool:
    public = inspect.isfunction(one) and one.__module__ == trends.__name__ and not one.__name__.startswith("_")
    return public and "connection" in inspect.signature(one).parameters


def _timed(database: Database, ask: Callable[..., Any], given: dict[str, Any]) -> tuple[float, float]:
    took = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        with database.reading() as connection:
            ask(connection, **given)
        took.append(time.perf_counter() - began)
    return statistics.median(took), max(took)


def look(url: str, took: Written) -> dict[str, Any]:
    """Return what came out."""
    with Database(address(url)) as database:
        with database.reading() as connection:
            rows = {
                table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
                for table in METADATA.sorted_tables
            }
        asked = {name: [round(1000 * t, 1) for t in times] for name, *times in questions(database)}
        began = time.perf_counter()
        with database.writing() as connection:
            rollups.rebuild(connection)
        rebuilt_s = time.perf_counter() - began
    commits = np.percentile(1000 * np.array(took.commit_s), (50, 99, 100))
    return {
        "cpu_ms_per_s": round(1000 * took.cpu_s / took.monitored_s, 3),
        "commit_ms": dict(zip(("median", "99 %", "longest"), (round(float(q), 1) for q in commits), strict=True)),
        "size_mb": round(took.sizes_mb[-1], 1), "largest_mb": round(max(took.sizes_mb), 1),
        "rows": {name: count for name, count in rows.items() if count},
        "questions_ms": asked, "rebuilt_s": round(rebuilt_s, 1), "written_in_s": round(took.total_s),
    }  # fmt: skip


def table(found: dict[str, Any]) -> Iterator[str]:
    """Yield a table, line by line."""
    yield "| What | Value | Limit |"
    yield "|---|---:|---:|"
    yield f"| processor time of writing, per second of monitoring | {found['cpu_ms_per_s']:.2f} ms | {CPU_MS:.0f} ms |"
    commits = ", ".join(f"{name} {value:.0f}" for name, value in found["commit_ms"].items())
    yield f"| a commit of ten seconds: {commits} | ms | |"
    sizes = f"{found['size_mb']}, {found['largest_mb']} MB"
    yield f"| size after all days, the largest on the way | {sizes} | {FILE_MB:.0f} MB of a file |"
    for name, (median, worst) in found["questions_ms"].items():
        yield f"| {name}: median, worst of {REPEATS} | {median:.0f}, {worst:.0f} ms | {1000 * QUESTION_S:.0f} ms |"
    yield f"| all sums made anew | {found['rebuilt_s']} s | |"
    yield f"| rows: {', '.join(f'{name} {count}' for name, count in found['rows'].items())} | | |"


def missed(found: dict[str, Any], is_file: bool) -> list[str]:
    """Return which limits were missed."""
    slow = [name for name, (_, worst) in found["questions_ms"].items() if worst > 1000 * QUESTION_S]
    too_large = ["the file's size"] if is_file and found["largest_mb"] > FILE_MB else []
    return slow + too_large + (["processor time"] if found["cpu_ms_per_s"] > CPU_MS else [])


def main() -> None:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--days", type=int, default=250)
    parser.add_argument("--hours", type=float, default=8.0)
    parser.add_argument("--folder", type=Path, help="where the file is made, and stays")
    parser.add_argument("--postgres", action="store_true", help="a PostgreSQL started for it, and not a file")
    parser.add_argument("--json", type=Path, help="where the figures are written too")
    chosen = parser.parse_args()
    with ExitStack() as stack:
        own = stack.enter_context(tempfile.TemporaryDirectory(prefix="posture-coach-year-"))
        # The shipped settings, whatever this user has settled.
        os.environ["POSTURE_COACH_DATA_DIR"] = own
        url = f"sqlite:///{chosen.folder or own}/year.db"
        if chosen.postgres:
            url = stack.enter_context(server())
        kind = "PostgreSQL" if chosen.postgres else "SQLite"
        print(f"{kind}, {chosen.days} days of {chosen.hours:g} h, {datetime.now():%Y-%m-%d}", flush=True)
        found = {"database": kind, "days": chosen.days, "hours": chosen.hours} | look(
            url, fill(url, chosen.days, chosen.hours)
        )
    print("\n".join(table(found)))
    if chosen.json:
        chosen.json.write_text(json.dumps(found, indent=1) + "\n")
    if too_much := missed(found, is_file=not chosen.postgres):
        raise SystemExit(f"Beyond the limit: {', '.join(too_much)}.")


if __name__ == "__main__":
    main()
