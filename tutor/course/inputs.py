"""The grammar of a code step's inputs.

An input is one call with literal arguments. The worker makes the value; here the text is only
checked, so that a slip is an author's finding and not a learner's crash.

    normal(*dims, mean=, std=, dtype=)       normal; mean 0 and std 1 by default
    uniform(*dims, low=, high=, dtype=)      uniform; 0 to 1 by default
    integers(*dims, low=, high=, dtype=)     whole numbers, high excluded; 0 to 10 by default
    tensor(literal, dtype=)                  the same for every seed
    number(low, high)                        a Python float; 0 to 1 by default
    whole(low, high)                         a Python int, high excluded; 0 to 10 by default
"""

from __future__ import annotations

import ast
import math
from collections.abc import Mapping
from typing import Any, NamedTuple, cast

from tutor.errors import nearest

_KEYWORDS: dict[str, tuple[str, ...]] = {
    "normal": ("mean", "std", "dtype"),
    "uniform": ("low", "high", "dtype"),
    "integers": ("low", "high", "dtype"),
    "tensor": ("dtype",),
    "number": ("low", "high"),
    "whole": ("low", "high"),
}
DTYPES = (
    "float64",
    "float32",
    "float16",
    "bfloat16",
    "complex64",
    "int64",
    "int32",
    "int16",
    "int8",
    "uint8",
    "bool",
)
_DEFAULT_HIGH = {"uniform": 1, "integers": 10, "number": 1, "whole": 10}
_WHOLE = ("integers", "whole")
_WITH_DIMS = ("normal", "uniform", "integers")
_INTERVALS = ("number", "whole")
MAX_ELEMENTS = 1 << 26
"""256 MB as float32: more is a slip of the author's, and would stop the learner's machine."""


class Generator(NamedTuple):
    """A call such as `normal(8, 3, std=2)`, taken apart."""

    name: str
    """Such as `normal`."""
    arguments: tuple[Any, ...]
    """Literals; None for anything else."""
    keywords: dict[str, Any]
    """Literals by name."""

    def shape(self) -> tuple[int, ...]:
        """The dimensions of what it makes; none for a Python number."""
        if self.name == "tensor":
            return (_shape(self.arguments[0]) if self.arguments else None) or ()
        if self.name in _WITH_DIMS:
            return tuple(dim for dim in self.arguments if type(dim) is int)
        return ()

    def interval(self) -> tuple[float, float]:
        """`low` and `high` of one that has them, as given or by default."""
        ends = dict(zip(("low", "high"), self.arguments, strict=False))
        given = {**(ends if self.name in _INTERVALS else {}), **self.keywords}
        return given.get("low", 0), given.get("high", _DEFAULT_HIGH.get(self.name, 1))


def parse_generator(text: str) -> Generator | None:
    """Take a generator apart; None for text that is no call of a name."""
    call = _call(text)
    if call is None or not isinstance(call.func, ast.Name):
        return None
    keywords = {keyword.arg: _literal(keyword.value) for keyword in call.keywords if keyword.arg}
    return Generator(call.func.id, tuple(_literal(each) for each in call.args), keywords)


def fault_in(text: str) -> str:
    """Return what is wrong with a generator such as `normal(8, 3)`, or an empty string."""
    call = _call(text)
    names = ", ".join(f"`{name}`" for name in _KEYWORDS)
    if call is None:
        return f"expected a generator such as `normal(8, 3)`, one of {names}"
    name = call.func.id if isinstance(call.func, ast.Name) else ""
    if name not in _KEYWORDS:
        shown = text.partition("(")[0].strip()
        return f"unknown generator `{shown}`; expected one of {names}.{nearest(shown, _KEYWORDS)}"
    values: dict[str, Any] = {}
    arguments = [_literal(argument) for argument in call.args]
    return (
        _keyword_fault(name, call.keywords, values)
        or _argument_fault(name, arguments, values)
        or _range_fault(name, values)
    )


def sizes_of(inputs: Mapping[str, str]) -> tuple[int, ...]:
    """Return the sizes that a wrong scale could come from: each dimension, and each whole.

    For ``{"x": "normal(8, 3)"}``: 8, 3 and 24. Ones are left out; nothing is scaled by them.
    """
    sizes: set[int] = set()
    for text in inputs.values():
        generator = parse_generator(text)
        dims = generator.shape() if generator is not None else ()
        sizes.update(dims)
        sizes.add(math.prod(dims))
    return tuple(sorted(size for size in sizes if size > 1))


def _keyword_fault(name: str, keywords: list[ast.keyword], values: dict[str, Any]) -> str:
    """Put the numbers among the keywords into `values`; return the first fault."""
    allowed = _KEYWORDS[name]
    for keyword in keywords:
        given = keyword.arg or "**"
        if keyword.arg is None or given not in allowed:
            takes = " and ".join(f"`{known}=`" for known in allowed)
            return f"`{name}` takes {takes}, not `{given}`.{nearest(given, allowed)}"
        value = _literal(keyword.value)
        if given != "dtype":
            if not _is_number(value):
                return f"expected a number for `{given}`"
            values[given] = value
        elif value not in DTYPES:
            name_given = keyword.value.id if isinstance(keyword.value, ast.Name) else str(value)
            near = nearest(name_given, DTYPES)
            return f'expected a dtype in quotes, such as `dtype="float64"`.{near}'
    return ""


def _argument_fault(name: str, arguments: list[Any], values: dict[str, Any]) -> str:
    """Put the ends of an interval into `values`; return what is wrong with the arguments."""
    if name == "tensor":
        if len(arguments) != 1 or _shape(arguments[0]) is None:
            return "`tensor` takes one literal, a number or lists of numbers of equal length"
        return ""
    if name in _INTERVALS:
        if len(arguments) > 2 or not all(_is_number(argument) for argument in arguments):
            return f"`{name}` takes two numbers, such as `{name}(1, 5)`"
        values.update(zip(("low", "high"), arguments, strict=False))
        return ""
    if not all(type(dim) is int and dim >= 0 for dim in arguments):
        return f"the dimensions of `{name}` must be whole numbers, such as `{name}(8, 3)`"
    elements = math.prod(arguments)
    if elements > MAX_ELEMENTS:
        return f"{elements:,} elements; at most {MAX_ELEMENTS:,} are made"
    return ""


def _range_fault(name: str, values: dict[str, Any]) -> str:
    if name not in _DEFAULT_HIGH:
        return ""
    low, high = values.get("low", 0), values.get("high", _DEFAULT_HIGH[name])
    if name in _WHOLE and not (isinstance(low, int) and isinstance(high, int)):
        return f"`low` and `high` of `{name}` must be whole numbers"
    return "" if low < high else f"`low` ({low}) must be less than `high` ({high})"


def _call(text: str) -> ast.Call | None:
    try:
        body = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return body if isinstance(body, ast.Call) else None


def _literal(node: ast.expr) -> Any:
    """The value of a literal; None when it is not one."""
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
        return None


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _shape(value: Any) -> tuple[int, ...] | None:
    """The shape of nested lists of numbers; None when they have none."""
    if isinstance(value, int | float):  # bools too: a mask is a tensor
        return ()
    if not isinstance(value, list | tuple):
        return None
    items = cast("list[Any] | tuple[Any, ...]", value)
    shapes = {_shape(item) for item in items}
    if not shapes:
        return (0,)
    inner = shapes.pop()
    if shapes or inner is None:
        return None
    return (len(items), *inner)
