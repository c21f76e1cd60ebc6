"""Bands of a target drawn as a strip, the person's own above the shipped one on the same scale."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from posture_coach.dashboard.measures_page import band_words
from posture_coach.scoring.own import GRADES
from posture_coach.scoring.targets import Target

STYLE = """<style>
.pc-bands { margin: .25rem 0 .5rem; line-height: 1.4; }
.pc-bands p { margin: 0; font-size: .925rem; }
.pc-bands .pc-whose { opacity: .75; font-size: .85rem; margin: .35rem 0 .1rem; }
.pc-strip { position: relative; height: .8rem; border-radius: .4rem; overflow: hidden; display: flex; }
.pc-strip i { display: block; height: 100%; border-right: 2px solid light-dark(#fff, #0e1117); box-sizing: border-box; }
.pc-strip i:last-child { border: 0; }
.pc-strip .good { background: light-dark(#00805e, #35c79c); }
.pc-strip .caution { background: light-dark(#d9a441, #c08a24); }
.pc-strip .poor { background: light-dark(#b5470a, #d5622a); }
.pc-strip .no { background: light-dark(#d5d9de, #3a4048); }
.pc-off .pc-strip { opacity: .35; }
.pc-edges { position: relative; height: 1.15rem; font-size: .75rem; font-variant-numeric: tabular-nums; opacity: .85; }
.pc-edges span { position: absolute; transform: translateX(-50%); white-space: nowrap; }
.pc-who { font-size: .85rem; line-height: 1.45; overflow-wrap: anywhere; }
.pc-who small { display: block; opacity: .75; font-size: inherit; }
.pc-who summary { cursor: pointer; opacity: .75; }
</style>"""
MARGIN = 0.3
"""Share of what lies between the outermost inner edges that is drawn beyond them."""


APART = 0.09
"""Share of the strip between two labels: closer, on a narrow screen, one would lie on the other."""


def bands_html(target: Target, shipped: Target | None = None, *, off: bool = False) -> str:
    """Return a target's bands, and beside them the shipped ones where they differ."""
    low, high = _span([target, shipped] if shipped is not None else [target])
    lines = [(target, "Own" if shipped is not None else "")]
    if shipped is not None:
        lines.append((shipped, "Shipped"))
    parts = "".join(_line(one, whose, low, high) for one, whose in lines)
    return f'<div class="pc-bands{" pc-off" if off else ""}">{parts}</div>'


def rows_of(target: Target) -> list[tuple[float, float, str]]:
    """Return (low, high, grade) of every band in ascending order."""
    return sorted((low, high, name) for name in GRADES for low, high in getattr(target, name))


def words_of(target: Target) -> str:
    """Say the bands."""
    told = ((name, getattr(target, name)) for name in GRADES)
    return "; ".join(f"{name} {band_words(target, name, bands)}" for name, bands in told if bands)


def _inner(target: Target) -> Iterator[float]:
    """Yield the edges between two bands, and the outermost where something else than poor ends there."""
    rows = rows_of(target)
    yield from (low for low, _, _ in rows[1:])
    if rows[0][2] != "poor" and not (target.magnitude and rows[0][0] <= 0):
        yield rows[0][0]
    if rows[-1][2] != "poor":
        yield rows[-1][1]


def _span(targets: Sequence[Target]) -> tuple[float, float]:
    edges = [edge for target in targets for edge in _inner(target)]
    low, high = min(edges), max(edges)
    beyond = MARGIN * (high - low) or 1.0
    return (0.0 if targets[0].magnitude else low - beyond), high + beyond


def _line(target: Target, whose: str, low: float, high: float) -> str:
    pieces, at = [], low
    for begin, end, grade in rows_of(target):
        begin, end = max(begin, low), min(end, high)
        if end <= begin:
            continue
        if begin > at:
            pieces.append((begin - at, "no"))
        pieces.append((end - begin, grade))
        at = end
    if at < high:
        pieces.append((high - at, "no"))
    drawn = "".join(f'<i class="{name}" style="flex: {width / (high - low):.5f} 0 0"></i>' for width, name in pieces)
    sign = "°" if target.unit == "deg" else ""
    edges, at = "", -1.0
    for edge in sorted(_inner(target)):
        share = (edge - low) / (high - low)
        if share - at >= APART:  # the words below tell all of them
            edges, at = f'{edges}<span style="left: {100 * share:.2f}%">{edge:g}{sign}</span>', share
    words = words_of(target)
    title = f'<p class="pc-whose">{whose}</p>' if whose else ""
    return (
        f'{title}<div class="pc-strip" role="img" aria-label="{escape(words)}">{drawn}</div>'
        f'<div class="pc-edges" aria-hidden="true">{edges}</div><p>{escape(words[:1].upper() + words[1:])}</p>'
    )
