"""How long the event loop of the real app is held up while a program prints a million lines."""

from __future__ import annotations

import json
import statistics
import sys
import time
from pathlib import Path

from tests.benchmarks.place import APPS, ROOT, temporary
from tests.benchmarks.rows import Bound, Row
from tests.benchmarks.terminal import Terminal

RUNS = 5

PATIENCE = 120.0
"""Seconds for one run: start, flood and the same time idle."""

STEP = "flood/print-a-lot"

COURSE = """\
course: flood
title: A flood
tracks:
  - id: only
    title: Only
    lessons: [flood]
"""

LESSON = """\
lesson: flood
title: A flood
track: only
frameworks: [numpy]
minutes: 1
goals: [print a million lines]
steps:
  - code:
      id: print-a-lot
      ask: Print a million lines.
      task: write
      seconds: 60
      variants:
        numpy:
          starter: |
            for i in range(1_000_000):
                print("line", i)
            total = i
          solution: |
            total = 999_999
      checks:
        - that: total
"""


def rows() -> list[Row]:
    """The worst lag in each run, and the same app's, idle, right afterwards."""
    with temporary("flood") as folder:
        course = folder / "course"
        (course / "only").mkdir(parents=True)
        (course / "course.yaml").write_text(COURSE, encoding="utf-8")
        (course / "only" / "01-flood.yaml").write_text(LESSON, encoding="utf-8")
        runs = [_run(folder, course, number) for number in range(RUNS)]
    for run in runs:
        if run["verdict"] != "pass":
            raise RuntimeError(f"the flood did not end with a pass: {run}")
    lags = [float(run["flooded"]) * 1000 for run in runs]
    return [
        Row(
            name="event-loop lag while 1,000,000 lines are printed",
            ours=statistics.median(lags),
            unit="ms",
            peer=statistics.median(float(run["idle"]) * 1000 for run in runs),
            peer_name="the same app, idle",
            bound=Bound("value", 20),
            note=f"worst of each run: {', '.join(f'{lag:.0f}' for lag in lags)} ms; a run took "
            f"{statistics.median(float(run['seconds']) for run in runs):.1f} s",
        )
    ]


def _run(folder: Path, course: Path, number: int) -> dict[str, str]:
    report = folder / f"{number}.json"
    argv = [sys.executable, str(APPS / "flooded.py"), str(course), STEP, str(report)]
    env = {"PYTHONPATH": str(ROOT), "FWTUTOR_HOME": str(folder / f"home-{number}")}
    deadline = time.monotonic() + PATIENCE
    pressed = False
    with Terminal(argv, env) as terminal:
        while not report.exists() and time.monotonic() < deadline:
            terminal.read(0.05)
            if not pressed and report.with_suffix(".ready").exists():
                terminal.send("f5")
                pressed = True
        terminal.settle(limit=1.0)
    if not report.exists():
        raise RuntimeError(f"the flood was not over after {PATIENCE:.0f} s")
    return json.loads(report.read_text(encoding="utf-8"))
