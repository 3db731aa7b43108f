"""What paths, names and `--changed` select, and the command around it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.authoring.one_lesson import write_lesson
from tests.small_course import make_course
from tutor.authoring.subjects import select
from tutor.cli import main
from tutor.errors import UsageError


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FWTUTOR_HOME", str(tmp_path / "home"))
    return make_course(tmp_path)


def names(*words: str, course: Path | None = None, **options: str) -> list[str]:
    selection = select(words, course=course, **options)  # type: ignore[arg-type]
    return [f"{each.name} {each.framework}" for each in selection.subjects]


def test_a_course_a_track_a_lesson_and_a_step(course: Path) -> None:
    whole = names(str(course))
    assert whole == names(course=course) == names(str(course / "first"))
    assert whole[:2] == ["sums/read-1 numpy", "sums/read-1 torch"]
    file = course / "first" / "02-later.yaml"
    assert names(str(file)) == names("later", course=course) == ["later/one numpy"]
    assert names("sums/write-total", course=course) == [
        "sums/write-total numpy",
        "sums/write-total torch",
    ]
    assert names("sums/write-total", course=course, framework="torch") == ["sums/write-total torch"]
    both = names("later", "sums/total", "sums/which", course=course, framework="numpy")
    assert both == ["later/one numpy", "sums/total numpy", "sums/which numpy"]


def test_names_that_mean_nothing_get_the_nearest(course: Path) -> None:
    with pytest.raises(UsageError, match="`later`"):
        names("latr", course=course)
    with pytest.raises(UsageError, match="`total`"):
        names("sums/totl", course=course)
    with pytest.raises(UsageError, match="no such file"):
        names("no-such.yaml", course=course)


def test_a_broken_lesson_is_told_and_the_others_are_taken(course: Path) -> None:
    (course / "first" / "02-later.yaml").write_text("lesson: later\nsteps: 3\n")
    selection = select([str(course)])
    assert {each.lesson.lesson for each in selection.subjects} == {"sums"}
    assert selection.remarks
    assert all("02-later.yaml" in remark.path for remark in selection.remarks)


def git(folder: Path, *words: str) -> None:
    identity = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
    subprocess.run(["git", "-C", str(folder), *identity, *words], check=True, capture_output=True)


def test_changed_takes_what_git_says(course: Path) -> None:
    git(course, "init")
    git(course, "add", ".")
    git(course, "commit", "-m", "one")
    assert names(str(course), changed="HEAD") == []
    later = course / "first" / "02-later.yaml"
    later.write_text(later.read_text() + "# more\n")
    assert names(str(course), changed="HEAD") == ["later/one numpy"]
    git(course, "commit", "-am", "two")
    assert names(str(course), changed="HEAD") == []
    assert names(str(course), changed="HEAD~1") == ["later/one numpy"]
    with pytest.raises(UsageError, match="git cannot say"):
        names(str(course), changed="no-such-revision")


def test_changed_outside_of_git(course: Path) -> None:
    with pytest.raises(UsageError, match="git cannot say"):
        names(str(course), changed="HEAD")


FAULTY = "- value: {id: faulty, ask: What?, answer: 1 / 0}"
SOUND = "- value: {id: sound, ask: What?, answer: 1 + 1}"


def test_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FWTUTOR_HOME", str(tmp_path / "home"))
    path = write_lesson(tmp_path, [FAULTY, SOUND])
    xml = tmp_path / "report.xml"
    words = ["author", "test", str(path), "--junit", str(xml), "-j", "2", "--seeds", "1"]
    assert main(words) == 1
    captured = capsys.readouterr()
    first, summary = captured.out.splitlines()
    assert first.startswith(f"{path}:8:")
    assert "ZeroDivisionError" in first
    assert "1 lesson, 2 exercises" in summary
    assert "only: done (2 of 2)" in captured.err
    suite = ET.parse(xml).getroot()
    assert (suite.get("tests"), suite.get("failures")) == ("2", "1")
    assert [len(case) for case in suite] == [1, 0]

    assert main(["author", "test", str(path), "--json"]) == 1
    data = json.loads(capsys.readouterr().out)
    assert data["findings"][0]["line"] == 8
    assert data["findings"][0]["rule"] == "answer"
    sound = write_lesson(tmp_path / "sound", [SOUND])
    assert main(["author", "test", str(sound)]) == 0
    assert main(["author", "test", "-j", "0"]) == 2
    assert main(["author", "test", str(sound), "--junit", str(tmp_path / "no" / "x.xml")]) == 2
