"""Choosing a path, the map with one, and the placement test, with the keyboard only."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest
from textual.command import CommandPalette
from textual.pilot import Pilot
from textual.widgets import OptionList, Static

from tests.ui import fake_course
from tests.ui.fake_session import FakeSession
from tutor.course.models import CoursePath, PathPart
from tutor.errors import StateError
from tutor.grading.verdict import Verdict
from tutor.session import StepRef
from tutor.session.placement import Placement
from tutor.ui.app import TutorApp
from tutor.ui.screens.home import HomeScreen
from tutor.ui.screens.lesson import LessonScreen
from tutor.ui.screens.path import PathScreen
from tutor.ui.screens.placement import PlacementScreen
from tutor.ui.screens.trust import TrustScreen
from tutor.ui.widgets.keybar import KeyBar
from tutor.ui.widgets.statusbar import StatusBar
from tutor.ui.widgets.stepstrip import StepStrip

SIZES = [(80, 24), (120, 40)]
LESSON = fake_course.LESSON
PATHS = (
    CoursePath(
        id="jax",
        title="JAX alone",
        about="The foundations, and what later tracks have of JAX.",
        frameworks=("jax",),
        lessons=(PathPart(track="foundations"),),
    ),
    CoursePath(
        id="torch-to-jax",
        title="I know PyTorch, teach me JAX",
        about="What transfers is left out; what differs is dwelt on.",
        frameworks=("jax",),
        knows="torch",
        lessons=(PathPart(lesson=LESSON, steps=("by-hand", "which-tape")),),
    ),
)
WRONG = Verdict(verdict="fail", message="That is f(2).", framework="jax")
UNCHECKED = Verdict(verdict="unchecked", message="JAX cannot be imported.", framework="jax")


@pytest.fixture
def fake() -> FakeSession:
    """A course with two paths, whose first lesson can be asked about."""
    fake = fake_course.session(paths=PATHS)
    lessons = fake.catalogue.lessons
    asked = ("by-hand", "which-tape")
    lessons[LESSON] = msgspec.structs.replace(lessons[LESSON], placement=asked)
    return fake


def rows(pilot: Pilot[int]) -> list[str]:
    return [str(option.prompt) for option in pilot.app.screen.query_one(OptionList).options]


def words(pilot: Pilot[int], name: str) -> str:
    return str(pilot.app.screen.query_one(f"#{name}", Static).content)


async def settle(pilot: Pilot[int]) -> None:
    await pilot.pause()
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()


# --- paths


async def test_a_newcomer_is_told_in_one_line(fake: FakeSession) -> None:
    async with TutorApp(fake.as_session()).run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        offer = pilot.app.screen.query_one("#offer", Static)
        assert offer.display
        assert words(pilot, "offer").startswith("p chooses a path")
        assert offer.size.height == 1
        assert "p Path" in pilot.app.screen.query_one(KeyBar).text
        await pilot.press("enter")  # and Enter begins all the same
        await pilot.pause()
        assert isinstance(pilot.app.screen, LessonScreen)
        await pilot.press("f12")
        await pilot.pause()
        assert not pilot.app.screen.query_one("#offer", Static).display


async def test_a_course_without_paths_offers_none() -> None:
    fake = fake_course.session()
    async with TutorApp(fake.as_session()).run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert not pilot.app.screen.query_one("#offer", Static).display
        assert "Path" not in pilot.app.screen.query_one(KeyBar).text
        await pilot.press("p")
        await pilot.pause()
        assert isinstance(pilot.app.screen, HomeScreen)


async def test_the_list_says_what_each_path_is(fake: FakeSession) -> None:
    fake.passed.add((StepRef(LESSON, "by-hand"), "jax"))
    async with TutorApp(fake.as_session()).run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.press("p")
        await pilot.pause()
        assert isinstance(pilot.app.screen, PathScreen)
        shown = rows(pilot)
        assert [row.strip(" ✓").split("  ")[0] for row in shown] == [
            "The whole course", "JAX alone", "I know PyTorch, teach me JAX"
        ]  # fmt: skip
        assert shown[0].startswith("✓ ")
        assert shown[2].endswith("1/2 done       4 min")
        assert all(len(row) <= 68 for row in shown)
        await pilot.press("end")
        await pilot.pause()
        assert words(pilot, "about").startswith("What transfers is left out")
        assert words(pilot, "about").endswith("1 lesson, in JAX.")
        await pilot.press("escape")
        await pilot.pause()
        assert isinstance(pilot.app.screen, HomeScreen)
        assert fake.way.choice == ""


async def test_the_map_follows_the_path(fake: FakeSession) -> None:
    fake.places.append((StepRef(LESSON, "mse-gradient"), "torch"))
    async with TutorApp(fake.as_session()).run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.press("p", "end", "enter")
        await pilot.pause()
        assert fake.way.choice == "torch-to-jax"
        assert words(pilot, "course").startswith("I know PyTorch, teach me JAX · 0 of 2")
        # Where the learner left off is not on the path: what is next on it comes first.
        assert rows(pilot) == [
            "▶ Next: Your first gradient · by hand (JAX)",
            "── Foundations ────────────────────",
            "· 0/2    Your first gradient                            4 min  jax",
            "▸ 3 lessons off this path",
        ]
        assert words(pilot, "about").startswith("2 of its 6 steps, 0 of 2 exercises done.")
        assert words(pilot, "notice").startswith("Know some of it? t asks")
        await pilot.press("end", "enter")
        await pilot.pause()
        assert rows(pilot)[3] == "▾ 3 lessons off this path"
        assert any("Tensors" in row for row in rows(pilot)[4:])
        await pilot.press("home", "enter")
        await pilot.pause()
        assert isinstance(pilot.app.screen, LessonScreen)
        assert "1/2 by hand" in pilot.app.screen.query_one(StepStrip).text
        await pilot.press("f10")
        await pilot.pause()
        assert fake.places[-1] == (StepRef(LESSON, "which-tape"), "jax")
        await pilot.press("f10")
        await pilot.pause()
        assert isinstance(pilot.app.screen, HomeScreen)


async def test_a_step_off_the_path_is_reached_by_the_palette(fake: FakeSession) -> None:
    fake.choose_path("torch-to-jax")
    async with TutorApp(fake.as_session()).run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.press("ctrl+f")
        await pilot.pause()
        assert isinstance(pilot.app.screen, CommandPalette)
        await pilot.press(*"put in order")
        await pilot.pause(0.5)
        await pilot.press("enter")
        await pilot.pause(0.2)
        assert isinstance(pilot.app.screen, LessonScreen)
        assert "5/6" in pilot.app.screen.query_one(StepStrip).text


async def test_search_finds_lessons_off_the_path(fake: FakeSession) -> None:
    fake.choose_path("torch-to-jax")
    async with TutorApp(fake.as_session()).run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert not any("Tensors" in row for row in rows(pilot))
        await pilot.press("slash", *"tensors")
        await pilot.pause()
        assert [row for row in rows(pilot) if "Tensors" in row]


async def test_back_to_the_whole_course(fake: FakeSession) -> None:
    fake.choose_path("jax")
    async with TutorApp(fake.as_session()).run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.press("p", "home", "enter")
        await pilot.pause()
        assert fake.way.choice == "all"
        assert words(pilot, "course").startswith("fwtutor · Deep learning by hand")
        assert not any("off this path" in row for row in rows(pilot))


async def test_the_palette_has_both(fake: FakeSession) -> None:
    app = TutorApp(fake.as_session())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        titles = {command.title for command in app.get_system_commands(app.screen)}
        assert titles >= {"Choose a path", "Placement test"}
        assert "Take it after all" not in titles


# --- placement


async def test_what_passes_is_known_and_can_be_taken_back(fake: FakeSession) -> None:
    fake.choose_path("torch-to-jax")
    async with TutorApp(fake.as_session()).run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.press("t")
        await settle(pilot)
        assert isinstance(pilot.app.screen, PlacementScreen)
        assert words(pilot, "strip").startswith("Do you know “Your first gradient”? 1/2")
        assert "Hint" not in pilot.app.screen.query_one(KeyBar).text
        await pilot.press("7", "enter")
        await settle(pilot)
        assert words(pilot, "strip").startswith("Do you know “Your first gradient”? 2/2")
        assert pilot.app.screen.query_one(StatusBar).said == "✓ Right"
        await pilot.press("1", "enter")
        await settle(pilot)
        assert isinstance(pilot.app.screen, HomeScreen)
        assert fake.submitted == [
            (StepRef(LESSON, "by-hand"), "jax", "7"),
            (StepRef(LESSON, "which-tape"), "jax", "1"),
        ]
        assert fake.known == {LESSON}
        assert words(pilot, "notice") == "You may skip 1 lesson: Your first gradient."
        assert "1 lesson known" in words(pilot, "course")
        known = next(row for row in rows(pilot) if row.startswith("✓ known"))
        assert "Your first gradient" in known
        await pilot.press("down")
        await pilot.pause()
        assert "You showed that you know it." in words(pilot, "about")
        await pilot.press("u")
        await pilot.pause()
        assert fake.known == set()
        assert not any(row.startswith("✓ known") for row in rows(pilot))


async def test_one_wrong_answer_ends_the_lesson(fake: FakeSession) -> None:
    fake.scripts["by-hand"] = [WRONG]
    async with TutorApp(fake.as_session()).run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.press("t")
        await settle(pilot)
        await pilot.press("4", "enter")
        await settle(pilot)
        assert isinstance(pilot.app.screen, HomeScreen)
        assert len(fake.submitted) == 1
        assert fake.known == set()
        assert words(pilot, "notice") == "No lesson is skipped: begin where the map says."


async def test_f10_says_i_do_not_know_and_escape_ends_it(fake: FakeSession) -> None:
    async with TutorApp(fake.as_session()).run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.press("t")
        await settle(pilot)
        await pilot.press("f10")
        await settle(pilot)
        assert isinstance(pilot.app.screen, HomeScreen)
        await pilot.press("t")
        await settle(pilot)
        assert isinstance(pilot.app.screen, PlacementScreen)
        await pilot.press("escape")
        await settle(pilot)
        assert isinstance(pilot.app.screen, HomeScreen)
        assert fake.submitted == []
        assert words(pilot, "notice") == "Nothing was asked."


async def test_what_cannot_be_judged_does_not_count(fake: FakeSession) -> None:
    fake.scripts["by-hand"] = [UNCHECKED]
    async with TutorApp(fake.as_session()).run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.press("t")
        await settle(pilot)
        await pilot.press("7", "enter")
        await settle(pilot)
        assert isinstance(pilot.app.screen, PlacementScreen)
        assert "does not count" in pilot.app.screen.query_one(StatusBar).said
        await pilot.press("f10")
        await settle(pilot)
        assert words(pilot, "strip").startswith("Do you know “Your first gradient”? 2/2")


async def test_an_answer_is_due_before_it_is_judged(fake: FakeSession) -> None:
    async with TutorApp(fake.as_session()).run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.press("t")
        await settle(pilot)
        await pilot.press("f5")
        await settle(pilot)
        assert isinstance(pilot.app.screen, PlacementScreen)
        assert fake.submitted == []


async def test_the_course_of_someone_else_is_asked_about_first(fake: FakeSession) -> None:
    fake.trust_question = "Two programs would run."
    async with TutorApp(fake.as_session()).run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.press("t")
        await settle(pilot)
        await pilot.press("7", "enter")
        await pilot.pause()
        assert isinstance(pilot.app.screen, TrustScreen)
        await pilot.press("n")
        await settle(pilot)
        assert isinstance(pilot.app.screen, PlacementScreen)
        assert fake.submitted == []


async def test_what_is_known_but_cannot_be_kept_goes_on(
    fake: FakeSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(lesson: str) -> None:
        raise StateError("The disk is full.")

    found = fake.placement().candidates
    monkeypatch.setattr(fake, "placement", lambda framework=None: Placement(found, full))
    async with TutorApp(fake.as_session()).run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.press("t")
        await settle(pilot)
        await pilot.press("7", "enter")
        await settle(pilot)
        await pilot.press("1", "enter")
        await settle(pilot)
        assert isinstance(pilot.app.screen, HomeScreen)
        assert any("disk is full" in note.message for note in pilot.app._notifications)


async def test_the_command_line_begins_with_the_test(fake: FakeSession) -> None:
    app = TutorApp(fake.as_session(), placing=True)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        assert isinstance(pilot.app.screen, PlacementScreen)


# --- pictures


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("screen", ["list", "map", "test"])
def test_picture(
    fake: FakeSession, screen: str, size: tuple[int, int], snap_compare: Callable[..., bool]
) -> None:
    pressed = {"list": ("p", "end"), "map": ("p", "end", "enter"), "test": ("t",)}[screen]
    fake.passed.add((StepRef(LESSON, "by-hand"), "jax"))

    async def press(pilot: Pilot[int]) -> None:
        await pilot.pause()
        for key in pressed:
            await pilot.press(key)
            await settle(pilot)

    assert snap_compare(TutorApp(fake.as_session()), terminal_size=size, run_before=press)
