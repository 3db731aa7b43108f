"""`fwtutor path` and `fwtutor place`, and their like in plain mode."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.small_course import PATHS, make_course
from tutor import headless, path_commands
from tutor.errors import UsageError
from tutor.progress.records import Attempt
from tutor.session import Session

ROOT = Path(__file__).resolve().parents[1]
Opener = Callable[[], Session]


@pytest.fixture
def course(tmp_path: Path) -> Path:
    return make_course(tmp_path, PATHS)


@pytest.fixture
def opened(course: Path, tmp_path: Path) -> Opener:
    def open_session() -> Session:
        return Session.open(course=course, home=tmp_path / "home")

    return open_session


def printed(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    out, err = capsys.readouterr()
    assert err == ""
    return json.loads(out)


def test_the_list_follows_the_path(opened: Opener, capsys: pytest.CaptureFixture[str]) -> None:
    path_commands.path(opened(), "jax-way", as_json=False)
    capsys.readouterr()
    assert headless.list_lessons(opened(), as_json=False) == 0
    out = capsys.readouterr().out
    assert out.startswith("JAX alone\n\nThe first track\n\n  sums: Adding up (4 min)\n")
    assert "which" in out
    assert "write-total" not in out
    assert out.endswith("1 lesson off this path: later\n")
    assert headless.list_lessons(opened(), as_json=True) == 0
    found = printed(capsys)
    assert found["path"] == "jax-way"
    assert {lesson["id"]: lesson["on_path"] for lesson in found["lessons"]} == {
        "sums": True,
        "later": False,
    }


def test_paths_as_data(opened: Opener, capsys: pytest.CaptureFixture[str]) -> None:
    assert path_commands.path(opened(), None, as_json=True) == 0
    found = printed(capsys)
    assert found["chosen"] == "all"
    assert [path["id"] for path in found["paths"]] == ["all", "jax-way", "numpy-way"]
    assert found["paths"][1] == {
        "id": "jax-way",
        "title": "JAX alone",
        "about": "Sums in JAX.",
        "frameworks": ["jax"],
        "knows": None,
        "lessons": [{"id": "sums", "steps": ["read-1", "total", "which"]}],
        "minutes": 4,
        "done": 0,
        "exercises": 2,
        "known": 0,
        "chosen": False,
    }


def test_a_path_is_taken_and_counts_from_then_on(
    opened: Opener, capsys: pytest.CaptureFixture[str]
) -> None:
    assert path_commands.path(opened(), "jax-way", as_json=False) == 0
    assert capsys.readouterr().out == (
        "You take: JAX alone (4 min).\n"
        "Next: sums/read-1. `fwtutor place` finds what you may skip.\n"
    )
    assert path_commands.path(opened(), None, as_json=False) == 0
    assert "✓ jax-way    JAX alone (4 min, 0 of 2 exercises done)" in capsys.readouterr().out
    assert headless.progress(opened(), as_json=False) == 0
    said = capsys.readouterr().out
    assert said.startswith("JAX alone\n\n  sums")
    assert said.endswith("0 of 2 exercises passed. Next: sums/read-1\n")
    assert headless.progress(opened(), as_json=True) == 0
    assert printed(capsys)["path"] == "jax-way"
    assert path_commands.path(opened(), "all", as_json=True) == 0
    assert printed(capsys)["chosen"] == "all"


def test_a_course_without_paths_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    course = make_course(tmp_path / "other")
    assert path_commands.path(Session.open(course=course), None, as_json=False) == 0
    assert capsys.readouterr().out == "This course has no paths: it is taken whole.\n"
    with pytest.raises(UsageError, match="no path `jax`"):
        path_commands.path(Session.open(course=course), "jax", as_json=False)


def test_what_a_test_would_ask(opened: Opener, capsys: pytest.CaptureFixture[str]) -> None:
    opened().choose_path("numpy-way")
    opened().mark_known("sums")
    assert path_commands.questions(opened(), None) == 0
    assert printed(capsys) == {
        "known": ["sums"],
        "questions": [{"lesson": "later", "framework": "numpy", "steps": ["one"]}],
    }


def test_what_is_known_can_be_taken_back(
    opened: Opener, capsys: pytest.CaptureFixture[str]
) -> None:
    opened().mark_known("sums")
    assert path_commands.forget_known(opened(), "sums", as_json=False) == 0
    assert capsys.readouterr().out == "`sums` is to be done again.\n"
    with pytest.raises(UsageError, match="`sums` is not marked as known"):
        path_commands.forget_known(opened(), "sums", as_json=False)
    with pytest.raises(UsageError, match="no lesson `sms`"):
        path_commands.forget_known(opened(), "sms", as_json=False)


def fwtutor(tmp_path: Path, *words: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    """Run the real program on the small course, which it trusts."""
    return subprocess.run(
        [sys.executable, "-m", "tutor", *words, "--course", str(tmp_path / "course")],
        cwd=ROOT,
        env={**os.environ, "FWTUTOR_HOME": str(tmp_path / "home"), "PYTHONUTF8": "1"},
        input=stdin,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_a_test_taken_for_real_marks_what_passed(course: Path, tmp_path: Path) -> None:
    """Both questions of the first lesson are answered right, the one of the other wrong."""
    assert fwtutor(tmp_path, "path", "numpy-way").returncode == 0
    shown = _shown_lines(tmp_path)
    order = ",".join(str(shown.index(line) + 1) for line in ("x = 1", "y = x + 1"))
    done = fwtutor(tmp_path, "place", "--trust", stdin=f"2\n{order}\n7\n")
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("✓ Right") == 2
    assert done.stdout.count("✗ Wrong") == 1
    assert "hint" not in done.stdout
    assert done.stdout.endswith("You may skip 1 lesson: Adding up.\n")
    progress = json.loads(fwtutor(tmp_path, "progress", "--json").stdout)
    assert [lesson["known"] for lesson in progress["lessons"]] == [True, False]
    assert progress["next"] == "later/one"


def _shown_lines(tmp_path: Path) -> list[str]:
    found = fwtutor(tmp_path, "show", "sums/lines", "--framework", "numpy", "--json")
    return json.loads(found.stdout)["lines"]


def test_a_test_needs_trust_in_the_code(course: Path, tmp_path: Path) -> None:
    done = fwtutor(tmp_path, "place", stdin="n\n")
    assert "Let it run? y or n>" in done.stdout
    assert done.stdout.endswith("are answered by running the course's code.\n")


def test_enter_alone_and_the_end_of_the_test(course: Path, tmp_path: Path) -> None:
    done = fwtutor(tmp_path, "place", "--trust", "--framework", "numpy", stdin="\n:end\n")
    assert done.returncode == 0
    assert "Do you know “Adding up”? Question 1 of 2." in done.stdout
    assert "Do you know “Later”? Question 1 of 1." in done.stdout
    assert done.stdout.endswith("No lesson is skipped: begin where the map says.\n")


def test_plain_mode_follows_the_path(course: Path, tmp_path: Path) -> None:
    typed = (
        ":path\n:path numpy-way\n:list\n:path jax-way\n:next\n:next\n:next\n:place\n:end\n:quit\n"
    )
    done = fwtutor(tmp_path, "--plain", "--trust", stdin=typed)
    assert done.returncode == 0, done.stderr
    said = done.stdout
    assert "  numpy-way  NumPy alone" in said
    assert "NumPy alone:\nsums: Adding up, 0 of 4 passed" in said
    assert "You take: JAX alone (4 min)." in said
    assert "Step 2, value, in JAX" in said
    # Of the path's three steps the last is `which`; `lines` is not on it.
    assert "sums/which" in said
    assert "sums/lines" not in said
    assert "This is the last step." in said
    assert "Do you know “Adding up”? Question 1 of 1." in said


def test_what_was_done_elsewhere_does_not_count(opened: Opener) -> None:
    session = opened()
    session.store.record(
        Attempt(
            course=session.course,
            lesson="sums",
            step="total",
            framework="torch",
            answer="6",
            verdict="pass",
        )
    )
    assert [path.done for path in session.paths()] == [1, 0, 0]
    session.store.close()
