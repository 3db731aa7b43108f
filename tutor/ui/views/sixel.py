"""Real pixels on terminals that know sixel (xterm, foot, WezTerm, Windows Terminal); pure.

A picture is bands of six rows of pixels; of each colour in a band there is one character a column,
whose six bits say which rows have it: the format of DEC's VT340, EK-VT3XX-TP-001, chapter 14.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from tutor.views.palette import Colour

COLOURS = 256
"""As many as xterm has for a picture."""

_BAND = 6


def encode(rows: Sequence[Sequence[Colour]], size: tuple[int, int]) -> str:
    """Return what draws a picture at the cursor.

    Args:
        rows: The picture, not larger than it is drawn.
        size: The height and width to draw it in, in the terminal's pixels.
    """
    height, width = size
    indices, colours = _indexed(rows)
    many, columns = len(indices), len(indices[0])
    edges = [column * width // columns for column in range(columns + 1)]
    widths = [right - left for left, right in pairwise(edges)]
    output = [f'\x1bPq"1;1;{width};{height}']
    output += [
        f"#{index};2;{';'.join(str(round(part / 2.55)) for part in colour)}"
        for index, colour in enumerate(colours)
    ]
    for top in range(0, height, _BAND):
        shown = range(top, min(top + _BAND, height))
        output += _band([indices[y * many // height] for y in shown], widths)
        output.append("-")
    return "".join(output) + "\x1b\\"


def _band(rows: Sequence[Sequence[int]], widths: Sequence[int]) -> list[str]:
    """The characters of up to six rows, colour by colour."""
    bits: dict[int, list[int]] = {}
    for place, row in enumerate(rows):
        for column, colour in enumerate(row):
            if colour not in bits:
                bits[colour] = [0] * len(widths)
            bits[colour][column] |= 1 << place
    return [f"#{colour}{_runs(columns, widths)}$" for colour, columns in bits.items()]


def _runs(columns: Sequence[int], widths: Sequence[int]) -> str:
    """One character for each column of pixels; what is repeated is counted."""
    runs: list[list[int]] = []
    for bits, width in zip(columns, widths, strict=True):
        if runs and runs[-1][0] == bits:
            runs[-1][1] += width
        else:
            runs.append([bits, width])
    if runs and not runs[-1][0]:
        runs.pop()
    return "".join(f"!{width}{chr(63 + bits)}" for bits, width in runs)


def _indexed(rows: Sequence[Sequence[Colour]]) -> tuple[list[list[int]], list[Colour]]:
    """Each pixel's number in the list of colours, made coarser until that is short enough."""
    for bits in range(8, 0, -1):
        known: dict[Colour, int] = {}
        found: list[list[int]] = []
        for row in rows:
            coarse = row if bits == 8 else [_coarse(colour, bits) for colour in row]
            found.append([known.setdefault(colour, len(known)) for colour in coarse])
            if len(known) > COLOURS:
                break
        else:
            return found, list(known)
    raise AssertionError("one bit of each channel makes eight colours")


def _coarse(colour: Colour, bits: int) -> Colour:
    most = (1 << bits) - 1
    red, green, blue = (round(round(part * most / 255) * 255 / most) for part in colour)
    return (red, green, blue)
