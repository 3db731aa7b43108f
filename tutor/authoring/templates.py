"""What `author new` writes: whole, small examples that lint clean and teach the format."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence

from tutor.course.models import FrameworkName

COURSE = """\
# A course: its tracks, and the order of their lessons.
course: {id}            # progress is kept under this id; choose it once
title: {title}
about: One sentence that says what a learner can do at the end.
tracks:
  # A track is a folder. Its lessons are files in it, named NN-ID.yaml.
  - id: {track}
    title: Basics
    about: One sentence on the track.
    lessons:
      - {lesson}
# What the course means to teach: id and one line. A lesson names ids in `covers`, and
# `fwtutor author lint --coverage` says which no lesson covers.
topics:
  squares: the mean of squares, by hand and in code
"""

_HEAD = """\
# A lesson: what it is about, then its steps. `fwtutor author schema --editors` says how an
# editor completes the fields; `fwtutor author lint` checks them.
lesson: {id}
title: {title}
track: {track}
frameworks: [{frameworks}]  # the first is the default
requires: []                # ids of lessons to do first
minutes: 10
goals:
  - say what the learner can do afterwards, beginning with a verb
covers: [{covers}]
steps:
"""

_SOURCES = """\
sources:
  # Where the facts come from: title and address.
  - "NumPy, numpy.mean: https://numpy.org/doc/stable/reference/generated/numpy.mean.html"
"""

_READ = """\
- read:
    id: {id}
    # Markdown, with tables and code. A heading is the step's title.
    text: |
      ## {title}

      Say what this is about, and why it matters. Then let the learner
      predict something: the next step asks.
"""

_VALUE = """\
- value:  # predict a value
    id: {id}
    ask: What is `total`?
    # Shown, and run before the answer is evaluated.
{given}
    # An expression: evaluated live, never written down.
    answer: total
    form: number  # or list, shape, dtype, text, exception, bool, device
    mistakes:
      # Wrong answers foreseen. A probe is evaluated beside the answer.
      - probe: sum(x) ** 2
        say: You added first and squared the sum. What does the line do first?
      - probe: sum(x)
        say: That is the sum of the entries themselves. What happens to each before?
    hints:
      # From a nudge to nearly there; the last leaves one thing to do.
      - Two things happen to `x`, one after the other.
      - Each entry is squared. What is done with the squares?
      - Square 1, 2 and 4. Then add.
    explain: Say something new after a pass. Here, that large entries weigh most in the sum.
"""

_CODE = """\
- code:  # write code; checked by probes on inputs made afresh from seeds
    id: {id}
    task: write  # or fix, or fill (a starter with blanks, ____)
    ask: Write `mean_square(x)`, the mean of the squares of `x`.
    # Name and generator. Tensors of the framework at hand.
    inputs:
      x: normal(8)
    variants:
{variants}
    checks:
      # Alone, `that` must give what it gives on the solution.
      - that: mean_square(x)
      # Or it has one of `equals`, `is`, `at_least` and `at_most`, `raises`.
      - that: mean_square(3 * x)
        equals: 9 * mean_square(x)
        label: three times the input gives nine times the mean
    hints:
      - Two operations. The name of the function has both, the second one first.
      - Square every entry. No loop is needed.
      - What is left is one number for all of them. Which reduction divides by how many?
    explain: Dividing by the count makes batches of different sizes comparable.
"""

_CHOOSE = """\
- choose:
    id: {id}
    ask: You double every entry of `x`. The mean of its squares …
    options:
      # Every option says why it is right, or why it is tempting and where it breaks.
      - text: becomes four times as large
        right: true
        why: Each square has the factor twice, and the mean keeps it.
      - text: doubles
        why: The entries double. Their squares have the factor twice.
      - text: stays, since a mean divides it out
        why: A mean divides by how many there are, which has not changed.
    hints:
      - Try it with one entry.
      - What is (2a)²?
      - The factor 2 is squared with the entry. The mean then keeps what it is given.
    explain: A loss that is a mean of squares is therefore sensitive to the scale of its target.
"""

_ORDER = """\
- order:  # put lines in order; some do not belong
    id: {id}
    ask: Put the lines in order, so that `mean` is the mean of the squares. One does not belong.
    lines:
      - "total = 0"
      - "for value in [1, 2, 4]:"
      - "    total = total + value * value"
      - "mean = total / 3"
    distractors:
      - line: "    total = value * value"
        why: This forgets what was added before.
    # With checks the lines are run, and any order that satisfies them passes.
    checks:
      - that: mean
    hints:
      - What must be there before the loop can add to it?
      - The indented line belongs to the loop. It keeps what was there.
      - A mean is taken once, after the loop.
    explain: The same three stages, start, accumulate and divide, are in every running mean.
"""

_MEASURE = """\
- measure:  # run an experiment, look at the result, answer from it
    id: {id}
    ask: |
      The slope of x² at 2 is 4. The code takes it as a difference over a step, twice.
      **By what factor does the error fall** when the step is ten times smaller?
    given: |
      def error(step):
          slope = ((2 + step) ** 2 - 2 ** 2) / step
          return abs(slope - 4)

      errors = {{"step 0.1": error(0.1), "step 0.01": error(0.01)}}
    # A dict of label and number, drawn as bars.
    results: errors
    # Evaluated in the same run. Or give `options`, as in a `choose`.
    answer: errors["step 0.1"] / errors["step 0.01"]
    mistakes:
      - probe: (errors["step 0.1"] / errors["step 0.01"]) ** 2
        say: That is the square of it. A difference to both sides would do that.
    hints:
      - Run it, and read the two bars.
      - Divide the longer bar by the shorter.
      - How many times does the small error fit into the large one?
    explain: A one-sided difference is first order. The error goes with the step.
"""

STEPS: dict[str, str] = {
    "read": _READ,
    "value": _VALUE,
    "code": _CODE,
    "choose": _CHOOSE,
    "order": _ORDER,
    "measure": _MEASURE,
}
"""By kind; the fields of each indented as below a `steps:` at the margin."""

_IMPORT: dict[FrameworkName, str] = {
    "torch": "import torch",
    "tensorflow": "import tensorflow as tf",
    "jax": "import jax.numpy as jnp",
    "numpy": "import numpy as np",
}
_TENSOR: dict[FrameworkName, str] = {
    "torch": "torch.tensor",
    "tensorflow": "tf.constant",
    "jax": "jnp.array",
    "numpy": "np.array",
}
_REDUCE: dict[FrameworkName, str] = {
    "torch": "torch.{}",
    "tensorflow": "tf.reduce_{}",
    "jax": "jnp.{}",
    "numpy": "np.{}",
}


def step_text(kind: str, name: str, frameworks: Sequence[FrameworkName]) -> str:
    """One step of a kind, as below a `steps:` at the margin."""
    given: dict[FrameworkName, str] = {
        framework: f"{_IMPORT[framework]}\n\n"
        f"x = {_TENSOR[framework]}([1.0, 2.0, 4.0])\n"
        f"total = {_REDUCE[framework].format('sum')}(x ** 2)\n"
        for framework in frameworks
    }
    return STEPS[kind].format(
        id=name,
        title=words_of(name),
        given=textwrap.indent("given:\n" + _blocks(given), "    "),
        variants=textwrap.indent("".join(_variant(each) for each in frameworks), "      ").rstrip(),
    )


def lesson_text(
    name: str,
    track: str,
    frameworks: Sequence[FrameworkName],
    covers: Sequence[str] = (),
    modeline: str = "",
) -> str:
    """A whole lesson: read, predict, write, choose."""
    head = _HEAD.format(
        id=name,
        title=words_of(name),
        track=track,
        frameworks=", ".join(frameworks),
        covers=", ".join(covers),
    )
    kinds = {"read": "start", "value": "by-hand", "code": "in-code", "choose": "scale"}
    steps = [
        textwrap.indent(step_text(kind, step, frameworks), "  ") for kind, step in kinds.items()
    ]
    return modeline + head + "\n".join(steps) + "\n" + _SOURCES


def words_of(name: str) -> str:
    """An id as a title: `first-steps` is `First steps`."""
    words = name.replace("-", " ")
    return words[:1].upper() + words[1:]


def _blocks(sources: Mapping[FrameworkName, str]) -> str:
    """A map of framework and code, each in a literal block."""
    rows = [f"  {name}: |\n" + textwrap.indent(source, "    ") for name, source in sources.items()]
    return "".join(rows).rstrip("\n")


def _variant(framework: FrameworkName) -> str:
    mean, total = (_REDUCE[framework].format(name) for name in ("mean", "sum"))
    return f"""\
{framework}:
  setup: {_IMPORT[framework]}
  starter: |
    def mean_square(x):
        ...
  solution: |
    def mean_square(x):
        return {mean}(x ** 2)
  mistakes:
    # A whole wrong program: an answer whose checks give the same values earns `say`.
    - code: |
        def mean_square(x):
            return {total}(x ** 2)
      say: These are the squares, added up. A mean shares the sum among the entries.
"""
