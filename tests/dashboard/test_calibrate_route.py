"""What the calibrate page is sent: the guide, with the live picture where there is one; and to whom."""

from __future__ import annotations

import json

import pytest
import websockets.exceptions
import websockets.sync.client

from posture_coach.coach.guide import NOBODY, Guide, Phase, Posture
from posture_coach.coach.upright import Standing
from posture_coach.coach.watch import Phase as Watching
from posture_coach.coach.watch import Shown, Status, Wish
from posture_coach.dashboard.calibrate.route import PATH, message
from posture_coach.dashboard.live.message import packed
from posture_coach.dashboard.server import ROUTES
from tests.cli.typed import PATIENCE_S
from tests.clips import LONG_WALK
from tests.dashboard.conftest import serving

LIVE = {"person": True, "view": "seen from the side", "notes": ["dark"], "score": {"value": 80}}


def unpacked(raw):
    length = int.from_bytes(raw[:4], "big")
    return json.loads(raw[4 : 4 + length]), raw[4 + length :]


def status(guide=None):
    return Status(Watching.WATCHING, Wish("0"), "", Standing(guide))


def test_a_picture_comes_with_what_the_page_shows_of_it():
    told, jpeg = unpacked(message(status(), Shown(7, packed(LIVE, b"jpeg"))))
    assert jpeg == b"jpeg"
    assert told == {
        "phase": "watching", "problem": "", "guide": None,
        "person": True, "view": "seen from the side", "notes": ["dark"],
    }  # fmt: skip


def test_the_guide_comes_in_words_and_numbers_with_or_without_a_picture():
    holding = Guide(Phase.HOLDING, Posture.SLUMP, 2, 3, 4.2, 0.53)
    told, jpeg = unpacked(message(status(holding), None))
    assert jpeg == b""
    assert told["guide"] == {
        "phase": "holding", "title": "Now let yourself slump", "words": "Stay like this: 5 s", "number": 2,
        "left_s": 4.2, "share": 0.53, "problem": False, "note": "",
    }  # fmt: skip
    waiting, _ = unpacked(message(status(Guide(Phase.WAITING, Posture.UPRIGHT, 1, 3, problem=NOBODY)), None))
    assert (waiting["guide"]["problem"], waiting["guide"]["words"]) == (True, NOBODY)


def test_only_pages_of_this_program_are_let_in(tmp_path):
    assert PATH in [route.path for route in ROUTES]
    with (
        serving(tmp_path / "me", LONG_WALK) as running,
        pytest.raises((websockets.exceptions.InvalidStatus, websockets.exceptions.ConnectionClosed)),
        websockets.sync.client.connect(
            f"ws://127.0.0.1:{running.port}{PATH}?token=x", origin=running.url, open_timeout=PATIENCE_S
        ) as socket,
    ):
        socket.recv(timeout=PATIENCE_S)
