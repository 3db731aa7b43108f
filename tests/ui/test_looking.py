"""Views on the lesson's screen and over it: the real UI, with runs that show something."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot

from tests.ui import fake_course, picture_samples
from tests.ui.fake_session import FakeSession
from tutor.grading.verdict import Verdict
from tutor.runtime import devices
from tutor.runtime.job import Printed, Shown, Started
from tutor.session import StepRef
from tutor.ui import keys
from tutor.ui.app import TutorApp
from tutor.ui.screens.lesson import LessonScreen
from tutor.ui.screens.looking import ViewScreen
from tutor.ui.views.base import Drawing
from tutor.ui.views.curve import CurveDrawing
from tutor.ui.views.image import ImageDrawing
from tutor.ui.widgets.keybar import KeyBar
from tutor.ui.widgets.output import OutputView
from tutor.ui.widgets.pictures import Pictures
from tutor.ui.widgets.prose import Prose
from tutor.ui.widgets.results import Results
from tutor.views.model import Curve, NoView, View

PASS = Verdict(verdict="pass", message="Right. It falls.", explain="So it should.")


@pytest.fixture(autouse=True)
def memory_that_is_not_this_machines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices, "memory", lambda device: None)


def showing(*views: View, step: str = "by-hand") -> FakeSession:
    fake = fake_course.session()
    fake.scripts[step] = [
        Started(device="cpu"),
        *(Shown(view=view, more=False) for view in views),
        PASS,
    ]
    return fake


def running(frames: int, pause: float, *, points: int = 10) -> FakeSession:
    """A run of the step of code whose curve grows."""
    fake = fake_course.session()
    script: list[object] = [Started(device="cpu")]
    for frame in range(frames):
        part = picture_samples.curve(points, first=frame * points)
        script += [
            Shown(view=part, more=True),
            Printed(stream="stdout", text=f"epoch {frame}\n"),
            pause,
        ]
    fake.scripts["mse-gradient"] = [*script, PASS]  # type: ignore[list-item]
    return fake


@asynccontextmanager
async def opened(
    fake: FakeSession, step: str = "by-hand", size: tuple[int, int] = (80, 24)
) -> AsyncIterator[Pilot[int]]:
    app = TutorApp(fake.as_session(), StepRef(fake_course.LESSON, step))
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        yield pilot


async def answered(pilot: Pilot[int], *pressed: str) -> None:
    await pilot.press(*(pressed or ("7", "f5")))
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()
    await pilot.pause()


def lesson(pilot: Pilot[int]) -> LessonScreen:
    return next(screen for screen in pilot.app.screen_stack if isinstance(screen, LessonScreen))


def inline(pilot: Pilot[int]) -> str:
    return "".join(p.text for p in lesson(pilot).query(Pictures) if p.display)


def over(pilot: Pilot[int]) -> ViewScreen:
    screen = pilot.app.screen
    assert isinstance(screen, ViewScreen)
    return screen


def words(pilot: Pilot[int], part: str) -> str:
    return str(over(pilot).query_one(f"#{part}").render()).strip()


def current(pilot: Pilot[int]) -> Drawing:
    focused = over(pilot).focused
    assert isinstance(focused, Drawing)
    return focused


def test_nothing_of_views_is_imported_before_the_first_one() -> None:
    code = """
import sys
import tutor.ui.app, tutor.ui.screens.lesson
print([name for name in sys.modules if name.startswith(("tutor.ui.views", "tutor.views.text",
    "tutor.views.files", "tutor.ui.widgets.pictures", "tutor.ui.screens.looking"))])
import tutor.ui.widgets.pictures, tutor.ui.screens.looking
print("tutor.ui.views" in sys.modules, "tutor.ui.views.curve" in sys.modules)
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.splitlines() == ["[]", "True False"]


# Between the results


async def test_the_first_view_is_drawn_and_the_others_are_named() -> None:
    fake = showing(picture_samples.bars(), picture_samples.weights(), picture_samples.curve())
    async with opened(fake) as pilot:
        await answered(pilot)
        text = inline(pilot)
        assert "One step, eager and compiled" in text
        assert "compiled" in text
        assert "3.21 ms" in text
        assert "F6 shows too: filters, loss" in text


async def test_the_verdict_stays_in_view_above_them() -> None:
    async with opened(showing(*picture_samples.all_of_them())) as pilot:
        await answered(pilot)
        results = lesson(pilot).query_one(Results)
        verdict = results.query_one("#verdict", Prose)
        assert results.scroll_offset.y == 0
        assert verdict.region.bottom <= results.region.bottom
        assert verdict.region.y < results.query_one(Pictures).region.y


async def test_what_could_not_be_made_is_a_sentence_beside_what_could() -> None:
    async with opened(showing(picture_samples.none(), picture_samples.bars())) as pilot:
        await answered(pilot)
        text = inline(pilot)
        assert "graph: The graph could not be drawn" in text
        assert "3.21 ms" in text


async def test_a_sentence_alone() -> None:
    async with opened(showing(picture_samples.none())) as pilot:
        await answered(pilot)
        assert "nothing leads to it" in inline(pilot)
        await pilot.press("f6")
        assert "nothing leads to it" in current(pilot).text


async def test_an_empty_curve_is_a_sentence() -> None:
    async with opened(showing(Curve(name="loss", series=()))) as pilot:
        await answered(pilot)
        assert "There are no points" in inline(pilot)
        await pilot.press("f6", "left", "plus", "l", "0")
        assert "There are no points" in current(pilot).text


async def test_views_come_back_with_their_step_and_are_gone_from_the_next() -> None:
    async with opened(showing(picture_samples.bars())) as pilot:
        await answered(pilot)
        await pilot.press("f10")
        await pilot.pause()
        assert inline(pilot) == ""
        assert "Look" not in lesson(pilot).query_one(KeyBar).text
        await pilot.press("f9")
        await pilot.pause()
        assert "3.21 ms" in inline(pilot)
        assert "Look" in lesson(pilot).query_one(KeyBar).text


async def test_another_run_forgets_what_the_last_one_showed() -> None:
    fake = showing(picture_samples.bars())
    async with opened(fake) as pilot:
        await answered(pilot)
        fake.scripts["by-hand"] = [Started(device="cpu"), PASS]
        await answered(pilot, "8", "f5")
        assert inline(pilot) == ""


async def test_nothing_to_look_at_is_said() -> None:
    async with opened(fake_course.session()) as pilot:
        await pilot.press("f6")
        await pilot.pause()
        assert "Nothing to look at yet" in lesson(pilot).query_one("#reminder", Prose).text
        assert isinstance(pilot.app.screen, LessonScreen)


async def test_f6_opens_them_from_the_editor() -> None:
    async with opened(
        showing(picture_samples.bars(), step="mse-gradient"), "mse-gradient"
    ) as pilot:
        await answered(pilot, "f5")
        await pilot.press("f6")
        assert "eager" in current(pilot).text


# Live


async def test_a_curve_grows_while_the_run_goes_on_and_fills_its_axis_at_the_end() -> None:
    async with opened(running(6, 0.12), "mse-gradient") as pilot:
        await pilot.press("f5")
        drawing = None
        lengths: list[int] = []
        for _ in range(200):
            await asyncio.sleep(0.02)
            if found := lesson(pilot).query(CurveDrawing):
                drawing = drawing or found.first()
                assert found.first() is drawing, "it is drawn on, not drawn anew"
                lengths.append(drawing.curve.series[0].points)
            if lengths and lengths[-1] == 60:
                break
        assert lengths == sorted(lengths)
        assert len(set(lengths)) > 2
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()
        assert drawing is not None
        assert not drawing.live
        assert drawing.curve.series[0].points == 60


async def test_what_is_printed_does_not_scroll_a_live_curve_away() -> None:
    async with opened(running(400, 0.05), "mse-gradient") as pilot:
        await pilot.press("f5")
        await asyncio.sleep(0.6)
        await pilot.pause()
        assert lesson(pilot).running
        results = lesson(pilot).query_one(Results)
        drawing = results.query_one(CurveDrawing)
        assert drawing.region.height == 7
        assert drawing.region.bottom <= results.content_region.bottom
        await pilot.press("f8")
        await pilot.app.workers.wait_for_complete()


async def test_a_flood_of_points_is_drawn_ten_times_a_second(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    drawn = 0
    update = CurveDrawing.update_view

    def counted(self: CurveDrawing, view: View) -> None:
        nonlocal drawn
        drawn += 1
        update(self, view)

    monkeypatch.setattr(CurveDrawing, "update_view", counted)
    async with opened(running(300, 0.001, points=2), "mse-gradient") as pilot:
        began = asyncio.get_running_loop().time()
        await answered(pilot, "f5")
        seconds = asyncio.get_running_loop().time() - began
        assert lesson(pilot).query_one(CurveDrawing).curve.series[0].points == 600
        assert drawn <= seconds * 10 + 3


async def test_it_grows_over_the_whole_screen_too_and_the_cursor_stays() -> None:
    async with opened(running(400, 0.05), "mse-gradient") as pilot:
        await pilot.press("f5")
        await asyncio.sleep(0.3)
        await pilot.press("f6", "left", "left")
        before, readout = current(pilot), current(pilot).readout
        assert isinstance(before, CurveDrawing)
        points = before.curve.series[0].points
        for _ in range(100):
            await asyncio.sleep(0.05)
            if before.curve.series[0].points > points:
                break
        assert current(pilot) is before
        assert before.curve.series[0].points > points
        assert before.readout == readout, "the cursor is where it was put"
        await pilot.press("escape")
        await pilot.pause()
        await pilot.press("f8")
        await pilot.app.workers.wait_for_complete()
        assert isinstance(pilot.app.screen, LessonScreen)


async def test_a_run_is_stopped_from_over_the_whole_screen() -> None:
    async with opened(running(400, 0.05), "mse-gradient") as pilot:
        await pilot.press("f5")
        await asyncio.sleep(0.3)
        await pilot.press("f6")
        await pilot.pause()
        assert "F8 Stop" in pilot.app.screen.query_one(KeyBar).text
        await pilot.press("f8")
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()
        assert isinstance(pilot.app.screen, ViewScreen)
        assert "F8 Stop" not in pilot.app.screen.query_one(KeyBar).text
        assert isinstance(current(pilot), CurveDrawing)


# Over the whole screen


async def test_tabs_turn_in_a_ring_and_numbers_go_straight() -> None:
    async with opened(showing(*picture_samples.all_of_them())) as pilot:
        await answered(pilot)
        await pilot.press("f6")
        assert words(pilot, "tabs").startswith("[1 loss]")
        await pilot.press("tab")
        assert "[2 filters]" in words(pilot, "tabs")
        assert words(pilot, "caption") == "Edges, or noise?"
        await pilot.press("shift+tab", "shift+tab")
        assert "[8 graph]" in words(pilot, "tabs")
        await pilot.press("4")
        assert "[4 confusion]" in words(pilot, "tabs")
        assert isinstance(current(pilot), ImageDrawing)


@pytest.mark.parametrize("key", ["escape", "f6", "q"])
async def test_the_way_back(key: str) -> None:
    async with opened(showing(picture_samples.bars())) as pilot:
        await answered(pilot)
        await pilot.press("f6")
        assert "Tab" not in over(pilot).query_one(KeyBar).text, "there is one view only"
        await pilot.press(key)
        await pilot.pause()
        assert isinstance(pilot.app.screen, LessonScreen)
        assert "3.21 ms" in inline(pilot)


async def test_each_view_keeps_its_cursor() -> None:
    async with opened(showing(picture_samples.bars(), picture_samples.weights())) as pilot:
        await answered(pilot)
        await pilot.press("f6", "down")
        said = words(pilot, "readout")
        assert said.startswith("compiled 3.21 ms")
        await pilot.press("tab", "down", "tab")
        assert words(pilot, "readout") == said


async def test_saving_says_where(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    async with opened(showing(picture_samples.bars())) as pilot:
        await answered(pilot)
        await pilot.press("f6", "s")
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()
        saved = [path for path in tmp_path.iterdir() if path.stat().st_size]
        assert len(saved) == 1
        assert [note.message for note in pilot.app._notifications] == [str(saved[0])]


async def test_saving_where_nobody_can_write_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = tmp_path / "gone"
    gone.write_text("")  # a file: there is no saving into it, not even for root
    monkeypatch.setattr(Path, "cwd", lambda: gone)
    monkeypatch.setattr(Path, "home", lambda: gone)
    async with opened(showing(picture_samples.bars())) as pilot:
        await answered(pilot)
        await pilot.press("f6", "s")
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()
        (note,) = pilot.app._notifications
        assert note.title == "Not saved"
        assert str(gone) in note.message


async def test_the_palette_has_what_the_screen_does() -> None:
    async with opened(showing(picture_samples.bars(), picture_samples.odd())) as pilot:
        await answered(pilot)
        titles = {command.title for command in pilot.app.get_system_commands(pilot.app.screen)}
        assert "Look" in titles
        await pilot.press("f6")
        titles = {command.title for command in pilot.app.get_system_commands(pilot.app.screen)}
        assert {action.title for action in keys.LOOKING} - titles == {"Stop"}  # nothing runs
        assert "Check" not in titles


async def test_points_that_come_while_the_screen_opens() -> None:
    app = TutorApp(fake_course.session().as_session(), None)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = ViewScreen([NoView(name="first", why="Not yet.")], live=True)
        screen.show([NoView(name="second", why="Still not.")], live=True)
        app.push_screen(screen)
        await pilot.pause()
        assert screen.shown.name == "second"


@pytest.mark.parametrize(("lines", "first"), [(2, True), (50, False)])
async def test_a_few_printed_lines_come_before_what_is_drawn(lines: int, first: bool) -> None:
    fake = showing(picture_samples.curve(20))
    printed = [Printed(stream="stdout", text="x\n") for _ in range(lines)]
    fake.scripts["by-hand"] = [*fake.scripts["by-hand"][:-1], *printed, PASS]
    async with opened(fake) as pilot:
        await answered(pilot)
        output, drawn = lesson(pilot).query_one(OutputView), lesson(pilot).query_one(Pictures)
        assert (output.virtual_region.y < drawn.virtual_region.y) is first


async def test_the_bars_of_an_experiment_can_be_looked_at() -> None:
    async with opened(fake_course.session(), "jit-or-not") as pilot:
        await answered(pilot, "f5")
        assert "F6 Look" in lesson(pilot).query_one(KeyBar).text
        await pilot.press("f6")
        await pilot.pause()
        assert "compiled" in current(pilot).text


async def test_help_begins_with_the_keys_of_the_screen_it_was_asked_for_on() -> None:
    async with opened(showing(picture_samples.curve(20))) as pilot:
        await answered(pilot)
        await pilot.press("f6")
        await pilot.pause()
        await pilot.press("f1")
        await pilot.pause()
        help_ = pilot.app.screen.query_one(Prose).text
        assert help_.startswith("What a run showed")
        assert help_.index("Zoom in") < help_.index("Run the code") < help_.index("Course map")
