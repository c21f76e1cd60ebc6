"""How many moved chairs are noticed, and how many postures taken for one: by geometry, and by size in the picture.

On the six long desk clips, each hold of some two seconds by itself; the minute that somebody must be out of place for
is not in these figures. The own upright is the clip's seconds 1-6.

size    by size and place in the picture alone (`measures/whereabouts.py`), as the program does it in every other view.
face, slump, camera   by geometry, as the program does it from in front (`measures/moved.py`); by what the camera's tilt
        is known from: the upright face, the first hold of `slouch3` (which is then not counted), or upright lines in
        the room. The constants were fitted on the same six people; `benchmarks/desk.py` prints what they do on bodies
        left out.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby
from pathlib import Path

import numpy as np

from benchmarks.desk import AWAY, SLUMP_LABEL, UPRIGHT_S, kind_of
from benchmarks.truth import Item, camera, items, options, poses
from posture_coach.measures.accuracy import shipped_accuracy
from posture_coach.measures.baseline import neutral
from posture_coach.measures.calibration import LEVEL
from posture_coach.measures.moved import how_moved
from posture_coach.measures.whereabouts import moved, whereabouts
from posture_coach.pose.types import Mode, Model, PoseSeries

LONG = "_desk_tl_"
WAYS = ("size", "face", "slump", "camera")
SHOWN = 3
"""Of the words, for each kind."""


def holds(item: Item, series: PoseSeries) -> Iterator[tuple[str, PoseSeries]]:
    """Yield each posture that is held, by its label, transitions and absence left out."""
    story = json.loads(item.path.with_suffix(".json").read_text(encoding="utf-8"))
    label = np.array([row["state"] for row in story["labels"]])[series.index]
    for name, numbers in groupby(range(len(series)), key=label.tolist().__getitem__):
        rows = list(numbers)
        kept = series.part(rows[0], rows[-1] + 1)
        if "->" not in name and name not in AWAY and kept.time_s[0] >= UPRIGHT_S[1]:
            yield name, kept


def tell(item: Item, model: Model, mode: Mode, cache: Path | None) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield each hold's label, and what is said of it by way of telling."""
    series, accuracy = poses(item, model, mode, cache), shipped_accuracy()
    upright = series.part(*np.searchsorted(series.time_s, UPRIGHT_S).tolist())
    plain, before = neutral(upright, accuracy, item.id), whereabouts(upright)
    held = list(holds(item, series))
    bent = next(seen for label, seen in held if label == SLUMP_LABEL)
    slumped = replace(plain, slump=neutral(bent, accuracy, item.id).values)
    stood = camera(item, cache)
    levelled = neutral(upright, accuracy, item.id, stood)
    for label, seen in held:
        said = {
            "size": moved(before, whereabouts(seen), plain.view),
            "face": how_moved(before, plain, LEVEL, seen),
            "camera": how_moved(before, levelled, stood, seen),
        }
        yield label, said if seen is bent else said | {"slump": how_moved(before, slumped, LEVEL, seen)}


def main() -> None:
    """Count, and print."""
    args = options(__doc__ or "").parse_args()
    truth = [item for item in items() if LONG in item.id]
    for mode in Mode:
        told, held = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
        words: dict[str, set[str]] = {}
        for item in truth:
            for label, said in tell(item, args.model, mode, args.cache):
                kind = kind_of(label)
                for way, word in said.items():
                    held[kind, way] += 1
                    told[kind, way] += bool(word)
                words.setdefault(kind, set()).update(word for way, word in said.items() if word and way != "size")
        print(f"\n{f'{args.model} {mode}':16}" + "".join(f"{way:>10}" for way in WAYS) + "   what geometry says")
        for kind in sorted(words):
            cells = "".join(f"{f'{told[kind, way]} / {held[kind, way]}':>10}" for way in WAYS)
            print(f"{kind:16}{cells}   {'; '.join(sorted(words[kind])[:SHOWN])}")


if __name__ == "__main__":
    main()
