"""The house rules of docs/design.md: who may import whom, which file may know which library, and how long is too long.

The tables below are the rules. A file or function that has a reason to break the length rule says so in a comment
`# house: <why>`: in the file's first lines, or in (or right above) the function.
"""

from __future__ import annotations

import ast
import io
import json
import os
import subprocess
import sys
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1] / "posture_coach"

LAYERS: tuple[tuple[str, ...], ...] = (
    ("errors", "geometry", "resources", "signals"),
    ("pose",),
    ("measures",),
    ("activity",),
    ("scoring",),
    ("drawing", "exercises", "paper", "store"),
    ("batch", "clinic", "coach"),
    ("__main__", "cli", "dashboard", "doctor"),
)
"""From the ground up: a room may import from its own layer and from those before it."""

LIBRARIES: dict[str, tuple[str, ...]] = {
    "alembic": ("store/history/migrate.py", "store/history/migrations/"),
    "av": ("pose/video.py", "batch/annotate.py"),
    "cryptography": ("store/sealed/sealing.py", "store/sealed/wrapping.py"),
    "cv2": ("pose/", "drawing/"),
    "dask": ("batch/cluster.py",),
    "distributed": ("batch/cluster.py",),
    "filelock": ("coach/lock.py", "dashboard/analyze/store.py", "store/history/claim.py"),
    "keyring": ("store/sealed/system_keyring.py",),
    "matplotlib": ("paper/",),
    "mediapipe": ("pose/landmarker.py",),
    "rich": (
        "cli/",
        "batch/compare_terminal.py",
        "batch/progress.py",
        "batch/terminal.py",
        "coach/calibrate_terminal.py",
        "coach/story/terminal.py",
        "coach/terminal.py",
    ),
    "sqlalchemy": ("store/",),
    "sqlcipher3": ("store/history/cipher.py",),
    "starlette": ("dashboard/",),
    "streamlit": ("dashboard/",),
    "tomli_w": ("store/",),
    "typer": ("cli/",),
}
"""Who alone may import an outside library: files, or whole rooms."""

PURE = ("geometry.py", "signals.py", "pose/types.py", "measures/", "activity/", "scoring/", "exercises/")
"""No clock, no camera, no file: these are functions of what they are given."""
IMPURE_MODULES = {
    "asyncio", "cv2", "datetime", "glob", "io", "mediapipe", "os", "pathlib", "random", "secrets", "shutil",
    "socket", "subprocess", "tempfile", "threading", "time",
}  # fmt: skip
IMPURE_CALLS = {"open", "input", "print"}
READS_DATA = (
    "measures/accuracy.py",
    "measures/desk_constants.py",
    "scoring/chair_norms.py",
    "scoring/ergonomics/tables.py",
    "scoring/rules.py",
    "scoring/targets.py",
    "scoring/walking.py",
    "exercises/library.py",
)
"""Pure rooms' doors to the package's own data files: they alone may import `resources`."""

MAX_FILE_LINES = 400
MAX_FUNCTION_LINES = 30
HEAD_LINES = 30
"""How far down a file's own `# house:` may stand."""
EXPLAINED = "# house:"

FILES = sorted(path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py"))


def inside(name: str, places: tuple[str, ...]) -> bool:
    """Tell whether a file is one of the places or lies in one that ends in a slash."""
    return any(name == place or (place.endswith("/") and name.startswith(place)) for place in places)


def imported(tree: ast.AST, name: str) -> Iterator[str]:
    """Yield the full name of everything a file imports, wherever in it, also by a literal `import_module`."""
    folder = ["posture_coach", *name.split("/")[:-1]]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = folder[: len(folder) - node.level + 1] if node.level else []
            module = ".".join([*above, *([node.module] if node.module else [])])
            yield from (f"{module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            called = ast.unparse(node.func)
            if called.endswith(("import_module", "__import__")) and isinstance(node.args[0].value, str):
                yield node.args[0].value


def layer_of(room: str) -> int | None:
    """Return how high a room lies, None for one that the table does not know."""
    return next((height for height, rooms in enumerate(LAYERS) if room in rooms), None)


def import_faults(source: str, name: str) -> list[str]:
    """Name every import that goes upwards, is of a foreign library, or makes a pure room impure."""
    tree, faults = ast.parse(source), []
    pure, here = inside(name, PURE), name.split("/")[0].removesuffix(".py")
    height = -1 if name == "__init__.py" else layer_of(here)
    if height is None:
        return [f"{here} is in no layer of the table"]
    for full in imported(tree, name):
        top, *rest = full.split(".")
        if top == "posture_coach" and rest and layer_of(rest[0]) is not None:
            if layer_of(rest[0]) > height:
                faults.append(f"{full} lies above {here}")
            if pure and rest[0] == "resources" and name not in READS_DATA:
                faults.append(f"{full} in a pure room")
        if top in LIBRARIES and not inside(name, LIBRARIES[top]):
            faults.append(f"{top} may be imported in {', '.join(LIBRARIES[top])} alone")
        if pure and top in IMPURE_MODULES:
            faults.append(f"{top} in a pure room")
    if pure:
        calls = (node.func for node in ast.walk(tree) if isinstance(node, ast.Call))
        names = {func.id for func in calls if isinstance(func, ast.Name)}
        faults += [f"{call}() in a pure room" for call in sorted(names & IMPURE_CALLS)]
    return faults


def code_lines(source: str) -> set[int]:
    """Return the numbers of lines that bear code: neither blank nor comment nor docstring."""
    silent = {
        tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER,
    }  # fmt: skip
    lines: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type not in silent:
            lines.update(range(token.start[0], token.end[0] + 1))
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            lines.difference_update(range(node.lineno, node.end_lineno + 1))
    return lines


def length_faults(source: str) -> list[str]:
    """Name the file, and every function in it, that is too long and does not say why."""
    lines, coded, faults = source.splitlines(), code_lines(source), []
    if len(lines) > MAX_FILE_LINES and not any(EXPLAINED in line for line in lines[:HEAD_LINES]):
        faults.append(f"{len(lines)} lines")
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
            length = len(coded.intersection(range(node.lineno, node.end_lineno + 1)))
            own = lines[max(first - 2, 0) : node.end_lineno]
            if length > MAX_FUNCTION_LINES and not any(EXPLAINED in line for line in own):
                faults.append(f"{node.name}: {length} code lines")
    return faults


# The package


@pytest.mark.parametrize("name", FILES)
def test_imports_go_downwards_and_each_library_has_its_place(name):
    assert import_faults((PACKAGE / name).read_text(encoding="utf-8"), name) == []


@pytest.mark.parametrize("name", FILES)
def test_files_and_functions_are_short_or_say_why_not(name):
    assert length_faults((PACKAGE / name).read_text(encoding="utf-8")) == []


def test_importing_the_package_does_nothing(tmp_path):
    child = """
import json, os, sys
written, opened = [], []
def watch(event, args):
    if event == "open" and isinstance(args[2], int) and args[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
        written.append(str(args[0]))
    if event in ("socket.connect", "subprocess.Popen", "os.mkdir"):
        opened.append(event)
before = set(sys.modules)
sys.addaudithook(watch)
import posture_coach
print(json.dumps([written, opened, sorted(set(sys.modules) - before), posture_coach.__version__]))
"""
    env = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": str(PACKAGE.parent), "HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", child], capture_output=True, text=True, env=env, cwd=tmp_path, check=True, timeout=60
    )
    written, opened, modules, version = json.loads(done.stdout)
    assert written == opened == []
    assert not {"numpy", "cv2", "mediapipe", "streamlit", "av", "PIL"} & {name.split(".")[0] for name in modules}
    assert [name for name in modules if name.startswith("posture_coach.")] == []
    assert version.count(".") >= 2
    assert done.stderr == ""
    assert list(tmp_path.iterdir()) == []


# The rules themselves: each must catch what it is there for


@pytest.mark.parametrize(
    ("name", "source", "fault"),
    [
        ("pose/types.py", "from posture_coach.measures.types import View", "lies above pose"),
        ("pose/types.py", "from posture_coach import measures", "lies above pose"),
        ("pose/types.py", "from ..measures import types", "lies above pose"),
        ("pose/types.py", "import posture_coach.scoring.bands", "lies above pose"),
        ("geometry.py", "def f():\n    from posture_coach.pose.types import Pose", "lies above geometry"),
        ("signals.py", "if TYPE_CHECKING:\n    from posture_coach.pose import types", "lies above signals"),
        ("measures/view.py", "import posture_coach.cli.app", "lies above measures"),
        ("__init__.py", "from posture_coach.errors import DataError", "lies above"),
        ("attic/old.py", "", "attic is in no layer"),
        ("batch/many.py", "import cv2", "cv2 may be imported in"),
        ("pose/video.py", "from mediapipe.tasks import python", "mediapipe may be imported in"),
        ("pose/photo.py", "import importlib\nimportlib.import_module('mediapipe')", "mediapipe may be imported in"),
        ("pose/camera.py", "import av.container", "av may be imported in"),
        ("batch/many.py", "from dask.distributed import Client", "dask may be imported in"),
        ("coach/live.py", "import streamlit as st", "streamlit may be imported in"),
        ("clinic/people.py", "from sqlalchemy import select", "sqlalchemy may be imported in"),
        ("doctor.py", "import rich.console", "rich may be imported in"),
        ("measures/view.py", "import time", "time in a pure room"),
        ("scoring/score.py", "from datetime import datetime", "datetime in a pure room"),
        ("activity/types.py", "from pathlib import Path", "pathlib in a pure room"),
        ("pose/types.py", "import os.path", "os in a pure room"),
        ("signals.py", "open('log', 'a')", "open() in a pure room"),
        ("measures/view.py", "from posture_coach.resources import data_file", "in a pure room"),
    ],
)
def test_the_import_rule_catches(name, source, fault):
    assert any(fault in found for found in import_faults(source, name))


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("measures/accuracy.py", "from posture_coach.resources import data_file\nimport tomllib"),
        ("scoring/score.py", "from posture_coach import geometry\nimport numpy as np"),
        ("pose/video.py", "import av, cv2, os, time\nfrom pathlib import Path"),
        ("pose/photo.py", "from . import types\nfrom .types import Frame"),
        ("cli/app.py", "import typer, rich\nfrom posture_coach.batch import many"),
        ("batch/cluster.py", "from dask.distributed import Client"),
        ("dashboard/live.py", "import streamlit\nfrom posture_coach.coach import live"),
    ],
)
def test_the_import_rule_lets_pass(name, source):
    assert import_faults(source, name) == []


LONG_FUNCTION = "def f():\n" + "    x = 1\n" * 30


def test_the_length_rule_counts_code_and_not_words():
    padded = 'def f():\n    """Say.\n\n    More.\n    """\n' + "    # why\n\n    x = 1\n" * 29
    assert length_faults(padded) == []
    assert length_faults(LONG_FUNCTION) == ["f: 31 code lines"]
    assert length_faults(LONG_FUNCTION.replace("f()", "f(a=(\n    1,\n))", 1)) == ["f: 33 code lines"]
    assert length_faults('def f():\n    x = """' + "\n" * 40 + '"""\n') == ["f: 42 code lines"]
    assert length_faults("x = 1\n" * 400) == []
    assert length_faults("x = 1\n" * 401) == ["401 lines"]


def test_the_length_rule_takes_a_reason():
    assert length_faults(LONG_FUNCTION.replace("():\n", "():\n    # house: one table\n", 1)) == []
    assert length_faults("# house: one table\n" + LONG_FUNCTION) == []
    assert length_faults("# house: one table\n" + "x = 1\n" * 401) == []
    assert length_faults("x = 1\n" * 401 + "# house: too late\n") == ["402 lines"]
