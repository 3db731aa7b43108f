"""The grammar of a code step's inputs.

An input is one call with literal arguments. The worker makes the value; here the text is only
checked, so that a slip is an author's finding and not a learner's crash.

    normal(*dims, mean=, std=, dtype=)       normal; mean 0 and std 1 by default
    uniform(*dims, low=, high=, dtype=)      uniform; 0 to 1 by default
    integers(*dims, low=, high=, dtype=)     whole numbers, high excluded; 0 to 10 by default
    tensor(literal, dtype=)                  the same for every seed
    number(low, high)                        a Python float
    whole(low, high)                         a Python int, high excluded
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from typing import Any, cast

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
    "int64",
    "int32",
    "uint8",
    "bool",
)
_DEFAULT_HIGH = {"uniform": 1, "integers": 10}
_WITH_DIMS = ("normal", "uniform", "integers")
_INTERVALS = ("number", "whole")
MAX_ELEMENTS = 1 << 26
"""256 MB as float32: more is a slip of the author's, and would stop the learner's machine."""


def fault_in(text: str) -> str:
    """Return what is wrong with a generator such as `normal(8, 3)`, or an empty string."""
    return next(_faults(text), "")


def sizes_of(inputs: Mapping[str, str]) -> tuple[int, ...]:
    """Return the sizes that a wrong scale could come from: each dimension, and each whole.

    For ``{"x": "normal(8, 3)"}``: 8, 3 and 24. Ones are left out; nothing is scaled by them.
    """
    sizes: set[int] = set()
    for text in inputs.values():
        dims = _dims(text)
        sizes.update(dims)
        whole = 1
        for dim in dims:
            whole *= dim
        sizes.add(whole)
    return tuple(sorted(size for size in sizes if size > 1))


def _faults(text: str) -> Iterator[str]:
    call = _call(text)
    names = ", ".join(f"`{name}`" for name in _KEYWORDS)
    if call is None:
        yield f"expected a generator such as `normal(8, 3)`, one of {names}"
        return
    name = call.func.id if isinstance(call.func, ast.Name) else ""
    if name not in _KEYWORDS:
        shown = ast.unparse(call.func)
        yield f"unknown generator `{shown}`; expected one of {names}.{nearest(shown, _KEYWORDS)}"
        return
    values: dict[str, Any] = {}
    for keyword in call.keywords:
        allowed = _KEYWORDS[name]
        if keyword.arg not in allowed:
            given = keyword.arg or "**"
            yield (f"`{name}` takes {_either(allowed)}, not `{given}`.{nearest(given, allowed)}")
            return
        if keyword.arg == "dtype":
            dtype = _literal(keyword.value)
            if dtype not in DTYPES:
                given = ast.unparse(keyword.value)
                yield (
                    f'expected a dtype in quotes, such as `dtype="float64"`, found `{given}`.'
                    f"{nearest(given, DTYPES)}"
                )
            continue
        values[keyword.arg] = _literal(keyword.value)
        if not _is_number(values[keyword.arg]):
            yield f"expected a number for `{keyword.arg}`"
            return
    arguments = [_literal(argument) for argument in call.args]
    if name in _WITH_DIMS:
        yield from _faults_in_dims(name, arguments)
    elif name == "tensor":
        if len(arguments) != 1 or not _is_rectangle(arguments[0]):
            yield "`tensor` takes one literal, a number or lists of numbers of equal length"
    else:
        yield from _faults_in_interval(name, arguments, values)
        return
    low, high = values.get("low", 0), values.get("high", _DEFAULT_HIGH.get(name))
    if high is not None and not low < high:
        yield f"`low` ({low}) must be less than `high` ({high})"


def _faults_in_dims(name: str, dims: list[Any]) -> Iterator[str]:
    elements = 1
    for dim in dims:
        if type(dim) is not int or dim < 0:
            yield f"the dimensions of `{name}` must be whole numbers, such as `{name}(8, 3)`"
            return
        elements *= dim
    if elements > MAX_ELEMENTS:
        yield f"{elements:,} elements; at most {MAX_ELEMENTS:,} are made"


def _faults_in_interval(name: str, given: list[Any], values: dict[str, Any]) -> Iterator[str]:
    ends: dict[str, Any] = dict(zip(("low", "high"), given, strict=False))
    if len(given) > 2 or set(ends) & set(values) or len({**ends, **values}) != 2:
        yield f"`{name}` takes two numbers, such as `{name}(1, 5)`"
        return
    ends.update(values)
    low, high = ends["low"], ends["high"]
    if not (_is_number(low) and _is_number(high)):
        yield f"`{name}` takes two numbers, such as `{name}(1, 5)`"
    elif name == "whole" and not (type(low) is int and type(high) is int):
        yield "`whole` takes two whole numbers, such as `whole(1, 5)`"
    elif not low < high:
        yield f"the first number of `{name}` ({low}) must be less than the second ({high})"


def _dims(text: str) -> tuple[int, ...]:
    call = _call(text)
    if call is None or not isinstance(call.func, ast.Name):
        return ()
    arguments = [_literal(argument) for argument in call.args]
    if call.func.id in _WITH_DIMS:
        return tuple(dim for dim in arguments if type(dim) is int)
    dims: list[int] = []
    if call.func.id == "tensor" and arguments:
        dims.extend(_shape(arguments[0]) or ())
    return tuple(dims)


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


def _is_rectangle(value: Any) -> bool:
    return _shape(value) is not None


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


def _either(names: tuple[str, ...]) -> str:
    return " and ".join(f"`{name}=`" for name in names)
