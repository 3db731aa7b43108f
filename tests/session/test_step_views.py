"""From lesson models to what one framework's learner sees."""

from __future__ import annotations

import msgspec
import pytest

from tests.session.bench import KINDS, OTHERS
from tutor.course.load import load_lesson
from tutor.course.models import Lesson, Order
from tutor.session.step_views import (
    chosen_line_numbers,
    distractors_of,
    lines_of,
    shuffled_lines,
    step_view,
)


@pytest.fixture(scope="module")
def kinds(tmp_path_factory: pytest.TempPathFactory) -> Lesson:
    file = tmp_path_factory.mktemp("kinds") / "01-kinds.yaml"
    file.write_text(KINDS)
    return load_lesson(file)


def order(*lines: str, distractors: tuple[str, ...] = ()) -> Order:
    return msgspec.convert(
        {
            "id": "lines",
            "ask": "Order.",
            "lines": lines,
            "distractors": [{"line": line, "why": "No."} for line in distractors],
        },
        Order,
    )


def test_texts_are_those_of_the_framework(kinds: Lesson) -> None:
    assert "import torch" in step_view(kinds, 1, "torch").given
    assert step_view(kinds, 1, "numpy").given.strip() == "x = 2.0"
    assert step_view(kinds, 1, None).framework == "torch"
    assert step_view(kinds, 1, "jax").framework == "torch"


def test_each_kind_shows_what_it_needs_and_no_answer(kinds: Lesson) -> None:
    read, value, code, choose, live, ordered, measure = (
        step_view(kinds, n, "torch") for n in range(7)
    )
    assert (read.given, read.runnable, read.hints) == ('print("given ran")', True, 0)
    assert (value.form, value.hints, value.runnable) == ("number", 2, False)
    assert (code.task, code.runnable, "____" in code.starter) == ("fill", True, True)
    assert choose.options == ("one", "two")
    assert (live.several, live.given) == (True, "x = 3")
    assert len(ordered.lines) == 4
    assert (measure.unit, measure.form, measure.runnable) == ("ms", "number", True)
    for shown in (read, value, code, choose, live, ordered, measure):
        text = repr(shown)
        for secret in ("mean()", "It is larger", "Nobody asks", "Seven it is", "x % 2"):
            assert secret not in text


def test_a_step_without_an_id_is_named_by_its_place(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    file = tmp_path_factory.mktemp("others") / "others.yaml"
    file.write_text(OTHERS.replace("steps:\n", "steps:\n  - read: Some text.\n"))
    lesson = load_lesson(file)
    assert step_view(lesson, 0, None).ref.step == "read-1"
    assert step_view(lesson, 1, None).number == 2


def test_the_last_step_in_a_framework_says_what_can_be_looked_up(kinds: Lesson) -> None:
    book = "A book: https://example.org/book"
    lesson = msgspec.structs.replace(kinds, sources=(book,))
    for framework in lesson.frameworks:
        offered = [
            step_view(lesson, index, framework)
            for index in range(len(lesson.steps))
            if framework in step_view(lesson, index, framework).frameworks
        ]
        assert [view.sources for view in offered] == [()] * (len(offered) - 1) + [(book,)]


@pytest.mark.parametrize("count", range(2, 9))
def test_lines_are_shuffled_alike_every_time_and_never_right(count: int) -> None:
    lines = tuple(f"x{n} = {n}" for n in range(count))
    step = order(*lines)
    for salt in map(str, range(30)):
        shown = shuffled_lines(step, "torch", salt)
        assert sorted(shown) == sorted(lines)
        assert shown != lines
        assert shown == shuffled_lines(step, "torch", salt)


def test_distractors_are_among_the_lines(kinds: Lesson) -> None:
    step = order("a", "b", distractors=("c",))
    assert lines_of(step, "torch") == ("a", "b")
    assert [d.line for d in distractors_of(step, "torch")] == ["c"]
    assert sorted(shuffled_lines(step, "torch", "")) == ["a", "b", "c"]


def test_lines_that_are_the_same_are_told_apart() -> None:
    assert chosen_line_numbers(("b", "a", "a"), ("a", "b", "a")) == "2,1,3"
