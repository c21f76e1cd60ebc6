"""What the program tells of filmed people whose steps and repetitions were labelled by eye, picture by picture.

The clips lie in the folder `real` beside the ground truth; nobody knows their true angles, but at the bottom of a squat
the knee is as bent as it gets. Judged is by how many pictures the program's moment lies off the labelled one: the heel
strikes of walks, and the extreme of the angle that a repetition is about.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from benchmarks.truth import DATA
from posture_coach.activity.gait_events import walk_events
from posture_coach.batch.analyse import Settings, analyse
from posture_coach.measures.types import Floats
from posture_coach.pose.types import Model

WALKS = {
    "variants/walk_side_clean_crop.mp4": Settings(),
    "walk/sports2d_walk_side_left.mp4": Settings(person=2),
    "walk/gait_normal_01.mp4": Settings(),
}
REPETITIONS = {
    "exercise/tfjs_squats_front_5fps.mp4": ("knee_flexion", 1),
    "exercise/squat_oblique_8.mp4": ("knee_flexion", 1),
    "exercise/wall_squat_oblique_5.mp4": ("knee_flexion", 1),
    "exercise/pushup_side_5_pillarbox.mp4": ("elbow_flexion", 1),
    "exercise/situps_side_10.mp4": ("hip_flexion", 1),
    "exercise/donkey_kick_side_7.mp4": ("hip_flexion", -1),
}
"""The angle that is largest (1) or smallest (-1) at the labelled moment."""
FAR = 6
"""Pictures: a heel strike further from every one that was told is missed."""


@dataclass(frozen=True, slots=True)
class Held:
    """One clip's moments beside their labels.

    Parameters
    ----------
    off
        Found less labelled, in pictures; NaN where none was found.
    allowed
        By how many pictures the label itself may be off.
    """

    name: str
    what: str
    off: Floats
    allowed: int


def labels() -> dict[str, Any]:
    """Return what was labelled, by file."""
    rows = map(json.loads, (DATA / "real" / "labels.jsonl").read_text(encoding="utf-8").splitlines())
    return {row["file"]: row["labels"] for row in rows}


def held(model: Model) -> Iterator[Held]:
    """Hold every clip against its labels."""
    yield from (strikes(name, model) for name in WALKS)
    yield from (repetitions(name, model) for name in REPETITIONS)


def strikes(name: str, model: Model) -> Held:
    """Hold a walk's contacts against its labelled heel strikes."""
    label = labels()[name]["gait_events"]
    series = analyse(DATA / "real" / name, replace(WALKS[name], model=model)).raw
    rows = np.flatnonzero(series.detected)
    seen = series.part(int(rows[0]), int(rows[-1]) + 1)
    times = [contact.time_s for contact in walk_events(seen).contacts]
    frames = np.interp(times, series.time_s, series.index.astype(float))
    off = [frames[np.abs(frames - true).argmin()] - true for true in label["heel_strike_frames"]]
    kept = [o if abs(o) <= FAR else np.nan for o in off]
    return Held(name, "heel strikes", np.array(kept, dtype=float), label["tolerance_frames"])


def repetitions(name: str, model: Model) -> Held:
    """Hold the extremes of an angle against the labelled moments, each looked for up to half way to its neighbours."""
    label, (joint, sign) = labels()[name], REPETITIONS[name]
    found = analyse(DATA / "real" / name, Settings(model=model))
    measures = found.assessment.measures
    values = max((measures.column(f"{joint}_{side}_deg") for side in ("left", "right")), key=_seen)
    frames, asked = found.raw.index.astype(float), np.array(label["rep_frames"], dtype=float)
    edges = np.concatenate([[asked[0] - np.diff(asked)[0] / 2], (asked[1:] + asked[:-1]) / 2, [np.inf]])
    off = []
    for number, true in enumerate(asked):
        here = np.flatnonzero((frames >= edges[number]) & (frames < edges[number + 1]) & ~np.isnan(values))
        # Of an angle that is refused at the moment itself, what is left beside it tells nothing.
        refused = np.isnan(values[np.abs(frames - true).argmin()])
        off.append(np.nan if refused else frames[here[np.argmax(sign * values[here])]] - true)
    return Held(
        name, f"{'largest' if sign > 0 else 'smallest'} `{joint}_deg`", np.array(off), label["rep_frame_tolerance"]
    )


def _seen(values: Floats) -> int:
    return int((~np.isnan(values)).sum())


def clip_lines(model: Model) -> Iterator[str]:
    """Yield a row of the page for each clip."""
    yield (
        "| clip | what is held against the label | labelled | none told | off, in pictures: median (least to most) | "
        "within the label's own tolerance |\n|---|---|--:|--:|--:|--:|"
    )
    for one in held(model):
        told = one.off[~np.isnan(one.off)]
        spread = f"{np.median(told):+.0f} ({told.min():+.0f} to {told.max():+.0f})" if len(told) else "-"
        inside = int((np.abs(told) <= one.allowed).sum())
        yield (
            f"| `{one.name}` | {one.what} | {len(one.off)} | {len(one.off) - len(told)} | {spread} | "
            f"{inside} (± {one.allowed}) |"
        )


def main() -> None:
    """Print the rows."""
    print("\n".join(clip_lines(Model.FULL)))


if __name__ == "__main__":
    main()
