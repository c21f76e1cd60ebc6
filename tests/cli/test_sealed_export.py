"""An export opens what is sealed and says so; without the key it stays sealed; an import seals it again."""

from __future__ import annotations

import pytest

from tests.cli.typed import typed
from tests.file_keyring import environment, kept

NOTE = "stabbing between the shoulder blades"
OTHER_PASSPHRASE = "a wholly other sentence"


@pytest.fixture
def ring(tmp_path, monkeypatch):
    """Keep a diary entry in a folder of this test's own, sealed by a key in a keyring; return the keyring's file."""
    file = tmp_path / "keyring.json"
    told = {**environment(file), "POSTURE_COACH_DATA_DIR": str(tmp_path / "own")}
    for name, value in told.items():
        monkeypatch.setenv(name, value)
    for name in ("POSTURE_COACH_PASSPHRASE", "POSTURE_COACH_DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    added = typed("diary", "add", "--pain", "3", "--note", NOTE)
    assert added.code == 0, added.said
    return file


def everything(folder):
    return b"".join(path.read_bytes() for path in sorted(folder.iterdir()))


@pytest.mark.parametrize("kind", ["csv", "json"])
@pytest.mark.usefixtures("ring")
def test_with_the_key_at_hand_it_is_plain_and_the_user_is_told(tmp_path, kind):
    out = tmp_path / "out"
    done = typed("data", "export", "--out", out, "--format", kind)
    assert done.code == 0, done.said
    assert "can read them" in done.said
    assert NOTE.encode() in everything(out)
    assert "Whoever gets these files can read" in (out / "README.txt").read_text(encoding="utf-8")
    assert str(out) in typed("data", "where").out, "so that it is found to be deleted"


def test_without_the_key_it_is_exported_sealed_and_that_is_said(ring, tmp_path):
    ring.write_text("{}")
    done = typed("data", "export", "--out", tmp_path / "out")
    assert "no longer there" in done.said
    assert "sealed" in done.out
    assert NOTE.encode() not in everything(tmp_path / "out")


@pytest.mark.usefixtures("ring")
def test_what_is_to_stay_sealed_does(tmp_path):
    assert typed("data", "export", "--sealed", "--out", tmp_path / "out").code == 0
    assert NOTE.encode() not in everything(tmp_path / "out")


def test_an_import_seals_it_again_by_the_key_that_is_there(ring, tmp_path):
    typed("data", "export", "--out", tmp_path / "out")
    there = {"POSTURE_COACH_DATA_DIR": str(tmp_path / "there"), "POSTURE_COACH_PASSPHRASE": OTHER_PASSPHRASE}
    done = typed("data", "import", tmp_path / "out", env=there)
    assert done.code == 0, done.said
    assert NOTE in typed("diary", "list", env=there).out
    assert "Sealed by a passphrase" in typed("data", "key", "status", env=there).out
    assert len(kept(ring)) == 1, "that of the history that was exported"
    for path in (tmp_path / "there").iterdir():
        assert NOTE.encode() not in path.read_bytes()
