"""`python -m tests` runs everything that has to be right: style, types, and every test. Ends at the first failure.

Tests run in two halves side by side. Those that play clips as a camera, look at pages in a browser or talk to programs
go by the clock; the others can wait, and run beside them with what is left of the machine. With arguments, pytest runs
once, with these.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

TOP = Path(__file__).parent.parent
CHECKS = (
    ("style", "ruff", "check", "."),
    ("format", "ruff", "format", "--check", "."),
    ("types", "mypy"),
)
BY_THE_CLOCK = ("tests/cli", "tests/coach", "tests/dashboard", "tests/pose/test_camera.py")
CAN_WAIT = ("tests/cli/test_bad_input.py",)
"""The longest of those that only start programs and let them end: with it among the others both halves take as long."""
ONCE_MORE = ("--reruns", "1", "--reruns-delay", "2")
"""A machine that stalls for a second fails such a test once, a fault twice. What was run again is listed at the end."""
PATIENT = ("nice", "-n", "15") if shutil.which("nice") else ()


def command(tool: str, *arguments: str) -> list[str]:
    """Return how a tool of this environment is started."""
    return [sys.executable, "-m", tool, *arguments]


def announce(name: str, tool: str, *arguments: str) -> None:
    """Say what comes."""
    sys.stdout.write(f"\n== {name}: {tool} {' '.join(arguments)}\n")
    sys.stdout.flush()


def ran(name: str, tool: str, *arguments: str) -> int:
    """Run a tool to its end and return its exit code."""
    announce(name, tool, *arguments)
    return subprocess.run(command(tool, *arguments), cwd=TOP, check=False).returncode


def files_by_the_clock() -> list[str]:
    """Return the test files of the half that goes by the clock."""
    paths = [TOP / name for name in BY_THE_CLOCK]
    found = [file for path in paths for file in ([path] if path.is_file() else sorted(path.rglob("test_*.py")))]
    return [name for file in found if (name := file.relative_to(TOP).as_posix()) not in CAN_WAIT]


def ran_side_by_side() -> int:
    """Run both halves, and print what the patient one said when the other one is done."""
    clocked = [*BY_THE_CLOCK, *(f"--ignore={path}" for path in CAN_WAIT)]
    rest = [f"--ignore={path}" for path in files_by_the_clock()]
    with (
        tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as said,
        subprocess.Popen(
            [*PATIENT, *command("pytest", "-p", "no:cacheprovider", *rest)], cwd=TOP, stdout=said, stderr=said
        ) as patient,
    ):
        try:
            failed = ran("tests by the clock", "pytest", *ONCE_MORE, *clocked)
            announce("all other tests", "pytest")
            failed = patient.wait() or failed
        finally:
            patient.terminate()
        said.seek(0)
        shutil.copyfileobj(said, sys.stdout)
    return failed


if __name__ == "__main__":
    for check in CHECKS:
        if code := ran(*check):
            sys.exit(code)
    sys.exit(ran("tests", "pytest", *sys.argv[1:]) if sys.argv[1:] else ran_side_by_side())
