"""A long series cut to few points without losing a spike, in one pass of C-speed built-ins."""

from __future__ import annotations

import array
import math

KEPT = 5
"""Points of a bucket at most: first, lowest, highest, last, and one that is NaN or infinite."""

Numbers = array.array  # of float64


def thinned(
    xs: Numbers[float], ys: Numbers[float], most: int
) -> tuple[Numbers[float], Numbers[float]]:
    """Return at most ``most`` (5 or more) of the points, in order.

    Each stretch keeps its first, lowest, highest and last point, and the first that is NaN or
    infinite: a spike of one point among a million stays, and so does the step of the first NaN.
    """
    count = len(ys)
    if count <= most:
        return xs, ys
    buckets = max(most // KEPT, 1)
    kept: list[int] = []
    for bucket in range(buckets):
        start, end = bucket * count // buckets, (bucket + 1) * count // buckets
        if start < end:
            kept.extend(sorted(_telling(ys[start:end], start)))
    return array.array("d", [xs[i] for i in kept]), array.array("d", [ys[i] for i in kept])


def _telling(part: Numbers[float], start: int) -> set[int]:
    found = {start, start + len(part) - 1}
    # a NaN or an infinity makes the sum one too; a sum that overflows is looked into as well
    if math.isfinite(sum(part)):
        low, high = min(part), max(part)
        return found | {start + part.index(low), start + part.index(high)}
    finite = [(y, i) for i, y in enumerate(part) if math.isfinite(y)]
    if len(finite) < len(part):
        found.add(start + next(i for i, y in enumerate(part) if not math.isfinite(y)))
    if finite:
        found |= {start + min(finite)[1], start + max(finite)[1]}
    return found
