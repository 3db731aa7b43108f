"""Rows and columns from almost anything."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..encode import is_a
from .arrays import Arrays, is_mapping
from .base import NothingToShowError, Sight, Wire, clean

MAX_ROWS = 1000
MAX_COLUMNS = 64
MAX_CELL = 200
"""Characters."""


def make(value: Any, sight: Sight, **_: Any) -> Wire:
    """Return the wire form of a table.

    Args:
        value: A list of dicts (a column for each key), a dict of lists (a column for each), a
            dict (name and value), a list of rows, a tensor of two axes; of anything else the
            repr, a row for each item of a list.
        sight: What tells tensors.
    """
    arrays = sight.arrays
    if is_mapping(value):
        columns, rows, total = _of_mapping(value, arrays)
    else:
        columns, rows, total = _of_rows(value, arrays)
    if not total:
        raise NothingToShowError(f"There is nothing in this table: the {_kind(value)} is empty.")
    columns = columns[:MAX_COLUMNS]
    return {
        "view": "table",
        "columns": [clean(column, MAX_CELL) for column in columns],
        "rows": [(row + [""] * len(columns))[: len(columns)] for row in rows],
        "total": total,
    }


def _kind(value: Any) -> str:
    return type(value).__name__


Rows = tuple[list[str], list[list[str]], int]


def _of_mapping(value: Any, arrays: Arrays) -> Rows:
    items = [*value.items()]
    listed = [_items(one, arrays) for _, one in items[:MAX_COLUMNS]]
    if listed and all(column is not None for column in listed):
        total = max(count for _, count in listed)  # type: ignore[misc]
        columns = [[_cell(one, arrays) for one in column] for column, _ in listed]  # type: ignore[misc]
        rows = [
            [column[number] if number < len(column) else "" for column in columns]
            for number in range(min(total, MAX_ROWS))
        ]
        return [str(name) for name, _ in items], rows, total
    rows = [[_cell(name, arrays), _cell(one, arrays)] for name, one in items[:MAX_ROWS]]
    return ["name", "value"], rows, len(items)


def _of_rows(value: Any, arrays: Arrays) -> Rows:
    tensor = arrays.look(value)
    if tensor is None and not is_a(value, list, tuple, set, frozenset, range):
        return ["value"], [[_cell(value, arrays)]], 1
    found = _items(value, arrays)
    if found is None:  # a single number
        return ["value"], [[_cell(value, arrays)]], 1
    items, total = found
    if items and all(is_mapping(row) for row in items):
        columns = [*dict.fromkeys(str(key) for row in items for key in row)]
        named = [{str(key): one for key, one in row.items()} for row in items]
        rows = [[_cell(row[key], arrays) if key in row else "" for key in columns] for row in named]
        return columns, rows, total
    within = [_items(row, arrays) for row in items]
    if items and all(row is not None for row in within):
        rows = [[_cell(one, arrays) for one in row[:MAX_COLUMNS]] for row, _ in within]  # type: ignore[misc]
        widest = max(map(len, rows), default=0)
        fields = getattr(type(items[0]), "_fields", None)
        return [*map(str, fields or range(widest))], rows, total
    rows = [[str(number), _cell(one, arrays)] for number, one in enumerate(items)]
    return ["", "value"], rows, total


def _items(value: Any, arrays: Arrays) -> tuple[list[Any], int] | None:
    """Return the first items of a list or a tensor, and how many there are."""
    tensor = arrays.look(value)
    if tensor is not None:
        shape = tensor.seen.shape
        if not shape or len(shape) > 2:
            return None
        _, plain = tensor.host()
        return plain[:MAX_ROWS].tolist(), shape[0]
    if is_a(value, list, tuple, range, set, frozenset):
        return [one for one, _ in zip(value, range(MAX_ROWS))], len(value)
    return None


def _cell(value: Any, arrays: Arrays) -> str:
    if is_a(value, str):
        return clean(value.replace("\n", " "), MAX_CELL)
    if is_a(value, bool):
        return str(value)
    if is_a(value, float):
        return f"{value:.6g}"
    if not is_a(value, int):
        tensor = arrays.look(value)
        if tensor is not None:
            if tensor.seen.count == 1 and tensor.seen.numeric:
                return f"{tensor.doubles()[0]:.6g}"
            return f"{tensor.seen.dtype} {_shape(tensor.seen.shape)}"
    try:
        return clean(" ".join(repr(value)[:2000].split()), MAX_CELL)
    except Exception as error:
        return f"<{type(value).__name__} whose repr raises {type(error).__name__}>"


def _shape(sizes: Iterable[int]) -> str:
    return "(" + ", ".join(map(str, sizes)) + ")"
