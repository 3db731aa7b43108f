"""One learner at one course: what can be read, kept, asked for and run."""

from __future__ import annotations

import importlib.util
import time
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from tutor.config import Config, load_config
from tutor.course.catalogue import Catalogue, shipped
from tutor.course.models import FRAMEWORKS, Code, FrameworkName, Lesson, Order, Read, Step
from tutor.course.resolve import frameworks_of, is_exercise, step_id, text_for
from tutor.errors import NotOnThisMachine, RuntimeUnavailable, StateError, UsageError, nearest
from tutor.grading.verdict import Verdict
from tutor.paths import Paths
from tutor.progress.records import Attempt
from tutor.progress.store import Store
from tutor.session.model import Draft, Hint, PathView, Standing, StepRef, StepView, SubmitEvent
from tutor.session.standings import Done, Standings, standing_of
from tutor.session.step_views import lines_of, step_view
from tutor.session.way import Way

if TYPE_CHECKING:
    from tutor.elsewhere.added import Shelved
    from tutor.elsewhere.foreign import Foreign
    from tutor.runtime.job import Hello
    from tutor.runtime.pool import Pool
    from tutor.session.attempts import Attempts
    from tutor.session.beside.comparison import Comparison
    from tutor.session.placement import Placement


class Session:
    """The one door. Reading and keeping are synchronous and fast; running is asynchronous."""

    def __init__(
        self,
        catalogue: Catalogue,
        store: Store,
        config: Config,
        pool: Pool,
        paths: Paths,
        *,
        foreign: Foreign | None = None,
    ) -> None:
        """Make a session of its parts; without `foreign` the course is trusted."""
        self.catalogue = catalogue
        self.store = store
        self.config = config
        self.pool = pool
        self._paths = paths
        self._foreign = foreign
        self._kept_standings = Standings()

    @cached_property
    def _attempts(self) -> Attempts:
        # Grading and the hosts' client cost 50 ms to import; the first screen needs neither.
        from tutor.session.attempts import Attempts
        from tutor.session.references import References

        return Attempts(self.pool, References(self._paths.cache / "references"), self.config)

    @classmethod
    def open(cls, *, course: Path | None = None, home: Path | None = None) -> Session:
        """Open the course (the shipped one by default) and the learner's record.

        `course` is a folder, or the id of a course that was added. Parses ``course.yaml`` and the
        index only, and starts no process.

        Raises:
            CourseError: The course cannot be used.
            UsageError: The configuration cannot be read.
        """
        return cls._open(course, Paths.find(home))

    @classmethod
    def _open(cls, course: Path | None, paths: Paths) -> Session:
        from tutor.runtime.pool import Pool

        config = load_config(paths.config)
        if course is not None:
            from tutor.elsewhere.added import AddedCourses

            course = AddedCourses(paths.data).locate(course)
        catalogue = Catalogue.open(course or shipped(), paths.cache)
        pool = Pool({**config.commands()}, cache=paths.cache)
        store = Store.open(paths.data)
        foreign = _foreign(catalogue, store, paths.data) if course is not None else None
        return cls(catalogue, store, config, pool, paths, foreign=foreign)

    def reopen(self, course: Path) -> Session:
        """Open another course with the same record; the caller closes this session.

        Raises:
            CourseError: The course cannot be used.
            UsageError: The configuration cannot be read.
        """
        return self._open(course, self._paths)

    @property
    def notice(self) -> str:
        """Sentences to show once, about the learner's record; usually empty."""
        about = self._foreign.notice if self._foreign is not None else ""
        return " ".join(sentence for sentence in (self.store.notice, about) if sentence)

    @property
    def course(self) -> str:
        """The name under which the record of this course is kept: its id, where that is free."""
        return self._foreign.record if self._foreign is not None else self.catalogue.course.course

    def courses(self) -> tuple[Shelved, ...]:
        """The courses to choose among, the shipped one first; none while none was added."""
        if not (self._paths.data / "courses").is_dir():
            return ()
        from tutor.elsewhere.added import AddedCourses

        return AddedCourses(self._paths.data).shelved()

    # Trust: nothing of a course that did not come with fwtutor runs before the learner says so

    @property
    def trusted(self) -> bool:
        """Whether the course's code, as it is now, may run."""
        return self._foreign is None or self._foreign.trust.granted

    @property
    def trust_question(self) -> str:
        """What the learner is asked before anything of the course runs; empty when trusted."""
        if self._foreign is None or self._foreign.trust.granted:
            return ""
        return self._foreign.trust.question()

    def trust(self, *, remember: bool = True) -> None:
        """Let the course's code, as it is now, run; for this session only unless remembered.

        Raises:
            StateError: The answer cannot be kept; the code may run in this session.
        """
        if self._foreign is not None:
            self._foreign.trust.grant(remember=remember)

    def _refused(self, framework: str) -> Verdict:
        assert self._foreign is not None, "the shipped course is trusted"
        return Verdict(
            verdict="unchecked",
            message=self._foreign.trust.refusal(),
            diagnosis="untrusted",
            framework=framework,
        )

    @property
    def theme(self) -> str:
        """The colours to begin with: the configured, else those chosen last; empty at first."""
        return self.config.theme or self.store.choice("theme")

    def save_theme(self, name: str) -> None:
        """Remember the colours chosen."""
        if name != self.theme:
            self.store.save_choice("theme", name)

    # Reading

    def lesson(self, lesson: str) -> Lesson:
        """The parsed lesson.

        Raises:
            UsageError: There is no such lesson.
            CourseError: Its file has faults.
        """
        return self.catalogue.lesson(lesson)

    def step_view(self, ref: StepRef, framework: FrameworkName | None = None) -> StepView:
        """The step in ``framework``; by default in the one the learner would go on with."""
        lesson, _, index = self._find(ref)
        wanted = framework or self.preferred_framework(lesson.frameworks)
        return step_view(lesson, index, wanted)

    def step_views(
        self, lesson: str, framework: FrameworkName | None = None, at: str | None = None
    ) -> tuple[StepView, ...]:
        """The lesson's steps in ``framework``; in the lesson's first, if it is not taught in that.

        Steps for other frameworks only are left out: each has its twin. On a path, those that it
        leaves out are left out too, unless the step ``at``, where the learner is, is one of them.
        """
        found = self.lesson(lesson)
        chosen = framework or self.preferred_framework(found.frameworks)
        if chosen not in found.frameworks:
            chosen = found.frameworks[0]
        stage = self.way.stages.get(lesson)
        if stage is not None and (
            chosen not in stage.frameworks or (at is not None and at not in stage.steps)
        ):
            stage = None
        return tuple(
            step_view(found, index, chosen)
            for index, step in enumerate(found.steps)
            if chosen in frameworks_of(found, step)
            and (stage is None or step_id(step, index) in stage.steps)
        )

    def preferred_framework(
        self, among: Sequence[FrameworkName] = FRAMEWORKS
    ) -> FrameworkName | None:
        """The learner's framework: the last used, else the configured, else the first installed.

        On a path it is one of the path's.

        Args:
            among: Those to take the first installed of, such as a lesson's in its order.
        """
        place = self.store.place(self.course)
        last = place.framework if place is not None and place.framework in FRAMEWORKS else None
        path = self.way.path
        if path is not None:
            wanted = (last, self.config.framework, path.frameworks[0])
            return next(name for name in wanted if name in path.frameworks)
        if last is not None:
            return last
        if self.config.framework is not None:
            return self.config.framework
        # NumPy is always there, and what a newcomer came to go beyond.
        wanted = sorted(among, key=lambda name: name == "numpy")
        return next((name for name in wanted if self._installed(name)), None)

    def _installed(self, framework: FrameworkName) -> bool:
        """Whether the framework is likely there: configured, or findable by this interpreter."""
        if framework in self.config.frameworks:
            return True
        return importlib.util.find_spec(framework) is not None

    def standing(self, lesson: str) -> Standing:
        """How far the learner is with the lesson."""
        return next(self._standings([lesson], self._done(lesson)))

    def standings(self) -> dict[str, Standing]:
        """Every lesson's standing, in four queries."""
        return self._kept_standings.of_all(
            self.catalogue.lessons, self._done(), self.preferred_framework(), self.way.stages
        )

    def _done(self, lesson: str | None = None) -> Done:
        """What the record says of one lesson, or of all."""
        seen = self.store.seen(self.course, lesson)
        skipped = self.store.skipped(self.course, lesson)
        return Done(
            passed=self.store.passed(self.course, lesson),
            seen=seen | {name: steps | seen.get(name, set()) for name, steps in skipped.items()},
            known=self.store.known(self.course),
        )

    def _standings(self, lessons: Iterable[str], done: Done | None = None) -> Iterator[Standing]:
        """The standing of each of the lessons, made as it is asked for."""
        done = done or self._done()
        preferred = self.preferred_framework()
        stages = self.way.stages
        for lesson in lessons:
            info = self.catalogue.lessons[lesson]
            yield standing_of(info, done, preferred, stages.get(lesson))

    def where(self) -> tuple[StepRef, FrameworkName] | None:
        """Where the learner left off; None at first, or when that step is gone.

        Who paged to a lesson's end goes on at its first step not done.
        """
        place = self.store.place(self.course)
        if place is None or place.framework not in FRAMEWORKS:
            return None
        info = self.catalogue.lessons.get(place.lesson)
        if info is None or place.step not in {step.id for step in info.steps}:
            return None
        ref = StepRef(place.lesson, place.step)
        if self._paged_through(ref, place.framework):
            ref = StepRef(ref.lesson, self.standing(ref.lesson).next or ref.step)
        return ref, place.framework

    def _paged_through(self, ref: StepRef, framework: FrameworkName) -> bool:
        """Whether the step is the last of its lesson, and nothing is left to do or finish there."""
        standing = self.standing(ref.lesson)
        if standing.steps[-1:] != (ref.step,):
            return False
        if ref.step in standing.passed_steps | standing.seen:
            return True
        return self.draft(ref, framework) is None and not self._tries(ref, framework)

    def next_step(self) -> StepRef | None:
        """What to do next: the first step not done of the first lesson on the way not complete.

        The first of all when everything is done; None when no lesson can be used.
        """
        lessons = [name for name in self.way.lessons if self.catalogue.lessons[name].steps]
        first: StepRef | None = None
        for lesson, standing in zip(lessons, self._standings(lessons), strict=True):
            if first is None and standing.steps:
                first = StepRef(lesson, standing.steps[0])
            if not standing.complete and standing.next is not None:
                return StepRef(lesson, standing.next)
        return first

    # The way through the course

    @cached_property
    def way(self) -> Way:
        """The path that the learner chose, or the whole course."""
        return Way(self.catalogue, self.store, self.course)

    def paths(self) -> tuple[PathView, ...]:
        """What can be chosen, the whole course first; nothing in a course without paths."""
        course = self.catalogue.course
        if not course.paths:
            return ()
        from tutor.session.path_views import path_views

        return path_views(self.catalogue, self.way, self._done(), self.preferred_framework())

    def offers_paths(self) -> bool:
        """Whether a newcomer is to be told that there are paths: nothing was begun or chosen."""
        paths = self.catalogue.course.paths
        return bool(paths) and not self.way.choice and self.store.place(self.course) is None

    def choose_path(self, name: str) -> None:
        """Take a path of the course, or `all` of it.

        Raises:
            UsageError: There is no such path.
            StateError: The choice cannot be kept; it counts until the program ends.
        """
        self.way.choose(name)

    def unmet(self, lesson: str) -> tuple[str, ...]:
        """The lessons to do first, of those that are on the way."""
        required = self.way.unmet(lesson)
        found = zip(required, self._standings(required), strict=True)
        return tuple(name for name, standing in found if not standing.complete)

    def placement(self, framework: FrameworkName | None = None) -> Placement:
        """A test of what the learner knows already; it marks lessons as known as it goes."""
        from tutor.session.placement import Placement, candidates

        way = self.way.lessons
        standings = zip(way, self._standings(way), strict=True)
        lessons = [name for name, standing in standings if not standing.complete]
        wanted = framework or self.preferred_framework()
        return Placement(candidates(self.catalogue, self.way, lessons, wanted), self.mark_known)

    def mark_known(self, lesson: str) -> None:
        """Keep that the learner may skip a lesson."""
        self.store.mark_known(self.course, lesson)

    def forget_known(self, lesson: str) -> None:
        """Let a lesson be taken after all."""
        self.store.forget_known(self.course, lesson)

    def draft(self, ref: StepRef, framework: FrameworkName) -> Draft | None:
        """What the learner had typed there."""
        kept = self.store.draft(**self._key(ref, framework))
        return Draft(kept.text, kept.row, kept.column) if kept else None

    # Keeping

    def save_draft(self, ref: StepRef, framework: FrameworkName, draft: Draft) -> None:
        """Keep what is typed so far."""
        self.store.save_draft(
            text=draft.text, row=draft.row, column=draft.column, **self._key(ref, framework)
        )

    def save_place(self, ref: StepRef, framework: FrameworkName) -> None:
        """Remember where the learner is; a reading step counts as seen."""
        self.store.save_place(**self._key(ref, framework))
        _, step, _ = self._find(ref)
        if not is_exercise(step):
            self.store.mark_seen(course=self.course, lesson=ref.lesson, step=ref.step)

    def hints_shown(self, ref: StepRef, framework: FrameworkName) -> tuple[str, ...]:
        """The hints already taken."""
        _, step, _ = self._find(ref)
        if isinstance(step, Read):
            return ()
        taken = self.store.hints_taken(**self._key(ref, framework))
        return tuple(text_for(hint, framework) for hint in step.hints[:taken])

    def hint(self, ref: StepRef, framework: FrameworkName) -> Hint:
        """The next hint, or the last again.

        Raises:
            UsageError: The step has none.
        """
        _, step, _ = self._find(ref)
        if isinstance(step, Read) or not step.hints:
            raise UsageError(f"{ref} has no hints.")
        taken = self.store.hints_taken(**self._key(ref, framework))
        if taken < len(step.hints):
            self.store.take_hint(**self._key(ref, framework))
        number = min(taken + 1, len(step.hints))
        return Hint(text_for(step.hints[number - 1], framework), number, len(step.hints))

    def solution(self, ref: StepRef, framework: FrameworkName) -> str:
        """The author's answer, after an honest try.

        Raises:
            UsageError: The learner has not tried yet, or the step has nothing to show.
        """
        lesson, step, index = self._find(ref)
        chosen = step_view(lesson, index, framework).framework
        if not isinstance(step, Code | Order):
            then = "Yours was right." if self._passed(ref, chosen) else "The hints lead to it."
            raise UsageError(
                f"This step has no program to show: its answer is computed when you answer. {then}"
            )
        starter = step.variants[chosen].starter if isinstance(step, Code) else ""
        tried = any(
            attempt.verdict in ("pass", "fail")
            and attempt.diagnosis != "unfilled-blank"
            and attempt.answer.strip() != starter.strip()
            for attempt in self.store.attempts(**self._key(ref, chosen))
        )
        if not tried:
            raise UsageError("The solution is shown after your first try. Take a hint, or run one.")
        if isinstance(step, Code):
            return step.variants[chosen].solution
        return "\n".join(lines_of(step, chosen))

    def explanation(self, ref: StepRef, framework: FrameworkName) -> str:
        """What a pass explained, to read again; empty until the step was passed there."""
        lesson, step, index = self._find(ref)
        shown = step_view(lesson, index, framework).framework
        if isinstance(step, Read) or not self._passed(ref, shown):
            return ""
        return text_for(step.explain, shown)

    def reset(self, lesson: str | None = None, step: str | None = None) -> int:
        """Forget drafts, attempts and hints; how many rows went."""
        if lesson is not None and lesson not in self.catalogue.lessons:
            self.lesson(lesson)  # raises, with the nearest name
        return self.store.reset(self.course, lesson, step)

    # Running

    async def prepare(self, ref: StepRef, framework: FrameworkName) -> str:
        """Have a warm worker and the reference values at hand before they are asked for.

        Idempotent, and safe to cancel. What else cannot be prepared is said at submission.

        Returns:
            What the machine lacks for it, a sentence; empty when nothing is known to be lacking.
        """
        lesson, step, index = self._find(ref)
        chosen = step_view(lesson, index, framework).framework
        if not self.trusted:
            return ""
        try:
            await self._attempts.prepare(step, chosen, self._tries(ref, chosen))
        except NotOnThisMachine as error:
            return str(error)
        except RuntimeUnavailable:
            return ""
        return ""

    async def submit(
        self, ref: StepRef, framework: FrameworkName, answer: str
    ) -> AsyncIterator[SubmitEvent]:
        """Run and grade one answer; ends with exactly one Verdict, which is recorded.

        An untrusted course ends with `unchecked` at once, and records nothing.
        """
        lesson, step, index = self._find(ref)
        shown = step_view(lesson, index, framework)
        if not self.trusted:  # after the file was read: what was looked at is what runs
            yield self._refused(shown.framework)
            return
        tries = self._tries(ref, shown.framework)
        async for event in self._attempts.submit(step, shown, answer, tries):
            if isinstance(event, Verdict) and is_exercise(step):
                yield self._recorded(ref, shown.framework, answer, event)
            else:
                yield event

    async def run(
        self, ref: StepRef, framework: FrameworkName, answer: str
    ) -> AsyncIterator[SubmitEvent]:
        """Run without grading or recording; ends with a Verdict that says how it ended."""
        lesson, step, index = self._find(ref)
        shown = step_view(lesson, index, framework)
        if not self.trusted:
            yield self._refused(shown.framework)
            return
        async for event in self._attempts.run(step, shown, answer):
            yield event

    async def compare(self, ref: StepRef, framework: FrameworkName) -> AsyncIterator[Comparison]:
        """The exercise in every framework it is offered in, the learner's own answer first.

        The programs come at once, and again with values as each framework has run.

        Raises:
            UsageError: The learner has not passed it there, or there is nothing to compare.
        """
        from tutor.session.beside.comparing import compare

        lesson, step, index = self._find(ref)
        shown = step_view(lesson, index, framework)
        if isinstance(step, Read) or len(shown.frameworks) < 2:
            raise UsageError("There is nothing to compare: this step is for one framework.")
        if not shown.has_others:
            raise UsageError("There is nothing to compare: this step has no code.")
        passed = [
            attempt.answer
            for attempt in self.store.attempts(**self._key(ref, shown.framework))
            if attempt.verdict == "pass"
        ]
        if not passed:
            raise UsageError("The other frameworks are shown once your answer has passed.")
        async for comparison in compare(
            step, shown, passed[-1], self._attempts if self.trusted else None
        ):
            yield comparison

    async def stop(self) -> None:
        """End the run in flight."""
        await self._attempts.stop()

    async def hosts(self) -> tuple[Hello, ...]:
        """The hosts alive now."""
        return tuple(host.hello for host in self.pool.alive())

    async def close(self) -> None:
        """Kill the hosts and close the record."""
        await self._attempts.close()
        await self.pool.close()
        self.store.close()

    # Inside

    def _find(self, ref: StepRef) -> tuple[Lesson, Step, int]:
        lesson = self.lesson(ref.lesson)
        ids = [step_id(step, index) for index, step in enumerate(lesson.steps)]
        if ref.step not in ids:
            raise UsageError(
                f"Lesson `{ref.lesson}` has no step `{ref.step}`.{nearest(ref.step, ids)} "
                f"Its steps: {', '.join(ids)}."
            )
        index = ids.index(ref.step)
        return lesson, lesson.steps[index], index

    def _passed(self, ref: StepRef, framework: FrameworkName) -> bool:
        passed = self.store.passed(self.course, ref.lesson).get(ref.lesson, set())
        return (ref.step, framework) in passed

    def _key(self, ref: StepRef, framework: FrameworkName) -> dict[str, str]:
        return {
            "course": self.course,
            "lesson": ref.lesson,
            "step": ref.step,
            "framework": framework,
        }

    def _tries(self, ref: StepRef, framework: FrameworkName) -> int:
        return len(self.store.attempts(self.course, ref.lesson, ref.step, framework))

    def _recorded(
        self, ref: StepRef, framework: FrameworkName, answer: str, verdict: Verdict
    ) -> Verdict:
        """Record the attempt; a verdict that could not be kept says so, and is still given."""
        try:
            self.store.record(self._attempt(ref, framework, answer, verdict))
        except StateError as error:
            return msgspec.structs.replace(verdict, message=f"{verdict.message}\n\n{error}")
        return verdict

    def _attempt(
        self, ref: StepRef, framework: FrameworkName, answer: str, verdict: Verdict
    ) -> Attempt:
        return Attempt(
            course=self.course,
            lesson=ref.lesson,
            step=ref.step,
            framework=framework,
            at=time.time(),
            answer=answer,
            verdict=verdict.verdict,
            diagnosis=verdict.diagnosis,
            seconds=verdict.seconds,
            hints_taken=self.store.hints_taken(**self._key(ref, framework)),
        )


def _foreign(catalogue: Catalogue, store: Store, data: Path) -> Foreign | None:
    from tutor.elsewhere.foreign import Foreign  # not needed with the course that came with fwtutor

    return Foreign.of(catalogue, store, data)
