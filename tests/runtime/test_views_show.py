"""``show`` in the learner's own code: live curves, views, limits, and code that does odd things."""

from __future__ import annotations

import asyncio
import math
from dataclasses import dataclass, field

import pytest

from tests.runtime.hosts import Ran, no_attempt_left, run, session_loop
from tutor.runtime.host import Host
from tutor.runtime.job import Outcome, Printed, RunEvent, Shown, Wanted
from tutor.views.gather import gather
from tutor.views.model import (
    Array,
    Bars,
    CodeText,
    Curve,
    Image,
    NoView,
    Series,
    Table,
    Tree,
    View,
    doubles,
)

pytestmark = session_loop


@dataclass
class Watched:
    """A run, and what it showed."""

    ran: Ran
    shown: list[Shown] = field(default_factory=list[Shown])
    views: dict[str, View] = field(default_factory=dict[str, View])

    @property
    def sentences(self) -> dict[str, str]:
        return {name: v.why for name, v in self.views.items() if isinstance(v, NoView)}

    def curve(self, name: str = "curve") -> dict[str, Series]:
        view = self.views[name]
        assert isinstance(view, Curve), view
        return {series.name: series for series in view.series}


async def watch(host: Host, source: str, *probes: str, **job: object) -> Watched:
    ran = await run(host, f"from tutor import show\n{source}", *probes, **job)  # type: ignore[arg-type]
    watched = Watched(ran)
    for event in ran.events:
        if isinstance(event, Shown):
            watched.shown.append(event)
            gather(watched.views, event.view, more=event.more)
    return watched


def xs(series: Series) -> list[float]:
    return list(doubles(series.x))


def ys(series: Series) -> list[float]:
    return list(doubles(series.y))


TRAINING = {
    "torch": """
import torch, time
w = torch.zeros(3, requires_grad=True)
x, y = torch.randn(64, 3), torch.randn(64)
sgd = torch.optim.SGD([w], 0.01)
losses = []
for step in range(250):
    sgd.zero_grad()
    loss = ((x @ w - y) ** 2).mean()
    loss.backward()
    sgd.step()
    show(loss=loss, half=loss.detach() / 2)
    losses.append(loss.item())
    time.sleep(0.002)
""",
    "jax": """
import jax, jax.numpy as jnp, time
x, y = jax.random.normal(jax.random.key(0), (64, 3)), jax.random.normal(jax.random.key(1), (64,))
f = jax.jit(jax.value_and_grad(lambda w: jnp.mean((x @ w - y) ** 2)))
w, losses = jnp.zeros(3), []
for step in range(250):
    loss, slope = f(w)
    w = w - 0.01 * slope
    show(loss=loss, half=loss / 2)
    losses.append(float(loss))
    time.sleep(0.002)
""",
    "tensorflow": """
import tensorflow as tf, time
x, y = tf.random.normal((64, 3)), tf.random.normal((64, 1))
w, losses = tf.Variable(tf.zeros((3, 1))), []
for step in range(250):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((x @ w - y) ** 2)
    w.assign_sub(0.01 * tape.gradient(loss, w))
    show(loss=loss, half=loss / 2)
    losses.append(float(loss))
    time.sleep(0.002)
""",
}


@pytest.fixture(params=list(TRAINING))
def host(request: pytest.FixtureRequest) -> Host:
    return request.getfixturevalue(request.param)


async def test_a_live_curve_follows_a_training_run(host: Host) -> None:
    watched = await watch(host, TRAINING[host.framework], "losses")
    (losses,) = watched.ran.first
    events = watched.ran.events
    assert isinstance(events[-1], Outcome)
    assert all(isinstance(event, Shown) for event in events[1:-1])
    assert len(watched.shown) >= 4, "it was not followed while it ran"
    assert [event.more for event in watched.shown] == [False] + [True] * (len(watched.shown) - 1)
    series = watched.curve()
    assert list(series) == ["loss", "half"]
    assert xs(series["loss"]) == xs(series["half"]) == list(range(250))
    assert ys(series["loss"]) == losses
    assert ys(series["half"]) == pytest.approx([loss / 2 for loss in losses])
    assert series["loss"].points == 250


async def test_points_come_while_the_loop_runs(numpy: Host) -> None:
    source = "from tutor import show\nstep = 0\nwhile True:\n    show(step=step, loss=step)\n    step += 1"
    seen = 0

    def count(event: RunEvent) -> None:
        nonlocal seen
        seen += isinstance(event, Shown)
        if seen == 3:
            task = asyncio.get_running_loop().create_task(numpy.stop())
            stopping.append(task)

    stopping: list[asyncio.Task[None]] = []
    ran = await run(numpy, source, seen=count, limits={"seconds": 30})
    assert seen >= 3
    assert ran.outcome.how == "stopped"
    await asyncio.gather(*stopping)


async def test_a_value_is_shown_as_what_it_is(torch: Host) -> None:
    watched = await watch(
        torch,
        "import torch\n"
        "show(torch.eye(3), 'matrix', caption='ones')\n"
        "show({'a': 1, 'b': torch.tensor(2.0)}, 'times', unit='ms')\n"
        "show([3, 2, 1], 'numbers', log=True)\n"
        "show({'x': [1, 2], 'y': torch.ones(2)}, 'two')\n"
        "show(torch.nn.Linear(2, 1), 'model')\n"
        "show([{'a': 1, 'b': 'x'}], 'rows')\n"
        "show(torch.zeros(2, 2, 2, 2, 2), 'deep')\n"
        "show('x = 1', 'text')\n"
        "show(3.5, 'number')\n"
        "show(object, 'else')\n"
        "show(torch.eye(2), 'asked', view='tensor')\n"
        "show(torch.eye(2))\n",
    )
    kinds = {name: type(view) for name, view in watched.views.items()}
    assert kinds == {
        "matrix": Image,
        "times": Bars,
        "numbers": Curve,
        "two": Curve,
        "model": Tree,
        "rows": Table,
        "deep": Array,
        "text": CodeText,
        "number": Curve,
        "else": Table,
        "asked": Array,
        "image": Image,
    }
    times, numbers = watched.views["times"], watched.views["numbers"]
    assert isinstance(times, Bars)
    assert isinstance(numbers, Curve)
    assert (times.unit, watched.views["matrix"].caption, numbers.log) == ("ms", "ones", True)
    assert ys(watched.curve("number")["number"]) == [3.5]


async def test_a_run_without_show_shows_nothing(numpy: Host) -> None:
    ran = await run(numpy, "import tutor\nx = sorted(k for k in vars(tutor) if k[0] != '_')", "x")
    assert ran.first == (["show"],)
    assert not any(isinstance(event, Shown) for event in ran.events)


async def test_nan_and_infinity_stay_and_x_may_be_given(numpy: Host) -> None:
    watched = await watch(
        numpy,
        "for i in range(4):\n    show(loss=[1, float('nan'), float('inf'), 10**400][i], step=10 * i)\n",
    )
    series = watched.curve()["loss"]
    assert xs(series) == [0, 10, 20, 30]
    assert [str(y) for y in ys(series)] == ["1.0", "nan", "inf", "inf"]


async def test_what_is_shown_before_an_error_is_shown(numpy: Host) -> None:
    watched = await watch(numpy, "for i in range(3): show(loss=i)\nshow([1, 2], 'w')\n1 / 0\n")
    assert watched.ran.outcome.how == "raised"
    assert ys(watched.curve()["loss"]) == [0, 1, 2]
    assert "w" in watched.views


async def test_a_tensor_that_changes_in_place_was_read_as_it_was(torch: Host) -> None:
    watched = await watch(
        torch,
        "import torch\nw = torch.nn.Parameter(torch.ones(()))\n"
        "for i in range(5):\n    show(w=w)\n    w.data.mul_(2)\n",
    )
    assert ys(watched.curve()["w"]) == [1, 2, 4, 8, 16]


async def test_a_flood_of_points_is_thinned_by_slices(numpy: Host) -> None:
    watched = await watch(
        numpy,
        "for i in range(1_000_000):\n    show(loss=9.0 if i == 654_321 else 0.0)\n",
        limits={"seconds": 60},
    )
    series = watched.curve()["loss"]
    assert series.points == 1_000_000
    assert len(ys(series)) < 100_000
    assert max(ys(series)) == 9
    assert xs(series) == sorted(xs(series))
    assert xs(series)[ys(series).index(9)] == 654_321


async def test_a_view_shown_in_every_step_is_the_last_one_in_the_end(numpy: Host) -> None:
    watched = await watch(
        numpy,
        "import numpy as np\nfor i in range(2000):\n    show(np.full((64, 64), float(i)), 'w')\n",
        limits={"seconds": 60},
    )
    image = watched.views["w"]
    assert isinstance(image, Image)
    assert image.low == image.high == 1999
    assert len(watched.shown) < 200


async def test_a_huge_structure(torch: Host) -> None:
    watched = await watch(
        torch,
        "import torch\nhuge = {f'layer{i}': {'w': torch.ones(4, 4)} for i in range(50_000)}\n"
        "show(huge, 'huge')\n",
        limits={"seconds": 60},
    )
    tree = watched.views["huge"]
    assert isinstance(tree, Tree)
    assert len(tree.branches) == 2000
    assert tree.total >= 100_000


async def test_limits_are_said_once(numpy: Host) -> None:
    watched = await watch(
        numpy,
        "for i in range(50): show([1, 2], f'name{i}')\n"
        "for i in range(50): show(**{f'series{i}': i}, name='name0')\n"
        "for i in range(50): show(loss='x')\n",
    )
    assert len(watched.sentences) == 1, watched.sentences
    (sentence,) = watched.sentences.values()
    assert "32 names" in sentence
    watched = await watch(numpy, "show(**{f's{i}': i for i in range(50)})\nshow(**{'s0': 'x'})")
    assert len(watched.curve()) == 32
    assert [*watched.sentences] == ["curve, more", "curve: s0"]
    assert "`s32`" in watched.sentences["curve, more"]
    assert "is str" in watched.sentences["curve: s0"]


async def test_too_many_bytes_are_said_once(numpy: Host) -> None:
    watched = await watch(
        numpy,
        "import numpy as np\nx = np.random.rand(64, 128, 128)\n"
        "for i in range(12): show(x, f'big{i}')\n",
        limits={"seconds": 60},
    )
    images = [view for view in watched.views.values() if isinstance(view, Image)]
    assert 2 < len(images) < 8
    assert all("32 MiB" in why for why in watched.sentences.values())
    assert watched.ran.outcome.how == "finished"


async def test_wrong_calls_are_sentences(numpy: Host) -> None:
    watched = await watch(
        numpy,
        "import numpy as np\nshow()\nshow(1, view='nope')\nshow(loss=np.ones(3))\n"
        "show(loss=[1])\nshow([], 'empty')\nshow({}, 'none', view='bars')\n"
        "class Bad:\n    def __repr__(self): raise ValueError\n    def __len__(self): return 1 / 0\n"
        "show(Bad(), 'bad')\nshow(loss=Bad())\n",
        "1 + 1",
    )
    assert watched.ran.first == (2,)
    text = "\n".join(watched.sentences.values())
    for part in ("nothing to show", "no view `nope`", "shape (3,)", "is list", "is Bad", "empty"):
        assert part in text, part
    assert isinstance(watched.views["bad"], Table)


async def test_compilers_of_torch(torch: Host) -> None:
    watched = await watch(
        torch,
        "import torch\n"
        "@torch.compile(backend='eager')\n"
        "def f(x):\n"
        "    show(loss=x.sum())\n"
        "    return x + 1\n"
        "for i in range(4): f(torch.full((3,), float(i)))\n"
        "torch.vmap(lambda v: (show(hidden=v.sum()), v)[1])(torch.ones(2, 3))\n",
        limits={"seconds": 120},
    )
    assert watched.ran.outcome.how == "finished", watched.ran.outcome.words
    assert watched.ran.outcome.warnings == ()
    assert ys(watched.curve()["loss"]) == [0, 3, 6, 9]
    assert "PyTorch was tracing" in watched.sentences["curve: hidden"]


async def test_compilers_of_jax(jax: Host) -> None:
    watched = await watch(
        jax,
        "import jax, jax.numpy as jnp\n"
        "@jax.jit\n"
        "def f(x):\n"
        "    show(loss=x.sum())\n"
        "    show(x, 'x')\n"
        "    jax.debug.callback(lambda y: show(inside=y, name='by callback'), x.sum())\n"
        "    return x + 1\n"
        "x = jnp.zeros(3)\n"
        "for i in range(4): x = f(x)\n",
    )
    assert watched.ran.outcome.how == "finished", watched.ran.outcome.words
    assert "jax.debug.callback" in watched.sentences["curve: loss"]
    assert "JAX was tracing" in watched.sentences["x"]
    assert sorted(ys(watched.curve("by callback")["inside"])) == [0, 3, 6, 9]


async def test_compilers_of_tensorflow(tensorflow: Host) -> None:
    watched = await watch(
        tensorflow,
        "import tensorflow as tf\n"
        "@tf.function\n"
        "def f(x):\n"
        "    show(loss=tf.reduce_sum(x))\n"
        "    tf.py_function(lambda y: show(inside=y, name='by function'), [tf.reduce_sum(x)], [])\n"
        "    return x + 1\n"
        "x = tf.zeros(3)\n"
        "for i in range(4): x = f(x)\n",
    )
    assert watched.ran.outcome.how == "finished", watched.ran.outcome.words
    assert watched.ran.outcome.warnings == ()
    assert "TensorFlow was tracing" in watched.sentences["curve: loss"]
    assert ys(watched.curve("by function")["inside"]) == [0, 3, 6, 9]


async def test_an_array_that_was_donated_before_it_was_read(jax: Host) -> None:
    watched = await watch(
        jax,
        "import jax, jax.numpy as jnp\nstep = jax.jit(lambda s: s + 1, donate_argnums=0)\n"
        "s = jnp.zeros(())\nfor i in range(5):\n    show(s=s)\n    show(kept=s + 1)\n    s = step(s)\n",
    )
    assert watched.ran.outcome.how == "finished", watched.ran.outcome.words
    assert "donated" in "".join(watched.sentences.values())
    assert ys(watched.curve()["kept"]) == [1, 2, 3, 4, 5]


async def test_children_cannot_garble_the_channel(torch: Host) -> None:
    watched = await watch(
        torch,
        "import os, torch\n"
        "from torch.utils.data import DataLoader, Dataset\n"
        "class Numbers(Dataset):\n"
        "    def __len__(self): return 8\n"
        "    def __getitem__(self, i):\n"
        "        show(item=i)\n"
        "        return torch.tensor(float(i))\n"
        "for batch in DataLoader(Numbers(), batch_size=4, num_workers=2): show(batch=batch.sum())\n"
        "show(late=1)\n"
        "if not (pid := os.fork()):\n"
        "    for i in range(1000): show(late=i)\n"
        "    os._exit(0)\n"
        "os.waitpid(pid, 0)\n",
    )
    assert watched.ran.outcome.how == "finished", watched.ran.outcome.words
    assert set(watched.curve()) == {"batch", "late"}
    assert ys(watched.curve()["late"]) == [1]
    said = "".join(e.text for e in watched.ran.events if isinstance(e, Printed))
    assert "only the main process shows" in said


async def test_a_child_that_comes_back_to_us_shows_nothing(numpy: Host) -> None:
    watched = await watch(
        numpy, "import os, time\nshow(loss=1)\nshow(loss=2)\nif os.fork(): time.sleep(0.3)\n"
    )
    assert watched.ran.outcome.how == "finished"
    assert ys(watched.curve()["loss"]) == [1, 2]


async def test_threads_and_signals_leave_frames_whole(numpy: Host) -> None:
    watched = await watch(
        numpy,
        "import signal, threading, time, numpy as np\n"
        "x = np.random.rand(256, 256)\n"
        "class Late(BaseException): pass\n"
        "def ring(*_):\n    show(rung=1, name='handler')\n    show(x, 'image')\n    raise Late\n"
        "signal.signal(signal.SIGALRM, ring)\n"
        "signal.setitimer(signal.ITIMER_REAL, 0.003, 0.003)\n"
        "def work():\n"
        "    for i in range(3000): show(i=i, name='thread')\n"
        "thread = threading.Thread(target=work)\n"
        "end, late = time.monotonic() + 1.0, 0\n"
        "while time.monotonic() < end:\n"
        "    try:\n"
        "        if not thread.ident: thread.start()\n"
        "        for i in range(100): show(x + i, f'image{i % 9}'); show(loss=i)\n"
        "    except Late: late += 1\n"
        "while True:\n"
        "    try:\n"
        "        signal.setitimer(signal.ITIMER_REAL, 0)\n"
        "        thread.join()\n"
        "        break\n"
        "    except Late: pass\n",
        "late > 10",
        limits={"seconds": 60},
    )
    assert watched.ran.first == (True,)
    assert watched.sentences == {}
    assert 0 < watched.curve("thread")["i"].points <= 3000
    assert isinstance(watched.views["image0"], Image)


async def test_code_that_replaces_what_we_use(torch: Host) -> None:
    watched = await watch(
        torch,
        "import builtins, os, sys, time, threading, torch\n"
        "def no(*_, **__): raise RuntimeError('patched')\n"
        "time.perf_counter = time.monotonic = os.write = os.getpid = threading.Lock = no\n"
        "torch.Tensor.item = torch.Tensor.detach = torch.Tensor.clone = no\n"
        "for name in ('list', 'len', 'isinstance', 'float', 'str', 'sum', 'min', 'sorted'):\n"
        "    setattr(builtins, name, no)\n"
        "for i in range(5): show(loss=torch.ones(()) * i, n=i)\n"
        "show(torch.eye(2), 'eye', view='tensor')\n"
        "show([1, 2], 'numbers')\n",
        "1 + 1",
    )
    assert watched.ran.first == (2,)
    assert ys(watched.curve()["loss"]) == ys(watched.curve()["n"]) == [0, 1, 2, 3, 4]
    assert isinstance(watched.views["numbers"], Curve)


async def test_a_value_that_hangs_is_the_learners_time(numpy: Host) -> None:
    watched = await watch(
        numpy,
        "import time\nclass Slow:\n    def __repr__(self):\n        while True: pass\n"
        "show(loss=1)\nshow(Slow(), 'slow')\n",
        limits={"seconds": 0.5},
    )
    assert watched.ran.outcome.how == "timed-out"
    assert ys(watched.curve()["loss"]) == [1]
    assert await no_attempt_left(numpy)


async def test_only_the_first_of_several_seeds_shows(numpy: Host) -> None:
    watched = await watch(
        numpy, "show(loss=float(x[0]))", "x[0]", inputs={"x": "normal(1)"}, seeds=(1, 2, 3),
        rerun=True,
    )  # fmt: skip
    assert watched.curve()["loss"].points == 1
    assert len(watched.ran.outcome.results) == 3


async def test_what_was_shown_cannot_stand_for_a_result(numpy: Host) -> None:
    """A view of the step's own name is replaced by the step's, and results are not shown."""
    watched = await watch(
        numpy,
        "show({'a': 1}, 'times', view='bars')\nx = 2\n",
        "x",
        views=(Wanted(view="bars", of="{'a': x}", name="times", caption=""),),
    )
    assert watched.ran.first == (2,)
    times = watched.views["times"]
    assert isinstance(times, Bars)
    assert times.bars[0].value == 2


async def test_a_step_size_of_zero_points_is_no_curve(numpy: Host) -> None:
    watched = await watch(numpy, "show({'loss': []}, 'past', view='curve')")
    assert watched.sentences == {"past": "The series is empty: nothing was recorded."}
    assert not math.isnan(watched.ran.outcome.seconds)
