"""A person's own targets: one TOML file each, to be read, written and mended by hand, laid over the shipped ones.

It appears whole or not at all. One that cannot be read is explained and left alone: until it is mended, or put aside on
purpose, the shipped targets hold.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import tomli_w

from posture_coach.errors import DataError
from posture_coach.measures.accuracy import shipped_accuracy
from posture_coach.measures.definitions import NAMES
from posture_coach.scoring.checked_toml import SCHEMA_VERSION
from posture_coach.scoring.own import merged, own_targets
from posture_coach.scoring.targets import Targets, shipped_targets
from posture_coach.store.files.folder import FOLDER_MODE, data_folder
from posture_coach.store.files.whole import explaining, write_whole

ME = "me"
"""Who is meant where nobody is named."""
MAX_NAME = 40
MOST_BYTES = 2**20
BEFORE, ENDING = "targets-", ".toml"
ASIDE = ".damaged"
HEAD = (
    "# A person's own targets of posture-coach: only what differs. docs/scoring.md of the program explains the keys.\n"
)
AS_SHIPPED = "The shipped targets are used."

_NAME = re.compile(r"\w(?:[\w-]*\w)?")


@dataclass(frozen=True, slots=True)
class Held:
    """What somebody is held against.

    Parameters
    ----------
    person
        Whose targets.
    problem
        Why these are the shipped ones though there is a file; empty where nothing is wrong.
    """

    person: str
    targets: Targets
    problem: str = ""

    @property
    def words(self) -> str:
        """Say in a few words what differs; empty where nothing does."""
        own = self.targets.own
        counts = (
            (sum(one.used and one.shipped is not None for one in own), "changed"),
            (sum(not one.used for one in own), "switched off"),
            (sum(one.shipped is None for one in own), "added"),
        )
        told = ", ".join(f"{count} {what}" for count, what in counts if count)
        who = "" if self.person == ME else f" of {self.person}"
        return f"Own targets{who}: {told}" if told else ""


@cache
def shipped() -> Targets:
    """Return the targets that come with the program."""
    return shipped_targets(NAMES)


def person_name(typed: str) -> str:
    """Return a person's short name as files are called by it: small letters, digits and hyphens.

    Raises
    ------
    DataError
        It is none.
    """
    name = "-".join(unicodedata.normalize("NFC", typed).casefold().split())
    if len(name) > MAX_NAME or not _NAME.fullmatch(name):
        raise DataError(
            f"A person needs a short name, up to {MAX_NAME} letters, digits and hyphens, such as: anna. Got {typed!r}."
        )
    return name


def from_file(path: Path) -> Targets:
    """Read a file of own targets, wherever it lies.

    Raises
    ------
    DataError
        It cannot be read or breaks a rule; the message names file, key and reason.
    """
    try:
        with path.open("rb") as file:
            text = file.read(MOST_BYTES + 1)
    except (OSError, ValueError) as why:
        told = getattr(why, "strerror", None) or why
        raise DataError(f"{path} cannot be read: {told}. Name a file of own targets, see docs/scoring.md.") from why
    if len(text) > MOST_BYTES:
        raise DataError(f"{path} is no file of own targets: it is larger than {MOST_BYTES // 2**20} MB.")
    return own_targets(text, shipped(), shipped_accuracy().mdc, file=str(path))


class OwnTargets:
    """The own targets of everybody on this machine.

    Parameters
    ----------
    folder
        Where they lie; None: in this user's data folder.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or data_folder() / "targets"

    def path(self, person: str = ME) -> Path:
        """Return where a person's file lies, or would."""
        return self.folder / f"{BEFORE}{person_name(person)}{ENDING}"

    def people(self) -> list[str]:
        """Return everybody who has a file, and who is meant where nobody is named."""
        names = (path.name[len(BEFORE) : -len(ENDING)] for path in self.folder.glob(f"{BEFORE}*{ENDING}"))
        return sorted({ME, *(name for name in names if _NAME.fullmatch(name))}, key=lambda name: (name != ME, name))

    def get(self, person: str = ME) -> Targets:
        """Return a person's targets; the shipped ones where there is no file.

        Raises
        ------
        DataError
            The file is damaged; the message names file, key and reason.
        """
        path = self.path(person)
        return from_file(path) if path.exists() else shipped()

    def held(self, person: str = ME) -> Held:
        """Return what a person is held against, whatever the file is like."""
        try:
            return Held(person_name(person), self.get(person))
        except DataError as why:
            return Held(person, shipped(), f"{why} {AS_SHIPPED}")

    def table(self, person: str = ME) -> dict[str, Any]:
        """Return what is changed, as it stands in the file: keys and values by target id.

        Raises
        ------
        DataError
            The file is damaged.
        """
        self.get(person)
        path = self.path(person)
        stands = tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        return dict(stands.get("targets", {}))

    def change(self, target_id: str, table: Mapping[str, Any], person: str = ME) -> Targets:
        """Write down one target anew, and leave the others; return what then holds.

        Raises
        ------
        DataError
            It would break a rule, or the file is damaged; nothing is written.
        OutputError
            It cannot be written; the older file still stands.
        """
        return self._save({**self.table(person), target_id: dict(table)}, person)

    def back(self, target_id: str, person: str = ME) -> Targets:
        """Forget what was changed of one target; raises as `change`."""
        tables = self.table(person)
        tables.pop(target_id, None)
        return self._save(tables, person)

    def back_to_shipped(self, person: str = ME) -> None:
        """Forget all that was changed; a damaged file is put aside instead, beside where it stood.

        Raises
        ------
        OutputError
            It cannot be.
        """
        path = self.path(person)
        with explaining(path):
            if self.held(person).problem:
                path.replace(_free(path.with_name(path.name + ASIDE)))
            else:
                path.unlink(missing_ok=True)

    def _save(self, tables: Mapping[str, Any], person: str) -> Targets:
        path, whole = self.path(person), {"schema_version": SCHEMA_VERSION, "targets": dict(tables)}
        targets = merged(whole, shipped(), shipped_accuracy().mdc, file=str(path))
        with explaining(path):
            self.folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
            write_whole(path, HEAD + tomli_w.dumps(whole))
        return targets


def _free(path: Path) -> Path:
    """Return a name beside this one under which nothing stands."""
    number, free = 1, path
    while free.exists():
        number, free = number + 1, path.with_name(f"{path.name}-{number + 1}")
    return free
