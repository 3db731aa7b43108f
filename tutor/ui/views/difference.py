"""Which lines of two texts belong side by side, and which of them differ."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher

MOST = 4_000
"""Lines of each text that are compared: two of 4,000 take 40 ms, and the time grows faster."""
ALIKE = 0.1
"""Share of lines that two texts have in common, at least, to be before and after of one thing."""

Pair = tuple[int, int]
"""A line of the left and one of the right, -1 where there is none."""


def side_by_side(left: Sequence[str], right: Sequence[str]) -> list[Pair]:
    """Return lines by their number alone."""
    high = max(len(left), len(right))
    return [(i if i < len(left) else -1, i if i < len(right) else -1) for i in range(high)]


def aligned(left: Sequence[str], right: Sequence[str]) -> tuple[list[Pair], list[bool]] | None:
    """Return lines side by side, equal ones together, and whether each pair differs.

    None when there are too many to compare or hardly any in common: marking them all says nothing.
    """
    if not left or not right or max(len(left), len(right)) > MOST:
        return None
    matcher = SequenceMatcher(
        None, [line.strip() for line in left], [line.strip() for line in right]
    )
    pairs: list[Pair] = []
    differs: list[bool] = []
    equal = 0
    for tag, from_left, to_left, from_right, to_right in matcher.get_opcodes():
        high = max(to_left - from_left, to_right - from_right)
        for place in range(high):
            one = from_left + place if from_left + place < to_left else -1
            other = from_right + place if from_right + place < to_right else -1
            pairs.append((one, other))
            differs.append(tag != "equal")
        equal += high if tag == "equal" else 0
    if equal < ALIKE * min(len(left), len(right)):
        return None
    return pairs, differs
