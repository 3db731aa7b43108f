"""Wrong answers in which some elements are right, left out, or in place of others.

Each function looks at one case and returns the facts of the one mistake it knows, or None.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import exp, log, prod

from tutor.grading.arrays import Scalar, all_finite, is_finite
from tutor.grading.case import Case, Facts
from tutor.grading.mistakes_of_number import real, sigmoid, varied, whole

LARGEST_SORTED = 4096
"""Elements: of more, two draws of the same distribution agree when sorted, to a tolerance."""


def _alone(case: Case) -> bool:
    """Whether it is one typed number, which says little."""
    return case.fits is not None and len(case.got.items) == 1


# ── dropout ──────────────────────────────────────────────────────────────────────────────────────


def dropout_on(case: Case) -> Facts | None:
    """Some elements zero, the others scaled up by one factor: dropout in training mode."""
    factor = _kept_factor(case, case.expected.items, case.got.items)
    if factor is None or factor <= 1.01:
        return None
    return {"rate": f"{1 - 1 / factor:.2g}"}


def dropout_off(case: Case) -> Facts | None:
    """The other way round: nothing dropped, where some elements should be."""
    factor = _kept_factor(case, case.got.items, case.expected.items)
    return {} if factor is not None and factor > 1.01 else None


def _kept_factor(case: Case, full: Sequence[Scalar], part: Sequence[Scalar]) -> float | None:
    """The factor by which `part` holds the elements of `full` that it has not set to zero."""
    if not case.numeric or not case.aligned or len(full) < 4 or not (any(full) and any(part)):
        return None
    if all(part) or not (case.expected.real and case.got.real):
        return None
    kept = [place for place, item in enumerate(part) if item]
    if len(kept) < 2 or not any(full[place] for place, item in enumerate(part) if not item):
        return None
    largest = max(kept, key=lambda place: abs(full[place]))
    if not full[largest] or not varied([full[place] for place in kept]):
        return None
    factor = real(part[largest]) / real(full[largest])
    # From the expected element to the learner's, whichever of the two was dropped.
    wanted = factor if part is case.got.items else 1 / factor
    expected = case.expected.items
    return factor if all(case.is_at(place, expected[place] * wanted) for place in kept) else None


# ── whole numbers ────────────────────────────────────────────────────────────────────────────────


def floor_or_truncation(case: Case) -> Facts | None:
    """Whole numbers of which the negative ones are off by one: floor for truncation, or reverse."""
    if not case.numeric or not case.aligned or len(case.got.items) < 2 or _alone(case):
        return None
    if not (whole(case.expected) and whole(case.got)):
        return None
    wrong = case.wrong
    if not wrong or len(wrong) == len(case.got.items):
        return None
    expected, got = case.expected.items, case.got.items
    if all(real(expected[p]) <= 0 and got[p] == expected[p] - 1 for p in wrong):
        return {"direction": "down, away from zero"}
    if all(real(expected[p]) < 0 and got[p] == expected[p] + 1 for p in wrong):
        return {"direction": "towards zero"}
    return None


# ── losses ───────────────────────────────────────────────────────────────────────────────────────

CLIPS = (100.0, 16.118095650958319, 15.942385152878742)
"""Where a negative log-likelihood is cut off: PyTorch's binary cross-entropy at 100; a probability
clipped at 1e-7 gives -log(1e-7); at 1 - 1e-7 in float32, which is 1 - 2**-23, 15.942."""


def log_clipped(case: Case) -> Facts | None:
    """A loss that stops growing where the logarithm was clipped."""
    if case.expected.exact or not _reaches(case, min(CLIPS)) or not case.wrong:
        return None
    expected, wrong = case.expected.items, case.wrong
    if len(case.got.items) < 2 and is_finite(expected[0]):
        return None  # one number equal to 100 may have any other reason
    for cap in CLIPS:
        if all(real(expected[p]) > cap * 1.001 and case.is_at(p, cap) for p in wrong):
            return {"cap": f"{cap:.4g}"}
    return None


def _reaches(case: Case, bound: float) -> bool:
    """Whether an expected element is real and that large; of a million, soon told."""
    items = case.expected.items
    if not items or not case.expected.real:
        return False
    return not all_finite(items) or abs(items[case.largest]) >= bound


def sigmoid_twice_in_loss(case: Case) -> Facts | None:
    """Binary cross-entropy, element by element, of probabilities taken for logits."""
    if not case.numeric or not case.aligned or case.expected.exact or not case.expected.real:
        return None
    if case.fits is not None and whole(case.got):
        return None
    if case.equal or any(real(item) < 0 for item in case.expected.items):
        return None
    for place, item in enumerate(case.expected.items):
        right = exp(-real(item))  # the probability of what happened; 1 - right of the other
        losses = (-log(real(sigmoid(right))), -log(1 - real(sigmoid(1 - right))))
        if not any(case.is_at(place, loss) for loss in losses):
            return None
    return {}


# ── order, length, repetition ────────────────────────────────────────────────────────────────────


def shifted(case: Case) -> Facts | None:
    """All elements one place further along an axis, or one place back."""
    expected, got = case.expected, case.got
    if expected.shape != got.shape or case.equal or not _distinct(expected.items):
        return None
    for axis, size in enumerate(expected.shape):
        if size < 3 or len(got.items) < 4:
            continue
        for step, way in ((1, "late"), (-1, "early")):
            pairs = _shift(expected.shape, axis, step)
            if all(case.is_at(to, expected.items[source]) for source, to in pairs):
                return {"axis": axis, "way": way}
    return None


def _shift(shape: Sequence[int], axis: int, step: int) -> Iterator[tuple[int, int]]:
    inner, size = prod(shape[axis + 1 :]), shape[axis]
    for start in range(0, prod(shape), inner * size):
        for row in range(max(0, -step), size - max(0, step)):
            for i in range(start + row * inner, start + (row + 1) * inner):
                yield i, i + step * inner


def _distinct(items: Sequence[Scalar]) -> bool:
    """Whether neighbours differ at the start: a constant array is any shift of itself."""
    few = items[:64]
    return len(set(few)) > len(few) // 2


def cut_short(case: Case) -> Facts | None:
    """The right elements, with some left out at one end of an axis."""
    expected, got = case.expected.shape, case.got.shape
    axes = [axis for axis in range(len(expected)) if len(got) == len(expected)]
    other = [axis for axis in axes if expected[axis] != got[axis]]
    if len(other) != 1 or 0 in got or not case.got.items:
        return None
    axis = other[0]
    many, size = got[axis], expected[axis]
    if many > size or prod(got) < 2:
        return None
    for skip, end in ((0, "first"), (size - many, "last")):
        places = _window(expected, axis, skip, many)
        if all(case.is_at(to, case.expected.items[p]) for to, p in enumerate(places)):
            return {"end": end, "many": many, "axis": axis}
    return None


def _window(shape: Sequence[int], axis: int, skip: int, many: int) -> Iterator[int]:
    inner, size = prod(shape[axis + 1 :]), shape[axis]
    for start in range(0, prod(shape), inner * size):
        yield from range(start + skip * inner, start + (skip + many) * inner)


def shuffled(case: Case) -> Facts | None:
    """The right elements in another order."""
    expected, got = case.expected, case.got
    if not case.numeric or expected.shape != got.shape or not expected.real:
        return None
    if not got.real or not 3 <= len(got.items) <= LARGEST_SORTED or not _distinct(expected.items):
        return None
    wrong: list[Scalar] = [0.0] * len(got.items)
    places = sorted(range(len(got.items)), key=lambda place: real(got.items[place]))
    for place, item in zip(places, sorted(map(real, expected.items)), strict=True):
        wrong[place] = int(item) if expected.exact else item
    return {} if case.same(wrong) else None


def repeated(case: Case) -> Facts | None:
    """Every row the same, where the rows should differ."""
    expected, got = case.expected, case.got
    if expected.shape != got.shape or len(got.shape) < 2 or got.shape[0] < 2:
        return None
    width = prod(got.shape[1:])
    first, ours = got.items[:width], expected.items[:width]
    if width < 2 or not varied(first):
        return None
    starts = range(width, len(got.items), width)
    if any(got.items[start : start + width] != first for start in starts):
        return None
    same = all(expected.items[start : start + width] == ours for start in starts)
    return None if same else {"n": got.shape[0]}


def one_slice(case: Case) -> Facts | None:
    """Right but at one index of an axis."""
    shape = case.expected.shape
    if shape != case.got.shape or len(shape) < 2 or len(case.wrong) < 2:
        return None
    for axis, size in enumerate(shape):
        inner = prod(shape[axis + 1 :])
        index = case.wrong[0] // inner % size
        if size > 2 and all(place // inner % size == index for place in case.wrong):
            return {"axis": axis, "index": index}
    return None
