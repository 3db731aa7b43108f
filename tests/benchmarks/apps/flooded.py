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


class Watch:
    """Looks at the clock every few milliseconds; late looks are lag."""

    def __init__(self) -> None:
        self.worst = 0.0

    async def tick(self) -> None:
        """Look, until cancelled."""
        while True:
            due = time.perf_counter() + TICK
            await asyncio.sleep(TICK)
            self.worst = max(self.worst, time.perf_counter() - due)


async def measured_run(course: Path, step: str, ready: Path) -> dict[str, object]:
    """Run the app; measure it flooded, then idle. Makes `ready` when the key may be pressed."""
    session = Clocked.open(course=course)
    assert isinstance(session, Clocked)
    app = TutorApp(session, StepRef(*step.split("/")))
    measured: dict[str, object] = {}

    async def measure() -> None:
        await session.prepare(StepRef(*step.split("/")), "numpy")
        await asyncio.sleep(1.0)
        ready.touch()  # noqa: ASYNC240 - before anything is measured
        await session.begun.wait()
        flooded = Watch()
        ticking = asyncio.create_task(flooded.tick())
        await session.ended.wait()
        await asyncio.sleep(AFTERWARDS)
        ticking.cancel()
        idle = Watch()
        ticking = asyncio.create_task(idle.tick())
        await asyncio.sleep(session.seconds + AFTERWARDS)
        ticking.cancel()
        verdict = session.verdict
        measured.update(
            flooded=flooded.worst,
            idle=idle.worst,
            seconds=session.seconds,
            verdict=verdict.verdict if verdict else "",
            message=verdict.message if verdict else "",
        )
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
