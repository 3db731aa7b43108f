"""A tree of tensors: a state_dict, a pytree, the layers of a model."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

from ..encode import is_a
from .arrays import Arrays, Tensor, is_mapping
from .base import NothingToShowError, Sight, Wire, clean

MAX_BRANCHES = 2000
MAX_WALKED = 100_000
"""Branches that are counted; one more level of a structure that large tells nothing."""
MAX_DEPTH = 60
MAX_TEXT = 200

_object_get = object.__getattribute__


def make(value: Any, sight: Sight, **_: Any) -> Wire:
    """Return the wire form of a tree.

    Args:
        value: A model of PyTorch, Keras or Flax, a state_dict, or any nesting of dicts, lists,
            tuples, named tuples, dataclasses and pytrees.
        sight: What tells tensors.
    """
    walk = _Walk(sight.arrays)
    pairs = walk.children(value)
    if pairs is None:
        if sight.arrays.look(value) is None:
            raise NothingToShowError(
                f"This is {type(value).__name__}, which has no branches; the view `table` takes it."
            )
        walk.branch("", value, 0, ())
    elif not pairs:
        raise NothingToShowError(f"There is nothing in this {type(value).__name__}: it is empty.")
    else:
        walk.branch("", value, 0, ())
    return {"view": "tree", "branches": walk.branches, "total": walk.total}


class _Walk:
    """Depth first; a container comes before what it holds, and its count is filled in after."""

    def __init__(self, arrays: Arrays) -> None:
        self.arrays = arrays
        self.branches: list[Wire] = []
        self.total = 0

    def branch(self, name: str, value: Any, depth: int, above: tuple[int, ...]) -> int:
        """Add a branch and all below it; return how many elements they have."""
        self.total += 1
        row: Wire = {"depth": depth, "name": clean(name, MAX_TEXT), "kind": type(value).__name__}
        kept = len(self.branches) < MAX_BRANCHES
        if kept:
            self.branches.append(row)
        tensor = self.arrays.look(value)
        if tensor is not None:
            if kept:
                _fill(row, tensor)
            return tensor.seen.count
        framework = self.arrays.traced(value)
        if framework:
            row["value"] = "(being traced: no value yet)"
            return 0
        if id(value) in above:
            row["value"] = "(contains itself: see above)"
            return 0
        pairs = self.children(value)
        if pairs is None:
            row["value"] = _text(value)
            return 0
        if depth >= MAX_DEPTH:
            row["value"] = "(deeper than is shown)"
            return 0
        count = 0
        for key, item in pairs:
            if self.total >= MAX_WALKED:
                break
            count += self.branch(key, item, depth + 1, (*above, id(value)))
        row["count"] = count
        return count

    def children(self, value: Any) -> list[tuple[str, Any]] | None:
        """Return what it holds by name; None for a leaf."""
        if self.arrays.look(value) is not None:
            return None
        if is_mapping(value):
            return [(str(key), value[key]) for key in value]
        if is_a(value, tuple) and hasattr(type(value), "_fields"):
            return [*zip(map(str, type(value)._fields), tuple.__iter__(value))]
        if is_a(value, list, tuple):
            return [(str(number), one) for number, one in enumerate(value)]
        if is_a(value, str, int, float, bytes, type(None)):
            return None
        found = self.arrays.parts(value)
        if found is not None:
            return found
        if dataclasses.is_dataclass(value) and not isinstance(value, type):
            names = [one.name for one in dataclasses.fields(value)]
            return [(name, _object_get(value, name)) for name in names]
        return None


def _fill(row: Wire, tensor: Tensor) -> None:
    seen = tensor.seen
    row.update(kind="tensor", shape=[*seen.shape], dtype=seen.dtype, device=seen.device)
    row["count"] = seen.count
    if not (seen.numeric or seen.dtype.startswith("complex")):
        return
    try:
        square, nan, inf = tensor.sums()
    except Exception as error:
        message = (str(error).strip() or type(error).__name__).split("\n", 1)[0]
        row["value"] = clean(message, MAX_TEXT)
        return
    row["nan"], row["inf"] = nan, inf
    if not nan and not inf and math.isfinite(square):
        row["norm"] = math.sqrt(square)


def _text(value: Any) -> str:
    try:
        return clean(" ".join(repr(value)[:2000].split()), MAX_TEXT)
    except Exception as error:
        return f"<its repr raises {type(error).__name__}>"
