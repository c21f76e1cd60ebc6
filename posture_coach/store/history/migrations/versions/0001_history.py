"""The first form of the history.

Written out and not made from `store/history/tables.py`: a step stays what it was, whatever the tables become.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

MEASURES = (
    "trunk_inclination_deg", "neck_inclination_deg", "head_pitch_deg", "head_trunk_flexion_deg", "body_lean_deg",
    "hip_forward_offset_ratio", "hip_flexion_left_deg", "hip_flexion_right_deg", "knee_flexion_left_deg",
    "knee_flexion_right_deg", "elbow_flexion_left_deg", "elbow_flexion_right_deg", "upper_arm_elevation_left_deg",
    "upper_arm_elevation_right_deg", "lateral_trunk_lean_deg", "shoulder_obliquity_deg", "pelvic_obliquity_deg",
    "head_roll_deg", "knee_valgus_left_deg", "knee_valgus_right_deg", "neck_length_ratio", "viewing_distance_cm",
    "slump_ratio", "head_yaw_deg", "trunk_inclination_est_deg", "neck_inclination_est_deg",
)  # fmt: skip


def upgrade() -> None:
    """Make the tables, those that others refer to first."""
    _who_and_where()
    _times()
    _days()
    _beside()


def _who_and_where() -> None:
    _table("people", _id(), sa.Column("name_sealed", sa.LargeBinary()), _must("made_at", sa.BigInteger()))
    _table(
        "profiles", _id(), _must("place", sa.Text()), _must("sha256", sa.String(64)),
        _must("taken_at", sa.BigInteger()), sa.UniqueConstraint("sha256", name="uq_profiles_sha256"),
    )  # fmt: skip
    _table(
        "sessions", _id(), _of("people"), sa.Column("profile_id", sa.Integer()), _must("day", sa.Date()),
        _must("utc_offset_s", sa.Integer()), _must("started_at", sa.BigInteger()), _must("ended_at", sa.BigInteger()),
        *(_must(name, sa.Text()) for name in ("source", "model", "mode", "program")),
        sa.Column("own_targets", sa.String(64)),
        sa.ForeignKeyConstraint(["profile_id"], ["profiles.id"], name="fk_sessions_profile_id"),
        refers="people",
    )  # fmt: skip
    op.create_index("ix_sessions_day", "sessions", ["day"])
    op.create_index("ix_sessions_started_at", "sessions", ["started_at"])


def _times() -> None:
    _table("seconds", *_moment(), _activity(), *_measures(), key=("session_id", "at"), refers="sessions")
    _table(
        "minutes", *_moment(), _activity(), _must("seconds", sa.SmallInteger()), _must("scored", sa.SmallInteger()),
        *_measures(), key=("session_id", "at", "activity"), refers="sessions",
    )  # fmt: skip
    _table(
        "windows", *_moment(), _must("end_at", sa.BigInteger()), _must("judged_s", sa.SmallInteger()),
        *_small("score", "posture", "variety", "breaks", "coverage"),
        *(_must(name, sa.JSON()) for name in ("seconds", "moves", "losses")),
        key=("session_id", "at"), refers="sessions",
    )  # fmt: skip


def _days() -> None:
    _table(
        "days", *_day(), _activity(), _must("seconds", sa.Integer()),
        _must("scored", sa.Integer()), *_small("score", "coverage"), _must("measures", sa.JSON()),
        key=("person_id", "day", "profile_id", "activity"), refers="people",
    )  # fmt: skip
    _table(
        "day_scores", *_day(), _must("judged_s", sa.Integer()),
        *_small("score", "posture", "variety", "breaks", "coverage"),
        *(_must(name, sa.JSON()) for name in ("losses", "bouts_s", "happened", "ways")),
        key=("person_id", "day", "profile_id"), refers="people",
    )  # fmt: skip


def _beside() -> None:
    _table(
        "events", _id(), _of("sessions"), _must("kind", sa.Text()), _must("at", sa.Float(53)),
        _must("end_at", sa.Float(53)), _must("evidence", sa.JSON()), refers="sessions",
    )  # fmt: skip
    op.create_index("ix_events_session_id", "events", ["session_id"])
    _table(
        "diary", _id(), _of("people"), _must("at", sa.BigInteger()), _must("day", sa.Date()),
        _must("answers_sealed", sa.LargeBinary()), refers="people",
    )  # fmt: skip
    op.create_index("ix_diary_at", "diary", ["at"])
    _table("exports", _id(), _must("at", sa.BigInteger()), _must("path", sa.Text()), _must("what", sa.Text()))
    _table(
        "keys", sa.Column("id", sa.Integer(), nullable=False, autoincrement=False), _must("held_by", sa.Text()),
        _must("wrapped", sa.LargeBinary()), _must("how", sa.JSON()), _must("made_at", sa.BigInteger()),
    )  # fmt: skip


def _table(name: str, *parts: Any, key: tuple[str, ...] = ("id",), refers: str = "") -> None:
    """Make a table; one whose key is no number of its own is laid out by its key."""
    rules: list[Any] = [sa.PrimaryKeyConstraint(*key, name=f"pk_{name}")]
    if refers:
        column = _of(refers).name
        rules.append(sa.ForeignKeyConstraint([column], [f"{refers}.id"], name=f"fk_{name}_{column}"))
    op.create_table(name, *parts, *rules, sqlite_with_rowid=key == ("id",))


def _id() -> sa.Column[Any]:
    return sa.Column("id", sa.Integer(), nullable=False)


def _of(table: str) -> sa.Column[Any]:
    return _must({"people": "person_id", "sessions": "session_id"}[table], sa.Integer())


def _moment() -> list[sa.Column[Any]]:
    return [_of("sessions"), _must("at", sa.BigInteger())]


def _day() -> list[sa.Column[Any]]:
    return [_of("people"), _must("day", sa.Date()), _must("profile_id", sa.Integer())]


def _activity() -> sa.Column[Any]:
    return _must("activity", sa.SmallInteger())


def _measures() -> list[sa.Column[Any]]:
    return [*_small("score", "coverage", *MEASURES), sa.Column("more", sa.JSON())]


def _must(name: str, kind: Any) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False)


def _small(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.SmallInteger()) for name in names]
