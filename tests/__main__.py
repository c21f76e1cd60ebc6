"""`python -m tests` runs everything that has to be right: style, types, and every test. Ends at the first failure."""

import subprocess
import sys
from pathlib import Path

STEPS = (
    ("style", "ruff", "check", "."),
    ("format", "ruff", "format", "--check", "."),
    ("types", "mypy"),
    ("tests", "pytest", *sys.argv[1:]),
)

for name, tool, *arguments in STEPS:
    sys.stdout.write(f"\n== {name}: {tool} {' '.join(arguments)}\n")
    sys.stdout.flush()
    ended = subprocess.run([sys.executable, "-m", tool, *arguments], cwd=Path(__file__).parent.parent, check=False)
    if ended.returncode:
        sys.exit(ended.returncode)
