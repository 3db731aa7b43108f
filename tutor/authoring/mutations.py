"""Which slips are tried at each piece of a program: expression in, replacements out. Pure."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

Change = tuple[ast.AST, str, str]
"""What is replaced, the text that comes in its place, and the change in words."""

_TextOf = Callable[[ast.AST], str]

OPERATORS: dict[type[ast.AST], tuple[str, tuple[str, ...]]] = {
    ast.Add: ("+", ("-",)),
    ast.Sub: ("-", ("+",)),
    ast.Mult: ("*", ("/",)),
    ast.Div: ("/", ("*",)),
    ast.Pow: ("**", ("*",)),
    ast.MatMult: ("@", ("*",)),
    ast.FloorDiv: ("//", ("/",)),
    ast.Mod: ("%", ("*",)),
    ast.Lt: ("<", ("<=", ">=")),
    ast.LtE: ("<=", ("<", ">")),
    ast.Gt: (">", (">=", "<=")),
    ast.GtE: (">=", (">", "<")),
    ast.Eq: ("==", ("!=",)),
    ast.NotEq: ("!=", ("==",)),
    ast.Is: ("is", ("is not",)),
    ast.IsNot: ("is not", ("is",)),
    ast.And: ("and", ("or",)),
    ast.Or: ("or", ("and",)),
}
"""Operator → how it is written, and what it is taken for."""

_PAIRS = (
    ("mean", "sum"),
    ("reduce_mean", "reduce_sum"),
    ("max", "min"),
    ("maximum", "minimum"),
    ("amax", "amin"),
    ("argmax", "argmin"),
    ("reduce_max", "reduce_min"),
    ("exp", "log"),
    ("sin", "cos"),
    ("sqrt", "square"),
    ("sigmoid", "tanh"),
    ("softmax", "log_softmax"),
    ("zeros", "ones"),
    ("zeros_like", "ones_like"),
    ("floor", "ceil"),
    ("any", "all"),
    ("var", "std"),
    ("add_", "sub_"),
    ("mul_", "div_"),
    ("eval", "train"),
    ("cumsum", "cumprod"),
)
_SWAPPED = {**dict(_PAIRS), **{other: one for one, other in _PAIRS}, "relu": "tanh"}
"""Functions that are taken for one another."""

_TRANSPOSES = frozenset({"transpose", "permute", "swapaxes", "moveaxis", "t", "flip"})
_AXES = frozenset({"axis", "dim"})


def changes_of(node: ast.AST, text_of: _TextOf) -> Iterator[Change]:
    """The slips at one node, operators and whole statements apart."""
    match node:
        case ast.Constant():
            yield from _constants(node)
        case ast.Call():
            yield from _calls(node, text_of)
        case ast.Attribute(attr="T" | "mT", value=value):
            yield node, text_of(value), f".{node.attr} left out"
        case ast.UnaryOp(op=ast.USub() | ast.Not(), operand=operand):
            sign = "-" if isinstance(node.op, ast.USub) else "not "
            yield node, _wrapped(operand, text_of), f"`{sign.strip()}` left out"
        case ast.BinOp():
            yield from _swapped_operands(node, text_of)
        case ast.IfExp():
            one, other = text_of(node.body), text_of(node.orelse)
            yield node, f"({other} if {text_of(node.test)} else {one})", "branches swapped"
        case ast.If() | ast.While():
            yield node.test, f"not ({text_of(node.test)})", "condition negated"
        case ast.Slice():
            yield from _slices(node, text_of)
        case ast.FunctionDef():
            yield from _returns(node, text_of)
        case _:
            pass


def _constants(node: ast.Constant) -> Iterator[Change]:
    value = node.value
    others: tuple[object, ...] = ()
    if isinstance(value, bool):
        others = (not value,)
    elif isinstance(value, int):
        others = {0: (1,), 1: (0, 2)}.get(value, (value + 1, value * 2))
    elif isinstance(value, float):
        others = {0.0: (1.0,), 1.0: (0.0, 2.0)}.get(value, (value * 2,))
    for other in others:
        yield node, repr(other), f"{value} → {other}"


def _calls(node: ast.Call, text_of: _TextOf) -> Iterator[Change]:
    function = node.func
    name = function.attr if isinstance(function, ast.Attribute) else ""
    name = function.id if isinstance(function, ast.Name) else name
    if name in _SWAPPED:
        owner = f"{text_of(function.value)}." if isinstance(function, ast.Attribute) else ""
        yield function, f"{owner}{_SWAPPED[name]}", f"{name} → {_SWAPPED[name]}"
    if isinstance(function, ast.Attribute):
        yield from _dropped(node, function, text_of)
    if name == "range" and node.args:
        last = node.args[-1] if len(node.args) < 3 else node.args[1]
        yield last, f"{_wrapped(last, text_of)} - 1", "one round fewer"
        yield last, f"{_wrapped(last, text_of)} + 1", "one round more"
    if len(node.args) == 2 and not any(isinstance(each, ast.Starred) for each in node.args):
        yield from _swapped_arguments(node, text_of)
    for place, keyword in enumerate(node.keywords):
        if keyword.arg in _AXES and (axis := _whole(keyword.value)) is not None:
            yield keyword.value, str({0: 1, 1: 0}.get(axis, 0)), f"another {keyword.arg}"
        yield from _without_keyword(node, place, text_of)


def _dropped(node: ast.Call, function: ast.Attribute, text_of: _TextOf) -> Iterator[Change]:
    """`x.detach()` → `x`, and `tf.sqrt(x)` → `x`."""
    words = f"`{function.attr}` left out"
    if not node.args or function.attr in _TRANSPOSES:
        yield node, text_of(function.value), words
    if len(node.args) == 1 and not node.keywords and not isinstance(node.args[0], ast.Starred):
        yield node, _wrapped(node.args[0], text_of), words


def _swapped_arguments(node: ast.Call, text_of: _TextOf) -> Iterator[Change]:
    one, other = map(text_of, node.args)
    function = text_of(node.func)
    rest = "".join(f", {text_of(keyword)}" for keyword in node.keywords)
    yield node, f"{function}({other}, {one}{rest})", "arguments swapped"


def _without_keyword(node: ast.Call, place: int, text_of: _TextOf) -> Iterator[Change]:
    gone = node.keywords[place]
    if gone.arg is None:
        return
    kept = [*node.args, *(each for each in node.keywords if each is not gone)]
    words = f"`{text_of(gone)}` left out"
    yield node, f"{text_of(node.func)}({', '.join(map(text_of, kept))})", words


def _swapped_operands(node: ast.BinOp, text_of: _TextOf) -> Iterator[Change]:
    """Where the order matters, the other order."""
    signs: dict[type[ast.operator], str] = {
        ast.Sub: "-",
        ast.Div: "/",
        ast.MatMult: "@",
        ast.Pow: "**",
    }
    sign = signs.get(type(node.op))
    if sign is not None:
        one, other = _wrapped(node.left, text_of), _wrapped(node.right, text_of)
        yield node, f"({other} {sign} {one})", f"operands of {sign} swapped"


def _slices(node: ast.Slice, text_of: _TextOf) -> Iterator[Change]:
    for bound in (node.lower, node.upper):
        if bound is not None and not isinstance(bound, ast.Constant):
            yield bound, f"{_wrapped(bound, text_of)} + 1", "slice off by one"


def _returns(node: ast.FunctionDef, text_of: _TextOf) -> Iterator[Change]:
    """What a function gives back: negated, in another order, or another of its names."""
    parts = ast.walk(node)
    names = [argument.arg for argument in node.args.args]
    names += (p.id for p in parts if isinstance(p, ast.Name) and isinstance(p.ctx, ast.Store))
    for part in _own_returns(node):
        value = part.value
        if isinstance(value, ast.Tuple) and len(value.elts) > 1:
            one, other, *rest = (text_of(each) for each in value.elts)
            swapped = ", ".join((other, one, *rest))
            yield value, f"({swapped})", "returned values swapped"
        elif isinstance(value, ast.expr) and not isinstance(value, ast.Lambda):
            if isinstance(value, ast.Name):
                for other in dict.fromkeys(names):
                    if other not in (value.id, "self", "_"):
                        yield value, other, f"returns `{other}`"
            else:
                yield value, f"-{_wrapped(value, text_of)}", "returned value negated"


def _own_returns(node: ast.FunctionDef) -> Iterator[ast.Return]:
    """The returns of a function, without those of functions in it."""
    waiting: list[ast.AST] = list(node.body)
    while waiting:
        part = waiting.pop()
        if isinstance(part, ast.Return):
            yield part
        elif not isinstance(part, ast.FunctionDef | ast.Lambda | ast.ClassDef):
            waiting.extend(ast.iter_child_nodes(part))


def _wrapped(node: ast.expr, text_of: _TextOf) -> str:
    """The text, in brackets where it could not stand beside an operator without."""
    text = text_of(node)
    alone = ast.Name | ast.Call | ast.Attribute | ast.Constant | ast.Subscript | ast.List
    return text if isinstance(node, alone) else f"({text})"


def _whole(node: ast.expr) -> int | None:
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        inner = _whole(node.operand)
        return None if inner is None else -inner
    value = node.value if isinstance(node, ast.Constant) else None
    return value if isinstance(value, int) and not isinstance(value, bool) else None
