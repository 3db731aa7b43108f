"""Nothing of a course from elsewhere runs before the learner says so. With a real NumPy host."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.session.bench import ref, session_loop, submit
from tests.small_course import make_course
from tutor.session import Session

pytestmark = session_loop


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """The small course; its first value leaves a file behind when it runs."""
    course = make_course(tmp_path)
    lesson = course / "first" / "01-sums.yaml"
    ran = f"open({str(tmp_path / 'ran')!r}, 'a').close()"
    lesson.write_text(lesson.read_text().replace('print("added")', ran))
    return course


async def test_untrusted_code_never_runs(course: Path, tmp_path: Path) -> None:
    session = Session.open(course=course, home=tmp_path / "home")
    try:
        assert not session.trusted
        await session.prepare(ref("sums/total"), "numpy")
        assert await session.hosts() == ()
        for graded in (True, False):
            done = await submit(session, "sums/total", "numpy", "6", graded=graded)
            assert (done.name, len(done.events)) == ("unchecked", 1)
            assert "did not come with fwtutor" in done.message
            assert f"from {course}" in done.message
        assert (await submit(session, "sums/which", "numpy", "2")).name == "unchecked"
        assert await session.hosts() == ()
        assert not (tmp_path / "ran").exists()
        assert session.store.attempts(session.course) == ()
        # Reading needs no trust.
        assert session.step_view(ref("sums/total"), "numpy").prompt == "What is the sum?"
        assert session.hint(ref("sums/total"), "numpy").number == 1

        assert "2 lessons, 5 exercises, 12 programs" in session.trust_question
        assert f"from {course}" in session.trust_question
        session.trust()
        assert session.trust_question == ""
        assert (await submit(session, "sums/total", "numpy", "6")).name == "pass"
        assert (tmp_path / "ran").exists()
    finally:
        await session.close()


async def test_it_is_asked_again_when_the_code_changes_under_an_open_session(
    course: Path, tmp_path: Path
) -> None:
    session = Session.open(course=course, home=tmp_path / "home")
    try:
        session.trust()
        assert (await submit(session, "sums/total", "numpy", "6")).name == "pass"
        (tmp_path / "ran").unlink()
        lesson = course / "first" / "01-sums.yaml"
        lesson.write_text(lesson.read_text().replace("[1, 2, 3]", "[1, 2, 9]"))
        done = await submit(session, "sums/total", "numpy", "12")
        assert done.name == "unchecked"
        assert "changed since you trusted it" in done.message
        assert "changed since you let it run" in session.trust_question
        assert not (tmp_path / "ran").exists()
        session.trust()
        assert (await submit(session, "sums/total", "numpy", "12")).name == "pass"
    finally:
        await session.close()
    again = Session.open(course=course, home=tmp_path / "home")
    assert again.trusted
    again.store.close()


async def test_progress_of_two_courses_with_one_id_does_not_mix(tmp_path: Path) -> None:
    home = tmp_path / "home"
    one = Session.open(course=make_course(tmp_path / "a"), home=home)
    one.trust()
    try:
        assert (await submit(one, "sums/which", "numpy", "2")).name == "pass"
        assert one.standing("sums").done == 1
    finally:
        await one.close()
    two = Session.open(course=make_course(tmp_path / "b"), home=home)
    try:
        assert two.trusted, "the same code was trusted"
        assert "has a record of its own" in two.notice
        assert two.standing("sums").done == 0
        two.save_place(ref("sums/lines"), "numpy")
        assert two.reset() == 1
    finally:
        await two.close()
    one = Session.open(course=tmp_path / "a" / "course", home=home)
    assert one.standing("sums").done == 1
    one.store.close()


async def test_the_shipped_course_needs_no_trust(tmp_path: Path) -> None:
    session = Session.open(home=tmp_path)
    assert session.trusted
    assert session.trust_question == ""
    assert session.course == "fwtutor"
    again = session.reopen(session.catalogue.folder)
    assert again.trusted
    session.store.close()
    again.store.close()
