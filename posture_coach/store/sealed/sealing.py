"""Seals single fields, so that whoever reads the database alone learns nothing of them.

AES-256-GCM. What is sealed is bound to its field and its owner: moved to another row it no longer opens. Its bytes::

    version  key's number  nonce  text, padded, and tag
       1           4         12      n * 64 + 16
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from posture_coach.errors import StoreKeyError, StoreTamperedError

VERSION = 1
KEY_BYTES = 32
NONCE_BYTES = 12
"""Drawn anew each time: one key may seal some 2^32 fields so, more than anybody will ever write into a diary."""
TAG_BYTES = 16
HEAD_BYTES = 5
PADDED_TO = 64
"""Lengths are rounded up to so many bytes, so that they tell little."""


@dataclass(frozen=True, slots=True)
class Field:
    """Which field of whom a sealed value belongs to.

    Parameters
    ----------
    owner
        Numbers that tell the row and whose it is.
    """

    table: str
    column: str
    owner: tuple[int, ...]

    def bound(self, head: bytes) -> bytes:
        """Return what is sealed along with the value, though it is not kept in it."""
        return head + f"posture-coach|{self.table}.{self.column}|{','.join(map(str, self.owner))}".encode()

    def __str__(self) -> str:
        return f"{self.table}.{self.column}"


class Sealer:
    """Seals and opens fields by one key, which stays in memory for as long as this does.

    Parameters
    ----------
    number
        Of the key; stands in what is sealed by it.
    key
        32 bytes.
    """

    def __init__(self, number: int, key: bytes) -> None:
        self.number = number
        self._cipher = AESGCM(key)

    def seal(self, value: bytes, field: Field) -> bytes:
        """Return the value sealed."""
        head = bytes([VERSION]) + self.number.to_bytes(HEAD_BYTES - 1)
        nonce = os.urandom(NONCE_BYTES)
        return head + nonce + self._cipher.encrypt(nonce, value, field.bound(head))

    def open(self, sealed: bytes, field: Field) -> bytes:
        """Return the value as it was sealed.

        Raises
        ------
        StoreKeyError
            It was sealed by another key.
        StoreTamperedError
            It is not as it was written, or was written for another field or person.
        """
        head, nonce, rest = sealed[:HEAD_BYTES], sealed[HEAD_BYTES:][:NONCE_BYTES], sealed[HEAD_BYTES + NONCE_BYTES :]
        if len(rest) < TAG_BYTES or head[0] != VERSION:
            raise _tampered(field)
        if int.from_bytes(head[1:]) != self.number:
            raise StoreKeyError(
                f"A sealed field ({field}) belongs to another key: it comes from another history, or was changed."
            )
        try:
            return self._cipher.decrypt(nonce, rest, field.bound(head))
        except InvalidTag as why:
            raise _tampered(field) from why

    def seal_json(self, value: Any, field: Field) -> bytes:
        """Return a value that JSON can tell, sealed; its length tells little."""
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
        return self.seal(text.ljust(-(-len(text) // PADDED_TO) * PADDED_TO), field)

    def open_json(self, sealed: bytes, field: Field) -> Any:
        """Return a value that `seal_json` sealed; raises as `open`."""
        return json.loads(self.open(sealed, field))


def _tampered(field: Field) -> StoreTamperedError:
    return StoreTamperedError(
        f"A sealed field ({field}) was changed outside this program, or damaged: it is not shown. The others are not "
        "touched by that; a copy made before may still hold it."
    )
