"""Generator expressions such as ``normal(8, 3)``: parsed, never evaluated.

    normal(*sizes, mean=0, std=1)         uniform(*sizes, low=0, high=1)
    integers(*sizes, low=0, high=10)      tensor([[1, 2], [3, 4]])
    number(low, high)                     whole(low, high)

Any but the last two takes ``dtype="float64"``; without sizes it is a scalar tensor; ``low`` is
included and ``high`` is not. The same seed and name give the same numbers in every framework,
and no input's numbers depend on another's.
"""

from __future__ import annotations

import ast
import difflib
import hashlib
import math
import random
from typing import Any, NamedTuple

DTYPES = (
    "float64", "float32", "float16", "bfloat16", "complex64",
    "int64", "int32", "int16", "int8", "uint8", "bool",
)  # fmt: skip

OPTIONS: dict[str, dict[str, float]] = {
    "normal": {"mean": 0.0, "std": 1.0},
    "uniform": {"low": 0.0, "high": 1.0},
    "integers": {"low": 0, "high": 10},
    "tensor": {},
    "number": {"low": 0.0, "high": 1.0},
    "whole": {"low": 0, "high": 10},
}
"""Generator to its options and their defaults."""

STDLIB_UP_TO = 10_000
"""Elements; beyond, numpy draws them: the standard library takes 1 s for 2 million."""

MAX_ELEMENTS = 1 << 26


class InputError(ValueError):
    """The expression is no generator; the text says what was expected."""


class Spec(NamedTuple):
    """A parsed generator."""

    kind: str
    shape: tuple[int, ...]
    options: dict[str, float]
    dtype: str | None
    """None: float32, or for integers the framework's own default."""
    values: tuple[float, ...] = ()
    """The elements of `tensor`."""

    @property
    def size(self) -> int:
        """How many elements it has."""
        return math.prod(self.shape)


def parse(source: str) -> Spec:
    """Parse one expression; InputError says what is wrong with it."""
    try:
        node = ast.parse(source.strip(), mode="eval").body
    except (SyntaxError, ValueError) as error:
        raise InputError(f"`{source}` is not an expression such as `normal(8, 3)`.") from error
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
        raise InputError(f"`{source}` is not a generator such as `normal(8, 3)`.")
    kind = node.func.id
    if kind not in OPTIONS:
        close = difflib.get_close_matches(kind, list(OPTIONS), n=1)
        hint = f" Did you mean `{close[0]}`?" if close else ""
        raise InputError(f"`{kind}` is not a generator; there are {', '.join(OPTIONS)}.{hint}")
    arguments = [_literal(argument, source) for argument in node.args]
    options, dtype = _options(kind, node.keywords, source)
    if kind == "tensor":
        return _tensor(arguments, dtype, source)
    if kind in ("number", "whole"):
        return _scalar(kind, arguments, options, dtype, source)
    for size in arguments:
        if not isinstance(size, int) or isinstance(size, bool) or size < 0:
            raise InputError(f"In `{source}`, a size must be a whole number, not `{size}`.")
    spec = Spec(kind, tuple(arguments), options, dtype)
    if spec.size > MAX_ELEMENTS:
        raise InputError(f"`{source}` has {spec.size} elements; at most {MAX_ELEMENTS} are made.")
    _check_range(spec, source)
    return spec


def _options(
    kind: str, keywords: list[ast.keyword], source: str
) -> tuple[dict[str, float], str | None]:
    options = dict(OPTIONS[kind])
    dtype = None
    for keyword in keywords:
        value = _literal(keyword.value, source)
        if keyword.arg == "dtype" and kind not in ("number", "whole"):
            if value not in DTYPES:
                raise InputError(
                    f"In `{source}`, dtype must be one of {', '.join(DTYPES)}, not `{value}`."
                )
            dtype = value
        elif keyword.arg in options:
            if isinstance(value, bool) or not isinstance(value, (int, float)):
                raise InputError(f"In `{source}`, {keyword.arg} must be a number, not `{value}`.")
            options[keyword.arg] = value
        else:
            known = ", ".join([*options, "dtype"]) if kind not in ("number", "whole") else "none"
            raise InputError(f"In `{source}`, `{keyword.arg}` is no option; there are: {known}.")
    return options, dtype


def _scalar(
    kind: str, arguments: list[Any], options: dict[str, float], dtype: str | None, source: str
) -> Spec:
    if len(arguments) > 2:
        raise InputError(f"`{source}` takes two numbers, low and high.")
    for name, value in zip(("low", "high"), arguments):
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise InputError(f"In `{source}`, {name} must be a number, not `{value}`.")
        options[name] = value
    spec = Spec(kind, (), options, dtype)
    _check_range(spec, source)
    return spec


def _check_range(spec: Spec, source: str) -> None:
    low, high = spec.options.get("low"), spec.options.get("high")
    if low is None or high is None:
        return
    if spec.kind in ("integers", "whole") and not (isinstance(low, int) and isinstance(high, int)):
        raise InputError(f"In `{source}`, low and high must be whole numbers.")
    if not low < high:
        raise InputError(f"In `{source}`, low ({low}) must be below high ({high}).")


def _tensor(arguments: list[Any], dtype: str | None, source: str) -> Spec:
    if len(arguments) != 1:
        raise InputError(f"`{source}` takes one list of numbers (or one number).")
    shape: list[int] = []
    level = arguments[0]
    while isinstance(level, list):
        shape.append(len(level))
        level = level[0] if level else None
    values: list[float] = []
    _flatten(arguments[0], shape, values, source)
    return Spec("tensor", tuple(shape), {}, dtype, tuple(values))


def _flatten(value: Any, shape: list[int], values: list[float], source: str) -> None:
    if shape:
        if not isinstance(value, list) or len(value) != shape[0]:
            raise InputError(f"In `{source}`, the rows differ in length.")
        for item in value:
            _flatten(item, shape[1:], values, source)
    elif isinstance(value, (int, float)):
        values.append(value)
    else:
        raise InputError(f"In `{source}`, `{value}` is not a number.")


def _literal(node: ast.AST, source: str) -> Any:
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.USub, ast.UAdd)):
        value = _literal(node.operand, source)
        if isinstance(value, (int, float)):
            return -value if isinstance(node.op, ast.USub) else value
    if isinstance(node, ast.Constant) and isinstance(node.value, (bool, int, float, str)):
        return node.value
    if isinstance(node, (ast.List, ast.Tuple)):
        return [_literal(item, source) for item in node.elts]
    raise InputError(f"In `{source}`, arguments must be numbers, lists of numbers, or a dtype.")


def draw(spec: Spec, name: str, seed: int) -> Any:
    """Return the elements, row-major: a list, a numpy array when there are many, or a number."""
    if spec.kind == "tensor":
        return list(spec.values)
    key = f"{seed}:{name}"
    if spec.size > STDLIB_UP_TO:
        many = _draw_many(spec, key)
        if many is not None:
            return many
    # only .random() is promised to give the same numbers in every version of Python
    uniform = random.Random(key).random
    if spec.kind == "normal":
        mean, std = spec.options["mean"], spec.options["std"]
        return [mean + std * _normal(uniform) for _ in range(spec.size)]
    low, high = spec.options["low"], spec.options["high"]
    if spec.kind == "number":
        return low + (high - low) * uniform()
    if spec.kind == "whole":
        return int(low) + int((high - low) * uniform())
    if spec.kind == "integers":
        return [int(low) + int((high - low) * uniform()) for _ in range(spec.size)]
    return [low + (high - low) * uniform() for _ in range(spec.size)]


def _normal(uniform: Any) -> float:
    return math.sqrt(-2.0 * math.log(1.0 - uniform())) * math.cos(2.0 * math.pi * uniform())


def _draw_many(spec: Spec, key: str) -> Any:
    try:
        import numpy
    except ImportError:
        return None
    entropy = int.from_bytes(hashlib.sha256(key.encode()).digest()[:16], "little")
    generator = numpy.random.Generator(numpy.random.PCG64(entropy))
    if spec.kind == "normal":
        return spec.options["mean"] + spec.options["std"] * generator.standard_normal(spec.size)
    low, high = spec.options["low"], spec.options["high"]
    if spec.kind == "integers":
        return generator.integers(int(low), int(high), spec.size)
    return low + (high - low) * generator.random(spec.size)


def is_scalar(spec: Spec) -> bool:
    """Whether it is a Python number rather than a tensor."""
    return spec.kind in ("number", "whole")


def default_dtype(spec: Spec, integer: str) -> str:
    """Return the dtype to make it in; `integer` is the framework's own default."""
    if spec.dtype:
        return spec.dtype
    return integer if spec.kind == "integers" else "float32"
