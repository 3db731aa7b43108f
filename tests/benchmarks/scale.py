"""What a large course costs: opening it, searching it and going from lesson to lesson.

In processor time of the thread that does it all: the clock on the wall, on a machine that does other
things, differs by more than what is looked for.
"""

from __future__ import annotations

import shutil
import statistics
import sys
import time
from collections.abc import Iterable, Mapping
from pathlib import Path

from tests.benchmarks.place import ROOT, temporary
from tests.benchmarks.rows import Bound, Row
from tests.benchmarks.terminal import Terminal
from tutor.course.catalogue import Catalogue, shipped

RUNS = 15
"""Starts of each program; they take turns."""

LIMIT = 1.15
"""How much slower a course may be than one of six lessons."""

SIZE = (80, 13)
"""Columns and rows: six lessons are a row too many for the map. So as much is painted of them as of
a larger course, the scrollbar too, which takes 5 ms of going into a lesson and back."""

SMALL, LARGE = 6, 1000
TRACK = 50
"""Lessons in a track."""

STEPS = 12
"""Of each lesson made up; the shipped ones have 9 to 13."""

WORD = "dtype"
"""Found in one of the six lessons only, and so are its first two letters: as much is painted."""

QUIET = 0.15
"""Seconds without a byte: shorter than the lesson screen waits until it warms a worker."""

ROUNDS = 15
"""Times that each key is pressed, in turn in each of the programs."""

Times = dict[str, list[float]]
"""Course → seconds of processor time, one for each round."""


def rows() -> list[Row]:
    """A course of 1,000 lessons, and the shipped one, against one of six."""
    with temporary("scale") as folder:
        six = _program(folder, "six", make_course(folder / "six", SMALL))
        large = _program(folder, "large", make_course(folder / "large", LARGE))
        shipped = _program(folder, "shipped", None)
        terminals = {"six": six, "thousand": large, "shipped": shipped}
        starts = opened_in_turn(terminals)
        with six, large, shipped:
            for terminal in terminals.values():
                terminal.settle(limit=120.0)
            found = {
                "searching the map": searched(terminals, WORD),
                "searching lessons and steps": found_in_palette(terminals, WORD),
                "into a lesson": moved(terminals),
            }
    return [
        row
        for name, times in {"opening the course": starts, **found}.items()
        for row in _rows(name, times)
    ]


def _rows(name: str, times: Times) -> list[Row]:
    middle = {course: statistics.median(each) * 1000 for course, each in times.items()}
    return [
        Row(
            name=f"{name}, {what}",
            ours=middle[course],
            unit="ms",
            peer=middle["six"],
            peer_name="six lessons",
            bound=Bound("ratio", LIMIT),
            note=f"processor time, {len(times[course])} rounds; at best "
            f"{min(times[course]) * 1000:.0f} against {min(times['six']) * 1000:.0f} ms",
        )
        for course, what in (("thousand", "1,000 lessons"), ("shipped", "the shipped course"))
    ]


def opened_in_turn(terminals: Mapping[str, Terminal]) -> Times:
    """What it takes from the start of the process until its map stands still."""
    times: Times = {name: [] for name in terminals}
    for number in range(RUNS + 1):
        for name, terminal in terminals.items():
            with Terminal(terminal.argv, terminal.env, SIZE) as started:
                started.settle(limit=120.0)
                if number:  # the first makes the index, the record and the byte code
                    times[name].append(started.busy())
    return times


def searched(terminals: Mapping[str, Terminal], word: str) -> Times:
    """What a word takes in the search line, each letter until the map stands still."""
    times: Times = {name: [] for name in terminals}
    for terminal in terminals.values():
        pressed(terminal, "/")
    for _ in range(ROUNDS):
        for name in times:
            times[name].append(sum(pressed(terminals[name], letter) for letter in word))
            for _letter in word:
                pressed(terminals[name], "backspace")
    for name in times:
        pressed(terminals[name], "escape")
    return times


def found_in_palette(terminals: Mapping[str, Terminal], word: str) -> Times:
    """What a word takes in the palette, each letter until what has it is shown."""
    times: Times = {name: [] for name in terminals}
    for _ in range(ROUNDS):
        for name in times:
            terminal = terminals[name]
            pressed(terminal, "ctrl+f")
            times[name].append(sum(pressed(terminal, letter) for letter in word))
            pressed(terminal, "escape")
    return times


def moved(terminals: Mapping[str, Terminal]) -> Times:
    """What it takes from Enter on a lesson until its step stands still, and from there to the map."""
    times: Times = {name: [] for name in terminals}
    for number in range(ROUNDS + 1):
        for name, terminal in terminals.items():
            there = pressed(terminal, "enter")
            back = pressed(terminal, "f12")
            if number:  # the first imports the screen and parses the lesson
                times[name].append(there + back)
    return times


def pressed(terminal: Terminal, key: str) -> float:
    """Press a key; what it takes until the program writes no more."""
    before, moment = terminal.busy(), time.perf_counter() - terminal.started
    terminal.send(key)
    terminal.settle_after(moment, QUIET)
    return terminal.busy() - before


def _program(folder: Path, name: str, course: Path | None) -> Terminal:
    """The program, with a course open."""
    argv = [sys.executable, "-m", "tutor", *(("--course", str(course)) if course else ())]
    env = {"PYTHONPATH": str(ROOT), "FWTUTOR_HOME": str(folder / f"home-{name}")}
    return Terminal(argv, env, SIZE)


def make_course(folder: Path, lessons: int) -> Path:
    """Write a course that begins with six of the shipped lessons, and goes on with made-up ones."""
    catalogue = Catalogue.open(shipped(), None)
    first = catalogue.course.tracks[0]
    (folder / first.id).mkdir(parents=True)
    for lesson in first.lessons[:SMALL]:
        path = Path(catalogue.lessons[lesson].path)
        shutil.copyfile(path, folder / first.id / path.name)
    text = "course: made-up\ntitle: A course made up\ntracks:\n"
    text += _track(first.id, first.lessons[:SMALL])
    for begin in range(SMALL, lessons, TRACK):
        track = f"track-{begin}"
        numbers = range(begin, min(begin + TRACK, lessons))
        text += _track(track, [f"lesson-{number}" for number in numbers])
        (folder / track).mkdir()
        for row, number in enumerate(numbers, start=1):
            path = folder / track / f"{row:02}-lesson-{number}.yaml"
            path.write_text(_lesson(number, track), encoding="utf-8")
    (folder / "course.yaml").write_text(text, encoding="utf-8")
    return folder


def _track(name: str, lessons: Iterable[str]) -> str:
    return f"  - {{id: {name}, title: {name.capitalize()}, lessons: [{', '.join(lessons)}]}}\n"


def _lesson(number: int, track: str) -> str:
    head = f"""\
lesson: lesson-{number}
title: Lesson {number} about numbers
track: {track}
frameworks: [numpy]
minutes: 10
goals: [add what lesson {number} gives, say what the sum is for, tell it from a product]
steps:
"""
    step = """\
  - choose:
      id: step-{}
      ask: Which is the larger of the two numbers that lesson {} is about?
      options:
        - {{text: one, why: It is the smaller of the two.}}
        - {{text: two, right: true, why: It is the larger of the two.}}
"""
    return head + "".join(step.format(place, number) for place in range(STEPS))
