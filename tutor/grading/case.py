"""What a diagnosis looks at, and what one is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import islice, product
from operator import mul

from tutor.grading.arrays import Array, Scalar, all_finite, is_finite, largest
from tutor.grading.tolerance import EXACT, Tolerance, all_close, apart, close

Facts = dict[str, object]
"""What fills the blanks of a rule's words: `{"n": 8}`."""

SAMPLE = 64
"""A transform is tried on this many elements first: a tensor may have a million."""


@dataclass(frozen=True)
class Case:
    """A wrong array beside the right one."""

    expected: Array
    got: Array
    tolerance: Tolerance
    """With `span` relative: a transform changes the largest magnitude."""
    sizes: tuple[int, ...] = ()
    """Plausible batch sizes: the lengths of the inputs' axes, and their numbers of elements."""
    fits: Callable[[int, Scalar], bool] | None = field(default=None, compare=False)
    """For typed answers: whether the number typed at a place stands for a given one."""
    path: str = ""
    """Where it is in a structure; empty at the top."""

    @cached_property
    def largest(self) -> int:
        """The place of the largest expected magnitude; -1 when none is finite."""
        return largest(self.expected.items)

    @cached_property
    def numeric(self) -> bool:
        """Whether both have finite elements, none boolean, and the expected are not all zero."""
        items, got = self.expected.items, self.got.items
        return (
            bool(items)
            and bool(got)
            and "bool" not in (self.expected.dtype, self.got.dtype)
            and any(items)
            and all_finite(items)
            and all_finite(got)
        )

    @property
    def aligned(self) -> bool:
        """Whether the elements correspond one to one, axes of length 1 aside."""
        return self.expected.squeezed == self.got.squeezed

    @cached_property
    def equal(self) -> bool:
        """Whether the elements are right, and only their shape is not."""
        return self.aligned and self.same(self.expected.items)

    def same(self, wrong: Iterable[Scalar], top: float | None = None) -> bool:
        """Return whether the learner's elements are `wrong`, in row-major order.

        `top` is the largest magnitude in `wrong`, where it is not that of the expected array.
        """
        if self.fits:
            return all(self.fits(place, item) for place, item in enumerate(wrong))
        return all_close(wrong, self.got.items, self._bound(top))

    def _bound(self, top: float | None = None) -> Tolerance:
        if self.expected.exact and self.got.exact:
            return EXACT
        if top is None and self.largest >= 0:
            top = abs(self.expected.items[self.largest])
        spread = self.tolerance.span * (top or 0.0) if len(self.got.items) > 1 else 0.0
        return Tolerance(self.tolerance.rtol, max(self.tolerance.atol, spread))

    @cached_property
    def bound(self) -> Tolerance:
        """How far an element may be from a number as large as the expected ones."""
        return self._bound()

    def is_at(self, place: int, wrong: Scalar) -> bool:
        """Return whether the learner's element at `place` is `wrong`."""
        if self.fits:
            return self.fits(place, wrong)
        return close(wrong, self.got.items[place], self.bound)

    @cached_property
    def wrong(self) -> Sequence[int]:
        """The places of the wrong elements; empty where the elements do not correspond."""
        if not self.aligned:
            return ()
        if self.fits:
            pairs = enumerate(self.expected.items)
            return [place for place, item in pairs if not self.fits(place, item)]
        return apart(self.expected.items, self.got.items, self.bound)

    def part(self, places: Sequence[int]) -> Case:
        """Return a case of the elements at `places` alone."""
        whole = self.fits

        def fits(place: int, item: Scalar) -> bool:
            return whole is None or whole(places[place], item)

        return replace(
            self,
            expected=_part(self.expected, places),
            got=_part(self.got, places),
            fits=fits if whole else None,
        )

    def maps(self, change: Callable[[Scalar], Scalar]) -> bool:
        """Return whether `change`, applied to each expected element, gives the learner's."""
        if not self.aligned or self.equal:
            return False
        try:
            items = self.expected.items
            top = abs(change(items[self.largest])) if self.largest >= 0 else 0.0
            step = max(1, len(items) // SAMPLE)
            if step > 1 and not self.fits:
                bound = Tolerance(self.tolerance.rtol, self.tolerance.atol + 1e-3 * top)
                sampled = zip(items[::step], self.got.items[::step], strict=True)
                if not all(close(change(one), two, bound) for one, two in sampled):
                    return False
            wrong = [change(item) for item in items]
        except (ValueError, OverflowError, ZeroDivisionError, TypeError):
            return False
        finite = (abs(item) for item in wrong if is_finite(item))
        return self.same(wrong, max(finite, default=0.0))


@dataclass(frozen=True)
class DiagnosisRule:
    """One misconception, and how to know it by its wrong answer."""

    slug: str
    """Stable; goes into the verdict."""
    find: Callable[[Case], Facts | None]
    """The facts that fill the words, or None when the case does not fit."""
    words: str
    """A sentence, with `{it}` for what is wrong and a blank per fact. Never an expected value."""
    each: bool = False
    """Whether it changes each element by itself, so that it may hold for some of them only."""
    family: str = ""
    """Rules of one family can stand for each other: when several of it fit, `FAMILIES` speaks."""
    fallback: bool = False
    """Whether it is tried only when no other rule fits."""


def _part(array: Array, places: Sequence[int]) -> Array:
    return replace(array, shape=(len(places),), items=[array.items[place] for place in places])


def permutes(case: Case, axes: Sequence[int]) -> bool:
    """Return whether the learner's elements are the expected ones with axes in another order."""
    first = islice(_permuted_places(case.expected, axes), SAMPLE)
    items = case.expected.items
    if not all(case.is_at(place, items[source]) for place, source in enumerate(first)):
        return False
    return case.same(permuted(case.expected, axes))


def _permuted_places(array: Array, axes: Sequence[int]) -> Iterable[int]:
    strides = _strides(array.shape)
    steps = [strides[axis] for axis in axes]
    indices = product(*(range(array.shape[axis]) for axis in axes))
    return (sum(map(mul, index, steps)) for index in indices)


def _strides(shape: Sequence[int]) -> list[int]:
    strides = [1] * len(shape)
    for axis in range(len(shape) - 2, -1, -1):
        strides[axis] = strides[axis + 1] * shape[axis + 1]
    return strides


def permuted(array: Array, axes: Sequence[int]) -> Iterable[Scalar]:
    """Yield the elements of `array` with its axes in another order, row-major."""
    strides = _strides(array.shape)
    places = [0]
    for axis in axes:
        stride, size = strides[axis], array.shape[axis]
        places = [place + stride * i for place in places for i in range(size)]
    return (array.items[place] for place in places)
