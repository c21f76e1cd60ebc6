"""A result is whole or not there."""

from __future__ import annotations

import errno
import os
import stat
import sys
import tempfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet
import pytest

from posture_coach.batch.tables import write_csv, write_parquet
from posture_coach.batch.writing import Drafts, make_folder, written
from posture_coach.errors import OutputError
from tests.clips import fill, must_have, names_in, small_disk


class BrokenError(Exception):
    """What a block may raise."""


def half_written(target, raised):
    with written(target) as draft:
        draft.write_text("half")
        raise raised


def test_the_whole_is_there_when_the_block_ends(tmp_path):
    target = tmp_path / "result.json"
    with written(target) as draft:
        draft.write_text("whole")
        assert not target.exists()
        assert (draft.parent, draft.suffix) == (tmp_path, ".json")
    assert target.read_text() == "whole"
    assert names_in(tmp_path) == ["result.json"]


@pytest.mark.parametrize("raised", [BrokenError, KeyboardInterrupt, SystemExit])
def test_a_block_that_fails_leaves_nothing(tmp_path, raised):
    with pytest.raises(raised):
        half_written(tmp_path / "result.json", raised)
    assert names_in(tmp_path) == []


@pytest.mark.parametrize("raised", [BrokenError, KeyboardInterrupt])
def test_what_stood_there_before_survives_a_block_that_fails(tmp_path, raised):
    target = tmp_path / "result.json"
    target.write_text("earlier")
    with pytest.raises(raised):
        half_written(target, raised)
    assert target.read_text() == "earlier"
    assert names_in(tmp_path) == ["result.json"]


def test_what_stood_there_before_is_replaced_by_a_whole_one(tmp_path):
    target = tmp_path / "result.json"
    target.write_text("earlier and longer")
    with written(target) as draft:
        draft.write_text("new")
    assert target.read_text() == "new"


@pytest.mark.skipif(sys.platform == "win32", reason="needs permission bits")
def test_a_result_has_the_permissions_of_any_new_file(tmp_path):
    (tmp_path / "plain").touch()
    with written(tmp_path / "result.json") as draft:
        draft.write_text("whole")
    plain, result = (stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("plain", "result.json"))
    assert result == plain


def test_a_link_is_replaced_and_what_it_points_to_stays(tmp_path):
    other = tmp_path / "other.json"
    other.write_text("not mine")
    target = tmp_path / "result.json"
    target.symlink_to(other)
    with written(target) as draft:
        draft.write_text("whole")
    assert (target.read_text(), other.read_text()) == ("whole", "not mine")
    assert not target.is_symlink()


def test_a_folder_in_the_targets_place_is_told_and_stays(tmp_path):
    target = tmp_path / "result.json"
    target.mkdir()
    (target / "inside").touch()
    words = r"result\.json cannot be written: .*Choose another folder with --out"
    with pytest.raises(OutputError, match=words), written(target) as draft:
        draft.write_text("whole")
    assert names_in(tmp_path) == ["result.json"]
    assert names_in(target) == ["inside"]


def test_of_several_those_before_one_that_cannot_be_replaced_are_new_and_the_last_is_as_it_was(tmp_path):
    table, copy, summary = (tmp_path / name for name in ("table", "copy", "summary"))
    for target in (table, summary):
        target.write_text("old")
    copy.mkdir()
    (copy / "inside").touch()

    def write():
        with Drafts() as drafts:
            for target in (table, copy, summary):
                with drafts.of(target) as draft:
                    draft.write_text("new")

    with pytest.raises(OutputError, match="copy cannot be written"):
        write()
    assert (table.read_text(), names_in(copy), summary.read_text()) == ("new", ["inside"], "old")
    assert names_in(tmp_path) == ["copy", "summary", "table"]


def test_a_missing_folder_is_told(tmp_path):
    with pytest.raises(OutputError, match="No such file or directory"), written(tmp_path / "gone" / "result.json"):
        pytest.fail("the block must not run")


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (errno.ENOSPC, "the disk is full. Free some space"),
        (errno.EACCES, "no permission. Choose another folder with --out"),
        (errno.EROFS, "no permission. Choose another folder with --out"),
        (errno.EIO, "Choose another folder with --out"),
    ],
)
def test_every_fault_of_the_disk_says_what_to_do(tmp_path, code, words):
    with pytest.raises(OutputError, match=words) as told, written(tmp_path / "result.json"):
        raise OSError(code, os.strerror(code))
    assert str(tmp_path / "result.json") in str(told.value)
    assert names_in(tmp_path) == []


def table_of(kib: int) -> pa.Table:
    return pa.table({"noise": pa.array([os.urandom(64).hex() for _ in range(kib * 16)])})


@pytest.mark.parametrize("write", [write_parquet, write_csv, lambda _, path: path.write_bytes(os.urandom(300_000))])
def test_a_full_disk_leaves_the_earlier_file_and_no_draft(tmp_path, write):
    with small_disk(tmp_path / "disk", kib=128) as disk:
        target = disk / "result"
        target.write_text("earlier")
        with pytest.raises(OutputError, match="the disk is full"), written(target) as draft:
            write(table_of(300), draft)
        assert target.read_text() == "earlier"
        assert names_in(disk) == ["result"]


def test_a_folder_is_made_with_those_above_it(tmp_path):
    make_folder(tmp_path / "a" / "b")
    make_folder(tmp_path / "a" / "b")
    assert names_in(tmp_path / "a" / "b") == []


def test_a_file_in_the_folders_place_is_told(tmp_path):
    (tmp_path / "file").write_text("mine")
    for folder in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(OutputError, match=f"{folder} cannot be written"):
            make_folder(folder)
    assert (tmp_path / "file").read_text() == "mine"


def test_a_folder_that_nobody_may_write_is_told():
    must_have(sys.platform == "linux", "/proc")
    with pytest.raises(OutputError, match="/proc cannot be written"):
        make_folder(Path("/proc"))


@pytest.fixture
def ordinary_user():
    """Be somebody whom permission bits bind, also where the tests run as root."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.mark.skipif(sys.platform == "win32", reason="needs permission bits")
@pytest.mark.usefixtures("ordinary_user")
def test_a_folder_without_permission_is_told():
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o500)
        with pytest.raises(OutputError, match=f"{name} cannot be written: no permission. Choose another folder"):
            make_folder(folder)
        with pytest.raises(OutputError, match="no permission"), written(folder / "result.json"):
            pytest.fail("the block must not run")
        assert names_in(folder) == []


def test_a_full_disk_is_told_before_the_work_begins_or_at_the_first_result(tmp_path):
    with small_disk(tmp_path / "disk") as disk:
        fill(disk, leave_kib=0)
        make_folder(disk)
        with pytest.raises(OutputError, match="the disk is full"), written(disk / "result") as draft:
            draft.write_bytes(bytes(8192))
