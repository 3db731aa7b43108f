"""The general misconceptions that a wrong answer gives away, in the order in which they are tried.

One rule, one function. A rule says what it saw, never the right answer; naming a factor is fine.
Rules come in two kinds: of shape (the right elements in the wrong places) and of number (each
element changed in the same way).
"""

from __future__ import annotations

import cmath
import math
from collections.abc import Callable, Iterable, Sequence
from itertools import permutations
from math import prod

from tutor.grading.arrays import Array, Scalar, as_bfloat16, as_float16, as_float32
from tutor.grading.case import Case, DiagnosisRule, Facts, permuted

# ── shape ────────────────────────────────────────────────────────────────────────────────────────


def transposed(case: Case) -> Facts | None:
    """The result is the transpose: two axes, swapped."""
    expected, got = case.expected, case.got
    if len(expected.shape) != 2 or got.shape != expected.shape[::-1] or 1 in expected.shape:
        return None
    return {} if case.same(permuted(expected, (1, 0))) else None


def reshaped(case: Case) -> Facts | None:
    """`reshape` was used to transpose: the right shape, filled in the wrong order."""
    expected, got = case.expected, case.got
    rows, columns = expected.shape if len(expected.shape) == 2 else (0, 0)
    if got.shape != expected.shape or rows == columns or 1 in expected.shape:
        return None
    return {} if case.same(permuted(expected, (1, 0))) else None


def axes_permuted(case: Case) -> Facts | None:
    """Three axes or more, in another order."""
    expected, got = case.expected, case.got
    rank = len(expected.shape)
    if not 3 <= rank <= 5 or sorted(got.shape) != sorted(expected.shape):
        return None
    for axes in permutations(range(rank)):
        if axes == tuple(range(rank)) or tuple(expected.shape[a] for a in axes) != got.shape:
            continue
        if case.same(permuted(expected, axes)):
            return {"axes": axes}
    return None


def channels_moved(case: Case) -> Facts | None:
    """Channels last for channels first, or the other way round."""
    if len(case.expected.shape) != 4:
        return None
    axes = (axes_permuted(case) or {}).get("axes")
    if axes == (0, 2, 3, 1):
        return {"layout": "channels last"}
    return {"layout": "channels first"} if axes == (0, 3, 1, 2) else None


def other_axes_permuted(case: Case) -> Facts | None:
    """A permutation that is no change of image layout."""
    return None if channels_moved(case) else axes_permuted(case)


def reversed_axis(case: Case) -> Facts | None:
    """One axis runs backwards."""
    expected, got = case.expected, case.got
    if got.shape != expected.shape:
        return None
    for axis, size in enumerate(expected.shape):
        if size > 1 and case.same(_flipped(expected, axis)):
            return {"axis": axis}
    return None


def _flipped(array: Array, axis: int) -> Iterable[Scalar]:
    inner = prod(array.shape[axis + 1 :])
    size = array.shape[axis]
    for start in range(0, len(array.items), inner * size):
        for row in range(size - 1, -1, -1):
            yield from array.items[start + row * inner : start + (row + 1) * inner]


def keepdims(case: Case) -> Facts | None:
    """The right elements, with an axis of length 1 too many or too few."""
    expected, got = case.expected, case.got
    if expected.shape == got.shape or not case.aligned or not case.same(expected.items):
        return None
    many = len(got.shape) - len(expected.shape)
    if many == 0:
        return {"what": "an axis of length 1 in another place than it should be"}
    axes = "an axis" if abs(many) == 1 else f"{abs(many)} axes"
    return {"what": f"{axes} of length 1 {'too many' if many > 0 else 'too few'}"}


def broadcast(case: Case) -> Facts | None:
    """(N, 1) met (N,): every pair was combined, and the right elements are the diagonal."""
    expected, got = case.expected, case.got
    if len(expected.squeezed) != 1 or len(got.shape) != 2:
        return None
    n = len(expected.items)
    if got.shape != (n, n) or not case.numeric:
        return None
    diagonal = Array((n,), [got.items[i * n + i] for i in range(n)], got.dtype)
    inner = Case(Array((n,), expected.items, expected.dtype), diagonal, case.tolerance)
    return {"n": n} if inner.same(expected.items) else None


def other_axis(case: Case) -> Facts | None:
    """Reduced over the other axis: another length, and the same total or the same mean."""
    expected, got = case.expected, case.got
    ours, theirs = expected.squeezed, got.squeezed
    if len(ours) != 1 or len(theirs) != 1 or not case.numeric:
        return None
    one, two = sum(expected.items), sum(got.items)
    if ours == theirs:
        # The same length leaves only the values to go by: small integers agree by chance, and
        # so does any other order of the right elements.
        if expected.exact or case.fits or _same_bag(case):
            return None
        return {} if _near(one, two, expected) else None
    totals = _near(one, two, expected)
    means = _near(one / len(expected.items), two / len(got.items), expected)
    return {} if totals or means else None


def _near(one: Scalar, two: Scalar, array: Array) -> bool:
    scale = sum(abs(item) for item in array.items)
    return abs(one - two) <= 1e-5 * scale


def _same_bag(case: Case) -> bool:
    if any(isinstance(item, complex) for item in (*case.expected.items, *case.got.items)):
        return False
    ours = sorted(item.real for item in case.expected.items)
    theirs = sorted(item.real for item in case.got.items)
    return all(math.isclose(a, b, rel_tol=1e-4) for a, b in zip(ours, theirs, strict=True))


def normalised_over_other_axis(case: Case) -> Facts | None:
    """Softmax over the wrong axis: the slices that sum to 1 lie along another one."""
    expected, got = case.expected, case.got
    if got.shape != expected.shape or len(expected.shape) < 2 or case.fits:
        return None
    if any(isinstance(item, complex) or item < 0 for item in (*expected.items, *got.items)):
        return None
    ours, theirs = _summing_to_one(expected), _summing_to_one(got)
    if len(ours) == 1 and len(theirs) == 1 and ours != theirs:
        return {"axis": theirs[0]}
    return None


def _summing_to_one(array: Array) -> list[int]:
    found: list[int] = []
    for axis, size in enumerate(array.shape):
        inner = prod(array.shape[axis + 1 :])
        sums = (
            sum(array.items[start + i + row * inner] for row in range(size))
            for start in range(0, len(array.items), inner * size)
            for i in range(inner)
        )
        if size > 1 and all(abs(total - 1) < 1e-2 for total in sums):
            found.append(axis)
    return found


# ── number ───────────────────────────────────────────────────────────────────────────────────────


def _numeric(case: Case) -> bool:
    return case.numeric and case.aligned


def _maps(change: Callable[[Scalar], Scalar]) -> Callable[[Case], Facts | None]:
    def find(case: Case) -> Facts | None:
        return {} if _numeric(case) and case.maps(change) else None

    return find


def _scaled(case: Case, factor: float) -> bool:
    return _numeric(case) and case.maps(lambda item: item * factor)


def times_n(case: Case) -> Facts | None:
    """N times too large, for a batch size N: a sum where a mean was asked."""
    for n in sorted({size for size in case.sizes if size > 1}):
        if _scaled(case, n):
            return {"n": n}
    return None


def over_n(case: Case) -> Facts | None:
    """N times too small: a mean where a sum was asked."""
    for n in sorted({size for size in case.sizes if size > 1}):
        if _scaled(case, 1 / n):
            return {"n": n}
    return None


def bessel(case: Case) -> Facts | None:
    """The variance divided by N where N - 1 was asked, or the other way round."""
    for n in sorted({size for size in case.sizes if size > 2}):
        for factor, used in (((n - 1) / n, "N"), (n / (n - 1), "N − 1")):
            if _scaled(case, factor):
                return {"n": n, "used": used}
    return None


def accumulated(case: Case) -> Facts | None:
    """The same gradient added up several times."""
    if times_n(case):
        return None
    for k in range(2, 11):
        if _scaled(case, k):
            return {"k": k}
    return None


def _square(item: Scalar) -> Scalar:
    return item * item


def _root(item: Scalar) -> Scalar:
    return math.sqrt(_real(item))


def _real(item: Scalar) -> float:
    if isinstance(item, complex):
        raise TypeError("not a real number")
    return float(item)


def _sigmoid(item: Scalar) -> Scalar:
    return 1 / (1 + math.exp(-_real(item)))


def _magnitude(item: Scalar) -> Scalar:
    return abs(item)


def _exp(item: Scalar) -> Scalar:
    return math.exp(_real(item))


def _exp_of_minus(item: Scalar) -> Scalar:
    return math.exp(-_real(item))


def _log(item: Scalar) -> Scalar:
    return math.log(_real(item))


def conjugated(case: Case) -> Facts | None:
    """The complex conjugate."""
    if not any(isinstance(item, complex) and item.imag for item in case.expected.items):
        return None
    return _maps(lambda item: complex(item).conjugate())(case)


def sign_flipped(case: Case) -> Facts | None:
    """Every element negated."""
    return {} if _scaled(case, -1) else None


def absolute(case: Case) -> Facts | None:
    """Signs dropped; a flip of every sign is the better name for all-negative answers."""
    return None if sign_flipped(case) else _maps(_magnitude)(case)


def softmax_twice(case: Case) -> Facts | None:
    """Softmax applied to what already is its result, along one of the axes."""
    expected = case.expected
    if not _numeric(case) or len(expected.items) < 2:
        return None
    if any(isinstance(item, complex) or not 0 <= item <= 1 for item in expected.items):
        return None
    for axis, size in enumerate(expected.shape):
        if size > 1 and case.same(_softmax(expected, axis), 1.0):
            return {"axis": axis}
    return None


def _softmax(array: Array, axis: int) -> Sequence[Scalar]:
    inner, size = prod(array.shape[axis + 1 :]), array.shape[axis]
    powers = [cmath.exp(item).real for item in array.items]
    result = powers.copy()
    for start in range(0, len(powers), inner * size):
        for i in range(inner):
            places = [start + i + row * inner for row in range(size)]
            total = sum(powers[place] for place in places)
            for place in places:
                result[place] = powers[place] / total
    return result


def off_by_one(case: Case) -> Facts | None:
    """Integers, each one too many or too few."""
    if not (case.expected.exact and _whole(case.got) and case.aligned and case.expected.items):
        return None
    for step, words in ((1, "one too many"), (-1, "one too few")):
        if case.same([item + step for item in case.expected.items]):
            return {"words": words}
    return None


def _whole(array: Array) -> bool:
    return array.dtype != "bool" and all(
        isinstance(item, int) or (isinstance(item, float) and item.is_integer())
        for item in array.items
    )


def truncated(case: Case) -> Facts | None:
    """The fraction dropped: an integer dtype, or `//`."""
    return _lossy(case, lambda item: float(math.trunc(_real(item))))


def rounded_low(case: Case) -> Facts | None:
    """Every element is one that a 16-bit float can hold, and near enough to have been rounded."""
    if not case.numeric or case.fits or case.got.shape != case.expected.shape:
        return None
    if case.expected.exact or case.got.exact:
        return None
    for name, fit, rtol in (
        ("float16", as_float16, 2.0**-9),
        ("bfloat16", as_bfloat16, 2.0**-6),
        ("float32", as_float32, 2.0**-22),
    ):
        if _held_by(case, fit, rtol):
            return {"dtype": name}
    return None


def _held_by(case: Case, fit: Callable[[float], float], rtol: float) -> bool:
    finer = False
    for one, two in zip(case.expected.items, case.got.items, strict=True):
        if isinstance(one, complex) or isinstance(two, complex):
            return False
        if two != fit(two) or not math.isclose(one, two, rel_tol=rtol, abs_tol=1e-7):
            return False
        finer = finer or one != fit(one)
    return finer


def _lossy(case: Case, change: Callable[[Scalar], Scalar]) -> Facts | None:
    """`change` where it loses something, and not everything."""
    if not any(_leaves_something(item, change) for item in case.expected.items):
        return None
    return _maps(change)(case)


def _leaves_something(item: Scalar, change: Callable[[Scalar], Scalar]) -> bool:
    try:
        return change(item) != 0
    except (ValueError, OverflowError, TypeError):
        return False


def all_zero(case: Case) -> Facts | None:
    """Nothing but zeros, where something is expected."""
    return {} if case.numeric and case.aligned and not any(case.got.items) else None


def constant_offset(case: Case) -> Facts | None:
    """The same amount added to every element."""
    expected, got = case.expected.items, case.got.items
    if not _numeric(case) or len(expected) < 3 or case.expected.exact:
        return None
    if len({round(abs(item), 12) for item in expected}) < 2:
        return None
    offset = got[case.largest] - expected[case.largest]
    return {} if case.maps(lambda item: item + offset) else None


def constant_factor(case: Case) -> Facts | None:
    """Every element off by the same factor, of no known origin."""
    expected, got = case.expected.items, case.got.items
    if not _numeric(case) or len(expected) < 2 or case.largest < 0:
        return None
    if len({round(abs(item), 12) for item in expected if item}) < 2:
        return None
    factor = got[case.largest] / expected[case.largest]
    if not factor or factor == 1 or isinstance(factor, complex):
        return None
    return {"factor": f"{factor:.3g}"} if _scaled(case, factor) else None


_LN2, _LN10 = math.log(2), math.log(10)

RULES: tuple[DiagnosisRule, ...] = (
    DiagnosisRule("transposed", transposed, "{It} is transposed: its two axes are swapped."),
    DiagnosisRule(
        "reshaped",
        reshaped,
        "{It} has the right shape and the right elements, filled in the wrong order: `reshape` "
        "does not swap axes, a transpose does.",
    ),
    DiagnosisRule(
        "channels-moved",
        channels_moved,
        "{It} has {layout}, and the other layout is asked for: the values are right, the order of "
        "the axes is not.",
    ),
    DiagnosisRule(
        "axes-permuted",
        other_axes_permuted,
        "{It} has the right values with its axes in another order.",
    ),
    DiagnosisRule("reversed", reversed_axis, "{It} runs backwards along axis {axis}."),
    DiagnosisRule("keepdims", keepdims, "{It} has the right values, and {what}."),
    DiagnosisRule(
        "broadcast",
        broadcast,
        "{It} has an element for every pair: shapes such as ({n}, 1) and ({n},) broadcast to "
        "({n}, {n}). Give both the same shape first.",
    ),
    DiagnosisRule("wrong-axis", other_axis, "{It} looks reduced over the other axis."),
    DiagnosisRule(
        "normalised-wrong-axis",
        normalised_over_other_axis,
        "{It} sums to 1 along axis {axis}, which is not the axis asked for.",
    ),
    DiagnosisRule("all-zeros", all_zero, "{It} is zero everywhere."),
    DiagnosisRule("sign", sign_flipped, "{It} has the right size and the opposite sign."),
    DiagnosisRule("conjugate", conjugated, "{It} is the complex conjugate of the answer."),
    DiagnosisRule("absolute", absolute, "{It} has lost its signs: every element is positive."),
    DiagnosisRule(
        "scaled-by-n",
        times_n,
        "{It} is {n} times too large: that is a sum where a mean is asked for.",
        "larger",
    ),
    DiagnosisRule(
        "divided-by-n",
        over_n,
        "{It} is {n} times too small: that is a mean where a sum is asked for.",
        "smaller",
    ),
    DiagnosisRule(
        "factor-two",
        _maps(lambda item: item * 2),
        "{It} is twice too large: a factor 2 too many, or something counted twice.",
        "larger",
    ),
    DiagnosisRule(
        "factor-half",
        _maps(lambda item: item / 2),
        "{It} is half of what it should be: a factor 2 is missing.",
        "smaller",
    ),
    DiagnosisRule(
        "accumulated",
        accumulated,
        "{It} is {k} times too large: gradients add up from one backward pass to the next unless "
        "they are set to zero.",
        "larger",
    ),
    DiagnosisRule(
        "bessel",
        bessel,
        "{It} is a variance divided by {used}, with N = {n}: the other divisor is asked for.",
    ),
    DiagnosisRule(
        "log2",
        _maps(lambda item: item / _LN2),
        "{It} looks like a logarithm to base 2, where the natural one is asked for.",
        "log",
    ),
    DiagnosisRule(
        "log10",
        _maps(lambda item: item / _LN10),
        "{It} looks like a logarithm to base 10, where the natural one is asked for.",
        "log",
    ),
    DiagnosisRule(
        "natural-log",
        lambda case: (_maps(lambda x: x * _LN2)(case)) or (_maps(lambda x: x * _LN10)(case)),
        "{It} looks like a natural logarithm, where another base is asked for.",
        "log",
    ),
    DiagnosisRule("squared", _maps(_square), "{It} is squared, and the root is asked for."),
    DiagnosisRule("rooted", _maps(_root), "{It} is a square root, and the square is asked for."),
    DiagnosisRule(
        "probability",
        _maps(_exp_of_minus),
        "{It} looks like a probability, where its negative logarithm is asked for.",
    ),
    DiagnosisRule("exponentiated", _maps(_exp), "{It} has one `exp` too many, or lacks a `log`."),
    DiagnosisRule("logged", _maps(_log), "{It} has one `log` too many, or lacks an `exp`."),
    DiagnosisRule(
        "softmax-twice", softmax_twice, "{It} looks like softmax applied twice, over axis {axis}."
    ),
    DiagnosisRule("sigmoid-twice", _maps(_sigmoid), "{It} looks like one sigmoid too many."),
    DiagnosisRule("off-by-one", off_by_one, "{It} is {words}."),
    DiagnosisRule(
        "percent",
        lambda case: {} if _scaled(case, 100) else None,
        "{It} is 100 times too large: a percentage where a fraction is asked for.",
        "larger",
    ),
    DiagnosisRule(
        "fraction",
        lambda case: {} if _scaled(case, 0.01) else None,
        "{It} is 100 times too small: a fraction where a percentage is asked for.",
        "smaller",
    ),
    DiagnosisRule(
        "truncated",
        truncated,
        "{It} has lost its fraction: an integer dtype or `//` cuts it off.",
    ),
    DiagnosisRule(
        "low-precision",
        rounded_low,
        "{It} has no more precision than {dtype}: it was rounded on the way.",
    ),
    DiagnosisRule(
        "offset",
        constant_offset,
        "{It} is off by the same amount in every element: a term was added or left out, "
        "such as a bias or a regulariser.",
        fallback=True,
    ),
    DiagnosisRule(
        "scaled",
        constant_factor,
        "{It} is off by the same factor in every element: {factor} times what it should be.",
        fallback=True,
    ),
)
"""In order. Add a misconception by adding a row."""

FAMILIES: dict[str, tuple[str, str]] = {
    "larger": (
        "too-large",
        "{It} is {factor} times too large: summed where a mean is asked for, added up several "
        "times, or multiplied by a factor too many.",
    ),
    "smaller": (
        "too-small",
        "{It} is {factor} times too small: averaged where a sum is asked for, or a factor is "
        "missing.",
    ),
    "log": ("log-base", "{It} looks like a logarithm to another base than the one asked for."),
}
"""A slug and words for what the rules of a family share; said when several of them fit."""
