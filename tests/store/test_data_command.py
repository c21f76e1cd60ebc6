"""`posture-coach data` as somebody types it, on both databases."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, update

from posture_coach.dashboard.analyze.store import Store
from posture_coach.store.files.folder import FOLDER_VARIABLE
from posture_coach.store.history.database import URL_VARIABLE, Database, address
from posture_coach.store.history.migrate import BACKUPS, prepare
from posture_coach.store.history.tables import DAYS
from posture_coach.store.sealed import diary, keys, people
from posture_coach.store.sealed.keys import PASSPHRASE_VARIABLE
from tests.cli.typed import environment, typed
from tests.store.made import DOCKED, origin
from tests.store.test_history import write

PASSPHRASE = "five words that nobody guesses"
TWO_DAYS_AGO = datetime.now().astimezone().replace(hour=9, minute=0, second=0, microsecond=0) - timedelta(days=2)
"""By the real clock, which the command goes by."""


class Home:
    """A data folder of its own, and what is typed in it."""

    def __init__(self, folder, url=""):
        self.folder, self.url = folder, url
        self.file = folder / "history.db"

    def data(self, *words, **env):
        told = {FOLDER_VARIABLE: str(self.folder), URL_VARIABLE: self.url} | env
        return typed("data", *words, folder=self.folder.parent, env=told)

    def asked(self, words, answer):
        """Type in a terminal; return the exit code and what was said."""
        from tests.cli.talked import talked  # not there on Windows

        told = {FOLDER_VARIABLE: str(self.folder), URL_VARIABLE: self.url}
        ended = talked("data", *words, answers=[("[y/N]", answer)], env=told)
        return ended.code, ended.out

    def opened(self):
        return Database(address(self.url or f"sqlite:///{self.file}"))

    def fill(self):
        with self.opened() as database:
            prepare(database, TWO_DAYS_AGO)
            for hours, place in ((0, None), (3, DOCKED), (24, None)):
                source = origin(TWO_DAYS_AGO + timedelta(hours=hours), place=place)
                write(database, source, 700, seed=hours, every_s=700)
        return self


@pytest.fixture
def home(tmp_path):
    """Return a data folder that is not there yet."""
    return Home(tmp_path / "home")


@pytest.fixture
def kept(home):
    """Return a history in a file."""
    return home.fill()


@pytest.fixture
def anywhere(home, url):
    """Return a history on each of the two databases."""
    home.url = url if url.startswith("postgresql") else ""
    return home.fill()


# Where


def test_where_with_nothing_there_tells_so_and_makes_nothing(home):
    ended = home.data("where")
    assert ended.code == 0
    assert f"none yet, at {home.file}" in ended.out
    assert "Seconds are kept 30 days" in ended.out
    assert not home.folder.exists()


def test_where_tells_what_is_kept_where_and_how_long(anywhere):
    ended = anywhere.data("where")
    assert ended.code == 0
    assert f"3 sessions, 2 days from {TWO_DAYS_AGO:%Y-%m-%d}" in ended.out
    assert "2,100 seconds" in ended.out
    assert "sums of days until you delete them" in ended.out
    assert ended.err == ""
    if not anywhere.url:
        assert str(anywhere.file) in ended.out


def test_where_lists_places_settings_and_copies(kept):
    for name in ("places/docked.toml", "targets/me.toml", "settings.toml"):
        (kept.folder / name).parent.mkdir(exist_ok=True)
        (kept.folder / name).write_text("seconds_days = 7\n" if name == "settings.toml" else "")
    copy = kept.data("backup").out.split()[-1]
    elsewhere = kept.folder.parent / "my copy.db"
    assert kept.data("backup", elsewhere).code == 0
    ended = kept.data("where")
    for path in ("docked.toml", "me.toml", "settings.toml", copy, str(elsewhere)):
        assert path in ended.out, path
    assert "Seconds are kept 7 days" in ended.out
    elsewhere.unlink()
    assert f"{elsewhere}: copy of the whole history" in kept.data("where").out
    assert "(no longer there)" in kept.data("where").out


DELETE_AS_NOBODY = """
import os
import posture_coach.dashboard.analyze.store, posture_coach.store.files.own_files
from posture_coach.cli.data_delete import _delete_files
from posture_coach.errors import StoreError
if os.geteuid() == 0:
    os.setuid(65534)
try:
    _delete_files(True, yes=True)
except StoreError as why:
    print("Error:", why)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere no variable names the folder")
def test_dropped_files_that_cannot_be_deleted_are_not_told_to_be():
    with tempfile.TemporaryDirectory() as place:
        Path(place).chmod(0o777)
        stuck = Path(place) / "posture-coach" / "analyze" / "run-0123" / "4567"
        stuck.mkdir(parents=True)
        (stuck / "upload.mp4").write_bytes(bytes(10))
        for folder in (stuck.parent, stuck.parent.parent):
            folder.chmod(0o777)
        stuck.chmod(0o555)
        env = {**os.environ, "XDG_CACHE_HOME": place, FOLDER_VARIABLE: f"{place}/data", "HOME": place}
        ended = subprocess.run(
            [sys.executable, "-c", DELETE_AS_NOBODY], env=env, capture_output=True, text=True, check=False
        )
        said = " ".join(f"{ended.stdout} {ended.stderr}".split())
        assert ended.returncode == 0, said
        assert f"Error: What was dropped on Analyze cannot be deleted: {stuck.parent}." in said
        assert f"Deleted: {stuck.parent}" not in said
        assert "A dashboard that runs" not in said
        assert (stuck / "upload.mp4").exists()
        stuck.chmod(0o777)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere no variable names the folder")
def test_dropped_files_that_a_killed_dashboard_left_are_told_of_and_deleted(kept):
    cache = kept.folder.parent / "cache"
    root, env = cache / "posture-coach" / "analyze", {"XDG_CACHE_HOME": str(cache)}
    assert f"nothing of Analyze is left in {root}" in kept.data("where", **env).out
    going_on, killed = Store(root), root / "run-0123"
    (killed / "4567").mkdir(parents=True)
    (killed / "4567" / "upload.mp4").write_bytes(bytes(2_500_000))
    told = kept.data("where", **env).out
    assert f"{killed}, 2.5 MB" in told
    assert str(going_on.path) in told
    stays = kept.data("delete", "--all", "--no-files", "--yes", **env)
    assert "dropped files stay" in stays.out
    assert killed.exists()
    gone = kept.data("delete", "--all", "--files", "--yes", **env)
    assert (gone.code, killed.exists(), going_on.path.exists()) == (0, False, True)
    assert str(killed) in gone.out
    assert "A dashboard that runs holds what was dropped" in gone.out
    going_on.close()
    assert f"nothing of Analyze is left in {root}" in kept.data("where", **env).out


@pytest.mark.parametrize("damage", ["garbage", "newer", "half"])
def test_where_lists_the_copies_of_a_history_that_cannot_be_read(kept, damage):
    copy = kept.data("backup").out.split()[-1]
    spoil(kept.file, damage)
    ended = kept.data("where")
    assert ended.code == 1
    assert copy in ended.out
    assert "newer posture-coach" in ended.err if damage == "newer" else "damaged" in ended.err
    assert "Traceback" not in ended.err


def spoil(file, damage):
    if damage == "newer":
        with closing(sqlite3.connect(file)) as raw, raw:
            raw.execute("UPDATE alembic_version SET version_num = '9999'")
    elif damage == "half":
        os.truncate(file, file.stat().st_size // 3)
    else:
        file.write_bytes(b"no history at all\n" * 1000)


def test_settings_that_are_wrong_are_named_and_the_rest_is_told(kept):
    (kept.folder / "settings.toml").write_text("seconds_days = 'long'\n")
    ended = kept.data("where")
    assert ended.code == 1
    assert "3 sessions" in ended.out
    assert "seconds_days is a whole number" in ended.err


def test_a_password_is_not_shown(home):
    home.url = "postgresql://ana:secret@127.0.0.1:1/history"
    ended = home.data("where")
    assert ended.code == 1
    assert "secret" not in ended.said
    assert "127.0.0.1" in ended.said


# Check


def test_check_says_what_was_looked_at(anywhere):
    ended = anywhere.data("check")
    assert ended.code == 0
    assert "those of 2 days agree" in ended.out
    assert "WRONG" not in ended.out


def test_check_with_nothing_there_is_well(home):
    ended = home.data("check")
    assert ended.code == 0
    assert "Nothing is kept yet" in ended.out


def test_check_finds_wrong_sums_and_mends_them(anywhere):
    with anywhere.opened() as database, database.writing() as connection:
        connection.execute(update(DAYS).values(seconds=1))
    ended = anywhere.data("check")
    assert ended.code == 1
    assert "WRONG sums" in ended.out
    ended = anywhere.data("check", "--mend")
    assert ended.code == 0
    assert "Made anew" in ended.out
    assert anywhere.data("check").code == 0


@pytest.mark.parametrize("damage", ["garbage", "half"])
@pytest.mark.parametrize("words", [["check"], ["check", "--mend"], ["backup"]], ids=" ".join)
def test_what_is_damaged_is_explained_and_left(kept, damage, words):
    spoil(kept.file, damage)
    before = kept.file.read_bytes()
    ended = kept.data(*words)
    assert ended.code == 1
    assert "damaged" in ended.said
    assert "Traceback" not in ended.said
    assert kept.file.read_bytes() == before
    assert not list((kept.folder / BACKUPS).glob("*"))


def test_what_a_newer_program_has_written_can_be_copied_but_not_mended(kept):
    spoil(kept.file, "newer")
    for words in (["check"], ["check", "--mend"]):
        ended = kept.data(*words)
        assert ended.code == 1
        assert "written by a newer posture-coach" in ended.said
        assert "Traceback" not in ended.said
    assert kept.data("backup").code == 0


# Copies


def test_a_copy_is_made_and_brought_back(kept):
    copy = kept.data("backup").out.removeprefix("Copied to ").strip()
    with kept.opened() as database, database.writing() as connection:
        connection.execute(delete(DAYS))
    ended = kept.data("restore", copy)
    assert ended.code == 1
    assert "Nothing was changed. Nobody can be asked here: add --yes" in ended.err
    ended = kept.data("restore", copy, "--yes")
    assert ended.code == 0
    assert "What it held before:" in ended.out
    assert kept.data("check").code == 0
    assert "before-restore" in kept.data("where").out


@pytest.mark.skipif(os.name == "nt", reason="Windows has no pseudo-terminals")
@pytest.mark.parametrize(("answer", "code"), [("y", 0), ("n", 1), ("\x04", 1), ("\x03", 130)])
def test_whoever_is_there_is_asked(kept, answer, code):
    copy = kept.data("backup").out.removeprefix("Copied to ").strip()
    ended, said = kept.asked(["restore", copy], answer)
    assert ended == code
    assert "in the place of" in said
    assert ("now holds" in said) == (code == 0)


@pytest.mark.parametrize("words", [["restore", "none.db", "--yes"], ["backup", "taken"], ["restore", "taken", "--yes"]])
def test_what_cannot_be_done_is_explained(kept, words):
    (kept.folder.parent / "taken").write_text("holiday")
    ended = kept.data(*words)
    assert ended.code == 1
    assert ended.err.startswith("posture-coach: ")
    assert "Traceback" not in ended.said
    assert kept.data("check").code == 0


def test_there_is_nothing_to_copy_where_nothing_is_kept(home):
    ended = home.data("backup")
    assert ended.code == 1
    assert "Nothing is kept yet" in ended.said


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="this user may do anything")
@pytest.mark.parametrize("words", [["where"], ["check"], ["backup"]], ids=" ".join)
def test_without_the_right_to_read_it_is_explained(kept, words):
    kept.file.chmod(0)
    ended = kept.data(*words)
    assert ended.code == 1
    assert str(kept.file) in ended.said
    assert "Traceback" not in ended.said


# Export and import


@pytest.mark.parametrize("kind", ["csv", "parquet", "json"])
def test_an_export_goes_out_and_comes_back(anywhere, tmp_path, kind):
    out = tmp_path / "my history"
    ended = anywhere.data("export", "--out", out, "--format", kind)
    assert ended.code == 0
    assert "3 sessions, 2,100 seconds" in ended.out
    assert (out / f"seconds.{kind}").exists()
    assert f"{out}: export ({kind}): everybody, all days" in anywhere.data("where").out
    new = Home(tmp_path / "new")
    ended = new.data("import", out)
    assert ended.code == 0
    assert "3 sessions, 2,100 seconds" in ended.out
    assert new.data("check").code == 0
    assert "Was there already, and stays as it is: 1 person" in new.data("import", out).out


def test_a_part_is_named_by_person_and_days(kept, tmp_path):
    day = f"{TWO_DAYS_AGO:%Y-%m-%d}"
    ended = kept.data("export", "--out", tmp_path / "one", "--of", "me", "--from", day, "--to", day)
    assert ended.code == 0
    assert "2 sessions, 1,400 seconds" in ended.out
    ended = kept.data("export", "--out", tmp_path / "two", "--of", "ana")
    assert ended.code == 2
    assert "Nobody in the history is called 'ana'. There are: 1 (me)." in ended.err
    ended = kept.data("export", "--out", tmp_path / "three", "--from", "2026-13-01")
    assert ended.code == 2
    assert "is no day as 2026-11-24 is" in ended.said
    ended = kept.data("export", "--out", tmp_path / "four", "--from", "today", "--to", "yesterday")
    assert ended.code == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["home", "one"]


@pytest.fixture
def two(anywhere):
    """Return a history of two people; a passphrase seals the name of anna."""
    with anywhere.opened() as database:
        sealer = keys.make(database, 1, PASSPHRASE)
        with database.writing() as connection:
            anna = people.add(connection, sealer, "anna", 1)
            diary.add(connection, sealer, anna.id, diary.Entry(TWO_DAYS_AGO, pain=3))
        write(database, origin(TWO_DAYS_AGO, person=anna.id), 310, every_s=310)
    return anywhere


def test_one_of_two_is_named_with_the_key_and_numbered_without(two, tmp_path):
    told = {PASSPHRASE_VARIABLE: PASSPHRASE}
    for number, (of, env) in enumerate((("Anna", told), ("2", {}))):
        ended = two.data("export", "--out", tmp_path / f"{number}", "--of", of, **env)
        assert ended.code == 0, ended.said
        assert "1 person, 1 session, 310 seconds" in ended.out
    for words in (["export", "--out", tmp_path / "none"], ["delete", "--yes"]):
        ended = two.data(*words, "--of", "anna")
        assert ended.code == 1
        assert "A number says who is meant without it. There are: 1 (me), 2." in ended.err
    assert not (tmp_path / "none").exists()
    ended = two.data("delete", "--of", "anna", "--yes", **told)
    assert ended.code == 0
    assert "Deleted: 1 person, 1 session, 310 seconds" in ended.out
    assert "3 sessions" in two.data("where").out


def test_what_is_no_export_is_told_and_makes_no_history(home, tmp_path):
    ended = home.data("import", tmp_path)
    assert ended.code == 1
    assert "is no export" in ended.err
    assert not home.folder.exists()


def test_there_is_nothing_to_export_where_nothing_is_kept(home, tmp_path):
    assert home.data("export", "--out", tmp_path / "out").code == 1
    assert not (tmp_path / "out").exists()


WAITS = """
import sys
from posture_coach.cli.app import main
from posture_coach.store.carried import export

def wait(*_):
    print("all tables are written", flush=True)
    sys.stdin.readline()

export._describe = wait
sys.argv = ["posture-coach", "data", "export", "--out", sys.argv[1]]
main()
"""


def test_what_a_killed_export_has_left_is_listed_to_be_deleted(anywhere, tmp_path):
    out = tmp_path / "out"
    env = environment(**{FOLDER_VARIABLE: str(anywhere.folder), URL_VARIABLE: anywhere.url})
    with subprocess.Popen(
        [sys.executable, "-c", WAITS, out], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=env
    ) as child:
        assert child.stdout.readline()
        child.kill()
    (left,) = tmp_path.glob(".out-draft-*")
    assert (left / "seconds.csv").stat().st_size > 0
    assert not out.exists()
    assert f"{left}: unfinished export (csv): everybody, all days" in anywhere.data("where").out
    ended = anywhere.data("export", "--out", out)
    assert ended.code == 0, ended.said
    ended = anywhere.data("delete", "--all", "--yes")
    assert f"{left}: unfinished export" in ended.out
    assert f"{out}: export" in ended.out


# Delete


def test_days_go_and_what_was_written_elsewhere_is_listed(anywhere, tmp_path):
    out = tmp_path / "my export"
    assert anywhere.data("export", "--out", out).code == 0
    day = f"{TWO_DAYS_AGO:%Y-%m-%d}"
    ended = anywhere.data("delete", "--from", day, "--to", day)
    assert ended.code == 1
    assert "2 sessions, 1,400 seconds" in ended.out
    assert "Nothing was deleted. Nobody can be asked here: add --yes" in ended.err
    ended = anywhere.data("delete", "--from", day, "--to", day, "--yes")
    assert ended.code == 0
    assert "Delete them yourself" in ended.out
    assert str(out) in ended.out
    assert ("its own logs and backups" in ended.out) == bool(anywhere.url)
    ended = anywhere.data("check")
    assert ended.code == 0
    assert "those of 1 day agree" in ended.out


def test_everything_goes_and_the_rest_when_asked_for(kept):
    kept.data("backup")
    (kept.folder / "settings.toml").write_text("seconds_days = 7\n")
    ended = kept.data("delete", "--all", "--yes")
    assert ended.code == 0
    assert "Copies deleted whole" in ended.out
    assert "settings (1 file) and dropped files stay." in ended.out
    ended = kept.data("delete", "--all", "--files", "--yes")
    assert ended.code == 0
    assert not (kept.folder / "settings.toml").exists()
    assert "Holds      nothing" in kept.data("where").out


def test_what_was_sealed_is_counted_among_what_went(two):
    ended = two.data("delete", "--all", "--yes")
    assert ended.code == 0, ended.said
    goes, gone = (line for line in ended.out.splitlines() if line.startswith(("This deletes", "Deleted")))
    assert goes.partition(": ")[2] == gone.partition(": ")[2]
    assert gone.endswith(", 1 diary entry, 1 key.")


def test_a_history_that_cannot_be_read_goes_when_all_of_it_is_to_go(kept):
    spoil(kept.file, "garbage")
    assert kept.data("delete", "--of", "me", "--yes").code == 1
    assert kept.file.exists()
    ended = kept.data("delete", "--all", "--yes")
    assert ended.code == 0
    assert "is damaged" in ended.err
    assert not kept.file.exists()


@pytest.mark.parametrize(
    "words", [[], ["--all", "--of", "me"], ["--of", "me", "--files"], ["--from", "soon"]], ids=" ".join
)
def test_what_to_delete_must_be_said(home, words):
    ended = home.data("delete", "--yes", *words)
    assert ended.code == 2
    assert "Traceback" not in ended.said
