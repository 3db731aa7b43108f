"""The path that the learner chose: what is next, what counts, what is known."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.small_course import PATHS, make_course
from tutor.course.models import FrameworkName
from tutor.errors import UsageError
from tutor.progress.records import Attempt
from tutor.session import Session, StepRef


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_course(tmp_path, PATHS)


@pytest.fixture
def session(folder: Path, tmp_path: Path) -> Iterator[Session]:
    session = Session.open(course=folder, home=tmp_path / "home")
    yield session
    session.store.close()


def passes(session: Session, step: str, framework: str, lesson: str = "sums") -> None:
    """Record a pass as a run would."""
    session.store.record(
        Attempt(
            course=session.course,
            lesson=lesson,
            step=step,
            framework=framework,
            answer="6",
            verdict="pass",
            at=time.time(),
        )
    )


def steps(
    session: Session, framework: FrameworkName | None = None, at: str | None = None
) -> list[str]:
    return [view.ref.step for view in session.step_views("sums", framework, at)]


def test_a_course_offers_its_paths_until_something_is_chosen_or_begun(session: Session) -> None:
    assert session.offers_paths()
    assert [(path.id, path.chosen) for path in session.paths()] == [
        ("all", True), ("jax-way", False), ("numpy-way", False)
    ]  # fmt: skip
    session.choose_path("all")
    assert not session.offers_paths()


def test_what_is_begun_is_not_interrupted_by_an_offer(session: Session) -> None:
    session.save_place(StepRef("sums", "total"), "numpy")
    assert not session.offers_paths()


def test_a_path_is_kept_in_the_record_of_its_course(
    session: Session, folder: Path, tmp_path: Path
) -> None:
    session.choose_path("jax-way")
    again = Session.open(course=folder, home=tmp_path / "home")
    assert again.way.path is not None
    assert again.way.path.id == "jax-way"
    again.store.close()
    (tmp_path / "other").mkdir()
    other = make_course(tmp_path / "other", PATHS)
    (other / "course.yaml").write_text((other / "course.yaml").read_text().replace("small", "big"))
    elsewhere = session.reopen(other)
    assert elsewhere.way.path is None
    elsewhere.store.close()


def test_an_unknown_path_is_a_sentence(session: Session) -> None:
    with pytest.raises(UsageError, match=r"no path `jax-wya`\. Did you mean `jax-way`"):
        session.choose_path("jax-wya")


def test_a_path_that_is_gone_leaves_the_whole_course(
    session: Session, folder: Path, tmp_path: Path
) -> None:
    session.choose_path("jax-way")
    (folder / "course.yaml").write_text((folder / "course.yaml").read_text().split("paths:")[0])
    again = Session.open(course=folder, home=tmp_path / "home")
    assert again.way.path is None
    assert again.way.lessons == ("sums", "later")
    again.store.close()


def test_its_steps_and_its_framework(session: Session) -> None:
    session.save_place(StepRef("sums", "total"), "torch")
    assert session.preferred_framework() == "torch"
    session.choose_path("jax-way")
    assert session.preferred_framework() == "jax"
    assert steps(session) == ["read-1", "total", "which"]
    assert {view.framework for view in session.step_views("sums")} == {"jax"}
    assert session.standing("sums").exercises == ("total", "which")
    assert session.way.lessons == ("sums",)


def test_a_step_off_the_path_brings_the_whole_lesson(session: Session) -> None:
    session.choose_path("jax-way")
    assert steps(session, at="lines") == ["read-1", "total", "which", "lines"]
    assert steps(session, "torch", at="total") == [
        "read-1", "total", "write-total", "which", "lines"
    ]  # fmt: skip
    assert not session.way.leads_to(StepRef("sums", "lines"))
    assert session.way.leads_to(StepRef("sums", "which"))


def test_only_its_frameworks_count(session: Session) -> None:
    passes(session, "total", "torch")
    assert session.standing("sums").done == 1
    session.choose_path("jax-way")
    assert session.standing("sums").done == 0
    assert [path.done for path in session.paths()] == [1, 0, 0]
    passes(session, "total", "jax")
    assert session.standing("sums").done == 1
    assert [path.done for path in session.paths()] == [1, 1, 0]


def test_what_is_next_follows_the_path(session: Session) -> None:
    session.choose_path("jax-way")
    session.save_place(StepRef("sums", "read-1"), "jax")
    passes(session, "total", "jax")
    assert session.next_step() == StepRef("sums", "which")
    passes(session, "which", "jax")
    assert session.next_step() == StepRef("sums", "read-1")  # all is done: from the start
    session.choose_path("numpy-way")
    assert session.next_step() == StepRef("sums", "total")
    session.choose_path("all")
    assert session.next_step() == StepRef("sums", "lines")


def test_minutes_go_by_the_steps(session: Session) -> None:
    minutes = {path.id: path.minutes for path in session.paths()}
    # Of the five minutes for four steps in JAX, three are taken.
    assert minutes == {"all": 10, "jax-way": 4, "numpy-way": 10}


def test_a_lesson_that_is_known_is_done_but_not_counted(session: Session) -> None:
    session.choose_path("numpy-way")
    assert session.unmet("later") == ("sums",)
    session.mark_known("sums")
    assert session.standing("sums").complete
    assert session.next_step() == StepRef("later", "one")
    assert session.unmet("later") == ()
    (path,) = (path for path in session.paths() if path.chosen)
    assert (path.done, path.exercises, path.known) == (0, 1, 1)
    session.forget_known("sums")
    assert not session.standing("sums").complete
    assert session.next_step() == StepRef("sums", "read-1")


def test_what_is_known_outlives_the_session_and_goes_with_a_reset(
    session: Session, folder: Path, tmp_path: Path
) -> None:
    session.mark_known("sums")
    session.mark_known("sums")
    again = Session.open(course=folder, home=tmp_path / "home")
    assert again.standing("sums").known
    assert again.reset("sums", "total") == 0
    assert again.standing("sums").known
    assert again.reset("sums") == 1
    assert not again.standing("sums").known
    again.store.close()


def test_the_test_asks_in_the_framework_of_the_path(session: Session) -> None:
    session.choose_path("numpy-way")
    asked = session.placement()
    assert asked.question is not None
    assert (asked.question.candidate.framework, asked.remaining) == ("numpy", 2)
    assert asked.question.candidate.steps == ("which", "lines")
    for _ in range(2):
        asked.judged("pass")
    assert session.standing("sums").known
    asked.judged("pass")
    assert asked.question is None
    assert session.standing("later").known
    assert session.placement().question is None
