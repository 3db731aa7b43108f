"""Grades choices and orders: answers that pick from what is shown."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tutor.grading.verdict import Verdict
from tutor.grading.words import counted

MAX_LENGTH = 2_000
"""Characters in an answer that names options or lines."""


def picked(answer: str, of: int, what: str) -> list[int] | str:
    """Return the 0-based numbers that `2`, `1,3`, `b` or `(2) and 4` names, or a sentence."""
    if len(answer) > MAX_LENGTH:
        return f"That answer is {len(answer):,} characters long; name {what}s by number."
    words = re.findall(r"[A-Za-z]+|\d+", answer)
    chosen: list[int] = []
    for word in words:
        if word.lower() in ("and", "option", "options", "line", "lines"):
            continue
        if word.isdigit():
            place = int(word[:6]) - 1
        elif len(word) == 1 and word.isascii():
            place = ord(word.lower()) - ord("a")
        else:
            return f"`{word[:20]}` names no {what}: use numbers from 1 to {of}."
        if not 0 <= place < of:
            return f"There is no {what} `{word[:20]}`: use numbers from 1 to {of}."
        if place not in chosen:
            chosen.append(place)
    return chosen or f"Nothing is chosen yet: name {what}s by number, from 1 to {of}."


def grade_choice(
    options: Sequence[tuple[str, bool, str]], chosen: str, several: bool = False
) -> Verdict:
    """Grade a choice.

    Args:
        options: Text, whether it is right, and why; in the order shown.
        chosen: `2`, `1,3` or `b`.
        several: Whether more than one may be chosen.
    """
    marks = picked(chosen, len(options), "option")
    if isinstance(marks, str):
        return Verdict(verdict="unchecked", message=marks, diagnosis="unreadable")
    if len(marks) > 1 and not several:
        words = f"You chose {len(marks)} options; choose one."
        return Verdict(verdict="unchecked", message=words, diagnosis="unreadable")
    right = {place for place, option in enumerate(options) if option[1]}
    wrong = [place for place in marks if place not in right]
    missing = len(right) - (len(marks) - len(wrong))
    if not wrong and (not missing or not several):
        named = len(marks) > 1  # else whose reason is which would be a riddle
        whys = "\n\n".join(
            f"Option {place + 1}: {options[place][2]}" if named else options[place][2]
            for place in sorted(marks)
        )
        return Verdict(verdict="pass", message=f"Right. {whys}".rstrip())
    if not several:
        return Verdict(verdict="fail", message=options[marks[0]][2], diagnosis="choice")
    parts = [f"Option {place + 1}: {options[place][2]}" for place in wrong[:2]]
    found = len(marks) - len(wrong)
    verb = "is" if 1 in (found, len(marks)) else "are"
    left = f", {missing} still to find." if missing else "."
    parts.append(f"{found} of {counted(len(marks), 'mark')} {verb} right{left}")
    return Verdict(verdict="fail", message=" ".join(parts), diagnosis="choice")


def grade_order(
    lines: Sequence[str],
    shown: Sequence[str],
    distractors: Sequence[tuple[str, str]],
    answer: str,
) -> Verdict:
    """Grade lines put in order.

    Args:
        lines: In the right order.
        shown: As displayed: shuffled, distractors among them.
        distractors: Lines that do not belong, each with its why.
        answer: 1-based numbers into `shown`, such as `3,1,4`.
    """
    if len(answer) > MAX_LENGTH:
        words = f"That answer is {len(answer):,} characters long; name lines by number."
        return Verdict(verdict="unchecked", message=words, diagnosis="unreadable")
    numbers = re.findall(r"\d+", answer)
    twice = next((n for place, n in enumerate(numbers) if n in numbers[:place]), None)
    if twice:
        words = f"Line {twice[:6]} is used twice; use each line once."
        return Verdict(verdict="unchecked", message=words, diagnosis="unreadable")
    places = picked(answer, len(shown), "line")
    if isinstance(places, str):
        return Verdict(verdict="unchecked", message=places, diagnosis="unreadable")
    program = [shown[place] for place in places]
    whys = dict(distractors)
    for line in program:
        if line in whys and line not in lines:
            words = f"`{line.strip()}` does not belong. {whys[line]}"
            return Verdict(verdict="fail", message=words, diagnosis="distractor")
    if program == list(lines):
        return Verdict(
            verdict="pass", message=f"Right: all {counted(len(lines), 'line')} in order."
        )
    return _misplaced(lines, program)


def _misplaced(lines: Sequence[str], program: Sequence[str]) -> Verdict:
    missing = len(lines) - len(program)
    verb = "is" if missing == 1 else "are"
    lack = f"{counted(missing, 'line')} {verb} still missing." if missing > 0 else ""
    start = 0
    for number, line in enumerate(program, 1):
        # With lines missing, the rest may still follow the right order.
        found = next((i for i in range(start, len(lines)) if lines[i] == line), None)
        if found is None or (not missing and found != number - 1):
            words = f"Up to line {number - 1} the order is right; " if number > 1 else ""
            wrong = f"line {number}, `{line.strip()}`, comes too "
            wrong += "early." if not missing and found is not None else "late."
            said = words + wrong
            message = f"{said[0].upper()}{said[1:]} {lack}".rstrip()
            return Verdict(verdict="fail", message=message, diagnosis="misplaced")
        start = found + 1
    return Verdict(
        verdict="fail",
        message=f"The order is right so far; {lack}",
        diagnosis="incomplete",
    )
