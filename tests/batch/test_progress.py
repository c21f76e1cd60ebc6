"""How far a run is: the bar counts what is done, the lines are JSON that a program can read at once."""

from __future__ import annotations

import io
import json
import re

import pytest
from rich.console import Console

from posture_coach.batch.progress import Bar, JsonLines

ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def last_seen(expected, steps, **console):
    """Return the bar's last line after these steps."""
    stream = io.StringIO()
    settings = {"force_terminal": True, "width": 100, "color_system": None, **console}
    with Bar(expected, Console(file=stream, **settings)) as bar:
        for step, *arguments in steps:
            getattr(bar, step)(*arguments)
    lines = [line for line in re.split(r"[\r\n]", ANSI.sub("", stream.getvalue())) if line.strip()]
    return lines[-1] if lines else ""


def test_it_begins_with_nothing_done():
    line = last_seen({"a": 100, "b": 50}, [])
    assert line.startswith("0 of 2 files")
    assert "0/150" in line


def test_it_adds_up_the_pictures_of_all_files():
    line = last_seen({"a": 100, "b": 50}, [("pictures", "a", 10), ("pictures", "b", 20), ("pictures", "a", 30)])
    assert "0 of 2 files" in line
    assert "50/150" in line
    assert "pictures/s" in line


def test_a_file_that_began_anew_is_not_counted_twice():
    assert "10/100" in last_seen({"a": 100}, [("pictures", "a", 60), ("pictures", "a", 10)])


def test_a_finished_file_counts_whole_whatever_came_of_it():
    line = last_seen({"a": 100, "b": 50}, [("pictures", "a", 40), ("finished", "a", "failed")])
    assert "1 of 2 files" in line
    assert "100/150" in line


def test_it_is_full_when_all_are_finished():
    line = last_seen({"a": 100, "b": 50}, [("finished", "b", "ok"), ("finished", "a", "ok")])
    assert "2 of 2 files" in line
    assert "150/150" in line


def test_more_pictures_than_expected_lift_the_end():
    assert "130/130" in last_seen({"a": 100}, [("pictures", "a", 130)])
    assert "130/180" in last_seen({"a": 100, "b": 50}, [("pictures", "a", 130), ("finished", "a", "ok")])


def test_files_of_unknown_length_are_counted_all_the_same():
    assert "0 of 2 files" in last_seen({"a": 0, "b": 0}, [])
    line = last_seen({"a": 0, "b": 0}, [("finished", "a", "failed")])
    assert line.startswith("1 of 2 files")
    assert "7/7" in last_seen({"a": 0, "b": 0}, [("pictures", "a", 7)])


def test_where_there_is_no_terminal_no_control_characters_are_written():
    stream = io.StringIO()
    with Bar({"a": 10}, Console(file=stream, force_terminal=False)) as bar:
        bar.pictures("a", 5)
        bar.finished("a", "ok")
    assert "\x1b" not in stream.getvalue()


def test_an_error_passes_through_the_bar():
    with pytest.raises(KeyboardInterrupt), Bar({"a": 1}, Console(file=io.StringIO())):
        raise KeyboardInterrupt


class Flushed(io.StringIO):
    """Remembers what had been written at each flush."""

    def __init__(self):
        super().__init__()
        self.seen = []

    def flush(self):
        self.seen.append(self.getvalue())


def test_every_line_is_an_object_and_comes_at_once():
    stream = Flushed()
    with JsonLines({"a": 100, "Größe 日本": 0}, stream) as lines:
        lines.pictures("a", 10)
        lines.pictures("Größe 日本", 20)
        lines.finished("a", "partial")
    assert [json.loads(line) for line in stream.getvalue().splitlines()] == [
        {"event": "progress", "results": "a", "done": 10, "expected": 100},
        {"event": "progress", "results": "Größe 日本", "done": 20, "expected": None},
        {"event": "finished", "results": "a", "status": "partial"},
    ]
    assert [seen.count("\n") for seen in stream.seen[:3]] == [1, 2, 3]
    assert stream.getvalue().isascii(), "a pipe of any encoding can take it"


def test_an_error_passes_through_the_lines():
    with pytest.raises(KeyboardInterrupt), JsonLines({}, io.StringIO()):
        raise KeyboardInterrupt
