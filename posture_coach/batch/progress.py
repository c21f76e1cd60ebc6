"""How far a run is: a bar for people, lines of JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import TracebackType
from typing import Protocol, Self, TextIO

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text


class Progressing(Protocol):
    """What a run tells."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def pictures(self, stem: str, done: int) -> None:
        """Take in how many pictures of an input are done."""

    def finished(self, stem: str, status: str) -> None:
        """Count an input as done."""


class _Speed(ProgressColumn):
    def render(self, task: Task) -> Text:
        """Show pictures a second."""
        return Text(f"{task.finished_speed or task.speed or 0:.0f} pictures/s", style="dim")


class Bar:
    """A bar on the terminal: pictures done, speed, time left.

    Parameters
    ----------
    expected
        Pictures that each input is expected to have, by stem; 0 where that is not known.
    """

    def __init__(self, expected: Mapping[str, int], console: Console) -> None:
        self._bar = Progress(
            TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), _Speed(), TimeRemainingColumn(),
            console=console, transient=True,
        )  # fmt: skip
        self._expected = dict(expected)
        self._done = dict.fromkeys(expected, 0)
        self._files = 0
        self._task = self._bar.add_task(self._title(), total=sum(self._expected.values()) or None)

    def __enter__(self) -> Self:
        self._bar.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.__exit__(kind, error, trace)

    def pictures(self, stem: str, done: int) -> None:
        """Take in how many pictures of an input are done."""
        self._done[stem] = done
        self._show()

    def finished(self, stem: str, status: str) -> None:  # noqa: ARG002 - the table at the end tells the status
        """Count an input as done: what it was expected to have makes way for what it had."""
        self._done[stem] = self._expected[stem] = max(self._done[stem], self._expected[stem])
        self._files += 1
        self._show()

    def _title(self) -> str:
        return f"{self._files} of {len(self._expected)} files"

    def _show(self) -> None:
        done, total = sum(self._done.values()), sum(self._expected.values())
        self._bar.update(self._task, completed=done, total=max(total, done) or None, description=self._title())


class JsonLines:
    """One JSON object a line on a stream, for a program that watches."""

    def __init__(self, expected: Mapping[str, int], stream: TextIO) -> None:
        self._expected, self._stream = expected, stream

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass

    def pictures(self, stem: str, done: int) -> None:
        """Take in how many pictures of an input are done."""
        self._tell(event="progress", results=stem, done=done, expected=self._expected[stem] or None)

    def finished(self, stem: str, status: str) -> None:
        """Count an input as done."""
        self._tell(event="finished", results=stem, status=status)

    def _tell(self, **fields: object) -> None:
        self._stream.write(json.dumps(fields) + "\n")
        self._stream.flush()
