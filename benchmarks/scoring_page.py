"""Write `docs/scoring.md`: every formula of the score with its source, its tables from the data files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from posture_coach.measures.definitions import NAMES, UNIT_SIGN
from posture_coach.resources import PACKAGE, data_file
from posture_coach.scoring.checked_toml import Band, parsed
from posture_coach.scoring.holding import LONGEST_STEP_S
from posture_coach.scoring.noise import score_limit
from posture_coach.scoring.own import HEAVIEST
from posture_coach.scoring.perhaps import LEAST_CHANCE, STILL_CHANCE
from posture_coach.scoring.rules import Rules, Scale, shipped_rules
from posture_coach.scoring.steady import DWELL_S
from posture_coach.scoring.targets import (
    FULL_SCORE,
    JUDGED,
    RelativeTo,
    Source,
    Target,
    Targets,
    shipped_sources,
    shipped_targets,
)
from posture_coach.scoring.walking import Norm, shipped_norms
from posture_coach.scoring.windows import FAIR, SURE

PAGE = PACKAGE.parent / "docs" / "scoring.md"
TEMPLATE = Path(__file__).with_suffix(".md")
NO_END = 1440.0
"""From here on an upper edge only says that there is none: minutes of a day."""
SCALES = {
    "shifts_per_h": "changes of posture an hour",
    "longest_still_min": "longest still spell, min",
    "sitting_min": "bout of sitting, min",
    "standing_min": "bout of standing, min",
}


def page() -> str:
    """Return the text of the page."""
    text = TEMPLATE.read_text(encoding="utf-8")
    for name, part in _parts(shipped_targets(NAMES), shipped_rules(), shipped_sources()).items():
        text = text.replace("{{" + name + "}}", part)
    return text


def _parts(targets: Targets, rules: Rules, sources: Mapping[str, Source]) -> dict[str, str]:
    judged, timed, walked = (
        parsed(data_file(name).read_bytes(), name) for name in ("targets.toml", "windows.toml", "gait.toml")
    )
    return {
        **{name: f"{getattr(targets.points, name):g}" for name in ("good", "caution", "poor")},
        "least targets": f"{targets.points.least_targets}",
        "heaviest": f"{HEAVIEST:g}",
        "least chance": f"{LEAST_CHANCE:.0%}".replace("%", " %"),
        "dwell": f"{DWELL_S:g}",
        "still chance": f"{STILL_CHANCE:.1%}".replace("%", " %"),
        "points told": told(judged["points"]),
        "longest step": f"{LONGEST_STEP_S:g}",
        "holding": holding(judged["holding"]),
        **_time(rules),
        **_days(rules),
        **{f"{name} told": told(timed[table]) for name, table in TOLD.items()},
        "shift told": sourced(timed["shift"]),
        "confidence told": "The words are ours (evidence D).",
        "scales": scales(rules),
        "walk": walk(shipped_norms()),
        "events": events(rules),
        "full": f"{FULL_SCORE:g}",
        "sure": f"{SURE:g}",
        "fair": f"{FAIR:g}",
        "targets": "\n\n".join(f"### {kind.value.capitalize()}\n\n{bands(targets.of(kind))}" for kind in JUDGED),
        "sources": cited(_used(judged, timed, walked), sources),
    }


TOLD = {
    "score": "score", "break": "breaks", "events": "events", "days": "days", "noise": "noise", "usual": "usual",
    "well": "well", "suggestion": "suggestion",
}  # fmt: skip


def _time(rules: Rules) -> dict[str, str]:
    shares = rules.shares
    return {
        "posture": f"{shares.posture:.2f}",
        "variety": f"{shares.variety:.2f}",
        "breaks": f"{shares.breaks:.2f}",
        "window minutes": f"{rules.length_s / 60:g}",
        "least seen": f"{rules.least_seen_s:g}",
        "horizon": f"{rules.horizon_s / 60:g}",
        "variety least": f"{rules.variety_least_s / 60:g}",
        "shift deg": f"{rules.shift_deg:g}",
        "shift ratio": f"{rules.shift_ratio:g}",
        "shift s": f"{rules.shift_held_s:g}",
        "break s": f"{rules.break_least_s:g}",
        "over": f"{rules.lasting.over_s:g}",
    }


def _days(rules: Rules) -> dict[str, str]:
    noise, days = rules.noise, rules.days
    return {
        "day minutes": f"{days.enough_s / 60:g}",
        "hour minutes": f"{days.least_hour_s / 60:g}",
        **{f"noise {name}": f"{getattr(noise, name):g}" for name in ("posture", "variety", "breaks")},
        "noise bout": f"{noise.bout_min:g}",
        "noise score": f"{score_limit(rules):.1f}",
        "usual days": f"{days.usual_days}",
        "look back": f"{days.look_back_days}",
        "sat hours": f"{days.sat_s / 3600:g}",
        "clear": f"{days.clear:.0%}",
        "up hours": f"{days.up_s / 3600:g}",
        "most days": f"{days.most_days:.0%}",
        "worth": f"{days.worth_points:g}",
    }


def told(table: Mapping[str, Any]) -> str:
    """Say of a table of the data where its numbers come from."""
    return f"{table['note']} {sourced(table)}"


def sourced(table: Mapping[str, Any]) -> str:
    """Say of a table of the data how good the evidence is, and where its numbers come from; what names none is ours."""
    return f"(Evidence {table.get('evidence', 'D')}; numbers {table['provenance']}: {', '.join(table['sources'])}.)"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table of Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def holding(limits: Mapping[str, Any]) -> str:
    """Return the limits of holding, as points of a line."""
    rows = [
        [name.replace("_", " "), "; ".join(f"{value:g}° {seconds / 60:g} min" for value, seconds in limit["points"]),
         limit["provenance"], ", ".join(limit["sources"])]
        for name, limit in limits.items()
    ]  # fmt: skip
    return table(["of", "held at most", "numbers", "sources"], rows)


def scales(rules: Rules) -> str:
    """Return the bands of the figures of time."""
    rows = []
    for name, title in SCALES.items():
        scale: Scale = getattr(rules, name)
        rows.append([
            title, *(_bands(of, "") for of in (scale.good, scale.caution, scale.poor)), f"{scale.half_width:g}",
            scale.evidence, scale.provenance, ", ".join(scale.sources), scale.note,
        ])  # fmt: skip
    head = ["figure", "good", "caution", "poor", "half-width", "evidence", "numbers", "sources", "remark"]
    return table(head, rows)


def walk(norms: Mapping[str, Norm]) -> str:
    """Return what the figures of a walk are held against."""
    rows = [
        [
            f"{norm.title}, {norm.unit}", f"`{name}`",
            *(_bands(of, "") for of in (norm.good, norm.caution, norm.poor)), f"{norm.least_n}", f"{norm.mdc:g}",
            norm.evidence, norm.provenance, ", ".join(norm.sources), norm.note,
        ]
        for name, norm in norms.items()
    ]  # fmt: skip
    head = [
        "figure", "in the summary", "good", "caution", "poor", "steps", "change", "evidence", "numbers", "sources",
        "remark",
    ]  # fmt: skip
    return table(head, rows)


def events(rules: Rules) -> str:
    """Return what makes each kind of event."""
    lasting = rules.lasting
    rows = [
        ["slumped", "sitting bent forward by trunk or neck, or by the desk camera's estimate, or lower by upper-body "
         "height: seen from the front, that may be leaning back", f"{lasting.slumped_s:g} s"],
        ["still", "no change of posture; dated from the last one", f"{lasting.still_s / 60:g} min"],
        ["too_near", "viewing distance out of good", f"{lasting.near_s:g} s"],
        ["head_turned_left, head_turned_right", f"by {lasting.turned_deg:g}° or more", f"{lasting.turned_s:g} s"],
        ["break_due", "a bout of sitting or standing", f"{lasting.break_due_s / 60:g} min"],
        ["stood_up, sat_down, lay_down", "from sitting or lying to standing or walking, and back", "a moment"],
        ["went_away, came_back", f"nobody for {rules.shift_held_s:g} s, and somebody again", "a moment"],
        ["walked, exercised", "walking, exercising", "its first second"],
    ]  # fmt: skip
    return table(["kind", "sign", "from"], rows)


def bands(targets: Sequence[Target]) -> str:
    """Return the targets of one activity."""
    rows = []
    for target in targets:
        unit = UNIT_SIGN.get(target.unit, f" {target.unit}").strip()
        size = "± " if target.magnitude else ""
        own = ", own upright" if target.relative_to is RelativeTo.OWN_UPRIGHT else ""
        rows.append([
            f"{target.title}{own}", *(size + _bands(of, unit) if of else "" for of in (target.good, target.caution)),
            f"{target.weight:g}", "yes" if target.holding else "", target.view.value, target.camera,
            target.evidence, target.provenance, ", ".join(target.sources),
        ])  # fmt: skip
    head = ["target", "good", "caution", "weight", "held", "view", "camera", "evidence", "numbers", "sources"]
    return table(head, rows)


def _bands(of: Sequence[Band], unit: str) -> str:
    sign = unit if unit in ("", "°") else f" {unit}"
    return ", ".join(f"{low:g} or more" if high >= NO_END else f"{low:g} to {high:g}{sign}" for low, high in of)


def _used(*files: Mapping[str, Any]) -> list[str]:
    """Return the key of every source that a file names, once."""
    keys: dict[str, None] = {}

    def look(part: object) -> None:
        if isinstance(part, Mapping):
            keys.update(dict.fromkeys(part.get("sources", ())))
            part = list(part.values())
        if isinstance(part, list):
            for inner in part:
                look(inner)

    look(list(files))
    return sorted(keys)


def cited(keys: Iterable[str], sources: Mapping[str, Source]) -> str:
    """Return the works behind the page, with how far each was read."""
    lines = []
    for key in keys:
        source = sources[key]
        link = f" <https://doi.org/{source.doi}>" if source.doi else f" <{source.url}>" if source.url else ""
        lines.append(f"- `{key}`: {source.cite}. {source.where}, {source.year}. Read: {source.seen}.{link}")
    return "\n".join(lines)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
