"""What the learner calls each tensor: by a name, or by a path into a model or a structure."""

from __future__ import annotations

from typing import Any

from .. import tree
from .base import Sight

MAX_NAMED = 1000
"""Items of a container in which a tensor's name is looked for; a data set has more."""


def names_of(sight: Sight) -> dict[int, tuple[Any, str]]:
    """Return each tensor that the learner has a name for: by its id, the tensor and the name."""
    adapter = sight.adapter
    found: dict[int, tuple[Any, str]] = {}
    for name, value in sight.names().items():
        if name.startswith("__") or isinstance(value, type):
            continue
        if adapter.is_tensor(value):
            found[id(value)] = (value, name)
        elif not tree.is_container(value) and adapter.named_leaves(value) is None:
            continue
        elif not hasattr(value, "__len__") or len(value) <= MAX_NAMED:
            try:
                inside = tree.leaves(value, adapter)
            except RecursionError:  # a container that holds itself
                continue
            for path, leaf in inside.items():
                if adapter.is_tensor(leaf):
                    dot = "" if path.startswith("[") else "."
                    found.setdefault(id(leaf), (leaf, f"{name}{dot}{path}"))
    return found
