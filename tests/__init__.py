"""What has to be right; `python -m tests` runs all of it."""

from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
"""The checkout's top folder. Here, so that programs that a test starts need nothing that is the test run's own."""
