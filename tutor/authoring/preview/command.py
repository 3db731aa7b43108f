"""`author preview`: opens the learner's screen on a lesson, in a session that keeps nothing."""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from pathlib import Path

from tutor.authoring.preview.lesson_file import LessonFile, OneLesson, find, read
from tutor.config import load_config
from tutor.course.models import FrameworkName
from tutor.elsewhere.added import AddedCourses
from tutor.elsewhere.foreign import require_own
from tutor.errors import UsageError
from tutor.paths import Paths
from tutor.progress.store import Store
from tutor.runtime.pool import Pool
from tutor.session import Session


def preview(
    name: str,
    *,
    course: Path | None = None,
    framework: FrameworkName | None = None,
    trusted: bool = False,
) -> int:
    """Preview a lesson until the author leaves; return the exit status.

    Args:
        name: A lesson's file, or LESSON[/STEP].
        course: The course that lessons are looked up in; the shipped one by default.
        framework: The one to begin in.
        trusted: Whether it may be a lesson that is not the author's own.

    Raises:
        UsageError: There is no such lesson, it is somebody else's, or there is no terminal to show
            it on.
        CourseError: The course cannot be used.
    """
    file = find(name, course)
    if not trusted:
        require_own([file.path], AddedCourses(Paths.find().data))
    if not (sys.stdin.isatty() and sys.stdout.isatty()) or os.environ.get("TERM") in ("", "dumb"):
        raise UsageError("A preview needs a terminal. `author lint` and `author test` do not.")
    from tutor.ui.app import run_app

    with tempfile.TemporaryDirectory(prefix="fwtutor-preview-") as state:
        from tutor.authoring.preview.app import PreviewApp

        session = open_session(file, Path(state))
        app = PreviewApp(
            session,
            file,
            framework=framework,
            keymap=session.config.keys,
            theme=session.theme,
            reports=Paths.find().data,
        )
        return asyncio.run(run_app(app))


def open_session(file: LessonFile, state: Path) -> Session:
    """A session on the one lesson: the author's configuration and caches, but no record of theirs.

    Args:
        file: The lesson.
        state: The folder that drafts and tries go to.
    """
    paths = Paths.find()
    config = load_config(paths.config)
    catalogue = OneLesson(file, read(file))
    pool = Pool({**config.commands()}, cache=paths.cache)
    mine = Paths(data=state, config=paths.config, cache=paths.cache)
    return Session(catalogue, Store.open(state), config, pool, mine)
