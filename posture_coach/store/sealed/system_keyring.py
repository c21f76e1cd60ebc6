"""The keyring in which this user's system keeps passwords: where keys lie that the history must not hold itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import keyring

from posture_coach.errors import StoreKeyError

SERVICE = "posture-coach"
"""What the keyring calls this program."""
SOUND = 1
"""Backends of a lower priority keep nothing, or keep it in a file that anybody can read."""
MISSING = (
    "This system has no keyring that a program may use, as servers without a desktop have none. A passphrase does as "
    "well: `posture-coach data key set-passphrase`, or the environment variable POSTURE_COACH_PASSPHRASE."
)

_Found = TypeVar("_Found")


def usable() -> bool:
    """Tell whether there is one that keeps what it is given."""
    try:
        return _asked(_priority) >= SOUND
    except StoreKeyError:
        return False


def put(entry: str, secret: str) -> None:
    """Keep a secret, and look whether it is there.

    Raises
    ------
    StoreKeyError
        There is no keyring, or it takes nothing.
    """
    if not usable():
        raise StoreKeyError(MISSING)
    _asked(lambda: keyring.set_password(SERVICE, entry, secret))
    if get(entry) != secret:
        raise StoreKeyError("The system's keyring did not keep the key. Use a passphrase instead. Nothing was changed.")


def get(entry: str) -> str | None:
    """Return a secret; None where there is no such entry, or no keyring.

    Raises
    ------
    StoreKeyError
        The keyring is locked.
    """
    return _asked(lambda: keyring.get_password(SERVICE, entry)) if usable() else None


def drop(entry: str) -> None:
    """Take a secret out; one that is not there is none to take out."""
    if get(entry) is not None:
        _asked(lambda: keyring.delete_password(SERVICE, entry))


def _priority() -> float:
    """Return that of what keeps the secret: of several that are chained, the first."""
    ring = keyring.get_keyring()
    chained = getattr(ring, "backends", None)
    return max(float(one.priority) for one in chained) if chained else float(ring.priority)


def _asked(asking: Callable[[], _Found]) -> _Found:
    try:
        return asking()
    except Exception as why:  # each system's backend has errors of its own
        raise StoreKeyError(
            f"The system's keyring does not open: {str(why) or type(why).__name__}. Unlock it (log in to the desktop, "
            "allow the request), and try again."
        ) from why
