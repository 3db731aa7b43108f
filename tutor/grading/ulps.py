"""How far apart two values are, counted in steps between neighbouring floating-point numbers.

One ulp (unit in the last place) is the step from a number to its neighbour in its own format, so
a count of them means the same at every magnitude. Two frameworks that add the same float32
numbers in another order end a few ulps apart; a mistake is thousands away.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from math import inf, isnan

from tutor.grading.arrays import (
    Array,
    Scalar,
    as_bfloat16,
    as_float16,
    as_float32,
    is_finite,
)
from tutor.grading.compare import Difference, Rules, pair_up
from tutor.grading.values import Value
from tutor.grading.words import shape_text

COARSEST = ("bfloat16", "float16", "float32", "float64")
"""Floating formats, from the fewest bits of precision (8) to the most (53)."""

_PYTHON = {"float": "float64"}
_FORMS = {
    "bfloat16": ("<f", "<i", 16),
    "float16": ("<e", "<h", 0),
    "float32": ("<f", "<i", 0),
    "float64": ("<d", "<q", 0),
}
"""How a number is packed, how its bits are read as an integer, and how many of those to drop."""
_ROUND = {"bfloat16": as_bfloat16, "float16": as_float16, "float32": as_float32}


@dataclass(frozen=True)
class Gap:
    """How far two values of one shape are apart."""

    ulps: int | None
    """The most over all elements; None where one is NaN or infinite and the other is not."""
    dtype: str
    """The format they are counted in: the coarser one's. Empty for whole numbers and text."""
    relative: float
    """The largest relative difference; 0 when all are equal."""

    @property
    def same(self) -> bool:
        """Whether there is no difference at all."""
        return self.ulps == 0 and self.relative == 0


def gap(one: Value, other: Value) -> Gap | str:
    """The gap between two values; a clause when they cannot be compared number by number.

    Dtypes may differ: what is asked is how far apart the numbers are. Whole numbers, booleans and
    text have a gap of 0 ulps when they are equal, and none that can be counted when they are not.
    """
    pairs = pair_up(one, other, Rules(ignore=frozenset({"dtype", "rank", "device", "graph"})))
    if isinstance(pairs, Difference):
        return "another structure"
    worst = Gap(0, "", 0.0)
    for pair in pairs:
        arrays = pair.arrays
        if arrays is None:
            if pair.expected != pair.got:
                return "not the same"
            continue
        first, second = arrays
        if first.squeezed != second.squeezed:
            return f"shapes {shape_text(first.shape)} and {shape_text(second.shape)}"
        worst = _worse(worst, _between(first, second))
    return worst


def _worse(one: Gap, other: Gap) -> Gap:
    dtype = one.dtype or other.dtype
    if one.ulps is None or other.ulps is None:
        return Gap(None, dtype, max(one.relative, other.relative))
    return Gap(max(one.ulps, other.ulps), dtype, max(one.relative, other.relative))


def _between(one: Array, other: Array) -> Gap:
    dtype = _coarser(one.dtype, other.dtype)
    worst, relative = 0, 0.0
    counted = True
    for a, b in zip(one.items, other.items, strict=True):
        relative = max(relative, _relative(a, b))
        if not dtype:
            counted = counted and a == b
            continue
        steps = _steps(a, b, dtype)
        if steps is None:
            counted = False
        else:
            worst = max(worst, steps)
    return Gap(worst if counted else None, dtype, relative)


def _coarser(one: str, other: str) -> str:
    """The coarser of two floating formats; empty when neither is one."""
    names = {_PYTHON.get(name, name) for name in (one, other)}
    return next((name for name in COARSEST if name in names), "")


def _relative(a: Scalar, b: Scalar) -> float:
    if a == b or (a != a and b != b):  # noqa: PLR0124  NaN beside NaN
        return 0.0
    if not (is_finite(a) and is_finite(b)):
        return inf
    return abs(a - b) / max(abs(a), abs(b))


def _steps(a: Scalar, b: Scalar, dtype: str) -> int | None:
    """Representable numbers from ``a`` to ``b``; None when only one of them is finite."""
    if isinstance(a, complex) or isinstance(b, complex):
        pairs = ((a.real, b.real), (a.imag, b.imag))
        parts = [_steps(x, y, dtype) for x, y in pairs]
        known = [part for part in parts if part is not None]
        return max(known) if len(known) == len(parts) else None
    x, y = (_rounded(float(value), dtype) for value in (a, b))
    if x == y or (isnan(x) and isnan(y)):
        return 0
    if not (is_finite(x) and is_finite(y)):
        return None
    return abs(_ordinal(x, dtype) - _ordinal(y, dtype))


def _rounded(value: float, dtype: str) -> float:
    return _ROUND[dtype](value) if dtype in _ROUND else value


def _ordinal(value: float, dtype: str) -> int:
    """The place of a number among all of its format; 0.0 and -0.0 share theirs."""
    form, whole, dropped = _FORMS[dtype]
    bits = int(struct.unpack(whole, struct.pack(form, abs(value)))[0]) >> dropped
    return -bits if value < 0 else bits
