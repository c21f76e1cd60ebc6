"""Every file of a user's own beside the history is found, also one that was put aside or never finished."""

from __future__ import annotations

import subprocess
import sys

from posture_coach.store.files.folder import FOLDER_VARIABLE
from posture_coach.store.files.own_files import erase_own_files, own_files
from posture_coach.store.files.own_targets import OwnTargets
from tests.cli.typed import environment

KILLED = """
import os
from posture_coach.store.files.own_targets import OwnTargets

os.fsync = lambda _: os._exit(9)
OwnTargets().change("sitting_trunk", {"note": "tell nobody"})
"""


def test_own_targets_go_with_those_put_aside_and_those_of_a_killed_program(monkeypatch, tmp_path):
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path))
    own = OwnTargets()
    own.folder.mkdir()
    for _ in range(2):
        own.path().write_text("[targets", encoding="utf-8")
        own.back_to_shipped()
    own.change("sitting_trunk", {"weight": 1.5})
    killed = subprocess.run(
        [sys.executable, "-c", KILLED], check=False, env=environment(**{FOLDER_VARIABLE: str(tmp_path)})
    )
    assert killed.returncode == 9
    there = set(own.folder.iterdir())
    assert len(there) == 4
    assert set(own_files()) == there
    assert set(erase_own_files()) == there
    assert not own.folder.exists()
