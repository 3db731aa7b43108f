"""The hash of what can run, and links out of a course."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.small_course import make_course
from tutor.course.load import load_course
from tutor.elsewhere.contents import Contents, refuse_links_out
from tutor.errors import CourseError


def contents(course: Path) -> Contents:
    return Contents(course, load_course(course / "course.yaml")[0])


def test_a_copy_elsewhere_is_the_same(tmp_path: Path) -> None:
    course = make_course(tmp_path)
    copy = shutil.copytree(course, tmp_path / "far" / "copy")
    assert contents(course).fingerprint() == contents(copy).fingerprint()


@pytest.mark.parametrize("name", ["course.yaml", "first/01-sums.yaml", "first/02-later.yaml"])
def test_every_file_that_can_run_counts(tmp_path: Path, name: str) -> None:
    course = make_course(tmp_path)
    here = contents(course)
    before = here.fingerprint()
    assert here.fingerprint() == before
    file = course / name
    status = file.stat()
    text = file.read_text()
    swapped = text.replace("title: A", "title: B").replace("is 1", "is 2")
    assert len(swapped) == len(text)
    assert swapped != text
    file.write_text(swapped)
    # Even when the time of change was set back and the size is the same.
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert here.fingerprint() != before
    file.write_text(text)
    assert here.fingerprint() == before


def test_a_lesson_more_or_less_counts_and_a_note_does_not(tmp_path: Path) -> None:
    course = make_course(tmp_path)
    here = contents(course)
    before = here.fingerprint()
    (course / "README.md").write_text("hello")
    (course / "first" / ".swap.yaml").write_text("x")
    assert here.fingerprint() == before
    extra = course / "first" / "03-extra.yaml"
    extra.write_text("lesson: extra")
    assert here.fingerprint() != before
    extra.unlink()
    assert here.fingerprint() == before
    (course / "first" / "02-later.yaml").rename(course / "first" / "02-after.yaml")
    assert here.fingerprint() != before


def test_text_does_not_wander_between_files(tmp_path: Path) -> None:
    one, two = make_course(tmp_path / "a"), make_course(tmp_path / "b")
    for course, (first, second) in ((one, ("ab", "c")), (two, ("a", "bc"))):
        (course / "first" / "01-sums.yaml").write_text(first)
        (course / "first" / "02-later.yaml").write_text(second)
    assert contents(one).fingerprint() != contents(two).fingerprint()


def test_a_pipe_and_a_link_to_nowhere_hold_nothing_up(tmp_path: Path) -> None:
    course = make_course(tmp_path)
    os.mkfifo(course / "first" / "03-pipe.yaml")
    (course / "first" / "04-gone.yaml").symlink_to("nowhere.yaml")
    digests = contents(course).digests()
    assert digests["first/03-pipe.yaml"] == digests["first/04-gone.yaml"] == ""
    assert digests["first/01-sums.yaml"]


def test_links_inside_are_fine_and_links_out_are_named(tmp_path: Path) -> None:
    course = make_course(tmp_path)
    parsed, _ = load_course(course / "course.yaml")
    (course / "first" / "03-again.yaml").symlink_to("01-sums.yaml")
    refuse_links_out(course, parsed)
    outside = tmp_path / "secret.yaml"
    outside.write_text("secret: 1")
    (course / "first" / "04-out.yaml").symlink_to(outside)
    with pytest.raises(CourseError) as caught:
        refuse_links_out(course, parsed)
    (finding,) = caught.value.findings
    assert finding.path == str(course / "first" / "04-out.yaml")
    assert str(outside) in finding.message
    assert "leads out of the course" in finding.message
