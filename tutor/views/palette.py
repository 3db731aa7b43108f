"""The colour of a value; pure.

Both palettes have few steps: what is nearly equal is equal, so that a picture is fewer bytes, and
its flat parts are painted as one run.
"""

from __future__ import annotations

import math

from tutor.views.model import Image

Colour = tuple[int, int, int]
"""Red, green and blue, 0 to 255."""

STEPS = 33
"""Colours of a palette; odd, so that the diverging one has a middle. Of more, neighbours could not
be told apart."""

_VIRIDIS = (
    (68, 1, 84),
    (72, 40, 120),
    (62, 74, 137),
    (49, 104, 142),
    (38, 130, 142),
    (31, 158, 137),
    (53, 183, 121),
    (109, 205, 89),
    (180, 222, 44),
    (253, 231, 37),
)
"""Matplotlib's viridis, every ninth part of it: equal steps look equal, in grey and to the colour
blind as well."""

_DIVERGING = (
    (5, 48, 97),
    (33, 102, 172),
    (67, 147, 195),
    (146, 197, 222),
    (209, 229, 240),
    (247, 247, 247),
    (253, 219, 199),
    (244, 165, 130),
    (214, 96, 77),
    (178, 24, 43),
    (103, 0, 31),
)
"""ColorBrewer's RdBu turned round: blue below zero, white at it, red above."""


def _spread(anchors: tuple[Colour, ...]) -> tuple[Colour, ...]:
    """``STEPS`` colours along the anchors."""
    found: list[Colour] = []
    for step in range(STEPS):
        at = step / (STEPS - 1) * (len(anchors) - 1)
        low = min(int(at), len(anchors) - 2)
        share = at - low
        red, green, blue = (
            round(one + (other - one) * share)
            for one, other in zip(anchors[low], anchors[low + 1], strict=True)
        )
        found.append((red, green, blue))
    return tuple(found)


SEQUENTIAL = _spread(_VIRIDIS)
DIVERGING = _spread(_DIVERGING)


class Palette:
    """The colours of one view's values."""

    def __init__(self, view: Image) -> None:
        self.low, self.high = view.low or 0.0, view.high or 0.0
        self.colours = SEQUENTIAL
        if view.palette == "diverging":
            self.high = max(abs(self.low), abs(self.high))
            self.low = -self.high
            self.colours = DIVERGING
        self._span = self.high / 2 - self.low / 2  # halved: the largest floats have a distance too

    def colour(self, value: float) -> Colour | None:
        """The colour of a value; None of one that is not finite."""
        if not math.isfinite(value):
            return None
        share = (value / 2 - self.low / 2) / self._span if self._span > 0 else 0.5
        return self.colours[round(min(max(share, 0.0), 1.0) * (STEPS - 1))]


def of_light(red: float, green: float, blue: float) -> Colour | None:
    """The colour of a pixel that has one, each part from 0 to 1; in 32 steps a part."""
    if not (math.isfinite(red) and math.isfinite(green) and math.isfinite(blue)):
        return None
    parts = (round(min(max(part, 0.0), 1.0) * 31) * 255 // 31 for part in (red, green, blue))
    first, second, third = parts
    return first, second, third


def is_dark(colour: Colour) -> bool:
    """Whether white is easier to read on it than black."""
    red, green, blue = colour
    return 0.299 * red + 0.587 * green + 0.114 * blue < 140
