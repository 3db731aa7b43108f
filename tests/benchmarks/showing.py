"""What calling ``show(loss=…)`` in every step costs a training loop, in a real worker.

Two loops of one worker take turns, and each turn of one is compared with the turn of the other
beside it: on a busy machine a loop's time wanders by more than the 2 % that are asked about, but
two halves of a tenth of a second wander together.
"""

from __future__ import annotations

import asyncio
import importlib.util
import statistics
from pathlib import Path

from tests.benchmarks.place import temporary
from tests.benchmarks.rows import Bound, Row
from tutor.grading.values import Number, Sequence
from tutor.runtime.host import Host
from tutor.runtime.job import Block, Job, Limits, Outcome, Shown

TURNS = 60
"""Pairs of turns."""

STEPS = 200
"""Of a turn: about 0.2 s, so that slices of points are sent in each."""

LIMIT = 1.02
"""What the loop may be slowed down to."""

LOOPS = {
    "torch": """
import torch
torch.set_num_threads(1)
x, y, w = torch.randn(SIZE, 64), torch.randn(SIZE), torch.zeros(64, requires_grad=True)
def step():
    global w
    loss = ((x @ w - y) ** 2).mean()
    (slope,) = torch.autograd.grad(loss, w)
    w = (w - 0.01 * slope).detach().requires_grad_(True)
    return loss
""",
    "jax": """
import jax, jax.numpy as jnp
x, y = jax.random.normal(jax.random.key(0), (SIZE, 64)), jnp.ones(SIZE)
w = jnp.zeros(64)
@jax.jit
def update(w):
    loss, slope = jax.value_and_grad(lambda w: jnp.mean((x @ w - y) ** 2))(w)
    return w - 0.01 * slope, loss
def step():
    global w
    w, loss = update(w)
    return loss
""",
    "tensorflow": """
import tensorflow as tf
x, y, w = tf.random.normal((SIZE, 64)), tf.ones((SIZE, 1)), tf.Variable(tf.zeros((64, 1)))
def step():
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((x @ w - y) ** 2)
    w.assign_sub(0.01 * tape.gradient(loss, w))
    return loss
""",
}
"""A small training step, with `SIZE` examples."""

MEASURE = """
import time
from tutor import show
clock = time.perf_counter
def plain():
    begun = clock()
    for _ in range(STEPS):
        loss = step()
    float(loss)
    return clock() - begun
def shown():
    begun = clock()
    for _ in range(STEPS):
        loss = step()
        show(loss=loss)
    float(loss)
    return clock() - begun
for _ in range(3):
    plain(), shown()
plains, showns = [], []
for turn in range(TURNS):
    # whichever goes first has the other's leavings in the caches: they take turns at that too
    if turn % 2:
        plains.append(plain())
        showns.append(shown())
    else:
        showns.append(shown())
        plains.append(plain())
loss = step()
float(loss)
prices = []
for _ in range(20):
    begun = clock()
    for _ in range(1000):
        show(loss=loss, name='calls')
    prices.append((clock() - begun) / 1000)
"""

SIZES = {"torch": 60_000, "jax": 100_000, "tensorflow": 4_000}
"""Examples that make a step of about a millisecond."""


def rows(framework: str) -> list[Row]:
    """The slowdown of the loop, and the price of a call."""
    label = f"{framework}, a step that calls show(loss=…)"
    bound = Bound("ratio", LIMIT)
    if importlib.util.find_spec(framework) is None:
        return [Row(label, None, "µs", bound=bound, note=f"{framework} is not installed")]
    with temporary(f"showing-{framework}") as folder:
        found, slices = asyncio.run(_measure(framework, folder))
    plains, showns, prices = found
    ratios = sorted(shown / plain for shown, plain in zip(showns, plains, strict=True))
    ratio = statistics.median(ratios)
    step = statistics.median(plains) / STEPS * 1e6
    low, high = ratios[len(ratios) // 4], ratios[3 * len(ratios) // 4]
    return [
        Row(
            label,
            ratio * step,
            "µs",
            step,
            "the same step without",
            bound,
            f"median of {TURNS} pairs {ratio:.4f}×, quartiles {low:.3f} to {high:.3f}; "
            f"{slices} slices were sent",
        ),
        Row(
            f"{framework}, one call of show(loss=…) with a tensor",
            statistics.median(prices) * 1e6,
            "µs",
            note=f"{min(prices) * 1e9:.0f} to {max(prices) * 1e9:.0f} ns, sending included",
        ),
    ]


async def _measure(framework: str, cache: Path) -> tuple[list[list[float]], int]:
    """Return the turns without, the turns with and the calls, in seconds; and slices sent."""
    sizes = f"SIZE, STEPS, TURNS = {SIZES[framework]}, {STEPS}, {TURNS}\n"
    job = Job(
        framework=framework,
        blocks=(Block(name="answer", source=sizes + LOOPS[framework] + MEASURE),),
        probes=("[plains, showns, prices]",),
        limits=Limits(seconds=300),
        device="cpu",
    )
    host = await Host.start(framework, (), cache)
    slices = 0
    try:
        await host.warm_up()
        async for event in host.run(job):
            slices += isinstance(event, Shown)
            if isinstance(event, Outcome):
                return _seconds(event), slices
    finally:
        await host.close()
    raise RuntimeError("the run ended without an outcome")


def _seconds(outcome: Outcome) -> list[list[float]]:
    if outcome.how != "finished":
        raise RuntimeError(f"the loop did not run: {outcome.words}")
    (value,) = outcome.results[0]
    assert isinstance(value, Sequence)
    found: list[list[float]] = []
    for turns in value.items:
        assert isinstance(turns, Sequence)
        numbers = [one for one in turns.items if isinstance(one, Number)]
        found.append([float.fromhex(one.text) for one in numbers])
    return found
