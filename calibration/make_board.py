"""Draw the board for measuring a lens: `python calibration/make_board.py` writes a PDF for A4 and one for US letter.

The pages are written by hand, since a PDF says where things lie in exact points, and no library of this program does.
The board is on a grid: a square has eight cells, the marker in it six, so its picture is exact at any size.
"""

from __future__ import annotations

import zlib
from pathlib import Path

import numpy as np

from posture_coach.pose.board import COLUMNS, MARKER_MM, ROWS, SQUARE_MM, board

FOLDER = Path(__file__).resolve().parent
PAGES_MM = {"board_a4.pdf": ("A4", 297.0, 210.0), "board_letter.pdf": ("US letter", 279.4, 215.9)}
"""Paper, lying crosswise."""
POINTS_PER_MM = 72.0 / 25.4
CELLS_PER_SQUARE = 8
DOTS_PER_CELL = 40
"""Of the picture in the file. One would do on paper, but some programs smooth what they enlarge: across a dot, here
0.09 mm, and not across a cell."""
TEXT_PT = 9.0
TEXT_MM = 6.0
"""From the lower edge of the page: most printers reach there."""


def main() -> None:
    """Write both pages."""
    for name, (paper, width_mm, height_mm) in PAGES_MM.items():
        (FOLDER / name).write_bytes(page(paper, width_mm, height_mm))


def page(paper: str, width_mm: float, height_mm: float) -> bytes:
    """Return a PDF of one page."""
    dots = board_dots()
    rows, columns = dots.shape
    wide, high = COLUMNS * SQUARE_MM, ROWS * SQUARE_MM
    left, low = (width_mm - wide) / 2.0, (height_mm - high) / 2.0
    text = (
        f"posture-coach, board for {paper}. Print at 100 %, not fitted to the page. "
        f"Check with a ruler: the board is {wide:g} mm wide and {high:g} mm high, each square {SQUARE_MM:g} mm."
    )
    drawn = (
        f"q {_points(wide)} 0 0 {_points(high)} {_points(left)} {_points(low)} cm /Board Do Q\n"
        f"BT /Words {TEXT_PT:g} Tf {_points(left)} {_points(TEXT_MM)} Td ({text}) Tj ET\n"
    ).encode("ascii")
    picture = zlib.compress(np.packbits(dots, axis=1).tobytes(), 9)
    return _file(
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        (
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {_points(width_mm)} {_points(height_mm)}] /Contents 4 0 R "
            "/Resources << /XObject << /Board 5 0 R >> /Font << /Words 6 0 R >> >> >>"
        ).encode("ascii"),
        _stream("<<", drawn),
        _stream(
            f"<< /Type /XObject /Subtype /Image /Width {columns} /Height {rows} /ColorSpace /DeviceGray "
            "/BitsPerComponent 1 /Interpolate false /Filter /FlateDecode",
            picture,
        ),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    )


def board_dots() -> np.ndarray:
    """Return the board as (rows, columns) of 0 black and 1 white."""
    cells = board().generateImage((COLUMNS * CELLS_PER_SQUARE, ROWS * CELLS_PER_SQUARE), marginSize=0, borderBits=1)
    if MARKER_MM / SQUARE_MM * CELLS_PER_SQUARE % 2 or set(np.unique(cells).tolist()) != {0, 255}:
        raise ValueError("The markers do not lie on the grid of cells: change their size.")
    return np.kron(cells > 0, np.ones((DOTS_PER_CELL, DOTS_PER_CELL), dtype=np.uint8)).astype(np.uint8)


def _points(mm: float) -> str:
    return f"{mm * POINTS_PER_MM:.4f}"


def _stream(head: str, content: bytes) -> bytes:
    return f"{head} /Length {len(content)} >>\nstream\n".encode("ascii") + content + b"\nendstream"


def _file(*objects: bytes) -> bytes:
    """Return the objects as a PDF file, with the table of where each begins."""
    out, starts = bytearray(b"%PDF-1.4\n"), []
    for number, content in enumerate(objects, start=1):
        starts.append(len(out))
        out += f"{number} 0 obj\n".encode("ascii") + content + b"\nendobj\n"
    table = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode("ascii")
    out += "".join(f"{start:010d} 00000 n \n" for start in starts).encode("ascii")
    out += f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n".encode("ascii")
    return bytes(out)


if __name__ == "__main__":
    main()
