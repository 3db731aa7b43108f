"""Reads what a learner typed, liberally, into a value. Never evaluates it.

`0.5`, `1/2`, `5e-1`, `.5`, `50%`, `tensor(0.5)` are one number; `[1, 2]`, `1 2`, `1, 2` and
`tensor([1., 2.])` one list; `(3,)`, `3`, `[3]`, `torch.Size([3])` one shape. What cannot be read
comes back as :class:`Unreadable`, a sentence, and is never held against the learner.
"""

from __future__ import annotations

import builtins
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from tutor.errors import nearest
from tutor.grading.arithmetic import NotANumberError, Typed, read_number
from tutor.grading.arrays import number
from tutor.grading.names import DTYPES, device_name, dtype_name, exception_name
from tutor.grading.values import (
    Device,
    DType,
    Nothing,
    Raised,
    Sequence,
    Shape,
    Text,
    Value,
)

Form = Literal["number", "list", "shape", "dtype", "text", "exception", "bool", "device"]
"""How the learner types a value; the forms that a lesson may name."""

MAX_LENGTH = 20_000
"""Characters in a typed answer: a 64×64 matrix fits, a pasted file does not."""
MAX_ITEMS = 4_096
"""Numbers in a typed list."""
MAX_NESTING = 12
"""Depth of a typed list."""


@dataclass(frozen=True)
class Unreadable:
    """The answer cannot be read."""

    sentence: str
    """Why not, and how to write it."""


@dataclass(frozen=True)
class Reading:
    """What was typed, and how exactly."""

    value: Value
    typed: tuple[Typed, ...] = ()
    """The numbers in `value`, in row-major order, with the digits typed."""
    note: str = ""
    """How it was read, where that is not plain."""


def parse_answer(text: str, form: Form) -> Value | Unreadable:
    """Return the value that `text` stands for, or why it cannot be read."""
    reading = read_answer(text, form)
    return reading if isinstance(reading, Unreadable) else reading.value


def read_answer(text: str, form: Form) -> Reading | Unreadable:
    """Return the value that `text` stands for, with the digits typed, or why it cannot be read."""
    if len(text) > MAX_LENGTH:
        return Unreadable(
            f"That answer is {len(text):,} characters long; at most {MAX_LENGTH:,} are read."
        )
    if not text.strip():
        return Unreadable("There is no answer yet: type one first.")
    try:
        return _READERS[form](text)
    except (NotANumberError, _UnreadableError) as error:
        return Unreadable(str(error))


class _UnreadableError(ValueError):
    """Internal: carries the sentence for the learner."""


# ── numbers and lists ────────────────────────────────────────────────────────────────────────────

_PREFIX = re.compile(
    r"(?:\w+\.)*(?:tensor|array|asarray|constant|variable|eagertensor|parameter"
    r"|size|tensorshape|float\d*|bfloat16|u?int\d*)\s*\(",
    re.IGNORECASE,
)


def _undress(text: str) -> str:
    """Take off quotes and the constructor that a printed tensor wears: keep its first argument."""
    text = _unquote(text)
    if text.startswith("<tf.") and text.endswith(">"):
        text = text[:-1].partition("numpy=")[2]
    for _ in range(3):
        prefix = _PREFIX.match(text)
        if not prefix or not text.endswith(")"):
            break
        parts = _split(text[prefix.end() : -1], ",")
        # `Array([1., 2.], dtype=float32)`: the rest describes; `Size(2, 3)` lists.
        plain = [part for part in parts if "=" not in part]
        text = ", ".join(plain).strip()
    return text


def _unquote(text: str) -> str:
    text = text.strip()
    while len(text) >= 2 and text[0] == text[-1] and text[0] in "`'\"":
        text = text[1:-1].strip()
    return text


def _split(text: str, separator: str) -> list[str]:
    """Split at `separator` (a comma, or a space for any run of white space) outside brackets."""
    parts: list[str] = []
    depth = start = 0
    for place, char in enumerate(text):
        if char in "[(":
            depth += 1
        elif char in "])":
            depth -= 1
        elif depth == 0 and (char == separator or (separator == " " and char.isspace())):
            parts.append(text[start:place])
            start = place + 1
    parts.append(text[start:])
    return [part.strip() for part in parts if part.strip()]


def _number(text: str) -> Reading:
    bare = _undress(text)
    listed = False
    while bare[:1] == "[" and bare[-1:] == "]":
        bare, listed = bare[1:-1].strip(), True
    if listed and "," in bare:
        raise NotANumberError("That is a list; one number was asked for.")
    typed = read_number(bare)
    return Reading(number(typed.value), (typed,), typed.note)


def _list(text: str) -> Reading:
    bare = _undress(text)
    typed: list[Typed] = []
    opened = _bracketed(bare)
    value = _items(bare if opened is None else opened, typed, MAX_NESTING)
    return Reading(value, tuple(typed))


def _bracketed(text: str) -> str | None:
    """The inside of a text that is one bracketed list as a whole, or None."""
    if not text or text[0] not in "[(":
        return None
    depth = 0
    for place, char in enumerate(text):
        depth += (char in "[(") - (char in "])")
        if depth == 0:
            if place < len(text) - 1:
                return None
            inside = text[1:-1].strip()
            if text[0] == "(" and inside and "," not in inside and not _spaced(inside):
                return None  # `(1 + 2)`: arithmetic
            return inside
    raise _UnreadableError(f"A bracket is left open in `{_short(text)}`.")


def _spaced(text: str) -> bool:
    return len(_split(text, " ")) > 1 and not re.search(r"[-+*/^]\s", text)


def _items(text: str, typed: list[Typed], depth: int) -> Sequence:
    if depth == 0:
        raise _UnreadableError("That list is nested too deeply to be read.")
    parts = _split(text, ",")
    if len(parts) == 1 and (_spaced(parts[0]) or parts[0].startswith("[")):
        parts = _split(text, " ")
    if len(parts) > MAX_ITEMS:
        raise _UnreadableError(
            f"That list has {len(parts):,} items; at most {MAX_ITEMS:,} are read."
        )
    return Sequence(kind="list", items=tuple(_item(part, typed, depth) for part in parts))


def _item(text: str, typed: list[Typed], depth: int) -> Value:
    inside = _bracketed(text)
    if inside is not None:
        return _items(inside, typed, depth - 1)
    if len(text) >= 2 and text[0] == text[-1] and text[0] in "'\"`":
        return Text(text=text[1:-1])
    if text == "None":
        return Nothing()
    undressed = _undress(text)
    try:
        found = read_number(undressed)
    except NotANumberError:
        if re.fullmatch(r"[A-Za-z_][\w.]*", text):
            return Text(text=text)
        raise
    typed.append(found)
    return number(found.value)


def _short(text: str) -> str:
    text = " ".join(text.split()).replace("`", "'")
    return text if len(text) <= 40 else f"{text[:37]}…"


# ── the other forms ──────────────────────────────────────────────────────────────────────────────


def _shape(text: str) -> Reading:
    bare = re.sub(r"^shape\s*[=:]\s*", "", _undress(text), flags=re.IGNORECASE)
    while (inside := _inside(bare)) is not None:
        bare = inside
    if bare.lower() in ("", "scalar", "rank 0", "empty"):
        return Reading(Shape(dims=()))
    bare = re.sub(r"(?<=[\d?eE])\s*(?:[x×*,]|\bby\b)\s*", " ", bare)
    parts = bare.replace(",", " ").split()
    if len(parts) > 64:
        raise _UnreadableError(f"That shape has {len(parts):,} axes; write it like `(2, 3)`.")
    dims: list[int | None] = []
    for part in parts:
        if part.lower() in ("none", "?"):
            dims.append(None)
        elif re.fullmatch(r"\d{1,18}", part, re.ASCII):
            dims.append(int(part))
        else:
            raise _UnreadableError(
                f"`{_short(text)}` could not be read as a shape: write it like `(2, 3)` or `2x3`, "
                "and `()` for a scalar."
            )
    return Reading(Shape(dims=tuple(dims)))


def _inside(text: str) -> str | None:
    """The inside of a text in one pair of brackets, or None."""
    if len(text) >= 2 and text[0] + text[-1] in ("()", "[]"):
        return text[1:-1].strip()
    return None


def _dtype(text: str) -> Reading:
    name = dtype_name(text)
    if name:
        return Reading(DType(name=name))
    bare = _unquote(text)
    if bare.lower() in ("float", "int", "complex", "uint", "bfloat"):
        raise _UnreadableError(f"`{bare}` leaves the width open: add it, as in `int8`.")
    hint = nearest(bare.rpartition(".")[2].lower(), DTYPES) or " One is written like `int8`."
    raise _UnreadableError(f"`{_short(bare)}` is not a dtype that fwtutor knows.{hint}")


def _text(text: str) -> Reading:
    return Reading(Text(text=_unquote(text)))


_YES = frozenset(("true", "yes", "y", "t", "1"))
_NO = frozenset(("false", "no", "n", "f", "0"))


def _bool(text: str) -> Reading:
    word = _undress(text).lower().rstrip(".")
    if word in _YES or word in _NO:
        return Reading(number(word in _YES))
    raise _UnreadableError(
        f"`{_short(text)}` could not be read as true or false: type `True` or `False`."
    )


_NO_ERROR = frozenset(("none", "no", "no error", "nothing", "no exception", "it does not raise"))


def _exception(text: str) -> Reading:
    bare = _unquote(text)
    if bare.lower().rstrip(".") in _NO_ERROR:
        return Reading(Nothing())
    name = exception_name(bare)
    named = name and (name[0].isupper() or re.search(r"(?i)(error|exception|warning)$", name))
    if not name or not named:
        raise _UnreadableError(
            f"`{_short(bare)}` is not the name of an exception: write its class, like `KeyError`."
        )
    if meant := _misspelt(name):
        raise _UnreadableError(f"No exception is named `{_short(name)}`. Did you mean `{meant}`?")
    return Reading(Raised(type=name, bases=(), message=""))


_BUILTIN_ERRORS = {
    name.lower(): name
    for name, kind in vars(builtins).items()
    if isinstance(kind, type) and issubclass(kind, BaseException)
}


def _misspelt(name: str) -> str | None:
    """Python's own exception that is one letter away.

    One, not two: `UnimplementedError` and `XlaRuntimeError` are names of the frameworks' own.
    """
    lower = name.lower()
    if lower in _BUILTIN_ERRORS:
        return None
    return next((own for low, own in _BUILTIN_ERRORS.items() if _one_letter_off(lower, low)), None)


def _one_letter_off(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    at = next((i for i, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short))
    if len(long) == len(short) + 1:
        return short[at:] == long[at + 1 :]
    turned = short[at + 1 : at + 2] + short[at : at + 1] + short[at + 2 :]
    return len(long) == len(short) and (short[at + 1 :] == long[at + 1 :] or turned == long[at:])


def _device(text: str) -> Reading:
    name = device_name(_unquote(text))
    if name:
        return Reading(Device(name=name))
    raise _UnreadableError(
        f"`{_short(text)}` is not a device: write it as the framework names it, its kind first, "
        "then its number if it has one."
    )


_READERS: dict[Form, Callable[[str], Reading]] = {
    "number": _number,
    "list": _list,
    "shape": _shape,
    "dtype": _dtype,
    "text": _text,
    "exception": _exception,
    "bool": _bool,
    "device": _device,
}
