"""What the rows of the course map are and say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import TYPE_CHECKING

from textual.content import Content
from textual.widgets.option_list import Option

from tutor.ui import names
from tutor.ui.widgets.longlist import LateOption

if TYPE_CHECKING:
    from tutor.course.catalogue import LessonInfo
    from tutor.session import Session, Standing

TITLE_WIDTH = 44
"""Cells for a lesson's title: with standing, minutes and frameworks a row is 79 cells."""
FOLD = "fold"
"""The id of the row that shows and hides the lessons off the path."""
RANKS = ("In the title", "In the titles of its steps", "In its goals, track or frameworks")
"""Where a lesson has the words that are searched for, the nearest first."""
_SHORT = {"tensorflow": "tf", "numpy": "np"}


@dataclass(frozen=True)
class Section:
    """Some lessons under a heading."""

    title: str
    lessons: tuple[str, ...]
    """Ids, in order."""


class CourseMap:
    """The lessons of the course in the order of the learner's way, with how far the learner is."""

    def __init__(self, session: Session) -> None:
        """Look at the course and the record, as they are now."""
        self._session = session
        self._lessons = session.catalogue.lessons
        self.standings: dict[str, Standing] = session.standings()
        self._stages = session.way.stages
        self._path = path = session.way.path
        self.path = path.title if path is not None else ""
        """The title of the path that is followed; empty for the whole course."""
        tracks = session.catalogue.course.tracks
        titles = {track.id: track.title for track in tracks}
        by_track: dict[str, list[str]] = {}
        for lesson, info in self._lessons.items():
            by_track.setdefault(info.track, []).append(lesson)
        whole = [Section(track.title, tuple(by_track.get(track.id, ()))) for track in tracks]
        self._sections, self._others = whole, list[Section]()
        if path is not None:
            grouped = groupby(self._stages, lambda lesson: self._lessons[lesson].track)
            self._sections = [Section(titles[track], tuple(group)) for track, group in grouped]
            self._others = [
                Section(each.title, tuple(x for x in each.lessons if x not in self._stages))
                for each in whole
            ]
        self._rows: dict[str, Option] = {}
        self._sums = [0, 0, 0]
        """Exercises done, exercises in all, and lessons known, of those on the way."""
        for lesson, standing in self.standings.items():
            self._count(lesson, standing, 1)

    def _count(self, lesson: str, standing: Standing, sign: int) -> None:
        if not self.path or lesson in self._stages:
            parts = (standing.done, standing.asked, standing.known)
            self._sums = [
                total + sign * part for total, part in zip(self._sums, parts, strict=True)
            ]

    def catch_up(self) -> list[str] | None:
        """Look at the record again; the lessons of which it says something else.

        None when the course or the path is another: a map is to be made anew.
        """
        session = self._session
        if session.catalogue.lessons is not self._lessons or session.way.path is not self._path:
            return None
        before, self.standings = self.standings, session.standings()
        changed = [name for name, now in self.standings.items() if now is not before[name]]
        for lesson in changed:
            self._rows.pop(lesson, None)
            self._count(lesson, before[lesson], -1)
            self._count(lesson, self.standings[lesson], 1)
        if changed:
            self.__dict__.pop("askable", None)
        return changed

    @property
    def others(self) -> int:
        """How many lessons are off the path."""
        return sum(len(section.lessons) for section in self._others)

    @cached_property
    def askable(self) -> bool:
        """Whether a placement test has anything to ask."""
        return any(
            info.placement and not self.standings[info.id].complete
            for info in self._lessons.values()
            if not self.path or info.id in self._stages
        )

    def title(self) -> Content:
        """The first line of the screen."""
        done, asked, known = self._sums
        of_course = dict.fromkeys(("fwtutor", self._session.catalogue.course.title))
        head = self.path or " · ".join(of_course)
        more = f" · {names.count(known, 'lesson')} known" if known else ""
        return Content.assemble((head, "bold"), f" · {done} of {asked} exercises done{more}")

    def options(self, words: str, *, unfolded: bool) -> Iterator[Option]:
        """The rows, or those with all the words in them, the nearest first."""
        wanted = words.casefold().split()
        if wanted:
            yield from self._rows_of(self._found(wanted))
            return
        yield from self._rows_of(self._sections)
        others = self.others
        if not others:
            return
        sign = "▾" if unfolded else "▸"
        yield Option(f"{sign} {names.count(others, 'lesson')} off this path", id=FOLD)
        if unfolded:
            yield from self._rows_of(self._others)

    def _found(self, wanted: Sequence[str]) -> Iterator[Section]:
        """The lessons that have the words, by where they have them, then in the way's order."""
        left = _having(wanted, self._searched, len(RANKS))
        for rank, title in enumerate(RANKS, start=1):
            near = _having(wanted, left, rank)
            yield Section(title, tuple(row[0] for row in near))
            taken = {row[0] for row in near}
            left = [row for row in left if row[0] not in taken]

    @cached_property
    def _searched(self) -> list[tuple[str, ...]]:
        """Each lesson, and what is searched in for each rank; made by the first search."""
        tracks = {track.id: track.title for track in self._session.catalogue.course.tracks}
        order = (x for section in (*self._sections, *self._others) for x in section.lessons)
        infos = (self._lessons[lesson] for lesson in order)
        return [(info.id, *_texts_of(info, tracks[info.track])) for info in infos]

    def _rows_of(self, sections: Iterable[Section]) -> Iterator[Option]:
        for section in sections:
            if section.lessons:
                head = Content.assemble(("── " + section.title + " ", "bold"), ("─" * 20, "dim"))
                yield Option(head, disabled=True)
                yield from map(self.row, section.lessons)

    def row(self, lesson: str) -> Option:
        """The row of a lesson."""
        option = self._rows.get(lesson)
        if option is None:
            option = self._rows[lesson] = LateOption(self._words, lesson, f"lesson:{lesson}")
        return option

    def _words(self, lesson: str) -> Content:
        info, standing = self._lessons[lesson], self.standings[lesson]
        if info.broken:
            return Content.assemble(("! fault  ", "$text-error"), info.title)
        total = len(standing.exercises)
        if standing.known:
            mark, style = "✓ known", "$text-success"
        elif total and standing.complete:
            mark, style = "✓ done", "$text-success"
        elif standing.done or standing.seen:
            mark, style = f"◐ {standing.done}/{total}", "$text-warning"
        else:
            mark, style = f"· 0/{total}", "$text-muted"
        stage = self._stages.get(lesson)
        minutes = stage.minutes if stage is not None else info.minutes
        frameworks = stage.frameworks if stage is not None else info.frameworks
        title = Content(info.title).truncate(TITLE_WIDTH, ellipsis=True)
        pad = " " * (TITLE_WIDTH - title.cell_length)
        offered = " ".join(_SHORT.get(name, name) for name in frameworks)
        return Content.assemble(
            (f"{mark:<8} ", style), title, pad, (f"{minutes:>4} min  {offered}", "dim")
        )

    def about(self, lesson: str) -> str:
        """What a lesson is about, in a few lines."""
        info, standing = self._lessons[lesson], self.standings[lesson]
        if info.broken:
            return "\n".join(str(finding) for finding in info.broken)
        size = names.count(len(standing.steps), "step")
        stage = self._stages.get(lesson)
        offered = [
            step
            for step in info.steps
            if stage is not None and not set(stage.frameworks).isdisjoint(step.frameworks)
        ]
        if len(offered) > len(standing.steps):
            size = f"{len(standing.steps)} of its {len(offered)} steps"
        size += f", {standing.done} of {names.count(len(standing.exercises), 'exercise')} done."
        if standing.known:
            size += " You showed that you know it."
        missing = [self._lessons[need].title for need in self._session.unmet(lesson)]
        if missing:
            size += " Best after: " + ", ".join(missing)
        return "\n".join([size, *(f"• {goal}" for goal in info.goals)])


def _texts_of(info: LessonInfo, track: str) -> tuple[str, ...]:
    """What is searched in, in small letters: for each of the ranks, with what is before it."""
    title = f"{info.id} {info.title}".casefold()
    steps = " ".join((title, *(step.title for step in info.steps))).casefold()
    return title, steps, " ".join((steps, track, *info.goals, *info.frameworks)).casefold()


def _having(words: Sequence[str], rows: list[tuple[str, ...]], place: int) -> list[tuple[str, ...]]:
    """The rows that have all the words at that place."""
    for word in words:
        rows = [row for row in rows if word in row[place]]
    return rows
