"""What probes can ask, in each framework."""

from __future__ import annotations

import pytest

from tests.runtime.hosts import FRAMEWORKS, run, session_loop
from tests.runtime.test_run import IMPORT, floats
from tutor.grading.values import Device, DType, Tensor
from tutor.runtime.host import Host

pytestmark = session_loop

LOSS = {
    "torch": "def loss(w, x):\n    return ((x @ w) ** 2).mean()",
    "jax": "def loss(w, x):\n    return jnp.mean((x @ w) ** 2)",
    "tensorflow": "def loss(w, x):\n    return tf.reduce_mean(tf.linalg.matvec(x, w) ** 2)",
}
INPUTS = {"w": "normal(3)", "x": "normal(4, 3)"}


@pytest.fixture(params=FRAMEWORKS)
def host(request: pytest.FixtureRequest) -> Host:
    return request.getfixturevalue(request.param)


def code(host: Host, rest: str = "") -> str:
    return f"{IMPORT[host.framework]}\n{LOSS[host.framework]}\n{rest}"


async def test_gradients_agree_with_differences(host: Host) -> None:
    ran = await run(
        host,
        code(host, "def nested(p):\n    return loss(p['w'], p['x'][0])"),
        "gradient(loss, w, x)",
        "finite_difference(loss, w, x)",
        "gradient(loss, w, x, argnum=(0, 1))[1]",
        "finite_difference(loss, w, x, argnum=1)",
        "gradient(nested, {'w': w, 'x': [x]})['w']",
        "finite_difference(nested, {'w': w, 'x': [x]})['w']",
        "w",
        inputs=INPUTS,
    )
    assert ran.outcome.how == "finished", ran.outcome.words
    values = ran.outcome.results[0]
    assert all(isinstance(v, Tensor) and v.dtype == "float32" for v in values), values
    first, second, third, fourth, fifth, sixth, own = (floats(value) for value in values)
    assert first == pytest.approx(second, rel=1e-4, abs=1e-5)
    assert len(first) == 3
    assert third == pytest.approx(fourth, rel=1e-4, abs=1e-5)
    assert len(third) == 12
    assert fifth == pytest.approx(first, rel=1e-5)
    assert sixth == pytest.approx(second, rel=1e-5)
    assert own != first


async def test_a_wrong_gradient_is_seen(host: Host) -> None:
    ran = await run(
        host,
        code(host, "def wrong(w, x):\n    return 2 * gradient_of(w, x)\ngradient_of = loss"),
        "gradient(wrong, w, x)", "finite_difference(loss, w, x)", inputs=INPUTS,
    )  # fmt: skip
    doubled, true = (floats(value) for value in ran.outcome.results[0])
    assert doubled == pytest.approx([2 * slope for slope in true], rel=1e-3)


async def test_python_numbers_have_slopes(host: Host) -> None:
    ran = await run(
        host, code(host), "finite_difference(lambda v: v**3, 2.0)", "float(gradient(lambda v: v**3, xp.asarray(2.0) if fw.__name__ != 'tensorflow' else fw.constant(2.0)))",
    )  # fmt: skip
    values = ran.first
    assert isinstance(values[0], Tensor) or values[0] == pytest.approx(12.0, rel=1e-4)
    assert values[1] == pytest.approx(12.0)


async def test_leaves_by_path(host: Host) -> None:
    ran = await run(
        host, code(host), "shape_of({'a': [w, x], 'b': (w,)})", "dtype_of(w)", "shape_of(x)",
        "device_of(w)", "list(leaves({'a': [1, 2]}))", "dtype_of({'layer': {'weight': w}})",
        inputs=INPUTS,
    )  # fmt: skip
    assert ran.first[0] == {"a[0]": [3], "a[1]": [4, 3], "b[0]": [3]}
    assert ran.first[1] == DType(name="float32")
    assert ran.first[2] == [4, 3]
    assert ran.first[3] == Device(name=host.hello.devices[0].split(" ")[0])
    assert ran.first[4] == ["a[0]", "a[1]"]
    assert ran.first[5] == {"layer.weight": DType(name="float32")}


async def test_purity(host: Host) -> None:
    ran = await run(
        host,
        code(
            host,
            "import random\nseen = []\ncount = 0\n"
            "def keeps(w, x):\n    seen.append(1)\n    return loss(w, x)\n"
            "def counts(w, x):\n    global count\n    count += 1\n    return loss(w, x)\n"
            "def rolls(w, x):\n    return random.random()\n"
            "def edits(ws):\n    ws.append(1)\n    return 1\n",
        ),
        "is_pure(loss, w, x)", "is_pure(keeps, w, x)", "is_pure(counts, w, x)",
        "is_pure(rolls, w, x)", "is_pure(edits, [w])", "same([w], [w])", "same(w, 2 * w)",
        inputs=INPUTS,
    )  # fmt: skip
    assert ran.first == (True, False, False, False, False, True, False)


async def test_mutating_an_argument_is_impure(torch: Host) -> None:
    source = (
        "import torch\ndef f(w):\n    return w.add_(1).sum()\ndef g(w):\n    return (w + 1).sum()"
    )
    ran = await run(torch, source, "is_pure(f, w)", "is_pure(g, w)", inputs={"w": "normal(3)"})
    assert ran.first == (False, True)


async def test_what_is_too_large_is_not_called_the_same(numpy: Host) -> None:
    ran = await run(
        numpy,
        "import numpy as np\nbig = np.ones(2_000_000)\nother = np.zeros(2_000_000)",
        "same(big, other)", "same([big], big)", "same([*range(30_000)], [*range(30_001)])",
        "same(big[:9], other[:9])", "same(big[:9], np.ones(9))",
    )  # fmt: skip
    refusal = "ValueError: same() compares up to 1048576 elements, and text as long"
    assert ran.first == (refusal, False, refusal, False, True)


async def test_what_is_raised_and_printed(host: Host) -> None:
    ran = await run(
        host,
        code(host, "def says(v):\n    print('v is', v)\n    return v\ndef fails():\n    raise KeyError"),
        "prints(says, 3)", "raises(fails)", "raises(says, 3)", "printed()",
    )  # fmt: skip
    assert ran.first == (["v is 3"], "KeyError", None, [])
    assert "v is 3" not in ran.text()


async def test_costs(host: Host) -> None:
    ran = await run(
        host, code(host), "seconds(loss, w, x, repeat=3)", "peak_memory(loss, w, x)", inputs=INPUTS
    )
    assert 0 < ran.first[0] < 5
    assert ran.first[1] >= 0


async def test_traces(host: Host) -> None:
    if host.framework == "torch":
        pytest.skip("counted by graphs; see the test of graph breaks")
    ran = await run(
        host, code(host), "count_traces(loss, (w, x), (w, x))", "retraces(loss, (w, x), (w, x))",
        "retraces(loss, (w, x), (w, x[:2]))", "'mul' in ' '.join(ops(loss, w, x)).lower() or ops(loss, w, x)",
        inputs=INPUTS,
    )  # fmt: skip
    assert ran.first[:3] == (1, 0, 1), ran.outcome.results


async def test_traces_of_what_is_already_compiled(jax: Host, tensorflow: Host) -> None:
    for host, wrap in ((jax, "jax.jit"), (tensorflow, "tf.function")):
        ran = await run(
            host, code(host, f"fast = {wrap}(loss)"), "retraces(fast, (w, x), (w, x[:2]), (w, x))",
            inputs=INPUTS,
        )  # fmt: skip
        assert ran.first == (1,), host.framework


async def test_operations(host: Host) -> None:
    ran = await run(host, code(host), "ops(loss, w, x)", inputs=INPUTS, limits={"seconds": 60})
    names = ran.first[0]
    expected = {"torch": "aten.mean", "jax": "dot_general", "tensorflow": "Mean"}
    assert expected[host.framework] in names, names


async def test_graph_breaks(torch: Host) -> None:
    ran = await run(
        torch,
        "import torch\ndef smooth(x):\n    return (x * 2).sin()\n"
        "def broken(x):\n    y = x * 2\n    print('here')\n    return y.sin()\n",
        "graph_breaks(smooth, w)", "graph_breaks(broken, w)", "graphs(broken, w)",
        "count_traces(smooth, (w,), (w,))",
        inputs={"w": "normal(3)"}, limits={"seconds": 60},
    )  # fmt: skip
    assert ran.first == (0, 1, 2, 1)


async def test_torch_modules(torch: Host) -> None:
    ran = await run(
        torch,
        "import torch\nnet = torch.nn.Linear(3, 2)\nfrozen = torch.nn.Linear(1, 1)\n"
        "def step():\n    with torch.no_grad():\n        net.weight += 1\n"
        "loss = (net(torch.ones(1, 3)) ** 2).mean()\nloss.backward()\n",
        "param_count(net)", "changed(net, step)", "shape_of(grads(net))", "graph_chain(loss)",
        "grads(frozen)['bias']", "list(leaves(net))",
    )  # fmt: skip
    assert ran.first[:3] == (8, ["weight"], {"weight": [2, 3], "bias": [2]})
    assert ran.first[3][:3] == ["MeanBackward0", "PowBackward0", "AddmmBackward0"]
    assert ran.first[4:] == (None, ["weight", "bias"])


async def test_jax_views(jax: Host) -> None:
    ran = await run(
        jax,
        "import jax, jax.numpy as jnp\ndef f(x):\n    return jnp.sin(x) * 2\n"
        "def loud(x):\n    jax.debug.print('{}', x)\n    return x",
        "jaxpr(f, 1.0)", "hlo(f, 1.0)", "effects(f, 1.0)", "len(effects(loud, 1.0))",
        "out_shape(f, jnp.ones((2, 3)))", "prints(loud, 1.5)", "ops(jax.jit(f), 1.0)",
    )  # fmt: skip
    assert "sin" in ran.first[0]
    assert "stablehlo.sine" in ran.first[1]
    assert ran.first[2:5] == ([], 1, [[2, 3], "float32"])
    assert ran.first[5] == ["1.5"]
    assert ran.first[6] == ["sin", "mul"]


async def test_keras_models(tensorflow: Host) -> None:
    ran = await run(
        tensorflow,
        "import tensorflow as tf\nnet = tf.keras.Sequential([tf.keras.Input((3,)), tf.keras.layers.Dense(2)])\n"
        "def step():\n    net.trainable_variables[0].assign_add(tf.ones((3, 2)))\n",
        "param_count(net)", "len(changed(net, step))", "len(trainable(net))", "list(shape_of(net).values())",
    )  # fmt: skip
    assert ran.first == (8, 1, 2, [[3, 2], [2]])


async def test_reading_the_answer(numpy: Host) -> None:
    ran = await run(
        numpy,
        "import numpy as np\nfrom numpy import linalg as la\n\n"
        "def f(x):\n    for row in x:\n        la.norm(row)\n    return np.sum(x).sum() @ x\n",
        "uses('numpy.linalg.norm')", "uses('numpy.linalg')", "uses('numpy.dot')", "uses('for')",
        "uses('while')", "uses('.sum')", "uses('.dot')", "calls('sum')", "calls('numpy.sum')",
        "calls('norm')", "uses('@')",
    )  # fmt: skip
    assert ran.first == (True, True, False, True, False, True, False, 2, 1, 1, True)


async def test_differences_without_autograd(numpy: Host) -> None:
    ran = await run(
        numpy, "import numpy as np\ndef f(w):\n    return (w**2).sum()", "finite_difference(f, w)",
        "w", "raises(gradient, f, w)", inputs={"w": "normal(3)"},
    )  # fmt: skip
    slope, w = (floats(value) for value in ran.outcome.results[0][:2])
    assert slope == pytest.approx([2 * value for value in w], rel=1e-4)
    assert ran.first[2] == "TypeError"
