"""The page that explains the score in plain words: what counts and how much, and what each activity is held against.

Its numbers are read from the data files that the score itself is made from.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape

import streamlit as st

from posture_coach.activity.types import Activity
from posture_coach.dashboard import camera
from posture_coach.dashboard.measures_page import EVIDENCE, PROVENANCE
from posture_coach.dashboard.words import plain
from posture_coach.measures.definitions import UNIT_SIGN
from posture_coach.scoring.checked_toml import Band
from posture_coach.scoring.own import OWN
from posture_coach.scoring.rules import Rules, Scale, shipped_rules
from posture_coach.scoring.targets import (
    JUDGED,
    Own,
    Plane,
    RelativeTo,
    Source,
    Target,
    Targets,
    shipped_sources,
)
from posture_coach.scoring.walking import Norm, shipped_norms
from posture_coach.scoring.windows import FAIR, SURE

PAGE_PX = 1080
STYLE = """<style>
.pc-parts { display: flex; gap: 3px; margin: .25rem 0 1rem; padding: 0 !important; list-style: none; }
.pc-parts li { flex-basis: 0; min-width: 0; margin: 0 !important; padding: .5rem .6rem; border-radius: .4rem;
  overflow-wrap: anywhere; line-height: 1.35; background: color-mix(in srgb, currentColor 9%, transparent); }
.pc-parts b { display: block; font-size: 1.25rem; font-variant-numeric: tabular-nums; }
.pc-scroll { overflow-x: auto; }
.pc-held { border-collapse: collapse; width: 100%; line-height: 1.4; font-size: .925rem; }
.pc-held caption { text-align: left; opacity: .75; padding-bottom: .3rem; }
.pc-held :is(th, td) { text-align: left; vertical-align: top; padding: .45rem .75rem .45rem 0;
  border-bottom: 1px solid color-mix(in srgb, currentColor 18%, transparent); font-weight: 400; }
.pc-held thead th { opacity: .75; }
.pc-held tbody th { font-weight: 600; min-width: 8rem; }
.pc-held summary { cursor: pointer; opacity: .75; font-size: .85rem; }
.pc-held small { display: block; font-weight: 400; opacity: .75; font-size: .85rem; }
@media (max-width: 640px) {
  .pc-held :is(table, tbody, tr, th, td) { display: block; }
  .pc-held thead { display: none; }
  .pc-held :is(tbody th, td) { border: 0; padding: .1rem 0; }
  .pc-held td[data-name]::before { content: attr(data-name) ": "; opacity: .75; }
  .pc-held tr { padding: .5rem 0; border-bottom: 1px solid color-mix(in srgb, currentColor 18%, transparent); }
}
</style>"""
INTRODUCTION = """
The score says how your last minutes compare with what standards, studies and convention suggest: above all moving,
changing position and getting up, and, less, the angles you sit, stand and walk in. It runs from 0 to 100.
**It is no diagnosis, and a low score is no damage**: no angle has been shown to do good or harm.
"""
WHY_TIME = """
More than half of the score is not about angles. Reviews find no posture that causes pain. In one trial office workers
who took active breaks, or were prompted to shift, got new low-back pain far less often than the others; people with
lasting back pain shift less than people without. Not all trials agree, and how often to get up is convention. So an
upright back held for two hours scores worse than a relaxed one that moves.
"""
UNSEEN = """
- **A chair's backrest and armrests.** Leaning back well supported is fine; the camera cannot tell whether you are.
- **Your back's curve, and anything inside the body**: muscles, discs, nerves, pain.
- **Leaning and nodding, seen from the front.** A single picture has no depth. Film from the side for those. Once it
  has your own upright, the camera estimates from the front how trunk and neck have changed. These estimates are held
  against no target. But a change counts as a change of position, and a trunk that stays forward is told as *slumped*.
- **What you do while out of view.** Nobody in the picture is neither good nor bad.
- **What you carry, how hard your work is, how you slept.** All of it matters, and none of it is in the score.

What is not seen is left out: it never counts as good or as bad, it lowers the *coverage*.
"""
EDGES = """
A measured angle is never exact. Each comes with an interval, and earns the average of what it would earn anywhere
within it. So an angle at the edge of good earns something between good and caution, and the score does not jump. Where
the interval reaches into another grade, the word says so: *good, perhaps caution*. On *Live* the word follows a change
a moment later, so that it can be read; the score follows at once.
"""
SEEN_FROM = {Plane.SAGITTAL: "from the side", Plane.FRONTAL: "from the front", Plane.ANY: "from several sides"}
NO_END_MIN = 1440.0
"""Minutes of a day: such an upper edge only says that there is none."""


def scored_page() -> None:
    """Explain the score."""
    held, rules, sources = camera.held(), shipped_rules(), shipped_sources()
    targets = held.targets
    with st.container(horizontal_alignment="center"), st.container(width=PAGE_PX):
        st.html(STYLE)
        st.title("How you are scored", anchor=False)
        st.markdown(INTRODUCTION)
        st.header("What counts, and how much", anchor=False)
        st.html(parts_html(rules))
        st.markdown(_parts(rules))
        st.header("Why most of it is about time", anchor=False)
        st.markdown(WHY_TIME)
        st.html(times_html(rules, sources))
        st.header("From an angle to points", anchor=False)
        st.markdown(_points(targets))
        st.markdown(EDGES)
        st.header("How sure a score is", anchor=False)
        st.markdown(_sure(rules))
        st.header("What the camera cannot see", anchor=False)
        st.markdown(UNSEEN)
        st.header("What is good, activity by activity", anchor=False)
        for words in filter(
            None, (held.problem, f"{held.words}. Change them on the page Targets." if held.words else "")
        ):
            st.info(plain(words), icon=":material/tune:")
        for tab, activity in zip(st.tabs([kind.value.capitalize() for kind in JUDGED]), JUDGED, strict=True):
            off = [own for own in targets.own if own.activity == activity and not own.used]
            tab.html(targets_html(activity.value.capitalize(), targets.of(activity), sources, off))
            if activity is Activity.WALKING:
                tab.html(walk_html(shipped_norms(), sources))


def parts_html(rules: Rules) -> str:
    """Return the three parts as long as they weigh."""
    shares = rules.shares
    named = (("Posture", shares.posture), ("Changes of position", shares.variety), ("Breaks", shares.breaks))
    items = "".join(f'<li style="flex-grow:{share:g}"><b>{share:.0%}</b>{name}</li>' for name, share in named)
    return f'<ul class="pc-parts" aria-label="Parts of the score">{items}</ul>'


def _parts(rules: Rules) -> str:
    return f"""
The score is made for every {rules.length_s / 60:g} minutes:

- **Posture**: how your angles compare with what is good for what you are doing, on average over the time you were seen.
- **Changes of position**: how often you shifted within the last hour, and the longest you kept still. A shift is
  {rules.shift_deg:g}° or more of trunk, neck or head for {rules.shift_held_s:g} seconds; so is getting up. It counts
  after {rules.variety_least_s / 60:g} minutes; before, the other two share its part.
- **Breaks**: how long you have now been sitting, or standing, in one go. {_minutes(rules.break_least_s)} of something
  else starts the count anew.

*Why* beside a score names the three things that cost most, and by how many points.
"""


def _minutes(seconds: float) -> str:
    minutes = seconds / 60.0
    return "A minute" if minutes == 1 else f"{minutes:g} minutes"


def _points(targets: Targets) -> str:
    points = targets.points
    return f"""
A value in its good band earns {points.good:g} points, in caution {points.caution:g}, in poor {points.poor:g}. Poor
still earns some, since no posture by itself has been shown to cause pain. Bending forward or raising an arm is caution
for as long as standards allow it to be held, some minutes, less the further it goes; after that it counts as poor until
you have been upright for as long. {needed(targets)}
"""


def needed(targets: Targets) -> str:
    """Say how many values a picture needs for a score, and of which activity there are too few, or none."""
    least = targets.points.least_targets
    told = [f"A picture needs {least} {'value' if least == 1 else 'values'} to be scored."]
    for activity in JUDGED:
        titles = [plain(target.title) for target in targets.of(activity)]
        if not titles:
            told.append(f"Of {activity} none is in use, and there is no score.")
        elif len(titles) < least:
            are, enough = (
                ("is one", "it is enough") if len(titles) == 1 else (f"are {len(titles)}", "together they are enough")
            )
            listed = " and ".join(filter(None, (", ".join(titles[:-1]), titles[-1])))
            told.append(f"Of {activity} there {are} alone ({listed}): {enough}, and the score says no more.")
    return " ".join(told)


def _sure(rules: Rules) -> str:
    return f"""
*Coverage* is how much could be judged at all: the share of your time, times the share of the values below. From
{SURE:.0%} on a score is called **sure**, from {FAIR:.0%} on **fair**, below it **a glimpse**. With less than
{rules.least_seen_s:g} seconds of you there is no score.
"""


def times_html(rules: Rules, sources: dict[str, Source]) -> str:
    """Return the bands of time as a table."""
    scales = (
        ("Shifts in an hour", rules.shifts_per_h, ""), ("Longest time without one", rules.longest_still_min, " min"),
        ("Sitting in one go", rules.sitting_min, " min"), ("Standing in one go", rules.standing_min, " min"),
    )  # fmt: skip
    rows = [_time_row(title, scale, unit, sources) for title, scale, unit in scales]
    return _table("Judged over time", ("What", "Good", "Caution", "From where we know"), rows)


def _time_row(title: str, scale: Scale, unit: str, sources: dict[str, Source]) -> tuple[str, ...]:
    good, caution = (_bands(of, unit) for of in (scale.good, scale.caution))
    known = _known(scale.evidence, scale.provenance, scale.sources, sources)
    return f"{escape(title)}<small>{escape(scale.note)}</small>", escape(good), escape(caution), known


def targets_html(name: str, targets: Sequence[Target], sources: dict[str, Source], off: Iterable[Own] = ()) -> str:
    """Return what one activity is held against, the heaviest first, and then what was switched off."""
    ordered = sorted(targets, key=lambda target: -target.weight)
    rows = [_target_row(target, sources) for target in ordered]
    rows += [_off_row(own.shipped, own) for own in off if own.shipped is not None]
    return _table(f"{name}: the heaviest first", ("What", "Weight", "Good", "Caution", "From where we know"), rows)


def _target_row(target: Target, sources: dict[str, Source]) -> tuple[str, ...]:
    sign = UNIT_SIGN.get(target.unit, f" {target.unit}")
    own = "compared with your own upright" if target.relative_to is RelativeTo.OWN_UPRIGHT else ""
    told = f"Seen {SEEN_FROM[target.view]}. {target.note}".strip()
    side = ", to either side" if target.magnitude else ""
    good, caution = (_bands(of, sign) + side if of else "none" for of in (target.good, target.caution))
    against = f"<small>{own}</small>" if own else ""
    was = target.own.shipped if target.own is not None else None
    before = [
        f"<small>shipped: {escape(words)}</small>" if words != now else ""
        for words, now in (
            (f"{was.weight:g}", f"{target.weight:g}"), (_bands(was.good, sign) + side, good),
            (_bands(was.caution, sign) + side, caution),
        )
    ] if was is not None else ["", "", ""]  # fmt: skip
    return (
        f"{escape(target.title)}<small>{escape(told)}</small>", f"{target.weight:g}{before[0]}",
        f"{escape(good)}{against}{before[1]}", f"{escape(caution)}{before[2]}", known_html(target, sources),
    )  # fmt: skip


def walk_html(norms: Mapping[str, Norm], sources: dict[str, Source]) -> str:
    """Return what the figures of a walk are held against."""
    rows = [_norm_row(norm, sources) for norm in norms.values()]
    caption = "A walk as a whole: told by Analyze, no part of the score"
    return _table(caption, ("What", "Good", "Caution", "From where we know"), rows)


def _norm_row(norm: Norm, sources: dict[str, Source]) -> tuple[str, ...]:
    times, unit = (100.0, " %") if norm.unit == "ratio" else (1.0, UNIT_SIGN.get(norm.unit, f" {norm.unit}"))
    good, caution = (
        _bands([(times * low, times * high) for low, high in of], unit) for of in (norm.good, norm.caution)
    )
    known = _known(norm.evidence, norm.provenance, norm.sources, sources)
    least = f"From {norm.least_n} steps on. {norm.note}"
    return f"{escape(norm.title)}<small>{escape(least)}</small>", escape(good), escape(caution), known


def _off_row(target: Target, own: Own) -> tuple[str, ...]:
    sign = UNIT_SIGN.get(target.unit, f" {target.unit}")
    good, caution = (f"<small>shipped: {escape(_bands(of, sign))}</small>" for of in (target.good, target.caution))
    whose = f"{own.words[:1].upper()}{own.words[1:]}."
    return f"{escape(target.title)}<small>Switched off.</small>", "0", good, caution, escape(f"{whose} {own.reason}")


def known_html(target: Target, sources: dict[str, Source]) -> str:
    """Say how good the evidence of a target is and where its numbers come from, or who has set them."""
    known = "" if target.evidence == OWN else _known(target.evidence, target.provenance, target.sources, sources)
    if target.own is None:
        return known
    words = target.own.words
    reason = f" {escape(target.own.reason)}" if target.own.reason else ""
    return (
        f"<b>Own target</b>, {escape(words)}.{reason}<br>{known}"
        if known
        else (f"<b>Own target</b>, {escape(words)}.{reason}")
    )


def _known(evidence: str, provenance: str, keys: Iterable[str], sources: dict[str, Source]) -> str:
    """Say how good the evidence is, where the numbers come from, and name the works."""
    words = f"{EVIDENCE[evidence].capitalize()}; numbers {PROVENANCE[provenance]}."
    works = [f"{source.cite} ({source.year})" for key in keys if (source := sources[key]).seen != "own"]
    told = "".join(f"<small>{escape(work)}</small>" for work in works)
    return (
        f"{escape(words)}<details><summary>Sources ({len(works)})</summary>{told}</details>" if works else escape(words)
    )


def _bands(of: Sequence[Band], unit: str) -> str:
    words = []
    for low, high in of:
        words.append(f"{low:g}{unit} or more" if high >= NO_END_MIN else f"{low:g} to {high:g}{unit}")
    return " and ".join(words)


def _table(caption: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    heads = "".join(f'<th scope="col">{escape(name)}</th>' for name in head)
    lines = []
    for first, *cells in rows:
        told = "".join(f'<td data-name="{escape(n)}">{cell}</td>' for n, cell in zip(head[1:], cells, strict=True))
        lines.append(f'<tr><th scope="row">{first}</th>{told}</tr>')
    body = "".join(lines)
    return (
        f'<div class="pc-scroll"><table class="pc-held"><caption>{escape(caption)}</caption>'
        f"<thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table></div>"
    )
