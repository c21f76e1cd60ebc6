"""What else this program keeps of a user in the data folder, beside the history: places, own targets, settings."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from posture_coach.store.files.folder import data_folder
from posture_coach.store.files.whole import shred


def own_files() -> list[Path]:
    """Return these files, damaged ones that were put aside, and what a killed program has left of one."""
    folder = data_folder()
    found = [*folder.glob("places/*.toml"), *folder.glob("targets/*.toml*"), folder / "settings.toml"]
    found += [*folder.glob("**/.draft-*")]
    return sorted(path for path in found if path.is_file())


def erase_own_files() -> list[Path]:
    """Delete them, and the folders that are empty then; return what went."""
    gone = own_files()
    for path in gone:
        shred(path)
    for name in ("places", "targets"):
        with suppress(OSError):
            (data_folder() / name).rmdir()
    return gone
