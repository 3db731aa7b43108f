"""Graphs of real computations: what is drawn of them, and what is said of what has none."""

from __future__ import annotations

import pytest

from tests.runtime.hosts import run, session_loop
from tutor.runtime.host import Host
from tutor.runtime.job import Block, Shown, Wanted
from tutor.views.model import Graph, Node, NoView, View

pytestmark = session_loop


@pytest.fixture
def host(request: pytest.FixtureRequest) -> Host:
    return request.getfixturevalue(request.param)


async def views(host: Host, source: str, *of: str, given: str = "") -> list[View]:
    wanted = tuple(Wanted(view="graph", of=text, name=text, caption="") for text in of)
    blocks = (Block(name="given", source=given), Block(name="answer", source=source))
    ran = await run(host, blocks=blocks, views=wanted, limits={"seconds": 60})
    assert ran.outcome.how == ran.outcome.views == "finished", ran.outcome.words
    return [event.view for event in ran.events if isinstance(event, Shown)]


async def graphs(host: Host, source: str, *of: str, given: str = "") -> list[Graph]:
    found = await views(host, source, *of, given=given)
    drawn = [view for view in found if isinstance(view, Graph)]
    assert len(drawn) == len(of), found
    for graph in drawn:
        assert_in_order(graph)
    return drawn


def assert_in_order(graph: Graph) -> None:
    """Every edge goes forwards, from a node to a node."""
    place = {node.id: index for index, node in enumerate(graph.nodes)}
    assert len(place) == len(graph.nodes)
    for edge in graph.edges:
        assert place[edge.source] < place[edge.target]


def ops(graph: Graph, group: int = 0) -> list[str]:
    return [node.op for node in graph.nodes if node.group == group]


def the(graph: Graph, op: str) -> Node:
    found = [node for node in graph.nodes if node.op == op]
    assert len(found) == 1, (op, graph.nodes)
    return found[0]


def users(graph: Graph, node: Node) -> set[str]:
    by_id = {other.id: other.op for other in graph.nodes}
    return {by_id[edge.target] for edge in graph.edges if edge.source == node.id}


async def test_autograd_is_drawn_from_the_leaves_to_the_loss(torch: Host) -> None:
    (graph,) = await graphs(
        torch,
        "import torch\n"
        "w = torch.ones(3, 2, requires_grad=True)\n"
        "net = torch.nn.Linear(2, 1)\n"
        "loss = net(torch.sin(torch.ones(4, 3) @ w)).mean()",
        "loss",
    )
    leaves = {node.label: node for node in graph.nodes if node.op == "AccumulateGrad"}
    assert set(leaves) == {"w", "net.weight", "net.bias"}
    assert (leaves["w"].shape, leaves["w"].dtype) == ((3, 2), "float32")
    assert users(graph, leaves["w"]) == {"MmBackward0"}
    assert users(graph, the(graph, "MmBackward0")) == {"SinBackward0"}
    last = graph.nodes[-1]
    assert (last.op, last.label, last.shape) == ("MeanBackward0", "loss", ())
    assert "saved for it: self" in the(graph, "SinBackward0").detail


async def test_a_line_of_autograd_is_known_where_anomalies_are_looked_for(torch: Host) -> None:
    source = (
        "import torch\nw = torch.ones(2, requires_grad=True)\n"
        "with torch.autograd.set_detect_anomaly(True, check_nan=False):\n"
        "    y = torch.cos(w)\ny = y.sum()"
    )
    (graph,) = await graphs(torch, source, "y")
    assert the(graph, "CosBackward0").line == 4
    assert the(graph, "CosBackward0").source == "y = torch.cos(w)"
    assert the(graph, "SumBackward0").line == 0


async def test_the_learners_own_code_shows_the_graph_of_a_loss(torch: Host) -> None:
    source = (
        "import torch\nfrom tutor import show\nw = torch.ones(2, requires_grad=True)\n"
        "loss = (w * 2).sum()\nshow(loss, view='graph')"
    )
    ran = await run(torch, source)
    (graph,) = (event.view for event in ran.events if isinstance(event, Shown))
    assert isinstance(graph, Graph), graph
    assert [(node.op, node.label) for node in graph.nodes] == [
        ("AccumulateGrad", "w"),
        ("MulBackward0", ""),
        ("SumBackward0", "loss"),
    ]


async def test_what_a_module_shares_is_one_node(torch: Host) -> None:
    (graph,) = await graphs(
        torch, "import torch\nw = torch.ones(2, requires_grad=True)\ny = (w * w + w).sum()", "y"
    )
    assert graph.total == 4
    assert users(graph, the(graph, "AccumulateGrad")) == {"MulBackward0", "AddBackward0"}


BREAKS = """import torch

def f(x):
    y = torch.sin(x @ w)
    print("hello")
    if y.sum() > 0:
        y = y + 1
    return y * 2
"""


async def test_dynamos_graphs_with_their_breaks_and_lines(torch: Host) -> None:
    (graph,) = await graphs(
        torch, BREAKS + "w = torch.ones(3, 2)\nx = torch.ones(4, 3)", "graph_of(f, x)"
    )
    assert graph.groups == ("graph 1", "graph 2", "graph 3")
    assert ops(graph, 0) == ["input", "input", "matmul", "sin", "output"]
    assert {node.label for node in graph.nodes if node.op == "input"} == {"x", "w", "y"}
    sine = the(graph, "sin")
    assert (sine.line, sine.source, sine.shape) == (4, "y = torch.sin(x @ w)", (4, 2))
    assert the(graph, "gt").dtype == "bool"
    first, second = graph.breaks
    assert (first.after, first.line, first.source) == (0, 5, 'print("hello")')
    assert "print" in first.reason
    assert (second.after, second.line) == (1, 6)
    assert "tensor's values" in second.reason
    assert max(len(b.reason) for b in graph.breaks) <= 240


async def test_parameters_are_inputs_of_a_compiled_module_by_name(torch: Host) -> None:
    source = (
        "import torch\n"
        "class Net(torch.nn.Module):\n"
        "    def __init__(self):\n"
        "        super().__init__()\n"
        "        self.fc = torch.nn.Linear(3, 2)\n"
        "    def forward(self, x):\n"
        "        return self.fc(x).relu()\n"
        "net = torch.compile(Net())\nx = torch.ones(1, 3)"
    )
    (graph,) = await graphs(torch, source, "graph_of(net, x)")
    assert graph.groups == ()
    labels = {node.label for node in graph.nodes if node.op == "input"}
    assert labels == {"self.fc.weight", "self.fc.bias", "x"}
    assert the(graph, "relu").line == 7


async def test_the_branches_of_a_torch_cond_are_groups(torch: Host) -> None:
    source = (
        "import torch\ndef f(x):\n"
        "    y = torch.cond(x.sum() > 0, lambda v: v.sin(), lambda v: v.cos(), (x,))\n"
        "    print('a break')\n    return y * 2\n"
        "x = torch.ones(3)"
    )
    (graph,) = await graphs(torch, source, "graph_of(f, x)")
    assert graph.groups == ("graph 1", "cond_true_0", "cond_false_0", "graph 2")
    assert ops(graph, 1) == ["input", "sin", "output"]
    assert ops(graph, 2) == ["input", "cos", "output"]
    assert ops(graph, 3) == ["input", "mul", "output"]
    assert [graph_break.after for graph_break in graph.breaks] == [0]


async def test_a_size_that_may_vary_is_not_the_example_s(torch: Host) -> None:
    source = (
        "import torch\n"
        "class Net(torch.nn.Module):\n"
        "    def forward(self, x):\n        return torch.relu(x)\n"
        "rows = {'x': {0: torch.export.Dim('rows')}}\n"
        "program = torch.export.export(Net(), (torch.ones(5, 10),), dynamic_shapes=rows)\n"
    )
    (exported,) = await graphs(torch, source, "program")
    assert the(exported, "aten.relu").shape == (None, 10)


async def test_fx_and_exported_graphs(torch: Host) -> None:
    source = (
        "import torch\nnet = torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.ReLU())\n"
        "x = torch.ones(1, 3)"
    )
    traced, exported = await graphs(
        torch, source, "fw.fx.symbolic_trace(net)", "fw.export.export(net, (x,))"
    )
    assert ops(traced) == ["input", "Linear", "ReLU", "output"]
    assert [node.label for node in exported.nodes][:3] == ["0.weight", "0.bias", "input"]
    assert the(exported, "aten.relu").shape == (1, 2)
    assert the(exported, "aten.linear").detail == "aten.linear(input, 0.weight, 0.bias)"


JAX = """import jax
import jax.numpy as jnp

@jax.jit
def inner(x):
    return jnp.sin(x) * 2

def f(x, n):
    def body(c, _):
        return inner(c) + 1, c
    y, _ = jax.lax.scan(body, x, None, length=3)
    return jax.lax.cond(n > 0, lambda y: y @ w, lambda y: y, y)

w = jnp.ones((3, 3))
x = jnp.ones(3)
"""


async def test_a_jaxpr_with_its_bodies(jax: Host) -> None:
    graph, again = await graphs(
        jax, JAX, "graph_of(f, x, 1)", "fw.make_jaxpr(inner)(x)", given="scale = 2"
    )
    assert graph.groups == ("f", "scan's body, 3 times", "cond, if false", "cond, if true")
    constant, x, n = graph.nodes[:3]
    assert (constant.op, constant.label, constant.shape) == ("constant", "w", (3, 3))
    assert (x.op, x.label, x.shape, x.dtype) == ("input", "x", (3,), "float32")
    assert (n.label, n.shape) == ("n", ())
    # a jitted function is opened where it is called
    assert ops(graph, 1) == ["input", "sin", "mul", "add", "output"]
    multiply = the(graph, "mul")
    assert (multiply.line, multiply.source) == (6, "return jnp.sin(x) * 2")
    assert multiply.detail.startswith("mul(sin, 2.0")
    assert the(graph, "dot_general").group == 3
    assert ops(again) == ["input", "sin", "mul", "output"]


async def test_an_operation_of_the_librarys_own_has_the_line_of_its_call(jax: Host) -> None:
    source = "import jax\n\ndef f(x):\n    return jax.nn.relu(x) + 1"
    (graph,) = await graphs(jax, source, "graph_of(f, 1.0)")
    assert the(graph, "max").line == 4


async def test_one_function_called_twice_is_drawn_twice(jax: Host) -> None:
    (graph,) = await graphs(
        jax,
        "import jax\ng = jax.jit(lambda a, b: a * b)\ndef f(x):\n    return g(g(x, 3.0), x)",
        "graph_of(f, 1.5)",
    )
    assert ops(graph).count("mul") == 2
    assert users(graph, the(graph, "input")) == {"mul"}
    assert "3.0" in next(node.detail for node in graph.nodes if node.op == "mul") or any(
        node.label == "3.0" for node in graph.nodes
    )


TENSORFLOW = """import tensorflow as tf

v = tf.Variable(tf.ones((3, 3)), name="kernel")

@tf.function
def g(z):
    return z * 3.0

def f(x):
    y = tf.matmul(x, v, transpose_b=True)
    if tf.reduce_sum(y) > 0:
        y = tf.nn.relu(y)
    return g(y)

x = tf.ones((2, 3))
"""


async def test_a_tf_function_without_its_plumbing(tensorflow: Host) -> None:
    source = TENSORFLOW + "h = tf.function(f)\nh(x)"
    graph, called = await graphs(tensorflow, source, "graph_of(f, x)", "h")
    assert ops(graph) == [
        "input", "variable", "MatMul", "Sum", "Greater", "StatelessIf", "PartitionedCall", "output",
    ]  # fmt: skip
    assert ops(called) == ops(graph)
    assert graph.groups == ("f", "if true", "if false", "g, called")
    variable = the(graph, "variable")
    assert (variable.label, variable.shape, variable.dtype) == ("v", (3, 3), "float32")
    product = the(graph, "MatMul")
    assert (product.line, product.shape) == (10, (2, 3))
    assert product.detail == "MatMul(input, variable)  transpose_b=True"
    assert the(graph, "Greater").detail == "Greater(Sum, 0.0)"
    assert the(graph, "Relu").line == 12
    assert ops(graph, 3) == ["input", "Mul", "output"]


async def test_weights_of_keras_are_named_by_their_paths(tensorflow: Host) -> None:
    source = (
        "import tensorflow as tf, keras\n"
        "net = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])\nx = tf.ones((1, 3))"
    )
    (graph,) = await graphs(tensorflow, source, "graph_of(net, x)")
    labels = [node.label for node in graph.nodes if node.op == "variable"]
    assert len(labels) == 2
    assert labels[0].endswith("kernel")
    assert labels[1].endswith("bias")


async def test_branches_of_a_switch(tensorflow: Host) -> None:
    source = (
        "import tensorflow as tf\ndef f(i, x):\n"
        "    return tf.switch_case(i, [lambda: x + 1.0, lambda: tf.sin(x)])"
    )
    (graph,) = await graphs(tensorflow, source, "graph_of(f, fw.constant(1), fw.ones(2))")
    assert graph.groups == ("f", "branch 0", "branch 1")
    assert "Sin" in ops(graph, 2)


MANY = {
    "torch": "import torch\ny = torch.ones(2, requires_grad=True)\n"
    "for _ in range(10_000):\n    y = y * 1.001",
    "jax": "import jax\ndef f(x):\n    for _ in range(10_000):\n        x = x * 1.001\n"
    "    return x\ny = jax.make_jaxpr(f)(1.0)",
    # tracing these many takes TensorFlow 3 s of its own
    "tensorflow": "import tensorflow as tf\n@tf.function(autograph=False)\ndef f(x):\n"
    "    for _ in range(3_000):\n        x = x * 1.001\n    return x\n"
    "y = f.get_concrete_function(tf.ones(2))",
}


@pytest.mark.parametrize("host", MANY, indirect=True)
async def test_of_a_long_graph_the_ends_are_drawn(host: Host) -> None:
    (graph,) = await graphs(host, MANY[host.framework], "y")
    assert len(graph.nodes) == 400
    assert graph.total > 3_000
    middle = the(graph, "…")
    assert middle.label == f"{graph.total - 399:,} more"
    assert middle.detail.startswith("Left out: ")
    assert len(graph.edges) == 399


NONE = {
    "torch": [
        ("torch.ones(2, requires_grad=True)", "a leaf"),
        ("torch.ones(2)", "no grad_fn: nothing it was computed from requires a gradient"),
        ("'text'", "str has no graph"),
        ("graph_of(lambda x: 1 / 0, torch.ones(2))", "raised while it was traced: ZeroDiv"),
        ("graph_of(broken, torch.ones(2))", "broken raised while it was traced (line 3)"),
        ("graph_of(lambda x: 3, torch.ones(2))", "there is no tensor operation in this call"),
        ("graph_of(torch.nn.LSTM(2, 2), torch.ones(1, 1, 2))", "no graph. Attempted to wrap RNN"),
    ],
    "jax": [
        ("fw.numpy.ones(2)", "has no graph to draw"),
        ("graph_of(broken, 1.0)", "broken raised while it was traced (line 3): ValueError: no"),
    ],
    "tensorflow": [
        ("tf.ones(2)", "EagerTensor has no graph to draw"),
        ("tf.function(lambda x: x)", "was not called yet"),
        ("graph_of(broken, 1.0)", "broken raised while it was traced (line 3): ValueError: no"),
    ],
    "numpy": [("fw.ones(2)", "ndarray has no graph: numpy computes at once")],
}


@pytest.mark.parametrize("host", NONE, indirect=True)
async def test_what_has_no_graph_is_told_so(host: Host) -> None:
    module = {"tensorflow": "tensorflow as tf"}.get(host.framework, host.framework)
    source = f"import {module}\ndef broken(x):\n    raise ValueError('no')"
    cases = NONE[host.framework]
    found = await views(host, source, *(of for of, _ in cases))
    for view, (of, part) in zip(found, cases, strict=True):
        assert isinstance(view, NoView), of
        assert part in view.why
        assert "NothingToShow" not in view.why
