"""A value as learners would type it, in the several ways that are all right."""

from __future__ import annotations

from collections.abc import Sequence

from tutor.course.models import Form, FrameworkName
from tutor.grading.arrays import Array, Scalar, array_of
from tutor.grading.tolerance import Tolerance, close
from tutor.grading.values import (
    Device,
    DType,
    Nothing,
    Number,
    Raised,
    Shape,
    Tensor,
    Text,
    Value,
)
from tutor.grading.values import Sequence as SequenceValue

DIGITS = (4, 3)
"""How roughly a float may be typed: what a learner copies off a page, and the least that passes."""


def forms_of(
    value: Value,
    form: Form,
    framework: FrameworkName,
    rtol: float | None = None,
    atol: float | None = None,
) -> tuple[str, ...]:
    """Every way to type `value` that must be taken, in full first; empty when there is none."""
    full = typed(value, form)
    if full is None:
        return ()
    others: list[str] = []
    match form:
        case "number" | "list":
            others = rounded(value, form, rtol, atol)
            if form == "number":
                others.append(f"tensor({full})")
            elif full.count("[") == 1 and full != "[]":
                others.append(full.strip("[]"))
        case "shape" if full.startswith("(") and full != "()":
            inner = full.strip("()").rstrip(",")
            others = [f"[{inner}]", inner.replace(", ", "x")]
        case "dtype":
            others = [f"{framework}.{full}"]
        case "bool":
            others = [full.lower()]
        case _:
            pass
    return tuple(dict.fromkeys((full, *others)))


def typed(value: Value, form: Form, digits: int = 8) -> str | None:
    """The value in full, or with fewer digits; None when it cannot be typed."""
    if isinstance(value, SequenceValue) and form in ("list", "shape"):
        # Item by item: a list may hold whole numbers beside floats, and lists within.
        parts = [typed(item, form, digits) for item in value.items]
        if None in parts:
            return None
        inner = ", ".join(part or "" for part in parts)
        return f"[{inner}]" if form == "list" else f"({inner}{',' * (len(parts) == 1)})"
    if isinstance(value, Number | Tensor):
        array = array_of(value)
        if array is None:
            return None
        return _nested([_number(item, digits) for item in array.items], array.shape)
    match value:
        case Shape(dims=dims):
            return str(tuple(dims))
        case DType(name=text) | Device(name=text) | Text(text=text) | Raised(type=text):
            return text
        case Nothing():
            return "None"
        case _:
            return None


def rounded(
    value: Value, form: Form, rtol: float | None = None, atol: float | None = None
) -> list[str]:
    """The value with fewer digits, as far as the step's own tolerance still takes it."""
    found: list[str] = []
    for digits in DIGITS:
        if _takes(value, digits, rtol, atol):
            text = typed(value, form, digits)
            if text is not None:
                found.append(text)
    return found


def _takes(value: Value, digits: int, rtol: float | None, atol: float | None) -> bool:
    if isinstance(value, SequenceValue):
        return all(_takes(item, digits, rtol, atol) for item in value.items)
    array = array_of(value)
    if array is None or (rtol is None and atol is None):
        return array is not None
    return _rounds(array, digits, Tolerance(rtol or 0.0, atol or 0.0))


def _rounds(array: Array, digits: int, bound: Tolerance) -> bool:
    return all(
        not isinstance(item, float) or close(item, float(f"{item:.{digits}g}"), bound)
        for item in array.items
    )


def _number(item: Scalar, digits: int) -> str:
    return f"{item:.{digits}g}" if isinstance(item, float) else str(item)


def _nested(items: Sequence[str], shape: tuple[int, ...]) -> str:
    if not shape:
        return items[0]
    if not shape[0]:
        return "[]"
    size = len(items) // shape[0]
    rows = [_nested(items[i * size : (i + 1) * size], shape[1:]) for i in range(shape[0])]
    return f"[{', '.join(rows)}]"
