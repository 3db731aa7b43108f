"""The placement test's order, and when it stops."""

from __future__ import annotations

from tutor.session.placement import Candidate, Placement


def lesson(name: str, track: str = "one", *requires: str, steps: int = 2) -> Candidate:
    return Candidate(name, track, requires, "torch", tuple(f"s{n}" for n in range(steps)))


def take(placement: Placement, known: set[str]) -> list[str]:
    """Answer as somebody who knows these lessons; what was asked, in order."""
    asked: list[str] = []
    while (question := placement.question) is not None:
        asked.append(f"{question.candidate.lesson}/{question.step}")
        placement.judged("pass" if question.candidate.lesson in known else "fail")
    return asked


def test_a_lesson_is_known_when_all_its_exercises_pass() -> None:
    kept: list[str] = []
    placement = Placement([lesson("a"), lesson("b")], kept.append)
    assert placement.remaining == 2
    assert take(placement, {"a"}) == ["a/s0", "a/s1", "b/s0"]
    assert kept == ["a"]
    assert placement.outcomes == {"a": "known", "b": "failed"}


def test_a_lesson_is_kept_as_soon_as_it_is_known() -> None:
    kept: list[str] = []
    placement = Placement([lesson("a", steps=1), lesson("b")], kept.append)
    placement.judged("pass")
    assert kept == ["a"]
    assert placement.question is not None


def test_two_failed_in_a_row_end_their_track_and_what_builds_on_it() -> None:
    lessons = [
        lesson("a"),
        lesson("b"),
        lesson("c"),
        lesson("x", "two", "c"),
        lesson("y", "two", "x"),
        lesson("v", "three", "a"),
        lesson("z", "four"),
    ]
    placement = Placement(lessons, lambda _: None)
    assert take(placement, {"z"}) == ["a/s0", "b/s0", "z/s0", "z/s1"]


def test_failures_in_a_row_are_of_one_track() -> None:
    lessons = [lesson("a"), lesson("x", "two"), lesson("b"), lesson("y", "two"), lesson("c")]
    placement = Placement(lessons, lambda _: None)
    assert take(placement, {"b"}) == ["a/s0", "x/s0", "b/s0", "b/s1", "y/s0", "c/s0"]


def test_what_cannot_be_judged_is_neither_known_nor_failed() -> None:
    kept: list[str] = []
    placement = Placement([lesson("a"), lesson("b"), lesson("c"), lesson("d")], kept.append)
    placement.judged("skipped")
    placement.judged("pass")
    placement.skip()
    placement.judged("unchecked")
    placement.judged("pass")
    assert placement.outcomes == {"a": "open", "b": "failed", "c": "open"}
    assert kept == []
    assert placement.remaining == 1


def test_what_came_of_it_in_words() -> None:
    titles = {"a": "Arrays", "b": "Slopes"}
    placement = Placement([lesson("a", steps=1), lesson("b", steps=1)], lambda _: None)
    assert placement.words(titles) == "Nothing was asked."
    placement.judged("pass")
    assert placement.words(titles) == "You may skip 1 lesson: Arrays."
    placement.judged("pass")
    assert placement.words(titles) == "You may skip 2 lessons: Arrays, Slopes."
    failed = Placement([lesson("a")], lambda _: None)
    failed.skip()
    assert failed.words(titles) == "No lesson is skipped: begin where the map says."
