"""`author lint`: faults that can be found without running a lesson."""

from __future__ import annotations

import os
import signal
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

from tutor.authoring import of_course
from tutor.authoring.of_lesson import Looked, look
from tutor.authoring.remarks import Remark, in_order, print_remarks, remark_of
from tutor.authoring.targets import Target, targets_of
from tutor.course.catalogue import shipped
from tutor.errors import CourseError

ALONE = 60
"""Up to this many files one process is done (at 8 ms each) before others have started."""


def lint_command(paths: Sequence[Path], *, as_json: bool, errors_only: bool, coverage: bool) -> int:
    """Look at what `paths` name, the shipped course by default; print, and return the status.

    Raises:
        UsageError: A path leads to nothing that can be looked at.
        CourseError: There is no course.
    """
    remarks, lessons = lint(paths or [_default()], coverage=coverage)
    if errors_only:
        remarks = [remark for remark in remarks if remark.severity == "error"]
    print_remarks(remarks, lessons=lessons, as_json=as_json)
    return 1 if remarks else 0


def lint(paths: Sequence[Path], *, coverage: bool = False) -> tuple[list[Remark], int]:
    """Return what is wrong with what `paths` name, and how many lessons were looked at.

    Raises:
        UsageError: A path leads to nothing that can be looked at.
    """
    remarks: list[Remark] = []
    lessons = 0
    ids: dict[str, Path] = {}
    for target in targets_of(paths):
        found, looked = _lint_target(target, ids, coverage=coverage)
        remarks += found
        lessons += looked
    return in_order(remarks), lessons


def _default() -> Path:
    """The lessons that came with fwtutor, by the shortest name they have here."""
    folder = shipped()
    return folder.relative_to(Path.cwd()) if folder.is_relative_to(Path.cwd()) else folder


def _lint_target(
    target: Target, ids: dict[str, Path], *, coverage: bool
) -> tuple[list[Remark], int]:
    """Look at one course, or at lessons of none; `ids` are the courses looked at before."""
    if target.folder is None:
        looked = _look_at(target.files, None)
        return [remark for each in looked for remark in each.remarks], len(looked)
    try:
        course = of_course.open_course(target.folder)
    except CourseError as error:
        return [remark_of(finding) for finding in error.findings], 0
    remarks = list(of_course.same_id(course, ids))
    if target.files:
        looked = _look_at(target.files, course.context)
        remarks += of_course.remarks_in(course, target.files)
    else:
        files, shut = of_course.files_of(course, remarks)
        looked = _look_at(files, course.context)
        remarks += of_course.remarks_of_whole(course, looked, shut, coverage=coverage)
    remarks += [remark for each in looked for remark in each.remarks]
    return remarks, len(looked)


def _look_at(files: Sequence[Path], context: of_course.Context | None) -> list[Looked]:
    work = partial(look, context=context)
    workers = min(_cores(), len(files) // (ALONE // 2))
    if len(files) <= ALONE or workers < 2:
        return [work(path) for path in files]
    from multiprocessing import get_context

    # A server that forks from a fresh process: forking this one would copy any threads' locks.
    processes = get_context("forkserver")
    processes.set_forkserver_preload(["tutor.authoring.of_lesson"])
    with ProcessPoolExecutor(workers, processes, _leave_interrupts) as pool:
        return list(pool.map(work, files, chunksize=16))


def _leave_interrupts() -> None:
    """Ctrl+C is the parent's to handle."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
