"""What views look like between the results and over the whole screen: `pytest --snapshot-update`."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from rich.console import ColorSystem
from textual.pilot import Pilot

from tests.ui import fake_course, picture_samples
from tutor.grading.verdict import Verdict
from tutor.runtime import devices
from tutor.runtime.job import Shown, Started
from tutor.session import StepRef
from tutor.ui.app import TutorApp
from tutor.views.model import View

SIZES = [(80, 24), (120, 40)]
SAMPLES: dict[str, Callable[[], View]] = {
    "curve": picture_samples.curve,
    "log-curve": lambda: picture_samples.curve(log=True),
    "bars": picture_samples.bars,
    "weights": picture_samples.weights,
    "digits": picture_samples.digits,
    "confusion": picture_samples.confusion,
    "odd": picture_samples.odd,
    "photo": picture_samples.photo,
    "none": picture_samples.none,
}
COLOURS = {"truecolour": ColorSystem.TRUECOLOR, "16": ColorSystem.STANDARD}


@pytest.fixture(autouse=True)
def memory_that_is_not_this_machines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices, "memory", lambda device: None)


def app_of(view: View, colours: str, theme: str | None = None) -> TutorApp:
    fake = fake_course.session()
    message = "Right. The mean divides by N, and so does its gradient."
    verdict = Verdict(verdict="pass", message=message, framework="torch", device="cpu")
    shown = (Shown(view=view, more=False), Shown(view=picture_samples.none(), more=False))
    fake.scripts["by-hand"] = [Started(device="cpu"), *shown, verdict]
    app = TutorApp(fake.as_session(), StepRef(fake_course.LESSON, "by-hand"), theme=theme)
    app.console._color_system = COLOURS[colours]
    return app


async def press(pilot: Pilot[int], *pressed: str) -> None:
    await pilot.press("7", "f5")
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()
    await pilot.press(*pressed)
    await pilot.pause()


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("sample", SAMPLES)
def test_between_the_results(
    sample: str, size: tuple[int, int], snap_compare: Callable[..., bool]
) -> None:
    async def look(pilot: Pilot[int]) -> None:
        await press(pilot, "end")

    app = app_of(SAMPLES[sample](), "truecolour")
    assert snap_compare(app, terminal_size=size, run_before=look)


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("sample", SAMPLES)
def test_over_the_whole_screen(
    sample: str, size: tuple[int, int], snap_compare: Callable[..., bool]
) -> None:
    async def look(pilot: Pilot[int]) -> None:
        await press(pilot, "f6", "down", "left", "left")

    app = app_of(SAMPLES[sample](), "truecolour")
    assert snap_compare(app, terminal_size=size, run_before=look)


@pytest.mark.parametrize("sample", ["curve", "bars", "weights", "confusion"])
def test_in_sixteen_colours(sample: str, snap_compare: Callable[..., bool]) -> None:
    async def look(pilot: Pilot[int]) -> None:
        await press(pilot, "f6")

    app = app_of(SAMPLES[sample](), "16", "ansi-dark")
    assert snap_compare(app, terminal_size=(80, 24), run_before=look)


@pytest.mark.parametrize("sample", ["curve", "weights"])
def test_in_a_light_theme(sample: str, snap_compare: Callable[..., bool]) -> None:
    async def look(pilot: Pilot[int]) -> None:
        await press(pilot, "f6")

    app = app_of(SAMPLES[sample](), "truecolour", "textual-light")
    assert snap_compare(app, terminal_size=(80, 24), run_before=look)
