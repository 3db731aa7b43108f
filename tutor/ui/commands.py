"""The command palette: the actions that apply now, and the lessons."""

from __future__ import annotations

from functools import partial
from heapq import nlargest
from itertools import islice
from typing import TYPE_CHECKING, ClassVar, NamedTuple
from weakref import WeakKeyDictionary

from textual.command import DiscoveryHit, Hit, Hits, Provider

from tutor.session import StepRef
from tutor.ui import messages

if TYPE_CHECKING:
    from textual.app import App

    from tutor.course.catalogue import LessonInfo
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
    title: str
    """Its own, without that of its lesson, in small letters."""
    help: str

    def rank(self, words: list[str]) -> int:
        """How near it comes to what is searched for, 0 the nearest, where it has all the words."""
        if self.step is None:
            return 0
        return 1 if all(word in self.title for word in words) else 2


class _Index:
    """Every lesson, then every step, to search in; made once for a course as it stands."""

    _kept: ClassVar[WeakKeyDictionary[App[object], _Index]] = WeakKeyDictionary()

    def __init__(self, infos: list[LessonInfo]) -> None:
        self.infos = infos
        usable = [info for info in infos if not info.broken]
        self.entries = [
            _Entry(info.title, info.id, None, info.title.casefold(), f"Lesson · {info.minutes} min")
            for info in usable
        ]
        self.entries += [
            _Entry(
                f"{info.title}: {step.title}",
                info.id,
                step.id,
                step.title.casefold(),
                f"Step · {step.kind}",
            )
            for info in usable
            for step in info.steps
        ]
        self._texts = [entry.text.casefold() for entry in self.entries]

    @classmethod
    def of(cls, app: App[object], infos: list[LessonInfo]) -> _Index:
        """The index of these lessons, made before if it is of the same."""
        kept = cls._kept.get(app)
        if kept is None or kept.infos != infos:
            kept = cls._kept[app] = cls(infos)
        return kept

    def having(self, words: list[str]) -> list[_Entry]:
        """Those that have all the words: lessons, steps by their own titles, steps by both."""
        places = range(len(self._texts))
        for word in words:
            places = [place for place in places if word in self._texts[place]]
        return sorted((self.entries[place] for place in places), key=lambda e: e.rank(words))


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

    async def search(self, query: str) -> Hits:
        """Lessons, then steps, that match.

        To look for letters here and there takes 5 µs a title, and 1,000 lessons have 10,000: that
        is done only where no title has the words.
        """
        index = _Index.of(self.app, [*self._session.catalogue.lessons.values()])
        matcher = self.matcher(query)
        found = index.having(query.casefold().split())[:MOST]
        scored = [(1 - place / MOST, entry) for place, entry in enumerate(found)] or [
            # Lessons before their steps.
            (score if entry.step is None else score * 0.9, entry)
            for entry in index.entries
            if (score := matcher.match(entry.text)) > 0
        ]
        for score, entry in nlargest(MOST, scored, key=_score):
            yield Hit(
                score,
                matcher.highlight(entry.text),
                partial(self._go, entry.lesson, entry.step),
                help=entry.help,
            )


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
