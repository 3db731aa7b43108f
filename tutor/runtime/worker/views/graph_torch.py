"""PyTorch's graphs: what autograd recorded, and what FX, Dynamo and torch.export captured."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ..dynamo import DynamoGraphs, no_graph, reason_of
from .base import NothingToShowError, Sight, Wire, clean
from .naming import names_of
from .sketch import MAX_GROUPS, Sketch, call, dims


def read(value: Any, sketch: Sketch) -> bool:
    """Draw ``value``; False when it is nothing that has a graph."""
    adapter = sketch.sight.adapter
    if adapter.is_tensor(value):
        _autograd([value], sketch)
    elif _are_tensors(value, adapter):
        _autograd([*value], sketch)
    elif isinstance(value, DynamoGraphs):
        _dynamo(value, sketch)
    elif hasattr(value, "graph_signature") and hasattr(value, "graph_module"):
        signature = value.graph_signature
        names = {**signature.inputs_to_parameters, **signature.inputs_to_buffers}
        _fx(value.graph_module, sketch, names)
    elif hasattr(getattr(value, "graph", None), "nodes") and hasattr(value, "named_modules"):
        _fx(value, sketch, {})
    elif hasattr(value, "nodes") and hasattr(value, "owning_module"):
        _fx(value.owning_module, sketch, {}, graph=value)
    else:
        return False
    return True


def _are_tensors(value: Any, adapter: Any) -> bool:
    return type(value) in (list, tuple) and bool(value) and all(map(adapter.is_tensor, value))


# --- autograd


def _autograd(tensors: list[Any], sketch: Sketch) -> None:
    """Draw what led to the tensors, in the order it was computed."""
    roots = [tensor.grad_fn for tensor in tensors if tensor.grad_fn is not None]
    if not roots:
        raise NothingToShowError(_no_grad_fn(tensors[0]))
    known = names_of(sketch.sight)
    results = {id(t.grad_fn): name for t, name in known.values() if t.grad_fn is not None}
    numbers: dict[Any, int] = {}
    for node in _inputs_first(roots):
        uses = [numbers[other] for other, _ in node.next_functions if other is not None]
        about = _AboutBackward(node, known, results, sketch.sight)
        numbers[node] = sketch.node(_backward_name(node), uses, about)


def _no_grad_fn(tensor: Any) -> str:
    if tensor.requires_grad:
        return (
            "This tensor is a leaf: it was made, not computed, so it has no grad_fn. Show a "
            "result that was computed from it, such as a loss."
        )
    return (
        "This tensor has no grad_fn: nothing it was computed from requires a gradient, or it "
        "was detached, or computed under torch.no_grad()."
    )


def _inputs_first(roots: list[Any]) -> list[Any]:
    """Return every node behind the roots after those it depends on; without recursion."""
    order: list[Any] = []
    done: set[Any] = set()
    stack = [(root, False) for root in reversed(roots)]
    while stack:
        node, seen_inputs = stack.pop()
        if seen_inputs:
            order.append(node)
        elif node not in done:
            done.add(node)
            stack.append((node, True))
            following = [other for other, _ in node.next_functions if other is not None]
            stack.extend((other, False) for other in reversed(following) if other not in done)
    return order


def _backward_name(node: Any) -> str:
    return str(node.name()).rsplit("::", 1)[-1]


@dataclass
class _AboutBackward:
    """What is told of one backward node."""

    node: Any
    known: dict[int, tuple[Any, str]]
    results: dict[int, str]
    sight: Sight

    def __call__(self) -> Wire:
        node = self.node
        variable = getattr(node, "variable", None)
        if variable is not None:
            label = self.known.get(id(variable), (None, ""))[1]
            what = "a leaf: its gradient is added to .grad"
            return {"label": label, **_about_tensor(variable), "detail": what}
        found: Wire = {"label": self.results.get(id(node), "")}
        metadata = getattr(node, "_input_metadata", None) or ()
        if metadata:
            found["shape"] = dims(metadata[0].shape)
            found["dtype"] = _dtype(metadata[0].dtype)
        found["detail"] = self._detail()
        written = node.metadata.get("traceback_")  # with torch.autograd.detect_anomaly()
        if written:
            found.update(self.sight.place(_frames("".join(written))))
        return found

    def _detail(self) -> str:
        forward = re.sub(r"Backward\d*$", "", _backward_name(self.node))
        text = f"the backward of {forward[:1].lower() + forward[1:]}"
        saved = [name[7:] for name in dir(self.node) if name.startswith("_saved_")]
        kept = [name for name in saved if "_sym_" not in name]
        return f"{text}; saved for it: {', '.join(kept)}" if kept else text


# --- FX


def _dynamo(value: DynamoGraphs, sketch: Sketch) -> None:
    if not value.graphs:
        raise NothingToShowError(no_graph(value))
    several = len(value.graphs) > 1
    for number, (module, names) in enumerate(zip(value.graphs, value.names), 1):
        if len(sketch.groups) == MAX_GROUPS:
            break
        if several:
            sketch.groups.append(f"graph {number}")
        group = max(len(sketch.groups) - 1, 0)
        _fx(module, sketch, names, group)
        reason = getattr(module, "compile_subgraph_reason", None)
        if reason is not None and reason.graph_break and number < len(value.graphs):
            why = reason_of(str(reason.reason))
            line = sketch.sight.place(_stack(reason))
            sketch.breaks.append({"after": group, "reason": why, **line})


def _stack(reason: Any) -> Iterable[tuple[str, int]]:
    return ((frame.filename, frame.lineno) for frame in reason.user_stack or ())


def _fx(
    module: Any, sketch: Sketch, names: dict[str, str], group: int = 0, graph: Any = None
) -> None:
    numbers: dict[Any, int] = {}
    bodies: list[tuple[str, Any]] = []
    for node in (graph or module.graph).nodes:
        body = _body_of(node, module)
        if body is not None:
            bodies.append((str(node.target), body))
            continue
        uses = [numbers[other] for other in node.all_input_nodes if other in numbers]
        about = _AboutFx(node, names, sketch.sight)
        numbers[node] = sketch.node(_fx_op(node, module), uses, about, group)
    for title, body in bodies:
        if len(sketch.groups) < MAX_GROUPS:
            sketch.groups = [*(sketch.groups or ["the graph"]), title]
            _fx(body, sketch, {}, len(sketch.groups) - 1)


def _body_of(node: Any, module: Any) -> Any:
    """Return the graph that an operation such as torch.cond is given; None for a tensor."""
    if node.op != "get_attr":
        return None
    value = module
    for name in str(node.target).split("."):
        value = getattr(value, name, None)
    return value if hasattr(getattr(value, "graph", None), "nodes") else None


def _fx_op(node: Any, module: Any) -> str:
    if node.op == "call_function":
        return _function_name(node.target)
    if node.op == "call_module":
        try:
            return type(module.get_submodule(node.target)).__name__
        except AttributeError:
            return str(node.target)
    if node.op == "call_method":
        return str(node.target)
    return {"placeholder": "input", "get_attr": "constant"}.get(node.op, str(node.op))


def _function_name(target: Any) -> str:
    name = getattr(target, "__name__", "") or str(target)
    space = getattr(target, "namespace", "")  # of an OpOverload, whose name is `mm.default`
    if space:
        name = name.rsplit(".", 1)[0]
        return f"{space}.{name}"
    return str(name)


@dataclass
class _AboutFx:
    """What is told of one FX node."""

    node: Any
    names: dict[str, str]
    sight: Sight

    def __call__(self) -> Wire:
        node = self.node
        found: Wire = {"label": self._label()}
        value = node.meta.get("val", node.meta.get("example_value", node.meta.get("tensor_meta")))
        if isinstance(value, (list, tuple)) and value and not hasattr(value, "dtype"):
            value = value[0]
        found.update(_about_tensor(value))
        if node.op.startswith("call_"):
            found["detail"] = self._detail()
        written = node.meta.get("stack_trace")
        if written:
            found.update(self.sight.place(_frames(written)))
        return found

    def _label(self) -> str:
        node = self.node
        if node.op == "placeholder":
            return self.names.get(node.name) or self.names.get(str(node.target)) or str(node.target)
        return str(node.target) if node.op in ("get_attr", "call_module") else ""

    def _detail(self) -> str:
        node = self.node
        words = [self._argument(value) for value in node.args]
        words += [f"{name}={self._argument(value)}" for name, value in node.kwargs.items()]
        name = _function_name(node.target) if callable(node.target) else str(node.target)
        return call(name, words)

    def _argument(self, value: Any) -> str:
        if hasattr(value, "all_input_nodes"):
            known = self.names.get(value.name) or self.names.get(str(value.target))
            return known or str(value.name)
        if type(value).__name__ in ("list", "tuple", "immutable_list"):
            inner = ", ".join(self._argument(item) for item in value)
            return f"[{inner}]"
        return clean(repr(value), 60)


# --- both


def _about_tensor(value: Any) -> Wire:
    kind = getattr(value, "dtype", None)
    shape = getattr(value, "shape", None)
    if kind is None or shape is None:
        return {}
    return {"shape": dims(shape), "dtype": _dtype(kind)}


def _dtype(kind: Any) -> str:
    return str(kind).rsplit(".", 1)[-1]


_FRAME = re.compile(r'File "([^"]+)", line (\d+)')


def _frames(written: str) -> list[tuple[str, int]]:
    return [(file, int(line)) for file, line in _FRAME.findall(written)]
