"""A history of an older form is copied, then brought up to date, all of it or nothing; a newer one is left alone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import inspect, select, text

from posture_coach.errors import StoreError, StoreNewerError
from posture_coach.store.history import migrate
from posture_coach.store.history.database import Database, address
from posture_coach.store.history.migrate import BACKUPS, prepare, readable
from posture_coach.store.history.tables import SECONDS
from tests.store.kept import count, hand_over, offsets
from tests.store.made import NOW, origin

NEWER = """
import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade():
    op.add_column("sessions", sa.Column("mood", sa.Text()))
    op.create_table("moods", sa.Column("id", sa.Integer(), primary_key=True))
    op.execute("UPDATE sessions SET mood = 'calm'")
    {then}
"""


@pytest.fixture
def stepping(tmp_path, monkeypatch):
    """Have the program know one step more than it does, which ends as it is told to."""

    def add(then="pass"):
        steps = tmp_path / "steps"
        (steps / "versions").mkdir(parents=True, exist_ok=True)
        for name in ("env.py", "versions/0001_history.py"):
            (steps / name).write_text((FOLDER / name).read_text(encoding="utf-8"), encoding="utf-8")
        (steps / "versions" / "0002_mood.py").write_text(NEWER.format(then=then), encoding="utf-8")
        monkeypatch.setattr(migrate, "FOLDER", steps)

    return add


FOLDER = migrate.FOLDER


def older(url, recording):
    """Leave a history of today's form, which is an older one as soon as the program knows a step more."""
    recorder = recording(url)
    recorder.begin(origin(NOW - timedelta(hours=3)))
    hand_over(recorder, 0, 20)
    assert recorder.close().problem == ""


def form_and_moods(url):
    with Database(address(url)) as database, database.reading() as connection:
        form = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
        return form, inspect(connection).has_table("moods")


def test_an_older_history_is_brought_up_to_date_and_written_on(url, recording, stepping, tmp_path):
    older(url, recording)
    stepping()
    recorder = recording(url)
    recorder.begin(origin())
    hand_over(recorder, 0, 10)
    assert recorder.close().problem == ""
    assert form_and_moods(url) == ("0002", True)
    assert offsets(url) == [*range(20), *range(10)]
    copies = [*tmp_path.rglob(f"{BACKUPS}/*.db")]
    assert len(copies) == url.startswith("sqlite")
    for copy in copies:
        assert form_and_moods(f"sqlite:///{copy}") == ("0001", False)
        assert offsets(f"sqlite:///{copy}") == [*range(20)]


def test_a_step_that_fails_in_the_middle_changes_nothing(url, recording, stepping, opening):
    older(url, recording)
    stepping("op.execute('SELECT * FROM nowhere')")
    with pytest.raises(StoreError, match="nowhere"):
        prepare(opening(url), NOW)
    assert form_and_moods(url) == ("0001", False)
    assert offsets(url) == [*range(20)]
    stepping()
    prepare(opening(url), NOW + timedelta(minutes=1))
    assert form_and_moods(url) == ("0002", True)


def test_without_room_for_a_copy_nothing_is_changed_and_what_comes_waits(at, path, recording, stepping):
    older(at, recording)
    (path.parent / BACKUPS).write_text("in the way")
    stepping()
    recorder = recording(at)
    recorder.begin(origin())
    hand_over(recorder, 0, 10)
    how = recorder.flush()
    assert "Nothing was changed" in how.problem
    assert how.waiting_s == 10
    assert form_and_moods(at) == ("0001", False)
    (path.parent / BACKUPS).unlink()
    assert recorder.close().problem == ""
    assert form_and_moods(at) == ("0002", True)
    assert offsets(at) == [*range(20), *range(10)]


def test_an_older_program_refuses_a_newer_history_politely(url, recording, stepping, opening, monkeypatch):
    stepping()
    older(url, recording)
    monkeypatch.setattr(migrate, "FOLDER", FOLDER)
    opened = opening(url)
    for asked in (lambda: prepare(opened, NOW), lambda: readable(opened)):
        with pytest.raises(StoreNewerError, match=r"written by a newer posture-coach\. Install that one again"):
            asked()
    assert form_and_moods(url) == ("0002", True)
    assert count(url, SECONDS) == 20


def test_a_history_that_is_only_read_is_not_brought_up_to_date(url, recording, stepping, opening):
    older(url, recording)
    stepping()
    with pytest.raises(StoreError, match="written by an older posture-coach"):
        readable(opening(url))
    assert form_and_moods(url) == ("0001", False)
    with opening(url).reading() as connection:
        assert len(connection.execute(select(SECONDS.c.at)).all()) == 20
