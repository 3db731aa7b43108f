"""A course with one step of each kind, some that cannot work, and a way to submit to them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tutor.course.models import FrameworkName
from tutor.grading.verdict import Verdict
from tutor.runtime.job import Printed
from tutor.session import Measured, Session, StepRef, SubmitEvent

session_loop = pytest.mark.asyncio(loop_scope="session")
"""Hosts live as long as the test session, and on its loop."""

COURSE = """\
course: bench
title: One step of each kind
tracks:
  - id: main
    title: The only track
    lessons: [kinds, faults, others]
"""

KINDS = """\
lesson: kinds
title: One of each
track: main
frameworks: [torch, numpy]
minutes: 10
goals: [see every kind]
steps:
  - read:
      id: intro
      text: Read **this**.
      given: print("given ran")
  - value:
      id: slope
      ask: f(x) = x² + 3x. What is f′(2)?
      given:
        torch: |
          import torch
          x = torch.tensor(2.0, requires_grad=True)
          (x * x + 3 * x).backward()
          print("computed")
        numpy: |
          x = 2.0
      answer: {torch: x.grad, numpy: 2 * x + 3}
      mistakes:
        - probe: {torch: x * x + 3 * x, numpy: x * x + 3 * x}
          say: That is f(2).
        - answer: "4"
          say: You left the 3 out.
      hints: [Differentiate term by term., The slope of 3x is 3.]
      explain: Seven it is.
  - code:
      id: loss
      ask: Write `loss` and `slope`.
      task: fill
      inputs: {w: normal(3), x: "normal(8, 3)"}
      hints: [Square.]
      seconds: 8
      variants:
        torch:
          setup: import torch
          starter: |
            def loss(w, x):
                return ____
          solution: |
            def loss(w, x):
                return ((x @ w) ** 2).mean()

            def slope(w, x):
                return 2 * x.T @ (x @ w) / len(x)
          mistakes:
            - code: |
                def loss(w, x):
                    return ((x @ w) ** 2).sum()

                def slope(w, x):
                    return 2 * x.T @ (x @ w)
              say: Take the mean, not the sum.
            - raises: NameError
              matching: wanted
              say: There is no `wanted` here.
      checks:
        - that: loss(w, x)
        - that: slope(w, x)
          equals: finite_difference(loss, w, x)
          rtol: 1e-3
          atol: 1e-3
        - that: uses("while")
          is: false
  - choose:
      id: pick
      ask: Which is larger?
      options:
        - {text: one, why: It is smaller.}
        - {text: two, right: true, why: It is larger.}
  - choose:
      id: pick-live
      ask: Which hold?
      several: true
      given: x = 3
      options:
        - {text: it is odd, right: x % 2 == 1, why: Odd it is.}
        - {text: it is even, right: x % 2 == 0, why: Three is odd.}
        - {text: it is positive, right: x > 0, why: It is above zero.}
  - order:
      id: lines
      ask: Put them in order.
      setup: start = 2
      lines: [a = start + 1, b = start + 2, c = a * b]
      distractors:
        - {line: c = a + b, why: Nobody asks for a sum.}
      checks: [that: c]
  - measure:
      id: timing
      ask: Which number is larger?
      given: |
        sizes = {"small": 1.0, "large": 3.0}
      results: sizes
      unit: ms
      answer: sizes["large"] / sizes["small"]
      mistakes:
        - {answer: "2", say: "That is the difference."}
"""

FAULTS = """\
lesson: faults
title: What cannot work here
track: main
frameworks: [torch, numpy]
requires: [kinds]
minutes: 5
goals: [see what happens]
steps:
  - value: {id: gpu, ask: Fast?, needs: {device: gpus}, answer: "1"}
  - value: {id: package, ask: Is it there?, needs: {packages: [no_such_package_of_ours]}, answer: "1"}
  - value: {id: many, ask: How many?, needs: {devices: 4}, answer: "1"}
  - value: {id: raising, ask: What is it?, given: "x = 1 / 0", answer: "x"}
  - code:
      id: no-solution
      ask: Define `f`.
      variants:
        numpy:
          starter: f = None
          solution: "secret_word = 1 / 0\\ndef f(): return 1"
      checks: [that: f()]
  - code:
      id: package-too
      ask: Define `f`.
      needs: {packages: [no_such_package_of_ours, yaml]}
      variants:
        numpy: {starter: f = None, solution: "def f(): return 1"}
      checks: [that: f()]
  - code:
      id: slow-solution
      ask: Define `f`.
      seconds: 30
      variants:
        numpy: {starter: f = None, solution: "import time\\ntime.sleep(20)\\ndef f(): return 1"}
      checks: [that: f()]
"""

OTHERS = """\
lesson: others
title: The other frameworks
track: main
frameworks: [jax, tensorflow]
minutes: 5
goals: [see them too]
steps:
  - code:
      id: double
      ask: Write `double`.
      inputs: {x: normal(4)}
      variants:
        jax:
          setup: import jax.numpy as jnp
          starter: "def double(x): ..."
          solution: "def double(x): return 2 * x"
        tensorflow:
          setup: import tensorflow as tf
          starter: "def double(x): ..."
          solution: "def double(x): return 2 * x"
      checks: [that: double(x)]
"""

RIGHT = """\
def loss(w, x):
    return (x @ w).pow(2).sum() / x.shape[0]

def slope(w, x):
    return (x * (x @ w)[:, None]).mean(0) * 2
"""


def make_course(folder: Path) -> Path:
    """Write the course and return its folder."""
    course = folder / "course"
    (course / "main").mkdir(parents=True)
    (course / "course.yaml").write_text(COURSE)
    (course / "main" / "01-kinds.yaml").write_text(KINDS)
    (course / "main" / "02-faults.yaml").write_text(FAULTS)
    (course / "main" / "03-others.yaml").write_text(OTHERS)
    return course


@dataclass
class Done:
    """One submission, run to its end."""

    events: list[SubmitEvent] = field(default_factory=list[SubmitEvent])

    @property
    def verdict(self) -> Verdict:
        last = self.events[-1]
        assert isinstance(last, Verdict), "a submission must end with its verdict"
        assert sum(isinstance(event, Verdict) for event in self.events) == 1
        return last

    @property
    def name(self) -> str:
        return self.verdict.verdict

    @property
    def message(self) -> str:
        return self.verdict.message

    def text(self) -> str:
        return "".join(event.text for event in self.events if isinstance(event, Printed))

    def measured(self) -> list[Measured]:
        return [event for event in self.events if isinstance(event, Measured)]


def ref(name: str) -> StepRef:
    """`lesson/step` as the session takes it."""
    return StepRef(*name.split("/"))


async def submit(
    session: Session,
    step: str,
    framework: FrameworkName,
    answer: str,
    *,
    seen: Callable[[SubmitEvent], Any] = lambda event: None,
    graded: bool = True,
) -> Done:
    """Submit to the end."""
    done = Done()
    begin = session.submit if graded else session.run
    async for event in begin(ref(step), framework, answer):
        done.events.append(event)
        seen(event)
    return done
