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


def stems(paths: Sequence[Path]) -> list[str]:
    """Return one stem for each input; where two would be the same, all of those get a short hash of their path.

    Names are compared without case, since some file systems do.
    """
    plain = [safe_stem(path) for path in paths]
    count = Counter(stem.casefold() for stem in plain)
    return [
        f"{stem}-{_short_hash(path)}" if count[stem.casefold()] > 1 else stem
        for stem, path in zip(plain, paths, strict=True)
    ]


def _short_hash(path: Path) -> str:
    return hashlib.sha256(str(path).encode("utf-8", "surrogateescape")).hexdigest()[:HASH_DIGITS]
