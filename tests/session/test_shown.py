"""Views on their way through a session."""

from __future__ import annotations

from pathlib import Path

from tutor.course.models import FrameworkName
from tutor.grading.verdict import Verdict
from tutor.runtime.job import Shown
from tutor.session import Session
from tutor.session.model import StepRef
from tutor.views.model import Timeline

COURSE = """\
course: shown
title: Looked at
tracks:
  - id: main
    title: The only track
    lessons: [looks]
"""

LOOKS = """\
lesson: looks
title: Looks
track: main
frameworks: [numpy]
minutes: 5
goals: [see where the time goes]
steps:
  - read:
      id: timed
      text: Run it.
      given: |
        import time
        time.sleep(0.01)
      show:
        - view: timeline
          caption: Where the time went
"""


def opened(folder: Path) -> Session:
    (folder / "course" / "main").mkdir(parents=True)
    (folder / "course" / "course.yaml").write_text(COURSE)
    (folder / "course" / "main" / "01-looks.yaml").write_text(LOOKS)
    session = Session.open(course=folder / "course", home=folder / "home")
    session.trust()
    return session


async def timeline(session: Session) -> Timeline:
    framework: FrameworkName = "numpy"
    events = [e async for e in session.run(StepRef("looks", "timed"), framework, "")]
    last = events[-1]
    assert isinstance(last, Verdict)
    assert last.verdict == "pass", last.message
    (view,) = (event.view for event in events if isinstance(event, Shown))
    assert isinstance(view, Timeline)
    return view


async def test_a_timeline_begins_at_the_press_of_run(tmp_path: Path) -> None:
    session = opened(tmp_path)
    try:
        cold = await timeline(session)
        warm = await timeline(session)
    finally:
        await session.close()
    first = cold.spans[0]
    # the host had to start first, and its import is the run's first stretch
    assert (first.name, first.phase, first.start) == ("import NumPy", "start", 0.0)
    (code,) = (span for span in cold.spans if span.name == "the given code")
    assert code.start >= first.seconds > 0
    assert all(span.start >= first.seconds for span in cold.spans[1:])
    assert all(span.name != "import NumPy" for span in warm.spans)
    assert warm.spans[0].start == 0.0
