"""Nested structures of tensors, without leaning on any framework's idea of a pytree."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from typing import Any


def is_container(value: Any) -> bool:
    """Whether it is a list, a tuple or a dict."""
    return isinstance(value, (list, tuple, dict))


def _children(value: Any, adapter: Any) -> Iterator[tuple[str, Any]] | None:
    if isinstance(value, dict):
        return ((_join(key), item) for key, item in value.items())
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return ((f".{name}", getattr(value, name)) for name in _fields(value))
    if isinstance(value, (list, tuple)):
        return ((f"[{index}]", item) for index, item in enumerate(value))
    if adapter.is_tensor(value):
        return None
    named = adapter.named_leaves(value)
    if named is not None:
        return ((f".{name}", item) for name, item in named.items())
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return ((f".{f.name}", getattr(value, f.name)) for f in dataclasses.fields(value))
    return None


def _fields(value: Any) -> tuple[str, ...]:
    """Return the names of a named tuple."""
    return tuple(value._fields)


def _join(key: Any) -> str:
    return f".{key}" if isinstance(key, str) and key else f"[{key!r}]"


def leaves(value: Any, adapter: Any, path: str = "") -> dict[str, Any]:
    """Return path to leaf: `layer.weight`, `[0]`, `a[1]`; a bare leaf has the empty path."""
    children = _children(value, adapter)
    if children is None:
        return {path.lstrip("."): value}
    found: dict[str, Any] = {}
    for step, child in children:
        found.update(leaves(child, adapter, path + step))
    return found


def _map(value: Any, change: Callable[[str, Any], Any], path: str = "") -> Any:
    if isinstance(value, dict):
        pairs = {k: _map(v, change, path + _join(k)) for k, v in value.items()}
        return pairs if type(value) is dict else type(value)(pairs)
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        items = [_map(getattr(value, n), change, f"{path}.{n}") for n in _fields(value)]
        return type(value)(*items)
    if isinstance(value, (list, tuple)):
        return type(value)(_map(v, change, f"{path}[{i}]") for i, v in enumerate(value))
    return change(path.lstrip("."), value)


def map_tensors(value: Any, change: Callable[[Any], Any], adapter: Any) -> Any:
    """Return a copy with every tensor changed."""
    return _map(value, lambda _, leaf: change(leaf) if adapter.is_tensor(leaf) else leaf)


def replace(value: Any, path: str, new: Any, adapter: Any) -> Any:
    """Return a copy with one leaf replaced; a Python number stays one."""

    def change(here: str, leaf: Any) -> Any:
        if here != path:
            return leaf
        return new if adapter.is_tensor(leaf) else float(new)

    return _map(value, change)


def rebuild(value: Any, found: dict[str, Any]) -> Any:
    """Return the structure with the leaves of ``found``."""
    return _map(value, found.get)
