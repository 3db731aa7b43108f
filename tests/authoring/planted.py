"""Copies of the shipped course, to plant faults in."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

from tutor.authoring.lint import lint
from tutor.authoring.remarks import Remark
from tutor.course.catalogue import shipped

Edit = Callable[[str], str]
"""Text of a lesson in, text with a fault out."""


PATH = """\
paths:
  - id: torch
    title: PyTorch alone
    about: The foundations.
    frameworks: [torch]
    lessons:
      - track: foundations
"""


def copy_course(folder: Path) -> Path:
    """Copy the shipped course's first track into a folder and return that course."""
    course = folder / "course"
    shutil.copytree(shipped(), course)
    for path in course.iterdir():
        if path.is_dir() and path.name != "foundations":
            shutil.rmtree(path)
    file = course / "course.yaml"
    text = file.read_text(encoding="utf-8")
    head, _, rest = text.partition("  - id: pytorch\n")
    _, mark, topics = rest.partition("# What the course means to teach.")
    assert mark, "course.yaml has another form"
    file.write_text(head + PATH + mark + topics, encoding="utf-8")
    return course


def plant(course: Path, lesson: str, *edits: Edit) -> Path:
    """Change a lesson of a copied course."""
    (path,) = course.glob(f"*/*-{lesson}.yaml")
    text = path.read_text(encoding="utf-8")
    for edit in edits:
        changed = edit(text)
        assert changed != text, "the fault was not planted"
        text = changed
    path.write_text(text, encoding="utf-8")
    return path


def in_step(step: str, old: str, new: str) -> Edit:
    """Replace the first `old` (a pattern) in the step of that id."""

    def edit(text: str) -> str:
        start = text.index(f"      id: {step}\n")
        end = text.find("\n  - ", start)
        end = len(text) if end < 0 else end + 1
        part, count = re.subn(old, lambda _: new, text[start:end], count=1, flags=re.MULTILINE)
        assert count == 1, f"`{old}` is not in the step `{step}`"
        return text[:start] + part + text[end:]

    return edit


def in_head(old: str, new: str) -> Edit:
    """Replace the first `old` (a pattern) in the lesson."""
    return lambda text: re.sub(old, lambda _: new, text, count=1, flags=re.MULTILINE)


def found(path: Path, **options: bool) -> list[Remark]:
    """What lint says of a file, track or course."""
    return lint([path], **options)[0]
