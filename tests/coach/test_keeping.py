"""What a live session tells ends up in the history: with the time of day, the place and the targets that held."""

from __future__ import annotations

import sys
from contextlib import closing
from datetime import datetime, timedelta, timezone

import numpy as np
import pytest
from sqlalchemy import select

from posture_coach.activity.types import Activity
from posture_coach.coach.keeping import Keeper, keeper
from posture_coach.coach.lately import Minutes
from posture_coach.errors import DataError
from posture_coach.measures.definitions import NAMES
from posture_coach.pose.types import Mode, Model
from posture_coach.scoring.own import own_targets
from posture_coach.scoring.rules import shipped_rules
from posture_coach.scoring.seconds import Second
from posture_coach.scoring.targets import shipped_targets
from posture_coach.store.files.folder import FOLDER_VARIABLE
from posture_coach.store.files.profiles import SeenBy
from posture_coach.store.files.settings import FILE_NAME, Settings, save
from posture_coach.store.history import sessions as history
from posture_coach.store.history.database import Database, address
from posture_coach.store.history.migrate import prepare
from posture_coach.store.history.recorder import WAITING_S, Recorder
from posture_coach.store.history.records import PlaceKept
from posture_coach.store.history.tables import EVENTS, SECONDS, SESSIONS, WINDOWS
from posture_coach.store.sealed import keys, people
from tests.clips import must_have
from tests.scoring.over_time import NECK, PITCH, TRUNK, assessed

ZONE = timezone(timedelta(hours=1))
NINE = datetime(2026, 11, 24, 9, tzinfo=ZONE)
EYE = SeenBy("Camera", 640, 480, Model.FULL, Mode.TRACKED)
TARGETS = shipped_targets(NAMES)
DOCKED = PlaceKept("docked", "a" * 64, NINE)


class Clock:
    """Time of day that the test sets."""

    def __init__(self):
        self.now = NINE

    def __call__(self):
        return self.now


class Known:
    """Places of which one is known."""

    def kept(self, place):
        if place != "docked":
            raise DataError("There is no such place.")
        return DOCKED


def add_anna():
    """Add somebody to the history that the settings name, and return her."""
    with Database(address()) as database:
        prepare(database, NINE)
        sealer = keys.ready(database, 0)
        with database.writing() as connection:
            return people.add(connection, sealer, "anna", 0)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def recorder(tmp_path, clock):
    with closing(Recorder(f"sqlite:///{tmp_path / 'history.db'}", now=clock)) as recorder:
        yield recorder


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def told(recorder, clock):
    """Feed seconds as they come, and read what was kept."""
    return Told(recorder, clock)


class Told:
    def __init__(self, recorder, clock):
        self.keeper = Keeper(recorder, now=clock, places=Known)
        self._recorder, self._clock, self.url = recorder, clock, recorder._url

    def seconds(self, first, count, targets=TARGETS):
        for number in range(first, first + count):
            self._clock.now += timedelta(seconds=1)
            value = np.full(len(NAMES), np.nan)
            self.keeper.take(Second(float(number), Activity.SITTING, 80.0, 0.5, value, {}, {}), targets)

    def rows(self, table):
        assert self._recorder.flush().problem == ""
        with Database(address(self.url)) as database, database.reading() as connection:
            return connection.execute(select(table)).all()


def test_seconds_are_kept_at_their_time_of_day(told):
    told.keeper.watch("0", EYE)
    told.seconds(3, 20)
    (session,) = told.rows(SESSIONS)
    began = int(NINE.timestamp())
    assert (session.started_at, session.ended_at) == (began, began + 20)
    assert [row.at for row in told.rows(SECONDS)] == list(range(began, began + 20))
    assert (session.source, session.model, session.mode) == ("Camera", "full", "tracked")
    assert session.own_targets is None


def test_a_history_that_was_deleted_and_what_was_lost_is_told_though_it_is_written_again(told, recorder, tmp_path):
    must_have(sys.platform != "win32", "deleting a file that is open")
    told.keeper.watch("0", EYE)
    told.seconds(0, 10)
    assert told.keeper.problem == "", "what waits for the next commit is no problem"
    assert recorder.flush().problem == ""
    for path in tmp_path.glob("history.db*"):
        path.unlink()
    told.seconds(10, WAITING_S + 90)
    assert recorder.flush().problem == ""
    assert "was deleted, or another one put in its place" in told.keeper.problem
    assert told.keeper.problem.endswith(" 2 min could not be kept.")
    assert "wait in memory" not in told.keeper.problem


def test_a_machine_that_slept_begins_a_session_of_its_own(told, clock):
    told.keeper.watch("0", EYE)
    told.seconds(0, 10)
    clock.now += timedelta(hours=1)
    told.seconds(10, 10)
    first, second = told.rows(SESSIONS)
    assert second.started_at == first.ended_at + 3600
    assert len({row.at for row in told.rows(SECONDS)}) == 20


def test_a_clock_that_is_put_back_loses_nothing(told, clock):
    told.keeper.watch("0", EYE)
    told.seconds(0, 10)
    clock.now -= timedelta(seconds=8)
    told.seconds(10, 10)
    assert len(told.rows(SESSIONS)) == 2
    assert len(told.rows(SECONDS)) == 20


@pytest.mark.parametrize("hours", [2, 0], ids=["ahead", "back"])
def test_a_clock_of_another_offset_begins_a_session_of_its_own(told, clock, hours):
    told.keeper.watch("0", EYE)
    told.seconds(0, 10)
    clock.now = clock.now.astimezone(timezone(timedelta(hours=hours)))
    told.seconds(10, 10)
    first, second = told.rows(SESSIONS)
    assert (first.utc_offset_s, second.utc_offset_s) == (3600, hours * 3600)
    assert second.started_at == first.ended_at


def test_a_day_ends_a_session(told, clock):
    clock.now = NINE.replace(hour=23, minute=59, second=50)
    told.keeper.watch("0", EYE)
    told.seconds(0, 20)
    first, second = told.rows(SESSIONS)
    assert (first.day, second.day) == (NINE.date(), NINE.date() + timedelta(days=1))
    assert len(told.rows(SECONDS)) == 20
    assert second.started_at >= int((NINE.replace(hour=0) + timedelta(days=1)).timestamp())


def test_a_place_that_is_recognised_begins_a_session_of_its_own(told):
    place = [""]
    told.keeper.watch("0", EYE, lambda: place[0])
    told.seconds(0, 5)
    place[0] = "docked"
    told.seconds(5, 5)
    place[0] = "deleted meanwhile"
    told.seconds(10, 5)
    assert [row.profile_id for row in told.rows(SESSIONS)] == [None, 1, None]


def test_other_targets_begin_a_session_of_their_own(told):
    text = "schema_version = 1\n[targets.sitting_trunk]\nweight = 1.0\n"
    own = own_targets(text, TARGETS, {}, file="mine.toml")
    told.keeper.watch("0", EYE)
    told.seconds(0, 5)
    told.seconds(5, 5, own)
    shipped, mine = told.rows(SESSIONS)
    assert (shipped.own_targets, len(mine.own_targets)) == (None, 64)


def test_nothing_is_kept_where_that_is_settled(told):
    told.keeper.watch("0", EYE)
    told.keeper.on = False
    told.seconds(0, 20)
    assert not told.keeper.keeps
    assert told.keeper.words.startswith("Nothing is kept")
    told.keeper.on = True
    told.seconds(20, 5)
    assert len(told.rows(SECONDS)) == 5


@pytest.mark.usefixtures("home")
def test_of_others_nothing_is_kept_until_they_were_added(clock, monkeypatch):
    monkeypatch.setenv(keys.PASSPHRASE_VARIABLE, "five words that nobody guesses")
    with closing(Recorder(now=clock)) as recorder:
        told = Told(recorder, clock)
        told.keeper.watch("0", EYE)
        told.keeper.whose = told.keeper.find("anna")
        told.seconds(0, 5)
        assert not told.keeper.keeps
        assert told.keeper.words.startswith("Nothing is kept of anna: there is nobody of that name")
        anna = add_anna()
        told.keeper.whose = told.keeper.find("anna")
        told.seconds(5, 5)
        assert "the history of anna" in told.keeper.words
        told.keeper.whose = told.keeper.find("me")
        told.seconds(10, 5)
        hers, mine = told.rows(SESSIONS)
    assert hers.person_id == anna.id != mine.person_id


@pytest.mark.usefixtures("home")
def test_of_others_nothing_is_kept_while_the_key_of_their_names_is_closed(clock, monkeypatch):
    monkeypatch.setenv(keys.PASSPHRASE_VARIABLE, "five words that nobody guesses")
    add_anna()
    monkeypatch.delenv(keys.PASSPHRASE_VARIABLE)
    with closing(Recorder(now=clock)) as recorder:
        assert keys.PASSPHRASE_VARIABLE in Keeper(recorder, now=clock).find("anna").why_not


def test_a_played_file_is_kept_only_where_that_was_asked_for(recorder, clock, tmp_path):
    for files, count in ((False, 0), (True, 1)):
        one = Keeper(recorder, now=clock, places=Known, files=files)
        one.watch(str(tmp_path / "clip.mp4"), EYE)
        assert one.keeps is one.takes(str(tmp_path / "clip.mp4")) is files
        assert one.takes("0")
        assert one.takes("rtsp://camera/1")
        assert ("nothing of it is kept" in one.words) is not files
        value = np.full(len(NAMES), np.nan)
        one.take(Second(0.0, Activity.SITTING, 80.0, 0.5, value, {}, {}), TARGETS)
        assert recorder.keeping.waiting_s == count


def test_what_is_complete_only_at_the_end_is_kept_too(told, clock):
    told.keeper.watch("0", EYE)
    minutes = Minutes(told.keeper)
    time_s = np.arange(200 * 2 + 1) / 2.0
    slumping = assessed(time_s, {TRUNK: np.where(time_s >= 60, 35.0, 0.0), PITCH: 5.0, NECK: 0.0})
    for number in range(len(slumping)):
        clock.now = NINE + timedelta(seconds=float(time_s[number]))
        minutes.push(slumping.part(number, number + 1))
    minutes.finish()
    (window,) = told.rows(WINDOWS)
    assert window.judged_s == 201
    assert [row.kind for row in told.rows(EVENTS)] == ["slumped"]


# Windows and events stay within their session


def spans(told):
    """Return (start, end, seconds somebody was there) of each window, in seconds since nine."""
    nine = NINE.timestamp()
    return [(row.at - nine, row.end_at - nine, row.judged_s) for row in told.rows(WINDOWS)]


def test_the_time_in_which_nothing_was_to_be_kept_is_in_no_window(told):
    told.keeper.watch("0", EYE)
    told.seconds(0, 400)
    told.keeper.on = False
    told.seconds(400, 100)
    told.keeper.on = True
    told.seconds(500, 250)
    told.keeper.end()
    assert spans(told) == [(0, 300, 300), (300, 400, 100), (500, 600, 100), (600, 750, 150)]
    # Nor does what is known of stillness and breaks reach back into it.
    assert [row.moves["sitting_s"] for row in told.rows(WINDOWS)] == [300.0, 400.0, 100.0, 250.0]


@pytest.mark.usefixtures("home")
def test_minutes_of_one_person_are_not_in_the_history_of_another(clock, monkeypatch):
    monkeypatch.setenv(keys.PASSPHRASE_VARIABLE, "five words that nobody guesses")
    add_anna()
    with closing(Recorder(now=clock)) as recorder:
        told = Told(recorder, clock)
        told.keeper.watch("0", EYE)
        told.seconds(0, 200)
        told.keeper.whose = told.keeper.find("anna")
        told.seconds(200, 100)
        told.keeper.end()
        mine, hers = told.rows(WINDOWS)
        assert spans(told) == [(0, 200, 200), (200, 300, 100)]
    assert (mine.moves["sitting_s"], hers.moves["sitting_s"]) == (200.0, 100.0)


def test_a_window_of_the_evening_and_one_of_the_night_share_no_second(told, clock):
    clock.now = NINE.replace(hour=23, minute=57, second=30)
    told.keeper.watch("0", EYE)
    told.seconds(10, 300)
    told.keeper.end()
    evening, night = told.rows(SESSIONS)
    before, *after = told.rows(WINDOWS)
    assert before.end_at <= evening.ended_at <= night.started_at == after[0].at
    assert sum(row.judged_s for row in (before, *after)) == 300
    # It is one person's evening all the same: who sat before midnight has not just sat down.
    assert after[-1].moves["sitting_s"] == 300.0


def test_a_session_that_ended_in_order_leaves_nothing_to_mend(told):
    place = [""]
    told.keeper.watch("0", EYE, lambda: place[0])
    told.seconds(0, 5)
    place[0] = "docked"
    told.seconds(5, 700)
    told.keeper.end()
    assert spans(told) == [(0, 5, 5), (5, 300, 295), (300, 600, 300), (600, 705, 105)]
    with Database(address(told.url)) as database, database.writing() as connection:
        assert history.mend(connection, TARGETS, shipped_rules()) == 0


def test_an_event_ends_with_its_session(told):
    place = [""]
    told.keeper.watch("0", EYE, lambda: place[0])
    told.seconds(0, 1900)
    place[0] = "docked"
    told.seconds(1900, 100)
    told.keeper.end()
    first, second = told.rows(SESSIONS)
    due, rest = [row for row in told.rows(EVENTS) if row.kind == "break_due"]
    assert (due.session_id, due.end_at) == (first.id, first.ended_at)
    assert (rest.session_id, rest.at, rest.end_at) == (second.id, second.started_at, second.ended_at)


@pytest.mark.parametrize("minutes", [25, 45])
def test_a_session_that_ends_forgets_neither_the_stillness_nor_the_break_that_is_due(told, minutes):
    """Fifty minutes of sitting still, in two sessions and in one: the same is told of them."""
    place = [""]
    told.keeper.watch("0", EYE, lambda: place[0])
    told.seconds(0, minutes * 60)
    place[0] = "docked"
    told.seconds(minutes * 60, (50 - minutes) * 60)
    told.keeper.end()
    lasted_s = {"still": 0.0, "break_due": 0.0}
    for row in told.rows(EVENTS):
        assert row.evidence["lasted_s"] == row.end_at - row.at
        lasted_s[row.kind] += row.end_at - row.at
    assert lasted_s == pytest.approx({"still": 3000, "break_due": 1200}, abs=2)


def test_what_is_shown_goes_on_whatever_is_kept(told, clock):
    told.keeper.watch("0", EYE)
    minutes, alone = Minutes(told.keeper), Minutes()
    sitting = assessed(np.arange(200.0), {TRUNK: 35.0, PITCH: 5.0, NECK: 0.0})
    for number in range(len(sitting)):
        clock.now += timedelta(seconds=1)
        told.keeper.on = number < 100 or number > 150
        picture = sitting.part(number, number + 1)
        assert repr(minutes.push(picture)) == repr(alone.push(picture))


# What the user has settled


def test_what_was_settled_holds_until_something_else_is_asked_for(home):
    for settled in (True, False):
        save(Settings(keep=settled), home / FILE_NAME)
        for asked, on in ((None, settled), (True, True), (False, False)):
            with closing(keeper(asked)) as one:
                assert one.on is on


def test_settings_that_cannot_be_read_keep_nothing(home):
    home.mkdir()
    (home / FILE_NAME).write_text("keep = maybe")
    with closing(keeper()) as one:
        assert not one.on
        assert FILE_NAME in one.words
