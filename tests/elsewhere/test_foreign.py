"""Whose record is whose, and what is asked before code runs."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.elsewhere.repositories import make_repository
from tests.small_course import make_course
from tutor.course.catalogue import Catalogue, shipped
from tutor.elsewhere.foreign import Foreign, Runs, require_own
from tutor.elsewhere.shelf import Shelf
from tutor.errors import UsageError
from tutor.progress.store import Store


def foreign(folder: Path, data: Path) -> Foreign:
    """Open a course as a session does, and close the record."""
    store = Store.open(data)
    try:
        found = Foreign.of(Catalogue.open(folder, None), store, data)
    finally:
        store.close()
    assert found is not None
    return found


def test_the_shipped_course_is_not_foreign(tmp_path: Path) -> None:
    store = Store.open(tmp_path)
    assert Foreign.of(Catalogue.open(shipped(), tmp_path / "cache"), store, tmp_path) is None
    store.close()


def test_two_courses_of_one_id_have_records_of_their_own(tmp_path: Path) -> None:
    data = tmp_path / "data"
    one, two = make_course(tmp_path / "a"), make_course(tmp_path / "b")
    assert (foreign(one, data).record, foreign(one, data).notice) == ("small", "")
    second = foreign(two, data)
    assert second.record.startswith("small@")
    assert second.notice == (
        f"`small` is also the id of {one}, so this course, from {two}, has a record of its own."
    )
    again = foreign(two, data)
    assert (again.record, again.notice) == (second.record, "")  # said once
    assert foreign(one, data).record == "small"


def test_a_copy_of_the_shipped_course_does_not_take_its_record(tmp_path: Path) -> None:
    copy = shutil.copytree(shipped(), tmp_path / "copy")
    found = foreign(copy, tmp_path / "data")
    assert found.record.startswith("fwtutor@")
    assert "also the id of the course that comes with fwtutor" in found.notice
    assert foreign(copy, tmp_path / "data").record == found.record


def test_a_course_that_was_moved_keeps_its_record_and_says_so(tmp_path: Path) -> None:
    data = tmp_path / "data"
    course = make_course(tmp_path / "a")
    foreign(course, data)
    moved = course.rename(tmp_path / "moved")
    found = foreign(moved, data)
    assert found.record == "small"
    assert found.notice == (
        f"The course `small` was in {course}, and is gone from there: its record goes on with "
        f"{moved}."
    )
    assert foreign(moved, data).notice == ""


def test_a_removed_clone_still_has_its_record(tmp_path: Path) -> None:
    data = tmp_path / "data"
    course = make_repository(tmp_path / "far")
    shelf = Shelf(data)
    added = shelf.add(course.as_uri().replace("file://", "file://localhost"))
    assert foreign(Path(added.folder), data).record == "small"
    shelf.remove("small")
    assert foreign(make_course(tmp_path / "other"), data).record.startswith("small@")
    shelf.add(added.origin)
    assert foreign(Path(added.folder), data).record == "small"


def test_trust_is_of_the_content_wherever_it_lies(tmp_path: Path) -> None:
    data = tmp_path / "data"
    course = make_course(tmp_path / "a")
    store = Store.open(data)
    trust = Foreign.of(Catalogue.open(course, None), store, data).trust  # type: ignore[union-attr]
    assert not trust.granted
    trust.grant()
    assert trust.granted
    store.close()
    assert foreign_granted(course, data)
    copy = shutil.copytree(course, tmp_path / "copy")
    assert foreign_granted(copy, data)
    lesson = copy / "first" / "01-sums.yaml"
    lesson.write_text(lesson.read_text().replace("sum([1, 2, 3])", "sum([1, 2, 4])"))
    assert not foreign_granted(copy, data)


def foreign_granted(folder: Path, data: Path) -> bool:
    store = Store.open(data)
    try:
        found = Foreign.of(Catalogue.open(folder, None), store, data)
        assert found is not None
        return found.trust.granted
    finally:
        store.close()


def test_trust_for_once_is_not_remembered(tmp_path: Path) -> None:
    course = make_course(tmp_path)
    store = Store.open(tmp_path / "data")
    catalogue = Catalogue.open(course, None)
    first = Foreign.of(catalogue, store, tmp_path / "data")
    assert first is not None
    first.trust.grant(remember=False)
    assert first.trust.granted
    second = Foreign.of(catalogue, store, tmp_path / "data")
    assert second is not None
    assert not second.trust.granted
    assert "is not trusted yet" in second.trust.refusal()
    store.close()


def test_what_runs_is_counted(tmp_path: Path) -> None:
    runs = Runs.of(Catalogue.open(make_course(tmp_path), None))
    # sums: a value, a choice and an order in three frameworks, a program in two; later: one value.
    assert runs == Runs(lessons=2, exercises=5, programs=12)
    assert str(runs) == "2 lessons, 5 exercises, 12 programs"
    assert str(Runs(1, 1, 1)) == "1 lesson, 1 exercise, 1 program"


def test_an_authors_tools_run_on_ones_own_lessons(tmp_path: Path) -> None:
    course = make_repository(tmp_path / "far")
    shelf = Shelf(tmp_path / "data")
    lesson = Path("first", "01-sums.yaml")
    require_own([course / lesson, shipped() / "course.yaml"], shelf)
    cloned = Path(shelf.add(course.as_uri()).folder)
    require_own([course / lesson], shelf)
    with pytest.raises(UsageError, match=rf"{lesson} was cloned from .* give `--trust`"):
        require_own([course / lesson, cloned / lesson], shelf)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_an_authors_tools_do_not_run_on_another_users_lessons(tmp_path: Path) -> None:
    lesson = make_course(tmp_path) / "first" / "01-sums.yaml"
    os.chown(lesson, 65534, 65534)
    with pytest.raises(UsageError, match="belongs to another user"):
        require_own([lesson], Shelf(tmp_path / "data"))
