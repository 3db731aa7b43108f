"""The tutor on a lesson whose run reports two losses: `python live_curve.py FRAMES SECONDS [stock]`.

A frame is ten steps more. With `stock`, Textual writes what it would without `tutor.ui.frame`.
"""

from __future__ import annotations

import sys

from textual.app import App

from tests.ui import fake_course, picture_samples
from tutor.grading.verdict import Verdict
from tutor.runtime.job import Shown, Started
from tutor.session import StepRef
from tutor.ui.app import TutorApp, run

PER_FRAME = 10
"""Steps."""


def main(frames: int, seconds: float, *, stock: bool) -> int:
    fake = fake_course.session()
    script: list[object] = [Started(device="cpu")]
    for frame in range(frames):
        part = picture_samples.curve(PER_FRAME, first=frame * PER_FRAME)
        script += [Shown(view=part, more=True), seconds]
    fake.scripts["mse-gradient"] = [*script, Verdict(verdict="pass", message="")]  # type: ignore[list-item]
    if stock:
        TutorApp._display = App._display  # type: ignore[method-assign]
    return run(fake.as_session(), StepRef(fake_course.LESSON, "mse-gradient"))


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), float(sys.argv[2]), stock="stock" in sys.argv))
