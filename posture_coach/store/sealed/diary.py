"""The diary of pain and comfort: what somebody says of a moment, sealed, kept apart from the posture of that day."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from posture_coach.errors import DataError, StoreKeyError, StoreTamperedError
from posture_coach.store.history import sessions as history
from posture_coach.store.history.tables import DIARY, PEOPLE
from posture_coach.store.sealed.keys import answers_field, check_current
from posture_coach.store.sealed.sealing import Sealer

LEAST, MOST = 0, 10
"""Of pain and comfort: the numerical rating scale of eleven steps, 0 none at all."""
MOST_LETTERS = 2000
"""Of a note: a page."""
_LINES = "\n\t"


@dataclass(frozen=True, slots=True)
class Entry:
    """What somebody says of a moment; at least one of the three.

    Parameters
    ----------
    at
        Local time, with its time zone, to the second.
    pain, comfort
        Whole numbers, 0 to 10; None: not said.
    id
        Number in the history; None: not yet kept.
    problem
        Why it cannot be read; empty where it can.
    """

    at: datetime
    pain: int | None = None
    comfort: int | None = None
    note: str = ""
    id: int | None = None
    problem: str = ""


def checked(entry: Entry) -> Entry:
    """Return an entry that can be kept, its note without blanks around it.

    Raises
    ------
    DataError
        A number or the note breaks a rule.
    """
    if entry.at.utcoffset() is None:
        raise DataError("A diary entry needs a time with its time zone.")
    whole = replace(
        entry, pain=_number("Pain", entry.pain), comfort=_number("Comfort", entry.comfort), note=_note(entry.note)
    )
    if whole.pain is None and whole.comfort is None and not whole.note:
        raise DataError("A diary entry says something: pain, comfort, or a note.")
    return whole


def add(connection: Connection, sealer: Sealer, person: int | None, entry: Entry) -> Entry:
    """Keep an entry of a person's, None for the one who uses the program; return it as it is kept.

    Raises
    ------
    DataError
        A number or the note breaks a rule.
    StoreKeyError
        The key has been changed meanwhile.
    """
    check_current(connection, sealer)
    number = history.me(connection, _second(entry.at)) if person is None else person
    row = _row(sealer, number, entry)
    key = connection.execute(insert(DIARY).values(row).returning(DIARY.c.id)).scalar_one()
    return _kept(connection, sealer, key)


def change(connection: Connection, sealer: Sealer, entry: Entry) -> Entry:
    """Put an entry in the place of the one with its number; return it as it is kept. Raises as `add`."""
    check_current(connection, sealer)
    row = connection.execute(select(DIARY).where(DIARY.c.id == entry.id)).first()
    if row is None:
        raise DataError(f"There is no diary entry {entry.id}.")
    connection.execute(update(DIARY).where(DIARY.c.id == row.id).values(_row(sealer, row.person_id, entry)))
    return _kept(connection, sealer, row.id)


def remove(connection: Connection, entry: int) -> bool:
    """Delete an entry, which needs no key; return whether there was one."""
    return connection.execute(delete(DIARY).where(DIARY.c.id == entry)).rowcount > 0


def entries(
    connection: Connection, sealer: Sealer | None, person: int | None, first_day: date, last_day: date
) -> list[Entry]:
    """Return a person's entries of some local days, both ends included, by time.

    One that cannot be read says why, and so do all without the key.
    """
    whose = select(PEOPLE.c.id).where(PEOPLE.c.name_sealed.is_(None)) if person is None else [person]
    chosen = select(DIARY).where(DIARY.c.person_id.in_(whose), DIARY.c.day.between(first_day, last_day))
    return [_entry(sealer, row) for row in connection.execute(chosen.order_by(DIARY.c.at, DIARY.c.id))]


def answers(entry: Entry) -> dict[str, Any]:
    """Return what is sealed of an entry."""
    offset = entry.at.utcoffset() or timedelta()
    return {
        "pain": entry.pain, "comfort": entry.comfort, "note": entry.note, "utc_offset_s": int(offset.total_seconds()),
    }  # fmt: skip


def answered(at: int, told: Mapping[str, Any]) -> Entry:
    """Return the entry that `answers` told, of a moment in seconds since 1970 UTC; unchecked, without its number."""
    zone = timezone(timedelta(seconds=told["utc_offset_s"]))
    return Entry(datetime.fromtimestamp(at, zone), told["pain"], told["comfort"], told["note"])


def _kept(connection: Connection, sealer: Sealer, key: int) -> Entry:
    return _entry(sealer, connection.execute(select(DIARY).where(DIARY.c.id == key)).one())


def _row(sealer: Sealer, person: int, entry: Entry) -> dict[str, Any]:
    entry = checked(entry)
    at, day = _second(entry.at), entry.at.date()
    sealed = sealer.seal_json(answers(entry), answers_field(person, at, day))
    return {"person_id": person, "at": at, "day": day, "answers_sealed": sealed}


def _entry(sealer: Sealer | None, row: Row[Any]) -> Entry:
    at = datetime.fromtimestamp(row.at, UTC)
    if sealer is None:
        return Entry(at, id=row.id, problem="It is sealed, and its key is not open.")
    try:
        told = sealer.open_json(row.answers_sealed, answers_field(row.person_id, row.at, row.day))
    except (StoreTamperedError, StoreKeyError) as why:
        return Entry(at, id=row.id, problem=str(why))
    return replace(answered(row.at, told), id=row.id)


def _second(at: datetime) -> int:
    return math.floor(at.timestamp())


def _number(what: str, value: int | None) -> int | None:
    if value is not None and (type(value) is not int or not LEAST <= value <= MOST):
        raise DataError(f"{what} is a whole number from {LEAST} (none) to {MOST} (as much as can be), not {value!r}.")
    return value


def _note(text: str) -> str:
    text = unicodedata.normalize("NFC", text).strip()
    if len(text) > MOST_LETTERS:
        raise DataError(f"A note has at most {MOST_LETTERS} letters; this one has {len(text)}.")
    if any(unicodedata.category(letter) in ("Cc", "Cs") and letter not in _LINES for letter in text):
        raise DataError("A note takes letters, and no control characters.")
    return text
