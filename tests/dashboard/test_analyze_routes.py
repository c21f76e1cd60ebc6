"""The route that takes dropped files in, called as a server calls it: what is written, refused, left."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode

import pytest
from starlette.applications import Starlette

from posture_coach.batch.analyse import Settings
from posture_coach.batch.baseline import Stretch
from posture_coach.dashboard import camera, jobs
from posture_coach.dashboard.analyze import routes as analyze_routes
from posture_coach.dashboard.analyze.options import as_query, from_query, in_words
from posture_coach.dashboard.analyze.routes import PATH, ROUTES, shown_name, start, stop
from posture_coach.dashboard.analyze.store import Store
from posture_coach.dashboard.guard import TOKEN
from posture_coach.dashboard.server import lifespan
from posture_coach.errors import DataError, PostureCoachError
from posture_coach.pose.types import Model
from posture_coach.store.files.folder import FOLDER_VARIABLE
from posture_coach.store.files.own_targets import OwnTargets
from tests.clips import SQUATS, names_in, small_disk
from tests.dashboard.conftest import serving

posix = pytest.mark.skipif(sys.platform == "win32", reason="modes are POSIX's")


@pytest.fixture
def root(tmp_path, monkeypatch):
    """The folder of all runs, with the server's start and stop around."""
    monkeypatch.setattr(analyze_routes, "default_root", lambda: tmp_path / "cache" / "analyze")
    start()
    yield tmp_path / "cache" / "analyze"
    stop()


@pytest.fixture
def no_work(monkeypatch):
    """Take files in without analysing them; gives what would have been."""
    taken = []

    def add(_self, name, upload, settings):
        taken.append((name, upload, settings))
        return upload.parent.name

    monkeypatch.setattr(jobs.Jobs, "add", add)
    return taken


def post(chunks, *, host="127.0.0.1:8501", origin="http://127.0.0.1:8501", breaks=False, length=None, **query):
    """Send a request to the route, as the server hands it over; return the status and the answer."""
    query = {"token": TOKEN, "name": "clip.mp4", **query}
    headers = {"host": host, **({"origin": origin} if origin else {})}
    if length is not None:
        headers["content-length"] = str(length)
    scope = {
        "type": "http", "method": "POST", "path": PATH, "raw_path": PATH.encode(), "root_path": "", "scheme": "http",
        "query_string": urlencode(query).encode(), "headers": [(k.encode(), v.encode()) for k, v in headers.items()],
        "server": ("127.0.0.1", 8501), "client": ("127.0.0.1", 50000), "http_version": "1.1",
    }  # fmt: skip
    waiting = [{"type": "http.request", "body": chunk, "more_body": True} for chunk in chunks]
    waiting.append({"type": "http.disconnect"} if breaks else {"type": "http.request", "body": b"", "more_body": False})
    told = []

    async def receive():
        return waiting.pop(0)

    async def send(message):
        told.append(message)

    # In a thread of its own: the browser's driver keeps a loop running in the tests' own thread.
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, Starlette(routes=ROUTES)(scope, receive, send)).result()
    return told[0]["status"], b"".join(part.get("body", b"") for part in told[1:]).decode()


def uploads(root):
    """Return every file and folder below this run's own folder."""
    return sorted(path for run in root.glob("run-*") if run.is_dir() for path in run.rglob("*"))


def test_a_file_is_written_as_it_comes(root, no_work):
    status, body = post([b"one ", b"two ", b"three"], model="lite", fps="5")
    assert status == 200
    (name, path, settings), *more = no_work
    assert not more
    assert path.read_bytes() == b"one two three"
    assert json.loads(body) == {"id": path.parent.name}
    assert (name, settings) == ("clip.mp4", Settings(Model.LITE, 5.0))
    assert root in path.parents


@pytest.mark.usefixtures("root")
def test_a_file_of_many_pieces_is_whole(no_work, monkeypatch):
    monkeypatch.setattr(analyze_routes, "BUFFER_BYTES", 100)
    pieces = [bytes([number]) * 64 for number in range(50)]
    assert post(pieces)[0] == 200
    assert no_work[0][1].read_bytes() == b"".join(pieces)


@pytest.mark.usefixtures("root")
def test_it_is_held_against_the_persons_own_targets(no_work, monkeypatch, tmp_path):
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "data"))
    post([b"a"])
    own = OwnTargets().change("sitting_trunk", {"weight": 1.0})
    post([b"a"])
    assert [settings.targets for _, _, settings in no_work] == [None, own]
    assert in_words(no_work[1][2]).endswith("own targets")


@posix
def test_only_this_user_may_read_it_and_its_name_tells_nothing(root, no_work):
    post([b"x"], name="my secret illness.mp4")
    for path in [root, *uploads(root)]:
        assert path.stat().st_mode & 0o777 == (0o700 if path.is_dir() else 0o600), path
        assert "secret" not in path.name
    assert no_work[0][0] == "my secret illness.mp4"


def test_a_file_that_says_it_is_too_large_is_refused_at_once(root, no_work):
    status, words = post([], length=2 * 1024**3 + 1)
    assert (status, uploads(root), no_work) == (413, [], [])
    assert "larger than 2 GB" in words


def test_a_file_that_turns_out_too_large_is_refused_and_deleted(root, no_work, monkeypatch):
    monkeypatch.setattr(analyze_routes, "MAX_BYTES", 1000)
    assert post([b"x" * 600, b"x" * 400])[0] == 200
    before = uploads(root)
    assert post([b"x" * 600, b"x" * 401])[0] == 413
    assert uploads(root) == before
    assert len(no_work) == 1


@pytest.mark.parametrize(
    "forged",
    [
        {"host": "stranger.test:8501", "origin": "http://stranger.test:8501"},
        {"origin": "http://stranger.test"},
        {"origin": "http://127.0.0.1:8502"},
        {"origin": "null"},
        {"token": "x" * len(TOKEN)},
        {"token": ""},
    ],
)
def test_strangers_are_refused_and_nothing_is_written(root, no_work, forged):
    assert post([b"x"])[0] == 200
    before = uploads(root)
    assert post([b"x"], **forged)[0] == 403
    assert uploads(root) == before
    assert len(no_work) == 1


def test_a_transfer_that_breaks_off_leaves_nothing(root, no_work):
    post([b"x" * 100], breaks=True)
    assert (uploads(root), no_work) == ([], [])


@pytest.mark.parametrize("wrong", [{"model": "huge"}, {"fps": "-1"}, {"fps": "nan"}, {"rotate": "45"},
                                   {"from": "5", "to": "1"}, {"to": "3"}])  # fmt: skip
def test_options_that_the_page_never_sends_are_refused(root, no_work, wrong):
    assert post([b"x"], **wrong)[0] == 400
    assert (uploads(root), no_work) == ([], [])


@pytest.mark.usefixtures("no_work")
def test_a_full_disk_is_said_and_leaves_nothing(tmp_path, monkeypatch):
    with small_disk(tmp_path / "small") as disk:
        monkeypatch.setattr(analyze_routes, "default_root", lambda: disk / "analyze")
        monkeypatch.setattr(analyze_routes, "SPARE_BYTES", 0)
        start()
        try:
            for length in (10_000_000, None):
                status, words = post([b"x" * 2_000_000] * 5, length=length)
                assert (status, uploads(disk / "analyze")) == (507, [])
                assert "room on the disk" in words
            assert post([b"x"])[0] == 200, "there is room for a small one"
        finally:
            stop()


def test_without_a_cache_folder_the_dashboard_starts_and_a_file_is_refused_with_the_reason(tmp_path, monkeypatch):
    (tmp_path / "cache").write_text("in the way", encoding="utf-8")
    with serving(tmp_path, SQUATS):
        pass
    folder = tmp_path / "cache" / "posture-coach" / "analyze"
    monkeypatch.setattr(analyze_routes, "default_root", lambda: folder)
    start()
    try:
        status, words = post([b"x"])
        assert (status, f"the folder {folder} cannot be made (Not a directory)" in words) == (503, True)
    finally:
        stop()
    assert "The program is ending" in post([b"x"])[1]


def test_a_start_that_fails_gives_the_camera_back(monkeypatch):
    async def begin():
        async with lifespan(None):
            pytest.fail("it has started")

    monkeypatch.setattr(analyze_routes, "default_root", lambda: 1 / 0)
    with ThreadPoolExecutor(1) as thread, pytest.raises(ZeroDivisionError):
        thread.submit(asyncio.run, begin()).result()
    with pytest.raises(PostureCoachError):
        camera.watch()


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("../../etc/passwd.mp4", "passwd.mp4"),
        ("C:\\Users\\me\\clip.mp4", "clip.mp4"),
        ("/", "unnamed"),
        ("", "unnamed"),
        ("..", ".."),
        ("a\x00b\nc.mp4", "abc.mp4"),
        ("evil\u202e4pm.exe", "evil4pm.exe"),
        ("x" * 5000, "x" * 200),
        ("<b>&'\".mp4", "<b>&'\".mp4"),
    ],
)
@pytest.mark.usefixtures("no_work")
def test_hostile_names_are_shown_harmless_and_lead_nowhere(root, raw, shown):
    assert shown_name(raw) == shown
    post([b"x"], name=raw)
    assert all(path.parent.parent.parent == root for path in uploads(root) if path.is_file())
    assert [path.stem for path in uploads(root) if path.is_file()] == ["upload"]


@pytest.mark.usefixtures("no_work")
def test_stop_deletes_everything(root):
    post([b"x"])
    assert uploads(root)
    stop()
    assert names_in(root) == []
    assert jobs.jobs() is None
    assert post([b"x"])[0] == 503


def test_the_next_start_deletes_what_a_killed_run_left(tmp_path, monkeypatch):
    root = tmp_path / "analyze"
    child = f"""
import os, pathlib
from posture_coach.dashboard.analyze.store import Store, create
store = Store(pathlib.Path({str(root)!r}))
with create(store.room(".mp4")) as file:
    file.write(b"private")
os._exit(9)
"""
    assert subprocess.run([sys.executable, "-c", child], check=False).returncode == 9
    assert [path.name for path in root.rglob("upload.mp4")] == ["upload.mp4"]
    monkeypatch.setattr(analyze_routes, "default_root", lambda: root)
    start()
    try:
        assert list(root.rglob("upload.mp4")) == []
    finally:
        stop()
    assert names_in(root) == []


def test_a_second_dashboard_leaves_the_first_one_alone(tmp_path):
    first = Store(tmp_path)
    first.room(".mp4").write_bytes(b"mine")
    second = Store(tmp_path)
    assert [path.read_bytes() for path in first.path.rglob("upload.mp4")] == [b"mine"]
    second.close()
    assert first.path.is_dir()
    first.close()
    assert names_in(tmp_path) == []


@pytest.mark.parametrize(
    "settings",
    [Settings(), Settings(Model.HEAVY, 7.5, Stretch(1.5, 4.0), mirror=True, rotate=270, height_cm=172.0)],
)
def test_options_come_through_the_browser_unchanged(settings):
    from urllib.parse import parse_qsl

    assert from_query(dict(parse_qsl(as_query(settings)))) == settings


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"from": "5", "to": "5"}, "the first second must come before the last"),
        ({"height": "1.72"}, "height is from 100 to 230 cm"),
    ],
)
def test_wrong_options_are_named(fields, words):
    with pytest.raises(DataError, match=words):
        from_query(fields)
