"""Graphs: of autograd, of Dynamo and FX, of a tf.function, of a jaxpr."""

from __future__ import annotations

from typing import Any

from . import graph_jax, graph_tensorflow, graph_torch
from .base import NothingToShowError, Sight, Wire
from .sketch import Sketch

READERS = {
    "torch": graph_torch.read,
    "jax": graph_jax.read,
    "tensorflow": graph_tensorflow.read,
}
"""Each draws a value of its framework, or says that it is none that has a graph."""


def make(value: Any, sight: Sight, **_: Any) -> Wire:
    """Return the wire form of the graph that ``value`` is, or holds."""
    read = READERS.get(sight.adapter.name)
    sketch = Sketch(sight)
    if read is None or not read(value, sketch):
        raise NothingToShowError(_no_graph(value, sight.adapter.name))
    return sketch.wire()


WHAT_HAS = {
    "torch": "a tensor with a grad_fn, a torch.fx graph, or graph_of(f, *args)",
    "jax": "a jaxpr, such as jax.make_jaxpr(f)(*args), or graph_of(f, *args)",
    "tensorflow": "a concrete function, a tf.Graph, or graph_of(f, *args)",
}


def _no_graph(value: Any, framework: str) -> str:
    kind = type(value).__name__
    if framework not in WHAT_HAS:
        return f"{kind} has no graph: {framework} computes at once and keeps none."
    return f"{kind} has no graph to draw. What has one is {WHAT_HAS[framework]}."
