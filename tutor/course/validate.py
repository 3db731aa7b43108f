"""Why data do not fit a model: every fault, not only the first, in an author's words.

msgspec converts a good file in microseconds but stops at its first fault and calls things by
JSON's names. When it refuses, these walk the same model and say all that is wrong.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

import msgspec
import msgspec.inspect as mi

from tutor.course.yaml_positions import Keys, shorten
from tutor.errors import nearest

_LARGEST = int(sys.float_info.max)


class Fault(NamedTuple):
    """Something wrong at a path of a document."""

    keys: Keys
    """Where in the document."""
    message: str
    """What was found, and what was expected."""
    key: bool = False
    """Whether it is the key at that path that is wrong, not its value."""
    line: int = 0
    """1-based line within the text at that path; 0 for where the text begins."""
    column: int = 0
    """1-based column within that line."""


def faults(data: Any, model: type[msgspec.Struct], keys: Keys) -> Iterator[Fault]:
    """Say everything about `data`, found at `keys`, that does not fit `model`."""
    yield from _walk(data, _described(model), keys)


def describe(data: Any) -> str:
    """What a value is, in an author's words: ``text `ten` ``, ``number `3` ``, ``a list``."""
    if data is None:
        return "nothing"
    if isinstance(data, bool):
        return f"`{str(data).lower()}`"
    if isinstance(data, int | float):
        return f"number `{shorten(str(data))}`"
    if isinstance(data, str):
        return f"text `{shorten(data)}`" if data else "empty text"
    return "a list" if isinstance(data, list) else "a map"


@cache
def _described(model: type[msgspec.Struct]) -> mi.Type:
    return mi.type_info(model)


def _walk(data: Any, expected: mi.Type, keys: Keys) -> Iterator[Fault]:
    if isinstance(expected, mi.UnionType):
        yield from _union(data, expected, keys)
    elif isinstance(expected, mi.AnyType):
        return
    elif not _fits(data, expected):
        quotes = (
            "; put it in quotes"
            if isinstance(expected, mi.StrType) and isinstance(data, bool | int | float)
            else ""
        )
        yield Fault(keys, f"expected {_called(expected)}, found {describe(data)}{quotes}")
    elif isinstance(expected, mi.StructType):
        yield from _struct(data, expected, keys)
    elif isinstance(expected, mi.DictType):
        yield from _dict(data, expected, keys)
    elif isinstance(expected, mi.VarTupleType):
        yield from _too_short(data, expected.min_length, keys)
        for index, item in enumerate(data):
            yield from _walk(item, expected.item_type, (*keys, index))
    elif isinstance(expected, mi.LiteralType):
        if data not in expected.values:
            known = [str(value) for value in expected.values]
            message = f"unknown `{shorten(data)}`; expected {_either(known)}."
            yield Fault(keys, message + nearest(data, known))
    elif isinstance(expected, mi.StrType):
        yield from _text(data, expected, keys)
    elif isinstance(expected, mi.IntType | mi.FloatType):
        yield from _number(data, expected, keys)


def _union(data: Any, expected: mi.UnionType, keys: Keys) -> Iterator[Fault]:
    for choice in expected.types:
        if _fits(data, choice):
            yield from _walk(data, choice, keys)
            return
    shown = [choice for choice in expected.types if not isinstance(choice, mi.NoneType)]
    if len(shown) == 1:
        yield from _walk(data, shown[0], keys)
        return
    names = " or ".join(_called(choice) for choice in shown)
    quotes = "; put it in quotes" if isinstance(data, bool | int | float) else ""
    yield Fault(keys, f"expected {names}, found {describe(data)}{quotes}")


def _struct(data: dict[str, Any], expected: mi.StructType, keys: Keys) -> Iterator[Fault]:
    fields = {field.encode_name: field for field in expected.fields}
    for name, value in data.items():
        field = fields.get(name)
        if field is None:
            known = ", ".join(f"`{other}`" for other in fields)
            near = nearest(name, fields)
            hint = near or f" The fields here are {known}."
            yield Fault((*keys, name), f"unknown field `{shorten(name)}`.{hint}", key=True)
        else:
            yield from _walk(value, field.type, (*keys, name))
    for name, field in fields.items():
        if field.required and name not in data:
            message = f"the field `{name}` is missing; expected {_called(field.type)}"
            yield Fault(keys, message, key=True)


def _dict(data: dict[str, Any], expected: mi.DictType, keys: Keys) -> Iterator[Fault]:
    yield from _too_short(data, expected.min_length, keys)
    for name, value in data.items():
        if isinstance(expected.key_type, mi.LiteralType) and name not in expected.key_type.values:
            known = [str(value) for value in expected.key_type.values]
            yield Fault(
                (*keys, name),
                f"unknown framework `{shorten(name)}`; expected {_either(known)}."
                f"{nearest(name, known)}",
                key=True,
            )
        yield from _walk(value, expected.value_type, (*keys, name))


def _text(data: str, expected: mi.StrType, keys: Keys) -> Iterator[Fault]:
    if expected.min_length and not data:
        yield Fault(keys, "expected text, found none")
    if expected.pattern is not None and re.search(expected.pattern, data) is None:
        yield Fault(
            keys,
            f"`{shorten(data)}` cannot be an id; expected lower-case words joined by hyphens, "
            "such as `first-gradient`",
        )
    elif expected.max_length is not None and len(data) > expected.max_length:
        yield Fault(
            keys, f"an id of {len(data)} characters; expected at most {expected.max_length}"
        )


def _number(data: float, expected: mi.IntType | mi.FloatType, keys: Keys) -> Iterator[Fault]:
    if isinstance(data, int) and isinstance(expected, mi.FloatType) and abs(data) > _LARGEST:
        yield Fault(keys, f"a number of {len(str(abs(data)))} digits is too large")
        return
    low_ok = (expected.ge is None or data >= expected.ge) and (
        expected.gt is None or data > expected.gt
    )
    high_ok = (expected.le is None or data <= expected.le) and (
        expected.lt is None or data < expected.lt
    )
    if low_ok and high_ok:
        return
    bounds = [
        f"{words} {_plain(bound)}"
        for words, bound in (
            ("at least", expected.ge),
            ("more than", expected.gt),
            ("at most", expected.le),
            ("less than", expected.lt),
        )
        if bound is not None
    ]
    wanted = f"{_called(expected)}, {' and '.join(bounds)}"
    yield Fault(keys, f"expected {wanted}, found {describe(data)}")


def _too_short(data: Any, least: int | None, keys: Keys) -> Iterator[Fault]:
    if least is not None and len(data) < least:
        yield Fault(keys, f"expected at least {least} here, found {len(data)}")


def _fits(data: Any, expected: mi.Type) -> bool:
    """Whether `data` is of the right sort, whatever it holds."""
    if isinstance(expected, mi.StructType | mi.DictType):
        return isinstance(data, dict)
    if isinstance(expected, mi.VarTupleType):
        return isinstance(data, list)
    if isinstance(expected, mi.StrType | mi.LiteralType):
        return isinstance(data, str)
    if isinstance(expected, mi.BoolType):
        return isinstance(data, bool)
    if isinstance(expected, mi.NoneType):
        return data is None
    if isinstance(expected, mi.IntType):
        return isinstance(data, int) and not isinstance(data, bool)
    if isinstance(expected, mi.FloatType):
        return isinstance(data, int | float) and not isinstance(data, bool)
    return True


def _called(expected: mi.Type) -> str:
    """What is expected, in an author's words."""
    if isinstance(expected, mi.UnionType):
        shown = [choice for choice in expected.types if not isinstance(choice, mi.NoneType)]
        return " or ".join(_called(choice) for choice in shown)
    if isinstance(expected, mi.DictType):
        if isinstance(expected.key_type, mi.LiteralType):
            return "a map with one entry for each framework"
        return "a map"
    if isinstance(expected, mi.StructType):
        return "a map"
    if isinstance(expected, mi.VarTupleType):
        return "a list"
    if isinstance(expected, mi.LiteralType):
        return _either([str(value) for value in expected.values])
    if isinstance(expected, mi.StrType):
        return "text"
    if isinstance(expected, mi.BoolType):
        return "true or false"
    if isinstance(expected, mi.IntType):
        return "a whole number"
    if isinstance(expected, mi.FloatType):
        return "a number"
    return "a value"


def _either(names: list[str]) -> str:
    *most, last = [f"`{name}`" for name in names]
    return f"{', '.join(most)} or {last}" if most else last


def _plain(bound: float) -> str:
    return str(int(bound)) if float(bound).is_integer() else str(bound)
