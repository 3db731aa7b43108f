"""What calling ``show(loss=…)`` in every step costs a training loop, in a real worker.

Turns with and without it alternate every few milliseconds, and each is compared with the one beside
it: a busy machine's pace wanders by far more than the 2 % that are asked about, but two neighbours
wander together. A pair in which another process had the core (one turn took three times the median)
is left out, and the note says how many were.
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

REPEATS = 20
"""The ratio is their median."""

PAIRS = 150
"""Of turns, in a repeat."""

STEPS = {"torch": 1, "tensorflow": 1, "jax": 5}
"""Of a turn, which waits for its last: JAX computes a step while the next one is asked for."""

OUTLIER = 3.0
"""Times the median: a slice of points that is sent takes a fifth of a step, not two."""

LIMIT = 1.02
"""What the loop may be slowed down to."""

LOOPS = {
    "torch": """
import torch
torch.set_num_threads(1)
x, y = torch.randn(SIZE, 64), torch.randn(SIZE, 1)
w, v = torch.randn(64, 128, requires_grad=True), torch.randn(128, 1, requires_grad=True)
def step():
    loss = ((torch.tanh(x @ w) @ v - y) ** 2).mean()
    slopes = torch.autograd.grad(loss, (w, v))
    with torch.no_grad():
        w.sub_(0.001 * slopes[0])
        v.sub_(0.001 * slopes[1])
    return loss
""",
    "jax": """
import jax, jax.numpy as jnp
draw = lambda n, *shape: jax.random.normal(jax.random.key(n), shape)
x, y, weights = draw(0, SIZE, 64), draw(1, SIZE, 1), (draw(2, 64, 128), draw(3, 128, 1))
@jax.jit
def update(weights):
    of = lambda p: jnp.mean((jnp.tanh(x @ p[0]) @ p[1] - y) ** 2)
    loss, slopes = jax.value_and_grad(of)(weights)
    return tuple(p - 0.001 * slope for p, slope in zip(weights, slopes)), loss
def step():
    global weights
    weights, loss = update(weights)
    return loss
""",
    "tensorflow": """
import tensorflow as tf
x, y = tf.random.normal((SIZE, 64)), tf.random.normal((SIZE, 1))
w, v = tf.Variable(tf.random.normal((64, 128))), tf.Variable(tf.random.normal((128, 1)))
def step():
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((tf.tanh(x @ w) @ v - y) ** 2)
    slopes = tape.gradient(loss, (w, v))
    w.assign_sub(0.001 * slopes[0])
    v.assign_sub(0.001 * slopes[1])
    return loss
""",
}
"""A training step with `SIZE` examples; it stays in a core's own cache, which nobody shares."""

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
for _ in range(50):
    plain(), shown()
plains, showns = [], []
for pair in range(PAIRS):
    # whichever goes second may find more in the caches: they take turns at that too
    if pair % 2:
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

SIZES = {"torch": 1024, "tensorflow": 256, "jax": 5120}
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
    usual = OUTLIER * statistics.median(plains)
    pairs = [*zip(plains, showns, strict=True)]
    ratios: list[float] = []
    left_out = 0
    for first in range(0, len(pairs), PAIRS):
        good = [pair for pair in pairs[first : first + PAIRS] if max(pair) < usual]
        left_out += len(pairs[first : first + PAIRS]) - len(good)
        if good:
            ratios.append(sum(shown for _, shown in good) / sum(plain for plain, _ in good))
    ratios.sort()
    ratio = statistics.median(ratios)
    step = statistics.median(plains) / STEPS[framework] * 1e6
    low, high = ratios[len(ratios) // 4], ratios[3 * len(ratios) // 4]
    return [
        Row(
            label,
            ratio * step,
            "µs",
            step,
            "the same step without",
            bound,
            f"median of {len(ratios)} repeats {ratio:.4f}×, quartiles {low:.3f} to {high:.3f}; "
            f"{slices} slices were sent; {left_out} of {len(pairs)} pairs left out",
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
    turns = f"{STEPS[framework]}, {REPEATS * PAIRS}"
    sizes = f"SIZE, STEPS, PAIRS = {SIZES[framework]}, {turns}\n"
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
