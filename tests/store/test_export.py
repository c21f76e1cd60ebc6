"""Everything that is kept leaves in files that others can read, and comes back the same, also into another database."""

from __future__ import annotations

import csv
import inspect
import json
import os
import shutil
from datetime import UTC, date, datetime, timedelta

import jsonschema
import pyarrow.parquet as pq
import pytest
from sqlalchemy import delete, func, select

from posture_coach.activity.types import Activity
from posture_coach.errors import OutputError, StoreDamagedError, StoreError, StoreNewerError
from posture_coach.store.carried.elsewhere import noted
from posture_coach.store.carried.export import MANIFEST, README, SCHEMA, export
from posture_coach.store.carried.export_form import EXPORTED, cells, schema
from posture_coach.store.carried.import_export import bring_back, opened
from posture_coach.store.carried.selection import Selection
from posture_coach.store.history import trends
from posture_coach.store.history.migrate import prepare
from posture_coach.store.history.tables import (
    DAY_SCORES,
    DAYS,
    DIARY,
    EVENTS,
    METADATA,
    MINUTES,
    PEOPLE,
    SECONDS,
    SESSIONS,
    WINDOWS,
)  # fmt: skip
from posture_coach.store.history.trends import About
from posture_coach.store.sealed import diary, keys, people
from posture_coach.store.sealed.field_key import FieldKey
from tests.store.made import DOCKED, NOW, RULES, ZONE, origin
from tests.store.test_history import alike, rows, write
from tests.store.test_recorder_disk import fill, small_disk  # noqa: F401 - a fixture

KINDS = ("csv", "parquet", "json")
ALL = Selection()
FIRST, LAST = NOW.date() - timedelta(days=1), NOW.date()
PASSPHRASE = "correct horse battery staple"
NOTE = "=1+1, \"quoted\"\n\nund Übel 👍; 'x'"
MINE = (SESSIONS, SECONDS, MINUTES, WINDOWS, EVENTS, DAYS, DAY_SCORES)


@pytest.fixture
def key(database):
    """Return what opens the history's names and diary."""
    return FieldKey(keys.make(database, 1, PASSPHRASE))


@pytest.fixture
def filled(database, key):
    """Return a history of two people: one of two days at two places, with sums alone of a third day, and a diary."""
    sealer = key._sealer
    with database.writing() as connection:
        ana = people.add(connection, sealer, "ana", 1_700_000_000).id
    for hours, place in ((30, None), (9, None), (6, DOCKED), (100, DOCKED)):
        write(database, origin(NOW - timedelta(hours=hours), place=place), 330, seed=hours, every_s=330)
    write(database, origin(NOW - timedelta(hours=8), person=ana, source="=cmd|' /C calc'!A0"), 310, every_s=310)
    with database.writing() as connection:
        old = select(SESSIONS.c.id).where(SESSIONS.c.day < FIRST)
        for table in (SECONDS, MINUTES, WINDOWS, EVENTS):
            connection.execute(delete(table).where(table.c.session_id.in_(old)))
        connection.execute(delete(SESSIONS).where(SESSIONS.c.day < FIRST))
        for person, at in ((None, NOW), (ana, NOW), (ana, NOW - timedelta(days=1))):
            diary.add(connection, sealer, person, diary.Entry(at, pain=3, note=NOTE))
    return database


@pytest.fixture
def other(other_url, opening):
    """Return an empty history, on the other of the two databases."""
    empty = opening(other_url)
    prepare(empty, NOW)
    return empty


def answers(database, person):
    """Return what each question of the trends page answers; two days, and one of which there are only sums."""
    span, doing = (NOW.date() - timedelta(days=9), LAST), Activity.SITTING
    with database.reading() as connection:
        about = [About(person), About(person, "docked"), About(person, "")]
        asked = {
            "reach": lambda one: trends.reach(connection, one),
            "places": lambda one: trends.places(connection, one.person),
            "days": lambda one: trends.days(connection, one, *span),
            "measure": lambda one: trends.measure(connection, one, "head_roll_deg", doing, *span),
            "measured": lambda one: trends.measured(connection, one, *span),
            "hours": lambda one: trends.hours(connection, one, LAST, RULES),
            "doing": lambda one: trends.doing(connection, one, doing, *span),
            "window_scores": lambda one: trends.window_scores(connection, one, *span),
            "ribbon": lambda one: trends.ribbon(connection, one, LAST),
            "events": lambda one: trends.events(connection, one, *span),
            "ways": lambda one: trends.ways(connection, one, *span),
            "clocks": lambda one: trends.clocks(connection, one, *span),
        }
        public = inspect.getmembers(trends, lambda one: inspect.isfunction(one) and one.__module__ == trends.__name__)
        questions = {n for n, function in public if "connection" in inspect.signature(function).parameters}
        assert {name for name in questions if not name.startswith("_")} == set(asked), "a question is not asked here"
        return {(name, one.place): repr(ask(one)) for name, ask in asked.items() for one in about}


def told(database, key):
    """Return names and diary, opened."""
    with database.reading() as connection:
        found = [(row["made_at"], key.opens("people", row)) for row in rows(database, PEOPLE)]
        entries = [(row["at"], row["day"], key.opens("diary", row)) for row in rows(database, DIARY)]
        return sorted(found), sorted(entries, key=repr), connection.execute(select(func.count(DIARY.c.id))).scalar()


@pytest.mark.parametrize("kind", KINDS)
def test_an_import_of_an_export_gives_the_same_trends(filled, key, other, tmp_path, kind):
    export(filled, tmp_path / "out", kind, ALL, NOW, key)
    here = FieldKey(keys.make(other, 1, PASSPHRASE))
    done = bring_back(other, opened(tmp_path / "out"), here)
    for name in (None, "ana"):
        numbers = [None, None]
        if name:
            for k, (database, opener) in enumerate(((filled, key), (other, here))):
                with database.reading() as connection:
                    numbers[k] = people.named(connection, opener._sealer, name).id
        before, after = answers(filled, numbers[0]), answers(other, numbers[1])
        assert before == after
        assert len(set(before.values())) > 10, "something is answered"
    assert told(filled, key) == told(other, here)
    assert {name: done.rows[name] for name in EXPORTED} == {
        name: len(rows(filled, METADATA.tables[name])) for name in EXPORTED
    }
    assert sum(done.known.values()) == done.sealed == 0


@pytest.mark.parametrize("kind", KINDS)
def test_row_for_row_and_again_changes_nothing(database, other, tmp_path, kind):
    write(database, origin(place=DOCKED), 700, every_s=700)
    export(database, tmp_path / "out", kind, ALL, NOW)
    for again in (False, True):
        done = bring_back(other, opened(tmp_path / "out"))
        for table in MINE:
            assert alike(rows(database, table), rows(other, table)), table.name
        assert sum(done.rows.values()) == (0 if again else sum(len(rows(database, table)) for table in MINE) + 2)
        assert bool(sum(done.known.values())) == again


def test_a_year_that_is_brought_back_beside_another_history_adds_to_it(database, other, tmp_path):
    write(database, origin(NOW - timedelta(hours=5)), 700, every_s=700)
    write(other, origin(NOW - timedelta(hours=2), source="Camera 1"), 700, seed=2, every_s=700)
    before = rows(other, SECONDS)
    export(database, tmp_path / "out", "csv", ALL, NOW)
    bring_back(other, opened(tmp_path / "out"))
    assert len(rows(other, SESSIONS)) == 2
    assert len(rows(other, SECONDS)) == 2 * len(before)
    assert len(rows(other, PEOPLE)) == 1, "the one who uses the program is the same"
    assert sum(row["seconds"] for row in rows(other, DAYS)) == 1400


def test_sums_alone_do_not_push_out_what_knows_more(database, other, tmp_path):
    write(database, origin(), 700, every_s=700)
    export(database, tmp_path / "whole", "csv", ALL, NOW)
    with database.writing() as connection:
        for table in (SECONDS, MINUTES, WINDOWS, EVENTS, SESSIONS):
            connection.execute(delete(table))
    export(database, tmp_path / "sums", "csv", ALL, NOW)
    bring_back(other, opened(tmp_path / "sums"))
    assert rows(other, DAYS)
    assert not rows(other, MINUTES)
    bring_back(other, opened(tmp_path / "whole"))
    assert len(rows(other, SECONDS)) == 700
    bring_back(other, opened(tmp_path / "sums"))
    assert len(rows(other, SECONDS)) == 700
    assert alike(rows(other, DAYS), rows(database, DAYS))


# What it looks like


def test_the_files_say_what_they_are(filled, key, tmp_path):
    done = export(filled, tmp_path / "out", "json", ALL, NOW, key)
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert names == {f"{name}.json" for name in EXPORTED} | {MANIFEST, SCHEMA, README}
    described = json.loads((tmp_path / "out" / SCHEMA).read_text(encoding="utf-8"))
    assert described == schema()
    jsonschema.Draft202012Validator.check_schema(described)
    for name in EXPORTED:
        found = json.loads((tmp_path / "out" / f"{name}.json").read_text(encoding="utf-8"))
        jsonschema.validate(found, {**described, "$ref": f"#/$defs/{name}"})
        assert len(found) == done.rows[name] == len(rows(filled, METADATA.tables[name])) > 0
    text = (tmp_path / "out" / README).read_text(encoding="utf-8")
    assert all(f"{name}.json" in text for name in EXPORTED)
    assert not done.sealed
    assert os.name == "nt" or (tmp_path / "out").stat().st_mode & 0o077 == 0


def test_the_moment_of_a_person_is_told_as_what_it_is(file):
    sealer = keys.make(file, 1, PASSPHRASE)
    with file.writing() as connection:
        assert people.add(connection, sealer, "ana", 1_700_000_000).made_at == 1_700_000_000, "without any session"
    told = schema()["$defs"]["people"]["items"]["properties"]["made_at_s"]["description"]
    assert told == "When this person was added, or first recorded. [s since 1970 UTC]"


def test_the_three_kinds_hold_the_same(filled, key, tmp_path):
    for kind in KINDS:
        export(filled, tmp_path / kind, kind, ALL, NOW, key)
    for name in EXPORTED:
        inside = {cell.name for cell in cells(name) if cell.kind == "JSON"}
        of_json = json.loads((tmp_path / "json" / f"{name}.json").read_text(encoding="utf-8"))
        of_parquet = pq.read_table(tmp_path / "parquet" / f"{name}.parquet").to_pylist()
        with (tmp_path / "csv" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            of_csv = list(csv.DictReader(file))
        flat = [{k: json.dumps(v) if k in inside and v is not None else v for k, v in row.items()} for row in of_json]
        for parquet, row, line in zip(of_parquet, flat, of_csv, strict=True):
            assert {k: json.dumps(json.loads(v)) if k in inside and v else v for k, v in parquet.items()} == row
            for column, value in line.items():
                if column not in inside and isinstance(row[column], (int, float)):
                    assert float(value) == row[column]
                elif row[column] is None:
                    assert value == ""


def test_a_column_tells_its_unit_and_meaning_and_words_stand_for_codes(filled, key, tmp_path):
    export(filled, tmp_path / "out", "parquet", ALL, NOW, key)
    table = pq.read_table(tmp_path / "out" / "seconds.parquet")
    field = table.schema.field("head_roll_deg")
    assert field.metadata[b"unit"] == b"deg"
    assert field.metadata[b"means"]
    assert set(table["activity"].to_pylist()) <= {str(activity) for activity in Activity}
    assert table["at_local"][0].as_py() == datetime.fromtimestamp(table["at_s"][0].as_py(), ZONE).isoformat()


def test_no_text_is_a_formula_to_a_spreadsheet(filled, key, tmp_path):
    export(filled, tmp_path / "out", "csv", ALL, NOW, key)
    for name in EXPORTED:
        with (tmp_path / "out" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                for cell, value in row.items():
                    if value and value[0] in "=+-@\t\r" and not cell.endswith("_sealed"):
                        float(value)


def test_every_column_of_every_table_leaves(filled):
    with filled.reading():
        for name in EXPORTED:
            columns = {cell.column for cell in cells(name) if cell.column}
            assert columns == {column.name for column in METADATA.tables[name].columns}


# A part


def exported(database, folder, which, key=None):
    export(database, folder, "json", which, NOW, key)
    return {name: json.loads((folder / f"{name}.json").read_text(encoding="utf-8")) for name in EXPORTED}


def test_one_person_alone(filled, key, other, tmp_path):
    with filled.reading() as connection:
        ana = people.named(connection, key._sealer, "ana").id
    found = exported(filled, tmp_path / "out", Selection(ana), key)
    assert [row["name"] for row in found["people"]] == ["ana"]
    assert {row["person_id"] for name in ("sessions", "days", "day_scores", "diary") for row in found[name]} == {ana}
    assert len(found["sessions"]) == 1
    assert len(found["seconds"]) == 310
    assert [row["answers"]["note"] for row in found["diary"]] == [NOTE] * 2
    assert found["profiles"] == []
    bring_back(other, opened(tmp_path / "out"), FieldKey(keys.make(other, 1, PASSPHRASE)))
    assert len(rows(other, SECONDS)) == 310


def test_some_days_alone(filled, other, tmp_path):
    found = exported(filled, tmp_path / "out", Selection(None, FIRST, FIRST))
    assert {row["day"] for name in ("sessions", "days", "day_scores", "diary") for row in found[name]} == {str(FIRST)}
    assert len(found["seconds"]) == 330
    done = bring_back(other, opened(tmp_path / "out"))
    assert {row["day"] for row in rows(other, DAYS)} == {FIRST}
    assert done.sealed == 2, "a name and an entry were exported sealed"
    early = exported(filled, tmp_path / "early", Selection(None, None, FIRST - timedelta(days=1)))
    assert early["seconds"] == []
    assert early["days"]


def test_what_is_exported_sealed_says_nothing(filled, tmp_path):
    done = export(filled, tmp_path / "out", "csv", ALL, NOW)
    assert done.sealed
    held = b"".join(path.read_bytes() for path in (tmp_path / "out").iterdir())
    assert b"quoted" not in held
    assert b"ana," not in held


def test_somebody_whose_name_cannot_be_read_is_not_added_twice(filled, other, tmp_path):
    export(filled, tmp_path / "out", "csv", ALL, NOW)
    for _ in range(2):
        bring_back(other, opened(tmp_path / "out"))
        assert len(rows(other, PEOPLE)) == 2
        assert len(rows(other, SESSIONS)) == 4


# Whole or not at all


def test_an_export_is_noted_for_whoever_wants_to_delete_it(file, tmp_path):
    export(file, tmp_path / "out", "csv", ALL, NOW)
    with file.reading() as connection:
        (one,) = noted(connection)
    assert one.path == tmp_path / "out"
    assert one.there
    assert one.what == "export (csv): everybody, all days"


@pytest.mark.parametrize("there", ["file", "full", "link"])
def test_what_is_there_is_not_written_over(file, tmp_path, there):
    out = tmp_path / "out"
    if there == "file":
        out.write_text("mine")
    elif there == "full":
        out.mkdir()
        (out / "mine").write_text("mine")
    else:
        out.symlink_to(tmp_path / "nowhere")
    with pytest.raises(OutputError, match="holds something already"):
        export(file, out, "csv", ALL, NOW)
    assert {path.name for path in tmp_path.iterdir()} == {"out", "mine"}
    with file.reading() as connection:
        assert noted(connection) == ()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such names")
@pytest.mark.parametrize("name", ["a 'b' $(c)\n;", "-x", "n" * 200, "%s {}"])
def test_any_name_will_do(file, tmp_path, name):
    write(file, origin(), 120)
    export(file, tmp_path / name, "csv", ALL, NOW)
    assert opened(tmp_path / name).kind == "csv"


@pytest.mark.parametrize("name", ["a\0b", "x" * 300])
def test_a_name_that_cannot_be_is_explained(file, tmp_path, name):
    with pytest.raises(OutputError, match="Nothing was exported"):
        export(file, tmp_path / name, "csv", ALL, NOW)


def test_a_full_disk_leaves_nothing(file, small_disk):  # noqa: F811
    write(file, origin(), 3600, every_s=3600)
    fill(small_disk / "filler")
    for kind in KINDS:
        with pytest.raises(OutputError, match="Nothing was exported"):
            export(file, small_disk / "out", kind, ALL, NOW)
    assert [path.name for path in small_disk.iterdir()] == ["filler"]
    with file.reading() as connection:
        assert noted(connection) == ()


# Damaged, newer, none


@pytest.fixture
def folder(file, tmp_path):
    """Return an export."""
    write(file, origin(place=DOCKED), 300, every_s=300)
    export(file, tmp_path / "out", "json", ALL, NOW)
    return tmp_path / "out"


def change(folder, name, old, new):
    """Change a file of an export, as one would who also changes its checksum."""
    from posture_coach.store.carried.export import sha256

    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    if name != MANIFEST:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        manifest["tables"][path.stem]["sha256"] = sha256(path)
        (folder / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("seconds.json", '"activity":"sitting"', '"activity":"flying"'),
        ("seconds.json", '"session_id":1', '"session_id":99'),
        ("seconds.json", '"session_id":1', '"session_id":1e400'),
        ("seconds.json", '"at_s":', '"at_s":null,"was":'),
        ("seconds.json", '"at_s":', '"at_s":true,"was":'),
        ("seconds.json", '"at_s":', '"at":'),
        ("seconds.json", "\n]", ""),
        ("seconds.json", "[", '{"a":1}'),
        ("sessions.json", '"day":"', '"day":"2026-13-'),
        ("sessions.json", '"source":"', '"source":"\\u0000'),
        ("sessions.json", '"source":"', '"source":"\\ud800'),
        ("windows.json", '"moves":{', '"moves":{"longest_spell":7,"was":'),
        ("windows.json", '"seconds_s":{', '"seconds_s":{"flying":1,'),
        ("events.json", '"evidence":{', '"evidence":[' + "[" * 200_000),
        ("people.json", '"id":1', '"id":2'),
        ("profiles.json", '"sha256":"', '"sha256":"' + "f" * 99),
        (MANIFEST, '"form": 1', '"form": "one"'),
        (MANIFEST, "posture-coach export", "holiday"),
        (MANIFEST, '"files_as": "json"', '"files_as": "../../etc"'),
        (MANIFEST, "{", "{{"),
    ],
)
def test_what_is_not_as_it_was_written_is_refused_whole(folder, opening, tmp_path, name, old, new):
    change(folder, name, old, new)
    empty = opening(f"sqlite:///{tmp_path / 'empty.db'}")
    prepare(empty, NOW)
    with pytest.raises(StoreError, match="damaged") as why:
        bring_back(empty, opened(folder))
    assert isinstance(why.value, StoreDamagedError)
    assert str(folder) in str(why.value)
    assert all(not rows(empty, table) for table in METADATA.sorted_tables)


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("people.json", '"name":"ana"', '"name":"me"'),
        ("people.json", '"name":"ana"', '"name":"Ana"'),
        ("people.json", '"name":"ana"', '"name":"../ana"'),
        ("people.json", '"name":"ana"', '"name":["ana"]'),
        ("diary.json", '"answers":{"pain":3,', '"answers":{'),
        ("diary.json", '"answers":{"pain":3,', '"answers":{"pain":11,'),
        ("diary.json", '"answers":{', '"answers":[{'),
        ("diary.json", '"note":"', '"note":7,"was":"'),
        ("diary.json", '"note":"', '"note":"\\u0000'),
        ("diary.json", '"utc_offset_s":3600', '"utc_offset_s":86400'),
        ("diary.json", '"utc_offset_s":3600', '"utc_offset_s":1e300'),
        ("diary.json", '"utc_offset_s":3600', '"utc_offset_s":"soon"'),
        ("diary.json", '"at_s":', '"at_s":9000000000000000000,"was":'),
    ],
)
def test_a_name_or_an_answer_that_nobody_could_have_given_is_refused_whole(sealed, opening, tmp_path, name, old, new):
    change(sealed, name, old, new)
    if new.endswith("[{"):
        change(sealed, name, '"utc_offset_s":3600}', '"utc_offset_s":3600}]')
    empty = opening(f"sqlite:///{tmp_path / 'empty.db'}")
    prepare(empty, NOW)
    with pytest.raises(StoreDamagedError, match="Nothing was imported"):
        bring_back(empty, opened(sealed), FieldKey(keys.make(empty, 1, PASSPHRASE)))
    assert not rows(empty, PEOPLE)
    assert not rows(empty, DIARY)


@pytest.fixture
def sealed(file, tmp_path):
    """Return an export with a name and a diary entry, opened."""
    sealer = keys.make(file, 1, PASSPHRASE)
    with file.writing() as connection:
        ana = people.add(connection, sealer, "ana", 1_700_000_000).id
        diary.add(connection, sealer, ana, diary.Entry(NOW, pain=3, note="stiff"))
    export(file, tmp_path / "sealed", "json", ALL, NOW, FieldKey(sealer))
    return tmp_path / "sealed"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("damage", ["byte", "half", "gone"])
def test_a_damaged_file_is_named(file, tmp_path, kind, damage):
    write(file, origin(), 120)
    export(file, tmp_path / "out", kind, ALL, NOW)
    path = tmp_path / "out" / f"seconds.{kind}"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content if damage == "byte" else content[: len(content) // 2])
    if damage == "gone":
        path.unlink()
    with pytest.raises(StoreDamagedError, match=rf"seconds\.{kind} is (not as it was written|missing)"):
        opened(tmp_path / "out")


def test_a_newer_export_is_told(folder):
    change(folder, MANIFEST, '"form": 1', '"form": 2')
    with pytest.raises(StoreNewerError, match="newer posture-coach"):
        opened(folder)


@pytest.mark.parametrize("name", ["nowhere", "mine", "a\0b"])
def test_what_is_no_export_is_told(file, tmp_path, name):
    assert file.path.parent.name == "mine"
    with pytest.raises(StoreError, match=r"is no export|cannot be read|damaged"):
        opened(tmp_path / name)


def test_a_place_of_an_import_is_the_same_place(folder, other_histories):
    bring_back(other_histories, opened(folder))
    (profile,) = rows(other_histories, METADATA.tables["profiles"])
    assert profile["sha256"] == DOCKED.sha256
    assert profile["taken_at"] == int(datetime(2026, 11, 1, tzinfo=UTC).timestamp())


@pytest.fixture
def other_histories(opening, tmp_path):
    """Return a history that knows the place by another number."""
    there = opening(f"sqlite:///{tmp_path / 'there' / 'history.db'}")
    prepare(there, NOW)
    write(there, origin(NOW - timedelta(days=3), place=DOCKED), 60)
    return there


def test_days_are_those_of_the_place_where_they_were_kept(folder):
    shutil.copytree(folder, folder.with_name("again"))
    found = json.loads((folder / "sessions.json").read_text(encoding="utf-8"))
    assert date.fromisoformat(found[0]["day"]) == NOW.date()
    assert found[0]["started_at_local"].startswith(str(NOW.date()))
