"""What libraries' names stood for before the learner's code ran, put back before it is checked.

A probe such as `torch.equal(f(x), g(x))` must not be answered by the learner's own `torch.equal`,
nor a finite difference be taken of inputs that a replaced `torch.tensor` made.
"""

from __future__ import annotations

import builtins
import math
import types
from collections.abc import Iterable
from typing import Any

_module = types.ModuleType
_type, _vars, _set, _delete = type, vars, setattr, delattr
_KEPT_BY_PYTHON = frozenset({"__dict__", "__weakref__", "__doc__", "__builtins__", "_"})


class Originals:
    """The names of modules and classes as they were when this was made."""

    def __init__(self, namespaces: Iterable[Any]) -> None:
        kept: dict[int, tuple[Any, dict[str, Any]]] = {}
        for namespace in (builtins, math, *namespaces):
            if namespace is not None:
                kept[id(namespace)] = (namespace, {**_vars(namespace)})
        self._kept = list(kept.values())

    def put_back(self) -> None:
        """Undo what was replaced. 50 microseconds for torch when nothing was."""
        for namespace, kept in self._kept:
            now = _vars(namespace)
            try:
                if now == kept:  # in C, and by identity first
                    continue
            except Exception:  # noqa: S110 - a strange object in it: look at each name
                pass
            for name, value in kept.items():
                if now.get(name, kept) is not value and _is_settled(namespace, name, value):
                    _set(namespace, name, value)
            if _is_class(namespace):
                above = {name for base in namespace.__mro__[1:] for name in _vars(base)}
                for name in [*now]:
                    if name not in kept and name in above:
                        _delete(namespace, name)  # it hid what the class inherits


def _is_class(namespace: Any) -> bool:
    return _type in _type(namespace).__mro__


def _is_settled(namespace: Any, name: str, value: Any) -> bool:
    """Whether the library itself never rebinds the name: its flags and lazy modules it does."""
    if name in _KEPT_BY_PYTHON:
        return False
    if _is_class(namespace) or callable(value):
        return True
    return not name.startswith("_") and _module not in _type(value).__mro__
