"""The real app, with a clock in its event loop: `flooded.py COURSE STEP REPORT`.

When the learner's code has run, and the app was idle for as long, writes the worst lag of each to
REPORT as JSON and leaves.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

from tutor.course.models import FrameworkName
from tutor.grading.verdict import Verdict
from tutor.session import Session, StepRef, SubmitEvent
from tutor.ui.app import TutorApp

TICK = 0.005
"""Seconds between two looks at the clock."""

STAGE = 60.0
"""Seconds until something has gone wrong."""

AFTERWARDS = 0.5
"""Seconds after the verdict: painting it counts too."""


class Clocked(Session):
    """A session that tells when its runs begin and end."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.begun = asyncio.Event()
        self.ended = asyncio.Event()
        self.verdict: Verdict | None = None
        self.seconds = 0.0

    async def submit(
        self, ref: StepRef, framework: FrameworkName, answer: str
    ) -> AsyncIterator[SubmitEvent]:
        """As the session's own."""
        self.begun.set()
        began = time.perf_counter()
        async for event in super().submit(ref, framework, answer):
            if isinstance(event, Verdict):
                self.verdict = event
                self.seconds = time.perf_counter() - began
            yield event
        self.ended.set()


async def lag_until(event: asyncio.Event) -> float:
    """Look at the clock until the event, and a moment longer; the latest look, in seconds late."""
    worst = 0.0

    async def tick() -> None:
        nonlocal worst
        while True:
            due = time.perf_counter() + TICK
            await asyncio.sleep(TICK)
            worst = max(worst, time.perf_counter() - due)

    ticking = asyncio.create_task(tick())
    try:
        await asyncio.wait_for(event.wait(), STAGE)
        await asyncio.sleep(AFTERWARDS)
    finally:
        ticking.cancel()
    return worst


async def measured_run(course: Path, step: str, ready: Path) -> dict[str, object]:
    """Run the app; measure it flooded, then idle. Makes `ready` when the key may be pressed."""
    session = Clocked.open(course=course)
    assert isinstance(session, Clocked)
    app = TutorApp(session, StepRef(*step.split("/")))
    measured: dict[str, object] = {}

    async def measure() -> None:
        reached = "preparing"
        try:
            await asyncio.wait_for(session.prepare(StepRef(*step.split("/")), "numpy"), STAGE)
            await asyncio.sleep(1.0)
            ready.touch()
            reached = "waiting for the key"
            await asyncio.wait_for(session.begun.wait(), STAGE)
            reached = "running"
            lag = await lag_until(session.ended)
            reached = "idle"
            over = asyncio.Event()
            asyncio.get_running_loop().call_later(session.seconds, over.set)
            measured.update(flooded=lag, idle=await lag_until(over), seconds=session.seconds)
            verdict = session.verdict
            measured.update(verdict=verdict.verdict if verdict else "none")
            measured.update(message=verdict.message if verdict else "")
        except Exception as error:  # whatever it is, the benchmark is to hear of it
            measured.update(verdict="none", message=f"{reached}: {error!r}")
        finally:
            app.exit()

    watching = asyncio.create_task(measure())
    try:
        await app.run_async()
    finally:
        watching.cancel()
        await session.close()
    return measured


def main(course: Path, step: str, report: Path) -> None:
    """Run, then write the report: at once, for somebody waits for it."""
    text = json.dumps(asyncio.run(measured_run(course, step, report.with_suffix(".ready"))))
    partial = report.with_suffix(".partial")
    partial.write_text(text, encoding="utf-8")
    partial.replace(report)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))
