"""What the history looks like: one table a kind of record, the same in SQLite and PostgreSQL.

Times are whole seconds since 1970, UTC. A session lies within one local day (`day`), so that a day's sums need no
reckoning with time zones. A change here needs a migration beside it (`migrations/`), and a test holds the two equal.
"""

from __future__ import annotations

import math
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Date,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
)  # fmt: skip
from sqlalchemy.types import TypeDecorator

from posture_coach.activity.types import Activity
from posture_coach.measures.definitions import NAMES

SCORED = (
    "trunk_inclination_deg", "neck_inclination_deg", "head_pitch_deg", "head_trunk_flexion_deg", "body_lean_deg",
    "hip_forward_offset_ratio", "hip_flexion_left_deg", "hip_flexion_right_deg", "knee_flexion_left_deg",
    "knee_flexion_right_deg", "elbow_flexion_left_deg", "elbow_flexion_right_deg", "upper_arm_elevation_left_deg",
    "upper_arm_elevation_right_deg", "lateral_trunk_lean_deg", "shoulder_obliquity_deg", "pelvic_obliquity_deg",
    "head_roll_deg", "knee_valgus_left_deg", "knee_valgus_right_deg", "neck_length_ratio", "viewing_distance_cm",
    "slump_ratio",
)  # fmt: skip
"""Measures that targets are set for; a test fails when one of them has no column."""
TOLD = ("head_yaw_deg", "trunk_inclination_est_deg", "neck_inclination_est_deg")
"""Measures without a target that events and trends speak of."""
MEASURES = (*SCORED, *TOLD)
"""Measures with a column of their own; the others share one of JSON."""
OTHERS = tuple(name for name in NAMES if name not in MEASURES)

_SMALLEST, _LARGEST = -(2**15) + 1, 2**15 - 1
ACTIVITY_CODE = {
    Activity.UNKNOWN: 0, Activity.SITTING: 1, Activity.STANDING: 2, Activity.WALKING: 3, Activity.EXERCISING: 4,
    Activity.LYING: 5, Activity.AWAY: 6,
}  # fmt: skip
"""Numbers that stand in the files: a new activity takes the next one, and none is ever given to another."""
_ACTIVITY = {code: activity for activity, code in ACTIVITY_CODE.items()}


class Parts(TypeDecorator[float]):
    """A number kept as a whole number of parts, two bytes: a tenth of a degree is far below any error.

    NaN is kept as nothing, and comes back as NaN.
    """

    impl = SmallInteger
    cache_ok = True

    def __init__(self, per_unit: int) -> None:
        super().__init__()
        self.per_unit = per_unit

    def process_bind_param(self, value: float | None, dialect: Dialect) -> int | None:  # noqa: ARG002 - the caller's
        """Round to whole parts."""
        if value is None or math.isnan(value):
            return None
        return max(_SMALLEST, min(_LARGEST, round(value * self.per_unit)))

    def process_result_value(self, value: Any | None, dialect: Dialect) -> float:  # noqa: ARG002 - the caller's
        """Return the number in its own unit."""
        return math.nan if value is None else value / self.per_unit


class Coded(TypeDecorator[Activity]):
    """An activity kept as its number."""

    impl = SmallInteger
    cache_ok = True

    def process_bind_param(self, value: Activity | None, dialect: Dialect) -> int | None:  # noqa: ARG002 - the caller's
        """Return its number."""
        return None if value is None else ACTIVITY_CODE[value]

    def process_result_value(self, value: Any | None, dialect: Dialect) -> Activity | None:  # noqa: ARG002 - the caller's
        """Return the activity; one that a newer program wrote is unknown to this one."""
        return None if value is None else _ACTIVITY.get(value, Activity.UNKNOWN)


def digits(name: str) -> int:
    """Return in how many parts of its unit a measure is kept."""
    return 1000 if name.endswith("_ratio") else 10


def _measures() -> list[Column[Any]]:
    return [Column(name, Parts(digits(name))) for name in MEASURES]


_NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
}
METADATA = MetaData(naming_convention=_NAMING)

PEOPLE = Table(
    "people", METADATA,
    Column("id", Integer, primary_key=True),
    # Who it is, sealed; nothing for the one who uses the program on this machine.
    Column("name_sealed", LargeBinary),
    Column("made_at", BigInteger, nullable=False),
)  # fmt: skip
PROFILES = Table(
    "profiles", METADATA,
    Column("id", Integer, primary_key=True),
    Column("place", Text, nullable=False),
    # Of its file, which stays where it is: what was held against it can be told apart later.
    Column("sha256", String(64), nullable=False, unique=True),
    Column("taken_at", BigInteger, nullable=False),
)  # fmt: skip
SESSIONS = Table(
    "sessions", METADATA,
    Column("id", Integer, primary_key=True),
    Column("person_id", ForeignKey("people.id"), nullable=False),
    Column("profile_id", ForeignKey("profiles.id")),
    Column("day", Date, nullable=False, index=True),
    Column("utc_offset_s", Integer, nullable=False),
    Column("started_at", BigInteger, nullable=False, index=True),
    Column("ended_at", BigInteger, nullable=False),
    Column("source", Text, nullable=False),
    Column("model", Text, nullable=False),
    Column("mode", Text, nullable=False),
    Column("program", Text, nullable=False),
    # What it was scored against; nothing where these were the shipped targets.
    Column("own_targets", String(64)),
)  # fmt: skip
SECONDS = Table(
    "seconds", METADATA,
    Column("session_id", ForeignKey("sessions.id"), primary_key=True),
    Column("at", BigInteger, primary_key=True),
    Column("activity", Coded, nullable=False),
    Column("score", Parts(10)),
    Column("coverage", Parts(100)),
    *_measures(),
    Column("more", JSON(none_as_null=True)),
    sqlite_with_rowid=False,
)  # fmt: skip
MINUTES = Table(
    "minutes", METADATA,
    Column("session_id", ForeignKey("sessions.id"), primary_key=True),
    Column("at", BigInteger, primary_key=True),
    Column("activity", Coded, primary_key=True),
    Column("seconds", SmallInteger, nullable=False),
    Column("scored", SmallInteger, nullable=False),
    Column("score", Parts(10)),
    Column("coverage", Parts(100)),
    *_measures(),
    Column("more", JSON(none_as_null=True)),
    sqlite_with_rowid=False,
)  # fmt: skip
DAYS = Table(
    "days", METADATA,
    Column("person_id", ForeignKey("people.id"), primary_key=True),
    Column("day", Date, primary_key=True),
    # 0 stands for no profile: a part of a key cannot be nothing.
    Column("profile_id", Integer, primary_key=True),
    Column("activity", Coded, primary_key=True),
    Column("seconds", Integer, nullable=False),
    Column("scored", Integer, nullable=False),
    Column("score", Parts(10)),
    Column("coverage", Parts(100)),
    # {measure: [median, lower quartile, upper quartile, minutes]}, over the minutes.
    Column("measures", JSON, nullable=False),
    sqlite_with_rowid=False,
)  # fmt: skip
DAY_SCORES = Table(
    "day_scores", METADATA,
    Column("person_id", ForeignKey("people.id"), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("profile_id", Integer, primary_key=True),
    Column("judged_s", Integer, nullable=False),
    Column("score", Parts(10)),
    Column("posture", Parts(10)),
    Column("variety", Parts(10)),
    Column("breaks", Parts(10)),
    Column("coverage", Parts(100)),
    # Sums of the day's sessions, in JSON: what lowered the score, bouts of sitting, breaks, what happened how often.
    Column("losses", JSON, nullable=False),
    Column("bouts_s", JSON, nullable=False),
    Column("happened", JSON, nullable=False),
    # [[model, mode, own targets]] of its sessions, which are not kept as long: only what was measured alike compares.
    Column("ways", JSON, nullable=False),
    sqlite_with_rowid=False,
)  # fmt: skip
WINDOWS = Table(
    "windows", METADATA,
    Column("session_id", ForeignKey("sessions.id"), primary_key=True),
    Column("at", BigInteger, primary_key=True),
    Column("end_at", BigInteger, nullable=False),
    Column("judged_s", SmallInteger, nullable=False),
    Column("score", Parts(10)),
    Column("posture", Parts(10)),
    Column("variety", Parts(10)),
    Column("breaks", Parts(10)),
    Column("coverage", Parts(100)),
    Column("seconds", JSON, nullable=False),
    Column("moves", JSON, nullable=False),
    Column("losses", JSON, nullable=False),
    sqlite_with_rowid=False,
)  # fmt: skip
EVENTS = Table(
    "events", METADATA,
    Column("id", Integer, primary_key=True),
    Column("session_id", ForeignKey("sessions.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("at", Float(53), nullable=False),
    Column("end_at", Float(53), nullable=False),
    Column("evidence", JSON, nullable=False),
    Index("ix_events_session_id", "session_id"),
)  # fmt: skip
DIARY = Table(
    "diary", METADATA,
    Column("id", Integer, primary_key=True),
    Column("person_id", ForeignKey("people.id"), nullable=False),
    Column("at", BigInteger, nullable=False, index=True),
    Column("day", Date, nullable=False),
    # Pain, comfort and words, sealed.
    Column("answers_sealed", LargeBinary, nullable=False),
)  # fmt: skip
EXPORTS = Table(
    "exports", METADATA,
    Column("id", Integer, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("path", Text, nullable=False),
    Column("what", Text, nullable=False),
)  # fmt: skip
KEYS = Table(
    "keys", METADATA,
    # Drawn by chance and never given twice: what is sealed names it.
    Column("id", Integer, primary_key=True, autoincrement=False),
    # The system's keyring, or a passphrase: what opens it is never here.
    Column("held_by", Text, nullable=False),
    Column("wrapped", LargeBinary, nullable=False),
    # The keyring's entry; salt and cost of Argon2id.
    Column("how", JSON, nullable=False),
    Column("made_at", BigInteger, nullable=False),
)  # fmt: skip
