"""The explanations are matched against what the frameworks really say."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from functools import cache

import pytest

from tutor.grading.errors_explained import explain

PREPARE = {
    "torch": "import torch; w = torch.ones(3, requires_grad=True); x = torch.ones(2, 3)",
    "jax": "import jax, jax.numpy as jnp; x = jnp.ones((2, 3))",
    "tensorflow": "import tensorflow as tf; x = tf.ones((2, 3))",
    "python": "",
}

SNIPPETS: dict[str, list[tuple[str, str]]] = {
    "torch": [
        ("x @ x", "(2, 3) @ (2, 3) has 3 beside 2"),
        ("x + torch.ones(2, 4)", "axis 1 has 3 beside 4"),
        ("w += 1", "with torch.no_grad()"),
        ("y = w.exp(); y += 1; y.sum().backward()", "overwritten by an in-place"),
        ("y = (w * w).sum(); y.backward(); y.backward()", "freed by the first backward"),
        ("(w * 2).backward()", "reduce to a scalar"),
        ("x.sum().backward()", "Nothing before this result asked for gradients"),
        ("torch.autograd.grad(w.sum(), torch.ones(1, requires_grad=True))", "does not depend on"),
        ("torch.ones(2, dtype=torch.int64, requires_grad=True)", "floating-point"),
        ("w.numpy()", "`detach()` it first"),
        ("x @ torch.ones(3, 2, dtype=torch.float64)", "different dtypes"),
        ("x.item()", "this one has 6"),
        ("if x > 0: pass", "one truth value"),
        ("x.view(4, 2)", "6 of them do not fill the shape [4, 2]"),
        ("x + torch.ones(2, 3, device='meta')", "different devices"),
    ],
    "jax": [
        ("jax.jit(lambda a: a if a > 0 else -a)(1.0)", "`jnp.where`"),
        ("jax.jit(lambda n: jnp.arange(n))(3)", "mark the argument static"),
        ("jax.jit(lambda a: float(a))(3.0)", "mark the argument static"),
        ("import numpy as np; jax.jit(lambda a: np.asarray(a))(3.0)", "stay with `jnp`"),
        ("k = []; jax.jit(lambda a: k.append(a))(1.0); k[0] + 1", "return it instead"),
        ("jax.grad(lambda a: a * a)(3)", "this argument is int32"),
        ("jax.grad(lambda a: a * a)(jnp.ones(3))", "returns one number"),
        ("x @ x", "here 3 meets 2"),
        ("x[0] = 1", "`x = x.at[i].set(v)`"),
        ("x + jnp.ones((2, 4))", "equal or 1"),
    ],
    "tensorflow": [
        ("tf.matmul(x, x)", "here (2,3) meets (2,3)"),
        ("x + tf.constant([1, 2, 3], dtype=tf.int32)", "`tf.cast`"),
        ("x + tf.ones((2, 4))", "[2,3] does not fit [2,4]"),
        ("x[0] = 1", "cannot be changed"),
        (
            "f = tf.function(lambda a: 1 if a > 0 else 2, autograph=False); f(tf.constant(1.0))",
            "`tf.cond` or `tf.where`",
        ),
    ],
    "python": [
        ("____ + 1", "fill it in"),
        ("def f(a, b): pass\nf(1)", "`f` is called with 1 argument"),
        ("1 + None", "is `None`"),
    ],
}

RUN = """
import json, sys
{prepare}
said = []
for snippet in json.load(sys.stdin):
    try:
        exec(snippet, dict(globals()))
        said.append(["", "nothing was raised"])
    except Exception as error:
        said.append([type(error).__name__, str(error)])
print("\\n" + json.dumps(said))
"""


@cache
def messages(framework: str) -> list[list[str]]:
    """What each snippet raises, in a process of its own."""
    if framework != "python" and importlib.util.find_spec(framework) is None:
        pytest.skip(f"{framework} is not installed")
    done = subprocess.run(
        [sys.executable, "-c", RUN.format(prepare=PREPARE[framework])],
        input=json.dumps([snippet for snippet, _ in SNIPPETS[framework]]),
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "CUDA_VISIBLE_DEVICES": "", "JAX_PLATFORMS": "cpu"},
    )
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize(
    ("framework", "place"),
    [(name, place) for name, rows in SNIPPETS.items() for place in range(len(rows))],
    ids=str,
)
def test_real_errors_are_explained(framework: str, place: int) -> None:
    snippet, words = SNIPPETS[framework][place]
    error_type, message = messages(framework)[place]
    assert words in explain(error_type, message), (snippet, error_type, message)


def test_unknown_errors_are_not_explained() -> None:
    assert explain("RuntimeError", "the moon is full") == ""
    assert explain("MyError", "Trying to backward through the graph a second time") == ""


def test_devices_that_need_a_gpu_to_differ() -> None:
    said = "Expected all tensors to be on the same device, but found at least two devices, cuda:0 and cpu!"
    assert "different devices" in explain("RuntimeError", said)


def test_a_huge_message_is_read_in_part() -> None:
    assert explain("RuntimeError", "x" * 10_000_000) == ""
