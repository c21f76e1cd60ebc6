"""What several test files here share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.typed import Ended, analysed


@pytest.fixture(scope="session")
def once(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., tuple[Path, Ended]]:
    """Analyse an input alone, once for all tests that ask the same; the folder of its results is to be read only."""
    done: dict[tuple[Path, tuple[str, ...]], tuple[Path, Ended]] = {}

    def run(path: Path, *options: str) -> tuple[Path, Ended]:
        if (path, options) not in done:
            out = tmp_path_factory.mktemp("once")
            done[path, options] = out, analysed(path, out, *options)
        return done[path, options]

    return run
