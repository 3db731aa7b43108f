"""Git repositories of courses, made for real."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from tests.small_course import make_course


def git(folder: Path, *words: str) -> str:
    """Run git there as nobody in particular; return what it prints."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    who = {"GIT_AUTHOR_NAME": "A", "GIT_AUTHOR_EMAIL": "a@example.org"}
    who |= {"GIT_COMMITTER_NAME": "A", "GIT_COMMITTER_EMAIL": "a@example.org"}
    done = subprocess.run(
        ["git", *words],
        cwd=folder,
        env={**environ, **who, "GIT_CONFIG_GLOBAL": os.devnull},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return done.stdout.strip()


def make_repository(folder: Path) -> Path:
    """A repository of the small course below a folder; return the course folder."""
    folder.mkdir(parents=True, exist_ok=True)
    course = make_course(folder)
    git(course, "init", "--quiet", "--initial-branch=main")
    commit(course, "the course")
    return course


def commit(course: Path, words: str) -> None:
    """Commit everything that is there."""
    git(course, "add", "--all")
    git(course, "commit", "--quiet", "--allow-empty", "-m", words)


def change(course: Path, old: str, new: str, lesson: str = "01-sums") -> None:
    """Change a lesson and commit."""
    file = course / "first" / f"{lesson}.yaml"
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))
    commit(course, f"{old} is {new}")
