"""`posture-coach people`, and `monitor --of`: what is kept of whom."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from posture_coach.store.files.folder import FOLDER_VARIABLE
from posture_coach.store.history.database import FILE_NAME, Database, address
from posture_coach.store.history.tables import PEOPLE, SECONDS, SESSIONS
from posture_coach.store.sealed.keys import PASSPHRASE_VARIABLE
from tests.cli.typed import typed
from tests.clips import WALK, cut

STRICT = "schema_version = 1\n[targets.walking_trunk]\nweight = 2.0\n"


@pytest.fixture
def home(tmp_path):
    return tmp_path / "home"


@pytest.fixture
def run(home):
    """Run a command in a data folder of its own, whose names open with a passphrase."""
    env = {FOLDER_VARIABLE: str(home), PASSPHRASE_VARIABLE: "five words that nobody guesses"}
    return lambda *arguments: typed(*arguments, env=env)


def test_somebody_is_added_listed_and_renamed_and_the_name_stands_nowhere_in_the_file(run, home):
    nobody = run("people", "list")
    assert (nobody.code, "Nothing is kept yet" in nobody.out) == (0, True)
    assert not home.exists()
    added = run("people", "add", "Wilhelmina")
    assert added.code == 0, added.said
    assert "monitor --of wilhelmina" in added.out
    assert "wilhelmina" in run("people", "list").out
    renamed = run("people", "rename", "wilhelmina", "minna")
    assert "minna" in renamed.out
    listed = run("people", "list").out
    assert ("minna" in listed, "wilhelmina" in listed) == (True, False)
    assert b"wilhelmina" not in b"".join(path.read_bytes() for path in home.iterdir())


def test_without_the_key_numbers_are_listed_and_that_is_said(run, home):
    assert run("people", "add", "anna").code == 0
    ended = typed("people", "list", env={FOLDER_VARIABLE: str(home), PASSPHRASE_VARIABLE: ""})
    assert ended.code == 1
    assert f"set {PASSPHRASE_VARIABLE}" in ended.err
    assert "1  person 1  since " in ended.out
    assert "anna" not in ended.said


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (("people", "add", "anna"), "There is somebody called 'anna' already"),
        (("people", "add", "me"), "Choose another name"),
        (("people", "add", "../anna"), "needs a short name"),
        (("people", "rename", "berta", "carla"), "Nobody is called 'berta'"),
        (("people", "rename", "anna", ""), "needs a short name"),
    ],
)
def test_what_cannot_be_done_ends_with_2_and_says_what_to_do(run, command, words):
    assert run("people", "add", "anna").code == 0
    ended = run(*command)
    assert (ended.code, "Traceback" in ended.said) == (2, False)
    assert words in ended.said


def test_what_is_seen_of_somebody_is_kept_as_theirs_against_their_targets(run, home, tmp_path):
    clip = cut(WALK, tmp_path / "walk.mp4", 60, first=30)
    watching = ("monitor", "--source", clip, "--model", "lite", "--seconds", "4", "--of", "anna")
    refused = run(*watching, "--keep")
    assert refused.code == 1
    assert "people add" in refused.said
    assert run("people", "add", "anna").code == 0
    (home / "targets").mkdir()
    (home / "targets" / "targets-anna.toml").write_text(STRICT)
    ended = run(*watching, "--keep")
    assert ended.code == 0, ended.said
    assert "kept in the history of anna" in ended.out
    with Database(address(f"sqlite:///{home / FILE_NAME}")) as database, database.reading() as connection:
        (session,) = connection.execute(select(SESSIONS)).all()
        whose = connection.execute(select(PEOPLE.c.name_sealed).where(PEOPLE.c.id == session.person_id)).scalar_one()
        assert connection.execute(select(SECONDS)).all()
    assert whose
    assert len(session.own_targets) == 64
