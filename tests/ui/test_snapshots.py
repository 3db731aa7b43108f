"""What the screens look like, one picture for each screen and size: `pytest --snapshot-update`.

A picture is of an exact Textual; a failure after an upgrade is to be looked at, not believed.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from textual.pilot import Pilot

from tests.ui import fake_course
from tutor.runtime import devices
from tutor.session import StepRef
from tutor.ui.app import TutorApp

SIZES = [(80, 24), (120, 40)]
STEPS = {
    "home": (None, ()),
    "read": ("read-1", ()),
    "value": ("by-hand", ("7", "enter")),
    "code": ("mse-gradient", ("f2", "f5")),
    "choose": ("which-tape", ("2",)),
    "order": ("put-in-order", ("down", "down", "x")),
    "measure": ("jit-or-not", ("f5",)),
}
"""Screen → (step, keys pressed there)."""


@pytest.fixture(autouse=True)
def memory_that_is_not_this_machines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices, "memory", lambda device: None)


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("screen", STEPS)
def test_screen(screen: str, size: tuple[int, int], snap_compare: Callable[..., bool]) -> None:
    step, keys = STEPS[screen]
    app = TutorApp(
        fake_course.session().as_session(), StepRef(fake_course.LESSON, step) if step else None
    )

    async def press(pilot: Pilot[int]) -> None:
        await pilot.pause()
        for key in keys:
            await pilot.press(key)
            await pilot.app.workers.wait_for_complete()
            await pilot.pause()

    assert snap_compare(app, terminal_size=size, run_before=press)
