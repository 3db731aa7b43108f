"""Which view shows a value best, when nobody said."""

from __future__ import annotations

from typing import Any

from .encode import is_a
from .views.arrays import Arrays, is_mapping

MOST = 50
"""Items of a container that are looked at."""


def pick(value: Any, arrays: Arrays) -> str:
    """Return the view's kind; ``number`` for what is a point of a curve.

    ==============================================  =========================================
    a number, a tensor of one element               a point of a curve
    a list or tensor of numbers (one axis)          curve
    a dict of label to numbers, or to (xs, ys)      curve, a line for each
    a list of dicts of name to number               curve, a line for each name
    what Keras's ``fit`` returns                    curve
    a dict of label to number                       bars
    a tensor of 2, 3 or 4 axes, ``{"matrix": …}``   image
    a list of matrices, a dict of label to matrix   image
    any other tensor                                tensor
    a model, a layer, a state_dict, a pytree        tree
    a list of dicts, of rows                        table
    text                                            code
    anything else                                   table
    ==============================================  =========================================
    """
    tensor = arrays.look(value)
    if tensor is not None:
        return _of_tensor(tensor.seen)
    if is_a(value, int, float):
        return "number"
    if is_a(value, str):
        return "code"
    if is_mapping(value):
        return _of_mapping(value, arrays)
    if is_a(value, list, range) or type(value) is tuple:
        return _of_list([one for one, _ in zip(value, range(MOST))], arrays)
    if arrays.home(value) == "" and is_a(getattr(value, "history", None), dict):
        return "curve"
    if is_a(value, tuple) or hasattr(value, "__dataclass_fields__"):
        return "tree"
    return "tree" if arrays.parts(value) else "table"


def _of_tensor(seen: Any) -> str:
    if not seen.numeric:
        return "tensor"
    if seen.count == 1:
        return "number"
    longer = sum(size > 1 for size in seen.shape)
    if longer == 1:
        return "curve"
    return "image" if seen.count and 2 <= len(seen.shape) <= 4 else "tensor"


def _of_mapping(value: Any, arrays: Arrays) -> str:
    if "matrix" in value:
        return "image"
    kinds = {_kind(value[key], arrays) for key, _ in zip(value, range(MOST))}
    if kinds == {"number"}:
        return "bars"
    if kinds and kinds <= {"series", "pair"}:
        return "curve"
    if kinds == {"matrix"}:
        shapes = {arrays.look(value[key]).seen.shape for key in value}  # type: ignore[union-attr]
        return "image" if len(shapes) == 1 else "tree"
    return "tree" if kinds & {"matrix", "series", "tensor", "nest"} else "table"


def _of_list(items: list[Any], arrays: Arrays) -> str:
    kinds = {_kind(one, arrays) for one in items}
    if kinds == {"number"}:
        return "curve"
    if kinds == {"matrix"}:
        return "image"
    if kinds == {"nest"} and all(map(is_mapping, items)):
        inner = {_kind(one, arrays) for row in items for one in row.values()}
        return "curve" if inner == {"number"} else "table"
    if kinds <= {"series", "pair"} and all(is_a(one, list, tuple) for one in items):
        return "table"
    return "tree" if kinds & {"tensor", "matrix", "series"} else "table"


def _kind(value: Any, arrays: Arrays) -> str:
    tensor = arrays.look(value)
    if tensor is not None:
        found = _of_tensor(tensor.seen)
        if found == "image" and len(tensor.seen.shape) == 2:
            return "matrix"
        return {"number": "number", "curve": "series"}.get(found, "tensor")
    if is_a(value, int, float):
        return "number"
    if is_mapping(value):
        return "nest"
    if is_a(value, list, tuple):
        inner = {_kind(one, arrays) for one, _ in zip(value, range(MOST))}
        if inner == {"number"}:
            return "series"
        return "pair" if inner == {"series"} and len(value) == 2 else "nest"
    return "other"
