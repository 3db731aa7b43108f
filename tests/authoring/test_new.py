"""Scaffolds: they lint clean, they run, and they never write over anything."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tutor import cli
from tutor.authoring.lint import lint
from tutor.authoring.new import new_course, new_lesson, new_step, parse_frameworks
from tutor.authoring.schema import EDITORS
from tutor.course.catalogue import Catalogue
from tutor.course.load import load_lesson
from tutor.course.models import FRAMEWORKS, KINDS
from tutor.course.resolve import step_id
from tutor.course.schema import course_schema, lesson_schema
from tutor.errors import UsageError

COMMENTED = """\
# A course of mine.
course: mine  # never change it
title: Mine
tracks:
  - id: first
    title: First
    lessons:   # in order
    - alpha    # the start

    # more to come
  - {id: second, title: Second, lessons: [beta, "gamma" ]}  # in one line
  - id: third
    title: Third
    lessons: []  # none yet
"""


@pytest.fixture
def course(tmp_path: Path) -> Path:
    folder = tmp_path / "my-course"
    new_course(folder, ("torch", "tensorflow", "jax"))
    return folder


def said(path: Path) -> list[str]:
    return [str(remark) for remark in lint([path], coverage=True)[0]]


def ids(path: Path) -> list[str]:
    return [step_id(step, index) for index, step in enumerate(load_lesson(path).steps)]


def test_a_new_course_lints_clean_and_opens(course: Path) -> None:
    assert said(course) == []
    catalogue = Catalogue.open(course, None)
    assert catalogue.course.course == "my-course"
    assert catalogue.course.title == "My course"
    lesson = catalogue.lesson("first-steps")
    assert lesson.frameworks == ("torch", "tensorflow", "jax")
    schema = json.loads((course / ".schema/lesson.json").read_text(encoding="utf-8"))
    assert schema == json.loads(json.dumps(lesson_schema()))


def test_a_scaffold_teaches_in_comments(course: Path) -> None:
    text = (course / "basics/01-first-steps.yaml").read_text(encoding="utf-8")
    assert text.startswith("# yaml-language-server: $schema=../.schema/lesson.json\n")
    assert len(re.findall(r"# [A-Z]", text)) >= 8
    assert max(map(len, text.splitlines())) <= 100


@pytest.mark.parametrize("frameworks", [(name,) for name in FRAMEWORKS] + [FRAMEWORKS])
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_step_lints_clean_in_every_framework(
    kind: str, frameworks: tuple[str, ...], tmp_path: Path
) -> None:
    folder = tmp_path / "c"
    new_course(folder, parse_frameworks(",".join(frameworks)))
    new_step(folder, kind, "first-steps/another", None)
    path = folder / "basics/01-first-steps.yaml"
    assert said(folder) == []
    assert ids(path)[-1] == "another"


def test_a_step_goes_where_it_was_asked(course: Path) -> None:
    path = course / "basics/01-first-steps.yaml"
    before = path.read_text(encoding="utf-8")
    new_step(course, "order", "first-steps/middle", after="start")
    new_step(course, "read", "first-steps/end", after=None)
    assert ids(path) == ["start", "middle", "by-hand", "in-code", "scale", "end"]
    text = path.read_text(encoding="utf-8")
    left = iter(text.splitlines())
    assert all(line in left for line in before.splitlines())  # in order, and all still there
    assert text.index("sources:") > text.index("id: end")


def test_a_lesson_is_numbered_and_listed(course: Path) -> None:
    new_lesson(course, "basics/second-steps", ("numpy",))
    new_lesson(course, "basics/third", ("numpy",))
    assert [path.name for path in sorted((course / "basics").iterdir())] == [
        "01-first-steps.yaml",
        "02-second-steps.yaml",
        "03-third.yaml",
    ]
    assert list(Catalogue.open(course, None).lessons) == ["first-steps", "second-steps", "third"]
    assert said(course) == []


@pytest.mark.parametrize(
    ("track", "before", "after"),
    [
        ("first", "    - alpha    # the start\n", "    - alpha    # the start\n    - new\n"),
        ("second", '[beta, "gamma" ]', '[beta, "gamma", new ]'),
        ("third", "lessons: []  # none yet", "lessons: [new]  # none yet"),
    ],
)
def test_course_yaml_keeps_its_comments(
    track: str, before: str, after: str, tmp_path: Path
) -> None:
    path = tmp_path / "course.yaml"
    path.write_text(COMMENTED, encoding="utf-8")
    new_lesson(tmp_path, f"{track}/new", ("numpy",))
    assert path.read_text(encoding="utf-8") == COMMENTED.replace(before, after)
    assert not list(tmp_path.rglob(".*"))  # nothing half written is left


def test_lessons_written_oddly_are_left_alone(tmp_path: Path) -> None:
    text = COMMENTED.replace("lessons: []  # none yet", "lessons:\n      [\n      ]")
    path = tmp_path / "course.yaml"
    path.write_text(text, encoding="utf-8")
    new_lesson(tmp_path, "third/new", ("numpy",))
    assert "      [new\n      ]" in path.read_text(encoding="utf-8")
    odd = text.replace('[beta, "gamma" ]', '[beta, "\\x67amma"]')
    path.write_text(odd, encoding="utf-8")
    with pytest.raises(UsageError, match=r"course\.yaml:\d+:\d+: .* add `other` there yourself"):
        new_lesson(tmp_path, "second/other", ("numpy",))
    assert path.read_text(encoding="utf-8") == odd
    assert not (tmp_path / "second").exists()


# --- refusals


def test_nothing_is_written_over(course: Path) -> None:
    before = {path: path.read_bytes() for path in course.rglob("*") if path.is_file()}
    with pytest.raises(UsageError, match="is not empty; nothing was written"):
        new_course(course, ("torch",))
    with pytest.raises(UsageError, match="has a lesson `first-steps` already, in track `basics`"):
        new_lesson(course, "basics/first-steps", ("torch",))
    with pytest.raises(UsageError, match="has a step `start` already"):
        new_step(course, "read", "first-steps/start", None)
    after = {path: path.read_bytes() for path in course.rglob("*") if path.is_file()}
    assert after == before


def test_a_file_that_is_there_but_not_listed_is_kept(course: Path) -> None:
    mine = course / "basics" / "later.yaml"
    mine.write_text("mine", encoding="utf-8")
    with pytest.raises(UsageError, match=r"later\.yaml is there already; add `later`"):
        new_lesson(course, "basics/later", ("torch",))
    assert mine.read_text(encoding="utf-8") == "mine"
    assert "later" not in (course / "course.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["lesson", "basic/x"], "has no track `basic`; its tracks are `basics`. Did you mean"),
        (["lesson", "x"], "`x` names no track; expected TRACK/LESSON."),
        (["lesson", "basics/My_Lesson"], "Did you mean `my-lesson`?"),
        (["lesson", "basics/x", "--frameworks", "torch,jaxx"], "Did you mean `jax`?"),
        (["step", "vlaue", "first-steps/x"], "Did you mean `value`?"),
        (["step", "value", "first-step/x"], "has no lesson `first-step`. Did you mean"),
        (["step", "value", "x"], "`x` names no step; expected LESSON/STEP."),
        (["step", "value", "first-steps/x", "--after", "strat"], "Did you mean `start`?"),
        (["step", "value"], "takes KIND LESSON/STEP, not `value`"),
        (["lessn", "a/b"], "invalid choice: 'lessn'"),
    ],
)
def test_a_wrong_command_line_is_one_sentence_and_status_2(
    words: list[str], sentence: str, course: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["author", "new", *words, "--course", str(course)]) == 2
    error = capsys.readouterr().err
    assert sentence in error
    assert error.count("\n") == 1


def test_without_a_course_it_asks_which(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert cli.main(["author", "new", "lesson", "basics/x"]) == 2
    assert "Which course? Give `--course PATH`" in capsys.readouterr().err


def test_the_command_from_an_empty_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert cli.main(["author", "new", "course", "mine", "--frameworks", "numpy"]) == 0
    assert "fwtutor author lint mine" in capsys.readouterr().out
    monkeypatch.chdir(tmp_path / "mine" / "basics")
    assert cli.main(["author", "new", "lesson", "basics/next"]) == 0
    assert cli.main(["author", "new", "step", "code", "next/try-it", "--after", "start"]) == 0
    assert cli.main(["author", "lint", "--coverage"]) == 0


# --- schema


def test_schema_prints_the_one_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    for words, schema in (
        ([], lesson_schema()),
        (["--lesson"], lesson_schema()),
        (["--course"], course_schema()),
    ):
        assert cli.main(["author", "schema", *words]) == 0
        assert json.loads(capsys.readouterr().out) == json.loads(json.dumps(schema))
    assert cli.main(["author", "schema", "--lesson", "--course"]) == 2


def test_editors_are_told_of_each_by_name(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["author", "schema", "--editors"]) == 0
    text = capsys.readouterr().out
    for word in ("VS Code", "Neovim", "Helix", "# yaml-language-server: $schema=../.schema/"):
        assert word in text
    (settings,) = re.findall(r"settings\.json:\n\n((?:     .*\n)+)", EDITORS)
    assert set(json.loads(settings)["yaml.schemas"]) == {
        ".schema/course.json",
        ".schema/lesson.json",
    }


def test_the_schema_knows_topics(tmp_path: Path, course: Path) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    from tutor.course.yaml_positions import read_yaml

    validator = jsonschema.Draft202012Validator
    validator(course_schema()).validate(read_yaml(course / "course.yaml").data)
    lesson = read_yaml(course / "basics/01-first-steps.yaml").data
    validator(lesson_schema()).validate(lesson)
