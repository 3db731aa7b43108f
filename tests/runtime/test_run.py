"""Each framework runs code in a fresh process and gives its values back."""

from __future__ import annotations

import struct
from typing import Any

import pytest

from tests.runtime.hosts import FRAMEWORKS, Ran, no_attempt_left, run, session_loop
from tutor.grading.values import Device, DType, Opaque, Raised, Shape, Tensor
from tutor.runtime.host import Host
from tutor.runtime.job import Block, Started

pytestmark = session_loop

GRADIENT = {
    "torch": """
import torch
x = torch.tensor(2.0, requires_grad=True)
(x**2 + 3 * x + 5).backward()
grad = x.grad
print(grad)
""",
    "jax": """
import jax
grad = jax.grad(lambda x: x**2 + 3 * x + 5)(2.0)
print(grad)
""",
    "tensorflow": """
import tensorflow as tf
x = tf.Variable(2.0)
with tf.GradientTape() as tape:
    y = x**2 + 3 * x + 5
grad = tape.gradient(y, x)
print(grad)
""",
}

IMPORT = {
    "torch": "import torch",
    "jax": "import jax, jax.numpy as jnp",
    "tensorflow": "import tensorflow as tf",
    "numpy": "import numpy as np",
}


def floats(value: Any) -> tuple[float, ...]:
    assert isinstance(value, Tensor) and value.data is not None, value
    letter = {"float32": "f", "float64": "d", "int32": "i", "int64": "q"}[value.dtype]
    return struct.unpack(f"<{len(value.data) // struct.calcsize(letter)}{letter}", value.data)


@pytest.fixture(params=FRAMEWORKS)
def host(request: pytest.FixtureRequest) -> Host:
    return request.getfixturevalue(request.param)


@pytest.mark.parametrize(
    ("module", "program"),
    [
        ("torch._dynamo", "torch.optim.SGD([torch.nn.Parameter(torch.ones(2))], lr=0.1)"),
        ("torch._inductor.compile_fx", "from torch._inductor import compile_fx"),
        ("sklearn.datasets", "from sklearn.datasets import load_digits"),
    ],
)
async def test_what_an_attempt_imported_late_is_there_for_the_next(
    module: str, program: str
) -> None:
    needed = f"import sys\nthere = {module!r} in sys.modules\n"
    program = f"import torch\n{program}\n"
    host = await Host.start("torch")
    try:
        await host.warm_up()
        assert (await run(host, needed, "there")).first == (False,)
        assert (await run(host, program, "1")).outcome.how == "finished"
        for _ in range(3):  # the spare of then may have been forked before
            await host.warm_up()
            found = await run(host, needed, "there")
        assert found.first == (True,)
        assert found.outcome.error is None
        assert found.text("stderr") == ""
    finally:
        await host.close()


async def test_a_gradient(host: Host) -> None:
    await host.warm_up()
    ran = await run(host, GRADIENT[host.framework], "grad", "printed()")
    assert isinstance(ran.events[0], Started)
    outcome = ran.outcome
    assert (outcome.how, outcome.words, outcome.error) == ("finished", "", None)
    (grad, printed), *_ = outcome.results
    assert isinstance(grad, Tensor)
    assert (grad.library, grad.dtype, grad.shape) == (host.framework, "float32", ())
    assert floats(grad) == (7.0,)
    assert "7." in ran.text()
    assert ran.text("stderr") == ""
    assert ran.text().splitlines() == [item.text for item in printed.items]  # pyright: ignore[reportAttributeAccessIssue]
    assert outcome.device == host.hello.devices[0]
    assert outcome.version == host.hello.version


async def test_the_host_stays_fit_to_fork(host: Host) -> None:
    await run(host, GRADIENT[host.framework], "grad")
    assert host.hello.forks, host.hello.forks_why
    assert host.hello.import_seconds > 0


async def test_each_attempt_starts_clean(host: Host) -> None:
    before = await run(host, "import sys\nsys.modules['left'] = 1\nmine = 1", "mine")
    after = await run(host, "import sys", "'left' in sys.modules", "'mine' in globals()")
    assert before.first == (1,)
    assert after.first == (False, False)
    assert await no_attempt_left(host)


async def test_the_namespace_is_that_of_a_script(host: Host) -> None:
    ran = await run(
        host,
        "import sys, os\nname = __name__\nis_main = sys.modules['__main__'].__dict__ is globals()\n"
        "stdin = sys.stdin.read()\nsession = os.getsid(0) == os.getpid()",
        "name", "is_main", "stdin", "session", "__import__('os').getcwd() != '/'",
    )  # fmt: skip
    assert ran.first == ("__main__", True, "", True, True)


async def test_the_worker_cannot_see_fwtutor(host: Host) -> None:
    ran = await run(
        host,
        "import sys",
        "[name for name in sys.modules if 'fwtutor' in name or name.startswith('tutor')]",
        "[name for name in vars(sys.modules['tutor']) if name[0] != '_']",
    )
    assert ran.first == (["tutor"], ["show"]), "all there is of it is what code shows with"


TENSORS = {
    "torch": (
        "f64 = torch.arange(3, dtype=torch.float64)\nflag = torch.tensor([True, False])\n"
        "half = torch.tensor([1.0, 2.5], dtype=torch.bfloat16)\nflipped = torch.ones(2, 3).T\n"
        "attached = torch.ones(1, requires_grad=True) * 2\nempty = torch.zeros(0, 3)\n"
        "big = torch.zeros(1 << 21)\ndtype, shape = torch.float16, flipped.shape"
    ),
    "jax": (
        "f64 = jnp.arange(3.0)\nflag = jnp.array([True, False])\n"
        "half = jnp.array([1.0, 2.5], dtype=jnp.bfloat16)\nflipped = jnp.ones((2, 3)).T\n"
        "attached = jnp.ones(1)\nempty = jnp.zeros((0, 3))\n"
        "big = jnp.zeros(1 << 21)\ndtype, shape = jnp.float16, flipped.shape"
    ),
    "tensorflow": (
        "f64 = tf.range(3, dtype=tf.float64)\nflag = tf.constant([True, False])\n"
        "half = tf.constant([1.0, 2.5], dtype=tf.bfloat16)\nflipped = tf.transpose(tf.ones((2, 3)))\n"
        "attached = tf.Variable([2.0])\nempty = tf.zeros((0, 3))\n"
        "big = tf.zeros(1 << 21)\ndtype, shape = tf.float16, flipped.shape"
    ),
}


async def test_tensors_travel_whole(host: Host) -> None:
    names = ("f64", "flag", "half", "flipped", "attached", "empty", "big", "dtype", "shape")
    source = f"{IMPORT[host.framework]}\n{TENSORS[host.framework]}"
    ran = await run(host, source, *names)
    assert ran.outcome.how == "finished", ran.outcome.words
    got = dict(zip(names, ran.outcome.results[0], strict=True))
    assert floats(got["f64"]) == (0.0, 1.0, 2.0)
    assert got["flag"].dtype == "bool"
    assert got["flag"].data == b"\x01\x00"
    assert got["half"].dtype == "bfloat16"
    assert got["half"].data == b"\x80\x3f\x20\x40"
    assert got["flipped"].shape == (3, 2)
    assert floats(got["flipped"]) == (1.0,) * 6
    assert got["attached"].attached is (host.framework == "torch")
    assert got["empty"].shape == (0, 3)
    assert got["empty"].data == b""
    assert got["big"].shape == (1 << 21,)
    assert got["big"].data is None
    assert got["dtype"] == DType(name="float16")
    if host.framework != "jax":
        assert got["shape"] == Shape(dims=(3, 2))


async def test_python_values(numpy: Host) -> None:
    ran = await run(
        numpy,
        "import numpy as np\nfrom collections import namedtuple\nPoint = namedtuple('Point', 'x y')\n"
        "loop = []\nloop.append(loop)",
        "12", "True", "0.1", "None", "'é'", "[1, (2.5, 'a')]", "{'a': {1: None}}", "{2, 1}",
        "Point(1, 2)", "np.float64(0.5)", "np.float32(0.5)", "np.int64(3)", "np.bool_(True)",
        "len", "loop", "float('nan')", "1 + 2j", "10 ** 5000", "np.float32", "np.dtype('int8')",
        "iter([])",
    )  # fmt: skip
    got = ran.outcome.results[0]
    values = ran.first
    assert values[:6] == (12, True, 0.1, None, "é", [1, [2.5, "a"]])
    assert values[6] == {"a": {"1": None}}
    assert values[7] == [1, 2]
    assert got[7].kind == "set"
    assert got[8].kind == "Point"
    assert values[9:13] == (0.5, 0.5, 3, True)
    assert isinstance(got[13], Opaque)
    assert got[15].text == "nan"
    assert isinstance(got[14].items[0], Opaque)  # pyright: ignore[reportAttributeAccessIssue]
    assert got[16].text == f"{(1.0).hex()},{(2.0).hex()}"  # pyright: ignore[reportAttributeAccessIssue]
    assert isinstance(got[17], Opaque)
    assert got[18:20] == (DType(name="float32"), DType(name="int8"))


async def test_a_device_is_a_value(torch: Host, jax: Host) -> None:
    of_torch = await run(torch, "import torch\nt = torch.ones(1)", "t.device", "device_of(t)")
    of_jax = await run(jax, "import jax.numpy as jnp\nt = jnp.ones(1)", "t.device", "device_of(t)")
    expected = torch.hello.devices[0].split(" ")[0]
    assert of_torch.outcome.results[0] == (Device(name=expected),) * 2
    assert of_jax.outcome.results[0][1] == Device(name=jax.hello.devices[0].split(" ")[0])


async def test_a_probe_that_raises_is_a_value(numpy: Host) -> None:
    ran = await run(numpy, "def f():\n    raise KeyError('k')", "f()", "nope", "1 +", "2")
    first, second, third, fourth = ran.outcome.results[0]
    assert first == Raised(
        type="KeyError",
        bases=("LookupError", "Exception", "BaseException"),
        message="'k'",
        line=2,
        source="raise KeyError('k')",
    )
    assert isinstance(second, Raised)
    assert second.type == "NameError"
    assert (second.line, second.source) == (0, ""), "the check's own line is not the learner's"
    assert isinstance(third, Raised)
    assert third.type == "SyntaxError"
    assert ran.first[3] == 2
    assert fourth is not None


async def test_an_exception_points_into_the_block(numpy: Host) -> None:
    ran = await run(
        numpy,
        blocks=(
            Block(name="setup", source="import json"),
            Block(name="answer", source="def f(text):\n    return json.loads(text)\n\nf('{')\n"),
        ),
    )
    outcome = ran.outcome
    assert outcome.how == "raised"
    assert outcome.error is not None
    assert outcome.error.type == "JSONDecodeError"
    assert "ValueError" in outcome.error.bases
    own = [(f.block, f.line, f.function) for f in outcome.error.frames if f.block]
    assert own == [("answer", 4, "<module>"), ("answer", 2, "f")]
    assert outcome.error.frames[0].source == "f('{')"
    library = [frame for frame in outcome.error.frames if not frame.block]
    assert library
    assert library[-1].file == "json/decoder.py"
    assert "line 2 of your code" in outcome.words


async def test_a_syntax_error_has_its_line(numpy: Host) -> None:
    ran = await run(numpy, "x = 1\ny = (2\n")
    error = ran.outcome.error
    assert error is not None
    assert error.type == "SyntaxError"
    assert [(frame.block, frame.line) for frame in error.frames] == [("answer", 2)]
    assert "never closed" in error.message


async def test_a_deep_recursion_is_cut(numpy: Host) -> None:
    error = (await run(numpy, "def f():\n    return f()\nf()")).outcome.error
    assert error is not None
    assert error.type == "RecursionError"
    assert len(error.frames) < 20


async def test_a_missing_package_says_how_to_get_it(numpy: Host) -> None:
    imported = await run(numpy, "import sklearn_not_here.tree")
    assert imported.outcome.how == "raised"
    assert "-m pip install sklearn_not_here" in imported.outcome.words
    needed = await run(numpy, "x = 1", packages=("optax_not_here", "json"))
    assert needed.outcome.how == "not-started"
    assert "optax_not_here" in needed.outcome.words
    assert "json" not in needed.outcome.words


async def test_warnings_are_seen_once(numpy: Host) -> None:
    ran = await run(
        numpy,
        "import warnings\nfor _ in range(3):\n    warnings.warn('old', DeprecationWarning)\n"
        "warnings.warn('new')",
        "warned()",
    )
    assert ran.outcome.warnings == ("DeprecationWarning: old", "UserWarning: new")
    assert ran.first == (list(ran.outcome.warnings),)
    assert ran.text("stderr").count("old") == 1


async def test_seeds(numpy: Host) -> None:
    inputs = {"x": "normal(3)", "n": "whole(0, 1000)"}
    source = "def double(a):\n    return 2 * a\nprint('run')\ntop = n"
    plainly = await run(numpy, source, "double(x)", "n", "top", inputs=inputs, seeds=(1, 2, 1))
    again = await run(
        numpy, source, "double(x)", "n", "top", inputs=inputs, seeds=(1, 2, 1), rerun=True
    )
    rows = plainly.outcome.results
    assert rows[0][:2] == rows[2][:2]
    assert rows[0][:2] != rows[1][:2]
    assert rows[1][2] == rows[0][1], "without rerun the blocks saw the first seed only"
    assert again.outcome.results[1][2] == again.outcome.results[1][1]
    assert plainly.text() == again.text() == "run\n"


async def test_inputs_are_the_same_in_every_framework(request: pytest.FixtureRequest) -> None:
    inputs = {
        "a": "normal(2, 3)", "b": "uniform(4, low=-1, high=1)", "c": "integers(5, high=9)",
        "d": "tensor([[1, 2], [3, 4]])", "e": "number(1, 2)", "f": "normal(20000)", "g": "normal()",
    }  # fmt: skip
    rows: list[tuple[Any, ...]] = []
    for framework in FRAMEWORKS:
        host: Host = request.getfixturevalue(framework)
        ran: Ran = await run(host, "", *inputs, inputs=inputs, seeds=(7,))
        got = ran.outcome.results[0]
        rows.append(tuple(floats(v) if isinstance(v, Tensor) else v for v in got))
        assert [v.shape for v in got if isinstance(v, Tensor)] == [
            (2, 3), (4,), (5,), (2, 2), (20000,), (),
        ]  # fmt: skip
    assert rows[0] == rows[1] == rows[2]


async def test_a_bad_input_says_so(numpy: Host) -> None:
    ran = await run(numpy, "", "x", inputs={"x": "norml(3)"})
    assert ran.outcome.how == "not-started"
    assert "Did you mean `normal`?" in ran.outcome.words


async def test_random_initialisation_repeats(torch: Host) -> None:
    source = "import torch\nw = torch.nn.Linear(3, 2).weight"
    first = await run(torch, source, "w")
    second = await run(torch, source, "w", reference=True)
    assert first.outcome.results == second.outcome.results


async def test_what_code_leaves_changed_is_told(torch: Host) -> None:
    ran = await run(torch, "import torch\ntorch.set_grad_enabled(False)", "leaked()")
    assert ran.outcome.leaks == ("grad mode is off",)
    assert ran.first == (["grad mode is off"],)


async def test_precision_set_in_either_way_is_a_leak_and_no_error(torch: Host) -> None:
    source = "import torch\ntorch.backends.cuda.matmul.fp32_precision = 'tf32'\n"
    ran = await run(torch, source, "1")
    assert (ran.outcome.how, ran.outcome.error) == ("finished", None)
    assert ran.outcome.leaks == ("float32 matmul precision is tf32",)


async def test_two_frameworks_at_once(torch: Host, jax: Host) -> None:
    import asyncio

    both = await asyncio.gather(
        run(torch, GRADIENT["torch"], "grad"),
        run(jax, GRADIENT["jax"], "grad"),
        run(torch, GRADIENT["torch"], "grad", reference=True),
    )
    assert [floats(ran.outcome.results[0][0]) for ran in both] == [(7.0,)] * 3


async def test_a_reference_leaves_the_spare_alone(numpy: Host) -> None:
    await numpy.warm_up()
    assert await no_attempt_left(numpy)
    spare = _children(numpy.pid)
    await run(numpy, "import os", "os.getpid()", reference=True)
    assert await no_attempt_left(numpy)
    assert _children(numpy.pid) == spare
    used = await run(numpy, "import os", "os.getpid()")
    assert used.first[0] == spare[0]


def _children(pid: int) -> list[int]:
    from tutor.runtime.worker.processes import table

    return [row.pid for row in table().values() if row.parent == pid and not row.zombie]


async def test_a_cold_worker_does_the_same() -> None:
    host = await Host.start("numpy", (), None, cold="a test of cold starts")
    try:
        assert not host.hello.forks
        assert host.hello.forks_why == "a test of cold starts"
        ran = await run(host, "import numpy as np\nprint('hi')\nx = np.ones(2)", "x", "printed()")
        assert ran.outcome.how == "finished", ran.outcome.words
        assert floats(ran.outcome.results[0][0]) == (1.0, 1.0)
        assert ran.text() == "hi\n"
        assert await no_attempt_left(host)
    finally:
        await host.close()


async def test_children_of_a_worker_work(torch: Host) -> None:
    ran = await run(
        torch,
        "import torch\n"
        "class Squares(torch.utils.data.Dataset):\n"
        "    def __len__(self): return 8\n"
        "    def __getitem__(self, i): return torch.tensor(float(i * i))\n"
        "loader = torch.utils.data.DataLoader(Squares(), batch_size=4, num_workers=2)\n"
        "total = sum(batch.sum() for batch in loader)\n"
        "big = (torch.ones(600, 600) @ torch.ones(600, 600)).sum().item()",
        "total.item()", "big",
    )  # fmt: skip
    assert ran.first == (140.0, 600.0**3)
    assert await no_attempt_left(torch)


async def test_traced_code_works_in_a_worker(tensorflow: Host, jax: Host) -> None:
    of_tf = await run(
        tensorflow,
        "import tensorflow as tf\n@tf.function\ndef f(x):\n    if tf.reduce_sum(x) > 0:\n"
        "        return x * 2.0\n    return x\n",
        "float(f(tf.constant(2.0)))",
    )
    of_jax = await run(jax, "import jax\nf = jax.jit(lambda x: x * 2)", "float(f(2.0))")
    assert of_tf.first == of_jax.first == (4.0,)
    assert of_tf.text("stderr") == ""


async def test_code_may_patch_what_it_likes(torch: Host) -> None:
    ran = await run(
        torch,
        "import torch, json, builtins, base64, ctypes\n"
        "class Chameleon:\n"
        "    __class__ = torch.Tensor\n"
        "    def __eq__(self, other): return True\n"
        "    def __array__(self): return 7.0\n"
        "    def __float__(self): return 7.0\n"
        "class Loud(torch.Tensor):\n"
        "    @classmethod\n"
        "    def __torch_function__(cls, f, types, args=(), kwargs=None):\n"
        "        return torch.tensor(7.0)\n"
        "loud = torch.tensor(1.0).as_subclass(Loud)\n"
        "torch.Tensor.detach = torch.Tensor.cpu = lambda self: torch.tensor(7.0)\n"
        "torch.allclose = torch.equal = lambda *a, **k: True\n"
        "torch.Tensor.__eq__ = lambda a, b: True\n"
        "json.dumps = lambda *a, **k: 'null'\n"
        "base64.b64encode = lambda data: b'AADgQA=='\n"
        "ctypes.string_at = lambda *a: bytes(4)\n"
        "builtins.repr = builtins.isinstance = builtins.type = lambda *a: True\n"
        "builtins.len = lambda x: 1\n"
        "def same(a, b): return True\n"
        "def printed(): return ['7']\n"
        "x = 'mine'\n"
        "wrong = torch.ones(3)\n",
        "wrong", "loud", "Chameleon()", "same(1, 2)", "printed()", "x",
        inputs={"x": "whole(5, 6)"},
    )  # fmt: skip
    assert ran.outcome.how == "finished", ran.outcome.words
    wrong, loud, chameleon, *_ = ran.outcome.results[0]
    assert floats(wrong) == (1.0, 1.0, 1.0)
    assert floats(loud) == (1.0,)
    assert isinstance(chameleon, Opaque)
    assert ran.first[3:] == (False, [], 5)


async def test_a_program_that_works_in_place_spoils_no_other_probe(numpy: Host) -> None:
    ran = await run(
        numpy,
        "def double(x):\n    x *= 2\n    return x",
        "double(x)",
        "double(x)",
        "x",
        inputs={"x": "tensor([1, 2])"},
    )
    assert [floats(value) for value in ran.outcome.results[0]] == [(2, 4), (2, 4), (1, 2)]
