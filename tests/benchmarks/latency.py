"""From an answer submitted to its verdict, against a warm notebook cell and a cold script."""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.benchmarks.place import ROOT, temporary
from tests.benchmarks.rows import Bound, Row
from tutor.grading.verdict import Verdict
from tutor.session import Session, StepRef

if TYPE_CHECKING:
    from tutor.course.models import FrameworkName

ROUNDS = 11
"""Presses, cells and scripts of each framework; they take turns."""

VALUE = StepRef("autodiff", "value-and-slope")
"""One value and one gradient of x² + 3x + 5, in the framework's own words."""

VALUE_ANSWER = "[15, 7]"

CODE = StepRef("autodiff", "slope-function")
"""Writes the function that returns a gradient; checked with several inputs each time."""

AGAINST_CELL = {"torch": 3.0, "tensorflow": 5.0, "jax": 8.0}
AGAINST_SCRIPT = {"torch": 30.0, "tensorflow": 30.0, "jax": 4.0}


@dataclass
class Times:
    """Seconds, round by round."""

    first: float = 0.0
    """The very first press, with empty compilers' caches."""
    press: list[float] = field(default_factory=list)
    """With a warm spare."""
    again: list[float] = field(default_factory=list)
    """Pressed again the moment the verdict was there."""
    cell: list[float] = field(default_factory=list)
    script: list[float] = field(default_factory=list)
    code_press: list[float] = field(default_factory=list)
    """The step with checks, with a warm spare."""
    code_cell: list[float] = field(default_factory=list)
    """The solution of that step, and one call."""


def rows(framework: FrameworkName) -> list[Row]:
    """Every row of one framework."""
    label = f"{framework}, one-line gradient"
    to_cell = Bound("ratio", AGAINST_CELL[framework])
    to_script = Bound("speedup", AGAINST_SCRIPT[framework])
    if importlib.util.find_spec(framework) is None:
        why = f"{framework} is not installed"
        return [
            Row(f"{label}, against a warm cell", None, "ms", bound=to_cell, note=why),
            Row(f"{label}, against a cold script", None, "ms", bound=to_script, note=why),
        ]
    with temporary(f"latency-{framework}") as folder:
        times = asyncio.run(_measure(framework, folder))

    def ms(seconds: list[float]) -> float:
        return statistics.median(seconds) * 1000

    spread = f"{min(times.press) * 1000:.1f} to {max(times.press) * 1000:.1f} ms"
    return [
        Row(
            f"{label}, against a warm cell",
            ms(times.press),
            "ms",
            ms(times.cell),
            "ipykernel",
            to_cell,
            f"{spread}; the first press of all {times.first * 1000:.1f} ms",
        ),
        Row(
            f"{label}, against a cold script",
            ms(times.press),
            "ms",
            ms(times.script),
            "python file.py",
            to_script,
        ),
        Row(
            f"{label}, pressed again at once",
            ms(times.again),
            "ms",
            ms(times.cell),
            "ipykernel",
            note="no spare is warm yet",
        ),
        Row(
            f"{framework}, code exercise with its checks",
            ms(times.code_press),
            "ms",
            ms(times.code_cell),
            "ipykernel, one call",
        ),
    ]


async def _measure(framework: FrameworkName, folder: Path) -> Times:
    times = Times()
    session = Session.open(home=folder / "home")
    view = session.step_view(VALUE, framework)
    cell = f"{view.given}\n[value, slope]"
    script = folder / "script.py"
    script.write_text(f"{view.given}\nprint([value, slope])\n", encoding="utf-8")
    code = session.lesson(CODE.lesson)
    solution = next(
        step.variants[framework].solution
        for step in code.steps
        if getattr(step, "id", "") == CODE.step
    )
    code_cell = f"{solution}\nslope({_ARGUMENT[framework]})"
    try:
        await session.prepare(VALUE, framework)
        times.first = await _press(session, VALUE, framework, VALUE_ANSWER)
        with _kernel(folder) as kernel:
            for source in (cell, cell, code_cell, code_cell):
                _run_cell(kernel, source)
            for _ in range(ROUNDS):
                await _rest(session, VALUE, framework)
                times.press.append(await _press(session, VALUE, framework, VALUE_ANSWER))
                times.again.append(await _press(session, VALUE, framework, VALUE_ANSWER))
                await _rest(session, VALUE, framework)
                times.cell.append(_run_cell(kernel, cell))
                times.script.append(_run_script(script))
                await _rest(session, CODE, framework)
                times.code_press.append(await _press(session, CODE, framework, solution))
                await _rest(session, CODE, framework)
                times.code_cell.append(_run_cell(kernel, code_cell))
    finally:
        await session.close()
    return times


_ARGUMENT = {
    "torch": "torch.tensor(3.0)",
    "tensorflow": "tf.constant(3.0)",
    "jax": "jax.numpy.float32(3.0)",
}


async def _rest(session: Session, ref: StepRef, framework: FrameworkName) -> None:
    """Wait until a spare is warm, and what warmed it is quiet."""
    await session.prepare(ref, framework)
    await asyncio.sleep(0.2)


async def _press(session: Session, ref: StepRef, framework: FrameworkName, answer: str) -> float:
    """Submit an answer that is right; the seconds until its verdict."""
    began = time.perf_counter()
    verdict: Verdict | None = None
    async for event in session.submit(ref, framework, answer):
        if isinstance(event, Verdict):
            verdict = event
    took = time.perf_counter() - began
    if verdict is None or verdict.verdict != "pass":
        raise RuntimeError(f"{ref} in {framework} did not pass: {verdict}")
    return took


@contextlib.contextmanager
def _kernel(folder: Path) -> Iterator[Any]:
    """A client of an ipykernel that is ready."""
    os.environ["JUPYTER_RUNTIME_DIR"] = str(folder / "jupyter")
    from jupyter_client.manager import KernelManager

    manager = KernelManager()
    manager.start_kernel(cwd=str(folder), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    client = manager.blocking_client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=60)
        yield client
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def _run_cell(client: Any, source: str) -> float:
    """Run a cell; the seconds until its output is here and it is idle."""
    began = time.perf_counter()
    reply = client.execute_interactive(
        source, store_history=False, timeout=120, output_hook=lambda _: None
    )
    took = time.perf_counter() - began
    if reply["content"]["status"] != "ok":
        raise RuntimeError(f"the cell failed: {reply['content']}")
    return took


def _run_script(script: Path) -> float:
    """Run a file with a Python of its own; the seconds until it ended."""
    began = time.perf_counter()
    subprocess.run(
        [sys.executable, str(script)], check=True, capture_output=True, timeout=120, cwd=ROOT
    )
    return time.perf_counter() - began
