"""What `author test` and `author mutate` work on: one step, in one framework, with its place."""

from __future__ import annotations

import subprocess
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tutor.authoring.remarks import Remark, Severity, remark_of
from tutor.authoring.targets import targets_of
from tutor.course.catalogue import Catalogue, shipped
from tutor.course.load import load_lesson
from tutor.course.models import FrameworkName, Lesson, Step
from tutor.course.resolve import frameworks_of, kind_of, step_id
from tutor.course.yaml_positions import Document, Keys, read_yaml
from tutor.errors import CourseError, UsageError, nearest


@dataclass(frozen=True)
class Subject:
    """A step in one framework."""

    document: Document
    """The lesson's file, which knows its places."""
    lesson: Lesson
    index: int
    """0-based place of the step in the lesson."""
    framework: FrameworkName

    @property
    def step(self) -> Step:
        """The step itself."""
        return self.lesson.steps[self.index]

    @property
    def name(self) -> str:
        """`lesson/step`."""
        return f"{self.lesson.lesson}/{step_id(self.step, self.index)}"

    @property
    def keys(self) -> Keys:
        """Where its fields are in the document."""
        return ("steps", self.index, kind_of(self.step))

    def remark(
        self, rule: str, message: str, *keys: str | int, line: int = 0, severity: Severity = "error"
    ) -> Remark:
        """Say something about the field at `keys`, or about a 1-based `line` of its text."""
        path = (*self.keys, *keys)
        place = self.document.within(path, line) if line else self.document.place(path)
        words = f"`{step_id(self.step, self.index)}` in {self.framework}: {message}"
        return Remark(self.document.name, place.line, place.column, severity, rule, words)


@dataclass
class Selection:
    """What the command line asked for."""

    subjects: list[Subject] = field(default_factory=list[Subject])
    """In course order; a step's frameworks beside one another."""
    remarks: list[Remark] = field(default_factory=list[Remark])
    """Faults that keep a lesson from being run at all."""
    lessons: int = 0
    """How many lessons there were to look at."""

    def require_own(self) -> None:
        """Refuse to run lessons that are not the author's own.

        Raises:
            UsageError: One was cloned by `fwtutor course add`, or belongs to another user.
        """
        from tutor.elsewhere.added import AddedCourses
        from tutor.elsewhere.foreign import require_own
        from tutor.paths import Paths

        files = dict.fromkeys(Path(subject.document.name) for subject in self.subjects)
        require_own(files, AddedCourses(Paths.find().data))


def select(
    words: Sequence[str],
    *,
    course: Path | None = None,
    framework: FrameworkName | None = None,
    changed: str | None = None,
) -> Selection:
    """Find what is meant by paths, lessons and steps; the whole course without any.

    Args:
        words: Course folders, track folders, lesson files, `LESSON` or `LESSON/STEP`.
        course: The course that names are looked up in; the shipped one by default.
        framework: Only what is offered in this one.
        changed: Only lesson files that differ from this git revision.

    Raises:
        UsageError: A word means nothing here, or git cannot say what changed.
        CourseError: The course cannot be used.
    """
    selection = Selection()
    wanted: dict[Path, set[str]] = {}
    for path, step in _files(words, course, selection):
        wanted.setdefault(path, set()).add(step)
    if changed is not None:
        different = _changed(wanted, changed)
        wanted = {path: steps for path, steps in wanted.items() if path.resolve() in different}
    for path, steps in wanted.items():
        selection.lessons += 1
        try:
            document, lesson = read_yaml(path), load_lesson(path)
        except CourseError as error:
            selection.remarks += map(remark_of, error.findings)
            continue
        selection.subjects += _subjects(document, lesson, steps, framework)
    return selection


def _files(
    words: Sequence[str], course: Path | None, selection: Selection
) -> Iterator[tuple[Path, str]]:
    """Each lesson file, with the id of the one step that is meant, or an empty text for all."""
    names = [word for word in words if not _is_path(word)]
    paths = [Path(word) for word in words if _is_path(word)]
    if not words:
        paths = [course or shipped()]
    for target in targets_of(paths):
        if target.files or target.folder is None:
            yield from ((path, "") for path in target.files)
            continue
        catalogue = Catalogue.open(target.folder, None)
        selection.remarks += (remark_of(finding) for finding in catalogue.findings)
        for lesson, info in catalogue.lessons.items():
            if not info.broken:
                yield _path_of(catalogue, lesson), ""
    if names:
        catalogue = Catalogue.open(course or shipped(), None)
        yield from ((_named(catalogue, name)) for name in names)


def _is_path(word: str) -> bool:
    return word.endswith((".yaml", "/")) or word in (".", "..") or Path(word).exists()


def _path_of(catalogue: Catalogue, lesson: str) -> Path:
    """The lesson's file, as short as it can be typed here."""
    info = catalogue.lessons[lesson]
    path = catalogue.folder / info.track / Path(info.path).name
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


def _named(catalogue: Catalogue, name: str) -> tuple[Path, str]:
    lesson, _, step = name.partition("/")
    if lesson not in catalogue.lessons:
        catalogue.lesson(lesson)  # raises, with the nearest name
    info = catalogue.lessons[lesson]
    ids = [each.id for each in info.steps]
    if step and not info.broken and step not in ids:
        raise UsageError(
            f"Lesson `{lesson}` has no step `{step}`.{nearest(step, ids)} "
            f"Its steps: {', '.join(ids)}."
        )
    return _path_of(catalogue, lesson), step


def _subjects(
    document: Document, lesson: Lesson, steps: Collection[str], framework: FrameworkName | None
) -> Iterator[Subject]:
    for index, step in enumerate(lesson.steps):
        if "" in steps or step_id(step, index) in steps:
            for name in frameworks_of(lesson, step):
                if framework in (None, name):
                    yield Subject(document, lesson, index, name)


def _changed(paths: Iterable[Path], revision: str) -> set[Path]:
    """Those of `paths` that git says differ from `revision`, or does not know yet."""
    folders = {path.resolve().parent for path in paths}
    found: set[Path] = set()
    for folder in folders:
        for command in (
            ("diff", "--name-only", "--relative", "-z", revision, "--", "."),
            ("ls-files", "--others", "--exclude-standard", "-z"),
        ):
            found |= {folder / name for name in _git(folder, *command).split("\0") if name}
    return found


def _git(folder: Path, *words: str) -> str:
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *words], capture_output=True, text=True, check=False
        )
    except OSError as error:
        raise UsageError(f"`--changed` needs git: {error.strerror or error}.") from None
    if done.returncode:
        said = done.stderr.strip().splitlines() or ["it said nothing"]
        raise UsageError(f"{folder}: git cannot say what changed: {said[0]}.")
    return done.stdout
