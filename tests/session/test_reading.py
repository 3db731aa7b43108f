"""What a session reads and keeps; nothing runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.session.bench import KINDS, make_course, ref
from tutor.errors import CourseError, UsageError
from tutor.session import Draft, Session


def test_views_of_a_lesson(reader: Session) -> None:
    views = reader.step_views("kinds", "torch")
    assert [view.kind for view in views] == [
        *("read", "value", "code", "choose", "choose", "order", "measure"),
    ]
    assert [view.number for view in views] == [1, 2, 3, 4, 5, 6, 7]
    assert views[2].setup == "import torch"
    assert views[2].hints == 1
    in_numpy = [view.ref.step for view in reader.step_views("kinds", "numpy")]
    assert "loss" not in in_numpy, "a step that is for torch only has no numpy view"
    assert {view.framework for view in reader.step_views("kinds", "jax")} == {"torch"}


def test_a_view_in_a_framework_that_is_not_offered_comes_in_its_first(reader: Session) -> None:
    assert reader.step_view(ref("kinds/loss"), "numpy").framework == "torch"
    assert reader.step_view(ref("others/double"), "torch").framework == "jax"


def test_names_that_are_not_there(reader: Session) -> None:
    with pytest.raises(UsageError, match="Did you mean `loss`"):
        reader.step_view(ref("kinds/los"))
    with pytest.raises(UsageError, match="Did you mean `kinds`"):
        reader.step_views("kind", "torch")


def test_drafts_and_place_outlive_the_session(course: Path, tmp_path: Path) -> None:
    first = Session.open(course=course, home=tmp_path)
    assert first.where() is None
    assert first.draft(ref("kinds/loss"), "torch") is None
    first.save_draft(ref("kinds/loss"), "torch", Draft("def loss", 3, 4))
    first.save_place(ref("kinds/loss"), "torch")
    first.store.close()
    again = Session.open(course=course, home=tmp_path)
    assert again.draft(ref("kinds/loss"), "torch") == Draft("def loss", 3, 4)
    assert again.draft(ref("kinds/loss"), "numpy") is None
    assert again.where() == (ref("kinds/loss"), "torch")
    assert again.preferred_framework() == "torch"
    again.store.close()


def test_a_newcomer_begins_in_the_lessons_first_framework(course: Path, tmp_path: Path) -> None:
    fresh = Session.open(course=course, home=tmp_path)
    assert fresh.preferred_framework() == "torch"
    assert fresh.preferred_framework(("jax", "torch")) == "jax"
    assert fresh.preferred_framework(("numpy",)) == "numpy"
    assert fresh.preferred_framework(("numpy", "jax", "torch")) == "jax"
    fresh.save_place(ref("kinds/loss"), "torch")
    assert fresh.preferred_framework(("jax", "torch")) == "torch"
    fresh.store.close()


def test_a_reading_step_is_seen_when_it_is_opened(reader: Session) -> None:
    reader.save_place(ref("kinds/intro"), "torch")
    assert reader.standing("kinds").seen == {"intro"}
    assert reader.next_step() == ref("kinds/slope")


def test_who_paged_to_the_end_goes_on_at_the_first_step_not_done(reader: Session) -> None:
    for view in reader.step_views("kinds", "torch"):
        reader.save_place(view.ref, "torch")
        if view.ref.step == "pick":
            assert reader.where() == (ref("kinds/pick"), "torch")
    assert reader.where() == (ref("kinds/slope"), "torch")
    reader.save_draft(ref("kinds/timing"), "torch", Draft("2"))
    assert reader.where() == (ref("kinds/timing"), "torch"), "it was begun"


def test_hints_come_one_by_one_and_the_last_repeats(reader: Session) -> None:
    step = ref("kinds/slope")
    assert reader.hints_shown(step, "torch") == ()
    assert reader.hint(step, "torch").text == "Differentiate term by term."
    second = reader.hint(step, "torch")
    assert (second.number, second.of) == (2, 2)
    assert reader.hint(step, "torch") == second
    assert len(reader.hints_shown(step, "torch")) == 2
    assert reader.hints_shown(step, "numpy") == ()
    with pytest.raises(UsageError, match="has no hints"):
        reader.hint(ref("kinds/pick"), "torch")
    with pytest.raises(UsageError, match="has no hints"):
        reader.hint(ref("kinds/intro"), "torch")


def test_a_broken_lesson_leaves_the_others(tmp_path: Path) -> None:
    course = make_course(tmp_path)
    file = course / "main" / "01-kinds.yaml"
    file.write_text(KINDS.replace("minutes: 10", "minutes: [10"))
    session = Session.open(course=course, home=tmp_path / "home")
    with pytest.raises(CourseError, match=r"01-kinds\.yaml:\d+:\d+: "):
        session.step_views("kinds", "torch")
    assert session.step_views("others", "jax")
    assert not session.standing("kinds").complete
    session.save_place(ref("others/double"), "jax")
    assert not session.standing("kinds").complete
    assert session.next_step() == ref("faults/gpu")
    session.store.close()
