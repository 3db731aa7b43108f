"""The question before a course from elsewhere runs, and opening another course."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from textual.command import CommandPalette
from textual.pilot import Pilot
from textual.widgets import Static

from tests.elsewhere.repositories import change, make_repository
from tests.small_course import make_course
from tests.ui import fake_course
from tutor.elsewhere.shelf import Shelf
from tutor.grading.verdict import Verdict
from tutor.session import Session, StepRef
from tutor.ui.app import TutorApp
from tutor.ui.screens.home import HomeScreen
from tutor.ui.screens.lesson import LessonScreen
from tutor.ui.screens.trust import TrustScreen
from tutor.ui.widgets.results import Results


@asynccontextmanager
async def running(
    session: Session, start: StepRef | None = None
) -> AsyncIterator[tuple[TutorApp, Pilot[int]]]:
    app = TutorApp(session, start, framework="numpy")
    try:
        async with app.run_test(size=(80, 24)) as pilot:
            await pilot.pause()
            yield app, pilot
    finally:
        await app.session.close()


def text_of(app: TutorApp) -> str:
    return " ".join(str(part.content) for part in app.screen.query(Static))


async def test_reading_asks_nothing_and_the_first_check_asks(tmp_path: Path) -> None:
    session = Session.open(course=make_course(tmp_path), home=tmp_path / "home")
    async with running(session, StepRef("sums", "total")) as (app, pilot):
        assert isinstance(app.screen, LessonScreen)
        await pilot.press("6", "enter")
        await pilot.pause()
        assert isinstance(app.screen, TrustScreen)
        said = text_of(app)
        assert "“A small course” did not come with fwtutor" in said
        assert f"from {tmp_path / 'course'}" in said
        assert "2 lessons, 5 exercises, 12 programs" in said
        assert "Python under your name" in said

        await pilot.press("enter")  # no
        await pilot.pause()
        assert isinstance(app.screen, LessonScreen)
        assert not session.trusted
        assert session.store.attempts("small") == ()
        assert app.screen.query_one(Results).display

        await pilot.press("f5")
        await pilot.pause()
        assert isinstance(app.screen, TrustScreen)
        await pilot.press("y")
        await app.workers.wait_for_complete()
        await pilot.pause()
        assert session.trusted
        assert [attempt.verdict for attempt in session.store.attempts("small")] == ["pass"]
        assert isinstance(app.screen, LessonScreen)


async def test_a_run_without_checking_asks_too() -> None:
    fake = fake_course.session()
    fake.trust_question = "Where it is from."
    fake.scripts["mse-gradient"] = [Verdict(verdict="pass", message="")]
    app = TutorApp(fake.as_session(), StepRef(fake_course.LESSON, "mse-gradient"))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("f7")
        await pilot.pause()
        assert isinstance(app.screen, TrustScreen)
        assert "Where it is from." in text_of(app)
        await pilot.press("escape")
        await pilot.pause()
        assert fake.ran == []
        await pilot.press("f7")
        await pilot.pause()
        await pilot.press("y")
        await app.workers.wait_for_complete()
        await pilot.pause()
        assert len(fake.ran) == 1
        await pilot.press("f7")
        await app.workers.wait_for_complete()
        await pilot.pause()
        assert not isinstance(app.screen, TrustScreen)
        assert len(fake.ran) == 2


async def test_code_that_changes_while_it_is_open_is_asked_about_again(tmp_path: Path) -> None:
    course = make_repository(tmp_path / "far")
    home = tmp_path / "home"
    shelf = Shelf(home)
    shelf.add(course.as_uri())
    session = Session.open(course=Path("small"), home=home)
    session.trust()
    change(course, "What is the sum?", "What is the total?")
    async with running(session, StepRef("sums", "total")) as (app, pilot):
        assert shelf.update("small").any
        await pilot.press("6", "enter")
        await pilot.pause()
        assert isinstance(app.screen, TrustScreen)
        assert "Its files changed since you let it run." in text_of(app)


async def test_another_course_is_opened_from_the_map_and_back(tmp_path: Path) -> None:
    home = tmp_path / "home"
    course = make_course(tmp_path)
    Shelf(home).add(str(course))
    first = Session.open(home=home)
    async with running(first) as (app, pilot):
        await pilot.press("o")
        await pilot.pause()
        assert isinstance(app.screen, CommandPalette)
        await pilot.press(*"small")
        await app.workers.wait_for_complete()
        await pilot.press("down", "enter")
        await pilot.pause()
        assert isinstance(app.screen, HomeScreen)
        assert app.session is not first
        assert app.session.catalogue.course.course == "small"
        assert "A small course" in text_of(app)
        await pilot.press("enter")
        await pilot.pause()
        assert isinstance(app.screen, LessonScreen)
        await pilot.press("f12")
        await pilot.pause()
        assert isinstance(app.screen, HomeScreen)
        assert "A small course" in text_of(app)
        app.open_course(app.session.courses()[0].folder)
        await pilot.pause()
        assert app.session.catalogue.course.course == "fwtutor"
        assert len(app.screen_stack) == 1


async def test_another_course_is_opened_from_a_lesson_that_came_first(tmp_path: Path) -> None:
    home = tmp_path / "home"
    course = make_course(tmp_path)
    Shelf(home).add(str(course))
    async with running(Session.open(home=home), StepRef("tensors", "read-1")) as (app, pilot):
        titles = [command.title for command in app.get_system_commands(app.screen)]
        assert "Open another course" in titles
        app.open_course(course)
        await pilot.pause()
        assert isinstance(app.screen, HomeScreen)
        assert "A small course" in text_of(app)
        await pilot.press("enter")
        await pilot.pause()
        assert isinstance(app.screen, LessonScreen)
        await pilot.press("f12")
        await pilot.pause()
        assert isinstance(app.screen, HomeScreen)
        assert "A small course" in text_of(app)


async def test_a_course_with_faults_is_a_sentence_and_nothing_changes(tmp_path: Path) -> None:
    home = tmp_path / "home"
    course = make_course(tmp_path)
    Shelf(home).add(str(course))
    (course / "course.yaml").write_text("course: [")
    first = Session.open(home=home)
    async with running(first) as (app, pilot):
        app.open_course(course)
        await pilot.pause()
        assert app.session is first
        assert any("course.yaml" in note.message for note in app._notifications)


async def test_with_no_other_course_there_is_nothing_to_open(tmp_path: Path) -> None:
    async with running(Session.open(home=tmp_path)) as (app, pilot):
        await pilot.press("o")
        await pilot.pause()
        assert isinstance(app.screen, HomeScreen)
        titles = [command.title for command in app.get_system_commands(app.screen)]
        assert "Open another course" not in titles
