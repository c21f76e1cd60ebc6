"""The trends page as a function: what it shows of a history that the program wrote, and of one that it cannot read."""

from __future__ import annotations

import re
import shutil
import sqlite3
from contextlib import closing
from datetime import date, datetime

import pytest
from streamlit.testing.v1 import AppTest

from posture_coach.dashboard.trends import fresh
from posture_coach.dashboard.trends.history import READER
from posture_coach.store.files.folder import FOLDER_VARIABLE
from posture_coach.store.files.settings import Settings, save
from posture_coach.store.history import cipher
from posture_coach.store.history.database import FILE_NAME, URL_VARIABLE, Database, address
from posture_coach.store.history.migrate import prepare
from posture_coach.store.history.trends import About
from posture_coach.store.sealed import keys, people
from tests.dashboard.trends_made import GOOD_WEEK, LATER_WEEK, LONE_WEEK, STILL_WEEK, write_day

PAGE_BYTES = 4096


def script():
    from posture_coach.dashboard.trends.page import trends_page

    trends_page()


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Return an empty data folder that the page reads."""
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path))
    monkeypatch.delenv(URL_VARIABLE, raising=False)
    for name in (cipher.FILE_VARIABLE, cipher.OTHER_VARIABLE):
        monkeypatch.delenv(name, raising=False)
    yield tmp_path
    READER.close()


@pytest.fixture
def kept(folder, weeks):
    """Return the file that the page reads: one of some weeks."""
    return shutil.copy(weeks, folder / FILE_NAME)


def page(**chosen):
    run = AppTest.from_function(script, default_timeout=60)
    for name, value in chosen.items():
        run.session_state[f"trends_{name}"] = value
    run.run()
    assert not run.exception
    return run


@pytest.fixture
def shown(kept):
    """Return what shows the page of a history of some weeks."""
    assert kept.exists()
    return page


def fault(run):
    """Return the one fault that is shown, without the signs that keep its letters from being read as markup."""
    (one,) = run.error
    return one.value.replace("\\", "")


def told(run):
    return [each.proto.body for each in run.get("html")]


def words(run):
    """Return all that the page says."""
    return " ".join(told(run)) + " ".join(each.value for kind in (run.info, run.markdown, run.header) for each in kind)


def said_in(run, sentence):
    return any(sentence in body for body in told(run))


# Of what is kept


def test_the_newest_day_shows_at_first_and_one_can_go_back(shown):
    run = shown()
    assert run.header[0].value == "Monday, 30 March 2026"
    parts = re.findall(r"posture (\d+), changes of position (\d+),? (?:and )?breaks (\d+)", words(run))
    assert len(parts) == 3, "card, caption and story"
    assert len(set(parts)) == 1, "tell the same"
    run.button(key="trends_earlier").click().run()
    assert run.header[0].value == "Sunday, 29 March 2026"
    assert "Nothing is kept of Sunday, 29 March 2026" in run.info[0].value
    run.button(key="trends_newest").click().run()
    assert run.header[0].value == "Monday, 30 March 2026"


def test_before_the_first_day_there_is_nothing_to_go_to(shown):
    assert shown(day=GOOD_WEEK).button(key="trends_earlier").disabled


def test_today_is_called_so(folder):
    with Database(address(f"sqlite:///{folder / FILE_NAME}")) as database:
        prepare(database, datetime.now().astimezone())
        write_day(database, date.today(), length_s=1200)
    assert page().header[0].value.startswith("Today, ")


def test_a_day_out_of_reach_is_not_kept_in_mind(shown):
    assert shown(day=date(1999, 1, 1)).header[0].value == "Monday, 30 March 2026"


def test_a_week_says_what_has_changed_and_by_how_much(shown):
    run = shown(view="Week", day=LATER_WEEK)
    assert run.header[0].value == "23 to 29 March 2026"
    (verdicts,) = [body for body in told(run) if 'class="changed"' in body]
    assert "Changed: " in verdicts
    assert "Longest bout of sitting" in verdicts
    assert "changed by -" in verdicts


def test_a_week_that_is_like_the_one_before_has_not_changed(shown):
    run = shown(view="Week", day=LATER_WEEK, against_week="The first two weeks")
    (verdicts,) = [body for body in told(run) if "pc-verdicts" in body and "Longest bout" in body]
    assert "Nothing has changed that you can be sure of" in verdicts
    assert 'class="changed"' not in verdicts


def test_the_first_weeks_are_not_held_against_themselves(shown):
    run = shown(view="Week", day=GOOD_WEEK, against_week="The first two weeks")
    assert said_in(run, "reach into 2 to 8 March 2026")


def test_one_day_is_no_trend_and_another_place_does_not_compare(shown):
    run = shown(view="Week", day=LONE_WEEK)
    assert "A trend needs 3 days at least" in run.info[0].value
    assert said_in(run, "seen from different places (no known place and desk); choose one of them above")
    assert said_in(run, "The page Calibrate makes a place known")


def test_a_place_is_shown_by_itself(shown):
    run = shown(view="Month", place="desk")
    assert said_in(run, "over 9 days with something kept")
    assert said_in(shown(view="Month", place="No known place"), "on the one day with something kept")


def test_a_place_without_a_day_leads_to_days(shown):
    run = shown(view="Week", day=GOOD_WEEK, place="No known place")
    assert "Nothing is kept of 2 to 8 March 2026 of no known place" in run.info[0].value


def test_an_activity_is_shown_by_itself(shown):
    run = shown(view="Month", activity="Sitting")
    assert said_in(run, "Posture while sitting")
    assert not said_in(run, "What the score is made of")
    assert "Nobody was seen lying" in shown(view="Month", activity="Lying").info[0].value


def test_two_periods_are_compared(shown):
    spans = {f"period_{k}": (monday, date(2026, 3, monday.day + 2)) for k, monday in ((1, GOOD_WEEK), (2, STILL_WEEK))}
    run = shown(view="Compare", **spans)
    assert said_in(run, "Means of the days, 2 to 4 March 2026, then 16 to 18 March 2026. Changed: ")
    assert said_in(run, "changed by +")
    assert not run.info
    both = shown(view="Compare", period_1=spans["period_1"], period_2=spans["period_1"])
    assert "share days" in both.info[0].value


def test_half_a_period_is_asked_for_the_other_half(shown):
    run = shown(view="Compare", period_1=(GOOD_WEEK,))
    assert "Choose a first and a last day" in run.info[0].value


def test_where_nothing_was_before_nothing_is_compared_figure_by_figure(shown):
    run = shown(view="Year", day=STILL_WEEK)
    assert said_in(run, "Nothing is kept of 2025: there is nothing to compare.")
    assert not said_in(run, 'class="pc-verdicts"')


def test_a_year_is_shown_whatever_day_of_it_is_chosen(shown):
    run = shown(view="Year", day=STILL_WEEK)
    assert run.header[0].value == "2026"
    assert said_in(run, "The score over 2026, week by week")


def test_a_day_is_held_against_ones_own_first_two_weeks(shown):
    assert said_in(shown(day=STILL_WEEK), "Dashed: the mean of the first two weeks, 80.")


def test_days_of_others_are_theirs_alone_and_their_names_are_sealed(kept):
    with Database(address(f"sqlite:///{kept}")) as database:
        sealer = keys.ready(database, 0, "a passphrase of some length")
        with database.writing() as connection:
            anna = people.add(connection, sealer, "anna", 0).id
        write_day(database, GOOD_WEEK, length_s=1200, person=anna)
    run = page()
    (whose,) = [box for box in run.selectbox if box.label == "Whose days"]
    assert whose.options == ["Mine", f"Person {anna}"]
    assert "anna" not in words(run).lower()
    whose.select(anna).run()
    assert run.header[0].value == "Monday, 2 March 2026"
    assert run.button(key="trends_earlier").disabled
    assert page(sealer=sealer).selectbox[0].options == ["Mine", "Anna"]


def test_who_reads_of_somebody_else_is_not_spoken_to(kept):
    with Database(address(f"sqlite:///{kept}")) as database:
        sealer = keys.ready(database, 0, "a passphrase of some length")
        with database.writing() as connection:
            anna, ben = (people.add(connection, sealer, name, 0).id for name in ("anna", "ben"))
        for day in (GOOD_WEEK, STILL_WEEK):
            write_day(database, day, length_s=1500, person=anna)
    for view in ("Day", "Week", "Compare"):
        run = page(view=view, person=anna, day=STILL_WEEK)
        # What may be passed on speaks to whom it is for; of a change the reader is sure.
        said = re.sub("To pass on [^<]+|you can be sure of|<[^>]+>", " ", words(run))
        found = [said[max(0, one.start() - 60) : one.end() + 30] for one in re.finditer(r"\b[Yy]ou", said)]
        assert not found
    assert said_in(page(person=anna, day=GOOD_WEEK), "What was done on Monday, 2 March 2026")
    opened = page(person=anna, day=GOOD_WEEK, sealer=sealer)
    assert said_in(opened, "What Anna did on Monday, 2 March 2026")
    assert said_in(opened, "<p>Anna was in view for 25 minutes")
    assert "Nothing is kept of Ben yet" in words(page(person=ben, sealer=sealer))


def test_a_period_out_of_reach_is_not_kept_in_mind(shown):
    run = shown(view="Compare", period_1=(date(1999, 1, 1), date(1999, 1, 8)))
    assert said_in(run, "3 to 16 March 2026, then 17 to 30 March 2026")


def test_how_long_minutes_are_kept_is_what_the_settings_say(kept):
    save(Settings(minutes_days=17), kept.parent / "settings.toml")
    assert said_in(page(view="Week", day=STILL_WEEK), "as far back as five minutes are kept (17 days)")


# Of what is kept meanwhile


def following(monkeypatch):
    """Note what the page keeps up with, and let it."""
    followed = []

    def keep_up(about, shown):
        followed.append((about, shown))
        fresh.keep_up(about, shown)

    monkeypatch.setattr("posture_coach.dashboard.trends.page.keep_up", keep_up)
    return followed


def test_only_a_page_with_today_on_it_keeps_up(kept, monkeypatch):
    followed = following(monkeypatch)
    for chosen in ({"day": STILL_WEEK}, {"view": "Week", "day": STILL_WEEK}, {"view": "Compare"}):
        page(**chosen)
    assert followed == []
    with Database(address(f"sqlite:///{kept}")) as database:
        write_day(database, date.today(), length_s=1200)
    for view in ("Day", "Week", "Month", "Year"):
        page(view=view, day=date.today())
    assert [about for about, _ in followed] == [About()] * 4


def test_what_there_is_of_today_differs_only_where_something_new_is_kept(folder):
    none = fresh.stand(About())
    assert none == (date.today(), [])
    with Database(address(f"sqlite:///{folder / FILE_NAME}")) as database:
        prepare(database, datetime.now().astimezone())
        write_day(database, date.today(), length_s=1200)
        one = fresh.stand(About())
        assert one == fresh.stand(About()) != none
        assert fresh.stand(About(person=7)) == none
        write_day(database, date.today(), length_s=10, hour=11)
        assert fresh.stand(About()) != one


def test_a_page_that_told_of_a_fault_keeps_up_too(folder, monkeypatch):
    followed = following(monkeypatch)
    (folder / FILE_NAME).write_text("This is a letter.\n" * 1000)
    assert page().error
    assert followed == [(About(), None)], "whatever can be read is news"


def test_what_the_last_click_brought_is_not_taken_away_by_a_page_anew(shown):
    run = shown(diary=True, diary_fault="Type it again.")
    assert fault(run) == "Type it again."
    for by_itself, told in ((True, 1), (True, 1), (False, 0), (True, 0)):
        if by_itself:
            run.session_state[fresh.BY_ITSELF] = True
        assert len(run.run().error) == told


# Of what is not there


def test_an_empty_history_teaches_how_to_fill_it(folder):
    run = page()
    assert "Nothing is kept yet" in run.markdown[0].value
    assert "Live" in run.markdown[0].value
    assert said_in(run, "A sketch without numbers, not your data")
    assert not list(folder.iterdir()), "looking makes no file"


def test_a_history_without_a_session_is_as_empty(folder):
    with Database(address(f"sqlite:///{folder / FILE_NAME}")) as database:
        prepare(database, datetime.now().astimezone())
    assert "Nothing is kept yet" in page().markdown[0].value


# Of what cannot be read


def test_a_damaged_history_is_explained(kept):
    with kept.open("r+b") as file:
        file.seek(PAGE_BYTES)
        file.write(b"\x5a" * (kept.stat().st_size - PAGE_BYTES))
    why = fault(page())
    assert "is damaged" in why
    assert "data restore" in why


def test_a_file_of_something_else_is_explained(folder):
    (folder / FILE_NAME).write_text("This is a letter.\n" * 1000)
    why = fault(page())
    assert "is damaged" in why


def test_a_newer_history_is_left_alone_and_explained(kept):
    with closing(sqlite3.connect(kept)) as file:
        file.execute("UPDATE alembic_version SET version_num = '9999'")
        file.commit()
        before = list(file.iterdump())
    why = fault(page())
    assert "written by a newer posture-coach" in why
    with closing(sqlite3.connect(kept)) as file:
        assert list(file.iterdump()) == before
    assert not (kept.parent / "backups").exists()


def test_a_locked_history_is_explained(kept, monkeypatch):
    monkeypatch.setattr("posture_coach.store.history.database.Database.__init__.__defaults__", (0.2,))
    with closing(sqlite3.connect(kept, isolation_level=None)) as other:
        other.execute("PRAGMA locking_mode=EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        why = fault(page())
        assert "is being written by another program" in why
    assert not page().error, "and once it is let go of, the page is as it was"


def test_an_encrypted_history_says_what_opens_it(folder):
    with closing(cipher.connect(folder / FILE_NAME, cipher.new_key("a long passphrase"))) as file:
        file.execute("CREATE TABLE one (two)")
        file.commit()
    why = fault(page())
    assert "encrypted" in why
    assert cipher.FILE_VARIABLE in why


@pytest.mark.usefixtures("folder")
def test_a_server_out_of_reach_is_explained(monkeypatch):
    monkeypatch.setenv(URL_VARIABLE, "postgresql://me:secret@127.0.0.1:9/none")
    why = fault(page())
    assert "127.0.0.1" in why
    assert "secret" not in why
