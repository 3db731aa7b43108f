from __future__ import annotations

import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from tutor.course.load import parse_lesson
from tutor.course.models import Lesson
from tutor.errors import CourseError

HEAD = """\
lesson: sample
title: A sample
track: foundations
frameworks: [torch, jax]
minutes: 5
goals: [one goal]
steps:
"""


def lesson_text(*steps: str, head: str = HEAD) -> str:
    """A lesson of the given steps, each indented as it stands below `steps:`."""
    return head + "".join(textwrap.indent(textwrap.dedent(step), "  ") for step in steps)


@pytest.fixture
def parse() -> Callable[..., Lesson]:
    """Parse a lesson made of steps."""

    def parse(*steps: str, head: str = HEAD) -> Lesson:
        return parse_lesson(lesson_text(*steps, head=head).encode(), "sample.yaml", "sample")

    return parse


@pytest.fixture
def findings() -> Callable[..., list[str]]:
    """Parse a lesson made of steps; the findings, as `line:column: message`."""

    def findings(*steps: str, head: str = HEAD) -> list[str]:
        return findings_in(lesson_text(*steps, head=head))

    return findings


def findings_in(text: str | bytes, lesson: str | None = "sample") -> list[str]:
    raw = text if isinstance(text, bytes) else text.encode()
    try:
        parse_lesson(raw, "f", lesson)
    except CourseError as error:
        return [str(finding).removeprefix("f:") for finding in error.findings]
    return []


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, str], Path]:
    """Write a file below a temporary folder."""

    def write(name: str, text: str) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    return write
