"""One exercise in every framework, run."""

from __future__ import annotations

from pathlib import Path

import pytest

from tutor.errors import UsageError
from tutor.grading.verdict import Verdict
from tutor.session import Session, StepRef
from tutor.session.beside.comparison import Comparison

WHICH = StepRef("autodiff", "which-argument")
BROADCAST = StepRef("losses", "silent-broadcast")

MINE = """
import torch

def loss(x, w):
    return ((x * w).sum() - 1) ** 2

def grad_w(x, w):
    w = w.detach().requires_grad_()
    loss(x, w).backward()
    return w.grad
"""


async def passed(session: Session, ref: StepRef, framework: str, answer: str) -> None:
    last = None
    async for event in session.submit(ref, framework, answer):  # type: ignore[arg-type]
        last = event
    assert isinstance(last, Verdict)
    assert last.verdict == "pass", last.message


async def compared(session: Session, ref: StepRef, framework: str) -> list[Comparison]:
    return [found async for found in session.compare(ref, framework)]  # type: ignore[arg-type]


async def test_programs_come_first_and_values_follow(tmp_path: Path) -> None:
    session = Session.open(home=tmp_path)
    try:
        await passed(session, WHICH, "torch", MINE)
        found = await compared(session, WHICH, "torch")
    finally:
        await session.close()
    first, last = found[0], found[-1]
    assert first.frameworks == ("torch", "tensorflow", "jax")
    assert first.waiting == first.frameworks
    assert not first.compared
    assert any("detach" in row.code.get("torch", "") for row in first.rows)  # the learner's own
    assert any("GradientTape" in row.code.get("tensorflow", "") for row in first.rows)
    assert {row.about for row in first.differences} == {"Where a gradient is", "What is recorded"}
    assert len(found) == 4
    assert not last.waiting
    (value,) = last.compared  # the check against finite differences is of the same value
    assert value.label == "grad_w(x, w)"
    assert set(value.shown) == {"torch", "tensorflow", "jax"}
    assert set(value.kinds.values()) == {"float32 (4,)"}
    assert set(value.apart) == {"tensorflow", "jax"}
    assert all("ulp" in text for text in value.apart.values())


async def test_a_framework_that_is_not_here_shows_its_program(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text(f'[frameworks.jax]\npython = "{tmp_path}/none/python"\n')
    session = Session.open(home=tmp_path)
    try:
        await passed(session, WHICH, "torch", MINE)
        last = (await compared(session, WHICH, "torch"))[-1]
    finally:
        await session.close()
    assert set(last.absent) == {"jax"}
    assert "does not exist" in last.absent["jax"]
    assert any("jax.grad" in row.code.get("jax", "") for row in last.rows)
    assert set(last.compared[0].shown) == {"torch", "tensorflow"}


async def test_only_what_was_passed_is_compared(tmp_path: Path) -> None:
    session = Session.open(home=tmp_path)
    try:
        with pytest.raises(UsageError, match="once your answer has passed"):
            await compared(session, BROADCAST, "jax")
        reading = session.step_views("losses", "torch")[0]
        with pytest.raises(UsageError, match="nothing to compare"):
            await compared(session, reading.ref, "torch")
    finally:
        await session.close()
