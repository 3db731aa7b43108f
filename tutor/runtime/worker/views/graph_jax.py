"""A jaxpr as a graph: calls of jitted functions opened, bodies of loops as groups of their own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from .base import Sight, Wire, clean
from .naming import names_of
from .sketch import MAX_GROUPS, Sketch, call, dims

OPENED = {
    "jit", "pjit", "closed_call", "core_call", "custom_jvp_call", "custom_vjp_call",
    "custom_vjp_call_jaxpr", "checkpoint", "remat", "remat2", "custom_lin",
}  # fmt: skip
"""Primitives that only call a function: its operations are drawn in their place."""


@dataclass
class _Body:
    """A function that an operation runs, to be drawn as a group of its own."""

    title: str
    jaxpr: Any
    group: int


def read(value: Any, sketch: Sketch) -> bool:
    """Draw ``value``; False when it is no jaxpr and holds none."""
    held = getattr(value, "jaxpr", None)  # of a ClosedJaxpr, or of jax.jit(f).trace(*args)
    jaxpr = getattr(held, "jaxpr", held) if held is not None else value
    if not (hasattr(jaxpr, "eqns") and hasattr(jaxpr, "invars")):
        return False
    consts = getattr(value, "consts", None) or getattr(held, "consts", None) or ()
    _Reader(sketch).read(jaxpr, consts)
    return True


class _Reader:
    """Walks through a jaxpr and the bodies in it."""

    def __init__(self, sketch: Sketch) -> None:
        self.sketch = sketch
        self.bodies: list[_Body] = []
        self.names = {number: name for number, (_, name) in names_of(sketch.sight).items()}
        self.labels: dict[int, str] = {}
        """What a node is called where it is an argument."""
        self.callers: list[Any] = []
        """The calls that are open: an operation of the library's own has the line of its call."""

    def read(self, jaxpr: Any, consts: Any) -> None:
        """Draw it as group 0, then the bodies that were met on the way."""
        self._graph(jaxpr, 0, consts)
        for body in self.bodies:  # it grows meanwhile
            self._graph(body.jaxpr, body.group)
        if self.bodies:
            self.sketch.groups = [_name_of(jaxpr), *(body.title for body in self.bodies)]

    def _graph(self, jaxpr: Any, group: int, consts: Any = ()) -> None:
        env: dict[Any, int] = {}
        values = [*consts] + [None] * (len(jaxpr.constvars) - len(consts))
        for var, value in zip(jaxpr.constvars, values):
            env[var] = self._input("constant", var, self.names.get(id(value), ""), group)
        for var, name in zip(jaxpr.invars, _argument_names(jaxpr)):
            env[var] = self._input("input", var, name, group)
        self._equations(jaxpr, env, group)
        uses = [env[var] for var in jaxpr.outvars if _is_var(var) and var in env]
        outputs = jaxpr.outvars

        def about() -> Wire:
            found = _about_value(outputs[0]) if len(outputs) == 1 else {}
            words = [self._argument(var, env) for var in outputs]
            return {**found, "detail": call("output", words)}

        self.sketch.node("output", uses, about, group)

    def _input(self, op: str, var: Any, name: str, group: int) -> int:
        number = self.sketch.node(op, (), lambda: {"label": name, **_about_value(var)}, group)
        self.labels[number] = name or op
        return number

    def _equations(self, jaxpr: Any, env: dict[Any, int], group: int) -> None:
        for equation in jaxpr.eqns:
            inner = _called(equation)
            if inner is not None:
                self._open(equation, inner, env, group)
                continue
            number = self._node(equation, env, group)
            for var in equation.outvars:
                env[var] = number

    def _open(self, equation: Any, inner: Any, env: dict[Any, int], group: int) -> None:
        """Draw a called function's operations here; its arguments are ours."""
        jaxpr = getattr(inner, "jaxpr", inner)
        inside: dict[Any, int] = {}
        literals: dict[Any, str] = {}
        for var in jaxpr.constvars:
            inside[var] = self._input("constant", var, "", group)
        # those of custom_vjp and checkpoint may begin with constants of the call
        given = equation.invars[len(equation.invars) - len(jaxpr.invars) :]
        for var, outer in zip(jaxpr.invars, given):
            if _is_var(outer) and outer in env:
                inside[var] = env[outer]
            elif not _is_var(outer):
                literals[var] = _literal(outer)
        for var, text in literals.items():
            inside[var] = self._input("constant", var, text, group)
        self.callers.append(equation)
        self._equations(jaxpr, inside, group)
        self.callers.pop()
        for var, result in zip(equation.outvars, jaxpr.outvars):
            if _is_var(result) and result in inside:
                env[var] = inside[result]
            elif not _is_var(result):
                env[var] = self._input("constant", result, _literal(result), group)

    def _node(self, equation: Any, env: dict[Any, int], group: int) -> int:
        name = equation.primitive.name
        opened = [self._body(title, jaxpr) for title, jaxpr in _bodies(equation)]
        uses = [env[var] for var in equation.invars if _is_var(var) and var in env]
        sight = self.sketch.sight
        at = [equation, *reversed(self.callers)]

        def about() -> Wire:
            found = _about_value(equation.outvars[0]) if equation.outvars else {}
            arguments = [self._argument(var, env) for var in equation.invars]
            detail = call(name, arguments, _parameters(equation))
            if any(opened):
                detail += f"; what it runs: {', '.join(title for title in opened if title)}"
            return {**found, "detail": detail, **_line(at, sight)}

        number = self.sketch.node(name, uses, about, group)
        self.labels[number] = name
        return number

    def _body(self, title: str, jaxpr: Any) -> str:
        if len(self.bodies) + 1 >= MAX_GROUPS:
            return ""
        self.bodies.append(_Body(title, getattr(jaxpr, "jaxpr", jaxpr), len(self.bodies) + 1))
        return title

    def _argument(self, var: Any, env: dict[Any, int]) -> str:
        if not _is_var(var):
            return _literal(var)
        return self.labels.get(env[var], "") if var in env else "_"


def _is_var(var: Any) -> bool:
    return not hasattr(var, "val")  # a Literal has one


def _literal(var: Any) -> str:
    return clean(str(var.val), 40)


def _called(equation: Any) -> Any:
    if equation.primitive.name not in OPENED:
        return None
    for key in ("jaxpr", "call_jaxpr", "fun_jaxpr"):
        if equation.params.get(key) is not None:
            return equation.params[key]
    return None


def _bodies(equation: Any) -> Iterator[tuple[str, Any]]:
    """Yield the functions that an operation runs, with what each is for."""
    name, params = equation.primitive.name, equation.params
    if name == "scan":
        yield f"scan's body, {params.get('length', '?')} times", params["jaxpr"]
        return
    for key, value in params.items():
        if _is_jaxpr(value):
            part = {"cond_jaxpr": "condition", "body_jaxpr": "body"}.get(key, key)
            yield f"{name}'s {part}", value
        elif key == "branches":
            for index, branch in enumerate(value):
                which = ("if false", "if true")[index] if len(value) == 2 else f"branch {index}"
                yield f"{name}, {which}", branch


def _is_jaxpr(value: Any) -> bool:
    inner = getattr(value, "jaxpr", value)
    return hasattr(inner, "eqns") and hasattr(inner, "invars")


def _parameters(equation: Any) -> str:
    """Write those that are set and short: `axes=(0,)`."""
    words = []
    for key, value in equation.params.items():
        if value is None or value is False or _is_jaxpr(value) or key == "branches":
            continue
        text = str(value)
        if value != () and len(text) <= 60 and "\n" not in text and " at 0x" not in text:
            words.append(f"{key}={text}")
    return " ".join(words)


def _argument_names(jaxpr: Any) -> list[str]:
    count = len(jaxpr.invars)
    try:
        names = [str(name or "") for name in jaxpr.debug_info.arg_names]
    except Exception:  # before JAX 0.6, and in some transformations
        names = []
    return names if len(names) == count else [""] * count


def _name_of(jaxpr: Any) -> str:
    name = getattr(getattr(jaxpr, "debug_info", None), "func_name", None)
    return str(name or "the function")


def _about_value(var: Any) -> Wire:
    aval: Any = getattr(var, "aval", None)
    kind = getattr(aval, "dtype", None)
    if kind is None:
        return {}
    return {"shape": dims(aval.shape), "dtype": str(getattr(kind, "name", kind))}


def _line(equations: list[Any], sight: Sight) -> Wire:
    """Return the line of the first that has one of the learner's."""
    for equation in equations:
        traceback = getattr(equation.source_info, "traceback", None)
        if traceback is not None:
            frames = [(frame.file_name, frame.line_num) for frame in traceback.frames]
            place = sight.place(reversed(frames))  # its first is the innermost
            if place:
                return place
    return {}
