"""Live objects to the wire form of ``tutor.grading.values``: a dict per value, tagged by ``t``.

Nothing here calls a method that the learner's code could have replaced: types are compared by
identity over the real method resolution order (not ``isinstance``, which asks ``__class__``),
numbers and text are read through the built-in types, and the functions that read a tensor were
taken from the framework before any of the learner's code ran.
"""

from __future__ import annotations

import binascii
import dataclasses
from collections.abc import Callable
from typing import Any

Wire = dict[str, Any]

CAP = 1 << 20
"""Elements: a larger tensor travels without its data."""
MAX_DEPTH = 40
MAX_ITEMS = 20_000
"""Containers beyond this are cut to an Opaque, so that a probe cannot flood the pipe."""
MAX_TEXT = 1 << 20
ROOM = 128 << 20
"""Bytes of data and text in a whole report: 23 of the largest float32 tensors. Lists of them would
otherwise fill the host's memory, and the screen's."""

_mro_of = type.__dict__["__mro__"].__get__
_type = type
_len, _sorted, _repr, _id = len, sorted, repr, id
_base64 = binascii.b2a_base64
_fields = dataclasses.fields
_int_repr, _float_hex, _str_add = int.__repr__, float.hex, str.__add__
_object_dict = object.__getattribute__


def is_a(value: Any, *classes: Any) -> bool:
    """Like isinstance, but blind to ``__class__`` and metaclass tricks."""
    for base in _mro_of(_type(value)):
        for wanted in classes:
            if base is wanted:
                return True
    return False


class Named:
    """A value an instrument returns that has its own tag: a device name, a shape."""

    def __init__(self, wire: Wire) -> None:
        self.wire = wire

    def __repr__(self) -> str:
        return str(self.wire.get("name", self.wire))


def device(name: str) -> Named:
    """A device, as a value."""
    return Named({"t": "device", "name": name})


def dtype(name: str) -> Named:
    """A dtype, as a value."""
    return Named({"t": "dtype", "name": name})


def tensor(
    library: str,
    name: str,
    shape: tuple[int, ...],
    data: bytes | None,
    where: str = "cpu",
    attached: bool = False,
    weak: bool = False,
) -> Wire:
    """Build the wire form of an array."""
    return {
        "t": "tensor",
        "library": library,
        "dtype": name,
        "shape": list(shape),
        "data": None if data is None else _base64(data, newline=False).decode("ascii"),
        "device": where,
        "attached": attached,
        "weak": weak,
    }


class Encoder:
    """Turns one value after another into wire form; asks the adapters for what they know."""

    def __init__(self, hooks: list[Callable[[Any], Any | None]], room: int | None = None) -> None:
        self._hooks = hooks
        """Each returns a wire dict, another object to encode instead, or None to pass."""
        self._room = room
        """Bytes that may still be encoded; None for any number."""

    def encode(self, value: Any) -> Wire:
        """Return the wire form; never raises for a strange object."""
        self._left = MAX_ITEMS
        return self._encode(value, (), 0)

    def _encode(self, value: Any, above: tuple[int, ...], depth: int) -> Wire:
        self._left -= 1
        if depth > MAX_DEPTH or self._left < 0 or _id(value) in above:
            return opaque(value)
        simple = _simple(value)
        if simple is not None:
            return simple if self._fits(simple.get("text")) else opaque(value)
        for hook in self._hooks:
            try:
                found = hook(value)
            except Exception:
                continue  # a tensor that cannot be read (deleted, symbolic) is opaque
            if found is not None:
                if _type(found) is dict and "t" in found:
                    if not self._fits(found.get("data")):
                        found["data"] = None
                    return found
                return self._encode(found, (*above, _id(value)), depth + 1)
        try:
            return self._container(value, (*above, _id(value)), depth + 1) or opaque(value)
        except Exception:
            return opaque(value)

    def _fits(self, text: str | None) -> bool:
        if self._room is None or text is None or _len(text) < 1000:
            return True
        if _len(text) > self._room:
            return False
        self._room -= _len(text)
        return True

    def _container(self, value: Any, above: tuple[int, ...], depth: int) -> Wire | None:
        kind = _type(value)
        if is_a(value, tuple):
            items = [*tuple.__iter__(value)]
            named = hasattr(kind, "_fields")
            return self._sequence(kind.__name__ if named else "tuple", items, above, depth)
        if is_a(value, list):
            return self._sequence("list", [*list.__iter__(value)], above, depth)
        if is_a(value, set, frozenset):
            base = set if is_a(value, set) else frozenset
            items = [*base.__iter__(value)]
            try:
                items = _sorted(items)
            except Exception:
                items = _sorted(items, key=_repr)
            return self._sequence("set", items, above, depth)
        if is_a(value, dict):
            pairs = [*dict.items(value)]
            return self._mapping("dict" if kind is dict else kind.__name__, pairs, above, depth)
        if kind is range or kind in _VIEWS:
            return self._sequence("list", [*value], above, depth)
        if dataclasses.is_dataclass(kind):
            pairs = [(f.name, _object_dict(value, f.name)) for f in _fields(kind)]
            return self._mapping(kind.__name__, pairs, above, depth)
        return None

    def _sequence(
        self, kind: str, items: list[Any], above: tuple[int, ...], depth: int
    ) -> Wire | None:
        if _len(items) > self._left:
            return None
        return {
            "t": "sequence",
            "kind": kind,
            "items": [self._encode(item, above, depth) for item in items],
        }

    def _mapping(
        self, kind: str, pairs: list[tuple[Any, Any]], above: tuple[int, ...], depth: int
    ) -> Wire | None:
        if _len(pairs) > self._left:
            return None
        return {
            "t": "mapping",
            "kind": kind,
            "items": [[_key(key), self._encode(item, above, depth)] for key, item in pairs],
        }


def _key(key: Any) -> str:
    return key if _type(key) is str and _len(key) <= 1000 else _short_repr(key)


_VIEWS = (type({}.keys()), type({}.values()), type({}.items()))


def _simple(value: Any) -> Wire | None:
    kind = _type(value)
    if value is None:
        return {"t": "none"}
    if kind is bool:
        return {"t": "number", "kind": "bool", "text": "True" if value is True else "False"}
    if kind is Named:
        return value.wire
    if is_a(value, int):
        try:
            return {"t": "number", "kind": "int", "text": _int_repr(value)}
        except ValueError:  # over 4300 digits
            return opaque(value)
    if is_a(value, float):
        # numpy.float64 comes here too: it is a float
        return {"t": "number", "kind": "float", "text": _float_hex(value)}
    if is_a(value, complex):
        real, imag = complex.real.__get__(value), complex.imag.__get__(value)
        text = f"{_float_hex(real)},{_float_hex(imag)}"
        return {"t": "number", "kind": "complex", "text": text}
    if is_a(value, str):
        return {"t": "text", "text": _str_add("", value)[:MAX_TEXT]}
    return None


def is_cut(wire: Wire) -> bool:
    """Whether something of the value is not in its wire form, since it was too large."""
    tag = wire["t"]
    if tag == "tensor":
        return wire["data"] is None
    if tag == "sequence":
        return any(is_cut(item) for item in wire["items"])
    if tag == "mapping":
        return any(is_cut(item) for _, item in wire["items"])
    if tag == "text":
        return _len(wire["text"]) >= MAX_TEXT
    return tag == "opaque" and wire["repr"].endswith("…")


def raised(error: BaseException) -> Wire:
    """The wire form of a probe that raised."""
    return {"t": "raised", **describe(error)}


def describe(error: BaseException) -> dict[str, Any]:
    """Type, bases and message of an exception, whatever its ``__str__`` does."""
    mro = _mro_of(_type(error))
    try:
        if is_a(error, SyntaxError) and _type(error.msg) is str:  # type: ignore[attr-defined]
            message = error.msg  # type: ignore[attr-defined]
        elif is_a(error, KeyError) and len(error.args) == 1:
            message = _repr(error.args[0])
        else:
            message = str(error)
    except BaseException:
        message = "(its message cannot be shown)"
    return {
        "type": mro[0].__name__,
        "bases": [base.__name__ for base in mro[1:] if base is not object],
        "message": message[:8000],
    }


def opaque(value: Any) -> Wire:
    """The wire form of anything else."""
    kind = _type(value)
    module = getattr(kind, "__module__", "")
    name = getattr(kind, "__qualname__", kind.__name__)
    full = name if module in ("builtins", "__main__") else f"{module}.{name}"
    return {"t": "opaque", "type": full, "repr": _short_repr(value)}


def _short_repr(value: Any) -> str:
    try:
        text = _repr(value)
    except BaseException as error:
        text = f"<{_type(value).__name__} whose repr raises {_type(error).__name__}>"
    return text if len(text) <= 200 else text[:199] + "…"
