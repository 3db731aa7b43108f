"""Reads a number, or a little arithmetic, as a learner types it. Nothing is ever evaluated as code.

sum     = term (("+" | "-") term)*
term    = factor (("*" | "/") factor)*
factor  = ("+" | "-") factor | power
power   = atom (("**" | "^") factor)?
atom    = number | constant | function atom | "(" sum ")"
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass

from tutor.grading.arrays import Scalar

MAX_LENGTH = 200
"""Characters in one number or expression: enough for any answer, and a bound on the work."""
MAX_DEPTH = 40
"""Nested parentheses, signs and powers."""
MAX_BITS = 4096
"""Size of an integer result: `2**1024` can be typed, `9**9**9` cannot."""

_LOOKALIKES = str.maketrans(
    {
        "−": "-",
        "–": "-",
        "—": "-",
        "＋": "+",
        "×": "*",
        "·": "*",
        "⋅": "*",
        "∗": "*",
        "÷": "/",
        "∕": "/",
        "⁄": "/",
        "π": " pi ",
        "∞": " inf ",
        "√": " sqrt ",
        "²": "**2",
        "³": "**3",
        "\u00a0": " ",
        "\u202f": " ",
        "\u2009": " ",
    }
)

_CONSTANTS: dict[str, Scalar] = {
    "pi": math.pi,
    "e": math.e,
    "tau": math.tau,
    "inf": math.inf,
    "infinity": math.inf,
    "nan": math.nan,
    "true": True,
    "false": False,
}
_FUNCTIONS: dict[str, Callable[[float], float]] = {
    "sqrt": math.sqrt,
    "exp": math.exp,
    "log": math.log,
    "ln": math.log,
    "log2": math.log2,
    "log10": math.log10,
    "abs": abs,
    "sin": math.sin,
    "cos": math.cos,
    "tan": math.tan,
    "tanh": math.tanh,
}

_NUMBER = r"(?:\d+(?:_\d+)*\.?(?:\d+(?:_\d+)*)?|\.\d+(?:_\d+)*)(?:[eE][+-]?\d+)?"
_LITERAL = re.compile(rf"([+-]?)\s*({_NUMBER})([jJ]?)\s*(%?)", re.ASCII)
_TOKEN = re.compile(rf"\s*(?:({_NUMBER})([jJ]?)|([A-Za-z]\w*)|(\*\*|[-+*/^(),]))", re.ASCII)
_MODULE = re.compile(r"\b(?:math|np|numpy|torch|jnp|jax\.numpy|tf\.math|tf)\.(?=[A-Za-z])")
_GROUPED = re.compile(r"[+-]?[1-9]\d{0,2}(?:,\d{3})+(?:\.\d*)?", re.ASCII)
_COMMA = re.compile(r"[+-]?\d+,\d+", re.ASCII)


@dataclass(frozen=True)
class Typed:
    """A number as it was typed."""

    value: Scalar
    digits: int | None = None
    """Significant digits typed; None for an expression such as `sqrt(2)/2`."""
    unit: float = 0.0
    """The worth of the last digit typed: 0.001 for `0.408`."""
    note: str = ""
    """How it was read, where that is not plain: `50% was read as 0.5`."""


class NotANumberError(ValueError):
    """The text is no number; the message is a sentence for the learner."""


def read_number(text: str) -> Typed:
    """Read a number or a little arithmetic of numbers.

    Raises:
        NotANumberError: with one sentence that says why.
    """
    if len(text) > MAX_LENGTH:
        raise NotANumberError(f"That is {len(text):,} characters long; a number was expected.")
    clean = text.translate(_LOOKALIKES).strip()
    if not clean:
        raise NotANumberError("There is nothing there; type a number.")
    note = ""
    if _GROUPED.fullmatch(clean):
        note = f"`{clean}` was read as {clean.replace(',', '')}."
        clean = clean.replace(",", "")
    elif _COMMA.fullmatch(clean):
        raise NotANumberError(f"Write the decimal point as a point: `{clean.replace(',', '.')}`.")
    literal = _LITERAL.fullmatch(clean)
    if literal:
        return _literal(*literal.groups(), note=note)
    try:
        value = _Parser(_MODULE.sub("", clean)).read()
    except ZeroDivisionError:
        raise NotANumberError(f"`{_short(text)}` divides by zero.") from None
    except OverflowError:
        raise NotANumberError(f"`{_short(text)}` is too large to compute.") from None
    except (NotANumberError, ArithmeticError, ValueError, TypeError) as error:
        if isinstance(error, NotANumberError):
            raise
        raise NotANumberError(f"`{_short(text)}` has no value as a number.") from None
    return Typed(value)


def _literal(sign: str, digits: str, imaginary: str, percent: str, *, note: str) -> Typed:
    plain = digits.replace("_", "")
    mantissa, _, exponent = plain.lower().partition("e")
    whole, _, fraction = mantissa.partition(".")
    if len(exponent) > 6:
        raise NotANumberError(f"The exponent of `{_short(digits)}` is too large.")
    power = int(exponent or "0") - len(fraction)
    value: Scalar = float(plain) if "." in plain or exponent else int(plain)
    unit = 10.0**power if -320 < power < 300 else 0.0
    if percent:
        value, unit = value / 100, unit / 100
        note = f"`{digits}%` was read as {value:g}."
    if sign == "-":
        value = -value
    if imaginary:
        value = complex(0.0, value)
    return Typed(value, len((whole + fraction).lstrip("0")) or 1, unit, note)


def _short(text: str) -> str:
    text = " ".join(text.split()).replace("`", "'")
    return text if len(text) <= 40 else f"{text[:37]}…"


class _Parser:
    """Recursive descent over the tokens of one expression."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens: list[tuple[str, str]] = []
        place, end = 0, len(text.rstrip())
        while place < end:
            found = _TOKEN.match(text, place)
            if not found:
                raise self.unread()
            number, imaginary, name, sign = found.groups()
            if number:
                self.tokens.append(("imaginary" if imaginary else "number", number))
            else:
                self.tokens.append(("name", name.lower()) if name else ("sign", sign))
            place = found.end()
        self.next = 0

    def read(self) -> Scalar:
        value = self.sum(0)
        if self.next < len(self.tokens):
            raise self.unread()
        return value

    def unread(self) -> NotANumberError:
        return NotANumberError(
            f"`{_short(self.text)}` could not be read as a number: "
            "write it like `0.5`, `1/2`, `5e-1` or `sqrt(2)/2`."
        )

    def peek(self) -> str:
        if self.next < len(self.tokens):
            kind, text = self.tokens[self.next]
            if kind == "sign":
                return text
        return ""

    def take(self, *signs: str) -> str:
        sign = self.peek()
        if sign and sign in signs:
            self.next += 1
            return sign
        return ""

    def sum(self, depth: int) -> Scalar:
        value = self.term(depth)
        while sign := self.take("+", "-"):
            other = self.term(depth)
            value = value + other if sign == "+" else value - other
        return self.bounded(value)

    def term(self, depth: int) -> Scalar:
        value = self.factor(depth)
        while sign := self.take("*", "/"):
            other = self.factor(depth)
            value = self.bounded(value * other if sign == "*" else value / other)
        return value

    def factor(self, depth: int) -> Scalar:
        if depth > MAX_DEPTH:
            raise NotANumberError(f"`{_short(self.text)}` is nested too deeply.")
        sign = self.take("+", "-")
        if sign:
            value = self.factor(depth + 1)
            return -value if sign == "-" else +value
        base = self.atom(depth)
        if self.take("**", "^"):
            return self.power(base, self.factor(depth + 1))
        return base

    def power(self, base: Scalar, exponent: Scalar) -> Scalar:
        if isinstance(base, int) and isinstance(exponent, int):
            if abs(base) > 1 and base.bit_length() * abs(exponent) > MAX_BITS:
                raise OverflowError
            if exponent < 0:
                return float(base) ** exponent
        return base**exponent

    def bounded(self, value: Scalar) -> Scalar:
        if isinstance(value, int) and value.bit_length() > MAX_BITS:
            raise OverflowError
        return value

    def atom(self, depth: int) -> Scalar:
        if self.next >= len(self.tokens) or depth > MAX_DEPTH:
            raise self.unread()
        kind, text = self.tokens[self.next]
        self.next += 1
        if kind == "number":
            return float(text) if set(".eE") & set(text) else int(text)
        if kind == "imaginary":
            return complex(0.0, float(text))
        if text == "(":
            value = self.sum(depth + 1)
            if not self.take(")"):
                raise self.unread()
            return value
        if text in _CONSTANTS:
            return _CONSTANTS[text]
        if text in _FUNCTIONS:
            argument = self.atom(depth + 1)
            if isinstance(argument, complex):
                raise self.unread()
            return _FUNCTIONS[text](argument)
        raise self.unread()
