"""Program text: what compilers write, in panes, with its language told."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.runtime.hosts import FRAMEWORKS, Ran, run, session_loop
from tutor.runtime.host import Host
from tutor.runtime.job import Shown, Wanted
from tutor.runtime.worker.views.code import guess
from tutor.views.model import Bars, CodeText, NoView, View

pytestmark = session_loop


@pytest.fixture(params=[*FRAMEWORKS, "numpy"])
def host(request: pytest.FixtureRequest) -> Host:
    return request.getfixturevalue(request.param)


async def ran(host: Host, source: str, *of: str, view: str = "code", seconds: float = 60) -> Ran:
    wanted = tuple(Wanted(view=view, of=text, name=text, caption="") for text in of)
    done = await run(host, source, views=wanted, limits={"seconds": seconds})
    assert done.outcome.how == done.outcome.views == "finished", done.outcome.words
    return done


async def views(host: Host, source: str, *of: str) -> list[View]:
    done = await ran(host, source, *of)
    return [event.view for event in done.events if isinstance(event, Shown)]


async def texts(host: Host, source: str, *of: str) -> list[CodeText]:
    found = await views(host, source, *of)
    shown = [view for view in found if isinstance(view, CodeText)]
    assert len(shown) == len(of), found
    return shown


def why(view: View) -> str:
    assert isinstance(view, NoView), view
    assert "NothingToShow" not in view.why
    return view.why


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("{ lambda ; a:f32[3]. let b:f32[3] = sin a in (b,) }", "jaxpr"),
        ("let g = { lambda ; a:f32[]. let b:f32[] = sin a in (b,) } in\n{ lambda ; c", "jaxpr"),
        ("module @jit_f {\n  func.func public @main() {}\n}", "mlir"),
        ("HloModule jit_f, is_scheduled=true\n", "hlo"),
        ("def f(x):\n    return x + 1", "python"),
        ("import torch\nx = torch.ones(3)", "python"),
        ('#include <cmath>\nextern "C" void kernel(float* p) {}', "cpp"),
        ("import triton\n@triton.jit\ndef k(p):\n    tl.load(p)", "triton"),
        ("The loss is 3.5 after 10 steps.", "text"),
        ("", "text"),
    ],
)
async def test_the_language_is_told_by_what_only_it_has(text: str, language: str) -> None:
    assert guess(text) == language


async def test_two_texts_are_two_panes(numpy: Host) -> None:
    (view,) = await texts(
        numpy, "t = {'before': 'def f():\\n  pass\\n \\n', 'after': 'words'}", "t"
    )
    assert [(p.title, p.language, p.lines) for p in view.panes] == [
        ("before", "python", 2),
        ("after", "text", 1),
    ]
    assert view.panes[0].text == "def f():\n  pass"


async def test_long_texts_and_long_lines_are_cut_and_say_so(numpy: Host) -> None:
    long, wide, escapes = await texts(
        numpy, "a = 'x\\n' * 5000\nb = 'y' * 100_000\nc = 'a\\x1b[31mb\\tc'", "a", "b", "c"
    )
    assert long.panes[0].lines == 5000
    assert long.panes[0].text.count("\n") == 1999
    assert len(wide.panes[0].text) == 1000
    assert wide.panes[0].text.endswith("…")
    assert escapes.panes[0].text == "a[31mb\tc"


async def test_what_is_no_text_is_told_so(numpy: Host) -> None:
    found = await views(numpy, "def f():\n    return 1", "3", "{}", "''", "{'a': 3}", "len")
    assert [why(view).split(",")[0] for view in found] == [
        "Program text is a str",
        "There is no text to show: the dict is empty.",
        "There is no text to show: it is empty.",
        "Program text is a str",
        "`len` has no Python source to show.",
    ]
    (source,) = await texts(numpy, "def f():\n    return 1", "f")
    assert source.panes[0].text == "def f():\n    return 1"


async def test_jax_before_and_after_xla(jax: Host) -> None:
    program = (
        "import jax, jax.numpy as jnp\ndef f(x):\n    return jnp.sin(x) * 2 + 1\nx = jnp.ones(9)"
    )
    view, jaxpr, lowered, compiled = await texts(
        jax,
        program,
        "{'StableHLO': hlo(f, x), 'optimised': optimised_hlo(f, x)}",
        "jaxpr(f, x)",
        "fw.jit(f).lower(x)",
        "fw.jit(f).lower(x).compile()",
    )
    before, after = view.panes
    assert (before.language, after.language) == ("mlir", "hlo")
    assert "stablehlo.sine" in before.text
    assert "fusion" in after.text
    assert "metadata" not in after.text
    assert "FileNames" not in after.text
    assert "\n%" in compiled.panes[0].text
    assert "FileNames" not in compiled.panes[0].text
    assert "StackFrames" not in compiled.panes[0].text
    assert jaxpr.panes[0].language == "jaxpr"
    assert lowered.panes[0].text == before.text


async def test_tensorflow_autograph_and_xla(tensorflow: Host) -> None:
    program = (
        "import tensorflow as tf\n"
        "def f(x):\n    if tf.reduce_sum(x) > 0:\n        x = x * 2.0\n    return x\n"
        "@tf.function(jit_compile=True)\ndef g(x):\n    return tf.nn.relu(x) + 1.0\n"
        "x = tf.ones(5)"
    )
    rewritten, both = await texts(
        tensorflow, program, "autograph(f)", "{'a': hlo(g, x), 'b': optimised_hlo(g, x)}"
    )
    assert "ag__.if_stmt" in rewritten.panes[0].text
    assert rewritten.panes[0].language == "python"
    assert [pane.language for pane in both.panes] == ["mlir", "hlo"]
    assert "stablehlo.maximum" in both.panes[0].text
    assert "loc(" not in both.panes[0].text
    assert "fusion" in both.panes[1].text
    (none,) = await views(tensorflow, program, "autograph(len)")
    assert "AutoGraph cannot rewrite len" in why(none)


async def test_what_dynamo_captured_as_python(torch: Host) -> None:
    program = (
        "import torch\ndef f(x):\n    y = x.sin()\n    print('a')\n    return y + 1\n"
        "x = torch.ones(3)"
    )
    whole, module = await texts(
        torch, program, "fx_code(f, x)", "fw.fx.symbolic_trace(fw.nn.ReLU())"
    )
    text = whole.panes[0].text
    assert text.startswith("# graph 1 of 2\n")
    assert "# break: Failed to trace builtin operator" in text
    assert "answer.py:3" in text
    assert whole.panes[0].language == module.panes[0].language == "python"


async def test_inductors_kernels_and_their_calls(torch: Host) -> None:
    program = "import torch\ndef f(x):\n    return x.sin() * 2\nx = torch.ones(64)"
    (view,) = await views(torch, program, "inductor_code(f, x)")
    if not (shutil.which("g++") or shutil.which("clang++")):
        assert "no C++ compiler" in why(view)
        return
    assert isinstance(view, CodeText), view
    kernels, calls = view.panes
    assert (kernels.title, kernels.language) == ("kernels", "cpp")
    assert "sin()" in kernels.text
    assert calls.language == "python"
    assert calls.text.startswith("def call(")


async def test_without_a_compiler_inductor_has_no_code(torch: Host) -> None:
    program = "import os, torch\nos.environ['CXX'] = '/none'\nos.environ['PATH'] = '/none'\n"
    (view,) = await views(torch, program, "inductor_code(lambda x: x.sin(), torch.ones(2))")
    assert "no C++ compiler" in why(view)


async def test_onnx_without_onnx_is_a_sentence(numpy: Host, torch: Host, tmp_path: Path) -> None:
    hidden = "import sys\nsys.modules['onnx'] = None"
    (view,) = await views(torch, hidden, "onnx_nodes('model.onnx')")
    assert why(view) == "To read ONNX needs the package onnx, which is not installed here."


ROWS = [
    {"op": "Gemm", "inputs": "x, w, b", "outputs": "y", "shape": "float[2, 4]"},
    {"op": "Relu", "inputs": "y", "outputs": "z", "shape": ""},
]


async def test_rows_of_onnx_are_text_too(numpy: Host) -> None:
    (view,) = await texts(numpy, f"rows = {ROWS!r}", "rows")
    (pane,) = view.panes
    assert pane.language == "onnx"
    assert pane.text == "y = Gemm(x, w, b)  # float[2, 4]\nz = Relu(y)"


async def test_nodes_of_an_onnx_file(torch: Host) -> None:
    pytest.importorskip("onnx")
    program = (
        "import onnx\nfrom onnx import TensorProto, helper\n"
        "x = helper.make_tensor_value_info('x', TensorProto.FLOAT, [2, 'n'])\n"
        "y = helper.make_tensor_value_info('y', TensorProto.FLOAT, [2, 'n'])\n"
        "graph = helper.make_graph([helper.make_node('Relu', ['x'], ['y'])], 'g', [x], [y])\n"
        "onnx.save(helper.make_model(graph), 'm.onnx')"
    )
    view, missing = await views(torch, program, "onnx_nodes('m.onnx')", "onnx_nodes('none.onnx')")
    assert isinstance(view, CodeText)
    assert view.panes[0].text == "y = Relu(x)  # float[2, n]"
    assert "no file `none.onnx`" in why(missing)


async def test_timings_have_a_spread(host: Host) -> None:
    done = await ran(
        host,
        "seen = []\ndef a(x):\n    seen.append('a')\n    return x\n"
        "def b(x):\n    seen.append('b')\n    return sum(range(100_000))",
        "timings({'a': a, 'b': b}, 1, repeat=7)",
        "{'order': len(seen), 'turns': seen[4:8].count('a')}",
        view="bars",
    )
    timed, counted = (e.view for e in done.events if isinstance(e, Shown))
    assert isinstance(timed, Bars)
    assert isinstance(counted, Bars)
    first, second = timed.bars
    assert (first.label, second.label) == ("a", "b")
    assert first.low is not None
    assert second.value is not None
    assert first.low > 0
    assert second.value > (first.value or 0)
    # two each to warm up, then in turns
    assert [bar.value for bar in counted.bars] == [18, 2]
