"""A sheet of paper in pixels, from the top left, that text, boxes and marks are put on: matplotlib without its globals.

matplotlib is imported when the first sheet is made: it takes most of a second. It keeps a list of fonts in a folder,
which is put where this program's caches are; settings that lie where the program runs are left out.
"""

from __future__ import annotations

import io
import logging
import os
import threading
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import platformdirs

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.font_manager import FontProperties

Kind = Literal["png", "svg"]
Align = Literal["left", "center", "right"]
DPI = 100
POINT_PX = DPI / 72.0
LINE = 1.38
"""From one line of text to the next, in heights of its letters."""
MARK_POINTS = 11.0
_UNKNOWN = "?"
"""Stands for a letter that the font lacks."""
_CACHE_VARIABLE = "MPLCONFIGDIR"
_one_at_a_time = threading.Lock()


@dataclass(frozen=True, slots=True)
class Look:
    """Colours of the sheet itself: its ground, words, quieter words, lines, and bars that others stand upon."""

    ground: str
    ink: str
    quiet: str
    rule: str
    bar: str


LIGHT = Look("#ffffff", "#14181d", "#59626d", "#ccd2d9", "#d5dae0")
DARK = Look("#14181d", "#f1f4f7", "#a8b2bd", "#3d4650", "#2c343d")
"""Words and quieter words stand out from the ground by 4.5 to 1 and more in both."""


@contextmanager
def drawing() -> Iterator[None]:
    """Let one thread alone draw, with matplotlib's own settings and without a word from it."""
    os.environ.setdefault(_CACHE_VARIABLE, os.path.join(platformdirs.user_cache_dir("posture-coach"), "matplotlib"))  # noqa: PTH118 - a home that is no path is matplotlib's to bear
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    with _one_at_a_time, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import matplotlib as mpl

        with mpl.rc_context():
            mpl.rcdefaults()
            mpl.rcParams["svg.hashsalt"] = "posture-coach"
            yield


class Paper:
    """One sheet; made and used within `drawing`.

    It becomes a picture when it is saved: how high it must be is known only when everything stands on it.
    """

    def __init__(self, width_px: int, look: Look = LIGHT) -> None:
        self.width_px, self.look = width_px, look
        self._fonts = _Fonts()
        self._artists: list[Artist] = []

    def text(
        self, words: str, x_px: float, y_px: float, size: float, *, bold: bool = False, colour: str = "",
        align: Align = "left",
    ) -> None:  # fmt: skip
        """Write one line, its top at y_px; in ink where no colour is named."""
        from matplotlib.text import Text

        self._artists.append(
            Text(
                x_px, y_px, self._fonts.known(words), color=colour or self.look.ink, horizontalalignment=align,
                verticalalignment="top", fontproperties=self._fonts.of(size, bold=bold), parse_math=False,
            )
        )  # fmt: skip

    def box(self, x_px: float, y_px: float, width_px: float, height_px: float, colour: str) -> None:
        """Fill a box whose top left corner is at (x_px, y_px)."""
        from matplotlib.patches import Rectangle

        self._artists.append(Rectangle((x_px, y_px), width_px, height_px, facecolor=colour, linewidth=0))

    def mark(self, shape: str, x_px: float, y_px: float, colour: str) -> None:
        """Put a mark with an edge of the ground's colour, its middle at (x_px, y_px)."""
        from matplotlib.lines import Line2D

        self._artists.append(
            Line2D(
                [x_px], [y_px], linestyle="none", marker=shape, markersize=MARK_POINTS, color=colour,
                markeredgecolor=self.look.ground, markeredgewidth=1.2,
            )
        )  # fmt: skip

    def width_of(self, words: str, size: float, *, bold: bool = False) -> float:
        """Return how wide a line is, in pixels."""
        return self._fonts.width_px(self._fonts.known(words), size, bold=bold)

    def fitting(self, words: str, width_px: float, size: float, *, bold: bool = False) -> float:
        """Return the size of letters, at most `size`, in which a line is no wider than `width_px`."""
        return size * min(1.0, width_px / max(self.width_of(words, size, bold=bold), 1.0))

    def lines(self, words: str, width_px: float, size: float, *, bold: bool = False) -> list[str]:
        """Break words into lines that fit; a word that is wider than a line is broken itself."""

        def wide(line: str) -> bool:
            return self.width_of(line, size, bold=bold) > width_px

        lines = [""]
        for word in (piece for whole in words.split() for piece in _pieces(whole, wide)):
            longer = f"{lines[-1]} {word}".strip()
            if wide(longer):
                lines.append(word)
            else:
                lines[-1] = longer
        return lines

    def saved(self, kind: Kind, height_px: int, about: Mapping[str, str]) -> bytes:
        """Return the file.

        Parameters
        ----------
        about
            Title and description to be kept in it; nothing else of where or by what it was made is.
        """
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
        from matplotlib.transforms import Affine2D

        figure = Figure(figsize=(self.width_px / DPI, height_px / DPI), dpi=DPI, facecolor=self.look.ground)
        FigureCanvasAgg(figure)
        from_pixels = Affine2D().scale(1.0 / self.width_px, -1.0 / height_px).translate(0.0, 1.0)
        for artist in self._artists:
            artist.set_transform(from_pixels + figure.transFigure)
            figure.add_artist(artist)
        told: dict[str, str | None] = dict(about)
        told |= {"Software": None} if kind == "png" else {"Date": None, "Creator": None}
        file = io.BytesIO()
        figure.savefig(file, format=kind, dpi=DPI, metadata=told)
        return file.getvalue()


def _pieces(word: str, wide: Callable[[str], bool]) -> Iterator[str]:
    while len(word) > 1 and wide(word):
        cut = next(n for n in range(len(word) - 1, 0, -1) if n == 1 or not wide(word[:n]))
        yield word[:cut]
        word = word[cut:]
    yield word


class _Fonts:
    """DejaVu Sans, which comes with matplotlib, so that the picture is the same on every machine."""

    def __init__(self) -> None:
        import matplotlib as mpl
        from matplotlib.backends.backend_agg import RendererAgg
        from matplotlib.ft2font import FT2Font

        folder = os.path.join(mpl.get_data_path(), "fonts", "ttf")  # noqa: PTH118 - matplotlib takes text
        self._files = {bold: os.path.join(folder, name) for bold, name in _FILES.items()}  # noqa: PTH118
        self._letters = set(FT2Font(self._files[False]).get_charmap())
        self._measuring = RendererAgg(1, 1, DPI)  # type: ignore[no-untyped-call]
        self._widths: dict[tuple[str, float, bool], float] = {}

    def of(self, size: float, *, bold: bool) -> FontProperties:
        from matplotlib.font_manager import FontProperties

        return FontProperties(fname=self._files[bold], size=size)

    def width_px(self, words: str, size: float, *, bold: bool) -> float:
        """Return the width of a line, word by word, which is quicker and all but the same."""
        return sum(self._word_px(word, size, bold=bold) for word in (*words.split(" "), *" " * words.count(" ")))

    def _word_px(self, word: str, size: float, *, bold: bool) -> float:
        key = word, size, bold
        if key not in self._widths:
            font = self.of(size, bold=bold)
            wide_px, *_ = self._measuring.get_text_width_height_descent(word, font, False)  # type: ignore[no-untyped-call]
            self._widths[key] = float(wide_px)
        return self._widths[key]

    def known(self, words: str) -> str:
        """Return words with letters that the font has."""
        return "".join(letter if ord(letter) in self._letters else _UNKNOWN for letter in words)


_FILES = {False: "DejaVuSans.ttf", True: "DejaVuSans-Bold.ttf"}
