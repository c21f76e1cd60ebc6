"""A history's file as a whole, encrypted with SQLCipher: how it is known, and the key that opens it.

The format is SQLCipher 4's own, so that its tools open the file by the same passphrase. The key is made from it once a
program and not for each connection, which would take a tenth of a second every time. A plain SQLite file says so in its
first bytes; those of an encrypted one are its salt, so that a file and its copies are known by them.
"""

from __future__ import annotations

import hashlib
import os
import re
import sqlite3
import sys
import unicodedata
from contextlib import closing
from pathlib import Path
from typing import Any

from posture_coach.errors import StoreError, StoreKeyError
from posture_coach.store.sealed.asking import asked

FILE_VARIABLE = "POSTURE_COACH_FILE_PASSPHRASE"
"""Environment variable: the passphrase of an encrypted file, where nobody is there to type it."""
OTHER_VARIABLE = "POSTURE_COACH_PASSPHRASE"
"""That of names and diary: tried too, for it may be the same."""
HEADER = b"SQLite format 3\0"
PAGE_BYTES = 4096
SALT_BYTES, KEY_BYTES = 16, 32
ROUNDS = 256_000
"""Of PBKDF2 with SHA-512, as SQLCipher 4 makes its keys."""
LIKE_CHANCE = 250
"""Of 256 values that a byte can have, so many stand in a first page that is encrypted; in texts far fewer."""
DRIVER = "sqlcipher3.dbapi2"
_KEY = re.compile(rf"x'[0-9a-f]{{{2 * (KEY_BYTES + SALT_BYTES)}}}'")

_opened: dict[bytes, str] = {}
"""Keys that have opened a file since this program began, by the file's salt."""


def is_encrypted(path: Path | None) -> bool:
    """Return whether a file looks like an encrypted history; none, and an empty one, does not."""
    try:
        with Path(path or os.devnull).open("rb") as file:
            first = file.read(PAGE_BYTES)
    except OSError:
        return False
    return len(first) == PAGE_BYTES and not first.startswith(HEADER) and len(set(first)) >= LIKE_CHANCE


def driver() -> Any:
    """Return the module that opens encrypted files.

    Raises
    ------
    StoreError
        It is not installed.
    """
    try:
        from sqlcipher3 import dbapi2
    except ImportError as why:
        raise StoreError(
            "An encrypted history needs SQLCipher: install it with `pip install 'posture-coach[sqlcipher]'`."
        ) from why
    return dbapi2


def errors(*more: type[Exception]) -> tuple[type[Exception], ...]:
    """Return what SQLite and, where it is in use, SQLCipher raise, which are no relatives; and more."""
    loaded = sys.modules.get(DRIVER)
    return (*more, sqlite3.Error) if loaded is None else (*more, sqlite3.Error, loaded.Error)


def connect(path: Path | str, key: str | None, **how: Any) -> Any:
    """Open a file: by SQLCipher with its key, a plain one by SQLite."""
    if key is None:
        return sqlite3.connect(path, **how)
    connection = driver().connect(str(path), **how)
    unlock(connection, key)
    return connection


def unlock(connection: Any, key: str) -> None:
    """Tell a connection its key, before all else."""
    # What is wrong is said by the errors; its own log would go to the terminal.
    connection.execute("PRAGMA cipher_log_level = NONE")
    connection.execute(f'PRAGMA key = "{key}"')


def new_key(passphrase: str) -> str:
    """Return the key of a file that is to be encrypted."""
    return _derived(passphrase, os.urandom(SALT_BYTES))


def key_of(path: Path, passphrase: str = "") -> str:
    """Return the key that opens an encrypted file.

    Parameters
    ----------
    passphrase
        As typed; empty: what has opened it before, the environment or the system's keyring tells; else it is asked.

    Raises
    ------
    StoreKeyError
        Nothing told opens it; the message says what can be done.
    """
    salt = salt_of(path)
    if not passphrase and salt in _opened:
        return _opened[salt]
    told = passphrase or os.environ.get(FILE_VARIABLE, "")
    key = _first_that_opens(path, [_derived(told, salt)] if told else _known(salt))
    if key is None and not told and (told := asked(f"Passphrase of {path}")):
        key = _first_that_opens(path, [_derived(told, salt)])
    if key is not None:
        return opened(key)
    if not told:
        raise StoreKeyError(
            f"{path} is encrypted, or damaged, which cannot be told apart without its passphrase. Start posture-coach "
            f"in a terminal and type it, or set {FILE_VARIABLE}. Where it never had one, the file is damaged: bring "
            "back a copy (`posture-coach data restore`)."
        )
    raise StoreKeyError(
        f"That passphrase does not open {path}; or the file is damaged, or no history. Try again. Without the "
        "passphrase nobody can open it, us included: bring back a copy made before (`posture-coach data restore`), or "
        "move the file away to begin a new history."
    )


def opened(key: str) -> str:
    """Know a key until this program ends."""
    _opened[_salt_in(key)] = key
    return key


def remember(key: str) -> None:
    """Put a file's key into the system's keyring, so that this user need not type the passphrase on this machine.

    Raises
    ------
    StoreKeyError
        There is no keyring.
    """
    from posture_coach.store.sealed import system_keyring

    system_keyring.put(_entry(_salt_in(key)), key)


def lose(key: str) -> bool:
    """Forget a key that no file is encrypted by any more; return whether the keyring could be asked to."""
    from posture_coach.store.sealed import system_keyring

    _opened.pop(_salt_in(key), None)
    try:
        system_keyring.drop(_entry(_salt_in(key)))
    except StoreKeyError:
        return False
    return True


def is_of(path: Path, key: str) -> bool:
    """Return whether a file was encrypted by a key, as copies are by that of the history."""
    return salt_of(path) == _salt_in(key)


def salt_of(path: Path) -> bytes:
    """Return the first bytes of an encrypted file."""
    with path.open("rb") as file:
        return file.read(SALT_BYTES)


def _derived(passphrase: str, salt: bytes) -> str:
    text = unicodedata.normalize("NFC", passphrase).encode("utf-8", "surrogatepass")
    return f"x'{hashlib.pbkdf2_hmac('sha512', text, salt, ROUNDS, KEY_BYTES).hex()}{salt.hex()}'"


def _salt_in(key: str) -> bytes:
    return bytes.fromhex(key[-2 * SALT_BYTES - 1 : -1])


def _entry(salt: bytes) -> str:
    return f"file-{salt.hex()}"


def _known(salt: bytes) -> list[str]:
    """Return keys that may open a file without anybody's being asked."""
    other = os.environ.get(OTHER_VARIABLE, "")
    return [*_remembered(salt), *([_derived(other, salt)] if other else [])]


def _remembered(salt: bytes) -> list[str]:
    """Return the keyring's key; one that is locked or gone is none."""
    from posture_coach.store.sealed import system_keyring

    try:
        key = system_keyring.get(_entry(salt))
    except StoreKeyError:
        return []
    # It goes into a statement: nothing else than a key may.
    return [key] if key is not None and _KEY.fullmatch(key) else []


def _first_that_opens(path: Path, keys: list[str]) -> str | None:
    return next((key for key in keys if _opens(path, key)), None)


def _opens(path: Path, key: str) -> bool:
    database = driver()
    with closing(database.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        unlock(connection, key)
        try:
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        except database.DatabaseError as why:
            if getattr(why, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_NOTADB:
                return False
            raise StoreError(f"{path} cannot be opened: {why}.") from why
    return True
