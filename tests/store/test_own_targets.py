"""Own targets of a person: written whole, merged when read, never lost where the file is damaged."""

from __future__ import annotations

import stat
import sys

import pytest

from posture_coach.errors import DataError, OutputError
from posture_coach.store.files.folder import FOLDER_VARIABLE
from posture_coach.store.files.own_targets import ME, OwnTargets, from_file, person_name, shipped
from tests.clips import fill, must_have, small_disk

WEIGHT = {"weight": 1.5, "set_by": "Dr Meier"}


@pytest.fixture
def own(tmp_path):
    return OwnTargets(tmp_path / "targets")


def test_without_a_file_the_shipped_ones_hold(own):
    held = own.held()
    assert (held.person, held.targets, held.problem, held.words) == (ME, shipped(), "", "")
    assert not own.folder.exists(), "looking writes nothing"


def test_what_is_changed_is_read_again_and_leaves_the_others(own):
    own.change("sitting_trunk", WEIGHT)
    own.change("sitting_elbow", {"used": False})
    held = own.held()
    assert [(one.id, one.used) for one in held.targets.own] == [("sitting_trunk", True), ("sitting_elbow", False)]
    assert held.words == "Own targets: 1 changed, 1 switched off"
    assert own.table() == {"sitting_trunk": WEIGHT, "sitting_elbow": {"used": False}}
    assert from_file(own.path()) == held.targets
    own.back("sitting_trunk")
    assert [one.id for one in own.held().targets.own] == ["sitting_elbow"]
    own.back_to_shipped()
    assert own.held().targets == shipped()
    assert list(own.folder.iterdir()) == []


def test_everybody_has_a_file_of_their_own(own):
    own.change("sitting_trunk", WEIGHT, "Anna Maria")
    assert own.held().targets == shipped()
    assert own.held("anna-maria").words == "Own targets of anna-maria: 1 changed"
    assert own.people() == [ME, "anna-maria"]


@pytest.mark.parametrize("name", ["", " ", "../x", "a/b", "a.b", "-a", "x" * 41, "a\0b", "a\\b", "con."])
def test_a_name_that_would_be_no_plain_file_is_refused(name, own):
    with pytest.raises(DataError, match="short name"):
        person_name(name)
    assert own.held("Jürgen").person == "jürgen"


def test_a_change_that_breaks_a_rule_is_refused_and_nothing_is_written(own):
    own.change("sitting_trunk", WEIGHT)
    before = own.path().read_bytes()
    with pytest.raises(DataError, match="weight: expected a number above 0"):
        own.change("sitting_trunk", {"weight": -1})
    assert own.path().read_bytes() == before


@pytest.mark.parametrize("text", [b"", b"[targets", b"\xff", b"schema_version = 1\n[targets.nothing]\nweight = 2\n"])
def test_a_damaged_file_is_explained_and_left_alone(own, text):
    own.folder.mkdir()
    own.path().write_bytes(text)
    held = own.held()
    assert held.targets == shipped()
    assert str(own.path()) in held.problem
    assert held.problem.endswith("The shipped targets are used.")
    with pytest.raises(DataError):
        own.change("sitting_trunk", WEIGHT)
    with pytest.raises(DataError):
        own.back("sitting_trunk")
    assert own.path().read_bytes() == text
    own.back_to_shipped()
    assert not own.path().exists()
    (aside,) = own.folder.iterdir()
    assert aside.read_bytes() == text, "put aside, not lost"
    own.path().write_bytes(text)
    own.back_to_shipped()
    assert len(list(own.folder.iterdir())) == 2, "a second one does not take the first one's place"


def test_a_file_is_for_this_user_alone_and_leaves_no_draft(own):
    must_have(sys.platform != "win32", "file modes")
    own.change("sitting_trunk", WEIGHT)
    (only,) = own.folder.iterdir()
    assert stat.S_IMODE(only.stat().st_mode) == 0o600
    assert stat.S_IMODE(own.folder.stat().st_mode) == 0o700


def test_a_full_disk_leaves_the_older_file(tmp_path):
    with small_disk(tmp_path / "disk") as disk:
        own = OwnTargets(disk / "targets")
        own.change("sitting_trunk", WEIGHT)
        before = own.path().read_bytes()
        fill(disk, 0)
        with pytest.raises(OutputError, match="What stood there before still does"):
            own.change("sitting_knee", {"note": "x" * 400, "weight": 2.0})
        assert own.path().read_bytes() == before


def test_they_lie_in_this_users_data_folder(monkeypatch, tmp_path):
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path))
    assert OwnTargets().path() == tmp_path / "targets" / "targets-me.toml"


@pytest.mark.parametrize("what", ["missing", "folder", "large"])
def test_what_is_no_such_file_is_said(tmp_path, what):
    path = tmp_path / "mine.toml"
    if what == "folder":
        path.mkdir()
    if what == "large":
        path.write_bytes(b"#" * (2**20 + 1))
    with pytest.raises(DataError, match=r"mine\.toml"):
        from_file(path)
