"""A curve from a list or tensor of numbers, a dict of them, or a list of dicts."""

from __future__ import annotations

import array
import binascii
from typing import Any

from ..encode import is_a
from .arrays import Arrays, is_mapping, little
from .base import NothingToShowError, Sight, Wire
from .thinning import thinned

MAX_POINTS = 4096
"""Of a series: more than any screen has columns."""
MAX_SERIES = 32
"""More are a tangle."""

Points = tuple["array.array[float]", "array.array[float]"]


def make(value: Any, sight: Sight, *, log: bool = False, unit: str = "", **_: Any) -> Wire:
    """Return the wire form of a curve.

    Args:
        value: Numbers (a list, or a tensor of one axis); a dict of name to numbers, or to a pair
            of xs and ys; a list of dicts of name to number; or what Keras's ``fit`` returns.
        sight: What tells tensors.
        log: Whether the y axis is logarithmic to begin with.
        unit: Of y.
    """
    named = _named(value, sight.arrays)
    if not named:
        raise NothingToShowError("There is no series in this curve: it was given an empty dict.")
    if not any(len(ys) for _, ys in named.values()):
        what = "The series is" if len(named) == 1 else "All of the series are"
        raise NothingToShowError(f"{what} empty: nothing was recorded.")
    chosen = [*named.items()][:MAX_SERIES]
    series = [wire_of(name, xs, ys, MAX_POINTS) for name, (xs, ys) in chosen]
    counted = all(_counted(xs) for _, (xs, _) in chosen)
    found: Wire = {"view": "curve", "series": series, "y_label": unit, "log": log}
    return found if counted else found | {"x_label": ""}


def _counted(xs: array.array[float]) -> bool:
    """Whether the xs are 0, 1, 2 …, which the reader may take for steps."""
    return all(x == place for place, x in enumerate(xs))


def wire_of(name: str, xs: array.array[float], ys: array.array[float], most: int) -> Wire:
    """Return the wire form of one series, thinned to ``most`` points."""
    few_xs, few_ys = thinned(xs, ys, most)
    return {"name": name, "x": _text(few_xs), "y": _text(few_ys), "points": len(ys)}


def _text(numbers: array.array[float]) -> str:
    return binascii.b2a_base64(little(numbers), newline=False).decode("ascii")


def _named(value: Any, arrays: Arrays) -> dict[str, Points]:
    history = getattr(value, "history", None)
    if is_a(history, dict) and arrays.home(value) == "":
        value = history  # what Keras's fit returns
    if is_mapping(value):
        return {str(name): _points(one, arrays, f"`{name}`") for name, one in value.items()}
    if is_a(value, list, tuple) and value and all(is_a(row, dict) for row in value):
        return _by_key(value, arrays)
    return {"": _points(value, arrays, "This")}


def _points(value: Any, arrays: Arrays, what: str) -> Points:
    if is_a(value, tuple) and len(value) == 2:
        longer = [_long(one, arrays) for one in value]
        if all(longer):
            xs = arrays.numbers(value[0], f"{what}[0]")
            ys = arrays.numbers(value[1], f"{what}[1]")
            if len(xs) != len(ys):
                raise NothingToShowError(
                    f"{what} has {len(xs)} xs and {len(ys)} ys; they must be as many."
                )
            return xs, ys
    ys = arrays.numbers(value, what)
    return array.array("d", range(len(ys))), ys


def _long(value: Any, arrays: Arrays) -> bool:
    tensor = arrays.look(value)
    return bool(tensor.seen.shape) if tensor else is_a(value, list, tuple, range, array.array)


def _by_key(rows: Any, arrays: Arrays) -> dict[str, Points]:
    found: dict[str, Points] = {}
    for x, row in enumerate(rows):
        for key, value in row.items():
            number = arrays.number(value)
            if number is None:
                raise NothingToShowError(f"[{x}][{key!r}] is no number but {type(value).__name__}.")
            xs, ys = found.setdefault(str(key), (array.array("d"), array.array("d")))
            xs.append(x)
            ys.append(number)
    return found
