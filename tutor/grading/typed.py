"""Grades a value that a learner typed: read liberally, accepted as far as its digits go.

A typed number is right when it rounds correctly to the digits typed, of which there are at least
three, or when it lies within half a unit of the third digit. 0.408 is right for 0.40760596; so is
0.5 for 0.50000001. 0.41 is not wrong but too coarse, and told so. Integers are exact.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from math import floor, log10

from tutor.grading.answers import Form, Reading, Unreadable, read_answer
from tutor.grading.arithmetic import Typed
from tutor.grading.arrays import Array, Scalar, array_of, is_finite, is_nan
from tutor.grading.case import Case
from tutor.grading.compare import Pair, Rules, compare, pair_up
from tutor.grading.diagnose import diagnose
from tutor.grading.tolerance import EXACT, Tolerance, close
from tutor.grading.values import (
    Device,
    DType,
    Nothing,
    Number,
    Opaque,
    Raised,
    Tensor,
    Text,
    Value,
)
from tutor.grading.values import Sequence as SequenceValue
from tutor.grading.verdict import Verdict
from tutor.grading.words import counted, dims_of, gap_between, how_far, index_text, show_number


class Fit(IntEnum):
    """How well a typed answer fits a value."""

    NO = 0
    COARSE = 1
    """Right as far as its one or two digits go."""
    NEAR = 2
    """Right to three digits."""
    EXACT = 3
    """Equal, or correctly rounded to three digits or more."""


Mistakes = Sequence[tuple[Value | str, str]]
"""A wrong value (or the wrong answer as it would be typed) and what to say."""


def grade_value(
    expected: Value,
    answer: str,
    form: Form,
    *,
    rtol: float | None = None,
    atol: float | None = None,
    mistakes: Mistakes = (),
    sizes: Sequence[int] = (),
) -> Verdict:
    """Grade a typed answer.

    Args:
        expected: What the probe gave.
        answer: What was typed.
        form: How it is to be read.
        rtol: Relative tolerance; by default what three significant digits allow.
        atol: Absolute tolerance, likewise.
        mistakes: The author's, tried in order before the general diagnoses.
        sizes: Plausible batch sizes, for a sum taken for a mean.
    """
    if isinstance(expected, Raised) and form != "exception":
        said = f"`{expected.type}`: {expected.message[:200]}".rstrip(": ")
        words = f"The lesson's own answer raised {said}, so yours was not checked."
        return Verdict(verdict="unchecked", message=words, diagnosis="reference")
    if isinstance(expected, Tensor) and array_of(expected) is None:
        words = "The answer here has too many elements to type, so yours was not checked."
        return Verdict(verdict="unchecked", message=words, diagnosis="reference")
    reading = read_answer(answer, form)
    if isinstance(reading, Unreadable):
        return Verdict(verdict="unchecked", message=reading.sentence, diagnosis="unreadable")
    word = _word_in(reading.value) if array_of(expected) else None
    if word and form == "list":
        words = f"`{word[:40]}` could not be read as a number: write a list like `[0.5, -2]`."
        return Verdict(verdict="unchecked", message=words, diagnosis="unreadable")
    rules = _Rules(form, rtol, atol)
    fit = rules.fit(expected, reading)
    if fit < Fit.EXACT:
        said = _foreseen(rules, reading, fit, mistakes)
        if said:
            return _fail(said, "author", reading)
    if fit >= Fit.NEAR:
        return Verdict(verdict="pass", message=_right(expected, reading))
    if fit == Fit.COARSE:
        words = "Right as far as it goes: give three significant digits."
        return _fail(words, "too-coarse", reading)
    slug, words = _wrong(expected, reading, rules, tuple(sizes))
    return _fail(words, slug, reading)


def _word_in(value: Value) -> str | None:
    """The first word among the items of a list, where only numbers can be right."""
    match value:
        case Text(text=text):
            return text
        case SequenceValue(items=items):
            return next((word for item in items if (word := _word_in(item))), None)
        case _:
            return None


def _fail(words: str, slug: str, reading: Reading) -> Verdict:
    note = f" ({reading.note.rstrip('.')}.)" if reading.note else ""
    return Verdict(verdict="fail", message=words + note, diagnosis=slug)


def _foreseen(rules: _Rules, reading: Reading, fit: Fit, mistakes: Mistakes) -> str:
    """The message of the mistake that fits best, if better than the answer does."""
    best, said = fit, ""
    for wrong, say in mistakes:
        value = wrong
        if isinstance(value, str):
            literal = read_answer(value, rules.form)
            if isinstance(literal, Unreadable):
                continue
            value = literal.value
        found = rules.fit(value, reading)
        if found > best:
            best, said = found, say
    return said


# ── does it fit? ─────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class _Rules:
    """How typed answers of one step are compared."""

    form: Form
    rtol: float | None
    atol: float | None

    def fit(self, expected: Value, reading: Reading) -> Fit:
        """Return how well a reading fits a value."""
        got = reading.value
        match self.form:
            case "exception":
                return Fit.EXACT if _names_error(got, expected) else Fit.NO
            case "text":
                return Fit.EXACT if _same_text(expected, got) else Fit.NO
            case "dtype" | "device":
                return Fit.EXACT if _same_name(expected, got) else Fit.NO
            case "shape":
                same = compare(expected, got, Rules(liberal=True)) is None
                return Fit.EXACT if same else Fit.NO
            case _:
                return self._fit_numbers(expected, reading)

    def _fit_numbers(self, expected: Value, reading: Reading) -> Fit:
        ours, theirs = array_of(expected), array_of(reading.value)
        if ours and theirs:
            return self._fit_array(ours, theirs, reading.typed)
        pairs = pair_up(expected, reading.value, Rules(liberal=True))
        if not isinstance(pairs, list):
            return Fit.NO
        worst, used = Fit.EXACT, 0
        for pair in pairs:
            many = _numbers_in(pair.got)
            worst = min(worst, self._fit_leaf(pair, reading.typed[used : used + many]))
            used += many
        return worst

    def _fit_leaf(self, pair: Pair, typed: Sequence[Typed]) -> Fit:
        if pair.arrays:
            return self._fit_array(*pair.arrays, typed)
        same = compare(pair.expected, pair.got, Rules(liberal=True)) is None
        return Fit.EXACT if same else Fit.NO

    def _fit_array(self, ours: Array, theirs: Array, typed: Sequence[Typed]) -> Fit:
        if ours.shape != theirs.shape and not len(ours.items) == len(theirs.items) == 1:
            return Fit.NO
        if len(typed) != len(theirs.items):  # True and False carry no digits
            typed = [Typed(item) for item in theirs.items]
        return min(
            (self.fit_one(one, other, ours) for one, other in zip(ours.items, typed, strict=True)),
            default=Fit.EXACT,
        )

    def fit_one(self, expected: Scalar, typed: Typed, array: Array) -> Fit:
        """Return how well one typed number fits one element of `array`."""
        got = typed.value
        if expected == got or (is_nan(expected) and is_nan(got)):
            return Fit.EXACT
        if array.exact or not (is_finite(expected) and is_finite(got)):
            return Fit.NO
        if self.rtol is not None or self.atol is not None:
            bound = Tolerance(self.rtol or 0.0, self.atol or 0.0)
            return Fit.NEAR if close(expected, got, bound) else Fit.NO
        if not got:
            return Fit.NEAR if abs(expected) <= _zero(array.dtype) else Fit.NO
        return _by_digits(expected, typed)


def _zero(dtype: str) -> float:
    """What may be typed as 0: rounding noise, but not a 16-bit float's smallest numbers."""
    if dtype in ("float64", "complex128", "float", "complex"):
        return 1e-12
    return 1e-7 if dtype in ("float32", "complex64") else 0.0


def _by_digits(expected: Scalar, typed: Typed) -> Fit:
    if not expected:
        return Fit.NO
    off = abs(expected - typed.value)
    noise = 1e-7 * abs(expected)  # what float32 leaves in the eighth digit
    third = 10.0 ** (floor(log10(abs(expected))) - 2)
    if typed.digits is None:
        if off <= 10 * noise:
            return Fit.EXACT
        return Fit.NEAR if off <= third / 2 + noise else Fit.NO
    rounds = off <= typed.unit / 2 + noise
    if rounds and typed.digits >= 3:
        return Fit.EXACT
    if off <= third / 2 + noise:
        return Fit.NEAR
    cut = abs(typed.value) < abs(expected) and off < typed.unit
    if cut and typed.digits >= 3:  # 0.407 for 0.40760596: cut off, not rounded
        return Fit.NEAR
    # Of 0.5 a 1 shows no digit at all.
    shows = typed.unit <= 100 * third or off <= abs(expected) / 10
    return Fit.COARSE if rounds and shows else Fit.NO


def _numbers_in(value: Value) -> int:
    if isinstance(value, SequenceValue):
        return sum(_numbers_in(item) for item in value.items)
    return isinstance(value, Number)


def _names_error(got: Value, expected: Value) -> bool:
    """Whether the class typed is the one raised, or a base of it that says something."""
    if isinstance(got, Nothing) or not isinstance(expected, Raised):
        return isinstance(got, Nothing) and not isinstance(expected, Raised)
    if not isinstance(got, Raised):
        return False
    bases = [base for base in expected.bases if base not in _TOO_GENERAL]
    return got.type.lower() in {name.lower() for name in (expected.type, *bases)}


_TOO_GENERAL = ("Exception", "BaseException", "object")


def _same_name(expected: Value, got: Value) -> bool:
    # A dtype may come as text (`str(x.dtype)`), and so may a device.
    return compare(got, expected, Rules(liberal=True)) is None


def _same_text(expected: Value, got: Value) -> bool:
    if isinstance(expected, DType | Device):
        return _same_name(expected, got)
    ours = _tokens(_printed(expected))
    theirs = _tokens(got.text if isinstance(got, Text) else "")
    return len(ours) == len(theirs) and all(map(_same_token, ours, theirs))


def _printed(value: Value) -> str:
    match value:
        case Text(text=text):
            return text
        case Number():
            array = array_of(value)
            return str(array.items[0]) if array else ""
        case DType(name=name) | Device(name=name):
            return name
        case Nothing():
            return "None"
        case Opaque(repr=text):
            return text
        case _:
            dims = dims_of(value)
            return str(dims) if dims is not None else ""


_TOKEN = re.compile(
    r"(?<![\w.])[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?![\w])|\w+|[^\w\s]", re.ASCII
)


def _tokens(text: str) -> list[str]:
    """Words, numbers and signs, without white space: `[1., 2.]` is `[ 1.,2. ]`."""
    text = text.strip()
    if len(text) >= 2 and text[0] == text[-1] and text[0] in "`'\"":
        text = text[1:-1]
    return _TOKEN.findall(text.replace("−", "-"))


def _same_token(ours: str, theirs: str) -> bool:
    if ours.casefold() == theirs.casefold():
        return True
    try:
        return float(ours) == float(theirs)  # `1.` and `1.0000`
    except ValueError:
        return False


# ── what to say ──────────────────────────────────────────────────────────────────────────────────


_ROUNDING = 1e-5
"""Relative. Nearer than that the other digits are float32's own: 0.9 comes out as 0.900001."""


def _right(expected: Value, reading: Reading) -> str:
    """Confirm; with the exact name or more digits where the learner gave less."""
    got = reading.value
    if isinstance(expected, Raised) and isinstance(got, Raised):
        if got.type.lower() != expected.type.lower():
            return f"Right: it raises `{expected.type}`, a kind of `{got.type}`."
        return f"Right: it raises `{expected.type}`."
    if len(reading.typed) == 1 and reading.typed[0].digits is not None:
        array = array_of(expected)
        if array and len(array.items) == 1 and not array.exact:
            exact, typed = array.items[0], reading.typed[0].value
            if is_finite(exact) and abs(exact - typed) > _ROUNDING * abs(exact):
                return f"Right. To more digits it is {show_number(exact)}."
    return "Right."


def _wrong(
    expected: Value, reading: Reading, rules: _Rules, sizes: tuple[int, ...]
) -> tuple[str, str]:
    """The diagnosis and its words, for an answer that no foreseen mistake explains."""
    got = reading.value
    match rules.form:
        case "exception":
            return _wrong_error(expected, got)
        case "dtype":
            return _wrong_dtype(expected, got)
        case "shape":
            return _wrong_shape(expected, got)
        case "bool":
            return "value", "It is the other one."
        case "device":
            return "value", "It is on another device."
        case "text":
            return _wrong_text(expected, got)
        case _:
            return _wrong_numbers(expected, reading, rules, sizes)


def _wrong_error(expected: Value, got: Value) -> tuple[str, str]:
    if not isinstance(expected, Raised):
        return "raised", "It runs without an error."
    if isinstance(got, Nothing):
        return "raised", "It does raise an error."
    if isinstance(got, Raised) and got.type in _TOO_GENERAL:
        return "too-general", "Nearly every error is one of those: name its own class."
    typed = f", not `{got.type}`" if isinstance(got, Raised) else ""
    return "raised", f"It raises an error of another class{typed}."


def _wrong_dtype(expected: Value, got: Value) -> tuple[str, str]:
    ours = expected.name if isinstance(expected, DType) else _printed(expected)
    theirs = got.name if isinstance(got, DType) else ""
    if ours.rstrip("0123456789").rpartition(".")[2] == theirs.rstrip("0123456789"):
        return "dtype-width", f"The kind is right, the width is not: it is not `{theirs}`."
    return "dtype", f"It is not `{theirs}`: think of the kind of number first, then of its width."


def _wrong_shape(expected: Value, got: Value) -> tuple[str, str]:
    array = array_of(expected)
    ours = dims_of(expected)
    if ours is None and array:
        ours = tuple(int(item.real) for item in array.items)
    theirs = dims_of(got) or ()
    if ours is None:
        return "kind", "The answer here is not a shape."
    if len(ours) != len(theirs):
        if [size for size in ours if size != 1] == [size for size in theirs if size != 1]:
            many = "many" if len(theirs) > len(ours) else "few"
            extra = abs(len(theirs) - len(ours))
            axes = "an axis" if extra == 1 else f"{extra} axes"
            return "keepdims", f"The lengths are right, with {axes} of length 1 too {many}."
        many = "many" if len(theirs) > len(ours) else "few"
        axes = "1 axis" if len(theirs) == 1 else f"{len(theirs)} axes"
        return "rank", f"That is a shape of {axes}: too {many}."
    if sorted(map(str, ours)) == sorted(map(str, theirs)):
        return "axes-permuted", "The lengths are right, their order is not."
    wrong = sum(one != other for one, other in zip(ours, theirs, strict=True))
    if wrong == len(ours):
        return "value", "The number of axes is right; their lengths are not."
    right = len(ours) - wrong
    so = "so is one" if right == 1 else f"so are {right}"
    return "value", f"The number of axes is right, and {so} of their lengths."


def _wrong_text(expected: Value, got: Value) -> tuple[str, str]:
    ours, theirs = _tokens(_printed(expected)), _tokens(_printed(got))
    same = 0
    for one, other in zip(ours, theirs, strict=False):
        if not _same_token(one, other):
            break
        same += 1
    if same and same < len(theirs):
        return "value", f"It is right up to `{theirs[same - 1]}`, and differs after that."
    if same:
        return "value", "It is right as far as it goes, and there is more."
    return "value", "That is not what it gives: follow the code line by line."


def _wrong_numbers(
    expected: Value, reading: Reading, rules: _Rules, sizes: tuple[int, ...]
) -> tuple[str, str]:
    ours, theirs = array_of(expected), array_of(reading.value)
    if ours is None or theirs is None:
        return _wrong_structure(expected, reading)
    typed = reading.typed
    if len(typed) != len(theirs.items):
        typed = tuple(Typed(item) for item in theirs.items)
    # A typed 6 may stand for 6.0001, but a diagnosis must not rest on one or two digits.
    floats = Array(ours.shape, ours.items, "float")

    def stands_for(place: int, wrong: Scalar) -> bool:
        if ours.exact or not typed[place].value:
            return close(wrong, typed[place].value, EXACT)
        strict = _Rules(rules.form, None, None)
        return strict.fit_one(wrong, typed[place], floats) >= Fit.NEAR

    case = Case(ours, theirs, EXACT, sizes, fits=stands_for)
    found = diagnose([case], "your answer")
    if found:
        return found.slug, found.words
    if ours.shape != theirs.shape:
        return _wrong_layout(ours, theirs)
    return _gap(ours, theirs, typed, rules)


def _wrong_structure(expected: Value, reading: Reading) -> tuple[str, str]:
    difference = compare(expected, reading.value, Rules(liberal=True))
    if difference and difference.kind in ("structure", "kind"):
        return difference.kind, "That is not made up as the answer is: count its items."
    at = f" at `{difference.path}`" if difference and difference.path else ""
    return "value", f"That is not it{at}."


def _wrong_layout(ours: Array, theirs: Array) -> tuple[str, str]:
    if len(ours.items) == len(theirs.items):
        return "shape", "The number of elements is right; they are nested in another way."
    if len(ours.shape) <= 1 and len(theirs.shape) <= 1:
        many = "many" if len(theirs.items) > len(ours.items) else "few"
        return "shape", f"That has {counted(len(theirs.items), 'element')}: too {many}."
    return "shape", "That has another shape than the answer."


def _gap(ours: Array, theirs: Array, typed: Sequence[Typed], rules: _Rules) -> tuple[str, str]:
    pairs = list(enumerate(zip(ours.items, typed, strict=True)))
    wrong = [place for place, (one, other) in pairs if rules.fit_one(one, other, ours) < Fit.NEAR]
    if not wrong:
        return "value", "That is not it."
    worst = max(wrong, key=lambda place: gap_between(ours.items[place], theirs.items[place]))
    if len(ours.items) > 1:
        verb, at = ("is", "the one at") if len(wrong) == 1 else ("are", "most at")
        words = f"{len(wrong)} of {len(ours.items)} elements {verb} wrong"
        return "value", f"{words}, {at} {index_text(theirs.at(worst))}."
    far = how_far(gap_between(ours.items[worst], theirs.items[worst]))
    if ours.exact or not far:
        return "value", f"It is not {show_number(theirs.items[worst])}."
    if gap_between(ours.items[worst], theirs.items[worst]) < 1e-2:
        return "value", f"Close: off {far}. Give three correct digits."
    return "value", f"It is not {show_number(theirs.items[worst])}: that is off {far}."
