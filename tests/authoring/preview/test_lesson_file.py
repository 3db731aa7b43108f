"""The previewed lesson: found, watched, and kept in its last good version."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.small_course import make_course
from tutor.authoring.preview.faults_screen import WINDOW, excerpt
from tutor.authoring.preview.lesson_file import LessonFile, OneLesson, find, read
from tutor.errors import CourseError, UsageError
from tutor.ui.widgets.editor_external import _at


@pytest.fixture
def course(tmp_path: Path) -> Path:
    return make_course(tmp_path)


@pytest.fixture
def sums(course: Path) -> LessonFile:
    return LessonFile(course / "first" / "01-sums.yaml", course)


def test_found_by_file_by_id_and_by_step(course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = course / "first" / "01-sums.yaml"
    assert find(str(path), None) == LessonFile(path, course)
    assert find("sums", course) == LessonFile(path, course)
    assert find("sums/total", course) == LessonFile(path, course, "total")
    monkeypatch.chdir(course)
    assert find("sums", course).path == Path("first/01-sums.yaml")


def test_a_file_in_no_course(tmp_path: Path, course: Path) -> None:
    alone = tmp_path / "sums.yaml"
    alone.write_text((course / "first" / "01-sums.yaml").read_text())
    file = find(str(alone), None)
    assert file.course is None
    one = OneLesson(file, read(file))
    assert list(one.lessons) == ["sums"]
    assert one.course.tracks[0].lessons == ("sums",)


def test_a_lesson_that_course_yaml_does_not_list_yet(course: Path) -> None:
    text = (course / "first" / "02-later.yaml").read_text().replace("lesson: later", "lesson: new")
    (course / "first" / "03-new.yaml").write_text(text)
    file = find("new", course)
    assert file.path == course / "first" / "03-new.yaml"
    one = OneLesson(file, read(file))
    assert one.course.title == "A small course"
    assert any("new" in track.lessons for track in one.course.tracks)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("sumz", "no lesson `sumz`.*Did you mean `sums`"),
        ("sums/totl", "no step `totl`.*Did you mean `total`"),
        ("first/01-sum.yaml", "no file .*Did you mean `01-sums.yaml`"),
        ("first", "is a folder"),
        ("course.yaml", "is a course"),
    ],
)
def test_what_is_not_there(
    course: Path, name: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(course)
    with pytest.raises(UsageError, match=words):
        find(name, course)


def test_the_stamp_changes_with_either_file_and_when_one_goes(sums: LessonFile) -> None:
    assert sums.course is not None
    seen = [sums.stamp()]
    sums.path.write_text(sums.path.read_text() + "# more\n")
    seen.append(sums.stamp())
    other = sums.path.with_suffix(".new")  # as editors save: a new file under the old name
    other.write_bytes(sums.path.read_bytes())
    status = sums.path.stat()
    os.utime(other, ns=(status.st_atime_ns, status.st_mtime_ns))
    other.replace(sums.path)
    seen.append(sums.stamp())
    (sums.course / "course.yaml").write_text("course: other\n")
    seen.append(sums.stamp())
    sums.path.unlink()
    seen.append(sums.stamp())
    assert len(set(seen)) == len(seen)


def test_the_last_good_version_stays(sums: LessonFile) -> None:
    one = OneLesson(sums, read(sums))
    good = one.lesson("sums")
    sums.path.write_text("lesson: sums\nminuets: 5\n")
    one.take(read(sums))
    assert one.lesson("sums") is good
    assert any("minuets" in finding.message for finding in one.findings)
    assert one.lessons["sums"].steps
    sums.path.unlink()
    one.take(read(sums))
    assert one.lesson("sums") is good
    assert one.findings[0].path == str(sums.path)


def test_a_lesson_that_never_was_good(sums: LessonFile) -> None:
    sums.path.write_text("lesson: [\n")
    one = OneLesson(sums, read(sums))
    assert one.lessons["sums"].broken == one.findings
    with pytest.raises(CourseError):
        one.lesson("sums")


def test_a_fault_of_the_course_leaves_the_lesson(sums: LessonFile) -> None:
    assert sums.course is not None
    (sums.course / "course.yaml").write_text("coarse: small\n")
    reading = read(sums)
    assert reading.lesson is not None
    assert reading.findings
    assert Path(reading.findings[0].path).name == "course.yaml"


def test_an_excerpt_has_its_caret_below_the_column() -> None:
    assert excerpt("    minuets: 5", 5) == ("minuets: 5", "^")
    assert excerpt("  - say: 数 x", 12) == ("- say: 数 x", " " * 10 + "^")
    assert excerpt("", 1) == ("", "^")
    assert excerpt("short", 99) == ("short", "     ^")
    for column in (1, 39, 70, 399, 400):
        line = "a" * (column - 1) + "X" + "b" * (400 - column)
        text, caret = excerpt(line, column)
        assert text[caret.index("^")] == "X"
        assert max(len(text), len(caret)) <= WINDOW


@pytest.mark.parametrize(
    ("editor", "words"),
    [
        ("vim", ["+7", "a b.yaml"]),
        ("/usr/bin/nano", ["+7", "a b.yaml"]),
        ("emacs", ["+7", "a b.yaml"]),
        ("hx", ["a b.yaml:7"]),
        ("code", ["--goto", "a b.yaml:7"]),
        ("ed", ["a b.yaml"]),
    ],
)
def test_editors_open_at_the_line(editor: str, words: list[str]) -> None:
    assert _at(editor, Path("a b.yaml"), 7) == words
