"""What the record keeps and gives back."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from tutor.errors import StateError
from tutor.progress import schema
from tutor.progress.records import Attempt
from tutor.progress.store import ANSWER_BYTES, Store

HERE = ("course", "lesson", "step", "torch")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "data")
    yield opened
    opened.close()


def attempt(verdict: str = "fail", **changes: object) -> Attempt:
    names = {"course": "course", "lesson": "lesson", "step": "step", "framework": "torch"}
    return Attempt(**{**names, "answer": "42", "verdict": verdict, **changes})  # type: ignore[arg-type]


def test_a_new_record_is_quiet_and_empty(store: Store) -> None:
    assert store.notice == ""
    assert store.saves
    assert store.draft(*HERE) is None
    assert store.place("course") is None
    assert store.attempts("course") == ()
    assert store.passed("course") == {}
    assert store.hints_taken(*HERE) == 0
    assert store.seen("course") == {}


def test_a_draft_comes_back_with_its_cursor_after_reopening(tmp_path: Path) -> None:
    text = "x = torch.ones(3)\n\tλ\x00\r\n" * 3
    store = Store.open(tmp_path)
    store.save_draft(*HERE, "first", 1, 2)
    store.save_draft(*HERE, text, 7, 11)
    store.close()
    again = Store.open(tmp_path)
    draft = again.draft(*HERE)
    again.close()
    assert draft is not None
    assert (draft.text, draft.row, draft.column) == (text, 7, 11)
    assert draft.saved_at > 0


def test_drafts_are_kept_apart(store: Store) -> None:
    keys = [
        HERE,
        ("other", *HERE[1:]),
        ("course", "other", *HERE[2:]),
        ("course", "lesson", "other", "torch"),
        (*HERE[:3], "jax"),
    ]
    for number, key in enumerate(keys):
        store.save_draft(*key, str(number))
    drafts = [store.draft(*key) for key in keys]
    assert [draft.text for draft in drafts if draft] == ["0", "1", "2", "3", "4"]


def test_names_may_be_given_as_keywords(store: Store) -> None:
    key = {"course": "course", "lesson": "lesson", "step": "step", "framework": "torch"}
    store.save_draft(**key, text="hello", row=0, column=5)
    draft = store.draft(**key)
    assert draft is not None
    assert draft.column == 5


def test_a_lone_surrogate_and_a_long_draft_are_kept(store: Store) -> None:
    store.save_draft(*HERE, "a\udc80b" + "x" * 3_000_000)
    draft = store.draft(*HERE)
    assert draft is not None
    assert draft.text.startswith("a?bx")
    assert len(draft.text) == 3_000_003


def test_the_place_is_the_last_one_saved(store: Store) -> None:
    store.save_place(*HERE)
    store.save_place("course", "lesson", "later", "jax")
    store.save_place("other", "elsewhere", "step", "numpy")
    place = store.place("course")
    assert place is not None
    assert (place.lesson, place.step, place.framework) == ("lesson", "later", "jax")


def test_attempts_come_back_whole_and_in_order(store: Store) -> None:
    given = attempt("pass", diagnosis="author", seconds=0.25, hints_taken=2, at=12.5)
    store.record(given)
    store.record(attempt("fail", framework="jax"))
    store.record(attempt("fail", step="next"))
    first, *_ = store.attempts("course")
    assert first == Attempt(
        id=1,
        at=12.5,
        course="course",
        lesson="lesson",
        step="step",
        framework="torch",
        answer="42",
        verdict="pass",
        diagnosis="author",
        seconds=0.25,
        hints_taken=2,
    )
    assert [a.id for a in store.attempts("course")] == [1, 2, 3]
    assert [a.id for a in store.attempts("course", "lesson", "step")] == [1, 2]
    assert [a.id for a in store.attempts("course", "lesson", "step", "jax")] == [2]
    assert store.attempts("course", "other") == ()
    assert store.attempts("course")[1].at > 1e9


@pytest.mark.parametrize("letter", ["y", "é"])
def test_an_answer_is_cut_at_100_kilobytes(store: Store, letter: str) -> None:
    store.record(attempt(answer="x" + letter * 5_000_000))
    kept = store.attempts("course")[0].answer
    assert ANSWER_BYTES - 1 <= len(kept.encode()) <= ANSWER_BYTES
    assert set(kept) == {"x", letter}


def test_only_a_pass_counts_as_passed(store: Store) -> None:
    for verdict in ("fail", "unchecked", "skipped"):
        store.record(attempt(verdict))
    assert store.passed("course") == {}
    store.record(attempt("pass"))
    store.record(attempt("fail"))
    store.record(attempt("pass", framework="jax"))
    store.record(attempt("pass", lesson="other", step="end"))
    store.record(attempt("pass", course="foreign"))
    assert store.passed("course") == {
        "lesson": {("step", "torch"), ("step", "jax")},
        "other": {("end", "torch")},
    }


def test_unchecked_and_skipped_are_kept_but_pass_nothing(store: Store) -> None:
    store.record(attempt("unchecked"))
    store.record(attempt("skipped"))
    assert [a.verdict for a in store.attempts("course")] == ["unchecked", "skipped"]
    assert store.passed("course") == {}


def test_what_was_skipped_is_known_until_it_is_passed(store: Store) -> None:
    store.record(attempt("unchecked"))
    assert store.skipped("course") == {}
    store.record(attempt("skipped"))
    store.record(attempt("fail"))
    assert store.skipped("course") == {"lesson": {"step"}}
    assert store.skipped("course", "another") == {}
    store.record(attempt("pass"))
    assert store.skipped("course") == {}


def test_hints_are_counted_per_step_and_framework(store: Store) -> None:
    assert store.take_hint(*HERE) == 1
    assert store.take_hint(*HERE) == 2
    assert store.hints_taken(*HERE) == 2
    assert store.hints_taken(*HERE[:3], "jax") == 0


def test_reading_steps_are_marked_once(store: Store) -> None:
    store.mark_seen("course", "lesson", "read-1")
    store.mark_seen("course", "lesson", "read-1")
    store.mark_seen("course", "lesson", "read-2")
    assert store.seen("course") == {"lesson": {"read-1", "read-2"}}


def fill(store: Store) -> None:
    for lesson in ("one", "two"):
        for step in ("a", "b"):
            store.save_draft("course", lesson, step, "torch", "text")
            store.record(attempt("pass", lesson=lesson, step=step))
            store.take_hint("course", lesson, step, "torch")
            store.mark_seen("course", lesson, step)
    store.save_place("course", "one", "a", "torch")
    store.save_draft("foreign", "one", "a", "torch", "mine")


def test_reset_forgets_a_step_a_lesson_or_a_course_and_nothing_else(store: Store) -> None:
    fill(store)
    assert store.reset("course", "one", "b") == 4
    assert store.place("course") is not None
    assert store.reset("course", "one") == 5
    assert store.place("course") is None
    assert store.passed("course") == {"two": {("a", "torch"), ("b", "torch")}}
    assert store.reset("course") == 8
    assert store.reset("course") == 0
    assert store.draft("foreign", "one", "a", "torch") is not None


def test_a_newer_record_is_refused_in_one_sentence_and_left_alone(tmp_path: Path) -> None:
    Store.open(tmp_path).close()
    path = tmp_path / "record.sqlite"
    with sqlite3.connect(path) as connection:
        connection.execute(f"PRAGMA user_version = {schema.VERSION + 1}")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(StateError, match=r"written by a newer fwtutor .* upgrade fwtutor"):
        Store.open(tmp_path)
    assert path.read_bytes() == before


def test_passed_and_tried_are_answered_from_an_index(store: Store) -> None:
    plan = store._connection.execute(
        "EXPLAIN QUERY PLAN SELECT DISTINCT lesson, step, framework FROM attempt"
        " WHERE course = 'course' AND verdict = 'pass'"
    ).fetchall()
    assert "COVERING INDEX" in plan[0][3]


def test_trust_is_of_a_course_and_its_content(store: Store) -> None:
    assert not store.trusts("one")
    store.trust("one", "abc")
    store.trust("one", "abc")
    assert store.trusts("one")
    assert store.trusts("one", "abc")
    assert not store.trusts("one", "abd")
    assert not store.trusts("two", "abc")
    store.reset("one")
    assert store.trusts("one", "abc"), "progress is another matter"
    store.distrust("one")
    assert not store.trusts("one")


def test_where_a_course_comes_from(store: Store) -> None:
    assert store.origin("one") == ""
    store.bind("one", "/a")
    store.bind("one", "/b")
    store.bind("two", "/a\udc80")
    assert (store.origin("one"), store.origin("two")) == ("/b", "/a?")


def test_a_record_from_before_trust_is_brought_up_to_date(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "record.sqlite") as connection:
        for statement in schema.MIGRATIONS[0]:
            connection.execute(statement)
        connection.execute("INSERT INTO choice VALUES ('theme', 'dark')")
        connection.execute("PRAGMA user_version = 1")
    connection.close()
    opened = Store.open(tmp_path)
    assert (opened.notice, opened.choice("theme")) == ("", "dark")
    opened.trust("one", "abc")
    assert opened.trusts("one", "abc")
    opened.close()
