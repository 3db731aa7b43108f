"""Wrong answers in which every element was changed in the same way.

Each function looks at one case and returns the facts of the one mistake it knows, or None.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from math import prod
from typing import cast

from tutor.grading.arrays import Array, Scalar, all_finite, as_bfloat16, as_float16, as_float32
from tutor.grading.case import Case, Facts

LN2, LN10 = math.log(2), math.log(10)

LONG = 4096
"""Elements looked at first, where a look at all of a million is seldom needed."""


def _numeric(case: Case) -> bool:
    return case.numeric and case.aligned


def maps(change: Callable[[Scalar], Scalar]) -> Callable[[Case], Facts | None]:
    """Return a rule that fits when `change`, applied to each element, gives the learner's.

    For real numbers: a count that is off by a factor is no logarithm to another base.
    """

    def find(case: Case) -> Facts | None:
        if case.expected.exact or not _numeric(case):
            return None
        return {} if case.maps(change) else None

    return find


def bends(change: Callable[[Scalar], Scalar]) -> Callable[[Case], Facts | None]:
    """Like `maps`, for a `change` that gives whole numbers only where it saturates.

    A typed 1 is the sigmoid of 99 to any number of digits, and says nothing about a sigmoid; nor
    do zeros for ones say anything about a logarithm.
    """
    rule = maps(change)

    def find(case: Case) -> Facts | None:
        items = case.got.items
        constant = len(items) > 1 and not varied(items)
        return None if (case.fits is not None or constant) and whole(case.got) else rule(case)

    return find


def _scaled(case: Case, factor: float) -> bool:
    return _numeric(case) and case.maps(lambda item: item * factor)


def _batch_sizes(case: Case, least: int = 2) -> list[int]:
    if case.expected.exact:
        return []
    return sorted({size for size in case.sizes if size >= least})


def times_n(case: Case) -> Facts | None:
    """N times too large, for a batch size N: a sum where a mean was asked."""
    for n in _batch_sizes(case):
        if _scaled(case, n):
            return {"n": n}
    return None


def over_n(case: Case) -> Facts | None:
    """N times too small: a mean where a sum was asked."""
    for n in _batch_sizes(case):
        if _scaled(case, 1 / n):
            return {"n": n}
    return None


def bessel(case: Case) -> Facts | None:
    """The variance divided by N where N - 1 was asked, or the other way round; or its root."""
    for n in _batch_sizes(case, least=3):
        for factor, used in (((n - 1) / n, "N"), (n / (n - 1), "N − 1")):
            if _scaled(case, factor):
                return {"n": n, "used": used, "statistic": "variance"}
            if _scaled(case, math.sqrt(factor)):
                return {"n": n, "used": used, "statistic": "standard deviation"}
    return None


def uncorrected(case: Case) -> Facts | None:
    """Adam's first step without its bias correction: (1 - 0.9) / sqrt(1 - 0.999) times as long."""
    return {} if not case.expected.exact and _scaled(case, math.sqrt(10)) else None


def accumulated(case: Case) -> Facts | None:
    """The same gradient added up several times.

    Not for one typed number, which can be a small multiple of the answer for any reason.
    """
    alone = case.fits is not None and len(case.expected.items) == 1
    if alone or case.expected.exact or times_n(case):
        return None
    for k in range(2, 11):
        if _scaled(case, k):
            return {"k": k}
    return None


def square(item: Scalar) -> Scalar:
    """Square."""
    return item * item


def root(item: Scalar) -> Scalar:
    """Square root."""
    return math.sqrt(real(item))


def real(item: Scalar) -> float:
    """The number as a float; a complex one has no place among real ones."""
    if isinstance(item, complex):
        raise TypeError("not a real number")
    return float(item)


def sigmoid(item: Scalar) -> Scalar:
    """The logistic function."""
    return 1 / (1 + math.exp(-real(item)))


def exp(item: Scalar) -> Scalar:
    """The exponential."""
    return math.exp(real(item))


def exp_of_minus(item: Scalar) -> Scalar:
    """The probability whose negative logarithm is given."""
    return math.exp(-real(item))


def log(item: Scalar) -> Scalar:
    """Natural logarithm."""
    return math.log(real(item))


def conjugated(case: Case) -> Facts | None:
    """The complex conjugate."""
    if case.expected.real or not any(complex(item).imag for item in case.expected.items):
        return None
    return maps(lambda item: complex(item).conjugate())(case)


def sign_flipped(case: Case) -> Facts | None:
    """Every element negated."""
    return {} if _scaled(case, -1) else None


def absolute(case: Case) -> Facts | None:
    """Signs dropped; a flip of every sign is the better name for all-negative answers."""
    items = case.expected.items
    if not _numeric(case) or not case.expected.real:
        return None
    signs = {real(item) > 0 for item in items[:LONG] if item}
    if len(signs) < 2 and len(items) > LONG:
        signs = {real(item) > 0 for item in items if item}
    return {} if len(signs) == 2 and case.maps(abs) else None


def softmax_twice(case: Case) -> Facts | None:
    """Softmax applied to what already is its result, along one of the axes."""
    expected = case.expected
    if not _numeric(case) or len(expected.items) < 2:
        return None
    if not between(expected, 0.0, 1.0):
        return None
    for axis, size in enumerate(expected.shape):
        if size > 1 and all(case.is_at(*pair) for pair in _softmax(expected, axis)):
            return {"axis": axis}
    return None


def _softmax(array: Array, axis: int) -> Iterator[tuple[int, Scalar]]:
    """Each place, and the softmax along `axis` there."""
    inner, size = prod(array.shape[axis + 1 :]), array.shape[axis]
    for start in range(0, len(array.items), inner * size):
        for i in range(start, start + inner):
            places = range(i, i + inner * size, inner)
            powers = [math.exp(real(array.items[place])) for place in places]
            total = sum(powers)
            yield from zip(places, (power / total for power in powers), strict=True)


def off_by_one(case: Case) -> Facts | None:
    """Integers, each one too many or too few."""
    if not (case.expected.exact and whole(case.got) and case.aligned and case.expected.items):
        return None
    # To say which way one typed number is off would be to say the answer.
    alone = case.fits is not None and len(case.expected.items) == 1
    for step, words in ((1, "one too many"), (-1, "one too few")):
        if case.same([item + step for item in case.expected.items]):
            return {"words": "off by one" if alone else words}
    return None


def between(array: Array, low: float, high: float) -> bool:
    """Whether all elements are real and within bounds. Of a million, the first few tell most."""
    if not array.real:
        return False
    items = cast("Sequence[float]", array.items)
    return all(
        low <= min(part) and max(part) <= high for part in (items[:LONG], items) if len(part)
    )


def whole(array: Array) -> bool:
    """Whether all elements are whole numbers."""
    return array.dtype != "bool" and all(
        isinstance(item, int) or (isinstance(item, float) and item.is_integer())
        for item in array.items
    )


def truncated(case: Case) -> Facts | None:
    """The fraction dropped: an integer dtype, or `//`."""
    return _lossy(case, lambda item: float(math.trunc(real(item))))


def rounded(case: Case) -> Facts | None:
    """Rounded to whole numbers."""
    return _lossy(case, lambda item: float(round(real(item))))


def rounded_low(case: Case) -> Facts | None:
    """Every element is one that a 16-bit float can hold, and near enough to have been rounded."""
    expected, got = case.expected, case.got
    if case.fits or got.shape != expected.shape or not any(expected.items):
        return None
    if not (_floating(expected) and _floating(got) and all_finite(expected.items)):
        return None
    for name, fit, rtol in (
        ("float16", as_float16, 2.0**-9),
        ("bfloat16", as_bfloat16, 2.0**-6),
        ("float32", as_float32, 2.0**-22),
    ):
        if _held_by(case, fit, rtol):
            return {"dtype": name}
    return None


def _floating(array: Array) -> bool:
    return array.real and not array.exact


def _held_by(case: Case, fit: Callable[[float], float], rtol: float) -> bool:
    if len(case.got.items) < 4 and any(
        two != fit(real(one)) for one, two in zip(case.expected.items, case.got.items, strict=True)
    ):
        return False  # a few short numbers are held by any float
    finer = False
    for one, two in zip(map(real, case.expected.items), map(real, case.got.items), strict=True):
        near = math.isclose(one, two, rel_tol=rtol, abs_tol=1e-7)
        # Beyond 65504, float16 is infinite.
        if two != fit(two) or not (near or (math.isinf(two) and two == fit(one))):
            return False
        finer = finer or one != fit(one)
    return finer


def _lossy(case: Case, change: Callable[[Scalar], Scalar]) -> Facts | None:
    """`change` where it loses something, and not everything."""
    if not any(_leaves_something(item, change) for item in case.expected.items):
        return None
    return maps(change)(case)


def _leaves_something(item: Scalar, change: Callable[[Scalar], Scalar]) -> bool:
    try:
        return change(item) != 0
    except (ValueError, OverflowError, TypeError):
        return False


def all_zero(case: Case) -> Facts | None:
    """Nothing but zeros, where something is expected."""
    if not _numeric(case) or any(case.got.items):
        return None
    return {"zeros": "zero" if len(case.got.items) == 1 else "all zeros"}


def varied(items: Sequence[Scalar]) -> bool:
    """Whether the magnitudes differ: one number fits any offset and any factor."""
    return any(not math.isclose(abs(item), abs(items[0]), rel_tol=1e-6) for item in items)


def constant_offset(case: Case) -> Facts | None:
    """The same amount added to every element."""
    expected, got = case.expected.items, case.got.items
    if not _numeric(case) or len(expected) < 3 or case.expected.exact:
        return None
    if not varied(expected):
        return None
    offset = got[case.largest] - expected[case.largest]
    return {} if case.maps(lambda item: item + offset) else None


def constant_factor(case: Case) -> Facts | None:
    """Every element off by the same factor, of no known origin."""
    expected, got = case.expected.items, case.got.items
    if not _numeric(case) or len(expected) < 2 or case.largest < 0:
        return None
    if not varied([item for item in expected if item]):
        return None
    factor = got[case.largest] / expected[case.largest]
    if not factor or factor == 1 or isinstance(factor, complex):
        return None
    shown = f"{factor:.3g}"
    # "1 times what it should be" says nothing
    return {"factor": shown} if float(shown) != 1 and _scaled(case, factor) else None


def percent(case: Case) -> Facts | None:
    """A percentage for a fraction."""
    return {} if _scaled(case, 100) else None


def fraction(case: Case) -> Facts | None:
    """A fraction for a percentage."""
    return {} if not case.expected.exact and _scaled(case, 0.01) else None


def log_of_other_base(case: Case) -> Facts | None:
    """A natural logarithm where another base was asked."""
    base_two, base_ten = maps(lambda item: item * LN2), maps(lambda item: item * LN10)
    found = base_two(case)
    return base_ten(case) if found is None else found
