"""The styles and the small words that the drawings with rows share."""

from __future__ import annotations

from collections.abc import Sequence

from rich.style import Style
from textual.strip import Strip

from tutor.views.cells import left, right

MUTED = "$text-muted"
MARK = "$text-primary"
"""Of marks that show how rows hang together."""
ODD = "bold $text-error"
"""NaN and infinity; they are written out as well."""
CHOSEN = "▸ "
"""Before the row the cursor is on: the highlight alone would be colour alone."""


def fit(text: str, width: int, *, at_right: bool = False) -> str:
    """Return text in exactly `width` cells: padded, or cut with `…` at its end."""
    return right(text, width) if at_right else left(text, width)


def window(strip: Strip, width: int, left: int, pinned: int, style: Style) -> Strip:
    """What is in view of a row when `left` cells are scrolled away behind those that are pinned."""
    if not left or not pinned:
        return strip.crop_extend(left, left + width, style)
    ends = (
        strip.crop_extend(0, pinned, style),
        strip.crop_extend(pinned + left, left + width, style),
    )
    return Strip.join(ends)


def shares(wanted: Sequence[int], room: int, least: int = 4) -> list[int]:
    """Share cells among columns: narrow ones get what they want, wide ones split the rest."""
    widths = [0] * len(wanted)
    rest = room
    for done, column in enumerate(sorted(range(len(wanted)), key=wanted.__getitem__)):
        share = max(rest // (len(wanted) - done), least)
        widths[column] = min(wanted[column], share)
        rest -= widths[column]
    return widths
