"""A course of one lesson made of given steps, and what the bench says of it."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from pathlib import Path

from tutor.authoring.proofs import Effort
from tutor.authoring.subjects import select
from tutor.authoring.test import Report, run_tests

TWO_SETS = Effort.asked(sets=2, repeats=2)

COURSE = """\
course: one
title: One lesson
tracks: [{id: main, title: Main, lessons: [only]}]
"""
HEAD = """\
lesson: only
title: The only lesson
track: main
frameworks: [{frameworks}]
minutes: 5
goals: [see what the bench says]
steps:
"""


def write_lesson(folder: Path, steps: Sequence[str], frameworks: str = "numpy") -> Path:
    """Write the course and return the lesson's file."""
    path = folder / "course" / "main" / "01-only.yaml"
    path.parent.mkdir(parents=True)
    (folder / "course" / "course.yaml").write_text(COURSE)
    body = "\n".join(textwrap.indent(textwrap.dedent(step).strip(), "  ") for step in steps)
    path.write_text(HEAD.format(frameworks=frameworks) + body + "\n")
    return path


async def proved(path: Path, home: Path, effort: Effort = TWO_SETS, workers: int = 0) -> Report:
    """What `author test` finds in a file."""
    return await run_tests(select([str(path)]), effort=effort, workers=workers, home=home)
