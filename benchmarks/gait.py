"""Contacts, cadence, symmetry and stance of the walking clips against the truth, and by other ways of finding contacts.

First every way (`WAYS`) on every clip of its view: each takes one signal of the unnamed pair of feet, or of the trunk,
its peaks, and a delay as a share of the stride. The delay is fitted on the clips of the other bodies, so that no way is
judged by its constant. Then what the program tells, tracked and detected; then filmed walks with labelled heel strikes;
then 15 pictures a second. Contacts nearer than a quarter of a second to a clip's ends are left out.

In the clips marked * a heel strike is a phase of the drawn gait, and the shoe touches the floor up to 0.2 s later: they
are right in their intervals, and tell nothing of how late a contact is told.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.real_clips import WALKS, strikes
from benchmarks.truth import DATA, Item, camera, items, looked_twice, options, point, poses, true_values
from posture_coach.activity.gait import gait
from posture_coach.activity.gait_body import EXCURSIONS, MEANS, SWAYS
from posture_coach.activity.gait_events import (
    ANKLES,
    LEAST_LIFT,
    TOES,
    ahead,
    foremost,
    heading,
    lifted,
    peaks,
)
from posture_coach.activity.gait_speed import Ruler
from posture_coach.activity.gait_types import Contact, Figure, Gait
from posture_coach.geometry import distance, middle
from posture_coach.measures.accuracy import shipped_accuracy
from posture_coach.measures.legs import untangled
from posture_coach.measures.measurer import Measurer
from posture_coach.pose.smoothing import smoothed
from posture_coach.pose.types import Landmark, Mode, Model, PoseSeries

Floats = NDArray[np.float64]

EDGE_S = 0.25
MATCH_S = 0.2
"""A contact further from every true one is a false one."""
HEELS = (Landmark.LEFT_HEEL, Landmark.RIGHT_HEEL)
RISE_M = 0.010
"""By which a toe has left the floor: above its lowest point of late stance."""
STATURE_M = {
    name: body["stature_m"]
    for name, body in json.loads((DATA / "truth" / "bodies.json").read_text(encoding="utf-8")).items()
}


@dataclass(frozen=True, slots=True)
class Clip:
    """A walking clip with what is known of it."""

    item: Item
    strike_s: Floats
    side: tuple[str, ...]
    stride_s: float
    asymmetry_pct: float

    @property
    def name(self) -> str:
        """Short, with a star where the contacts are right in their intervals alone."""
        short = self.item.id.removeprefix("C_dev_walk").lstrip("_")
        return short if short.startswith("12") else f"{short} *"

    def asked(self) -> list[int]:
        """Return the true contacts that must be found."""
        end_s = (len(self.item.px) - 1) / (self.item.rate_hz or 1.0)
        return [k for k, t in enumerate(self.strike_s) if EDGE_S <= t <= end_s - EDGE_S]


def clips() -> list[Clip]:
    """Return all walking clips."""
    found = []
    for item in items():
        if item.group == "C" and item.rate_hz:
            told = json.loads(item.path.with_suffix(".json").read_text(encoding="utf-8"))["events"]
            strikes = told["heel_strikes"]
            strike_s, sides = np.array([s["t"] for s in strikes]), tuple(s["side"] for s in strikes)
            found.append(Clip(item, strike_s, sides, told["stride_time_s"], told["step_time_asymmetry_pct"]))
    return found


# Ways of finding contacts ----------------------------------------------------------------------------------------


def _trunk(series: PoseSeries) -> float:
    p = series.points_px
    hip = middle(p[:, Landmark.LEFT_HIP], p[:, Landmark.RIGHT_HIP])
    shoulder = middle(p[:, Landmark.LEFT_SHOULDER], p[:, Landmark.RIGHT_SHOULDER])
    return float(np.nanmedian(distance(hip, shoulder)))


def _lowest(*points: Landmark) -> Callable[[PoseSeries], Floats]:
    """How low a part of the body is: lowest in double support, soon after a contact."""
    return lambda series: np.asarray(np.repeat(
        series.points_px[:, list(points), 1].mean(axis=1, keepdims=True) / _trunk(series), 2, axis=1
    ))  # fmt: skip


def _reach(pair: tuple[Landmark, Landmark]) -> Callable[[PoseSeries], Floats]:
    return lambda series: ahead(series, pair, heading(series)[1])


def _spread(pair: tuple[Landmark, Landmark]) -> Callable[[PoseSeries], Floats]:
    """How far the feet are apart along the way."""

    def apart(series: PoseSeries) -> Floats:
        feet = ahead(series, pair, heading(series)[1])
        return np.stack([feet[:, 0] - feet[:, 1], feet[:, 1] - feet[:, 0]], axis=1)

    return apart


def _lift(pair: tuple[Landmark, Landmark]) -> Callable[[PoseSeries], Floats]:
    return lambda series: lifted(series, pair)


def _lead(series: PoseSeries) -> Floats:
    """How far one ankle leads the other along the way the hips face, by the world points."""
    w = series.world
    across = w[:, Landmark.RIGHT_HIP] - w[:, Landmark.LEFT_HIP]
    apart = w[:, ANKLES[0]] - w[:, ANKLES[1]]
    lead = (across[:, 2] * apart[:, 0] - across[:, 0] * apart[:, 2]) / np.hypot(across[:, 0], across[:, 2])
    return np.stack([lead, -lead], axis=1)


WAYS: dict[str, dict[str, Callable[[PoseSeries], Floats]]] = {
    "side": {
        "ankle furthest ahead of the hips (used)": _reach(ANKLES),
        "heel furthest ahead of the hips (Zeni)": _reach(HEELS),
        "toe furthest ahead of the hips": _reach(TOES),
        "ankles furthest apart": _spread(ANKLES),
        "heels furthest apart": _spread(HEELS),
        "hips lowest": _lowest(Landmark.LEFT_HIP, Landmark.RIGHT_HIP),
    },
    "front": {
        "ankle highest in its swing (used)": _lift(ANKLES),
        "heel highest in its swing": _lift(HEELS),
        "toe highest in its swing": _lift(TOES),
        "hips lowest": _lowest(Landmark.LEFT_HIP, Landmark.RIGHT_HIP),
        "shoulders lowest": _lowest(Landmark.LEFT_SHOULDER, Landmark.RIGHT_SHOULDER),
        "ears lowest": _lowest(Landmark.LEFT_EAR, Landmark.RIGHT_EAR),
        "ankles furthest apart, world points": _lead,
    },
}


def moments(series: PoseSeries, way: Callable[[PoseSeries], Floats]) -> Floats:
    """Return when a signal peaks."""
    found = peaks(foremost(way(series), series.time_s), series.time_s, LEAST_LIFT / 3.0)
    return np.array([time_s for _, time_s in found])


def late(found_s: Floats, clip: Clip) -> float:
    """Return by how much of a stride the true contacts follow, as the median."""
    if not len(found_s):
        return np.nan
    # A peak belongs to the contact that the shift brings it nearest to: the shift that fits best is taken.
    shifts = np.arange(-0.1, 0.4, 0.005) * clip.stride_s
    near = [float(np.median(_apart(found_s + shift, clip.strike_s[clip.asked()]))) for shift in shifts]
    best = shifts[int(np.argmin(near))]
    asked = clip.strike_s[clip.asked()]
    nearest = found_s[np.abs(found_s[None, :] + best - asked[:, None]).argmin(axis=1)]
    return float(np.median(asked - nearest)) / clip.stride_s


def _apart(found_s: Floats, true_s: Floats) -> Floats:
    return np.abs(found_s[None, :] - true_s[:, None]).min(axis=1)


def print_ways(truth: Sequence[Clip], model: Model, mode: Mode, cache: Path | None) -> None:
    """Print, by view and way, what is found of all clips together."""
    frame_s = 1.0 / 30.0
    print(f"\nWays of finding contacts, {mode}; ms; delay of each from the clips of the other bodies")
    print(f"{'':44}{'asked':>6}{'hit':>5}{'missed':>7}{'false':>6}{'delay spread':>13}{'sd':>6}{'steps':>7}")
    for view, ways in WAYS.items():
        seen = [(clip, poses(clip.item, model, mode, cache)) for clip in truth if clip.item.camera == view]
        for name, way in ways.items():
            found = [moments(series, way) for _, series in seen]
            delays = [late(f, clip) for f, (clip, _) in zip(found, seen, strict=True)]
            asked = hit = missed = false = 0
            sds, steps = [], []
            for k, (clip, _) in enumerate(seen):
                others = [d for d, (other, _) in zip(delays, seen, strict=True) if other.item.body != clip.item.body]
                told = found[k] + float(np.nanmedian(others)) * clip.stride_s
                true = clip.strike_s[clip.asked()]
                off = _apart(told, true) if len(told) else np.full(len(true), np.inf)
                asked, hit = asked + len(true), hit + int((off <= frame_s).sum())
                missed += int((off > MATCH_S).sum())
                false += sum(_false(t, clip) for t in told)
                pairs = [(t, told[np.abs(told - t).argmin()]) for t, o in zip(true, off, strict=True) if o <= MATCH_S]
                errors = np.array([f - t for t, f in pairs])
                sds.append(errors.std() if len(errors) else np.nan)
                steps.append(np.abs(np.diff(errors)).mean() if len(errors) > 1 else np.nan)
            spread = np.nanstd([d * clip.stride_s for d, (clip, _) in zip(delays, seen, strict=True)])
            print(f"{view + ': ' + name:44}{asked:6}{hit:5}{missed:7}{false:6}{1e3 * spread:13.0f}"
                  f"{1e3 * np.nanmean(sds):6.0f}{1e3 * np.nanmean(steps):7.0f}")  # fmt: skip


def _false(found_s: float, clip: Clip) -> bool:
    end_s = (len(clip.item.px) - 1) / (clip.item.rate_hz or 1.0)
    return EDGE_S <= found_s <= end_s - EDGE_S and float(np.abs(clip.strike_s - found_s).min()) > MATCH_S


# What the program tells -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Found:
    """What was told of one clip."""

    clip: Clip
    gait: Gait
    off_s: Floats
    missed: int
    false: int
    wrong_side: int


def told(clip: Clip, model: Model, mode: Mode, cache: Path | None, step: int = 1) -> Found:
    """Run the program's own way from poses to figures, with the person's height known and nothing of the camera's."""
    eye = replace(camera(clip.item, cache), focal_px=None, lens=None)
    series = looked_twice(clip.item, untangled(poses(clip.item, model, mode, cache, step)), cache, step)
    measures = Measurer(shipped_accuracy(), None, eye).push(smoothed(series))
    result = gait(series, np.ones(len(series), dtype=bool), measures, eye, Ruler(STATURE_M[clip.item.body]))
    assert result is not None
    off, missed, wrong = [], 0, 0
    for k in clip.asked():
        near = min(result.contacts, key=lambda c: abs(c.time_s - clip.strike_s[k]), default=Contact(np.inf, None))
        if abs(near.time_s - clip.strike_s[k]) > MATCH_S:
            missed += 1
            continue
        off.append(near.time_s - clip.strike_s[k])
        wrong += near.side is None or near.side.value[0].upper() != clip.side[k]
    false = sum(_false(contact.time_s, clip) for contact in result.contacts)
    return Found(clip, result, np.array(off), missed, false, wrong)


def print_told(found: Iterable[Found], title: str, frame_s: float = 1.0 / 30.0) -> None:
    """Print a row for each clip."""
    print(f"\n{title}")
    print(f"{'':24}{'asked':>6}{'hit':>5}{'missed':>7}{'false':>6}{'wrong':>6}{'ms':>5}{'sd':>4}"
          f"{'cadence %':>11}{'asymmetry: true':>17}{'told':>17}{'stance: true':>14}{'told':>14}")  # fmt: skip
    for one in found:
        clip, figures = one.clip, one.gait.figures
        true = 120.0 / clip.stride_s
        cadence = figures["cadence_spm"]
        hit = int((np.abs(one.off_s) <= frame_s).sum())
        print(f"{clip.name:24}{len(clip.asked()):6}{hit:5}{one.missed:7}{one.false:6}{one.wrong_side:6}"
              f"{1e3 * one.off_s.mean():5.0f}{1e3 * one.off_s.std():4.0f}{100 * (cadence.value / true - 1):+11.2f}"
              f"{clip.asymmetry_pct:17.1f}{_words(figures['step_time_asymmetry_pct'], 1):>17}"
              f"{true_stance(clip):14.3f}{_words(figures['stance_ratio'], 3):>14}")  # fmt: skip


def _words(figure: Figure, digits: int) -> str:
    return "-" if figure.reason else f"{figure.value:.{digits}f} ± {figure.err:.{digits}f}"


def true_stance(clip: Clip) -> float:
    """Return the mean share of stance, from when the true toe point rises."""
    shares = []
    for letter, toe in (("L", "left_foot_index"), ("R", "right_foot_index")):
        height, rate_hz = point(clip.item, toe)[:, 2], clip.item.rate_hz or 1.0
        own = [t for t, side in zip(clip.strike_s, clip.side, strict=True) if side == letter]
        for a, b in pairwise(own):
            rows = np.arange(int((a + 0.45 * (b - a)) * rate_hz), int((a + 0.8 * (b - a)) * rate_hz))
            low = int(height[rows].argmin())
            up = np.flatnonzero(height[rows[low:]] > height[rows[low]] + RISE_M)
            if len(up):
                shares.append((rows[low + int(up[0])] / rate_hz - a) / (b - a))
    return float(np.mean(shares)) if shares else np.nan


def print_errors(found: Sequence[Found], model: Model) -> None:
    """Print how far the figures lie from the truth, and how many truths lie within their intervals."""
    errors: dict[str, list[tuple[float, float]]] = {}
    for one in found:
        for name, true in _true_figures(one.clip).items():
            figure = one.gait.figures[name]
            if not figure.reason:
                key = name.replace("_left", "").replace("_right", "")
                errors.setdefault(key, []).append((figure.value - true, figure.err))
    print(f"\nFigures against the truth, {model}, tracked")
    print(f"{'':28}{'n':>4}{'bias':>9}{'mean |error|':>14}{'half-width':>12}{'inside':>8}")
    for name, rows in errors.items():
        off, err = np.array(rows).T
        print(f"{name:28}{len(off):4}{off.mean():+9.3f}{np.abs(off).mean():14.3f}{err.mean():12.3f}"
              f"{np.mean(np.abs(off) <= err):8.0%}")  # fmt: skip


def _true_figures(clip: Clip) -> dict[str, float]:
    values, time_s = true_values(clip.item), np.arange(len(clip.item.px)) / (clip.item.rate_hz or 1.0)
    own = [t for t, side in zip(clip.strike_s, clip.side, strict=True) if side == "L"]
    strides = [(time_s >= a) & (time_s < b) for a, b in pairwise(own)]
    told_events = json.loads(clip.item.path.with_suffix(".json").read_text(encoding="utf-8"))["events"]
    figures = {
        "cadence_spm": 120.0 / clip.stride_s,
        "stride_time_s": clip.stride_s,
        "step_time_left_s": told_events["step_time_L_s"],
        "step_time_right_s": told_events["step_time_R_s"],
        "step_time_asymmetry_pct": clip.asymmetry_pct,
        "stance_ratio": true_stance(clip),
        "double_support_ratio": 2.0 * true_stance(clip) - 1.0,
        "speed_m_s": told_events["speed_m_s"],
        "step_length_m": (told_events["step_length_L_m"] + told_events["step_length_R_m"]) / 2.0,
    }
    figures |= {name: float(values[measure].mean()) for name, measure in MEANS.items()}
    for name, measure in {**SWAYS, **EXCURSIONS}.items():
        half = 0.5 if name in SWAYS else 1.0
        figures[name] = half * float(np.median([np.ptp(values[measure][rows]) for rows in strides]))
    return figures


def print_filmed(model: Model) -> None:
    """Print the contacts of filmed walks beside the labelled heel strikes, in pictures."""
    print("\nFilmed walks, found less labelled by eye, in pictures")
    for name in WALKS:
        walk = strikes(name, model)
        words = " ".join("missed" if np.isnan(off) else f"{off:+.1f}" for off in walk.off)
        print(f"{name:36} ± {walk.allowed}: {words}")


def main() -> None:
    """Print all tables."""
    parser = options(__doc__ or "")
    parser.add_argument("--filmed", action="store_true", help="the filmed walks too")
    args = parser.parse_args()
    truth = clips()
    for mode in Mode:
        print_ways(truth, args.model, mode, args.cache)
    for mode in Mode:
        found = [told(clip, args.model, mode, args.cache) for clip in truth]
        print_told(found, f"What is told, {args.model}, {mode}, 30 pictures a second")
        if mode is Mode.TRACKED:
            print_errors(found, args.model)
    slow = [told(clip, args.model, Mode.TRACKED, args.cache, 2) for clip in truth]
    print_told(slow, f"The same, {args.model}, tracked, 15 pictures a second", 2.0 / 30.0)
    if args.filmed:
        print_filmed(args.model)


if __name__ == "__main__":
    main()
