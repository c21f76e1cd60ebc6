"""How well activities are told: seconds of each kind, in rows as labelled and in columns as told.

Rendered clips are labelled exactly; real ones by eye, in `activity_labels.jsonl`, and lie in the folder `real` beside
the ground truth. A second on either side of a change of label is left out, and so is what nobody can label. Files are
looked at both ways in time; live, the pictures come one after the other, and the first steps and repetitions cannot be
known yet: what comes after them is asked apart. Mean F1 is over the kinds with at least 30 s.

No constant was fitted by a search, so no clip is left out in turn; `--shake` says instead what becomes of the mean when
each constant is a fifth smaller or larger.
"""

from __future__ import annotations

import hashlib
import json
from argparse import Namespace
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.truth import DATA, _read, _write, items, options, poses
from posture_coach.activity import doing, posture
from posture_coach.activity.recognise import Recogniser, recognise
from posture_coach.activity.types import Activity
from posture_coach.measures.legs import untangled
from posture_coach.pose.files import open_file
from posture_coach.pose.follow import Follower
from posture_coach.pose.roster import Choice, Roster
from posture_coach.pose.smoothing import smoothed
from posture_coach.pose.types import Mode, Model, Pose, PoseSeries

LABELS = Path(__file__).with_name("activity_labels.jsonl")
AROUND_S = 1.0
ENOUGH_S = 30.0
LONG_S = 4.0
"""What lasts as long is asked when it is first told, live."""
COUNTED_S = {Activity.WALKING: 2.0, Activity.EXERCISING: 10.0}
"""How long it takes to count three steps, and three repetitions."""
SHAKES = (0.8, 1.25)


@dataclass(frozen=True, slots=True)
class Clip:
    """One clip, what is found in it, and what it shows.

    Parameters
    ----------
    segments
        (start, end, label) that follow each other; labels that are no `Activity` are not judged.
    """

    name: str
    series: PoseSeries
    segments: tuple[tuple[float, float, str], ...]

    @property
    def step_s(self) -> float:
        """How long a picture lasts."""
        return float(np.median(np.diff(self.series.time_s)))

    def labels(self, late: Mapping[Activity, float] = MappingProxyType({})) -> NDArray[np.object_]:
        """(n,) label of each picture, None where it is not judged: near changes, and so many seconds of a kind."""
        time_s, label = self.series.time_s, np.full(len(self.series), None, dtype=object)
        for i, (start_s, end_s, kind) in enumerate(self.segments):
            if kind in list(Activity):
                first_s = start_s + max(AROUND_S * self._changes(i - 1), late.get(Activity(kind), 0.0))
                label[(time_s >= first_s) & (time_s < end_s - AROUND_S * self._changes(i + 1))] = Activity(kind)
        return label

    def _changes(self, neighbour: int) -> bool:
        """Tell whether there is a neighbour that has not the second around the change left out already."""
        return 0 <= neighbour < len(self.segments) and self.segments[neighbour][2] != "transition"


# The clips -----------------------------------------------------------------------------------------------------


def clips(model: Model, mode: Mode, store: Path | None) -> list[Clip]:
    """Return the rendered clips, then the real ones."""
    marked = {row["clip"]: _segments(row) for row in _rows(DATA / "truth" / "activity.jsonl")}
    found = [
        Clip(item.id, poses(item, model, mode, store), marked[item.path.stem])
        for item in items()
        if item.path.stem in marked
    ]
    for row in _rows(LABELS):
        path = DATA / "real" / row["clip"]
        if hashlib.sha256(path.read_bytes()).hexdigest() != row["sha256"]:
            raise SystemExit(
                f"{path}: expected the file that was labelled (SHA-256 {row['sha256'][:12]}…), got another"
            )
        found.append(Clip(path.stem, _followed(path, model, mode, row["sha256"], store), _segments(row)))
    return found


def _rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def _segments(row: dict[str, Any]) -> tuple[tuple[float, float, str], ...]:
    return tuple((part["start_s"], part["end_s"], part["activity"]) for part in row["segments"])


def _followed(path: Path, model: Model, mode: Mode, digest: str, store: Path | None) -> PoseSeries:
    """Find the person as the program does in a file, without smoothing."""
    stored = store / f"{model}-{mode}-followed-mediapipe{version('mediapipe')}-{digest[:16]}.npz" if store else None
    if stored and stored.exists():
        return _read(stored, model, mode)
    series, roster = _passed(path, model, mode, "largest")
    if roster.late:
        series, _ = _passed(path, model, mode, roster.begun_again())
    if stored:
        _write(stored, series)
    return series


def _passed(path: Path, model: Model, mode: Mode, person: Choice | Roster) -> tuple[PoseSeries, Roster]:
    found: list[Pose | None] = []
    seen, size = [], (0, 0)
    with open_file(path) as source, Follower(model, mode, person) as follower:
        for frame in source:
            found.append(follower.find(frame))
            seen.append((frame.time_s, frame.index))
            size = frame.size
        follower.roster.settle()
        told = [None if follower.roster.mixed(time_s) else pose for pose, (time_s, _) in zip(found, seen, strict=True)]
        return PoseSeries.of(told, seen, size=size, mode=mode, model=model), follower.roster


# What is told ----------------------------------------------------------------------------------------------------


def told(clip: Clip, live: bool) -> NDArray[np.object_]:
    """(n,) what the program says of each picture."""
    return Recogniser().push(clip.series).label if live else recognise(smoothed(untangled(clip.series))).label


def matrix(
    found: Sequence[Clip], live: bool, late: Mapping[Activity, float] = MappingProxyType({})
) -> NDArray[np.float64]:
    """(k, k) seconds, rows as labelled and columns as told, in the order of `Activity`."""
    kinds, seconds = list(Activity), np.zeros((len(Activity), len(Activity)))
    for clip in found:
        for label, said in zip(clip.labels(late), told(clip, live), strict=True):
            if label is not None:
                seconds[kinds.index(label), kinds.index(said)] += clip.step_s
    return seconds


def f1(seconds: NDArray[np.float64]) -> NDArray[np.float64]:
    """(k,) F1 of each kind; NaN where there is none of it."""
    with np.errstate(invalid="ignore"):
        return 2 * np.diag(seconds) / np.where(seconds.sum(1) > 0, seconds.sum(0) + seconds.sum(1), np.nan)


def mean_f1(seconds: NDArray[np.float64]) -> float:
    """Return the mean F1 of the kinds with enough seconds."""
    return float(f1(seconds)[seconds.sum(1) >= ENOUGH_S].mean())


def delays(found: Sequence[Clip]) -> dict[str, list[float]]:
    """Return, by kind, how long after a segment has begun it is first told live."""
    late: dict[str, list[float]] = {}
    for clip in found:
        said = told(clip, live=True)
        for start_s, end_s, kind in clip.segments:
            if kind in list(Activity) and end_s - start_s >= LONG_S:
                at = clip.series.time_s[(said == Activity(kind)) & (clip.series.time_s >= start_s)]
                late.setdefault(kind, []).append(float(at[0]) - start_s if len(at) and at[0] < end_s else np.inf)
    return late


def shaken() -> Iterator[tuple[str, float]]:
    """Yield every constant's name with the share it is changed by, while it is so."""
    for module, name in [
        *((posture, name) for name in ("ON_FEET", "LEVEL_DEG", "LOW", "PROPPED_HANDS", "WIDE", "KNEELING")),
        *((doing, name) for name in ("LEAD", "LIFT", "UPRIGHT", "FLOOR")),
    ]:
        for share in SHAKES:
            with _changed(module, name, share):
                yield name, share
    drops = (posture.SITTING_DROP, posture.STANDING_DROP)
    for share in SHAKES:
        with _changed(posture, "SITTING_DROP", share), _changed(posture, "STANDING_DROP", share):
            yield f"SITTING_DROP, STANDING_DROP {drops}", share


@contextmanager
def _changed(module: Any, name: str, share: float) -> Iterator[None]:
    before = getattr(module, name)
    after = {key: value * share for key, value in before.items()} if isinstance(before, dict) else before * share
    setattr(module, name, after)
    try:
        yield
    finally:
        setattr(module, name, before)


# The tables ------------------------------------------------------------------------------------------------------


def show(seconds: NDArray[np.float64], title: str) -> None:
    """Print one confusion matrix."""
    print(f"\n{title}: mean F1 {mean_f1(seconds):.3f}")
    print(f"{'':12}" + "".join(f"{kind:>11}" for kind in Activity) + f"{'seconds':>11}{'F1':>8}")
    for kind, row, score in zip(Activity, seconds, f1(seconds), strict=True):
        if row.sum():
            print(
                f"{kind:12}"
                + "".join(f"{s:11.1f}" if s else f"{'·':>11}" for s in row)
                + f"{row.sum():11.1f}{score:8.3f}"
            )


def report(args: Namespace, mode: Mode) -> None:
    """Print what one mode gives."""
    found = clips(args.model, mode, args.cache)
    for live in (False, True):
        show(matrix(found, live), f"{mode}, {'live' if live else 'both ways'}, {len(found)} clips")
    counted = matrix(found, live=True, late=COUNTED_S)
    show(counted, f"{mode}, live, without the first steps and repetitions")
    if args.clips:
        for clip in found:
            wrong = matrix([clip], live=False)
            np.fill_diagonal(wrong, 0.0)
            if wrong.any():
                print(f"  {clip.name}: " + ", ".join(
                    f"{wrong[r, c]:.1f} s {list(Activity)[r]} told as {list(Activity)[c]}"
                    for r, c in zip(*np.nonzero(wrong), strict=True)
                ))  # fmt: skip
    print("told live so many seconds after it began, median and longest: " + ", ".join(
        f"{kind} {np.median(late):.1f}, {max(late):.1f} (n {len(late)})" for kind, late in delays(found).items()
    ))  # fmt: skip
    if args.shake:
        for name, share in shaken():
            print(f"  {name} times {share:g}: mean F1 {mean_f1(matrix(found, live=False)):.3f}", flush=True)


def main() -> None:
    """Print the tables of both modes."""
    parser = options(__doc__ or "")
    parser.add_argument("--clips", action="store_true", help="name the clips in which something is told wrongly")
    parser.add_argument("--shake", action="store_true", help="change every constant by a fifth, one after the other")
    parser.add_argument("--mode", type=Mode, choices=list(Mode), help="one mode instead of both")
    args = parser.parse_args()
    print(f"model {args.model}; seconds, rows as labelled, columns as told; {AROUND_S:g} s around changes left out")
    for mode in [args.mode] if args.mode else Mode:
        report(args, mode)


if __name__ == "__main__":
    main()
