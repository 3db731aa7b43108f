"""Lint of courses, tracks and files: what it is pointed at, what it prints, bad input."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.authoring.planted import copy_course, found, in_head, in_step, plant
from tutor import cli
from tutor.authoring import lint as lint_module
from tutor.authoring.instruments import instruments_of
from tutor.authoring.lint import lint
from tutor.authoring.rules import RULES
from tutor.course.catalogue import shipped
from tutor.runtime.worker import instruments as worker

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def course(tmp_path: Path) -> Path:
    return copy_course(tmp_path)


def test_the_shipped_lessons_are_clean() -> None:
    remarks, lessons = lint([shipped()])
    assert [str(remark) for remark in remarks] == []
    assert lessons >= 6


def test_a_track_and_a_file_are_looked_at_with_their_course(course: Path) -> None:
    path = plant(course, "autodiff", in_head(r"^covers: \[", "covers: [D44, "))
    plant(course, "tensors", in_head(r"^sources:\n", "sources: []\nignored:\n"))
    remarks, lessons = lint([path])
    assert lessons == 1
    assert [remark.rule for remark in remarks] == ["topic"]
    remarks, lessons = lint([course / "foundations"])
    assert lessons == len(list((course / "foundations").glob("*.yaml")))
    assert {remark.rule for remark in remarks} == {"topic", "format"}
    assert lint([course / "course.yaml"])[1] == lessons


def test_a_file_asked_for_alone_hears_of_prerequisites(course: Path) -> None:
    path = plant(course, "autodiff", in_head(r"^requires: .*", "requires: [eager-grph]"))
    (remark,) = found(path)
    assert "no lesson `eager-grph` to require" in remark.message
    assert remark.path == str(path)


def test_a_file_in_no_course_is_looked_at_alone(course: Path, tmp_path: Path) -> None:
    path = tmp_path / "04-autodiff.yaml"
    shutil.copy(course / "foundations" / path.name, path)
    assert found(path) == []
    text = path.read_text(encoding="utf-8")
    path.write_text(text.partition("\nsources:")[0] + "\n", encoding="utf-8")
    assert [remark.rule for remark in found(path)] == ["sources"]


def test_a_course_given_whole_stands_for_its_parts(course: Path) -> None:
    plant(course, "autodiff", in_head(r"^covers: \[", "covers: [D44, "))
    paths = [course / "foundations" / "04-autodiff.yaml", course, course / "foundations"]
    assert [remark.rule for remark in lint(paths)[0]] == ["topic"]


def test_lessons_unlisted_missing_and_in_folders_of_no_track(course: Path) -> None:
    text = (course / "course.yaml").read_text(encoding="utf-8")
    text = text.replace("      - autodiff\n", "      - autodif\n")
    (course / "course.yaml").write_text(text, encoding="utf-8")
    (course / "stray").mkdir()
    shutil.copy(course / "foundations" / "05-losses.yaml", course / "stray")
    said = "\n".join(str(remark) for remark in found(course))
    assert "`autodif` has no file" in said
    assert "Did you mean `autodiff`?" in said
    assert "course.yaml does not list `autodiff`" in said
    assert "stray:0:0: error: this folder holds 05-losses.yaml, but no track" in said


def test_topics_that_no_lesson_covers_are_said_only_when_asked(course: Path) -> None:
    assert found(course) == []
    remarks = found(course, coverage=True)
    assert {remark.rule for remark in remarks} == {"uncovered"}
    (one,) = [remark for remark in remarks if "`E42`" in remark.message]
    line = (course / "course.yaml").read_text(encoding="utf-8").splitlines()[one.line - 1]
    assert line.startswith("  E42: ")
    assert not any("`A13`" in remark.message for remark in remarks)  # autodiff covers it


def test_many_files_are_looked_at_by_several_processes(
    course: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(course, "autodiff", in_head(r"^covers: \[", "covers: [D44, "))
    plant(course, "losses", in_head(r"^minutes: .*\n", ""))
    alone = lint([course])
    monkeypatch.setattr(lint_module, "ALONE", 2)
    monkeypatch.setattr(lint_module, "_cores", lambda: 2)
    started: list[int] = []
    pool = lint_module.ProcessPoolExecutor
    monkeypatch.setattr(
        lint_module,
        "ProcessPoolExecutor",
        lambda workers, *more: started.append(workers) or pool(workers, *more),
    )
    assert lint([course]) == alone
    assert len(alone[0]) == 2
    assert started == [2]


def test_the_instruments_are_those_of_the_worker() -> None:
    shared = instruments_of("numpy")
    documented = worker.__doc__ or ""
    assert {"gradient", "fw", "xp", "printed", "leaked", "ops", "is_pure"} <= shared
    assert all(name in documented for name in shared)
    assert instruments_of("torch") - shared >= {"graph_breaks", "changed"}
    assert instruments_of("jax") - shared == {
        "jaxpr", "hlo", "optimised_hlo", "effects", "out_shape", "graph_of",
    }  # fmt: skip
    assert "trainable" in instruments_of("tensorflow")


# --- what is no fault


def test_a_starter_may_be_a_mistake_where_it_is_the_bug_to_fix(course: Path) -> None:
    path = course / "foundations" / "02-tensors.yaml"
    text = path.read_text(encoding="utf-8")
    part = text[text.index("id: channels-first\n") :]
    assert "task: fix" in part[:800]
    starter = part.split("starter: |\n")[1].split("          solution: |")[0]
    code = "".join(f"    {line}\n" if line.strip() else "\n" for line in starter.splitlines())
    mistake = f"          mistakes:\n            - code: |\n{code}              say: Planted.\n"
    plant(course, "tensors", in_step("channels-first", r"^          mistakes:\n", mistake))
    assert not [remark for remark in found(path) if "starter" in remark.message]


@pytest.mark.parametrize(
    ("inputs", "rules"),
    [
        ('{ x: "normal(4, 4)", w: "normal(4, 3)" }', set()),
        ('{ x: "normal(3, 4, 4)", w: normal(4) }', set()),
        ('{ x: "tensor([1.0, 2.0])", w: normal(2) }', set()),
        ('{ x: "tensor([1.0])", w: normal(2) }', set()),
        ('{ x: "normal(4, std=0)", w: normal(4) }', {"constant"}),
        ('{ x: "whole(3, 4)", w: normal(4) }', {"constant"}),
        ('{ x: "whole(3)", w: normal(4) }', set()),
        ('{ x: "tensor([[1, 2], [3, 4]])", w: "tensor([1, 2])" }', {"square", "fixed"}),
    ],
)
def test_which_inputs_tell_answers_apart(course: Path, inputs: str, rules: set[str]) -> None:
    path = plant(
        course,
        "autodiff",
        in_step("which-argument", r"^      inputs: .*", f"      inputs: {inputs}"),
    )
    assert {remark.rule for remark in found(path)} == rules


@pytest.mark.parametrize(
    "hint",
    [
        "The blank before `(True)` ends with an underscore.",
        "Use `requires_grad_`, then think about which one.",
        "What does `return` give back?",
        "Python has a function `def grad_w(x, w):` here.",
    ],
)
def test_a_hint_may_come_near(course: Path, hint: str) -> None:
    hints = f"      hints:\n        - {json.dumps(hint)}\n"
    path = plant(course, "autodiff", in_step("which-argument", r"^      hints:\n", hints))
    assert found(path) == []


# --- the command


@pytest.fixture
def fwtutor(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    def run(*words: str, prefix: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*prefix, sys.executable, "-m", "tutor", "author", *words],
            cwd=ROOT,
            env={**os.environ, "FWTUTOR_HOME": str(tmp_path / "home")},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    return run


def test_statuses_and_output(course: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["author", "lint", str(course)]) == 0
    assert capsys.readouterr().out.endswith("lessons: nothing found.\n")
    plant(course, "autodiff", in_head(r"^covers: \[", "covers: [D44, "))
    losses = plant(course, "losses", lambda text: text.partition("\nsources:")[0] + "\n")
    assert cli.main(["author", "lint", str(course)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith(f"{course}/foundations/04-autodiff.yaml:11:")
    assert lines[1].startswith(f"{losses}:1:1: warning: the lesson names no `sources`")
    assert lines[2].endswith("lessons: 1 error, 1 warning.")
    assert cli.main(["author", "lint", str(losses), "--errors-only"]) == 0
    assert "nothing found" in capsys.readouterr().out
    assert cli.main(["author", "--course", str(course), "lint", "--json"]) == 1
    said = json.loads(capsys.readouterr().out)
    assert (said["errors"], said["warnings"]) == (1, 1)
    assert said["findings"][1] == {
        "path": str(losses),
        "line": 1,
        "column": 1,
        "severity": "warning",
        "rule": "sources",
        "message": said["findings"][1]["message"],
    }


def test_inside_a_course_folder_that_course_is_meant(
    course: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(course, "autodiff", in_head(r"^covers: \[", "covers: [D44, "))
    monkeypatch.chdir(course / "foundations")
    assert cli.main(["author", "lint"]) == 1
    assert "`D44`" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["lnt"], "There is no `author lnt`; expected"),
        (["lint", "/nowhere/at-all"], "/nowhere/at-all: there is no such file or folder."),
        (["lint", "tutor"], "tutor: neither a course (it has no course.yaml) nor a track"),
        (["lint", "lesons"], "Did you mean `lessons`?"),
        (["lint", "--error-only"], "Did you mean `--errors-only`?"),
    ],
)
def test_a_wrong_command_line_is_one_sentence_and_status_2(
    words: list[str], sentence: str, fwtutor: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    done = fwtutor(*words)
    assert done.returncode == 2
    assert sentence in done.stderr
    assert done.stderr.count("\n") == 1


# --- bad input


def test_a_yaml_bomb_is_one_sentence(course: Path) -> None:
    rows = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    for level in range(1, 10):
        inner = ", ".join([f"*a{level - 1}"] * 9)
        rows.append(f"a{level}: &a{level} [{inner}]")
    path = course / "foundations" / "04-autodiff.yaml"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    bombs = [remark for remark in found(course) if remark.path == str(path)]
    (bomb,) = [remark for remark in bombs if remark.line]
    assert "with its aliases written out the file has more than 100,000 values" in bomb.message


def test_a_link_out_of_the_course_is_not_followed(course: Path, tmp_path: Path) -> None:
    path = course / "foundations" / "04-autodiff.yaml"
    shutil.move(path, tmp_path / "secret.yaml")
    path.symlink_to(tmp_path / "secret.yaml")
    for target in (course, path):
        (remark,) = found(target)
        assert remark.rule == "outside"
        assert f"leads out of the course, to {tmp_path / 'secret.yaml'}" in remark.message
    path.unlink()
    path.symlink_to(course / "foundations" / "05-losses.yaml")  # inside: named wrongly, but read
    assert all(remark.rule != "outside" for remark in found(path))


def test_a_track_that_is_a_link_out_of_the_course_is_not_followed(
    course: Path, tmp_path: Path
) -> None:
    shutil.move(course / "foundations", tmp_path / "elsewhere")
    (course / "foundations").symlink_to(tmp_path / "elsewhere")
    (remark,) = found(course)
    assert remark.rule == "outside"
    assert Path(remark.path) == course / "course.yaml"
    assert remark.line > 0


def test_two_courses_with_one_id(course: Path, tmp_path: Path) -> None:
    twin = tmp_path / "twin"
    shutil.copytree(course, twin)
    (remark,) = lint([course, twin])[0]
    assert Path(remark.path) == twin / "course.yaml"
    assert (remark.line, remark.rule) == (1, "course")
    assert f"is also the id of {course / 'course.yaml'}" in remark.message
    assert lint([course, course])[0] == []


def powerless() -> tuple[str, ...]:
    """What to put before a command so that permissions count for root too."""
    if os.geteuid() != 0:
        return ()
    if shutil.which("setpriv") is None:
        pytest.skip("root may read every file, and there is no setpriv to give that up")
    less = "-dac_override,-dac_read_search"
    return ("setpriv", f"--bounding-set={less}", f"--inh-caps={less}")


@pytest.mark.parametrize(
    ("shut", "status", "sentence"),
    [
        ("", 2, "course: cannot be read: Permission denied."),
        ("course.yaml", 1, "course.yaml:0:0: error: the file cannot be read: Permission denied"),
        ("foundations", 1, "foundations cannot be read: Permission denied"),
        ("foundations/04-autodiff.yaml", 1, "the file cannot be read: Permission denied"),
    ],
)
def test_what_may_not_be_read_is_one_sentence(
    shut: str,
    status: int,
    sentence: str,
    course: Path,
    fwtutor: Callable[..., subprocess.CompletedProcess[str]],
) -> None:
    path = course / shut if shut else course
    mode = path.stat().st_mode
    path.chmod(0)
    try:
        done = fwtutor("lint", str(course), prefix=powerless())
    finally:
        path.chmod(mode)
    assert done.returncode == status
    assert sentence in done.stdout + done.stderr
    assert (done.stdout + done.stderr).count(": error: ") == (status == 1)


# --- the authors' page


def test_the_pages_example_is_clean(tmp_path: Path) -> None:
    page = (shipped() / "README.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```yaml\n(lesson: .*?)```", page, flags=re.DOTALL)
    path = tmp_path / "01-scaling.yaml"
    path.write_text(example, encoding="utf-8")
    assert [str(remark) for remark in found(path)] == []


def test_the_page_lists_every_rule() -> None:
    page = (shipped() / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \| (error|warning) \| (.*) \|$", page, flags=re.MULTILINE)
    assert rows == [(name, rule.severity, rule.about) for name, rule in RULES.items()]
