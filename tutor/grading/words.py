"""The clauses that grading says about a learner's value. None of them gives the answer away."""

from __future__ import annotations

import re
from math import inf, isnan

from tutor.grading.arrays import Scalar, array_of
from tutor.grading.values import (
    Device,
    DType,
    Mapping,
    Nothing,
    Number,
    Opaque,
    Raised,
    Sequence,
    Shape,
    Tensor,
    Text,
    Value,
)


def kind_of(value: Value) -> str:
    """Return what a value is, with its article: `a tensor`, `a list of 3`, `None`."""
    match value:
        case Tensor(library=library):
            return "a NumPy array" if library == "numpy" else "a tensor"
        case Number(kind=kind):
            return f"an {kind}" if kind == "int" else f"a {kind}"
        case Text():
            return "a str"
        case Nothing():
            return "`None`"
        case Sequence(kind=kind, items=items):
            return f"a {kind} of {len(items)}"
        case Mapping(kind=kind, items=items):
            return f"a {kind} of {len(items)}"
        case DType():
            return "a dtype"
        case Shape():
            return "a shape"
        case Device():
            return "a device"
        case Raised(type=name):
            return f"an error, `{name}`"
        case Opaque(type=name):
            return f"a `{name.rpartition('.')[2]}`"


def is_callable(value: Value) -> bool:
    """Return whether a value looks like a function that was not called."""
    return isinstance(value, Opaque) and bool(
        re.search(r"function|method|partial|lambda|PjitFunction", value.type)
    )


def shape_text(shape: tuple[int | None, ...]) -> str:
    """Return a shape as Python prints it."""
    return str(tuple(shape))


def key_list(keys: list[str]) -> str:
    """Return a few keys of a mapping, and how many more there are."""
    shown = ", ".join(f"`{key}`" for key in keys[:3])
    return f"{shown} and {len(keys) - 3} more" if len(keys) > 3 else shown


def as_code(text: str) -> str:
    """Return text as Markdown's inline code, also when there is a backtick in it."""
    return f"`` {text} ``" if "`" in text else f"`{text}`"


def counted(many: int, what: str) -> str:
    """Return `1 item`, `3 items`."""
    return f"{many:,} {what}" if many == 1 else f"{many:,} {what}s"


def dims_of(value: Value) -> tuple[int | None, ...] | None:
    """Return the integers of a shape, or of a sequence of them; None for anything else."""
    if isinstance(value, Shape):
        return value.dims
    array = array_of(value) if isinstance(value, Sequence) else None
    if array is None or (array.items and array.dtype != "int") or len(array.shape) != 1:
        return None
    return tuple(int(item.real) for item in array.items)


def gap_between(expected: Scalar, got: Scalar) -> float:
    """Return how far off `got` is, relative to `expected`; infinite for NaN and beside zero."""
    try:
        gap = abs(expected - got) / abs(expected) if expected else inf
    except OverflowError:
        return inf
    return inf if isnan(gap) else gap


_HOW_FAR: tuple[tuple[float, str], ...] = (
    (1e-3, "by less than 0.1 %"),
    (1e-2, "by less than 1 %"),
    (0.1, "by less than 10 %"),
    (1.0, "by more than 10 %"),
    (10.0, "by 100 % or more"),
    (inf, "by more than a factor of 10"),
)


def how_far(gap: float) -> str:
    """Return how far off a number is, too coarsely to compute the expected one from.

    Empty when that cannot be said: beside zero, and for NaN.
    """
    return next((words for bound, words in _HOW_FAR if gap < bound), "")


def show_number(value: Scalar) -> str:
    """Return a number as a learner would read it: six significant digits at most."""
    if isinstance(value, int):
        text = str(value)
        return text if len(text) <= 40 else f"{text[:37]}…"
    return f"{value:.6g}"


def show(value: Value) -> str:
    """Return the learner's own value, short."""
    match value:
        case Text(text=text):
            return f"`{text[:80]}`" if text else "an empty str"
        case DType(name=name) | Device(name=name):
            return f"`{name}`"
        case Opaque(repr=text):
            return f"`{text[:80]}`"
        case _:
            dims = dims_of(value)
            return f"`{shape_text(dims)[:80]}`" if dims is not None else kind_of(value)


def index_text(index: tuple[int, ...]) -> str:
    """Return an index as one types it."""
    return "[" + ", ".join(str(place) for place in index) + "]"


def wrong_numbers(
    differing: int, total: int, index: tuple[int, ...], own: Scalar, gap: float
) -> str:
    """Return a clause about elements that differ: how many, the worst, and how far off it is.

    An infinite `gap` leaves the last part out.
    """
    far = how_far(gap)
    off = f", off {far}" if far else ""
    if total == 1:
        return f"is {show_number(own)}{off or ', which is not right'}"
    share = f"all {total:,}" if differing == total else f"{differing:,} of {total:,}"
    verb = "differs" if differing == 1 else "differ"
    at = "at" if differing == 1 else "most at"
    place = f"{at} {index_text(index)}, where it is {show_number(own)}"
    return f"has wrong values: {share} elements {verb}, {place}{off}"
