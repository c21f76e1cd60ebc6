"""What docs/security.md promises is what the program does: commands, variables, figures."""

from __future__ import annotations

import re

import pytest
import typer.main

from posture_coach.cli import secrets as cli_secrets
from posture_coach.cli.app import app
from posture_coach.store.history import cipher
from posture_coach.store.sealed import keys, sealing, wrapping
from tests.conftest import PROJECT

DOCUMENT = (PROJECT / "docs" / "security.md").read_text(encoding="utf-8")
TEXT = " ".join(DOCUMENT.split())
TYPED = re.compile(r"posture-coach((?: [a-z][a-z-]*)*)((?: --[a-z-]+)*)")
ROUNDS, COST = f"{cipher.ROUNDS:_}".replace("_", " "), wrapping.COST
PASSES, LETTERS = {2: "two", 3: "three"}[COST["passes"]], {9: "nine", 10: "ten"}[wrapping.LEAST_LETTERS]


def known(words):
    """Return the command that words name, as deep as there are commands."""
    command = typer.main.get_command(app)
    for word in words:
        below = getattr(command, "commands", None)
        if below is None:
            break
        assert word in below, f"posture-coach {' '.join(words)}"
        command = below[word]
    return command


def test_every_command_and_option_that_is_typed_exists():
    (block,) = re.findall(r"```sh\n(.*?)```", DOCUMENT, re.DOTALL)
    named = re.findall(r"`(posture-coach [^`]*)`", TEXT.replace("```", ""))
    assert len(named) > 6
    for command in [*named, *block.splitlines()]:
        words, options = TYPED.match(command).groups()
        there = {option for parameter in known(words.split()).params for option in parameter.opts}
        assert set(options.split()) <= there | {"--version"}


def test_the_variables_are_the_real_ones():
    real = {keys.PASSPHRASE_VARIABLE, cipher.FILE_VARIABLE, cli_secrets.NEW_VARIABLE}
    assert set(re.findall(r"POSTURE_COACH_\w*PASSPHRASE", TEXT)) == real


@pytest.mark.parametrize(
    "said",
    [
        f"Argon2id ({COST['memory_kib'] // 1024} MiB, {PASSES} passes)",
        f"{ROUNDS} rounds",
        f"rounded up to {sealing.PADDED_TO} bytes",
        f"AES-{8 * sealing.KEY_BYTES}-GCM",
        f"of {LETTERS} letters and more",
    ],
)
def test_the_figures_are_the_real_ones(said):
    assert said in TEXT
