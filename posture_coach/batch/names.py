"""What the results are called: a file's own name, made safe for every file system, and distinct within a run."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

_UNSAFE = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*]')
_RESERVED = re.compile(r"^(con|prn|aux|nul|com\d|lpt\d)(\..*)?$", re.IGNORECASE)
MAX_BYTES = 120
"""Leaves room for the longest suffix within the 255 bytes that file systems allow."""
HASH_DIGITS = 8


def safe_stem(path: Path) -> str:
    """Return the file's name without its extension, with nothing in it that any file system would refuse."""
    stem = unicodedata.normalize("NFC", path.stem)
    # Bytes that are not UTF-8 come from the file system as lone surrogates, which cannot be written into JSON.
    stem = stem.encode("utf-8", "replace").decode("utf-8")
    stem = _UNSAFE.sub("_", stem).strip(" .")
    stem = "_" + stem.lstrip("-") if stem.startswith("-") or _RESERVED.match(stem) else stem
    return stem.encode("utf-8")[:MAX_BYTES].decode("utf-8", "ignore") or "unnamed"


def printable(text: str) -> str:
    """Make control characters, as in a hostile file name, visible instead of sending them to the terminal."""
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)


def apart(paths: Sequence[str]) -> list[str]:
    """Return of each path, its parts between slashes, as little of its end as no other ends with."""
    parts = [path.split("/") for path in paths]
    ends = Counter("/".join(of[-k:]) for of in parts for k in range(1, len(of) + 1))
    return [
        next((end for k in range(1, len(of)) if ends[end := "/".join(of[-k:])] == 1), path)
        for of, path in zip(parts, paths, strict=True)
    ]


def stems(paths: Sequence[Path]) -> list[str]:
    """Return one stem for each input; where two would be the same, all of those get a short hash of their path.

    Names are compared without case, since some file systems do.
    """
    plain = [safe_stem(path) for path in paths]
    marked = _repeated(plain)
    named = _marked(plain, paths, marked, HASH_DIGITS)
    # A file may be called like another one with its hash: then it gets one too.
    while any(again := _repeated(named)):
        grown = [old or new for old, new in zip(marked, again, strict=True)]
        if grown == marked:  # two short hashes are alike, as happens among many thousands
            return _marked(plain, paths, marked, 4 * HASH_DIGITS)
        marked, named = grown, _marked(plain, paths, grown, HASH_DIGITS)
    return named


def _repeated(names: Sequence[str]) -> list[bool]:
    count = Counter(name.casefold() for name in names)
    return [count[name.casefold()] > 1 for name in names]


def _marked(names: Sequence[str], paths: Sequence[Path], marked: Sequence[bool], digits: int) -> list[str]:
    return [
        f"{name}-{_hash(path)[:digits]}" if mark else name
        for name, path, mark in zip(names, paths, marked, strict=True)
    ]


def _hash(path: Path) -> str:
    return hashlib.sha256(str(path).encode("utf-8", "surrogateescape")).hexdigest()
