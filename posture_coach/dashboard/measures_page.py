"""The page that explains every measure: a figure, what it means, its error, what it is held against, and from where.

All of it is made from the table of measures and the data files; a new row there is a new entry here.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from html import escape
from itertools import groupby
from urllib.parse import urlsplit

import streamlit as st

from posture_coach.dashboard.figures import entry_title, figure
from posture_coach.measures.accuracy import shipped_accuracy
from posture_coach.measures.definitions import TABLE, UNIT_SIGN, Definition, Relative
from posture_coach.measures.types import View
from posture_coach.pose.types import Mode, Model
from posture_coach.scoring.checked_toml import Band
from posture_coach.scoring.targets import (
    Closed,
    RelativeTo,
    Source,
    Target,
    Targets,
    shipped_sources,
    shipped_targets,
)

INTRODUCTION = """
Every angle, ratio and distance of a posture is one of the measures below. **0 is the anatomical position**: standing
upright, arms hanging, gaze ahead. **Plus** is bending or moving forward; seen from the front, it is towards the
person's own right, or the right side higher. Where it is otherwise, the entry says so. **Left and right are the
person's own**, wherever the camera stands. In the figures the dots are the points that the camera must see, the dotted
line is what is measured from, and the + lies where the value grows.

The error is the half-width of a 95 % interval, found on rendered people whose angles are known exactly. Real rooms and
clothes will make it larger. The smallest change that counts is assumed, until people have been measured twice.

One webcam sees no spine, no depth, and nothing inside the body. What that rules out is not shown, with two exceptions:

- **Estimates by a desk camera**: how trunk and neck have changed, seen from in front. They are marked as estimated and
  never held against a target. They only tell changes of position and *slumped*.
- **The hip line**: too coarse to tell a difference in leg length or a small drop of one hip.
"""
LIMITS_TITLE = "What one webcam cannot measure"
LIMITS = """
- **The shape of the back.** No camera point lies on the spine, or on the front and back of the pelvis. So there is no
  curve of the lower or upper back, no tilt of the pelvis seen from the side, no craniovertebral angle, and no telling
  how much of a bend comes from the back and how much from the hips.
- **What is inside.** How stiff a joint is, how strong or active a muscle is, what presses on a disc or pulls at a
  nerve: none of it shows in a picture.
- **Leaning and nodding, seen from the front.** A single picture has no depth, only a guess at it. How far trunk and
  neck have changed is estimated there, and marked so.
- **Centimetres and metres**, such as step length, walking speed or sway, unless the picture holds something of known
  size.
- **Small and large turns.** Turning by less than some 20° hardly changes the picture; beyond some 45° one side hides
  behind the other.
- **A hip or leg that is slightly lower.** Under clothes the hip points wander by a few degrees of their own, and the
  hip line with them.
- **Why something hurts, or will.** No measure here is a diagnosis, and no posture has been shown to cause back pain.
"""

STYLE = """<style>
.pc-facts { display: grid; grid-template-columns: minmax(7rem, 10rem) 1fr; gap: 0.35rem 1rem; line-height: 1.5; }
dl.pc-facts { margin: 0; padding: 0 !important; }
.pc-facts dt { opacity: 0.75; margin: 0; font-weight: 400; }
.pc-facts dd, .pc-facts p { margin: 0; }
.pc-facts dd, .pc-words { overflow-wrap: anywhere; }
.pc-facts a, .pc-words a { color: inherit; }
.pc-words { line-height: 1.5; max-width: 46rem; }
.pc-words h4 { font-size: 1rem; font-weight: 600; margin: 1rem 0 0.25rem; padding: 0; }
.pc-words h4:first-child { margin-top: 0; }
.pc-words p { margin: 0 0 0.4rem; }
.pc-words ul { margin: 0 0 0.6rem; padding-left: 1.2rem !important; }
.pc-words .pc-quiet { opacity: 0.75; }
@media (max-width: 640px) {
  .pc-facts { grid-template-columns: 1fr; gap: 0; }
  .pc-facts dd { margin-bottom: 0.6rem; }
}
</style>"""
PAGE_PX, FIGURE_PX = 1080, 260

PLANES = {
    "sagittal": "Forward and back (sagittal plane)",
    "frontal": "To the sides (frontal plane)",
    "any": "From several sides",
}
VIEWS: dict[str, View | None] = {"Any": None, "Side": View.SIDE, "Front": View.FRONT}
FROM = {
    View.SIDE: "the side", View.FRONT: "the front", View.OBLIQUE: "a corner, between front and side",
    View.BACK: "behind", View.UNKNOWN: "anywhere",
}  # fmt: skip
MODES = {Mode.TRACKED: "when followed from picture to picture", Mode.DETECTED: "in single pictures"}
DECIMALS = {"deg": 1, "ratio": 2, "cm": 0}
POINTS = {"FOOT_INDEX": "toe tip", "EYE_OUTER": "outer eye corner", "MOUTH": "mouth corner"}
PLURALS = {"foot": "feet"}
TAKE_IT = "press “Take my upright” on Live, use the page Calibrate, or, for a file, analyze --baseline 0-5."
RELATIVE = {
    Relative.DIFFERENCE: f"Your own upright, which is taken off: {TAKE_IT}",
    Relative.RATIO: f"Your own upright, by which it is divided: {TAKE_IT}",
    Relative.FOCAL_LENGTH: "The camera's focal length must be known.",
}
EVIDENCE = {
    "A": "reviews or large norms", "B": "single studies or standards", "C": "convention among experts",
    "D": "our own default", "own": "none published",
}  # fmt: skip
PROVENANCE = {
    "seen": "read in the source", "secondary": "read in a work that cites the source",
    "memory": "from memory, still to be checked", "engineering": "chosen by us",
    "own": "set for one person",
}  # fmt: skip
READ = {
    "abstract": "abstract or opening read", "secondary": "known through works that cite it",
    "code": "read as tables in public program code", "memory": "not read yet, from memory", "own": "",
}  # fmt: skip
CHANGE_FROM = {"camera_estimate": "assumed", "published": "published"}
NOT_KNOWN = "not known"


def measures_page() -> None:
    """Show every measure of the table, filtered by view and name."""
    with st.container(horizontal_alignment="center"), st.container(width=PAGE_PX):
        st.html(STYLE)
        st.title("Measures", anchor=False)
        st.markdown(INTRODUCTION)
        with st.expander(LIMITS_TITLE):
            st.markdown(LIMITS)
        view, words, model = _filters()
        shown = [rows for rows in entries(TABLE) if _fits(rows, view, words)]
        st.caption(f"{len(shown)} of {len(entries(TABLE))} measures")
        if not shown:
            st.info("No measure has this name. Try a part of the body, such as hip or head, or choose another view.")
        for plane, group in groupby(shown, key=lambda rows: rows[0].plane):
            st.header(PLANES.get(plane, plane.capitalize()), anchor=False)
            for rows in group:
                _entry(rows, model)


def entries(table: Iterable[Definition]) -> list[tuple[Definition, ...]]:
    """Return the rows, left and right together, in the order of the table, planes kept together."""
    by_joint: dict[str, list[Definition]] = {}
    for row in table:
        by_joint.setdefault(row.joint, []).append(row)
    planes = list(dict.fromkeys(row.plane for row in table))
    return [tuple(rows) for rows in sorted(by_joint.values(), key=lambda rows: planes.index(rows[0].plane))]


def _filters() -> tuple[View | None, list[str], Model]:
    by_view, by_name, by_model = st.columns([2, 3, 2], vertical_alignment="bottom")
    view = by_view.radio("Seen from", list(VIEWS), horizontal=True)
    name = by_name.text_input("Search by name", placeholder="hip, head, trunk …")
    model = by_model.selectbox("Error for model", list(Model), index=list(Model).index(Model.FULL))
    return VIEWS[view], name.lower().split(), Model(model or Model.FULL)


def _fits(rows: Sequence[Definition], view: View | None, words: Iterable[str]) -> bool:
    names = " ".join(f"{row.title} {row.name} {row.name.replace('_', ' ')}" for row in rows).lower()
    return (view is None or view in rows[0].views) and all(word in names for word in words)


def _entry(rows: Sequence[Definition], model: Model) -> None:
    row = rows[0]
    with st.container(border=True):
        drawn, told = st.columns([1, 2], gap="medium")
        drawn.container(horizontal_alignment="center").container(width=FIGURE_PX).markdown(
            figure(row), unsafe_allow_html=True
        )
        told.subheader(entry_title(row), anchor=row.joint.replace("_", "-"))
        told.html(_list(_facts(rows, model)))
        more = _more(row)
        if more:
            with told.expander(f"Targets and sources: {entry_title(row).lower()}"):
                st.html(f'<div class="pc-words">{more}</div>')


def _list(facts: Iterable[tuple[str, str]]) -> str:
    lines = "".join(f"<dt>{escape(name)}</dt><dd>{text}</dd>" for name, text in facts)
    return f'<dl class="pc-facts">{lines}</dl>'


def _facts(rows: Sequence[Definition], model: Model) -> Iterator[tuple[str, str]]:
    row = rows[0]
    yield "Definition", escape(_sentence(row.definition))
    yield "Zero and sign", escape(_sentence(row.zero_and_sign))
    yield "Seen from", escape(_sentence(_joined([FROM[view] for view in View if view in row.views], "or")))
    if row.side:
        yield "Sides", "Left and right, each for itself. From the side only the near one is seen."
    yield "Points", escape(_sentence(_points(row)))
    if row.relative in RELATIVE:
        yield "Needs", escape(RELATIVE[row.relative])
    yield f"Error, 95 %, model {model.value}", _errors(row, model)
    change = shipped_accuracy().mdc.get(row.joint)
    yield "Smallest change that counts", NOT_KNOWN if change is None else escape(_number(change, row.unit, plain=True))
    yield "Source", _cited(row.source)
    yield "Targets", escape(_judged(row))
    yield "In tables", ", ".join(f"<code>{escape(one.name)}</code>" for one in rows)


def _errors(row: Definition, model: Model) -> str:
    """Say the half-width for every view that the measure has and every mode, in files and live."""
    lines = []
    for view in (view for view in View if view in row.views):
        told = [_half_widths(row, view, mode, model) for mode in Mode]
        words = ", ".join(f"{one or NOT_KNOWN} {MODES[mode]}" for one, mode in zip(told, Mode, strict=True))
        lines.append(f"From {FROM[view]}: {words if any(told) else NOT_KNOWN}.")
    return "".join(f"<p>{escape(line)}</p>" for line in lines)


def _half_widths(row: Definition, view: View, mode: Mode, model: Model) -> str:
    """Return the half-width in files and live, once where they are told alike; nothing where none is known."""
    found = [shipped_accuracy(live=live).of(row.joint, view, mode, model) for live in (False, True)]
    in_files, live = ("" if error is None else f"± {_number(error.typical, row.unit)}" for error in found)
    return in_files if in_files == live else f"{in_files or NOT_KNOWN} in files and {live or NOT_KNOWN} live"


def _points(row: Definition) -> str:
    """Name the landmarks: both sides as one plural."""
    names = [point.name.replace("LEFT", "").replace("RIGHT", "").strip("_") for point in row.landmarks]
    words = []
    for name in dict.fromkeys(names):
        word = POINTS.get(name, name.replace("_", " ").lower())
        words.append(PLURALS.get(word, f"{word}s") if names.count(name) > 1 else word)
    return _joined(words, "and")


# What it is held against


@cache
def _sources() -> dict[str, Source]:
    return shipped_sources()


@cache
def _targets() -> Targets:
    return shipped_targets([row.name for row in TABLE])


def _targets_of(row: Definition) -> list[Target]:
    return [target for target in _targets().targets if row.name in target.measures]


def _judged(row: Definition) -> str:
    """Say in which activities the measure is judged at all."""
    activities = dict.fromkeys(target.activity.value for target in _targets_of(row))
    return f"When {_joined(list(activities), 'and')}." if activities else "None. It is measured and shown, not judged."


def _more(row: Definition) -> str:
    """Return the targets and the works behind the measure, each work once; nothing where there is neither."""
    targets = _targets_of(row)
    keys = dict.fromkeys([row.source, *(key for target in targets for key in target.sources)])
    cited = "".join(f"<li>{_cited(key)} {_read(key)}</li>" for key in keys if key in _sources())
    return "".join(_target(target) for target in targets) + (f"<h4>Sources</h4><ul>{cited}</ul>" if cited else "")


def _target(target: Target) -> str:
    grades = (("good", target.good), ("caution", target.caution), ("poor", target.poor))
    bands = "".join(f"<li>{name}: {escape(band_words(target, name, bands))}</li>" for name, bands in grades if bands)
    edge = "ends" if target.closed is Closed.HIGH else "starts"
    mdc = f"{_number(target.mdc, target.unit, plain=True)} ({CHANGE_FROM.get(target.mdc_from, target.mdc_from)})"
    more = [
        "Judged against your own upright." if target.relative_to is RelativeTo.OWN_UPRIGHT else "",
        _condition(target),
        f"A value on an edge belongs to the band that {edge} there.",
        f"Smallest change that counts: {mdc}.",
        f"Evidence {target.evidence}: {EVIDENCE.get(target.evidence, '')}.",
        f"Numbers: {PROVENANCE.get(target.provenance, target.provenance)}.",
        f"Trust in one webcam: {target.camera}.",
    ]
    title = escape(f"{target.activity.value.capitalize()}: {target.title}")
    quiet = escape(" ".join(line for line in more if line))
    note = f"<p>{escape(target.note)}</p>" if target.note else ""
    return f'<h4>{title}</h4><ul>{bands}</ul>{note}<p class="pc-quiet">{quiet}</p>'


def band_words(target: Target, grade: str, bands: Sequence[Band]) -> str:
    """Say the bands of one grade; the outermost poor ones reach as far as a body does."""
    every = [*target.good, *target.caution, *target.poor]
    lowest, highest = min(low for low, _ in every), max(high for _, high in every)
    words = []
    for low, high in bands:
        ends = [_number(edge, target.unit, plain=True) for edge in (low, high)]
        if grade == "poor" and high == highest:
            words.append(f"above {ends[0]}")
        elif grade == "poor" and low == lowest:
            words.append(f"below {ends[1]}")
        else:
            words.append(f"{ends[0]} to {ends[1]}")
    return _joined(words, "and") + (", to either side" if target.magnitude else "")


def _condition(target: Target) -> str:
    when = target.only_when
    if when is None:
        return ""
    row = next(row for row in TABLE if row.name == when.measure)
    own = " of your own upright" if when.relative_to is RelativeTo.OWN_UPRIGHT else ""
    low, high = (_number(edge, row.unit, plain=True) for edge in (when.low, when.high))
    return f"Only while {entry_title(row).lower()} lies within {low} to {high}{own}."


def _cited(key: str) -> str:
    """Return the full citation; a word that is no key of the sources stands for itself."""
    source = _sources().get(key)
    if source is None:
        return escape(_sentence(key))
    where = "" if source.seen == "own" else f" {source.where}, {source.year}."
    address = f"https://doi.org/{source.doi}" if source.doi else source.url
    name = f"doi:{source.doi}" if source.doi else urlsplit(source.url).hostname or source.url
    link = f' <a href="{escape(address)}" target="_blank" rel="noopener noreferrer">{escape(name)}</a>'
    return f"{escape(source.cite)}.{escape(where)}{link if address else ''}"


def _read(key: str) -> str:
    """Return how far a work was read, and what is to be known of it, in quiet letters."""
    source = _sources()[key]
    told = [f"How far we read it: {READ.get(source.seen, source.seen)}.", source.note]
    words = " ".join(told if READ.get(source.seen, source.seen) else told[1:])
    return f'<span class="pc-quiet">{escape(words)} Key: <code>{escape(key)}</code>.</span>'


# Words


def _number(value: float, unit: str, *, plain: bool = False) -> str:
    """Return a number with its unit: as it stands in the data, or rounded to what is worth telling."""
    if math.isinf(value):
        return "any"
    told = f"{value:g}" if plain or unit not in DECIMALS else f"{value:.{DECIMALS[unit]}f}"
    return f"{told}{UNIT_SIGN.get(unit, f' {unit}')}"


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}" + ("" if text.endswith(".") else ".")


def _joined(words: Sequence[str], last: str) -> str:
    return f"{', '.join(words[:-1])} {last} {words[-1]}" if len(words) > 1 else "".join(words)
