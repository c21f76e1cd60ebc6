"""The estimates at the desk webcam: fit their constants, and judge them on bodies and postures left out.

Judged on the fixed-camera clips of group E, as changes from the clip's own seconds 1-6; pictures up to there are left
out. `none` is the mean |change|, what "no change" errs by; `world` what the network's own depth errs by.

left out   body: each body judged with constants fitted on the others; kind: each kind of posture (and the
           transitions from and to it); both: neither body nor kind was seen.
pitch      what the camera's tilt is known from: the upright face, a deliberate slump (the clip's `slouch3`, which is
           then not judged), or the camera itself.
AUC        slumped (slouch1-3) against upright, and against the chair moved nearer with posture unchanged; by trunk / by
           neck.
cover      share of |error| within the half-width, the spread of each body being that of the others; hw its median.
moved      how well the test for a moved chair holds `chair_near` apart from all other holds.

`--write` puts constants (fitted on the full model, both modes) and this model's spread into the package's `desk.toml`.
Without `--write` everything but `as shipped` is fitted afresh.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.accuracy import truth_digest
from benchmarks.fit_offsets import weighted_quantile
from benchmarks.truth import Item, items, options, plain_world, point, poses, true_values
from posture_coach.geometry import direction_deg
from posture_coach.measures import desk
from posture_coach.measures.desk import Changes, Own
from posture_coach.measures.desk_constants import Constants, PitchFrom, Spread
from posture_coach.measures.desk_view import FEATURES, HEAD_YAW, TILT
from posture_coach.measures.types import Reason
from posture_coach.pose.types import Mode, Model
from posture_coach.resources import data_file

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Texts = NDArray[np.str_]

UPRIGHT_S = (1.0, 6.0)
AWAY = ("away", "leaving", "returning")
KINDS = {
    "upright": "upright", "slouch": "slouch", "fhead": "forward head", "lean_in": "lean in", "lean_back": "lean back",
    "lean": "side lean", "turn": "turn", "look_down": "look down", "chair": "chair nearer",
}  # fmt: skip
"""Kind of posture by how its label begins; the first that fits."""
SLUMP_LABEL = "slouch3"
TRUTHS = ("trunk_inclination_deg", "neck_inclination_deg")
STILL_WEIGHT, CLIP_WEIGHT = 1.0, 3.0
"""The camera of a clip looks from -15 to +15 degrees and its face is averaged; stills bring 36 more cameras."""
RIDGE_NECK = 0.02
"""Against terms that go together; in units where each has a mean square of 1."""
RIDGE_TRUNK = 0.3
"""Pulls the share of a stiff lean that is the trunk's towards 1, what a lean on hips that stay gives: a posture not
seen in the fit is then judged more by geometry."""
SLUMP_TRUST = 0.8
"""Weight that errors of some 6 degrees from the face and 3 from the slump give the slump."""
REACH = (0.0, 0.04, 0.1, 0.2, 0.4, 0.6)
COVERAGE = 0.98
"""More than the 95 % that are asked for: a body that is not in the fit errs more than those that are."""


@dataclass(frozen=True, slots=True)
class Clip:
    """One clip as the network saw it in one mode, from the end of its upright on."""

    item: Item
    mode: Mode
    values: Floats
    upright: Mapping[str, float]
    slump: Mapping[str, float] | None
    pitch_deg: float
    focal: float
    truth: Floats
    world: Floats
    labels: Texts


@dataclass(frozen=True, slots=True)
class Heap:
    """Pictures of many clips.

    Parameters
    ----------
    truth, world
        (n, 2) change of trunk and neck, true and by the network's own depth.
    start, end
        (n,) kind of posture that a transition comes from and goes to; the same outside of one.
    """

    values: Floats
    truth: Floats
    world: Floats
    label: Texts
    start: Texts
    end: Texts
    clip: Texts
    body: Texts

    @property
    def kind(self) -> Texts:
        """(n,) the posture that is being taken or left."""
        return np.where(self.end == "upright", self.start, self.end)

    @property
    def held(self) -> Bools:
        """(n,) whether no transition is under way."""
        return np.array(["->" not in label for label in self.label.tolist()])


def kind_of(label: str) -> str:
    """Name the kind of posture of one label."""
    return next(name for start, name in KINDS.items() if label.startswith(start))


def clips_of(truth: Sequence[Item], model: Model, mode: Mode, cache: Path | None) -> list[Clip]:
    """Read all desk clips."""
    return [_clip(item, model, mode, cache) for item in truth if item.group == "E" and item.rate_hz is not None]


def _clip(item: Item, model: Model, mode: Mode, cache: Path | None) -> Clip:
    series = poses(item, model, mode, cache)
    story = json.loads(item.path.with_suffix(".json").read_text(encoding="utf-8"))
    label = np.array([row["state"] for row in story["labels"]])[series.index]
    seen = desk.features(series)
    true, world = true_values(item), plain_world(item, series)
    upright = (series.time_s > UPRIGHT_S[0]) & (series.time_s < UPRIGHT_S[1])
    pairs = [
        np.column_stack([way[name] for name in TRUTHS]) for way in ({n: true[n][series.index] for n in TRUTHS}, world)
    ]
    change = [pair - np.nanmean(pair[upright], axis=0) for pair in pairs]
    bent = label == SLUMP_LABEL
    later = (series.time_s >= UPRIGHT_S[1]) & ~np.isin(label, AWAY) & ~np.isnan(change[0]).any(axis=1)
    side = max(series.width, series.height)
    return Clip(
        item, mode, seen[later], mean_row(seen[upright]), mean_row(seen[bent]) if bent.any() else None,
        story["camera_first_frame"]["pitch_deg"], item.focal_px / side, *(pair[later] for pair in change), label[later],
    )  # fmt: skip


def mean_row(values: Floats) -> dict[str, float]:
    """Average features, as an own upright does."""
    return dict(zip(FEATURES, np.nanmean(values, axis=0).tolist(), strict=True))


def heap(clips: Sequence[Clip]) -> Heap:
    """Put all pictures behind each other."""
    label = np.concatenate([clip.labels for clip in clips])
    ends = [(text.split("->") * 2)[:2] for text in label.tolist()]
    start, end = (np.array([kind_of(pair[i]) for pair in ends]) for i in range(2))
    return Heap(
        np.concatenate([clip.values for clip in clips]), np.concatenate([clip.truth for clip in clips]),
        np.concatenate([clip.world for clip in clips]), label, start, end,
        np.repeat([clip.item.id for clip in clips], [len(clip.values) for clip in clips]),
        np.repeat([clip.item.body for clip in clips], [len(clip.values) for clip in clips]),
    )  # fmt: skip


# The fit ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Faces:
    """Upright faces and where the camera was, (n,) each: `elevation_deg` of the ears above the camera."""

    tilt: Floats
    elevation_deg: Floats
    weight: Floats
    body: Texts


def faces(truth: Sequence[Item], clips: Sequence[Clip], cache: Path | None) -> Faces:
    """Gather the uprights of the clips, and the webcam stills with an unturned head."""
    rows = []
    for clip in clips:
        rows.append((clip.upright[FEATURES[TILT]], _elevation_deg(clip.item), CLIP_WEIGHT, clip.item.body))
    for item in truth:
        if item.cell == "A webcam" and not item.pose.startswith("turn"):
            row = desk.features(poses(item, Model.FULL, Mode.DETECTED, cache))[0]
            if abs(row[HEAD_YAW]) < desk.MAX_HEAD_TURN_DEG:
                rows.append((row[TILT], _elevation_deg(item), STILL_WEIGHT, item.body))
    tilt, elevation, weight, body = (np.array(column) for column in zip(*rows, strict=True))
    return Faces(tilt, elevation, weight, body)


def _elevation_deg(item: Item) -> float:
    """Return how far the ears are above the camera, seen from it; in a clip, while it shows the upright."""
    frames = slice(*(round(end * item.rate_hz) for end in UPRIGHT_S)) if item.rate_hz else slice(None)
    line = (point(item, "mid_ear")[frames] - item.camera_position).mean(axis=0)
    return float(direction_deg(line[2], np.hypot(line[0], line[1])))


def slump_fall(clips: Sequence[Clip]) -> float:
    """Return how far true shoulders sink in the deepest slump, as a share of how far they come forward."""
    shares = []
    for clip in clips:
        if clip.slump:
            story = json.loads(clip.item.path.with_suffix(".json").read_text(encoding="utf-8"))
            label = np.array([row["state"] for row in story["labels"]])
            middle = point(clip.item, "mid_shoulder")
            moved = middle[label == SLUMP_LABEL].mean(axis=0) - np.nanmean(middle[label == "upright"], axis=0)
            shares.append(moved[2] / moved[1])
    return float(np.mean(shares))


def fit(clips: Sequence[Clip], face: Faces, without_kind: str = "") -> Constants:
    """Fit all constants on these clips and faces."""
    lines = np.column_stack([np.ones(len(face.tilt)), face.tilt]) * np.sqrt(face.weight)[:, None]
    zero, slope = np.linalg.lstsq(lines, face.elevation_deg * np.sqrt(face.weight), rcond=None)[0]
    k = Constants(float(zero), float(slope), slump_fall(clips), SLUMP_TRUST, 1.0, 0.0, 0.0, 0.0, 0.0)
    parts = [(heap([clip]), _moves(clip, k, PitchFrom.FACE)) for clip in clips]
    all_of = heap(clips)
    usable = (
        np.concatenate([_usable(h, own) for h, (_, own) in parts])
        & (all_of.start != without_kind)
        & (all_of.end != without_kind)
    )
    weight = _kind_weight(all_of.kind, usable)
    terms = np.concatenate([desk.neck_terms(c) for _, (c, _) in parts])
    neck = _ridge(terms[usable], all_of.truth[usable, 1], weight, RIDGE_NECK, 0.0)
    lean = np.concatenate([c.lean_deg for _, (c, _) in parts])
    # A moved chair is what the limit by the neck is for: it says nothing about how trunks lean.
    still = usable & (all_of.start != KINDS["chair"]) & (all_of.end != KINDS["chair"])
    trunk = _ridge(lean[still, None], all_of.truth[still, 0], _kind_weight(all_of.kind, still), RIDGE_TRUNK, 1.0)
    return replace(k, trunk_lean=float(trunk[0]), neck_forward=float(neck[0]), neck_down=float(neck[1]),
                   neck_fall=float(neck[2]), neck_back=float(neck[3]))  # fmt: skip


def own_of(clip: Clip, k: Constants, pitch: PitchFrom) -> Own | None:
    """Return the clip's own upright, with the camera's tilt known from so much."""
    if pitch is PitchFrom.CAMERA:
        return desk.own_upright(clip.upright, k, pitch_deg=clip.pitch_deg, focal=clip.focal)
    return desk.own_upright(clip.upright, k, clip.slump if pitch is PitchFrom.SLUMP else None)


def _moves(clip: Clip, k: Constants, pitch: PitchFrom) -> tuple[Changes, Own]:
    own = own_of(clip, k, pitch)
    assert own is not None, clip.item.id
    return desk.changes(clip.values, own), own


def _usable(h: Heap, own: Own) -> Bools:
    turn = np.abs(h.values[:, HEAD_YAW] - own.upright[HEAD_YAW])
    return np.asarray((turn <= desk.MAX_HEAD_TURN_DEG) & ~np.isnan(h.values).any(axis=1))


def _kind_weight(kind: Texts, kept: Bools) -> Floats:
    """Return weights of the pictures kept, with which every kind of posture counts the same."""
    names, index, count = np.unique(kind[kept], return_inverse=True, return_counts=True)
    return 1.0 / (count[index] * len(names))


def _ridge(terms: Floats, truth: Floats, weight: Floats, strength: float, towards: float) -> Floats:
    """Return the factors with the least squares, pulled towards one value."""
    size = np.sqrt(weight @ terms**2)
    scaled = terms / size
    square = (scaled * weight[:, None]).T @ scaled + strength * np.eye(len(size))
    rest = truth - terms @ np.full(len(size), towards)
    return towards + np.linalg.solve(square, (scaled * weight[:, None]).T @ rest) / size


# The judgement ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Judged:
    """What came out for every picture of a heap: (n, 2) trunk and neck."""

    found: Floats
    half_width: Floats
    reason: NDArray[np.int8]
    reach: Floats
    nearer_deg: Floats


FOLDS = ("body", "kind", "both")


def judge(clips: Sequence[Clip], fits: Mapping[tuple[str, str], Constants], pitch: PitchFrom, fold: str) -> Judged:
    """Estimate every picture with constants that were fitted without its body, its kind of posture, or either."""
    parts = []
    for clip in clips:
        h = heap([clip])
        blank = np.full((len(h.truth), 2), np.nan)
        out = Judged(blank, blank.copy(), np.zeros(len(blank), dtype=np.int8), blank[:, 0].copy(), blank[:, 0].copy())
        body = clip.item.body if fold in ("body", "both") else ""
        for kind in set(KINDS.values()) if fold in ("kind", "both") else [""]:
            k = fits[body, kind]
            own = own_of(clip, k, pitch)
            e = desk.estimate(clip.values, own, k, clip.mode, Model.FULL)
            assert own is not None
            c = desk.changes(clip.values, own)
            here = h.kind == kind if kind else np.ones(len(blank), dtype=bool)
            out.found[here] = np.column_stack([e.trunk_deg, e.neck_deg])[here]
            out.reason[here], out.reach[here] = e.reason[here], c.reach[here]
            out.nearer_deg[here] = desk.nearer_deg(c, desk.angles(c, k)[1])[here]
        parts.append(out)
    return Judged(*(np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(Judged)))


def folds_of(clips: Sequence[Clip], face: Faces) -> dict[tuple[str, str], Constants]:
    """Fit without each body, each kind, and each of both."""
    bodies = sorted({clip.item.body for clip in clips})
    found = {}
    for body in ["", *bodies]:
        rest = [clip for clip in clips if clip.item.body != body]
        seen = face.body != body
        own = Faces(*(getattr(face, f.name)[seen] for f in fields(Faces)))
        for kind in ["", *set(KINDS.values())]:
            found[body, kind] = fit(rest, own, kind)
    return found


def spread_of(h: Heap, j: Judged, kept: Bools) -> Spread:
    """Return the half-widths by reach that hold the wanted share of these pictures, growing with reach."""
    error = np.abs(j.found - h.truth)
    sides = [[], []]
    for low, high in zip(REACH, [*REACH[1:], np.inf], strict=True):
        here = kept & (j.reach >= low) & (j.reach < high)
        for side in range(2):
            sides[side].append(_quantile(error[here, side], h.clip[here]) if here.sum() > 30 else 0.0)
    middle = [(a + b) / 2 for a, b in zip(REACH, [*REACH[1:], REACH[-1] + 0.2], strict=True)]
    trunk, neck = (np.maximum.accumulate(side).round(2).tolist() for side in sides)
    return Spread(tuple(round(m, 3) for m in middle), tuple(trunk), tuple(neck))


def _quantile(values: Floats, clip: Texts) -> float:
    _, index, count = np.unique(clip, return_inverse=True, return_counts=True)
    return weighted_quantile(values, 1.0 / count[index], COVERAGE)


def judged_of(h: Heap, j: Judged, pitch: PitchFrom) -> Bools:
    """Return (n,) which pictures count: measured, and not the slump that the camera's tilt was taken from."""
    return ~np.isnan(j.found).any(axis=1) & ((h.label != SLUMP_LABEL) | (pitch is not PitchFrom.SLUMP))


def covered(h: Heap, j: Judged, kept: Bools) -> tuple[Floats, Bools]:
    """Return (n, 2) half-widths, each body's from the others, and whether the errors lie within."""
    width = np.full(j.found.shape, np.nan)
    for body in np.unique(h.body):
        own = h.body == body
        spread = spread_of(h, j, kept & ~own)
        width[own] = np.column_stack(
            [np.interp(j.reach[own], spread.reach, w) for w in (spread.trunk_deg, spread.neck_deg)]
        )
    return width, np.abs(j.found - h.truth) <= width


def auc(positive: Floats, negative: Floats) -> float:
    """Return the chance that a positive lies above a negative."""
    both = np.concatenate([positive, negative])
    rank = np.argsort(np.argsort(both)) + 1.0
    return float(
        (rank[: len(positive)].sum() - len(positive) * (len(positive) + 1) / 2) / len(positive) / len(negative)
    )


def _print_fold(h: Heap, j: Judged, fold: str, pitch: PitchFrom) -> None:
    judged = judged_of(h, j, pitch)
    error = np.abs(j.found - h.truth)
    width, inside = covered(h, j, judged)
    mae, none, world, cover, half = (
        _by_clip(v, h.clip, judged) for v in (error, np.abs(h.truth), np.abs(h.world - h.truth), inside, width)
    )
    half = np.nanmedian(width[judged], axis=0)
    held = judged & h.held
    slumped, still, chair = (j.found[held & (h.kind == kind)] for kind in ("slouch", "upright", "chair nearer"))
    refused = float(np.mean(np.isnan(j.found).any(axis=1)))
    text = "  ".join(
        f"{name} {mae[i]:5.2f} none {none[i]:5.2f} world {world[i]:5.2f} cover {100 * cover[i]:5.1f} hw {half[i]:5.1f}"
        for i, name in enumerate(("trunk", "neck"))
    )
    told = "  ".join(
        f"AUC {name} {auc(slumped[:, 0], rest[:, 0]):.3f}/{auc(slumped[:, 1], rest[:, 1]):.3f}"
        for name, rest in (("upright", still), ("chair", chair))
    )
    print(f"{pitch:7}{fold:5} {text}  refused {100 * refused:4.1f} %  {told}")


def _by_clip(values: NDArray[np.generic], clip: Texts, kept: Bools) -> Floats:
    """Return the mean over clips of the mean within each."""
    return np.mean([np.nanmean(values[kept & (clip == name)], axis=0) for name in np.unique(clip)], axis=0)


def _print_parts(h: Heap, j: Judged) -> None:
    error = np.abs(j.found - h.truth)
    groups = [(kind, h.kind == kind) for kind in KINDS.values()] + [
        (name, h.clip == name) for name in np.unique(h.clip)
    ]
    for name, here in groups:
        kept = here & ~np.isnan(j.found).any(axis=1)
        if kept.any():
            row = zip(
                error[kept].mean(axis=0),
                np.abs(h.truth[kept]).mean(axis=0),
                (j.found - h.truth)[kept].mean(axis=0),
                strict=True,
            )
            print(f"    {name:24}{int(kept.sum()):6}{100 * (1 - kept.sum() / here.sum()):6.0f} % refused   "
                  + "   ".join(f"{e:6.2f} (none {n:5.2f}, bias {b:+5.2f})" for e, n, b in row))  # fmt: skip


def _print_moved(h: Heap, j: Judged) -> None:
    """Print how well a moved chair is told, by whole holds."""
    score = {}
    for clip, label in sorted(set(zip(h.clip.tolist(), h.label.tolist(), strict=True))):
        here = (
            (h.clip == clip)
            & (h.label == label)
            & ~np.isin(j.reason, (Reason.NOT_FROM_HERE, Reason.NOBODY, Reason.OUT_OF_PICTURE))
        )
        if "->" not in label and here.sum() > 5:
            score[clip, label] = float(np.median(j.nearer_deg[here]))
    chair, other = (
        np.array([v for (_, label), v in score.items() if (label == "chair_near") is near]) for near in (True, False)
    )
    told, wrong = (int((v > desk.MOVED_NEARER_DEG).sum()) for v in (chair, other))
    print(f"    moved: AUC of whole holds {auc(chair, other):.3f}; at {desk.MOVED_NEARER_DEG:g} degrees told {told} of "
          f"{len(chair)}, wrongly {wrong} of {len(other)}")  # fmt: skip
    for limit in (4.0, 6.0, 8.0, 10.0, 12.0):
        print(f"      at {limit:4.0f}: {np.mean(chair > limit):.2f} told, {np.mean(other > limit):.3f} wrongly")


HEADER = """\
# Constants of the estimates at the desk webcam, and their error (posture_coach/measures/desk.py says what each is).
#
#   python -m benchmarks.desk --write             wrote [constants], fitted on the full model in both modes
#   python -m benchmarks.desk --model M --write   wrote the rows of model M
#
# on the rendered people of the ground truth (truth.jsonl, SHA-256 {digest}...): clips of group E, webcam stills of A.
#
# mode, model   how the points were found.    pitch   what the tilt of the camera is known from.
# reach         how far the shoulders have come or gone from the own upright, in shoulder widths.
# trunk_deg, neck_deg   half-widths there: {cover:.0f} % of |estimate - truth| lie within, every body judged with
#               constants fitted on the others; for a body that is not among them about 95 %. Expect more error on real
#               people.
"""


def write(path: Path, k: Constants, rows: Sequence[dict[str, object]], model: Model) -> None:
    """Replace the constants, and the rows of one model."""
    old = tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {"error": []}
    kept = sorted(
        [*(r for r in old["error"] if r["model"] != model), *rows], key=lambda r: (r["model"], r["mode"], r["pitch"])
    )
    constants = {name: value for name, value in asdict(k).items() if name != "spread"}
    if model is not Model.FULL:
        constants = old["constants"]
    lines = [f"{name} = {round(value, 4):g}\n" for name, value in constants.items()]
    table = ["  {{ {} }},\n".format(", ".join(f"{key} = {_literal(v)}" for key, v in row.items())) for row in kept]
    head = HEADER.format(digest=truth_digest()[:16], cover=100 * COVERAGE)
    path.write_text(head + "\nerror = [\n" + "".join(table) + "]\n\n[constants]\n" + "".join(lines), encoding="utf-8")


def _literal(value: object) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value)


def main() -> None:
    """Fit, judge, print, and write where asked."""
    parser = options(__doc__ or "")
    parser.add_argument("--write", action="store_true", help="put constants and this model's errors into desk.toml")
    parser.add_argument("--parts", action="store_true", help="also by kind of posture and by clip")
    args = parser.parse_args()
    truth = items()
    basis = [clip for mode in Mode for clip in clips_of(truth, Model.FULL, mode, args.cache)]
    face = faces(truth, basis, args.cache)
    fits = folds_of(basis, face)
    print(", ".join(f"{name} {value:.3f}" for name, value in asdict(fits["", ""]).items() if name != "spread"))
    rows = []
    for mode in Mode:
        clips = clips_of(truth, args.model, mode, args.cache)
        h = heap(clips)
        for pitch in PitchFrom:
            print(f"\n{args.model} {mode}, pitch from {pitch}")
            for fold in FOLDS:
                j = judge(clips, fits, pitch, fold)
                _print_fold(h, j, fold, pitch)
                if args.parts:
                    _print_parts(h, j)
                if fold == "body":
                    _print_moved(h, j)
                    spread = spread_of(h, j, judged_of(h, j, pitch))
                    rows.append({"mode": mode.value, "model": args.model.value, "pitch": pitch.value,
                                 **{name: list(values) for name, values in asdict(spread).items()}})  # fmt: skip
    if args.write:
        write(data_file("desk.toml"), fits["", ""], rows, args.model)
        print(f"{len(rows)} rows written")


if __name__ == "__main__":
    main()
