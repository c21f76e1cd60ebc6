"""Fit the landmark offsets of `Offsets` on the side views of the ground truth, and say what each part of them gives.

Fitted is where the true joint lies as seen from the network's point, in the trunk's own directions: weighted least
absolute errors, which for a constant is the weighted median. Tried beside it, each by leaving one body out: no terms
for arms and legs, and constants of their own for each mode.

Every body counts the same within a group (sitting, standing, walking, exercise), and so does every group a body
is in; both modes together. `--write` puts the fit, to three decimals, into the package's `accuracy.toml`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.truth import Item, camera, items, options, poses, true_values
from benchmarks.truth import body_yaw_deg as true_yaw_deg
from posture_coach.geometry import distance, hanging_deg, middle, wrapped_deg
from posture_coach.measures import sagittal
from posture_coach.measures.accuracy import FILE, shipped_accuracy
from posture_coach.measures.calibration import Camera, levelled
from posture_coach.measures.skeleton import NO_OFFSETS, Offsets, Skeleton, arm_shift, build, unfold_gain
from posture_coach.measures.types import Side, View
from posture_coach.measures.view import body_yaw_deg, view_of
from posture_coach.pose.types import Landmark, Mode, Model, PoseSeries
from posture_coach.resources import data_file

Floats = NDArray[np.float64]
Texts = NDArray[np.str_]

EVERY = 5
"""Neighbouring frames of a clip tell the same story."""
REWEIGHTINGS = 30
"""Rounds of least squares that end at least absolute errors."""
NEAR_TRUNKS = 0.002
"""Errors below this are noise: they weigh no more than this one."""
ARM_RIDGE = 50.0
"""Draws the terms for the arms towards none: six people raise their arms in few ways. Of 0, 15, 50, 150 and 500 it is
the one with the least error on the body left out."""
LEAST_LEVEL = 0.5
"""Square of the sine of a thigh's direction below which it tells nothing of level ones."""
LEAST_HANGING = 0.3
"""Cosine of a thigh's direction below which its ankle is hardly moved, and tells nothing of where it belongs."""
ANGLES = ("trunk", "neck", "hip", "knee")
DECIMALS = 3


@dataclass(frozen=True, slots=True)
class Samples:
    """Side-view pictures of many items, in one heap.

    Parameters
    ----------
    near_left
        (n,) whether the left side is turned to the camera.
    joints_px
        (n, 4, 2) true mid-hip, mid-shoulder, mid-ear, and near hip, in pixels.
    truth
        (n,) by name of `ANGLES`, near side; `thigh` and `shank` are the true directions of the near leg in the
        picture.
    """

    series: PoseSeries
    near_left: NDArray[np.bool_]
    joints_px: Floats
    truth: dict[str, Floats]
    weight: Floats
    body: Texts
    group: Texts
    mode: Texts

    def of(self, keep: NDArray[np.bool_]) -> Samples:
        """Return some of the pictures."""
        arrays = {f.name: getattr(self, f.name)[keep] for f in fields(self) if f.name not in ("series", "truth")}
        truth = {name: values[keep] for name, values in self.truth.items()}
        return Samples(picked(self.series, keep), truth=truth, **arrays)


def picked(series: PoseSeries, keep: NDArray[np.bool_] | slice) -> PoseSeries:
    """Return some of the pictures."""
    names = ["time_s", "index", "points_px", "world", "visibility", "presence"]
    names += ["spread_px"] if series.spread_px is not None else []
    return replace(series, **{name: getattr(series, name)[keep] for name in names})


def side_samples(truth: Sequence[Item], model: Model, cache: Path | None) -> Samples:
    """Gather what the network finds in the side views, both modes, where it sees that they are side views."""
    parts = []
    for item in truth:
        if item.camera == "side":
            for mode in item.modes:
                seen = picked(poses(item, model, mode, cache), slice(None, None, EVERY))
                parts.append(samples_of(item, seen, camera(item, cache)))
    heap = _joined(parts)
    group = np.char.add(np.char.add(heap.body, " "), heap.group)
    share = {name: heap.weight[group == name].sum() for name in np.unique(group)}
    return replace(heap, weight=heap.weight / np.array([share[name] for name in group]))


def samples_of(item: Item, series: PoseSeries, stand: Camera) -> Samples:
    """Return one item's pictures, levelled, where they show it from the side; they weigh 1 together."""
    seen, table = series.index, true_values(item)
    near_left = true_yaw_deg(item)[seen] > 0
    near = {name: np.where(near_left, *(table[f"{name}_{s}_deg"][seen] for s in ("left", "right")))
            for name in ("hip_flexion", "knee_flexion")}  # fmt: skip
    # The true points are seen by the same camera.
    px = levelled(replace(series, points_px=item.px[seen]), stand).points_px
    series = levelled(series, stand)
    pairs = ("HIP", "SHOULDER", "EAR")
    joints = [middle(px[:, Landmark[f"LEFT_{pair}"]], px[:, Landmark[f"RIGHT_{pair}"]]) for pair in pairs]
    hip, knee, ankle = (np.where(near_left[:, None], px[:, Landmark[f"LEFT_{j}"]], px[:, Landmark[f"RIGHT_{j}"]])
                        for j in ("HIP", "KNEE", "ANKLE"))  # fmt: skip
    forward = np.where(near_left, -1.0, 1.0)
    truth = {
        "trunk": table["trunk_inclination_deg"][seen], "neck": table["neck_inclination_deg"][seen],
        "hip": near["hip_flexion"], "knee": near["knee_flexion"],
        "thigh": hanging_deg(hip, knee, forward), "shank": hanging_deg(knee, ankle, forward),
    }  # fmt: skip
    n = len(series)
    heap = Samples(series, near_left, np.stack([*joints, hip], axis=1), truth, np.full(n, 1.0 / n),
                   np.full(n, item.body), np.full(n, item.group), np.full(n, series.mode.value))  # fmt: skip
    side_on = np.array([view_of(yaw) is View.SIDE for yaw in body_yaw_deg(series).tolist()])
    return heap.of(side_on & ~np.isnan(truth["trunk"]))


def _joined(parts: Sequence[Samples]) -> Samples:
    series = PoseSeries.joined([p.series for p in parts])
    arrays = {
        f.name: np.concatenate([getattr(p, f.name) for p in parts])
        for f in fields(Samples)
        if f.name not in ("series", "truth")
    }
    truth = {name: np.concatenate([p.truth[name] for p in parts]) for name in parts[0].truth}
    return Samples(series, truth=truth, **arrays)


def skeleton(s: Samples, offsets: Offsets) -> Skeleton:
    """Return the bodies as the product would build them, seen from the side."""
    view = np.full(len(s.series), View.SIDE, dtype=object)
    return build(s.series, body_yaw_deg(s.series), view, offsets, shipped_accuracy().mixing)


def errors(s: Samples, offsets: Offsets) -> dict[str, Floats]:
    """Return (n,) errors of the four angles with these offsets, in degrees."""
    body = skeleton(s, offsets)
    found = {"trunk": sagittal.trunk_inclination(body), "neck": sagittal.neck_inclination(body)}
    for name, compute in (("hip", sagittal.hip_flexion), ("knee", sagittal.knee_flexion)):
        found[name] = np.where(s.near_left, compute(body, Side.LEFT), compute(body, Side.RIGHT))
    return {name: wrapped_deg(found[name] - s.truth[name]) for name in ANGLES}


def score(s: Samples, offsets: Offsets) -> dict[str, float]:
    """Return the weighted mean |error| of the four angles."""
    return {name: float(np.average(np.abs(e), weights=s.weight)) for name, e in errors(s, offsets).items()}


def weighted_quantile(values: Floats, weight: Floats, share: float) -> float:
    """Return the value below which `share` of the weight lies."""
    order = np.argsort(values)
    below = np.cumsum(weight[order])
    return float(values[order][np.searchsorted(below, share * below[-1]).clip(max=len(values) - 1)])


def displacements(s: Samples) -> dict[str, Floats]:
    """Return (n,) by constant: from the network's point to the true joint, in trunk lengths."""
    body = skeleton(s, NO_OFFSETS)
    trunk_px = distance(body.mid_hip, body.mid_shoulder)
    up = (body.mid_shoulder - body.mid_hip) / trunk_px[:, None]
    ahead = np.stack([-up[:, 1] * body.forward, up[:, 0] * body.forward], axis=1)
    # The picture was unfolded about the middle of the hips; so is the truth.
    truth_px, centre = s.joints_px.copy(), body.mid_hip[:, None, 0]
    truth_px[..., 0] = centre + (truth_px[..., 0] - centre) * unfold_gain(body.yaw_deg)[:, None]
    found = (body.mid_hip, body.mid_shoulder, body.mid_ear)
    hip, shoulder, ear = ((truth_px[:, i] - at) / trunk_px[:, None] for i, at in enumerate(found))
    roots = body.thigh_roots()
    left, right = (hanging_deg(roots[:, k.column], body.of_side("knee", k), body.forward) for k in Side)
    lengths = [distance(roots[:, k.column], body.of_side("knee", k)) for k in Side]
    short = np.radians(wrapped_deg(s.truth["thigh"] - np.where(s.near_left, left, right)))
    return {
        "hip_forward": np.sum(hip * ahead, axis=1) / unfold_gain(body.yaw_deg),
        "shoulder_forward": np.sum(shoulder * ahead, axis=1),
        "shoulder_up": np.sum(shoulder * up, axis=1),
        "ear_forward": np.sum(ear * ahead, axis=1) / np.abs(np.sin(np.radians(body.yaw_deg))),
        "ear_up": np.sum(ear * up, axis=1),
        # The hip moved back by x turns the thigh forward by atan(x / its length).
        "thigh_forward": -np.tan(short) * np.where(s.near_left, *lengths) / trunk_px,
    }


def arms(s: Samples) -> Floats:
    """Return (n, 2): sine, and 1 - cosine, of the arms' mean elevation, as the product takes them."""
    p, forward = skeleton(s, NO_OFFSETS).points_px, skeleton(s, NO_OFFSETS).forward
    up = middle(p[:, Landmark.LEFT_SHOULDER], p[:, Landmark.RIGHT_SHOULDER]) - middle(
        p[:, Landmark.LEFT_HIP], p[:, Landmark.RIGHT_HIP]
    )
    unit = Offsets(arm_forward=1.0), Offsets(raised_forward=1.0)
    return np.stack([arm_shift(p, up, forward, one)[0][:, 0] for one in unit], axis=1)


def level(s: Samples) -> Floats:
    """Return (n,) squares of the sine of the near thigh's direction, as the product takes them."""
    body = skeleton(s, NO_OFFSETS)
    line = _near(s, body.both("knee")) - _near(s, body.thigh_roots())
    return np.asarray(line[:, 0] ** 2 / np.sum(line**2, axis=1), dtype=np.float64)


def ankle_places(s: Samples) -> tuple[Floats, Floats]:
    """Return (n,) where along the foot the near ankle should lie for the shank to be right, and what that weighs."""
    body = skeleton(s, NO_OFFSETS)
    hip = _near(s, body.thigh_roots())
    knee, ankle, heel, toe = (_near(s, body.both(j)) for j in ("knee", "ankle", "heel", "foot_index"))
    foot, true = toe - heel, np.radians(s.truth["shank"])
    way = np.stack([np.sin(true) * body.forward, np.cos(true)], axis=1)
    shift = -_crossed(ankle - knee, way) / _crossed(foot, way)
    place = np.sum((ankle - heel) * foot, axis=1) / np.sum(foot**2, axis=1)
    hangs = np.fmax((knee - hip)[:, 1] / distance(hip, knee), LEAST_HANGING)
    weight = np.where(hangs > LEAST_HANGING, s.weight * hangs, 0.0)
    return place + shift / hangs, weight


def _near(s: Samples, both: Floats) -> Floats:
    return np.where(s.near_left[:, None], both[:, 0], both[:, 1])


def _crossed(a: Floats, b: Floats) -> Floats:
    return np.asarray(a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0], dtype=np.float64)


def least_absolute(regressors: Floats, values: Floats, weight: Floats) -> Floats:
    """Return (k,) coefficients with the least weighted sum of |error|; all but the first are drawn towards 0."""
    share = weight / NEAR_TRUNKS
    ridge = np.diag([0.0, *[ARM_RIDGE] * (regressors.shape[1] - 1)])
    for _ in range(REWEIGHTINGS):
        weighed = regressors * share[:, None]
        found = np.linalg.solve(weighed.T @ regressors + ridge, weighed.T @ values)
        share = weight / np.fmax(np.abs(values - regressors @ found), NEAR_TRUNKS)
    return np.asarray(found, dtype=np.float64)


def fit(s: Samples, with_arms: bool = True, with_legs: bool = True) -> Offsets:
    """Fit all constants."""
    moves = displacements(s)
    found = {name: weighted_quantile(moves[name], s.weight, 0.5) for name in moves if name != "shoulder_forward"}
    if with_legs:
        lies = level(s)
        more = (moves["thigh_forward"] - found["thigh_forward"]) / np.fmax(lies, LEAST_LEVEL)
        found["level_forward"] = weighted_quantile(more, np.where(lies > LEAST_LEVEL, s.weight * lies, 0.0), 0.5)
        found["ankle_along_foot"] = weighted_quantile(*ankle_places(s), 0.5)
    if with_arms:
        ones = np.ones((len(s.series), 1))
        both = np.hstack([ones, arms(s)])
        _, ahead_arm, ahead_raised = least_absolute(both, moves["shoulder_forward"], s.weight).tolist()
        up, up_arm, up_raised = least_absolute(both, moves["shoulder_up"], s.weight).tolist()
        found |= {
            "shoulder_up": up, "arm_forward": ahead_arm, "arm_up": up_arm,
            "raised_forward": ahead_raised, "raised_up": up_raised,
        }  # fmt: skip
    return Offsets(**found)


METHODS: dict[str, Callable[[Samples], Offsets]] = {
    "constants": lambda s: fit(s, with_arms=False, with_legs=False),
    "constants and arms": lambda s: fit(s, with_legs=False),
    "constants, arms and legs": fit,
}
CHOSEN = "constants, arms and legs"


def rounded(offsets: Offsets) -> Offsets:
    """Return what is written."""
    return Offsets(**{name: round(value, DECIMALS) + 0.0 for name, value in asdict(offsets).items()})


def leave_one_body_out(s: Samples, method: str = CHOSEN) -> dict[str, Offsets]:
    """Return, by body, the offsets fitted on all the others."""
    return {str(body): rounded(METHODS[method](s.of(s.body != body))) for body in np.unique(s.body)}


def _print_groups(s: Samples) -> None:
    moves = displacements(s)
    names = list(moves)
    print("medians of the displacement, trunk lengths\nbody group  " + "".join(f"{n:>17}" for n in names) + "      n")
    for body, group in sorted(set(zip(s.body.tolist(), s.group.tolist(), strict=True))):
        here = (s.body == body) & (s.group == group)
        values = [weighted_quantile(moves[name][here], s.weight[here], 0.5) for name in names]
        print(f"{body:4} {group:6} " + "".join(f"{v:+17.3f}" for v in values) + f"{here.sum():7}")


def _line(maes: dict[str, float]) -> str:
    return "MAE " + " ".join(f"{n} {v:.2f}" for n, v in maes.items()) + f"  sum {sum(maes.values()):.2f}"


def _print_fit(s: Samples, method: str) -> None:
    fitted = rounded(METHODS[method](s))
    print(f"{method}: " + ", ".join(f"{name} {value:+.3f}" for name, value in asdict(fitted).items()))
    print(f"  fitted              {_line(score(s, fitted))}")
    print(f"  one body left out   {_line(_held_out(s, method))}")


def _held_out(s: Samples, method: str) -> dict[str, float]:
    found: dict[str, list[float]] = {name: [] for name in ANGLES}
    heavy: list[float] = []
    for body, offsets in leave_one_body_out(s, method).items():
        own = s.of(s.body == body)
        heavy.append(own.weight.sum())
        for name, mae in score(own, offsets).items():
            found[name].append(mae)
    return {name: float(np.average(maes, weights=heavy)) for name, maes in found.items()}


def _print_modes(s: Samples) -> None:
    print("one body left out, by mode: constants shared by both modes, and the mode's own")
    for mode in Mode:
        own = s.of(s.mode == mode)
        shared = {name: 0.0 for name in ANGLES}
        for body, offsets in leave_one_body_out(s).items():
            part = own.of(own.body == body)
            for name, mae in score(part, offsets).items():
                shared[name] += mae * float(part.weight.sum() / own.weight.sum())
        print(f"  {mode:9} shared      {_line(shared)}\n  {mode:9} its own     {_line(_held_out(own, CHOSEN))}")


HEADER = """\
# Errors of the measures against ground truth, the landmark offsets they were found with, and what counts as change.
#
#   python -m benchmarks.fit_offsets --write          wrote [offsets], fitted on the full model
#   python -m benchmarks.fit_mixing --write           wrote [mixing], after it
#   python -m benchmarks.accuracy --model M --write   wrote the rows of model M
#
# on the rendered people of the ground truth (truth.jsonl, SHA-256 {digest}...):
# {bodies} bodies, {stills} stills, {clips} clips; mediapipe {mediapipe}. benchmarks/README.md says how to repeat it.
#
# bias, sd     mean of value - truth, and its spread; in the measure's own unit.
# half_width   95 % of |value - truth| lie within, bias included, for a value near 0; growth is what is added for each
# growth       unit that the value lies from 0. They add up in squares, with what the picture itself adds
#              (measures/uncertainty.py). typical is the median of the sum.
# apart        what hips, knees and ankles seen from the side get on top where the legs are apart.
# change       95 % of |change - true change| from the body's own neutral lie within: what errs alike has gone.
# n, bodies    pictures with a value, and people in them.
# read         as a file: legs told apart and smoothed, by one look at each picture; or live, as pictures come.
#
# Every body was judged with offsets fitted on the others. A body counts 1 in each group (sitting, standing, walking,
# exercise, desk) and camera place, shared equally among its stills and clips, however long those are. `view` is the
# view that the program itself saw. Stills know no tracked mode. A view that fewer than two bodies were measured in has
# no row: the error there is not known. Measures against the person's own neutral were judged as changes from it.
# Rendered people in tidy rooms: expect more error on real ones, and none of this is a test-retest error.
"""


def write_rows(path: Path, found: Sequence[Mapping[str, object]], facts: Mapping[str, object]) -> None:
    """Replace the rows of one model's modes in the accuracy file; everything but rows and header stays as it is."""
    text = path.read_text(encoding="utf-8")
    new = {(row["model"], row["mode"]) for row in found}
    kept = [row for row in tomllib.loads(text)["error"] if (row["model"], row["mode"]) not in new]
    order = ("read", "model", "measure", "view", "mode")
    rows = sorted([*kept, *found], key=lambda row: [str(row.get(key, FILE)) for key in order])
    lines = [f"  {{ {', '.join(f'{k} = {_literal(v)}' for k, v in row.items())} }},\n" for row in rows]
    # Constants first come after the rows: a bare key cannot follow a table.
    constants = text[text.index("\n[offsets]\n") + 1 :].split("[[error]]")[0]
    path.write_text(HEADER.format(**facts) + "\nerror = [\n" + "".join(lines) + "]\n\n" + constants, encoding="utf-8")


def _literal(value: object) -> str:
    return f'"{value}"' if isinstance(value, str) else f"{value:g}"


def write_table(path: Path, table: str, values: Mapping[str, float]) -> None:
    """Replace one table of constants in the accuracy file."""
    block = f"[{table}]\n" + "".join(f"{name} = {value:g}\n" for name, value in values.items())
    text = path.read_text(encoding="utf-8")
    path.write_text(re.sub(rf"^\[{table}\]\n(?:\w+ = .*\n)*", block, text, count=1, flags=re.M), encoding="utf-8")


def main() -> None:
    """Fit, compare, print, and write where asked."""
    parser = options(__doc__ or "")
    parser.add_argument("--write", action="store_true", help="put the fit into the package's accuracy.toml")
    args = parser.parse_args()
    s = side_samples(items(), args.model, args.cache)
    print(f"model {args.model}, {len(s.series)} pictures, {len(np.unique(s.body))} bodies")
    _print_groups(s)
    for label, offsets in (("no offsets", NO_OFFSETS), ("shipped", shipped_accuracy().offsets)):
        print(f"{label:11} {_line(score(s, offsets))}")
    for method in METHODS:
        _print_fit(s, method)
    _print_modes(s)
    if args.write:
        write_table(data_file("accuracy.toml"), "offsets", asdict(rounded(METHODS[CHOSEN](s))))
        print(f"written: {CHOSEN}")


if __name__ == "__main__":
    main()
