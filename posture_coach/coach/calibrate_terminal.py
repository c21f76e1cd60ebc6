"""The guided calibration on a terminal: large words and larger seconds, to be read from three metres away."""

from __future__ import annotations

import math
from collections.abc import Generator, Iterable, Sequence
from contextlib import closing
from datetime import datetime

from rich.align import Align
from rich.console import Console, Group, RenderableType
from rich.live import Live as Screen
from rich.panel import Panel
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from posture_coach.coach.guide import Guide, Phase
from posture_coach.coach.guided import Guided
from posture_coach.coach.kept import kept
from posture_coach.coach.places import stale
from posture_coach.coach.session import Session
from posture_coach.store.files.profiles import Profile

SCREENS_PER_S = 8
BAR_CELLS = 60
DIGITS = {
    "0": ("███", "█ █", "█ █", "█ █", "███"), "1": (" █ ", "██ ", " █ ", " █ ", "███"),
    "2": ("███", "  █", "███", "█  ", "███"), "3": ("███", "  █", "███", "  █", "███"),
    "4": ("█ █", "█ █", "███", "  █", "  █"), "5": ("███", "█  ", "███", "  █", "███"),
    "6": ("███", "█  ", "███", "█ █", "███"), "7": ("███", "  █", "  █", "  █", "  █"),
    "8": ("███", "█ █", "███", "█ █", "███"), "9": ("███", "█ █", "███", "  █", "███"),
}  # fmt: skip
WIDER = 2
"""A cell of a terminal is twice as high as it is wide."""


def lead(session: Session, guided: Guided, console: Console) -> Guide | None:
    """Lead somebody through a calibration; return how it ended, None where there never was a picture."""
    guide = None
    with closing(_guides(session, guided)) as guides:
        for shown in _on_screen(guides, console) if console.is_terminal else _as_lines(guides, console):
            guide = shown
            if guided.ended:
                break
    return guide


def _guides(session: Session, guided: Guided) -> Generator[Guide]:
    with closing(iter(session)) as pictures:
        for frame, assessment in pictures:
            yield guided.push(frame, assessment.poses, session.sight)


def _on_screen(guides: Iterable[Guide], console: Console) -> Iterable[Guide]:
    before: tuple[int, Phase] | None = None
    with Screen(console=console, refresh_per_second=SCREENS_PER_S, transient=True) as screen:
        for guide in guides:
            screen.update(_page(guide))
            now = guide.number, guide.phase
            if before not in (None, now):
                console.bell()  # who looks straight ahead does not see the screen
            before = now
            yield guide


def _as_lines(guides: Iterable[Guide], console: Console) -> Iterable[Guide]:
    """Write a line whenever there is something new to do: nobody watches seconds in a file."""
    before = ""
    for guide in guides:
        line = "Stay like this." if guide.phase is Phase.HOLDING else guide.line
        if line != before:
            console.print(f"{guide.number}/{guide.of}  {line}", highlight=False, markup=False)
        before = line
        yield guide


def _page(guide: Guide) -> RenderableType:
    holding = guide.phase is Phase.HOLDING
    style = "yellow" if guide.problem else "green" if holding else "cyan"
    parts: list[RenderableType] = [
        Text(""),
        Align.center(Text(guide.title.upper(), style=f"bold {style}")),
        Text(""),
        Align.center(Text(guide.words, style="bold")),
        Text(""),
        Align.center(Text(large(math.ceil(guide.left_s)) if holding else "\n" * 4, style=style)),
        Text(""),
        Align.center(ProgressBar(total=1.0, completed=guide.share, width=BAR_CELLS)),
    ]
    if guide.note:
        parts += [Text(""), Align.center(Text(guide.note, style="dim"))]
    return Panel(Group(*parts), title=f"{guide.number} of {guide.of}", subtitle="Ctrl-C ends it", border_style=style)


def large(number: int) -> str:
    """Return a number in letters of five lines."""
    rows = ("  ".join(DIGITS[digit][k] for digit in str(number)) for k in range(len(DIGITS["0"])))
    return "\n".join("".join(letter * WIDER for letter in row) for row in rows)


def show_profile(profile: Profile, notes: Sequence[str], console: Console) -> None:
    """Say what was taken."""
    told = kept(profile)
    table = Table(box=None, pad_edge=False)
    for title in (profile.place, "upright", "± 95 %", "slump"):
        table.add_column(Text(title), justify="left" if title == profile.place else "right")
    for row in told.rows:
        table.add_row(row.title, row.value, row.err, row.slump)
    console.print(table)
    console.print(Text(f"Taken {told.seen}. {' '.join(told.camera)}"))
    if told.good_for:
        console.print(Text(f"From now on held against it: {', '.join(told.good_for)}."))
    for note in notes:
        console.print(Text(note, style="yellow"))
    console.print(
        Text(f"It is asked for again on {told.again_at.astimezone():%d %B %Y}, or when chair or camera moved.")
    )


def show_places(profiles: Sequence[Profile], now: datetime, console: Console) -> None:
    """List the places."""
    if not profiles:
        console.print("There is no place yet. Take one with: posture-coach calibrate --place NAME", highlight=False)
        return
    table = Table(box=None, pad_edge=False)
    for title in ("place", "taken", "seen from", "camera", "pictures", "model", ""):
        table.add_column(title)
    for p in profiles:
        eye, old = p.seen_by, stale(p, now)
        table.add_row(
            Text(p.place), f"{p.taken_at.astimezone():%Y-%m-%d %H:%M}", p.own.view.value, Text(eye.source),
            f"{eye.width}x{eye.height}", eye.model.value, Text("calibrate again" if old else "", style="yellow"),
        )  # fmt: skip
    console.print(table)
