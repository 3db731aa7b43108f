"""Views of every kind that has rows, as real runs make them."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from tutor.views.model import (
    Array,
    Branch,
    Break,
    CodeText,
    Edge,
    Graph,
    Language,
    Node,
    Pane,
    Span,
    Statistics,
    Table,
    Timeline,
    Tree,
    View,
    pack_doubles,
)

SOURCE = (
    "def loss(w, x, y):",
    "    h = torch.relu(x @ w)",
    "    print(h.mean())",
    "    return ((h - y) ** 2).mean()",
)


def graph() -> Graph:
    """What Dynamo makes of a function with a `print` in it."""

    def node(
        name: str, op: str, label: str = "", group: int = 0, line: int = 0, **more: Any
    ) -> Node:
        source = SOURCE[line - 1].strip() if line else ""
        return Node(id=name, op=op, label=label, group=group, line=line, source=source, **more)

    batch, out = (8, 16), (8, 4)
    f32 = "float32"
    nodes = (
        node("x", "input", "x", shape=batch, dtype=f32),
        node("w", "input", "w", shape=(16, 4), dtype=f32),
        node("matmul", "matmul", line=2, shape=out, dtype=f32, detail="aten.mm.default(x, w)"),
        node("relu", "relu", "h", line=2, shape=out, dtype=f32, detail="aten.relu.default(matmul)"),
        node("mean", "mean", line=3, shape=(), dtype=f32),
        node("out0", "output"),
        node("h", "input", "h", 1, shape=out, dtype=f32),
        node("y", "input", "y", 1, shape=out, dtype=f32),
        node("sub", "sub", group=1, line=4, shape=out, dtype=f32),
        node("pow", "pow", group=1, line=4, shape=out, dtype=f32, detail="aten.pow(sub, 2)"),
        node("mean1", "mean", group=1, line=4, shape=(), dtype=f32),
        node("out1", "output", group=1),
    )
    pairs = [
        ("x", "matmul"), ("w", "matmul"), ("matmul", "relu"), ("relu", "mean"), ("mean", "out0"),
        ("relu", "out0"), ("h", "sub"), ("y", "sub"), ("sub", "pow"), ("pow", "mean1"),
        ("mean1", "out1"),
    ]  # fmt: skip
    reason = "Failed to trace builtin operator `print`"
    return Graph(
        name="graph",
        caption="Where Dynamo broke the graph",
        nodes=nodes,
        edges=tuple(Edge(source=a, target=b) for a, b in pairs),
        total=len(nodes),
        breaks=(Break(after=0, reason=reason, line=3, source=SOURCE[2].strip()),),
    )


def many_nodes(count: int) -> Graph:
    """A deep network with residual connections: a chain, and an edge over four nodes now and then."""
    ops = ("conv", "batch_norm", "relu", "conv", "add")
    nodes = tuple(
        Node(
            id=str(i), op=ops[i % 5], label=f"layer{i // 5}", shape=(8, 64, 28, 28), dtype="float32"
        )
        for i in range(count)
    )
    edges = [Edge(source=str(i), target=str(i + 1)) for i in range(count - 1)]
    edges += [Edge(source=str(i), target=str(i + 4)) for i in range(0, count - 4, 5)]
    return Graph(name="deep", nodes=nodes, edges=tuple(edges), total=count)


HLO = """\
HloModule jit_loss, entry_computation_layout={(f32[16,4]{1,0}, f32[8,16]{1,0})->f32[]}

%region_0.8 (Arg_0.9: f32[], Arg_1.10: f32[]) -> f32[] {
  %Arg_0.9 = f32[] parameter(0), metadata={op_name="jit(loss)/jit(main)/reduce_sum"}
  %Arg_1.10 = f32[] parameter(1)
  ROOT %add.11 = f32[] add(f32[] %Arg_0.9, f32[] %Arg_1.10)
}

%fused_computation (param_0: f32[8,4]) -> f32[] {
  %param_0 = f32[8,4]{1,0} parameter(0)
  %constant.1 = f32[] constant(0)
  %broadcast.1 = f32[8,4]{1,0} broadcast(f32[] %constant.1), dimensions={}
  %maximum.1 = f32[8,4]{1,0} maximum(f32[8,4]{1,0} %param_0, f32[8,4]{1,0} %broadcast.1)
  ROOT %reduce.1 = f32[] reduce(f32[8,4]{1,0} %maximum.1, f32[] %constant.1), to_apply=%region_0.8
}

ENTRY %main.16 (Arg_0.1: f32[16,4], Arg_1.2: f32[8,16]) -> f32[] {
  %Arg_1.2 = f32[8,16]{1,0} parameter(1)
  %Arg_0.1 = f32[16,4]{1,0} parameter(0)
  %dot.3 = f32[8,4]{1,0} dot(f32[8,16]{1,0} %Arg_1.2, f32[16,4]{1,0} %Arg_0.1)
  ROOT %fusion = f32[] fusion(f32[8,4]{1,0} %dot.3), kind=kLoop, calls=%fused_computation
}
"""

JAXPR = """\
{ lambda ; a:f32[16,4] b:f32[8,16]. let
    c:f32[8,4] = dot_general[
      dimension_numbers=(([1], [0]), ([], []))
      preferred_element_type=float32
    ] b a
    d:f32[8,4] = pjit[
      name=relu
      jaxpr={ lambda ; c:f32[8,4]. let d:f32[8,4] = max c 0.0:f32[] in (d,) }
    ] c
    e:f32[] = reduce_sum[axes=(0, 1)] d
  in (e,) }
"""

BEFORE = '''\
def f(x):
    """Doubles until large.

    Slowly."""
    while tf.reduce_sum(x) < 100:
        x = x * 2  # once more
    if x[0] > 0:
        return x
    return -x
'''

AFTER = '''\
def f(x):
    """Doubles until large.

    Slowly."""
    with ag__.FunctionScope("f", "fscope", ag__.STD) as fscope:
        def loop_body():
            nonlocal x
            x = x * 2  # once more
        ag__.while_stmt(loop_test, loop_body, get_state, set_state, ("x",), {})
    if x[0] > 0:
        return x
    return -x
'''


def pane(title: str, text: str, language: Language, more: int = 0) -> Pane:
    return Pane(title=title, text=text, language=language, lines=text.count("\n") + more)


def code() -> CodeText:
    return CodeText(
        name="autograph",
        caption="What AutoGraph made of it",
        panes=(pane("yours", BEFORE, "python"), pane("AutoGraph's", AFTER, "python")),
    )


def hlo() -> CodeText:
    return CodeText(
        name="hlo",
        caption="From jaxpr to HLO",
        panes=(pane("jaxpr", JAXPR, "jaxpr"), pane("optimised HLO", HLO, "hlo", more=500)),
    )


def long_hlo(lines: int) -> CodeText:
    one = "  %add.{0} = f32[8,4]{{1,0}} add(f32[8,4]{{1,0}} %x.{0}, f32[8,4]{{1,0}} %y.{1}), metadata={{}}"
    before = "\n".join(one.format(i, i) for i in range(lines))
    after = "\n".join(one.format(i, i + (i % 7 == 0)) for i in range(lines))
    return CodeText(name="long", panes=(pane("before", before, "hlo"), pane("after", after, "hlo")))


def tree() -> Tree:
    def tensor(
        depth: int, name: str, shape: tuple[int, ...], norm: float | None, **more: int
    ) -> Branch:
        return Branch(
            depth=depth, name=name, kind="tensor", shape=shape, dtype="float32", device="cpu",
            count=math.prod(shape), norm=norm, **more,
        )  # fmt: skip

    branches = (
        Branch(depth=0, name="", kind="Net", count=62_006),
        Branch(depth=1, name="features", kind="Sequential", count=2_572),
        Branch(depth=2, name="0", kind="Conv2d", count=156),
        tensor(3, "weight", (6, 1, 5, 5), 2.8213),
        tensor(3, "bias", (6,), 0.2871),
        Branch(depth=2, name="3", kind="Conv2d", count=2_416),
        tensor(3, "weight", (16, 6, 5, 5), 3.9871),
        tensor(3, "bias", (16,), None, nan=3, inf=1),
        Branch(depth=1, name="classifier", kind="Sequential", count=59_134),
        Branch(depth=2, name="0", kind="Linear", count=48_120),
        tensor(3, "weight", (120, 400), 6.3213),
        tensor(3, "bias", (120,), 0.3184),
        Branch(depth=2, name="2", kind="Linear", count=10_164),
        tensor(3, "weight", (84, 120), 5.2919),
        tensor(3, "bias", (84,), 0.4821),
        Branch(depth=1, name="training", kind="bool", value="True"),
    )
    return Tree(name="model", caption="The model's parameters", branches=branches, total=16)


def table(rows: int = 40) -> Table:
    return Table(
        name="runs",
        caption="Learning rates tried",
        columns=("run", "optimizer", "lr", "loss", "note"),
        rows=tuple(
            (
                f"run-{i:03}",
                ("SGD", "Adam", "AdamW")[i % 3],
                f"{10 ** -(i % 5):g}",
                "nan" if i % 5 == 0 else f"{2.3 / (i + 1):.4f}",
                "diverged after the first epoch, as the gradient was never clipped"
                if i % 5 == 0
                else "",
            )
            for i in range(rows)
        ),
        total=max(rows, 1_000),
    )


def tensor() -> Array:
    values = [math.sin(i / 7) * (1 + i % 5) for i in range(4 * 3 * 12 * 16)]
    values[5] = math.nan
    values[20] = -math.inf
    return Array(
        name="weights",
        caption="The first layer's weights",
        library="torch",
        shape=(4, 3, 12, 16),
        dtype="float32",
        device="cpu",
        attached=True,
        statistics=Statistics(
            low=-4.9997, high=4.9998, mean=0.0123, std=2.2361, nan=1, inf=1, zero=1
        ),
        values=pack_doubles(values),
    )


def timeline() -> Timeline:
    spans = (
        Span(name="start Python and jax", start=0.0, seconds=0.412, phase="start"),
        Span(name="your code", start=0.412, seconds=1.31, phase="run"),
        Span(name="trace loss", start=0.45, seconds=0.081, lane=1, phase="trace"),
        Span(name="compile loss", start=0.531, seconds=0.54, lane=1, phase="compile"),
        Span(name="optimise HLO", start=0.56, seconds=0.31, lane=2, phase="compile"),
        Span(name="copy batch", start=1.08, seconds=0.0031, lane=1, phase="copy"),
        Span(name="loss", start=1.0834, seconds=0.00021, lane=1, phase="run"),
        Span(name="trace grad", start=1.1, seconds=0.12, lane=1, phase="trace"),
        Span(name="compile grad", start=1.22, seconds=0.49, lane=1, phase="compile"),
        Span(name="checks", start=1.722, seconds=0.2, phase="check"),
    )
    return Timeline(name="time", caption="Where the time went", spans=spans, total=14)


VIEWS: dict[str, Callable[[], View]] = {
    "graph": graph,
    "code": code,
    "hlo": hlo,
    "tree": tree,
    "table": table,
    "tensor": tensor,
    "timeline": timeline,
}
