"""`posture-coach today` as it is typed: a history of its own each time, told, drawn, or explained."""

from __future__ import annotations

import shlex
import shutil
import sqlite3
import subprocess
import sys
from datetime import datetime, timedelta

import pytest
from PIL import Image

from posture_coach.store.history import sessions as history
from posture_coach.store.history.database import Database, address
from posture_coach.store.history.migrate import prepare
from posture_coach.store.sealed import keys, people
from posture_coach.store.sealed.keys import PASSPHRASE_VARIABLE
from tests.cli.test_silence import network_calls, traced, written
from tests.cli.typed import PROGRAM, environment, typed
from tests.clips import fill, must_have, names_in, small_disk
from tests.store.made import DOCKED, batches, origin

PASSPHRASE = "five words that nobody guesses"
TOLD = {PASSPHRASE_VARIABLE: PASSPHRASE}
YESTERDAY = (datetime.now().astimezone() - timedelta(days=1)).replace(hour=9, minute=0, second=0, microsecond=0)


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """Return a data folder with half an hour at a desk in it, from yesterday."""
    folder = tmp_path_factory.mktemp("home")
    database = Database(address(f"sqlite:///{folder / 'history.db'}"))
    prepare(database, YESTERDAY)
    with database.writing() as connection:
        keep_half_an_hour(connection, origin(YESTERDAY, place=DOCKED))
    database.close()
    return folder


def keep_half_an_hour(connection, source):
    session = history.begin(connection, source)
    for batch in batches(1800, every_s=1800):
        history.keep(connection, session, source, batch)
    history.sum_up(connection, session)


def today(home, *arguments, folder=None, **more):
    return typed("today", *arguments, folder=folder, env={"POSTURE_COACH_DATA_DIR": str(home), **more})


def test_a_day_is_told_and_drawn(home, tmp_path):
    ended = today(home, "--day", "yesterday", "--picture", "day.png", folder=tmp_path)
    assert (ended.code, ended.err) == (0, ""), ended.said
    title, *_ = ended.out.splitlines()
    assert title == f"{YESTERDAY:%A} {YESTERDAY.day} {YESTERDAY:%B} {YESTERDAY.year}"
    for words in (
        "You were in view for ",
        "from 09:00 to 09:30",
        "The score is ",
        "Evidence ",
        "hour   score  posture",
    ):
        assert words in ended.out, words
    assert names_in(tmp_path) == ["day.png"]
    with Image.open(tmp_path / "day.png") as image:
        assert image.size[0] == 1200
        assert image.info["Title"] == title
        assert image.info["Description"].replace("  ", " ") in " ".join(ended.out.split())


def test_a_week_is_told_and_drawn_dark(home, tmp_path):
    ended = today(home, "--week", "--place", "docked", "--picture", "week.svg", "--dark", folder=tmp_path)
    assert ended.code == 0, ended.said
    assert "You were in view on 1 of 7 days" in ended.out
    assert "At docked" in ended.out
    assert "#14181d" in (tmp_path / "week.svg").read_text(encoding="utf-8")


def test_a_narrow_terminal_without_blocks_shows_letters(home):
    ended = today(home, "--day", "yesterday", COLUMNS="40", PYTHONIOENCODING="ascii")
    assert ended.code == 0, ended.said
    assert max(map(len, ended.out.splitlines())) <= 40
    assert "- sitting" in ended.out
    assert ended.out.isascii()


def test_a_day_without_a_record_says_where_there_is_one_and_draws_nothing(home, tmp_path):
    ended = today(home, "--picture", "day.png", folder=tmp_path)
    assert (ended.code, ended.out) == (1, "")
    assert f"posture-coach today --day {YESTERDAY:%Y-%m-%d}` tells that day" in ended.said
    assert "day.png was not made: there is nothing to draw." in ended.said
    assert names_in(tmp_path) == []


def test_before_anything_is_kept_it_says_how_to_begin_and_makes_nothing(tmp_path):
    ended = today(tmp_path / "none")
    assert ended.code == 1
    assert "Nothing is kept yet. Open the dashboard with `posture-coach`" in ended.said
    assert f"There is no folder {tmp_path / 'none'} yet, which POSTURE_COACH_DATA_DIR names" in ended.said
    assert "There is no folder" not in today(tmp_path).said
    assert not (tmp_path / "none").exists()
    (tmp_path / "settings.toml").write_text("keep = false\n", encoding="utf-8")
    ended = today(tmp_path)
    assert ended.code == 1
    assert "Set keep = true there to begin." in ended.said


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--day", "2999-01-01"], "2999-01-01 has not come yet."),
        (["--day", "24.11.2026"], "'24.11.2026' is no date as 2026-11-24 is, nor today or yesterday."),
        (["--place", "attic"], "'attic' is no place in the history. There are: docked."),
        (["--picture", "day.gif"], "day.gif does not end in .png or .svg."),
        (["--picture", "nowhere/day.png"], "is not the name of a file in a folder that exists."),
        (["--dark"], "add --picture FILE"),
        (["--of", "../anna"], "A person needs a short name"),
        (["--of", "9"], "Nobody in the history has the number 9. There are: 1 (me)."),
        (["--of", "anna"], "Nobody in the history is called 'anna'. There are: 1 (me)."),
    ],
)
def test_unusable_arguments_are_refused(home, tmp_path, arguments, said):
    ended = today(home, *arguments, folder=tmp_path)
    assert ended.code == 2
    assert said in ended.said.replace("│ ", "")
    assert names_in(tmp_path) == []


@pytest.mark.parametrize("of", ["me", "ME", "1"])
def test_ones_own_days_may_be_named(home, of):
    assert today(home, "--day", "yesterday", "--of", of) == today(home, "--day", "yesterday")


@pytest.fixture(scope="module")
def shared(home, tmp_path_factory):
    """Return a data folder in which anna was seen the day before, and berta not yet; a passphrase seals their names."""
    folder = tmp_path_factory.mktemp("shared")
    shutil.copytree(home, folder, dirs_exist_ok=True)
    database = Database(address(f"sqlite:///{folder / 'history.db'}"))
    sealer = keys.make(database, 1, PASSPHRASE)
    with database.writing() as connection:
        anna, _ = (people.add(connection, sealer, name, 1) for name in ("anna", "berta"))
        keep_half_an_hour(connection, origin(YESTERDAY - timedelta(days=1), person=anna.id))
    database.close()
    return folder


def test_somebody_elses_day_is_found_by_name_with_the_key_and_by_number_without(shared):
    day = f"{YESTERDAY - timedelta(days=1):%Y-%m-%d}"
    ended = today(shared, "--of", "Anna", "--day", day, **TOLD)
    assert (ended.code, ended.err) == (0, ""), ended.said
    assert "Anna was in view for" in ended.out
    ended = today(shared, "--of", "2", "--day", day)
    assert ended.code == 0, ended.said
    assert "In view for" in ended.out
    assert "You" not in ended.out
    assert today(shared, "--day", day).code == 1, "it is not one's own"
    ended = today(shared, "--of", "anna", "--day", "yesterday", **TOLD)
    assert ended.code == 1
    assert f"`posture-coach today --of anna --day {day}` tells that day" in ended.said


def test_a_name_without_its_key_says_how_to_open_it_and_which_numbers_need_none(shared):
    ended = today(shared, "--of", "anna")
    assert (ended.code, ended.out) == (1, "")
    assert "set POSTURE_COACH_PASSPHRASE" in ended.said
    assert "A number says who is meant without it. There are: 1 (me), 2, 3." in ended.said


def test_somebody_who_is_not_there_or_was_not_seen_is_said(shared):
    ended = today(shared, "--of", "carla", **TOLD)
    assert ended.code == 2
    assert "Nobody in the history is called 'carla'. There are: 1 (me), 2 (anna), 3 (berta)." in ended.said
    ended = today(shared, "--of", "berta", **TOLD)
    assert ended.code == 1
    assert "Nothing is kept of berta yet: `posture-coach monitor --of NAME` keeps what a camera sees." in ended.said
    assert "Nothing is kept of person 3 yet" in today(shared, "--of", "3").said


def test_a_damaged_history_is_explained_and_left_alone(home, tmp_path):
    whole = (home / "history.db").read_bytes()
    for content in (b"no database at all, but a text" * 50, whole[:4096] + b"\xff" * (len(whole) - 4096)):
        (tmp_path / "history.db").write_bytes(content)
        ended = today(tmp_path)
        assert ended.code == 1
        assert "Traceback" not in ended.said
        assert "history.db" in ended.err
        assert (tmp_path / "history.db").read_bytes() == content


def test_a_newer_history_is_refused_politely(home, tmp_path):
    (tmp_path / "history.db").write_bytes((home / "history.db").read_bytes())
    with sqlite3.connect(tmp_path / "history.db") as file:
        file.execute("UPDATE alembic_version SET version_num = '9999'")
    file.close()
    ended = today(tmp_path)
    assert ended.code == 1
    assert "was written by a newer posture-coach" in ended.said


def test_a_full_disk_leaves_the_earlier_picture(home, tmp_path):
    with small_disk(tmp_path / "disk", kib=64) as disk:
        target = disk / "day.png"
        target.write_text("earlier", encoding="utf-8")
        fill(disk, leave_kib=8)
        ended = today(home, "--day", "yesterday", "--picture", target)
        assert ended.code == 1
        assert "the disk is full" in ended.said
        assert target.read_text(encoding="utf-8") == "earlier"
        assert names_in(disk) == ["day.png", "filler"]


def test_a_picture_opens_no_connection_and_writes_nothing_else(home, tmp_path, monkeypatch):
    for name, value in {"POSTURE_COACH_DATA_DIR": home, "XDG_CACHE_HOME": tmp_path / "cache"}.items():
        monkeypatch.setenv(name, str(value))
    command = [*PROGRAM, "today", "--day", "yesterday", "--picture", str(tmp_path / "day.png")]
    lines = traced(command, tmp_path / "trace")
    assert (tmp_path / "day.png").exists()
    assert network_calls(lines) == []
    # SQLite opens the history as a writer would, with the two files beside it that readers and writers share.
    assert [path for path in written(lines, tmp_path) if not path.startswith(str(home / "history.db"))] == []


def test_nothing_heavy_is_loaded_before_it_is_needed(home):
    """The picture's library takes a second, the camera's needs libraries of a desktop."""
    child = "import sys; from posture_coach.cli.app import main; sys.argv[1:] = ['today', '--day', 'yesterday']\n"
    heavy = "('matplotlib', 'cv2', 'mediapipe')"
    child += f"try: main()\nfinally: print('LOADED', [m for m in {heavy} if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", child], capture_output=True, text=True, encoding="utf-8", check=False, timeout=300,
        env=environment(POSTURE_COACH_DATA_DIR=str(home)),
    )  # fmt: skip
    assert "LOADED []" in done.stdout, done.stdout + done.stderr


@pytest.mark.parametrize("redirected", [">&-", ">/dev/full", "| true"])
def test_a_reader_that_has_gone_is_no_fault(home, redirected):
    must_have(shutil.which("bash"), "bash")
    words = shlex.join([*PROGRAM, "today", "--day", "yesterday"])
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", f"{words} {redirected}"], capture_output=True, text=True, timeout=300,
        env=environment(POSTURE_COACH_DATA_DIR=str(home)), check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr.strip()) == (0, "")
