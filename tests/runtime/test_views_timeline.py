"""Where the time of a run went, from the press of Run on."""

from __future__ import annotations

import time

import pytest

from tests.runtime.hosts import FRAMEWORKS, Ran, run, session_loop
from tutor.runtime.host import Host
from tutor.runtime.job import Block, Shown, Wanted
from tutor.runtime.worker.recording import moving
from tutor.runtime.worker.spans import MAX_KEPT, Spans
from tutor.runtime.worker.views import NothingToShowError, Sight
from tutor.runtime.worker.views import timeline as maker
from tutor.views.model import Span, Timeline, View, later

pytestmark = session_loop

TIMELINE = Wanted(view="timeline", of="", name="timeline", caption="Where the time went")


def of(ran: Ran) -> Timeline:
    assert ran.outcome.how == ran.outcome.views == "finished", ran.outcome.words
    (view,) = (e.view for e in ran.events if isinstance(e, Shown))
    assert isinstance(view, Timeline), view
    assert_lanes(view)
    return view


def assert_lanes(view: Timeline) -> None:
    """Spans of one lane do not overlap; a span of another lies within one above it."""
    assert 0 < len(view.spans) <= 200
    for lane in {span.lane for span in view.spans}:
        ends = 0.0
        for span in (s for s in view.spans if s.lane == lane):
            assert span.start >= ends - 1e-9
            ends = span.start + span.seconds
            assert lane == 0 or any(within(span, s) for s in view.spans if s.lane == lane - 1)


def within(inner: Span, outer: Span) -> bool:
    slack = 1e-9
    return (
        outer.start - slack <= inner.start
        and inner.start + inner.seconds <= outer.start + outer.seconds + slack
    )


def named(view: Timeline, name: str) -> list[Span]:
    return [span for span in view.spans if span.name == name]


@pytest.fixture(params=[*FRAMEWORKS, "numpy"])
def host(request: pytest.FixtureRequest) -> Host:
    return request.getfixturevalue(request.param)


async def test_a_run_from_start_up_to_its_checks(host: Host) -> None:
    blocks = (
        Block(name="setup", source="import time\ntime.sleep(0.002)"),
        Block(name="given", source="time.sleep(0.002)"),
        Block(name="answer", source="time.sleep(0.02)"),
    )
    probes = ("time.sleep(0.002)", "time.sleep(0.002)")
    ran = await run(host, "", *probes, blocks=blocks, views=(TIMELINE,))
    view = of(ran)
    top = [(span.name, span.phase) for span in view.spans if span.lane == 0]
    expected = [
        ("start-up", "start"),
        ("setup", "run"),
        ("the given code", "run"),
        ("your code", "run"),
        ("checks", "check"),
    ]
    assert [span for span in top if span in expected] == expected
    assert view.spans[0].start == 0.0
    assert named(view, "your code")[0].seconds >= 0.02
    assert [s.name for s in view.spans if s.lane == 1 and s.phase == "check"] == [
        "check 1",
        "check 2",
    ]
    # the whole is what the host says it was
    last = view.spans[-1]
    whole = ran.outcome.start_seconds + ran.outcome.seconds
    assert last.start + last.seconds <= whole + 0.05


async def test_code_that_runs_again_and_inputs(numpy: Host) -> None:
    ran = await run(
        numpy,
        "import time\ntime.sleep(0.001)\ny = x.sum()",
        "y",
        inputs={"x": "normal(1000, 100)"},
        seeds=(0, 1, 2),
        rerun=True,
        views=(TIMELINE,),
    )
    view = of(ran)
    assert len(named(view, "your code")) == 3
    assert {span.phase for span in named(view, "make the inputs")} == {"copy"}


async def test_jax_traces_lowers_and_compiles(jax: Host) -> None:
    ran = await run(
        jax,
        "import jax, jax.numpy as jnp\nfast = jax.jit(lambda v: jnp.tanh(v) @ v)\n"
        "def twice(v):\n    return fast(v) + fast(v)\n"
        "jax.jit(twice)(jnp.ones(7))\njax.device_get(jnp.ones(1000))",
        "1",
        views=(TIMELINE,),
        compile_cache=False,
    )
    view = of(ran)
    (trace,) = named(view, "trace twice")
    (lower,) = named(view, "lower twice")
    (compiling,) = named(view, "compile twice")
    assert (trace.phase, lower.phase, compiling.phase) == ("trace", "compile", "compile")
    assert trace.start + trace.seconds <= lower.start <= compiling.start
    (code,) = named(view, "your code")
    assert within(compiling, code)
    assert trace.lane == code.lane + 1


async def test_torch_imports_traces_and_compiles() -> None:
    host = await Host.start("torch")  # others have spares that imported Dynamo while they waited
    ran = await run(
        host,
        "import torch\n"
        "@torch.compile(backend='aot_eager')\ndef f(x):\n    return x.sin() * 2\n"
        "f(torch.ones(3))",
        "1",
        views=(TIMELINE,),
        limits={"seconds": 60},
    )
    await host.close()
    view = of(ran)
    (importing,) = named(view, "import torch._dynamo")
    (compiling,) = named(view, "torch.compile")
    (tracing,) = named(view, "trace: Dynamo")
    assert (importing.phase, compiling.phase, tracing.phase) == ("start", "compile", "trace")
    assert importing.start + importing.seconds <= compiling.start
    assert within(tracing, compiling)
    assert named(view, "AOTAutograd")


async def test_tensorflow_traces_and_compiles(tensorflow: Host) -> None:
    ran = await run(
        tensorflow,
        "import tensorflow as tf\n"
        "@tf.function\ndef eager_ish(x):\n    return tf.reduce_sum(x) * 2.0\n"
        "@tf.function(jit_compile=True)\ndef fused(x):\n    return tf.nn.relu(x) + 1.0\n"
        "for _ in range(3):\n    eager_ish(tf.ones(3))\n    fused(tf.ones(3))",
        "1",
        views=(TIMELINE,),
        limits={"seconds": 60},
    )
    view = of(ran)
    assert [span.phase for span in named(view, "trace eager_ish")] == ["trace"]
    assert [span.phase for span in named(view, "trace fused")] == ["trace"]
    assert [s.phase for s in named(view, "compile: XLA, and first run of fused")] == ["compile"]
    assert len(named(view, "optimise and first run of eager_ish")) == 1


async def test_nothing_listens_when_no_timeline_is_wanted(jax: Host) -> None:
    source = (
        "import jax, sys\n"
        "wrapped = hasattr(jax.device_put, '__wrapped__')\n"
        "from jax._src import monitoring\n"
        "listeners = len(monitoring._event_duration_secs_listeners)"
    )
    probes = ("wrapped", "listeners")
    without = await run(jax, source, *probes)
    bars = Wanted(view="bars", of="{'a': 1}", name="bars", caption="")
    other = await run(jax, source, *probes, views=(bars,))
    with_one = await run(jax, source, *probes, views=(TIMELINE,))
    assert without.first == other.first
    assert with_one.first[1] == without.first[1] + 1
    assert with_one.first[0] is True


async def test_what_views_make_the_framework_do_is_no_part_of_the_run(jax: Host) -> None:
    graph = Wanted(view="graph", of="graph_of(late, 1.0)", name="g", caption="")
    ran = await run(
        jax, "def late(x):\n    return x * 2", "1", views=(graph, TIMELINE), limits={"seconds": 60}
    )
    (view,) = (e.view for e in ran.events if isinstance(e, Shown) and e.view.name == "timeline")
    assert isinstance(view, Timeline)
    assert not named(view, "trace late")


def sight(spans: Spans | None) -> Sight:
    return Sight(adapter=None, files={}, sources={}, spans=spans)


def made(spans: Spans) -> View:
    import msgspec

    return msgspec.convert({**maker.make(None, sight(spans)), "name": "t"}, View, strict=False)


async def test_many_short_spans_are_merged_and_counted() -> None:
    spans = Spans(0.0)
    for step in range(5000):
        at = step * 0.001
        spans.add(f"trace f{step % 3}", "trace", at, at + 0.0002)
        spans.add("compile g", "compile", at + 0.0003, at + 0.0009)
    spans.add("compile big", "compile", 5.0, 9.0)
    spans.add("your code", "run", 0.0, 10.0)
    view = made(spans)
    assert isinstance(view, Timeline)
    assert_lanes(view)
    assert view.total == 10_002
    (big,) = named(view, "compile big")
    assert (big.start, big.seconds, big.lane) == (5.0, 4.0, 1)
    assert any(" × " in span.name for span in view.spans)


async def test_more_than_is_kept_is_counted() -> None:
    spans = Spans(0.0)
    for step in range(MAX_KEPT + 5):
        spans.add("a", "run", float(step), step + 0.5)
    view = made(spans)
    assert isinstance(view, Timeline)
    assert view.total == MAX_KEPT + 5


async def test_a_span_that_sticks_out_is_cut() -> None:
    spans = Spans(10.0)
    spans.add("before", "start", 0.0, 9.0)  # over when Run was pressed
    spans.add("outer", "run", 9.5, 12.0)
    spans.add("inner", "compile", 11.0, 13.0)
    view = made(spans)
    assert isinstance(view, Timeline)
    assert [(s.name, s.start, s.seconds, s.lane) for s in view.spans] == [
        ("outer", 0.0, 2.0, 0),
        ("inner", 1.0, 1.0, 1),
    ]


async def test_only_what_changes_the_device_is_a_copy() -> None:
    class Held:
        def __init__(self, device: str) -> None:
            self.device = device

        def to(self, device: str) -> Held:
            """Take a while."""
            time.sleep(0.001)
            return Held(device)

    spans = Spans(time.monotonic())
    to = moving(Held.to, spans, "to")
    assert to.__doc__ == "Take a while."
    to(Held("cpu"), "cpu")
    assert spans.taken() == []
    assert to(Held("cpu"), "cuda").device == "cuda"
    assert [(name, phase) for name, phase, _, _ in spans.taken()] == [("to", "copy")]


async def test_without_a_recording_there_is_a_sentence() -> None:
    with pytest.raises(NothingToShowError, match="No times were recorded in this run"):
        maker.make(None, sight(None))


async def test_a_host_that_had_to_start_comes_first() -> None:
    code = Span(name="your code", start=0.5, seconds=1.0, phase="run")
    view = later(Timeline(name="t", spans=(code,), total=1), 2.0, "import JAX")
    assert [(s.name, s.start, s.seconds, s.phase) for s in view.spans] == [
        ("import JAX", 0.0, 2.0, "start"),
        ("your code", 2.5, 1.0, "run"),
    ]
    assert view.total == 2
