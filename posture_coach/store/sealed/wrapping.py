"""Wraps the key that fields are sealed by: with a key in the system's keyring, or with one made from a passphrase.

The history holds the wrapped key, and so do its copies; neither opens without what it was wrapped with, which is never
written there.
"""

from __future__ import annotations

import base64
import binascii
import os
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from posture_coach.errors import DataError, StoreKeyError, StoreTamperedError
from posture_coach.store.sealed import system_keyring
from posture_coach.store.sealed.sealing import KEY_BYTES, Field, Sealer

KEYRING, PASSPHRASE = "keyring", "passphrase"
SALT_BYTES = 16
COST = {"memory_kib": 128 * 1024, "passes": 3, "lanes": 4}
"""Of Argon2id: twice the memory of the second recommendation of RFC 9106, a quarter of a second on a laptop."""
MOST = {"memory_kib": 2 * 1024 * 1024, "passes": 64, "lanes": 64}
"""What a changed database may ask of this machine at most."""
LEAST_LETTERS = 10
MOST_LETTERS = 1000

LOST = (
    "Without it names and diary cannot be opened by anybody, us included; the posture history is not touched. Try "
    "again, or start anew without them: `posture-coach data key forget`."
)


@dataclass(frozen=True, slots=True)
class Wrapped:
    """A key as the history holds it.

    Parameters
    ----------
    number
        Of the key.
    held_by
        What opens it: `KEYRING` or `PASSPHRASE`.
    how
        The keyring's entry, or salt and cost of Argon2id.
    """

    number: int
    held_by: str
    wrapped: bytes
    how: Mapping[str, Any]

    @property
    def field(self) -> Field:
        """What the wrapped key is bound to."""
        return _field(self.number)


def new_passphrase(typed: str) -> str:
    """Return a passphrase that may be used.

    Raises
    ------
    DataError
        It is too short to protect anything, or too long.
    """
    if not LEAST_LETTERS <= len(typed.strip()) <= MOST_LETTERS:
        raise DataError(
            f"A passphrase needs {LEAST_LETTERS} to {MOST_LETTERS} letters: four words that do not belong together are "
            "a good one. Nothing was changed."
        )
    return typed


def by_keyring(number: int, key: bytes) -> Wrapped:
    """Wrap a key with one that is put into the system's keyring.

    Raises
    ------
    StoreKeyError
        There is no keyring, or it takes nothing.
    """
    entry, secret = f"history-{os.urandom(8).hex()}", os.urandom(KEY_BYTES)
    system_keyring.put(entry, base64.b64encode(secret).decode())
    return Wrapped(number, KEYRING, Sealer(number, secret).seal(key, _field(number)), {"entry": entry})


def by_passphrase(number: int, key: bytes, passphrase: str) -> Wrapped:
    """Wrap a key with one made from a passphrase."""
    how = {"salt": os.urandom(SALT_BYTES).hex(), **COST}
    sealer = Sealer(number, _derived(passphrase, how))
    return Wrapped(number, PASSPHRASE, sealer.seal(key, _field(number)), how)


def unwrapped(held: Wrapped, passphrase: str = "") -> bytes:
    """Return the key; a passphrase opens none that the keyring holds.

    Raises
    ------
    StoreKeyError
        What opens it is missing or is another; the message says what can be done.
    StoreTamperedError
        What the history says of it cannot be.
    """
    if held.held_by == KEYRING:
        secret, wrong = _secret(held), "The key in the system's keyring is not the one that this history was sealed by"
    else:
        secret, wrong = _derived(passphrase, held.how), "That passphrase does not open what is sealed"
    try:
        return Sealer(held.number, secret).open(held.wrapped, held.field)
    except (StoreTamperedError, StoreKeyError) as why:
        raise StoreKeyError(f"{wrong}. {LOST}") from why


def _field(number: int) -> Field:
    return Field("keys", "wrapped", (number,))


def _secret(held: Wrapped) -> bytes:
    entry = held.how.get("entry")
    found = system_keyring.get(entry) if isinstance(entry, str) else None
    if found is None:
        why = "is no longer there" if system_keyring.usable() else "is out of reach: this system has no usable keyring"
        raise StoreKeyError(
            "Names and diary are sealed by a key in the keyring of the user and machine that wrote them, which "
            f"{why}. {LOST}"
        )
    try:
        secret = base64.b64decode(found, validate=True)
    except binascii.Error:
        secret = b""
    return secret if len(secret) == KEY_BYTES else bytes(KEY_BYTES)


def _derived(passphrase: str, how: Mapping[str, Any]) -> bytes:
    """Return the key that a passphrase makes; however a keyboard composes its letters."""
    cost = {name: how.get(name) for name in COST}
    try:
        salt = bytes.fromhex(how.get("salt", ""))
    except (TypeError, ValueError):
        salt = b""
    if len(salt) != SALT_BYTES or not all(type(n) is int and 1 <= n <= MOST[name] for name, n in cost.items()):
        raise StoreTamperedError(
            "What the history says about its passphrase was changed outside this program. Bring back a copy made "
            "before: `posture-coach data restore`."
        )
    text = unicodedata.normalize("NFC", passphrase).encode("utf-8", "surrogatepass")
    try:
        made = Argon2id(
            salt=salt, length=KEY_BYTES, iterations=how["passes"], lanes=how["lanes"], memory_cost=how["memory_kib"]
        )
        return made.derive(text)
    except UnsupportedAlgorithm as why:
        raise StoreKeyError(
            "The installed `cryptography` lacks Argon2id, which passphrases need. Install it from PyPI: "
            "`pip install --force-reinstall --only-binary cryptography cryptography`."
        ) from why
