"""Wrong answers that have the right elements in the wrong places.

Each function looks at one case and returns the facts of the one mistake it knows, or None.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise, permutations
from math import inf, prod

from tutor.grading.arrays import Array, Scalar
from tutor.grading.case import Case, Facts, permutes
from tutor.grading.mistakes_of_number import between


def transposed(case: Case) -> Facts | None:
    """The result is the transpose: two axes, swapped."""
    expected, got = case.expected, case.got
    if len(expected.shape) != 2 or got.shape != expected.shape[::-1] or 1 in expected.shape:
        return None
    return {} if permutes(case, (1, 0)) else None


def reshaped(case: Case) -> Facts | None:
    """`reshape` was used to transpose: the right shape, filled in the wrong order."""
    expected, got = case.expected, case.got
    rank = len(expected.shape)
    if got.shape != expected.shape or not 2 <= rank <= 4:
        return None
    for axes in permutations(range(rank)):
        before = tuple(expected.shape[axis] for axis in axes)
        # Axes of length 1 may move without moving an element.
        moved = tuple(size for size in before if size > 1) != expected.squeezed
        if moved and before != expected.shape and permutes(case, axes):
            return {}
    return None


def axes_permuted(case: Case) -> Facts | None:
    """Three axes or more, in another order."""
    expected, got = case.expected, case.got
    rank = len(expected.shape)
    if not 3 <= rank <= 5 or sorted(got.shape) != sorted(expected.shape):
        return None
    for axes in permutations(range(rank)):
        if axes == tuple(range(rank)) or tuple(expected.shape[a] for a in axes) != got.shape:
            continue
        if permutes(case, axes):
            return {"axes": axes}
    return None


_LAYOUTS = {
    (0, 2, 3, 1): "channels last",
    (0, 3, 1, 2): "channels first",
    (2, 3, 1, 0): "a kernel's height and width first",
    (3, 2, 0, 1): "a kernel's channels first",
}
"""Of images, and of the weights of convolutions: (out, in, h, w) and (h, w, in, out)."""


def channels_moved(case: Case) -> Facts | None:
    """Channels last for channels first, or the other way round."""
    if len(case.expected.shape) != 4:
        return None
    for axes, layout in _LAYOUTS.items():
        shape = tuple(case.expected.shape[axis] for axis in axes)
        if shape == case.got.shape and permutes(case, axes):
            return {"layout": layout}
    return None


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
            if len(expected.shape) == 1:
                return {"backwards": "comes in reverse order"}
            return {"backwards": f"runs backwards along axis {axis}"}
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


def stacked(case: Case) -> Facts | None:
    """`stack` for `concatenate`, or the other way round: two axes in place of one."""
    expected, got = case.expected.shape, case.got.shape
    if case.fits:
        return None  # nobody stacks what is typed
    if len(got) == len(expected) + 1 and _joined(got, expected) and _in_order(case):
        return {"what": "one axis too many, as `stack` makes where `concatenate` joins"}
    if len(expected) == len(got) + 1 and _joined(expected, got) and _in_order(case):
        return {"what": "one axis too few, as `concatenate` joins where `stack` makes a new one"}
    return None


def _joined(longer: tuple[int, ...], shorter: tuple[int, ...]) -> bool:
    """Whether two neighbouring axes of one shape, both longer than 1, are one of the other."""
    return any(
        1 not in (one, two) and (*longer[:axis], one * two, *longer[axis + 2 :]) == shorter
        for axis, (one, two) in enumerate(pairwise(longer))
    )


def _in_order(case: Case) -> bool:
    """Whether the elements are right, whatever the shape."""
    return len(case.expected.items) == len(case.got.items) and case.same(case.expected.items)


def regrouped(case: Case) -> Facts | None:
    """The right elements in the right order, in another shape."""
    if case.fits or case.aligned or len(case.got.items) < 2 or not _in_order(case):
        return None
    return {"shape": str(case.got.shape)}


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
    """Reduced over the other axis: another length, and the same total or the same mean.

    With equal lengths the totals alone say too little: all probabilities sum to 1.
    """
    expected, got = case.expected, case.got
    ours, theirs = expected.squeezed, got.squeezed
    if len(ours) != 1 or len(theirs) != 1 or ours == theirs or not case.numeric:
        return None
    scale = sum(abs(item) for item in expected.items)
    total, other = sum(expected.items), sum(got.items)
    if abs(total) < 1e-2 * scale:  # a sum that cancels agrees with any other that does
        return None
    mean, other_mean = total / len(expected.items), other / len(got.items)
    if min(abs(total - other), len(expected.items) * abs(mean - other_mean)) <= 1e-5 * scale:
        return {}
    return None


def normalised_over_other_axis(case: Case) -> Facts | None:
    """Softmax over the wrong axis: the slices that sum to 1 lie along another one."""
    expected, got = case.expected, case.got
    if got.shape != expected.shape or len(expected.shape) < 2 or case.fits:
        return None
    if not (expected.items and between(expected, 0, inf) and between(got, 0, inf)):
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
            sum(array.items[i : i + inner * size : inner])
            for start in range(0, len(array.items), inner * size)
            for i in range(start, start + inner)
        )
        if size > 1 and all(abs(total - 1) < 1e-2 for total in sums):
            found.append(axis)
    return found
