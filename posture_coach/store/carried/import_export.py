"""Brings an export back, into an empty history or beside what is there; all of it, or nothing."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, RowMapping, Table, delete, exists, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from posture_coach.errors import DataError, StoreDamagedError, StoreError, StoreNewerError
from posture_coach.store.carried.export import FORMAT, MANIFEST, sha256
from posture_coach.store.carried.export_files import AT_ONCE, FileKind, rows_of
from posture_coach.store.carried.export_form import EXPORTED, FORM, FaultError, Key, kept
from posture_coach.store.files.own_targets import ME, person_name
from posture_coach.store.history.database import Database
from posture_coach.store.history.migrate import forms
from posture_coach.store.history.rollups import NO_PROFILE, sum_day, sum_minutes
from posture_coach.store.history.tables import (
    DAY_SCORES,
    DAYS,
    DIARY,
    EVENTS,
    MINUTES,
    PEOPLE,
    PROFILES,
    SECONDS,
    SESSIONS,
    WINDOWS,
)  # fmt: skip
from posture_coach.store.sealed import diary
from posture_coach.store.sealed.keys import NO_NAME

Day = tuple[int, date]
"""Of a person."""


@dataclass(slots=True)
class Imported:
    """What came of an import.

    Parameters
    ----------
    rows
        Taken, of each table.
    known
        Left out, because they were there already, of each table.
    sealed
        Names and diary entries that were left out because no key had opened them for the export, or there is none here.
    """

    rows: Counter[str] = field(default_factory=Counter)
    known: Counter[str] = field(default_factory=Counter)
    sealed: int = 0


def bring_back(database: Database, source: Source, key: Key | None = None) -> Imported:
    """Take an export into the history.

    Sessions are told apart by person, start and source, diary entries by person and moment. Of a day there is either
    all that lies beneath its sums or the sums alone: where one side has only these, the side that knows more of the day
    is taken whole.

    Raises
    ------
    StoreError
        There is no export, or it is damaged, or newer; nothing was taken.
    """
    try:
        with database.writing() as connection:
            return _Import(connection, source, key).run()
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as why:
        # What stands in a cell of JSON is looked at only when sums are made of it.
        raise source.damaged(f"what it says cannot be summed up ({why!r})") from why


@dataclass(frozen=True, slots=True)
class Source:
    """An export that was looked through.

    Parameters
    ----------
    files
        Of each table.
    tells_sealed
        Whether it may hold names or diary entries.
    """

    folder: Path
    kind: FileKind
    files: Mapping[str, Path]
    tells_sealed: bool = False

    def rows(self, table: Table) -> Iterator[tuple[dict[str, Any], Mapping[str, Any]]]:
        """Yield the rows of a table, and as they stand in the file."""
        number = 0
        try:
            for number, row in rows_of(self.kind, self.files[table.name], table.name):  # noqa: B007 - for the message
                yield kept(table.name, row), row
        except FaultError as why:
            where = f"{self.files[table.name].name}, row {number}" if number else self.files[table.name].name
            raise self.damaged(f"{where}: {why}") from why

    def damaged(self, why: str) -> StoreDamagedError:
        """Return what to say of it."""
        return StoreDamagedError(
            f"The export {self.folder} is damaged: {why}. Nothing was imported. Copy it anew from where it came, or "
            "export it again."
        )


def opened(folder: Path) -> Source:
    """Look whether a folder holds an export that is as it was written, and that this program can read.

    Raises
    ------
    StoreError
        It does not.
    """
    source = Source(folder, "csv", {})
    try:
        told = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        if told["format"] != FORMAT:
            raise KeyError("format")
        if int(told["form"]) > FORM or told["history"] not in forms():
            raise StoreNewerError(
                f"The export {folder} was written by a newer posture-coach ({told['program']}). Bring this one up to "
                "date (`pip install --upgrade posture-coach`), then import it."
            )
        if told["files_as"] not in ("csv", "parquet", "json"):
            raise KeyError("files_as")
        # The names are our own: what the file says must not lead anywhere else.
        files = {name: folder / f"{name}.{told['files_as']}" for name in EXPORTED}
        for name, path in files.items():
            if sha256(path) != told["tables"][name]["sha256"]:
                raise source.damaged(f"{path.name} is not as it was written")
    except FileNotFoundError as why:
        if (folder / MANIFEST).exists():
            raise source.damaged(f"{Path(why.filename).name} is missing") from why
        raise StoreError(f"{folder} is no export: it holds no {MANIFEST}. Name the folder that was exported.") from why
    except (OSError, UnicodeDecodeError) as why:
        raise StoreError(f"The export {folder} cannot be read: {why}.") from why
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as why:
        raise source.damaged(f"{MANIFEST} is not as it was written ({why})") from why
    tells = told["tables"]["diary"]["rows"] > 0 or told["tables"]["people"]["rows"] > 1
    return Source(folder, told["files_as"], files, tells)


class _Import:
    """One import, in one transaction."""

    def __init__(self, connection: Connection, source: Source, key: Key | None) -> None:
        self._connection, self._source, self._key = connection, source, key
        self._done = Imported()
        self._people: dict[int, int] = {}
        self._profiles: dict[int, int] = {NO_PROFILE: NO_PROFILE}
        # None: known here already.
        self._sessions: dict[int, int | None] = {}
        self._days: set[Day] = set()

    def run(self) -> Imported:
        """Take one table after the other, those that others refer to first."""
        try:
            self._take_people()
            self._take_profiles()
            summed = self._only_summed()
            better = self._known_better(summed)
            self._drop_sums(better)
            self._take_sessions(summed - better)
            for table in (SECONDS, MINUTES, WINDOWS, EVENTS):
                self._take_rows(table)
            self._sum_minutes()
            for table in (DAYS, DAY_SCORES):
                self._take_sums(table)
            for person, day in sorted(self._days):
                sum_day(self._connection, person, day)
            self._take_diary()
        except IntegrityError as why:
            raise self._source.damaged("a row is there twice, or refers to one that is not") from why
        return self._done

    # Whose and where ----------------------------------------------------------------------------------------------

    def _take_people(self) -> None:
        known = self._connection.execute(select(PEOPLE).order_by(PEOPLE.c.id)).mappings().all()
        for row, told in self._source.rows(PEOPLE):
            here = next((one["id"] for one in known if self._is_same(one, row, told.get("name"))), None)
            number, sealed = row.pop("id"), row["name_sealed"]
            if here is not None:
                self._people[number] = here
                self._done.known["people"] += 1
                continue
            self._people[number] = self._added(PEOPLE, row if sealed is None else row | {"name_sealed": NO_NAME})
            if sealed:
                self._name(self._people[number], told.get("name"))

    def _is_same(self, here: RowMapping, row: Mapping[str, Any], name: str | None) -> bool:
        """Whether it is the same person: the one who uses the program, sealed alike, of the same name or moment."""
        if here["name_sealed"] is None or row["name_sealed"] is None:
            return here["name_sealed"] is row["name_sealed"] is None
        if here["name_sealed"] == row["name_sealed"] != NO_NAME and here["id"] == row["id"]:
            return True
        known = self._key.opens("people", dict(here)) if self._key else None
        # Where a name cannot be read, the second in which somebody was added tells.
        return bool(known == name if known and name else here["made_at"] == row["made_at"])

    def _name(self, person: int, name: str | None) -> None:
        if name is None or self._key is None:
            self._done.sealed += 1
            return
        try:
            # `people.add` gives no other, and nobody else may go by the name of the one who uses the program.
            if person_name(name) != name or name == ME:
                raise DataError(f"{name!r:.60} is no name of a person")
        except (DataError, TypeError) as why:
            raise self._source.damaged(f"people: {why}") from why
        sealed = self._key.seals("people", {"id": person}, name)
        self._connection.execute(update(PEOPLE).where(PEOPLE.c.id == person).values(name_sealed=sealed))

    def _take_profiles(self) -> None:
        known = {row.sha256: row.id for row in self._connection.execute(select(PROFILES))}
        for row, _ in self._source.rows(PROFILES):
            number, here = row.pop("id"), known.get(row["sha256"])
            self._done.known["profiles"] += here is not None
            self._profiles[number] = here if here is not None else self._added(PROFILES, row)

    def _added(self, table: Table, row: Mapping[str, Any]) -> int:
        self._done.rows[table.name] += 1
        added: Any = self._connection.execute(insert(table).values(row)).inserted_primary_key
        return int(added[0])

    # Days ---------------------------------------------------------------------------------------------------------

    def _only_summed(self) -> set[Day]:
        """Return the days of which only sums are here."""
        of_day = (SESSIONS.c.person_id == DAYS.c.person_id, SESSIONS.c.day == DAYS.c.day)
        beneath = exists().where(MINUTES.c.session_id == SESSIONS.c.id, *of_day)
        chosen = select(DAYS.c.person_id, DAYS.c.day).where(~beneath).distinct()
        return {(row.person_id, row.day) for row in self._connection.execute(chosen)}

    def _known_better(self, summed: set[Day]) -> set[Day]:
        """Return the days, of those of which only sums are here, of which the export tells at least as many seconds."""
        told: Counter[Day] = Counter()
        for row, _ in self._source.rows(DAYS):
            told[self._person(row), row["day"]] += row["seconds"]
        chosen = select(DAYS.c.person_id, DAYS.c.day, func.sum(DAYS.c.seconds)).group_by(DAYS.c.person_id, DAYS.c.day)
        here = {(person, day): seconds for person, day, seconds in self._connection.execute(chosen)}
        return {day for day in summed if told[day] >= here[day]}

    def _drop_sums(self, days: set[Day]) -> None:
        for table in (DAYS, DAY_SCORES):
            for person, day in days:
                self._connection.execute(delete(table).where(table.c.person_id == person, table.c.day == day))

    def _take_sums(self, table: Table) -> None:
        """Take the sums of days of which nothing is here; where their minutes came too, they are made anew of them."""
        chosen = select(table.c.person_id, table.c.day).distinct()
        here = {(row.person_id, row.day) for row in self._connection.execute(chosen)}
        rows = []
        for row, _ in self._source.rows(table):
            row["person_id"], row["profile_id"] = self._person(row), self._profile(row)
            if (row["person_id"], row["day"]) in here:
                self._done.known[table.name] += 1
            else:
                rows.append(row)
        self._insert(table, rows)

    # Sessions -----------------------------------------------------------------------------------------------------

    def _take_sessions(self, summed: set[Day]) -> None:
        key = (SESSIONS.c.person_id, SESSIONS.c.started_at, SESSIONS.c.source)
        here = {tuple(row) for row in self._connection.execute(select(*key))}
        for row, _ in self._source.rows(SESSIONS):
            number, row["person_id"] = row.pop("id"), self._person(row)
            row["profile_id"] = self._profile(row) or None
            day = (row["person_id"], row["day"])
            if tuple(row[column.name] for column in key) in here or day in summed:
                self._sessions[number] = None
                self._done.known["sessions"] += 1
            else:
                self._sessions[number] = self._added(SESSIONS, row)
                self._days.add(day)

    def _take_rows(self, table: Table) -> None:
        rows = []
        for row, _ in self._source.rows(table):
            session = self._looked_up(self._sessions, row["session_id"], "session")
            if session is None:
                self._done.known[table.name] += 1
                continue
            row.pop("id", None)
            rows.append(row | {"session_id": session})
            if len(rows) >= AT_ONCE:
                self._insert(table, rows)
                rows = []
        self._insert(table, rows)

    def _sum_minutes(self) -> None:
        """Make the minutes anew that their seconds came along for."""
        span = select(SECONDS.c.session_id, func.min(SECONDS.c.at), func.max(SECONDS.c.at))
        taken = {number for number in self._sessions.values() if number is not None}
        for session, first, last in self._connection.execute(span.group_by(SECONDS.c.session_id)).all():
            if session in taken:
                sum_minutes(self._connection, session, first, last)

    # Beside -------------------------------------------------------------------------------------------------------

    def _take_diary(self) -> None:
        here = {tuple(row) for row in self._connection.execute(select(DIARY.c.person_id, DIARY.c.at))}
        for row, told in self._source.rows(DIARY):
            row.pop("id")
            row["person_id"] = self._person(row)
            if (row["person_id"], row["at"]) in here:
                self._done.known["diary"] += 1
            elif told.get("answers") is None or self._key is None:
                self._done.sealed += 1
            else:
                row["answers_sealed"] = self._key.seals("diary", row, self._answers(row["at"], told["answers"]))
                self._added(DIARY, row)

    def _answers(self, at: int, told: Any) -> dict[str, Any]:
        """Return answers as the diary seals them: whoever reads it later trusts their form."""
        try:
            return diary.answers(diary.checked(diary.answered(at, told)))
        except (DataError, KeyError, TypeError, ValueError, OverflowError, OSError) as why:
            raise self._source.damaged(f"the diary entry of second {at} is none ({why!r:.200})") from why

    def _insert(self, table: Table, rows: list[dict[str, Any]]) -> None:
        if rows:
            self._connection.execute(insert(table), rows)
            self._done.rows[table.name] += len(rows)

    def _person(self, row: Mapping[str, Any]) -> int:
        return int(self._looked_up(self._people, row["person_id"], "person"))

    def _profile(self, row: Mapping[str, Any]) -> int:
        return int(self._looked_up(self._profiles, row["profile_id"] or NO_PROFILE, "profile"))

    def _looked_up(self, known: Mapping[int, Any], number: int, what: str) -> Any:
        if number not in known:
            raise self._source.damaged(f"it refers to {what} {number}, which is not in it")
        return known[number]
