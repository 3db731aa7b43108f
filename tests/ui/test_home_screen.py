"""The course map with the keyboard only."""

from __future__ import annotations

import pytest
from textual.command import CommandPalette, Hit
from textual.pilot import Pilot
from textual.widgets import Input, OptionList, Static

from tests.ui import fake_course
from tests.ui.fake_session import FakeSession, lesson_info
from tutor.session import StepRef
from tutor.ui.app import TutorApp
from tutor.ui.commands import LessonProvider
from tutor.ui.screens.help import HelpScreen
from tutor.ui.screens.home import HomeScreen
from tutor.ui.screens.lesson import LessonScreen
from tutor.ui.screens.toosmall import TooSmallScreen
from tutor.ui.widgets.prose import Prose
from tutor.ui.widgets.stepstrip import StepStrip


@pytest.fixture
def fake() -> FakeSession:
    return fake_course.session()


def rows(pilot: Pilot[int]) -> list[str]:
    return [str(option.prompt) for option in pilot.app.screen.query_one(OptionList).options]


def about(pilot: Pilot[int]) -> str:
    return str(pilot.app.screen.query_one("#about", Static).content)


async def test_enter_starts_the_course(fake: FakeSession) -> None:
    async with TutorApp(fake.as_session()).run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert rows(pilot)[0] == "▶ Start: Your first gradient · What a gradient is (PyTorch)"
        await pilot.press("enter")
        await pilot.pause()
        assert isinstance(pilot.app.screen, LessonScreen)
        assert fake.places == [(StepRef(fake_course.LESSON, "read-1"), "torch")]


async def test_enter_continues_where_the_learner_left_off(fake: FakeSession) -> None:
    fake.places.append((StepRef(fake_course.LESSON, "which-tape"), "jax"))
    async with TutorApp(fake.as_session()).run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert rows(pilot)[0] == "▶ Continue: Your first gradient · which tape (JAX)"
        await pilot.press("enter")
        await pilot.pause()
        assert fake.places[-1] == (StepRef(fake_course.LESSON, "which-tape"), "jax")


async def test_the_framework_of_the_command_line_comes_first(fake: FakeSession) -> None:
    fake.places.append((StepRef(fake_course.LESSON, "which-tape"), "jax"))
    app = TutorApp(fake.as_session(), framework="tensorflow")
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert rows(pilot)[0].endswith("which tape (TensorFlow)")
        await pilot.press("enter")
        await pilot.pause()
        assert fake.places[-1] == (StepRef(fake_course.LESSON, "which-tape"), "tensorflow")


async def test_the_map_follows_progress(fake: FakeSession) -> None:
    ref = StepRef(fake_course.LESSON, "which-tape")
    async with TutorApp(fake.as_session(), ref).run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.press("2", "f5")
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()
        await pilot.press("f12")
        await pilot.pause()
        assert any(row.startswith("◐ 1/5    Your first gradient") for row in rows(pilot))
        for view in fake.steps:
            fake.passed.add((view.ref, "torch"))
        await pilot.press("enter")
        await pilot.pause()
        await pilot.press("f12")
        await pilot.pause()
        assert any(row.startswith("✓ done   Your first gradient") for row in rows(pilot))
        assert rows(pilot)[0].startswith("▶ Every exercise is done. Again:")


async def test_a_row_says_minutes_and_frameworks(fake: FakeSession) -> None:
    async with TutorApp(fake.as_session()).run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        row = next(row for row in rows(pilot) if "Tensors" in row)
        assert row.endswith("12 min  torch jax tf")
        assert len(row) <= 80


async def test_a_broken_lesson_says_why_and_does_not_open(fake: FakeSession) -> None:
    async with TutorApp(fake.as_session()).run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.press("end")
        await pilot.pause()
        assert rows(pilot)[-1] == "! fault  broken"
        assert about(pilot).startswith("lessons/training/09-broken.yaml:3:1: `stepz`")
        await pilot.press("enter")
        await pilot.pause()
        assert isinstance(pilot.app.screen, HomeScreen)
        assert any("`stepz`" in note.message for note in pilot.app._notifications)


async def test_a_lesson_that_is_best_after_another_says_so(fake: FakeSession) -> None:
    async with TutorApp(fake.as_session()).run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.press("down", "down")
        await pilot.pause()
        assert "Best after: Your first gradient" in about(pilot)


async def test_how_many_exercises_is_explained(fake: FakeSession) -> None:
    async with TutorApp(fake.as_session()).run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.press("down")
        await pilot.pause()
        assert any(row.startswith("· 0/5    Your first gradient") for row in rows(pilot))
        assert about(pilot).startswith("6 steps, 0 of 5 exercises done.")


async def test_a_search_that_finds_nothing_leaves_nothing_below(fake: FakeSession) -> None:
    async with TutorApp(fake.as_session()).run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert about(pilot)
        await pilot.press("slash", *"qqq")
        await pilot.pause()
        assert rows(pilot) == ["No lesson has “qqq”. Esc shows them all."]
        assert about(pilot) == ""


async def test_search_filters_as_it_is_typed(fake: FakeSession) -> None:
    async with TutorApp(fake.as_session()).run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.press("slash", *"train")
        await pilot.pause()
        found = [row for row in rows(pilot) if "──" not in row]
        assert len(found) == 2
        await pilot.press("backspace", *"q")
        await pilot.pause()
        assert rows(pilot) == ["No lesson has “traiq”. Esc shows them all."]
        await pilot.press("escape")
        await pilot.pause()
        assert isinstance(pilot.app.screen, HomeScreen)
        assert rows(pilot)[0].startswith("▶ Start")
        assert not pilot.app.screen.query(Input)
        assert isinstance(pilot.app.focused, OptionList)


@pytest.mark.parametrize(
    ("chosen", "colours", "theme"),
    [
        ("", "standard", "ansi-dark"),
        ("", "256", "textual-dark"),
        ("", None, "textual-dark"),
        ("nord", "standard", "nord"),
    ],
)
async def test_sixteen_colours_have_their_own_theme(
    fake: FakeSession, chosen: str, colours: str | None, theme: str
) -> None:
    app = TutorApp(fake.as_session(), theme=chosen)
    app.adapt_to(colours)
    async with app.run_test(size=(80, 24)):
        assert app.theme == theme


async def test_enter_in_the_search_opens_the_first_found(fake: FakeSession) -> None:
    async with TutorApp(fake.as_session()).run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.press("slash", *"gradient first", "enter")
        await pilot.pause()
        assert isinstance(pilot.app.screen, LessonScreen)
        home = next(screen for screen in pilot.app.screen_stack if isinstance(screen, HomeScreen))
        assert not home.query(Input)  # found: the map is whole again on coming back


async def test_the_search_shows_first_what_has_the_words_in_its_title() -> None:
    lessons = [lesson_info("tape-deck", title="The tape")]
    async with TutorApp(FakeSession(fake_course.steps(), lessons=lessons).as_session()).run_test(
        size=(80, 24)
    ) as pilot:
        await pilot.pause()
        await pilot.press("slash", *"tape")
        await pilot.pause()
        found = [row for row in rows(pilot) if "──" not in row]
        assert "The tape" in found[0]
        assert "Your first gradient" in found[1]  # has a step of that title
        await pilot.press("escape", "slash", *"gradient")
        await pilot.pause()
        heads = [row.strip("─ ") for row in rows(pilot) if "──" in row]
        assert heads == ["In the title", "In its goals, track or frameworks"]


async def test_the_palette_shows_lessons_then_steps_of_that_title() -> None:
    lessons = [lesson_info("tape", title="The tape")]
    app = TutorApp(FakeSession(fake_course.steps(), lessons=lessons).as_session())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        for words, titles in (
            ("tape", ["The tape", "Your first gradient: which tape"]),
            (
                "gradient",
                [
                    "Your first gradient",
                    "Your first gradient: What a gradient is",
                    "Your first gradient: mse gradient",
                    "Your first gradient: by hand",
                ],
            ),
        ):
            hits = [hit async for hit in LessonProvider(app.screen).search(words)]
            hits.sort(key=lambda hit: hit.score, reverse=True)
            assert [str(hit.text) for hit in hits if isinstance(hit, Hit)][:4] == titles


async def test_the_palette_finds_a_step(fake: FakeSession) -> None:
    async with TutorApp(fake.as_session()).run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.press("ctrl+f")
        await pilot.pause()
        assert isinstance(pilot.app.screen, CommandPalette)
        await pilot.press(*"which tape")
        await pilot.pause(0.5)
        await pilot.press("enter")
        await pilot.pause(0.2)
        assert isinstance(pilot.app.screen, LessonScreen)
        assert "4/6" in pilot.app.screen.query_one(StepStrip).text


async def test_the_palette_from_inside_a_lesson_goes_to_another_step(fake: FakeSession) -> None:
    ref = StepRef(fake_course.LESSON, "which-tape")
    async with TutorApp(fake.as_session(), ref).run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.press("ctrl+f", *"by hand")
        await pilot.pause(0.5)
        await pilot.press("enter")
        await pilot.pause(0.2)
        assert "2/6" in pilot.app.screen.query_one(StepStrip).text


async def test_every_action_of_the_lesson_is_in_the_palette(fake: FakeSession) -> None:
    ref = StepRef(fake_course.LESSON, "mse-gradient")
    app = TutorApp(fake.as_session(), ref)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        titles = {command.title for command in app.get_system_commands(app.screen)}
        assert titles >= {
            "Check", "Try", "Hint", "Solution", "Framework", "Previous step", "Next step",
            "Course map", "Open in $EDITOR", "Start over", "Find a lesson", "Theme", "Help", "Quit",
        }  # fmt: skip
        assert "Stop" not in titles
        assert titles >= {"Select all", "Undo", "Redo", "Next blank", "Comment out"}
        assert [command.title for command in app.get_system_commands(app.screen)].count(
            "Open in $EDITOR"
        ) == 1


async def test_help_lists_every_key(fake: FakeSession) -> None:
    async with TutorApp(fake.as_session()).run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.press("f1")
        await pilot.pause()
        assert isinstance(pilot.app.screen, HelpScreen)
        words = pilot.app.screen.query_one(Prose).text
        for key in ("Ctrl+Z", "Ctrl+X", "Ctrl+L", "Ctrl+T", "Ctrl+N", "Ctrl+Home", "F6", "ansi"):
            assert key in words
        assert words.startswith("Course map")
        await pilot.press("f1")
        await pilot.pause()
        assert isinstance(pilot.app.screen, HomeScreen)


async def test_the_notice_is_shown() -> None:
    fake = fake_course.session(notice="Your record was damaged [and] set aside.")
    async with TutorApp(fake.as_session()).run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        notice = pilot.app.screen.query_one("#notice", Static)
        assert notice.display
        assert str(notice.content) == "Your record was damaged [and] set aside."


async def test_a_thousand_lessons() -> None:
    lessons = [lesson_info(f"lesson-{n}", title=f"Lesson {n}") for n in range(1000)]
    fake = FakeSession(fake_course.steps(), lessons=lessons)
    async with TutorApp(fake.as_session()).run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert len(rows(pilot)) == 1003
        await pilot.press("end")
        await pilot.pause()
        assert "compute a gradient" in about(pilot)
        await pilot.press("slash", *"999")
        await pilot.pause()
        assert "Lesson 999" in rows(pilot)[1]


@pytest.mark.parametrize("step", [None, "read-1", "by-hand", "mse-gradient", "which-tape"])
async def test_a_tiny_terminal_says_so_and_recovers(fake: FakeSession, step: str | None) -> None:
    ref = StepRef(fake_course.LESSON, step) if step else None
    async with TutorApp(fake.as_session(), ref).run_test(size=(20, 5)) as pilot:
        await pilot.pause()
        assert isinstance(pilot.app.screen, TooSmallScreen)
        text = str(pilot.app.screen.query_one(Static).content)
        assert text == "Make the terminal at least 40×12"
        await pilot.press("x", "f5", "f10", "enter")
        await pilot.resize_terminal(80, 24)
        await pilot.pause()
        assert isinstance(pilot.app.screen, LessonScreen if step else HomeScreen)
        await pilot.resize_terminal(1, 1)
        await pilot.pause()
        await pilot.resize_terminal(40, 12)
        await pilot.pause()
        assert isinstance(pilot.app.screen, LessonScreen if step else HomeScreen)
        assert fake.submitted == []
