"""What the author's view is made of, and how values are written in it."""

from __future__ import annotations

from dataclasses import dataclass

from tutor.authoring.proofs import ended, short
from tutor.authoring.typed_forms import typed
from tutor.grading.values import Mapping, Opaque, Raised, Sequence, Tensor, Text, Value
from tutor.grading.verdict import Verdict
from tutor.grading.words import kind_of
from tutor.runtime.job import Outcome

DIGITS = 6
ROOM = 240
"""Characters of a value: three rows at 80 columns."""


@dataclass(frozen=True)
class Row:
    """One thing to know."""

    head: str = ""
    """Plain text."""
    mark: bool | None = None
    """Whether it is as it should be; None where that is not the question."""
    said: str = ""
    """Markdown: what a learner would read."""
    lines: tuple[str, ...] = ()
    """Plain text, such as values."""


@dataclass(frozen=True)
class Section:
    """Rows under a heading."""

    title: str
    rows: tuple[Row, ...]


def shown(value: Value) -> str:
    """A value as Python would print it, on one line; of a large one its beginning."""
    return short(_shown(value), ROOM)


def gives(value: Value) -> str:
    """What an expression does, to follow it: gives a value, or raises."""
    return shown(value) if isinstance(value, Raised) else f"gives {shown(value)}"


def _shown(value: Value) -> str:
    match value:
        case Tensor(dtype=dtype, shape=shape, data=data):
            items = typed(value, "number", DIGITS) if data is not None else "too large to be sent"
            return f"{dtype} {shape} {items}" if shape else f"{dtype} {items}"
        case Mapping(items=items):
            return "{" + ", ".join(f"{key}: {_shown(item)}" for key, item in items) + "}"
        case Sequence(kind=kind, items=items):
            inside = ", ".join(_shown(item) for item in items)
            ends = {"list": "[]", "set": "{}"}.get(kind, "()")
            return f"{'' if kind in ('list', 'tuple', 'set') else kind}{ends[0]}{inside}{ends[1]}"
        case Text(text=text):
            return repr(text)
        case Opaque(repr=text):
            return text
        case Raised(type=name, message=message):
            return f"raises {name}: {message}"
        case _:
            return typed(value, "text", DIGITS) or kind_of(value)


def did_not_run(outcome: Outcome) -> Section:
    """The one section of a step whose own code does not run."""
    return Section("Its own code", (Row(mark=False, head=f"does not run: {ended(outcome)}"),))


def earned(place: int, verdict: Verdict, says: tuple[str, ...]) -> tuple[bool, str]:
    """Whether a mistake earns its own message and no other; and what it earns, in words."""
    own = says[place].strip()
    told = {
        other
        for other, say in enumerate(says)
        if verdict.diagnosis == "author" and say.strip() in verdict.message
    }
    others = sorted(other + 1 for other in told if says[other].strip() != own)
    if verdict.verdict == "pass":
        return False, "passes: it is taken for a right answer"
    if verdict.verdict != "fail":
        return False, f"is {verdict.verdict}"
    if others:
        names = " and ".join(str(other) for other in others)
        return False, f"earns the message of mistake {names}"
    if told:
        return True, "earns its own message"
    return False, f"earns the diagnosis `{verdict.diagnosis or 'none'}` instead of its message"
