"""lessons/GUIDE.md says what the code does: everything in it is extracted and run."""

from __future__ import annotations

import ast
import inspect
import os
import re
import shlex
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import tutor
from tests.authoring.guide_tables import FIELDS, filled, guide
from tests.runtime.hosts import host_fixture, plain, run, session_loop
from tutor.authoring.instruments import instruments_of
from tutor.authoring.lint import lint
from tutor.authoring.mutate import run_mutants
from tutor.authoring.rules import RULES as LINT_RULES
from tutor.authoring.subjects import select
from tutor.authoring.test import run_tests
from tutor.course import models
from tutor.course.catalogue import shipped
from tutor.course.inputs import DTYPES, MAX_ELEMENTS, fault_in
from tutor.course.models import FRAMEWORKS, Code, FrameworkName
from tutor.grading.answers import Unreadable, read_answer
from tutor.grading.misconceptions import FAMILIES
from tutor.grading.misconceptions import RULES as DIAGNOSES
from tutor.grading.typed import grade_value
from tutor.grading.values import Device, DType, Tensor
from tutor.runtime.host import Host
from tutor.runtime.job import How
from tutor.runtime.worker import (
    inputs,
    instruments,
    instruments_jax,
    instruments_tensorflow,
    instruments_torch,
    source,
    stdout,
)
from tutor.session.plan import SEED_SETS

PAGE = guide().read_text(encoding="utf-8")
TUTOR = Path(tutor.__file__).parent
REAL = ("torch", "jax", "tensorflow")

torch = host_fixture("torch")
jax = host_fixture("jax")
tensorflow = host_fixture("tensorflow")
numpy = host_fixture("numpy")


@dataclass(frozen=True)
class Fence:
    """A fenced block of the guide."""

    language: str
    text: str
    before: str
    """The comment right above it, which says what to do with it."""
    line: int


def fences() -> list[Fence]:
    found: list[Fence] = []
    pattern = r"(?:<!-- ([^\n]*) -->\n)?^```(\w+)\n(.*?)^```$"
    for match in re.finditer(pattern, PAGE, flags=re.DOTALL | re.MULTILINE):
        line = PAGE[: match.start(2)].count("\n") + 1
        found.append(Fence(match[2], match[3], match[1] or "", line))
    return found


def section(title: str) -> str:
    """What stands below a heading, up to the next of its level or above."""
    (level,) = re.findall(rf"^(#+) {re.escape(title)}$", PAGE, flags=re.MULTILINE)
    body = PAGE.split(f"\n{level} {title}\n", 1)[1]
    return re.split(rf"^#{{1,{len(level)}}} ", body, maxsplit=1, flags=re.MULTILINE)[0]


def rows(text: str) -> Iterator[list[str]]:
    """The cells of each row of the tables in a text, heads left out."""
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split(" | ")]
        if line.startswith("| `"):
            yield cells


# --- the page


def test_tables_are_what_the_code_says() -> None:
    assert filled(PAGE) == PAGE, "run `python -m tests.authoring.guide_tables`"


def test_every_model_of_the_format_has_its_table() -> None:
    made = {
        value
        for value in vars(models).values()
        if isinstance(value, type) and issubclass(value, models.Model) and value is not models.Model
    }
    assert {model for shown in FIELDS.values() for model in shown} == made


def test_links_lead_somewhere() -> None:
    heads = {
        re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-")
        for head in re.findall(r"^#+ (.*)$", PAGE, flags=re.MULTILINE)
    }
    anchors = re.findall(r"\]\(#([^)]*)\)", PAGE)
    assert anchors
    assert [anchor for anchor in anchors if anchor not in heads] == []
    other = (shipped() / "README.md").read_text(encoding="utf-8")
    assert "](GUIDE.md)" in other
    for target in re.findall(r"\]\(README\.md#([^)]*)\)", PAGE):
        assert f"\n## {target.capitalize()}\n" in other


# --- the path: followed to the letter, in an empty folder


def test_the_path_leads_to_a_tested_lesson(tmp_path: Path) -> None:
    """Every command is run and every block written, in order; what is shown is what comes out."""
    place, said = tmp_path, ""
    commands: list[str] = []
    steps = [
        each
        for each in fences()
        if each.line < PAGE[: PAGE.index("\n## Fields\n")].count("\n")
        or each.line > PAGE[: PAGE.index("\n## In a CI\n")].count("\n")
    ]
    for fence in steps:
        words = fence.before.split()
        if fence.language == "sh" and fence.before == "for a terminal":
            assert all(line.startswith("fwtutor ") for line in fence.text.splitlines())
        elif fence.language == "sh":
            said = ""
            for line in fence.text.splitlines():
                if line.startswith("cd "):
                    place = place / line.removeprefix("cd ")
                    continue
                commands.append(line)
                said += _fwtutor(line, place, tmp_path)
        elif fence.language == "text":
            _assert_shows(said, fence)
        elif words[0] == "write":
            (place / words[1]).write_text(fence.text, encoding="utf-8")
        elif words[0] == "append":
            with (place / words[2]).open("a", encoding="utf-8") as file:
                file.write("\n" + fence.text)
        else:
            path, old = re.fullmatch(r"in (\S+), for (.*)", fence.before).groups()  # type: ignore[union-attr]
            text = (place / path).read_text(encoding="utf-8")
            assert text.count(old) == 1
            changed = text.replace(old, fence.text.strip())
            (place / path).write_text(changed, encoding="utf-8")
    for name in ("new course", "new lesson", "schema", "lint", "test", "mutate"):
        assert any(f" author {name}" in command for command in commands)


def _fwtutor(line: str, place: Path, home: Path) -> str:
    program, *words = shlex.split(line)
    assert program == "fwtutor"
    done = subprocess.run(
        [sys.executable, "-m", "tutor", *words],
        cwd=place,
        env={**os.environ, "PYTHONPATH": str(TUTOR.parent), "FWTUTOR_HOME": str(home / "home")},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    weak = "6 findings" in done.stdout  # the one run that the guide wants to fail
    assert done.returncode == (1 if weak else 0), f"{line}\n{done.stdout}{done.stderr}"
    return done.stdout


def _assert_shows(said: str, fence: Fence) -> None:
    """The lines shown come out in this order; `…` stands for anything."""
    lines = iter(said.splitlines())
    for shown in fence.text.splitlines():
        if shown == "…":
            continue
        pattern = ".*".join(re.escape(part) for part in shown.split("…"))
        assert any(re.fullmatch(pattern, line) for line in lines), f"{shown!r} is not in:\n{said}"


# --- examples of steps

HEAD = """\
lesson: only
title: The only lesson
track: main
frameworks: [{frameworks}]
minutes: 5
goals: [see that the example works]
sources: ["The guide: https://example.org"]
steps:
"""
BREVITY = {"hints", "explain"}
"""What examples leave out."""


def example_steps() -> list[Fence]:
    return [fence for fence in fences() if fence.language == "yaml" and not fence.before]


def lesson_of(fence: Fence, folder: Path) -> Path:
    named = [name for name in FRAMEWORKS if re.search(rf"^ +{name}:", fence.text, re.MULTILINE)]
    path = folder / "main" / "01-only.yaml"
    path.parent.mkdir()
    head = HEAD.format(frameworks=", ".join(named or ["numpy"]))
    path.write_text(head + textwrap.indent(fence.text, "  "), encoding="utf-8")
    return path


@pytest.mark.parametrize("fence", example_steps(), ids=lambda fence: f"line-{fence.line}")
async def test_an_example_is_clean_and_proved(fence: Fence, tmp_path: Path) -> None:
    path = lesson_of(fence, tmp_path)
    assert [remark for remark in lint([path])[0] if remark.rule not in BREVITY] == []
    selection = select([str(path)])
    report = await run_tests(selection, home=tmp_path / "home")
    assert report.remarks == []
    assert len(report.proofs) == len(selection.subjects) >= 1
    if "device: gpu" not in fence.text:
        assert report.skipped == []
    if isinstance(selection.subjects[0].step, Code):
        assert (await run_mutants(selection, home=tmp_path / "home")).remarks == []


async def test_the_survivor_shown_is_one(tmp_path: Path) -> None:
    (fence,) = [each for each in example_steps() if "id: softmax" in each.text]
    (diff,) = [each.text for each in fences() if each.language == "diff"]
    weak, cut = re.subn(r"    - that: softmax\(1000.*\n.*\n", "", fence.text)
    assert cut == 1
    path = lesson_of(Fence("yaml", weak, "", 0), tmp_path)
    report = await run_mutants(select([str(path)]), home=tmp_path / "home")
    assert any(diff.strip("\n") in remark.message for remark in report.remarks)


# --- instruments

OWN = {
    "torch": instruments_torch.TorchInstruments,
    "jax": instruments_jax.JaxInstruments,
    "tensorflow": instruments_tensorflow.TensorflowInstruments,
}
PROGRAMS = {
    fence.text.split("\n", 1)[0].removeprefix("# "): fence.text.split("\n", 1)[1]
    for fence in fences()
    if fence.language == "python"
}


def instrument_rows(framework: FrameworkName) -> list[list[str]]:
    tables = [section("In every framework")]
    if framework in OWN:
        tables.append(section(f"In {framework}"))
    return [row for table in tables for row in rows(table)]


def signature(row: list[str]) -> str:
    return row[0].strip("`")


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_every_instrument_is_listed(framework: FrameworkName) -> None:
    names = [signature(row).partition("(")[0] for row in instrument_rows(framework)]
    assert len(names) == len(set(names))
    assert set(names) == instruments_of(framework)


@pytest.mark.parametrize("framework", REAL)
def test_arguments_are_those_of_the_code(framework: FrameworkName) -> None:
    homes = (instruments.Instruments, OWN[framework], source.Names)
    for row in instrument_rows(framework):
        name, bracket, _ = signature(row).partition("(")
        if not bracket:
            continue
        if name == "printed":
            function: Any = stdout.Stdout.lines
        elif name in ("warned", "leaked"):  # made where they are listed, without arguments
            assert signature(row) == f"{name}()"
            continue
        else:
            function = next(getattr(home, name) for home in homes if hasattr(home, name))
        made = inspect.signature(function)
        shown = ", ".join(
            str(each).partition(":")[0] + (f"={each.default}" if each.default != each.empty else "")
            for each in list(made.parameters.values())[1:]
        )
        assert signature(row).replace("1e-4", "0.0001") == f"{name}({shown})"


def examples(framework: FrameworkName) -> Iterator[tuple[str, Any]]:
    """Each example of a framework: the expression and what it gives."""
    for row in instrument_rows(framework):
        whole = re.findall(r"(?:(\w+): )?`([^`]+)` → `([^`]+)`", row[2])
        assert whole, row
        for own, expression, value in whole:
            if own in ("", framework):
                yield expression, _value(value)


def _value(text: str) -> Any:
    try:
        return ast.literal_eval(text)
    except ValueError:
        return text


def _plain(value: Any) -> Any:
    """A worker's value as the guide writes it."""
    found = plain(value)
    if isinstance(found, Tensor):
        assert found.data is not None
        return list(memoryview(found.data).cast("f"))
    return found.name if isinstance(found, DType | Device) else found


def _lists(value: Any) -> Any:
    return [_lists(each) for each in value] if isinstance(value, list | tuple) else value


@pytest.fixture(params=(*REAL, "numpy"))
def host(request: pytest.FixtureRequest) -> Host:
    return request.getfixturevalue(request.param)


@session_loop
@pytest.mark.parametrize("host", REAL, indirect=True)
async def test_examples_give_what_is_shown(host: Host) -> None:
    framework: Any = host.framework
    shown = list(examples(framework))
    (w, x) = re.search(r"with `w` = `(.*?)` and `x` =\n`(.*?)`", PAGE).groups()  # type: ignore[union-attr]
    ran = await run(
        host,
        PROGRAMS[framework],
        *(expression for expression, _ in shown),
        inputs={"w": w, "x": x},
        limits={"seconds": 120},
    )
    assert ran.outcome.how == "finished", ran.outcome.words
    for (expression, value), result in zip(shown, ran.outcome.results[0], strict=True):
        got, wanted = _plain(result), _lists(value)
        if isinstance(wanted, list) and all(isinstance(each, int | float) for each in wanted):
            wanted = pytest.approx(wanted, rel=1e-3, abs=1e-3)
        assert got == wanted, expression


@session_loop
async def test_numpy_lacks_what_the_guide_says(numpy: Host) -> None:
    (sentence,) = re.findall(r"In numpy\n(.*) raise `TypeError`", section("In every framework"))
    names = re.findall(r"`(\w+)`", sentence)
    assert len(names) == 4
    program = "def f(x):\n    return (x ** 2).sum()"
    probes = [f"raises({name}, f, {'(w,)' if 'trace' in name else 'w'})" for name in names]
    fine = "raises(finite_difference, f, w)"
    ran = await run(numpy, program, *probes, fine, inputs={"w": "normal(3)"})
    assert ran.first == (*["TypeError"] * 4, None)


# --- inputs and answers


@session_loop
async def test_generators_make_what_is_shown(host: Host) -> None:
    table = [row for row in rows(section("Inputs")) if row[0].endswith(")`")]
    made = {f"v{number}": row[0].strip("`") for number, row in enumerate(table)}
    assert [text for text in made.values() if fault_in(text)] == []
    assert [text.partition("(")[0] for text in made.values()] == list(inputs.OPTIONS)
    for text in made.values():
        kind = text.partition("(")[0]
        defaults = [f"{name}={value:g}" for name, value in inputs.OPTIONS[kind].items()]
        assert kind in ("number", "whole") or all(default in text for default in defaults)
    probes = [f"dtype_of({name})" if row[3:] and row[3].strip("`") else f"type({name}).__name__"
              for name, row in zip(made, table, strict=True)]  # fmt: skip
    shapes = [f"shape_of({name})" if row[3:] and row[3].strip("`") else "()"
              for name, row in zip(made, table, strict=True)]  # fmt: skip
    ran = await run(host, "", *probes, *shapes, inputs=made)
    assert ran.outcome.how == "finished", ran.outcome.words
    values = [_plain(value) for value in ran.outcome.results[0]]
    for row, dtype, shape in zip(table, values, values[len(table) :], strict=False):
        where = [part for part in row[2].split(", ") if host.framework in part]
        assert f"`{dtype}`" in (where[0] if where else row[2]), row
        assert _lists(_value(row[3].strip("`") or "()") if row[3:] else ()) == shape


def test_dtypes_and_limits_of_inputs_are_named() -> None:
    text = section("Inputs")
    listed = text.split("There are\n")[1].split(".")[0]
    assert tuple(re.findall(r"`(\w+)`", listed)) == DTYPES
    assert f"At most {MAX_ELEMENTS:,} elements" in text
    assert f"Attempts take turns at {SEED_SETS} such groups" in section("Seeds")


def test_answers_of_a_row_are_one_answer() -> None:
    seen: list[str] = []
    for form, cell in rows(section("Typed answers")):
        name: Any = form.strip("`")
        first, *others = re.findall(r"`([^`]+)`", cell)
        seen.append(name)
        reading = read_answer(first, name)
        assert not isinstance(reading, Unreadable)
        for other in (first, *others):
            verdict = grade_value(reading.value, other, name)
            assert verdict.verdict == "pass", (name, other, verdict.message)
    assert seen == list(models.Form.__args__)  # type: ignore[attr-defined]


# --- lists of names


def test_every_rule_of_lint_is_explained() -> None:
    assert [row[0].strip("`") for row in rows(section("lint"))] == list(LINT_RULES)


def _rules_said(*files: str) -> set[str]:
    """The names of rules that some modules give their remarks."""
    found: set[str] = set()
    for file in files:
        for node in ast.walk(ast.parse((TUTOR / "authoring" / file).read_text(encoding="utf-8"))):
            values: list[ast.expr] = []
            if isinstance(node, ast.Call) and node.args:
                name = getattr(node.func, "attr", getattr(node.func, "id", ""))
                values = node.args[:1] if name in ("remark", "say", "_say") else []
            elif isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "rule":
                values = [node.value]
            for value in values:
                options = [value.body, value.orelse] if isinstance(value, ast.IfExp) else [value]
                found |= {
                    option.value
                    for option in options
                    if isinstance(option, ast.Constant) and isinstance(option.value, str)
                }
    return {name for name in found if re.fullmatch("[a-z]+", name)}


def test_every_rule_of_test_and_mutate_is_explained() -> None:
    said = _rules_said("prove_answers.py", "prove_code.py", "prove_views.py", "agreement.py")
    assert {row[0].strip("`") for row in rows(section("test"))} == said | {"format"}
    assert {row[0].strip("`") for row in rows(section("mutate"))} == _rules_said("mutate.py")


def _slugs_said() -> set[str]:
    """Diagnoses that grading and the session give, the general ones aside."""
    found: set[str] = set(How.__args__) - {"finished", "raised"}  # type: ignore[attr-defined]
    for path in (*(TUTOR / "grading").glob("*.py"), *(TUTOR / "session").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            values: list[ast.expr | None] = []
            if isinstance(node, ast.Call):
                name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                place = {"Difference": 0, "_Failure": 1, "_fail": 1}.get(name)
                values = [node.args[place]] if place is not None and len(node.args) > place else []
                values += [each.value for each in node.keywords if each.arg == "diagnosis"]
            elif path.name == "typed.py" and isinstance(node, ast.Return):
                value = node.value
                values = [value.elts[0]] if isinstance(value, ast.Tuple) else []
            found |= {
                value.value
                for value in values
                if isinstance(value, ast.Constant) and isinstance(value.value, str)
            }
    return found


def test_every_diagnosis_is_listed() -> None:
    general = {rule.slug for rule in DIAGNOSES} | {slug for slug, _ in FAMILIES.values()}
    listed = [
        name
        for row in rows(section("Other diagnoses"))
        for name in re.findall(r"`([a-z-]+)`", row[0])
    ]
    assert len(listed) == len(set(listed))
    assert _slugs_said() - general - set(listed) == set()
    sources = "\n".join(
        path.read_text(encoding="utf-8")
        for folder in ("grading", "session", "runtime")
        for path in (TUTOR / folder).glob("*.py")
    )
    assert [name for name in listed if f'"{name}"' not in sources] == []
