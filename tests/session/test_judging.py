"""The small steps between an outcome and a verdict."""

from __future__ import annotations

import math
from typing import Any

import msgspec
import pytest

from tutor.course.models import Choose, Code, Measure, Order, Read, Value
from tutor.errors import NotOnThisMachine
from tutor.grading.values import Mapping, Nothing, Number, Raised, Sequence, Tensor, Text
from tutor.grading.verdict import Verdict
from tutor.runtime.job import Error, Frame, Hello, Outcome
from tutor.session.judging import (
    authors_fault,
    bars,
    chosen_lines,
    foreseen,
    needs_host,
    no_reference,
    ran_verdict,
    require,
    rights_of,
    stamped,
)
from tutor.session.model import StepRef, StepView
from tutor.views.model import Bar

SHOWN = StepView(
    ref=StepRef("a", "b"),
    kind="value",
    number=1,
    title="",
    framework="jax",
    frameworks=("jax",),
    prompt="",
)


def step(kind: type[Any], **fields: Any) -> Any:
    return msgspec.convert({"id": "a", "ask": "?", **fields}, kind)


def hello(*devices: str) -> Hello:
    return Hello(
        framework="jax",
        version="1",
        python="3",
        executable="/p",
        machine="here",
        devices=devices,
        import_seconds=0.0,
        forks=True,
    )


def number(value: float) -> Number:
    return Number(kind="float", text=float(value).hex())


TRUE, FALSE = Number(kind="bool", text="True"), Number(kind="bool", text="False")
ERROR = Error(
    type="ValueError",
    bases=("Exception",),
    message="no good",
    frames=(Frame(block="answer", file="answer.py", line=2, function="f", source="secret = 42"),),
)


@pytest.mark.parametrize(
    ("needs", "devices", "device", "sentence"),
    [
        (None, ("cpu",), "auto", ""),
        (None, (), "cpu", ""),
        ("gpu", ("cuda:0 (H100)", "cpu"), "auto", ""),
        ("gpu", ("cuda:0 (H100)", "cpu"), "cuda", ""),
        ("gpu", ("cpu",), "auto", "This exercise needs a GPU; jax on here sees cpu."),
        ("gpu", (), "auto", "sees no device."),
        ("gpus", ("cuda:0 (H100)", "cpu"), "auto", "needs two GPUs; jax on here sees cuda:0"),
        ("gpus", ("cuda:0", "cuda:1", "cpu"), "auto", ""),
        ("gpu", ("cuda:0", "cpu"), "cpu", "config.toml sets jax to `cpu`"),
    ],
)
def test_what_an_exercise_needs(
    needs: str | None, devices: tuple[str, ...], device: str, sentence: str
) -> None:
    made = step(Value, answer="1", needs={"device": needs} if needs else {})
    if not sentence:
        require(made, hello(*devices), device)
        return
    with pytest.raises(NotOnThisMachine) as caught:
        require(made, hello(*devices), device)
    assert sentence in str(caught.value)


def test_which_steps_need_a_process() -> None:
    options = [{"text": "a", "why": "-", "right": True}, {"text": "b", "why": "-"}]
    live = [{"text": "a", "why": "-", "right": "x"}, *options]
    code = {"variants": {"jax": {"starter": "-", "solution": "-"}}, "checks": [{"that": "x"}]}
    assert not needs_host(msgspec.convert({"text": "t"}, Read), "jax")
    assert needs_host(msgspec.convert({"text": "t", "given": "x"}, Read), "jax")
    assert needs_host(step(Value, answer="1"), "jax")
    assert needs_host(step(Code, **code), "jax")
    assert not needs_host(step(Choose, options=options), "jax")
    assert needs_host(step(Choose, options=live), "jax")
    assert not needs_host(step(Order, lines=["a", "b"]), "jax")
    assert needs_host(step(Order, lines=["a", "b"], checks=[{"that": "b"}]), "jax")
    assert needs_host(step(Measure, given="x", results="{}", answer="1"), "jax")


def test_mistakes_meet_their_values() -> None:
    made = step(
        Value,
        answer="1",
        mistakes=[
            {"answer": "2", "say": "typed"},
            {"probe": {"torch": "t", "jax": "j"}, "say": {"torch": "T", "jax": "J"}},
            {"probe": "k", "say": "third"},
        ],
    )
    found = foreseen(made.mistakes, [number(3), number(4)], "jax")
    assert found == [("2", "typed"), (number(3), "J"), (number(4), "third")]


def test_options_are_right_only_when_they_are_true() -> None:
    made = step(
        Choose,
        options=[
            {"text": str(right), "why": "-", "right": right}
            for right in (True, "a", False, "b", "c", "d", "e", "f")
        ],
    )
    on = Tensor(library="jax", dtype="bool", shape=(), data=b"\x01")
    raised = Raised(type="E", bases=(), message="")
    one = Tensor(library="jax", dtype="int32", shape=(), data=b"\x01\0\0\0")
    probed = [TRUE, FALSE, on, raised, one, Text(text="True")]
    assert rights_of(made, probed) == [True, True, False, False, True, False, False, False]


def test_bars_are_the_numbers_of_a_mapping() -> None:
    scalar = Tensor(library="jax", dtype="float32", shape=(), data=b"\0\0\x80\x3f")
    items = (("a", number(2)), ("b", Text(text="x")), ("c", scalar), ("d", Nothing()))
    found = bars(Mapping(kind="dict", items=items), "ms")
    assert (found.bars, found.unit) == (
        (Bar(label="a", value=2.0), Bar(label="c", value=1.0)),
        "ms",
    )
    assert bars(number(1), "").bars == ()


def test_several_measurements_are_a_bar_with_its_spread() -> None:
    def several(*numbers: float) -> Sequence:
        return Sequence(kind="list", items=tuple(map(number, numbers)))

    items = (
        ("many", several(3, 1, 2)),
        ("one", several(4)),
        ("odd", several(math.nan, 1, math.inf, 3)),
        ("none", several(math.nan)),
        ("nan", number(math.nan)),
        ("complex", Number(kind="complex", text="0x0p+0,0x1p+0")),
        ("huge", Number(kind="int", text=str(10**400))),
        ("nested", Sequence(kind="list", items=(several(1, 2), several(3, 4)))),
        ("empty", several()),
    )
    assert bars(Mapping(kind="dict", items=items), "").bars == (
        Bar(label="many", value=2.0, low=1.5, high=2.5),
        Bar(label="one", value=4.0),
        Bar(label="odd", value=2.0, low=1.5, high=2.5),
        Bar(label="none", value=None),
        Bar(label="nan", value=None),
    )


@pytest.mark.parametrize(
    ("answer", "lines"),
    [
        ("2,1", ["b", "a"]),
        (" 2 , 1 ", ["b", "a"]),
        ("2 1", ["b", "a"]),
        ("1", ["a"]),
        ("", []),
        ("0", []),
        ("3", []),
        ("-1", []),
        ("x", []),
        ("²", []),
    ],
)
def test_lines_by_number(answer: str, lines: list[str]) -> None:
    assert chosen_lines(("a", "b"), answer) == lines


@pytest.mark.parametrize("how", ["stopped", "host-lost", "not-started"])
def test_what_is_nobodys_fault_is_said_as_it_is(how: Any) -> None:
    verdict = authors_fault(Outcome(how=how, words="So it went."), SHOWN)
    assert (verdict.verdict, verdict.message) == ("unchecked", "So it went.")


def test_the_lessons_own_faults_are_never_the_learners() -> None:
    verdict = authors_fault(Outcome(how="raised", words="It broke.", error=ERROR), SHOWN)
    assert verdict.verdict == "unchecked"
    assert verdict.message == "The lesson's own code did not run here: It broke."
    words = "ValueError at line 2 of your code (`secret = 42`): no good"
    verdict = no_reference(Outcome(how="raised", words=words, error=ERROR))
    assert verdict.verdict == "unchecked"
    assert verdict.message.endswith("it raised ValueError: no good")
    assert "secret" not in verdict.message
    verdict = no_reference(Outcome(how="timed-out", words="Too long."))
    assert verdict.message.endswith("so yours was not checked: Too long.")


def test_an_ungraded_run() -> None:
    done = ran_verdict(Outcome(how="finished", device="cpu", seconds=2.0), SHOWN)
    assert (done.verdict, done.message, done.device, done.seconds) == ("pass", "", "cpu", 2.0)
    raised = ran_verdict(Outcome(how="raised", error=ERROR), SHOWN)
    assert raised.verdict == "unchecked"
    assert "ValueError" in raised.message
    crashed = ran_verdict(Outcome(how="crashed", words="It fell."), SHOWN)
    assert (crashed.verdict, crashed.message) == ("unchecked", "It fell.")


def test_a_verdict_is_stamped_and_explained_on_a_pass_only() -> None:
    made = step(Value, answer="1", explain={"jax": "Because."})
    outcome = Outcome(how="finished", device="cuda:0", seconds=0.5)
    passed = stamped(Verdict(verdict="pass", message="Right."), made, SHOWN, outcome)
    assert (passed.explain, passed.framework, passed.device) == ("Because.", "jax", "cuda:0")
    failed = stamped(Verdict(verdict="fail", message="No."), made, SHOWN, None)
    assert (failed.explain, failed.device, failed.seconds) == ("", "", 0.0)
