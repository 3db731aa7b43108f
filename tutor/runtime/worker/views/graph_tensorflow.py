"""The graph of a tf.function, without its plumbing; bodies of branches and loops are groups."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .base import NothingToShowError, Wire, clean
from .naming import names_of
from .sketch import MAX_GROUPS, Sketch, call, dims

PASSED = ("Identity", "IdentityN", "ReadVariableOp")
"""Operations that hand on what they are given."""
SMALL = 4
"""Elements of a constant that is written where it is used, and is no node."""

BODIES = {
    "If": {"then_branch": "if true", "else_branch": "if false"},
    "StatelessIf": {"then_branch": "if true", "else_branch": "if false"},
    "While": {"cond": "while's condition", "body": "while's body"},
    "StatelessWhile": {"cond": "while's condition", "body": "while's body"},
    "PartitionedCall": {"f": ""},
    "StatefulPartitionedCall": {"f": ""},
}
"""Attributes that name a function, and what it is for; a call is titled by the function's name."""

UNTOLD = {"output_shapes", "output_types", "value", "dtype", "config", "config_proto"}
"""Attributes that say nothing a learner would look for."""


def read(value: Any, sketch: Sketch) -> bool:
    """Draw ``value``; False when it is nothing that has a graph."""
    if hasattr(value, "get_concrete_function"):
        value = _only_trace(value)
    graph = value if hasattr(value, "get_operations") else getattr(value, "graph", None)
    if sketch.sight.adapter.is_tensor(value) or not hasattr(graph, "get_operations"):
        return False
    _Reader(sketch).read(graph)
    return True


def _only_trace(function: Any) -> Any:
    traces = function._list_all_concrete_functions()
    if not traces:
        raise NothingToShowError(
            "This tf.function was not called yet, so it has no graph. Call it first, or show "
            "graph_of(f, *args)."
        )
    return traces[-1]


@dataclass
class _Body:
    title: str
    graph: Any


@dataclass
class _Known:
    """What a tensor of a graph is: a node's number, or a constant's text."""

    number: int
    text: str


class _Reader:
    """Walks through a graph and the functions in it."""

    def __init__(self, sketch: Sketch) -> None:
        self.sketch = sketch
        self.bodies: list[_Body] = []
        self.names: dict[int, str] = {}
        for leaf, name in names_of(sketch.sight).values():
            self.names[id(leaf)] = name
            if hasattr(leaf, "handle"):
                self.names[id(leaf.handle)] = name

    def read(self, graph: Any) -> None:
        """Draw it as group 0, then the functions that were met on the way."""
        self._graph(graph, 0)
        for index, body in enumerate(self.bodies):  # it grows meanwhile
            self._graph(body.graph, index + 1)
        if self.bodies:
            name = getattr(graph, "name", None) or "the graph"
            self.sketch.groups = [str(name), *(body.title for body in self.bodies)]

    def _graph(self, graph: Any, group: int) -> None:
        known: dict[str, _Known] = {}
        captured = {id(inner): outer for outer, inner in getattr(graph, "captures", ())}
        variables = {id(v.handle): v for v in getattr(graph, "variables", ())}
        for op in graph.get_operations():
            if op.type == "Placeholder":
                outer = captured.get(id(op.outputs[0]))
                variable = variables.get(id(outer))
                number = self._input(op, outer, variable, group)
                known[op.outputs[0].name] = _Known(number, "")
            elif op.type in PASSED:
                for given, result in zip(op.inputs, op.outputs):
                    if given.name in known:
                        known[result.name] = known[given.name]
            elif op.type != "NoOp":
                self._operation(op, known, group)
        self._output(graph, known, group)

    def _operation(self, op: Any, known: dict[str, _Known], group: int) -> None:
        text = _constant(op, self.sketch.sight.adapter.module)
        if text:
            known[op.outputs[0].name] = _Known(-1, text)
            return
        uses = [known[t.name].number for t in op.inputs if t.name in known]
        opened = [self._body(op, name, title) for name, title in _functions(op)]
        sight = self.sketch.sight

        def about() -> Wire:
            arguments = [self._argument(tensor, known) for tensor in op.inputs]
            detail = call(op.type, arguments, _attributes(op))
            if any(opened):
                detail += f"; what it runs: {', '.join(title for title in opened if title)}"
            found = _about_tensor(op.outputs[0]) if op.outputs else {}
            frames = [(frame.filename, frame.lineno) for frame in op.traceback or ()]
            return {**found, "detail": detail, **sight.place(frames)}

        used = [number for number in uses if number >= 0]
        number = self.sketch.node(op.type, used, about, group)
        for tensor in op.outputs:
            known[tensor.name] = _Known(number, "")

    def _input(self, op: Any, outer: Any, variable: Any, group: int) -> int:
        tensor = op.outputs[0]
        kind = "input" if outer is None else "variable" if variable is not None else "captured"
        label = self.names.get(id(outer), "")
        shown = tensor if variable is None else variable
        if not label:
            own = variable.name.split(":")[0] if variable is not None else op.name
            label = own.rsplit("/", 1)[-1] if variable is None else own
        if kind != "variable" and (label.startswith("Placeholder") or outer is not None):
            label = self.names.get(id(outer), "")
        return self.sketch.node(kind, (), lambda: {"label": label, **_about_tensor(shown)}, group)

    def _output(self, graph: Any, known: dict[str, _Known], group: int) -> None:
        outputs = list(getattr(graph, "outputs", ()))
        if not outputs:
            return
        uses = [known[t.name].number for t in outputs if t.name in known]

        def about() -> Wire:
            found = _about_tensor(outputs[0]) if len(outputs) == 1 else {}
            return {**found, "detail": call("output", (self._argument(t, known) for t in outputs))}

        self.sketch.node("output", [number for number in uses if number >= 0], about, group)

    def _argument(self, tensor: Any, known: dict[str, _Known]) -> str:
        found = known.get(tensor.name)
        if found is None:
            return "_"
        return found.text or self.sketch.op_of(found.number)

    def _body(self, op: Any, name: str, title: str) -> str:
        try:
            graph = op.graph._get_function(name).graph
        except (AttributeError, KeyError, ValueError):
            return ""
        if len(self.bodies) + 1 >= MAX_GROUPS:
            return ""
        self.bodies.append(_Body(title or f"{graph.name}, called", graph))
        return self.bodies[-1].title


def _functions(op: Any) -> list[tuple[str, str]]:
    """Return the names of the functions that an operation runs, and what each is for."""
    if op.type in BODIES:
        attributes = op.node_def.attr
        return [(attributes[key].func.name, title) for key, title in BODIES[op.type].items()]
    if op.type in ("Case", "StatelessCase"):
        branches = op.node_def.attr["branches"].list.func
        return [(branch.name, f"branch {index}") for index, branch in enumerate(branches)]
    return []


def _constant(op: Any, tf: Any) -> str:
    """Return a small constant's text, or nothing for anything else."""
    if op.type != "Const":
        return ""
    count = op.outputs[0].shape.num_elements()
    if count is None or count > SMALL:
        return ""
    return clean(str(tf.make_ndarray(op.get_attr("value")).tolist()), 40)


def _attributes(op: Any) -> str:
    """Write those that are set and short: `transpose_b=True`."""
    words = []
    for key, value in op.node_def.attr.items():
        if key.startswith("_") or key in UNTOLD or key in BODIES.get(op.type, {}):
            continue
        kind = value.WhichOneof("value")
        if kind == "b" and value.b:
            words.append(f"{key}=True")
        elif kind in ("i", "f"):
            words.append(f"{key}={getattr(value, kind):g}")
        elif kind == "s" and value.s:
            words.append(f"{key}={value.s.decode('utf-8', 'replace')}")
        elif kind == "list" and value.list.i:
            words.append(f"{key}={list(value.list.i)}")
    return clean(" ".join(words), 200)


def _about_tensor(tensor: Any) -> Wire:
    shape = tensor.shape
    known = None if shape.rank is None else dims(shape.as_list())
    return {"shape": known, "dtype": tensor.dtype.name}
