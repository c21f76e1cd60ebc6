"""Which part of the history is meant: whose, and of which days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, and_, func, or_, select, true

from posture_coach.store.history.rollups import NO_PROFILE
from posture_coach.store.history.tables import DAY_SCORES, DAYS, DIARY, PEOPLE, PROFILES, SESSIONS


@dataclass(frozen=True, slots=True)
class Selection:
    """Whose, and of which days.

    Parameters
    ----------
    person
        Number; None: everybody.
    first, last
        Local days, both ends included; None: no end.
    """

    person: int | None = None
    first: date | None = None
    last: date | None = None

    @property
    def is_all(self) -> bool:
        """Whether it is everything."""
        return self == Selection()

    @property
    def all_days(self) -> bool:
        """Whether it is of all days."""
        return self.first is None and self.last is None

    @property
    def words(self) -> str:
        """What it is, for a person to read."""
        whose = "everybody" if self.person is None else f"person {self.person}"
        if self.first is not None and self.first == self.last:
            return f"{whose}, {self.first}"
        ends = (f"from {self.first}" if self.first else "", f"to {self.last}" if self.last else "")
        return f"{whose}, {' '.join(filter(None, ends)) or 'all days'}"

    def of(self, table: Table) -> ColumnElement[bool]:
        """Return the condition for a table's rows."""
        if table is PEOPLE:
            return self._people()
        if table is PROFILES:
            return true() if self.is_all else PROFILES.c.id.in_(_used(self))
        if "session_id" in table.c:
            return table.c.session_id.in_(select(SESSIONS.c.id).where(self._whose(SESSIONS)))
        return self._whose(table)

    def _people(self) -> ColumnElement[bool]:
        if self.person is not None:
            return PEOPLE.c.id == self.person
        if self.all_days:
            return true()
        return or_(*(PEOPLE.c.id.in_(select(of.c.person_id).where(self._whose(of))) for of in (SESSIONS, DAYS, DIARY)))

    def _whose(self, table: Table) -> ColumnElement[bool]:
        parts: list[ColumnElement[bool]] = [true()]
        if self.person is not None:
            parts.append(table.c.person_id == self.person)
        if self.first is not None:
            parts.append(table.c.day >= self.first)
        if self.last is not None:
            parts.append(table.c.day <= self.last)
        return and_(*parts)


def _used(by: Selection) -> Any:
    """Return the numbers of the profiles that rows of a selection name."""
    sessions = select(SESSIONS.c.profile_id).where(by.of(SESSIONS), SESSIONS.c.profile_id.is_not(None))
    days = (select(of.c.profile_id).where(by.of(of), of.c.profile_id != NO_PROFILE) for of in (DAYS, DAY_SCORES))
    return sessions.union(*days)


def unused_profiles() -> ColumnElement[bool]:
    """Return the condition for profiles that nothing names any more."""
    return PROFILES.c.id.not_in(_used(Selection()))


def rows_in(connection: Connection, table: Table, which: Selection) -> int:
    """Return how many rows of a table are meant."""
    return int(connection.execute(select(func.count()).select_from(table).where(which.of(table))).scalar_one())
