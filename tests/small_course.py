"""A course of two lessons that needs nothing but NumPy and, in places, torch or JAX."""

from __future__ import annotations

from pathlib import Path

COURSE = """\
course: small
title: A small course
tracks:
  - id: first
    title: The first track
    lessons: [sums, later]
"""

SUMS = """\
lesson: sums
title: Adding up
track: first
frameworks: [numpy, torch, jax]
minutes: 5
goals: [add numbers]
steps:
  - read:
      text: Sums are **useful**.
      given: print("given ran")
  - value:
      id: total
      ask: What is the sum?
      given: |
        x = sum([1, 2, 3])
        print("added")
      answer: x
      mistakes:
        - answer: "5"
          say: That leaves one out.
      hints: [Add them up., One of them is 3.]
      explain: Six is perfect.
  - code:
      id: write-total
      ask: Write `total`.
      task: fill
      variants:
        numpy:
          starter: |
            def total(xs):
                return ____
          solution: |
            def total(xs):
                return sum(xs)
        torch:
          starter: |
            def total(xs):
                return ____
          solution: |
            def total(xs):
                return sum(xs)
      checks:
        - that: total([1, 2, 3])
  - choose:
      id: which
      ask: Which is larger?
      options:
        - text: one
          why: It is smaller.
        - text: two
          right: true
          why: It is larger.
  - order:
      id: lines
      ask: Put them in order.
      lines:
        - x = 1
        - y = x + 1
      distractors:
        - line: z = y
          why: Nobody asks for z.
"""

LATER = """\
lesson: later
title: Later
track: first
frameworks: [numpy]
requires: [sums]
minutes: 5
goals: [go on]
steps:
  - value:
      id: one
      ask: What is 1?
      answer: "1"
"""


PATHS = """\
paths:
  - id: jax-way
    title: JAX alone
    about: Sums in JAX.
    frameworks: [jax]
    lessons:
      - {lesson: sums, steps: [read-1, total, which]}
  - id: numpy-way
    title: NumPy alone
    frameworks: [numpy]
    lessons:
      - track: first
"""
"""For a course that offers a choice."""


def make_course(folder: Path, paths: str = "") -> Path:
    """Write the course and return its folder."""
    course = folder / "course"
    (course / "first").mkdir(parents=True)
    (course / "course.yaml").write_text(COURSE + paths)
    (course / "first" / "01-sums.yaml").write_text(SUMS)
    (course / "first" / "02-later.yaml").write_text(LATER)
    return course
