"""What is said of the frameworks is what they do."""

from __future__ import annotations

from typing import Any

from tests.runtime.hosts import run, session_loop
from tutor.runtime.host import Host
from tutor.session.beside.differences import DIFFERENCES, differences_in

T, F, J = "torch", "tensorflow", "jax"
IMPORTS = {
    T: "import torch\nfrom torch import nn\n",
    F: "import tensorflow as tf\nimport keras\n",
    J: "import jax\nimport jax.numpy as jnp\nimport optax\n",
}

FACTS: list[tuple[str, str, str, Any]] = [
    ("Where a gradient is", T, "[w := torch.tensor(3.0, requires_grad=True), (w**2).backward(), (w**2).backward(), float(w.grad)][-1]", 12.0),
    ("Where a gradient is", F, "(lambda t: [t.__enter__(), x := tf.constant(2.0), y := x * x, t.__exit__(None, None, None), t.gradient(y, x)][-1])(tf.GradientTape())", None),
    ("Where a gradient is", J, "float(jax.grad(lambda a, b: a * b * b)(2.0, 3.0))", 9.0),
    ("What is recorded", T, "(torch.ones(1, requires_grad=True) * 2).requires_grad and not (torch.ones(1) * 2).requires_grad", True),
    ("Eager or traced", J, "raises(jax.jit(lambda x: x if x > 0 else -x), 1.0)", "TracerBoolConversionError"),
    ("Eager or traced", F, "float(tf.function(keep_sign)(tf.constant(-2.0)))", 2.0),
    ("In place or not", T, "torch.zeros(2).add_(1).tolist()", [1.0, 1.0]),
    ("In place or not", F, "raises(lambda: tf.zeros(2).__setitem__(0, 1))", "AttributeError"),
    ("In place or not", F, "hasattr(tf.Variable(1.0), 'assign') and not hasattr(tf.zeros(1), 'assign')", True),
    ("In place or not", J, "raises(lambda: jnp.zeros(2).__setitem__(0, 1))", "TypeError"),
    ("In place or not", J, "jnp.zeros(2).at[0].set(1).tolist()", [1.0, 0.0]),
    ("How a loss is reduced", T, "float(nn.functional.mse_loss(torch.tensor([[0.0, 3.0]]), torch.zeros(1, 2)))", 4.5),
    ("How a loss is reduced", F, "tuple(keras.losses.mean_squared_error(tf.zeros((3, 2)), tf.ones((3, 2))).shape)", [3]),
    ("How a loss is reduced", F, "tuple(keras.losses.MeanSquaredError()(tf.zeros((3, 2)), tf.ones((3, 2))).shape)", []),
    ("How a loss is reduced", J, "float(optax.l2_loss(jnp.array(3.0), jnp.array(0.0)))", 4.5),
    ("How a loss is reduced", J, "optax.softmax_cross_entropy_with_integer_labels(jnp.zeros((3, 2)), jnp.zeros(3, int)).shape", [3]),
    ("Logits or probabilities", T, "round(float(nn.functional.cross_entropy(torch.tensor([[2.0, 1.0, 0.0]]), torch.tensor([0]))), 4)", 0.4076),
    ("Logits or probabilities", F, "round(float(keras.losses.sparse_categorical_crossentropy(tf.constant([0]), tf.constant([[0.5, 0.5]]))[0]), 4)", 0.6931),
    ("Logits or probabilities", J, "round(float(optax.softmax_cross_entropy_with_integer_labels(jnp.array([2.0, 1.0, 0.0]), 0)), 4)", 0.4076),
    ("The layout of a weight", T, "tuple(nn.Linear(3, 5).weight.shape)", [5, 3]),
    ("The layout of a weight", F, "(lambda d: [d.build((None, 3)), tuple(d.kernel.shape)][-1])(keras.layers.Dense(5))", [3, 5]),
    ("The layout of an image", T, "tuple(nn.Conv2d(3, 8, 5)(torch.zeros(1, 3, 28, 28)).shape)", [1, 8, 24, 24]),
    ("The layout of an image", F, "tuple(keras.layers.Conv2D(8, 5)(tf.zeros((1, 28, 28, 3))).shape)", [1, 24, 24, 8]),
    ("The variance", T, "float(torch.tensor([1.0, 3.0]).var())", 2.0),
    ("The variance", F, "float(tf.math.reduce_variance([1.0, 3.0]))", 1.0),
    ("The variance", J, "float(jnp.array([1.0, 3.0]).var())", 1.0),
    ("The name of an axis", T, "torch.ones(2, 3).sum(axis=1).tolist()", [3.0, 3.0]),
    ("The dtype of a whole number", T, "str(torch.arange(3).dtype)", "torch.int64"),
    ("The dtype of a whole number", F, "tf.range(3).dtype.name", "int32"),
    ("The dtype of a whole number", J, "jnp.arange(3).dtype.name", "int32"),
    ("float64", T, "str(torch.zeros(1, dtype=torch.float64).dtype)", "torch.float64"),
    ("float64", F, "tf.zeros(1, tf.float64).dtype.name", "float64"),
    ("float64", J, "jnp.zeros(1, 'float64').dtype.name", "float32"),
    ("Mixed dtypes", T, "str((torch.zeros(1) + torch.zeros(1, dtype=torch.float64)).dtype)", "torch.float64"),
    ("Mixed dtypes", F, "raises(lambda: tf.zeros(1) + tf.zeros(1, tf.float64))", "InvalidArgumentError"),
    ("Random numbers", J, "same(jax.random.normal(jax.random.key(0)), jax.random.normal(jax.random.key(0)))", True),
    ("GELU", T, "round(float(nn.functional.gelu(torch.tensor(1.0))), 5)", 0.84134),
    ("GELU", F, "round(float(tf.nn.gelu(1.0)), 5)", 0.84134),
    ("GELU", J, "round(float(jax.nn.gelu(1.0)), 5)", 0.84119),
    ("Adam's ε", T, "torch.optim.Adam([torch.zeros(1, requires_grad=True)]).defaults['eps']", 1e-8),
    ("Adam's ε", F, "keras.optimizers.Adam().epsilon", 1e-7),
    ("Adam's ε", J, "__import__('inspect').signature(optax.adam).parameters['eps'].default", 1e-8),
]  # fmt: skip

SETUP = """
def keep_sign(x):
    if x < 0:
        return -x
    return x
"""


async def check_facts(host: Host) -> None:
    name = host.framework
    facts = [(about, probe, wanted) for about, whose, probe, wanted in FACTS if whose == name]
    ran = await run(
        host, IMPORTS[name] + SETUP, *(probe for _, probe, _ in facts), limits={"seconds": 60}
    )
    found = [(fact[0], value) for fact, value in zip(facts, ran.first, strict=True)]
    assert found == [(about, wanted) for about, _, wanted in facts]


@session_loop
async def test_facts_of_torch(torch: Host) -> None:
    await check_facts(torch)


@session_loop
async def test_facts_of_tensorflow(tensorflow: Host) -> None:
    await check_facts(tensorflow)


@session_loop
async def test_facts_of_jax(jax: Host) -> None:
    await check_facts(jax)


def test_most_rows_have_a_fact_that_is_run() -> None:
    """The rest is about where one looks: nothing to compute."""
    run_here = {about for about, _, _, _ in FACTS}
    assert {row.about for row in DIFFERENCES} - run_here == {"Momentum", "Where parameters live"}


def test_only_what_the_programs_bring_up_is_said() -> None:
    programs = {"torch": "loss.backward()", "jax": "jax.grad(f)(w)"}
    found = differences_in(programs)  # type: ignore[arg-type]
    assert [row.about for row in found] == ["Where a gradient is", "What is recorded"]
    assert set(found[0].words) == {"torch", "jax"}
    assert differences_in({"torch": "x + 1", "jax": "x + 1"}) == ()


def test_what_all_frameworks_shown_do_alike_is_no_difference() -> None:
    assert differences_in({"torch": "gelu(x)", "tensorflow": "gelu(x)"}) == ()
    assert len(differences_in({"torch": "gelu(x)", "jax": "gelu(x)"})) == 1
