"""What this user has settled about what is kept: one TOML file in the data folder, each entry optional."""

from __future__ import annotations

import tomllib
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import tomli_w

from posture_coach.errors import StoreError
from posture_coach.store.files.folder import FOLDER_MODE, data_folder
from posture_coach.store.files.whole import explaining, write_whole

FILE_NAME = "settings.toml"
HEAD = "# What posture-coach keeps. docs/data.md of the program explains each entry.\n"
MOST_DAYS = 36_500


@dataclass(frozen=True, slots=True)
class Settings:
    """What is kept, and for how long.

    Parameters
    ----------
    keep
        Whether anything is kept at all.
    seconds_days
        Days for which single seconds are kept: long enough to look back at a month in full detail, and to make every
        sum anew; a year of them would be ten times the file for nothing that a trend shows.
    minutes_days
        Days for minutes, windows, events and sessions: a quarter, so that two periods of weeks compare hour by hour.
    days_days
        Days for the sums of days; None: until they are deleted. They are small, and a year shows only in them.
    backups
        How many copies made before an update are kept.
    """

    keep: bool = True
    seconds_days: int = 30
    minutes_days: int = 90
    days_days: int | None = None
    backups: int = 3


def settings(path: Path | None = None) -> Settings:
    """Read the settings; what is not set is as shipped.

    Raises
    ------
    StoreError
        The file breaks a rule; the message names file, entry and reason.
    """
    path = path or data_folder() / FILE_NAME
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Settings()
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as why:
        raise StoreError(f"{path} cannot be read: {why}. Mend it, or delete it for the shipped settings.") from why
    known = {field.name for field in fields(Settings)}
    for name, value in table.items():
        if name not in known:
            raise StoreError(f"{path}: {name} is no setting. There are: {', '.join(sorted(known))}.")
        _check(path, name, value)
    return Settings(**table)


def save(changed: Settings, path: Path | None = None) -> None:
    """Write the settings.

    Raises
    ------
    OutputError
        They cannot be written; the older ones still stand.
    """
    path = path or data_folder() / FILE_NAME
    told = {name: value for name, value in asdict(changed).items() if value is not None}
    for name, value in told.items():
        _check(path, name, value)
    with explaining(path):
        path.parent.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
        write_whole(path, HEAD + tomli_w.dumps(told))


def _check(path: Path, name: str, value: object) -> None:
    if name == "keep":
        if not isinstance(value, bool):
            raise StoreError(f"{path}: keep is true or false, not {value!r}.")
        return
    least = 0 if name == "backups" else 1
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= MOST_DAYS:
        raise StoreError(f"{path}: {name} is a whole number of {least} to {MOST_DAYS}, not {value!r}.")
