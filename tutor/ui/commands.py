"""The command palette: the actions that apply now, and the lessons."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from textual.command import DiscoveryHit, Hit, Hits, Provider

from tutor.session import StepRef
from tutor.ui import messages

if TYPE_CHECKING:
    from tutor.elsewhere.added import Shelved
    from tutor.session import Session


class LessonProvider(Provider):
    """Lessons and their steps, by title."""

    @property
    def _session(self) -> Session:
        from tutor.ui.app import TutorApp

        app = self.app
        assert isinstance(app, TutorApp)
        return app.session

    def _go(self, lesson: str, step: str | None) -> None:
        wanted = (
            messages.LessonWanted(lesson)
            if step is None
            else messages.StepWanted(StepRef(lesson, step))
        )
        self.app.post_message(wanted)

    async def discover(self) -> Hits:
        """Before anything is typed: the lessons, in course order."""
        for info in self._session.catalogue.lessons.values():
            if not info.broken:
                yield DiscoveryHit(
                    info.title,
                    partial(self._go, info.id, None),
                    help=f"Lesson · {info.minutes} min",
                )

    async def search(self, query: str) -> Hits:
        """Lessons, then steps, that match."""
        matcher = self.matcher(query)
        for info in self._session.catalogue.lessons.values():
            if info.broken:
                continue
            score = matcher.match(info.title)
            if score > 0:
                yield Hit(
                    # Lessons before their steps.
                    min(score * 1.1, 1.0),
                    matcher.highlight(info.title),
                    partial(self._go, info.id, None),
                    help=f"Lesson · {info.minutes} min",
                )
            for step in info.steps:
                text = f"{info.title}: {step.title}"
                score = matcher.match(text)
                if score > 0:
                    yield Hit(
                        score * 0.9,
                        matcher.highlight(text),
                        partial(self._go, info.id, step.id),
                        help=f"Step · {step.kind}",
                    )


class CourseProvider(Provider):
    """The courses that can be opened: that which came with fwtutor, and those added."""

    @property
    def _courses(self) -> tuple[Shelved, ...]:
        from tutor.ui.app import TutorApp

        app = self.app
        assert isinstance(app, TutorApp)
        return app.session.courses()

    def _open(self, course: Shelved) -> None:
        from tutor.ui.app import TutorApp

        app = self.app
        assert isinstance(app, TutorApp)
        app.open_course(course.folder)

    async def discover(self) -> Hits:
        """Before anything is typed: all of them."""
        for course in self._courses:
            yield DiscoveryHit(
                course.title, partial(self._open, course), help=_whence(course.origin)
            )

    async def search(self, query: str) -> Hits:
        """Those whose title or id matches."""
        matcher = self.matcher(query)
        for course in self._courses:
            score = max(matcher.match(course.title), matcher.match(course.id))
            if score > 0:
                yield Hit(
                    score,
                    matcher.highlight(course.title),
                    partial(self._open, course),
                    help=_whence(course.origin),
                )


def _whence(origin: str) -> str:
    return f"From {origin}" if origin else "Came with fwtutor"
