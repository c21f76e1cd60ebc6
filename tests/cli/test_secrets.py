"""Diary, key and encryption as somebody uses them: typed, told by the environment, or with nobody there to ask."""

from __future__ import annotations

import subprocess
import time
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from posture_coach.resources import samples_folder
from posture_coach.store.history.cipher import is_encrypted
from tests.cli.talked import talked
from tests.cli.typed import PROGRAM, environment, typed
from tests.file_keyring import NONE, kept
from tests.file_keyring import environment as keyring_in

WALK = samples_folder() / "walk_side_rendered.mp4"
WORDS, OTHER = "four words that rhyme", "a wholly other sentence"
NOTE = "stabbing between the shoulder blades"
TOLD, NEW, FILE = "POSTURE_COACH_PASSPHRASE", "POSTURE_COACH_NEW_PASSPHRASE", "POSTURE_COACH_FILE_PASSPHRASE"


@pytest.fixture(autouse=True)
def own(tmp_path, monkeypatch):
    """Keep to a data folder of this test's own; without keyring or passphrase where none is given."""
    monkeypatch.setenv("POSTURE_COACH_DATA_DIR", str(tmp_path / "own"))
    for name, value in {**NONE, "PYTHONPATH": keyring_in(tmp_path)["PYTHONPATH"]}.items():
        monkeypatch.setenv(name, value)
    for name in (TOLD, NEW, FILE, "POSTURE_COACH_DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path / "own"


@pytest.fixture
def history(own):
    return own / "history.db"


@pytest.fixture
def ring(tmp_path, monkeypatch):
    """Give the system a keyring; return its file."""
    file = tmp_path / "keyring.json"
    for name, value in keyring_in(file).items():
        monkeypatch.setenv(name, value)
    return file


def add(*more, **env):
    ended = typed("diary", "add", "--pain", "3", "--note", NOTE, *more, env=env)
    assert ended.code == 0, ended.said
    return ended


# Nothing yet


@pytest.mark.parametrize("command", ["diary list", "data key status", "data key forget", "data decrypt"])
def test_before_anything_is_kept_nothing_is_made(command, own):
    ended = typed(*command.split())
    assert ended.code == 0, ended.said
    assert not own.exists() or not list(own.iterdir())


# The diary


def test_without_keyring_and_anybody_to_ask_it_says_what_to_do():
    ended = typed("diary", "add", "--pain", "3")
    assert ended.code == 1
    assert "no keyring" in ended.said
    assert "data key set-passphrase" in ended.said
    assert TOLD in ended.said
    assert "Traceback" not in ended.said


def test_an_entry_is_kept_shown_and_deleted(ring, history):
    said = add("--comfort", "6", "--at", "2026-11-02 09:30").said
    assert "Kept, sealed: 2026-11-02 09:30, pain 3, comfort 6, a note." in said
    assert "lies in the system's keyring" in said
    assert "Names and diary are sealed" not in add().said, "told once"
    listed = typed("diary", "list", "--from", "2026-11-01", "--to", "2026-11-02")
    assert listed.code == 0
    assert listed.out.splitlines()[1].split(maxsplit=5) == ["1", "2026-11-02", "09:30", "3", "6", NOTE]
    assert len(listed.out.splitlines()) == 2
    assert len(kept(ring)) == 1
    assert typed("diary", "delete", "1").code == 0
    assert "Nothing was written down" in typed("diary", "list", "--from", "2026-11-01", "--to", "2026-11-02").out
    again = typed("diary", "delete", "1")
    assert (again.code, "no diary entry 1" in again.said) == (2, True)
    assert NOTE.encode() not in history.read_bytes()


@pytest.mark.usefixtures("ring")
def test_somebody_elses_diary_is_kept_and_shown_apart():
    assert typed("people", "add", "anna").code == 0
    added = typed("diary", "add", "--pain", "3", "--note", NOTE, "--of", "Anna")
    assert "Kept, sealed, of anna: " in added.out, added.said
    for of in ("anna", "1"):
        assert NOTE in typed("diary", "list", "--of", of).out
    for of in ([], ["--of", "me"]):
        assert "Nothing was written down from" in typed("diary", "list", *of).out
    for words in (["add", "--pain", "3"], ["list"]):
        ended = typed("diary", *words, "--of", "berta")
        assert ended.code == 2
        assert "is called 'berta'. There are: 1 (anna)." in ended.said


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "at least one of --pain, --comfort and --note"),
        (["--pain", "11"], "10"),
        (["--pain", "2.5"], "pain"),
        (["--note", " "], "says something"),
        (["--pain", "1", "--at", "yesterday"], "--at"),
        (["--pain", "1", "--at", f"{datetime.now() + timedelta(days=2):%Y-%m-%d %H:%M}"], "has not come yet"),
    ],
)
@pytest.mark.usefixtures("ring")
def test_what_is_no_entry_ends_with_2_and_keeps_nothing(arguments, said, own):
    ended = typed("diary", "add", *arguments)
    assert ended.code == 2
    assert said in ended.said
    assert not own.exists()


def test_it_asks_what_was_not_said_and_for_a_passphrase_where_there_is_no_keyring():
    ended = talked(
        "diary", "add",
        answers=[
            ("Pain", "12"), ("0 to 10", "4"), ("Comfort", ""), ("Note", NOTE),
            ("New passphrase", WORDS), ("Repeat", WORDS),
        ],
    )  # fmt: skip
    assert ended.code == 0, ended.out
    assert "no keyring for the key: choose a passphrase" in ended.said
    assert "pain 4, a note" in ended.said
    assert WORDS not in ended.out, "it is not shown"
    assert NOTE in typed("diary", "list", env={TOLD: WORDS}).out
    asked = talked("diary", "list", answers=[("Passphrase of names and diary", WORDS)])
    assert NOTE in asked.out
    wrong = talked("diary", "list", answers=[("Passphrase of names and diary", "something else")])
    assert (wrong.code, "does not open" in wrong.said) == (1, True)


@pytest.mark.usefixtures("ring")
def test_a_note_need_not_stand_in_the_shells_history():
    ended = subprocess.run(
        [*PROGRAM, "diary", "add", "--note", "-"], input=f"{NOTE}\n", text=True, capture_output=True,
        env=environment(), check=True,
    )  # fmt: skip
    assert "a note" in ended.stdout
    assert NOTE in typed("diary", "list").out


# The key


@pytest.mark.usefixtures("ring")
def test_from_the_keyring_to_a_passphrase_and_back():
    add()
    assert "Sealed by a key in the system's keyring" in typed("data", "key", "status").said
    moved = talked("data", "key", "set-passphrase", answers=[("New passphrase", WORDS), ("Repeat", WORDS)])
    assert moved.code == 0, moved.out
    assert "older key stays in the keyring" in moved.said
    closed = typed("data", "key", "status")
    assert (closed.code, "Sealed by a passphrase" in closed.said) == (1, True)
    assert "The key opens" in typed("data", "key", "status", env={TOLD: WORDS}).said
    assert NOTE in typed("diary", "list", env={TOLD: WORDS}).out
    assert typed("data", "key", "use-keyring", env={TOLD: "something else"}).code == 1
    back = typed("data", "key", "use-keyring", env={TOLD: WORDS})
    assert back.code == 0, back.said
    assert NOTE in typed("diary", "list").out
    assert "already" in typed("data", "key", "use-keyring").said


def test_a_passphrase_is_told_by_the_environment_where_nobody_types():
    refused = typed("data", "key", "set-passphrase")
    assert (refused.code, NEW in refused.said) == (2, True)
    assert "four words" in typed("data", "key", "set-passphrase", env={NEW: "short"}).said
    assert typed("data", "key", "set-passphrase", env={NEW: WORDS}).code == 0
    add(**{TOLD: WORDS})
    changed = typed("data", "key", "set-passphrase", env={TOLD: WORDS, NEW: OTHER})
    assert changed.code == 0, changed.said
    assert f"{TOLD} still tells the older one" in changed.said
    assert typed("diary", "list", env={TOLD: WORDS}).code == 1
    assert NOTE in typed("diary", "list", env={TOLD: OTHER}).out


def test_rotating_keeps_what_is_sealed_and_can_drop_the_older_key(ring):
    add()
    first = kept(ring)
    assert "wrapped anew" in typed("data", "key", "rotate").said
    assert first.items() < kept(ring).items()
    rotated = typed("data", "key", "rotate", "--new-data-key", "--drop-old")
    assert "1 fields" in rotated.said
    assert "is gone from the keyring" in rotated.said
    assert len(kept(ring)) == 2
    assert NOTE in typed("diary", "list").out


def test_a_lost_key_is_said_and_can_be_given_up(ring):
    add()
    ring.write_text("{}")
    lost = typed("diary", "list")
    assert lost.code == 1
    for said in ("no longer there", "cannot be opened by anybody", "data key forget"):
        assert said in lost.said
    assert typed("data", "key", "rotate").code == 1
    assert (unasked := typed("data", "key", "forget")).code == 2
    assert "--yes" in unasked.said
    talked("data", "key", "forget", answers=[("Delete for good: 0 names, 1 diary entry", "n")])
    assert "1 diary entry" in typed("data", "key", "status").said
    assert "Gone: 0 names, 1 diary entry." in typed("data", "key", "forget", "--yes").said
    assert "Nothing is sealed yet" in typed("data", "key", "status").said
    add()
    assert NOTE in typed("diary", "list").out


# The whole file


@pytest.mark.usefixtures("ring")
def test_the_file_is_encrypted_by_a_passphrase_that_is_typed_and_asked_for_then(history):
    add()
    done = talked("data", "encrypt", answers=[("New passphrase of history.db", WORDS), ("Repeat", WORDS)])
    assert done.code == 0, done.out
    assert "is encrypted. Nobody can open it without the passphrase" in done.said
    assert "flash cells" in done.said
    assert is_encrypted(history)
    closed = typed("diary", "list")
    assert (closed.code, FILE in closed.said) == (1, True)
    assert NOTE in talked("diary", "list", answers=[("Passphrase of ", WORDS)]).out
    assert NOTE in typed("diary", "list", env={FILE: WORDS}).out
    assert "is encrypted as a whole" in typed("data", "key", "status", env={FILE: WORDS}).said
    assert "encrypted already" in typed("data", "encrypt", env={FILE: WORDS}).said
    wrong = typed("data", "decrypt", env={FILE: OTHER})
    assert (wrong.code, "does not open" in wrong.said) == (1, True)
    assert "is plain" in typed("data", "decrypt", env={FILE: WORDS}).said
    assert not is_encrypted(history)
    assert NOTE in typed("diary", "list").out


def test_a_keyring_remembers_the_files_key_until_another_passphrase_is_set(ring, history):
    add()
    assert "not asked for the passphrase" in typed("data", "encrypt", "--remember", env={NEW: WORDS}).said
    assert WORDS not in ring.read_text()
    assert NOTE in typed("diary", "list").out
    copies = history.parent / "backups"
    assert typed("data", "backup").code == 0
    changed = typed("data", "encrypt", "--change", env={NEW: OTHER})
    assert "Copies made before still need the passphrase" in changed.said
    assert typed("diary", "list").code == 1
    (copy,) = copies.glob("*.db")
    assert is_encrypted(copy)
    copy.unlink()
    typed("data", "encrypt", "--remember", env={FILE: OTHER})
    typed("data", "decrypt")
    assert sum("file-" in entry for entry in kept(ring)) == 1, "the one that the copy needed was never dropped"


def test_without_a_keyring_nothing_is_remembered_and_nothing_changed(history):
    ended = typed("data", "encrypt", "--remember", env={NEW: WORDS})
    assert (ended.code, "leave --remember out" in ended.said) == (1, True)
    assert not history.exists()


@pytest.mark.usefixtures("ring")
def test_plain_copies_are_named_and_deleted_where_that_is_wanted(history):
    add()
    typed("data", "backup")
    (copy,) = (history.parent / "backups").glob("*.db")
    left = typed("data", "encrypt", env={NEW: WORDS})
    assert str(copy) in left.said
    assert copy.exists()
    assert "They are deleted" in typed("data", "encrypt", "--delete-copies", env={FILE: WORDS}).said
    assert not copy.exists()


@pytest.mark.usefixtures("ring")
@pytest.mark.parametrize(
    "command",
    [
        ["--no-browser", "--port", "8599"],
        ["data", "where"],
        ["monitor", "--source", str(WALK), "--keep", "--seconds", "1"],
    ],
    ids=["dashboard", "data", "monitor"],
)
def test_whatever_opens_the_history_asks_for_its_passphrase(command, history):
    add()
    typed("data", "encrypt", env={NEW: WORDS})
    before = history.read_bytes()
    ended = talked(*command, answers=[(f"Passphrase of {history}", OTHER)])
    assert (ended.code, "does not open" in ended.said) == (1, True)
    assert "Traceback" not in ended.out
    assert history.read_bytes() == before


def test_a_server_is_not_encrypted_as_a_file():
    ended = typed("data", "encrypt", env={"POSTURE_COACH_DATABASE_URL": "postgresql://me:hidden@127.0.0.1:1/none"})
    assert (ended.code, "server's disk" in ended.said) == (1, True)
    assert "hidden" not in ended.said


# Nothing secret where others see it


@pytest.mark.usefixtures("ring")
def test_no_passphrase_stands_among_the_arguments_or_in_any_file(tmp_path):
    add()
    running = subprocess.Popen(
        [*PROGRAM, "data", "encrypt"], env=environment(**{NEW: WORDS, FILE: WORDS}), stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    )  # fmt: skip
    seen = set()
    while running.poll() is None:
        seen |= {*_arguments(running.pid)}
        time.sleep(0.02)
    assert (running.returncode, running.stderr.read()) == (0, b"")
    running.stderr.close()
    assert any("encrypt" in word for word in seen)
    assert not any(WORDS in word for word in seen)
    for path in tmp_path.rglob("*"):
        if path.is_file():
            assert WORDS.encode() not in path.read_bytes(), path


def _arguments(number):
    """Yield the arguments of a process and of those it has started."""
    for each in [str(number), *_children(number)]:
        try:
            yield from Path(f"/proc/{each}/cmdline").read_text().split("\0")
        except OSError:
            continue


def _children(number):
    try:
        return Path(f"/proc/{number}/task/{number}/children").read_text().split()
    except OSError:
        return []
