"""What every table and column of the history means, with its unit: for exports, their schema, and `docs/data.md`."""

from __future__ import annotations

from sqlalchemy import Column, Table

from posture_coach.measures.definitions import BY_NAME
from posture_coach.store.history.tables import METADATA

TABLES = {
    "people": "Whose history it is. The one who uses the program on this machine has no name.",
    "profiles": "The places that sessions ran at; what was taken there stays in files of its own.",
    "sessions": "From a start to an end, at one place, within one local day.",
    "seconds": "Every second of a session. A measure that was not seen is empty.",
    "minutes": "Sums of the seconds: a row for each activity of a minute.",
    "windows": "Five minutes with their score, and what lowered it.",
    "events": "What happened: slumped, sat still, stood up, and so on.",
    "days": "Sums of a day's minutes: a row for each activity at each place.",
    "day_scores": "The score of a day at each place.",
    "diary": "Pain, comfort and words, as the person gave them.",
    "exports": "Exports and copies that were written elsewhere, so that they can be found and deleted.",
    "keys": "What seals names and diary, itself sealed. What opens it is not in the history.",
}
"""In the order in which one refers to the other."""

_SHARED = {
    "id": ("", "Number of the row."),
    "person_id": ("", "Whose: a row of people."),
    "session_id": ("", "Which session: a row of sessions."),
    "profile_id": ("", "At which place: a row of profiles; 0 or empty: no known place."),
    "at": ("s since 1970 UTC", "When it began."),
    "end_at": ("s since 1970 UTC", "When it ended."),
    "made_at": ("s since 1970 UTC", "When it was made."),
    "taken_at": ("s since 1970 UTC", "When it was taken."),
    "day": ("local day", "On which day, where the session ran."),
    "activity": ("", "What the person did."),
    "score": ("points, 0-100", "Posture, changes of posture and breaks in one."),
    "posture": ("points, 0-100", "How posture was held against the targets."),
    "variety": ("points, 0-100", "How often posture was changed."),
    "breaks": ("points, 0-100", "How sitting was broken up."),
    "coverage": ("share, 0-1", "Share of time and targets that could be scored."),
    "judged_s": ("s", "Time in which somebody was there to be judged."),
    "losses": (
        "JSON",
        "What lowered the score: part, what, title, points, and moments as [start, end] in s since 1970 UTC.",
    ),
    "more": ("JSON", "The other measures: {name: value}, the unit in the name."),
    "scored": ("s", "Seconds of them that have a score."),
}
_OWN = {
    "people.name_sealed": ("", "The name, sealed; empty for the one who uses the program on this machine."),
    "people.made_at": ("s since 1970 UTC", "When this person was added, or first recorded."),
    "profiles.place": ("", "What the person calls the place."),
    "profiles.sha256": ("", "SHA-256 of the place's file."),
    "sessions.utc_offset_s": ("s", "How far local time was ahead of UTC."),
    "sessions.started_at": ("s since 1970 UTC", "The first second."),
    "sessions.ended_at": ("s since 1970 UTC", "The second after the last one."),
    "sessions.source": ("", "Name of the camera or the file."),
    "sessions.model": ("", "Pose model."),
    "sessions.mode": ("", "How it looked at the pictures: tracked, or each by itself."),
    "sessions.program": ("", "Version of posture-coach."),
    "sessions.own_targets": ("", "SHA-256 of the own targets that held; empty: the shipped ones."),
    "seconds.at": ("s since 1970 UTC", "The second."),
    "seconds.score": ("points, 0-100", "How posture was held against the targets of the activity."),
    "seconds.coverage": ("share, 0-1", "Share of the targets that could be scored."),
    "minutes.at": ("s since 1970 UTC", "When the minute began."),
    "minutes.score": ("points, 0-100", "Mean over the scored seconds."),
    "minutes.coverage": ("share, 0-1", "Mean over the seconds."),
    "minutes.seconds": ("s", "Seconds of this activity in this minute."),
    "windows.seconds": ("JSON, s", "Time by activity: {activity: seconds}."),
    "windows.moves": (
        "JSON",
        "Changes of posture an hour, longest still spell and time still, sitting and standing in s; longest_spell as "
        "[start, end] in s since 1970 UTC.",
    ),
    "events.kind": ("", "What happened; docs/scoring.md explains each."),
    "events.evidence": ("JSON", "The numbers that it rests on, units in their names."),
    "days.seconds": ("s", "Time of this activity."),
    "days.score": ("points, 0-100", "Mean over the scored seconds."),
    "days.coverage": ("share, 0-1", "Mean over the seconds."),
    "days.measures": (
        "JSON",
        "{measure: [median, lower quartile, upper quartile, minutes]} over minutes, in the measure's unit.",
    ),
    "day_scores.bouts_s": (
        "JSON",
        "Bouts of sitting: [start in s since 1970 UTC, length in s, 1 where a break ended it].",
    ),
    "day_scores.happened": ("JSON", "{kind of event: [how often, seconds in all]}."),
    "day_scores.ways": ("JSON", "How it was measured: [[model, mode, SHA-256 of own targets]]."),
    "diary.at": ("s since 1970 UTC", "Of which moment."),
    "diary.answers_sealed": ("", "Pain and comfort (0-10) and words, sealed."),
    "exports.path": ("", "Where it was written."),
    "exports.what": ("", "What it holds."),
    "keys.id": ("", "Number of the key; what is sealed names it."),
    "keys.held_by": ("", "The system's keyring, or a passphrase."),
    "keys.wrapped": ("", "The key, sealed."),
    "keys.how": ("JSON", "The keyring's entry; salt and cost of the passphrase."),
}


def about(column: Column[object]) -> tuple[str, str]:
    """Return a column's unit, empty where it has none, and its meaning.

    Raises
    ------
    KeyError
        Nobody has described it yet.
    """
    name = column.name
    if name in BY_NAME:
        measure = BY_NAME[name]
        return measure.unit, f"{measure.title}{', mean' if column.table.name == 'minutes' else ''}."
    return _OWN.get(f"{column.table.name}.{name}") or _SHARED[name]


def tables() -> list[Table]:
    """Return all tables, those that others refer to first."""
    return [METADATA.tables[name] for name in TABLES]
