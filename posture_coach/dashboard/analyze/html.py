"""Parts of the page that Streamlit has no element for, as HTML with the classes of `page.css`."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from html import escape

from posture_coach.dashboard.analyze.data import NOTHING, Result, Row, Span, stretches
from posture_coach.dashboard.words import SEEN_FROM
from posture_coach.pose.types import Mode
from posture_coach.scoring.score import grade_of_score

_FOLLOWED = {Mode.TRACKED: "followed from picture to picture", Mode.DETECTED: "searched anew in every picture"}
_ACTIVITIES = ("sitting", "standing", "walking", "away", "unknown")
_WIDE_ONLY = ("seen", "good")
"""Columns for which a narrow page has no room: it tells them below the measure's title."""


def capital(words: str) -> str:
    """Begin with a capital."""
    return words[:1].upper() + words[1:]


def score_html(result: Result) -> str:
    """Return the score, its word, what it rests on, and what the file holds."""
    score = result.summary["score"]
    number, grade, word = NOTHING, "none", "no score"
    if score["mean"] is not None:
        rounded = round(score["mean"])
        grade = grade_of_score(rounded, result.assessment.score.targets.points).name.lower()
        number, word = str(rounded), grade
    return (
        f'<section class="pc-score {grade}" aria-label="Score"><div class="pc-number">{number}</div><div>'
        f'<div class="pc-word">{word}</div><div>{escape(capital(score["words"]))}.</div>'
        f'<div class="pc-quiet">{escape(_facts(result))}</div></div></section>'
    )


def over_time_html(told: Iterable[str]) -> str:
    """Return what time adds to the score of single pictures, a line for the whole and for each hour."""
    lines = "".join(f"<p>{escape(capital(words.strip()))}.</p>" for words in told)
    return f'<section class="pc-over-time" aria-label="Over its time">{lines}</section>'


def _facts(result: Result) -> str:
    told = result.summary
    facts = ["only part of the file could be read"] if told["status"] == "partial" else []
    if told["own_targets"]:
        facts.append("held against own targets")
    facts.append(_doing(result))
    model = f"model {told['model']}"
    if not result.is_photo:
        pictures = told["pictures"]
        model += f", {_FOLLOWED[Mode(told['mode'])]}"
        facts.append(f"{told['source']['duration_s']:.1f} s, {pictures['analysed']} pictures analysed")
        facts.append(f"somebody in view in {pictures['with_a_person']} of them")
    facts.append(model)
    return " ".join(f"{capital(fact)}." for fact in facts if fact)


def _doing(result: Result) -> str:
    """Say what the person did, the longest first."""
    if result.is_photo:
        reading = result.assessment.reading(0)
        return ", ".join(filter(None, [reading.activity.value, SEEN_FROM[reading.view]]))
    seconds: dict[str, float] = result.summary["activities"]
    return ", ".join(f"{name} {seconds[name]:.1f} s" for name in sorted(seconds, key=lambda name: -seconds[name]))


LEAST_WIDTH = 0.4
"""Per cent: a moment, such as standing up, would not be seen."""


def ribbon_html(result: Result, cursor_s: float) -> str:
    """Return what the person did over time, one row for each kind of event, with the cursor across."""
    kinds: dict[str, list[Span]] = {}
    for span in stretches(result):
        kinds.setdefault(span.kind, []).append(span)
    rows = {escape(capital(kind)): [_span(span, result.end_s) for span in spans] for kind, spans in kinds.items()}
    lists = "".join(f'<ol aria-label="{kind} over time">{"".join(spans)}</ol>' for kind, spans in rows.items())
    words = dict.fromkeys(span.word for span in stretches(result))
    key = "".join(f'<span><b class="{_look(word)}"></b>{escape(word)}</span>' for word in words)
    cursor = f'<i style="left:{100.0 * cursor_s / result.end_s:.3f}%"></i>'
    return f'<div class="pc-ribbon">{lists}{cursor}</div><div class="pc-key" aria-hidden="true">{key}</div>'


def _look(word: str) -> str:
    return f"pc-{word if word in _ACTIVITIES else 'other'}"


def _span(span: Span, end_s: float) -> str:
    left, width = 100.0 * span.start_s / end_s, max(100.0 * (span.end_s - span.start_s) / end_s, LEAST_WIDTH)
    word = escape(span.word)
    told = f"{word}, {span.start_s:.1f} to {span.end_s:.1f} s"
    return (
        f'<li class="{_look(span.word)}" style="left:{left:.3f}%;width:{width:.3f}%" title="{told}" '
        f'aria-label="{told}">{word}</li>'
    )


def picture_html(jpeg: bytes, caption: str) -> str:
    """Return the picture at the cursor, in the page itself.

    Streamlit's own picture is a file, gone with the next move of the cursor while a browser may still ask for it.
    """
    data = base64.b64encode(jpeg).decode("ascii")
    return (
        f'<figure class="pc-picture"><img alt="The picture, with the skeleton and the angles drawn in" '
        f'src="data:image/jpeg;base64,{data}"><figcaption>{escape(caption)}</figcaption></figure>'
    )


def figures_html(figures: list[Row], *, is_photo: bool) -> str:
    """Return the table of all measures, at the cursor and over the whole file."""
    heads = ["measured"] if is_photo else ["at cursor", "min", "median", "max", *_WIDE_ONLY]
    cells = [f'<th scope="col" class="{"pc-wide" if name in _WIDE_ONLY else ""}">{name}</th>' for name in heads]
    body = "".join(_line(row, is_photo=is_photo) for row in figures)
    return (
        f'<table class="pc-figures"><thead><tr><th scope="col">measure</th>{"".join(cells)}</tr></thead>'
        f"<tbody>{body}</tbody></table>"
    )


def _line(row: Row, *, is_photo: bool) -> str:
    now = escape(row.now_text())
    if row.part is not None:
        # The second line stays when there is nothing to say in it: a table must not jump with the cursor.
        now += f" {graded_html(row.part.grade.name.lower(), row.part.perhaps_words or ('' if is_photo else '&nbsp;'))}"
    cells = [(now, "pc-now")]
    narrow = ""
    if not is_photo:
        cells += [(row.text(value), "") for value in (row.low, row.median, row.high)]
        shares = (f"{row.coverage:.0%}", NOTHING if row.share_good is None else f"{row.share_good:.0%}")
        cells += [(share, "pc-wide") for share in shares]
        told = ", ".join(f"{name} {share}" for name, share in zip(_WIDE_ONLY, shares, strict=True) if share != NOTHING)
        narrow = f'<small class="pc-narrow">{told}</small>'
    tail = "".join(f'<td class="{name}">{text}</td>' for text, name in cells)
    return f'<tr data-measure="{row.name}"><th scope="row">{escape(row.definition.title)}{narrow}</th>{tail}</tr>'


def graded_html(grade: str, perhaps: str) -> str:
    """Return a grade as a mark, and quietly which others it may be."""
    more = f'<small class="pc-quiet">{perhaps}</small>' if perhaps else ""
    return f'<span class="pc-grade {grade}">{grade}</span>{more}'


def chart_html(row: Row) -> str:
    """Return the head of a measure's chart."""
    return f'<div class="pc-chart"><b>{escape(row.definition.title)}</b> <span>{escape(chart_words(row))}</span></div>'


def chart_words(row: Row) -> str:
    """Say in words what a chart shows."""
    return (
        f"at cursor {row.now_text()}, min {row.text(row.low)}, median {row.text(row.median)}, max {row.text(row.high)}"
    )
