"""A keyring in a file, for programs that a test starts as processes of their own."""

from __future__ import annotations

import json
import os
from pathlib import Path

from keyring.backend import KeyringBackend
from keyring.errors import PasswordDeleteError

from tests import PROJECT

VARIABLE = "TEST_KEYRING_FILE"
NONE = {"PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}
"""The environment of a system without any, as a server is."""


def environment(file: Path) -> dict[str, str]:
    """Return the environment that has a program use it."""
    return {
        "PYTHON_KEYRING_BACKEND": f"{FileKeyring.__module__}.{FileKeyring.__name__}",
        "PYTHONPATH": str(PROJECT),
        VARIABLE: str(file),
    }


def kept(file: Path) -> dict[str, str]:
    """Return what it keeps, by entry."""
    return json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}


class FileKeyring(KeyringBackend):
    """Keeps its entries in a file of JSON."""

    priority = 5

    @property
    def _file(self):
        return Path(os.environ[VARIABLE])

    def get_password(self, service, username):
        return kept(self._file).get(f"{service}/{username}")

    def set_password(self, service, username, password):
        self._write(kept(self._file) | {f"{service}/{username}": password})

    def delete_password(self, service, username):
        left = kept(self._file)
        if left.pop(f"{service}/{username}", None) is None:
            raise PasswordDeleteError("no such password")
        self._write(left)

    def _write(self, entries):
        draft = self._file.with_suffix(".draft")
        draft.write_text(json.dumps(entries), encoding="utf-8")
        draft.replace(self._file)
