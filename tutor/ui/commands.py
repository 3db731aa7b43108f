"""The command palette: the actions that apply now, and the lessons."""

from __future__ import annotations

from functools import cached_property, partial
from heapq import nlargest
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from textual.command import DiscoveryHit, Hit, Hits, Provider

from tutor.session import StepRef
from tutor.ui import messages

if TYPE_CHECKING:
    from tutor.elsewhere.added import Shelved
    from tutor.session import Session


MOST = 50
"""How many are offered at once: each takes half a millisecond to show, and nobody reads more."""


class _Entry(NamedTuple):
    """A lesson or a step that can be found."""

    text: str
    lesson: str
    step: str | None
    """None for the lesson itself."""
    help: str


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
        """Before anything is typed: the lessons, in the order of the learner's way."""
        lessons = self._session.catalogue.lessons
        found = (lessons[name] for name in self._session.way.lessons)
        for info in islice((info for info in found if not info.broken), MOST):
            yield DiscoveryHit(
                info.title,
                partial(self._go, info.id, None),
                help=f"Lesson · {info.minutes} min",
            )

    @cached_property
    def _entries(self) -> list[_Entry]:
        """Every lesson, then every step; made when the first letter is typed."""
        infos = [info for info in self._session.catalogue.lessons.values() if not info.broken]
        lessons = [
            _Entry(info.title, info.id, None, f"Lesson · {info.minutes} min") for info in infos
        ]
        steps = [
            _Entry(f"{info.title}: {step.title}", info.id, step.id, f"Step · {step.kind}")
            for info in infos
            for step in info.steps
        ]
        return lessons + steps

    @cached_property
    def _texts(self) -> list[str]:
        return [entry.text.casefold() for entry in self._entries]

    async def search(self, query: str) -> Hits:
        """Lessons, then steps, that match.

        To look for letters here and there takes 5 µs a title, and 1,000 lessons have 10,000: that
        is done only where no title has the words.
        """
        words = query.casefold().split()
        pairs = zip(self._entries, self._texts, strict=True)
        found = [entry for entry, text in pairs if _has(text, words)]
        matcher = self.matcher(query)
        scored = [
            # Lessons before their steps.
            (min(score * 1.1, 1.0) if entry.step is None else score * 0.9, entry)
            for entry in found[: 10 * MOST] or self._entries
            if (score := matcher.match(entry.text)) > 0
        ]
        in_another_order = [(0.5, entry) for entry in found[:MOST]]
        for score, entry in nlargest(MOST, scored, key=_score) or in_another_order:
            yield Hit(
                score,
                matcher.highlight(entry.text),
                partial(self._go, entry.lesson, entry.step),
                help=entry.help,
            )


def _has(text: str, words: list[str]) -> bool:
    return all(word in text for word in words)


def _score(scored: tuple[float, _Entry]) -> float:
    return scored[0]


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
