"""A lesson with one step of each kind, and what running each of them yields."""

from __future__ import annotations

from tests.ui.fake_session import FRAMEWORKS, FakeSession, lesson_info
from tutor.errors import Finding
from tutor.grading.verdict import CheckResult, Verdict
from tutor.runtime.job import Printed, Started
from tutor.session import Measured, StepRef, StepView, Waiting
from tutor.views.model import Bar, Bars

LESSON = "first-gradient"

READ = """\
# What a gradient is

A **gradient** says how much the output moves when an input does. The three frameworks
record the *same* arithmetic in different ways:

| framework | records | call |
|---|---|---|
| PyTorch | while it runs, on a tape | `loss.backward()` |
| TensorFlow | inside a `GradientTape` block | `tape.gradient(loss, w)` |
| JAX | by tracing the function once | `jax.grad(f)(w)` |

- The tape of PyTorch is thrown away after `backward`.
- JAX gives you a *function*:

```python
grad_f = jax.grad(f)   # a function, not a number
grad_f(2.0)
```
"""

GIVEN = """\
import torch

x = torch.tensor(2.0, requires_grad=True)
y = x**2 + 3*x + 5
y.backward()
print(x.grad)
"""

STARTER = """\
import FRAMEWORK


def loss(w, x, y):
    \"\"\"Mean squared error of a linear model.\"\"\"
    return ____


def loss_grad(w, x, y):
    return ____
"""


KEEPS = (
    "`loss.backward(retain_graph=True)`, which keeps every buffer that the backward pass would "
    "need once more"
)


def step(name: str, kind: str, number: int, **fields: object) -> StepView:
    """Return a step of the lesson."""
    common: dict[str, object] = {
        "ref": StepRef(LESSON, name),
        "kind": kind,
        "number": number,
        "title": name.replace("-", " "),
        "framework": "torch",
        "frameworks": FRAMEWORKS,
        "prompt": "Say it.",
    }
    return StepView(**(common | fields))  # type: ignore[arg-type]


def steps() -> list[StepView]:
    """One step of each kind."""
    return [
        step("read-1", "read", 1, prompt=READ, title="What a gradient is"),
        step(
            "by-hand",
            "value",
            2,
            prompt="f(x) = x² + 3x + 5. What is **f′(2)**?",
            given=GIVEN,
            form="number",
            hints=2,
        ),
        step(
            "mse-gradient",
            "code",
            3,
            prompt="Write the mean squared error of `x @ w` against `y`, and its gradient.",
            setup="import numpy as np\n",
            starter=STARTER,
            task="fill",
            hints=2,
            runnable=True,
        ),
        step(
            "which-tape",
            "choose",
            4,
            prompt="Which of these keeps the graph after `backward()`?",
            options=(
                "`loss.backward()`",
                KEEPS,
                "`loss.detach()`",
            ),
            hints=2,
        ),
        step(
            "put-in-order",
            "order",
            5,
            prompt="Put one training step in order. One line does not belong.",
            lines=("optimizer.step()", "loss.backward()", "loss.detach()", "optimizer.zero_grad()"),
        ),
        step(
            "jit-or-not",
            "measure",
            6,
            prompt="How many times faster is the compiled function?",
            given="times = {'eager': eager(), 'compiled': compiled()}\n",
            form="number",
            unit="ms",
            runnable=True,
        ),
    ]


PASS = Verdict(
    verdict="pass",
    message="Right: the derivative is `2x + 3`.",
    framework="torch",
    device="cpu",
    seconds=0.012,
    explain="PyTorch **adds** to `x.grad`: a second `backward()` would give twice that.",
)

FAIL = Verdict(
    verdict="fail",
    message="`loss_grad(w, x, y)` is **8 times** too large: did you sum where the mean was asked?",
    diagnosis="scaled-by-n",
    checks=(
        CheckResult(label="loss(w, x, y)", passed=True),
        CheckResult(label="loss_grad(w, x, y)", passed=False, message="expected shape (3,)"),
    ),
    framework="torch",
    device="cuda:0 (NVIDIA H100)",
    seconds=0.034,
)


def session(**fields: object) -> FakeSession:
    """The lesson, a second one, and one with a fault."""
    fake = FakeSession(
        steps(),
        lessons=[
            lesson_info("tensors", title="Tensors", requires=(LESSON,)),
            lesson_info("training-loop", title="A training loop from scratch", track="training"),
            lesson_info(
                "broken",
                title="broken",
                track="training",
                broken=(
                    Finding(
                        "lessons/training/09-broken.yaml",
                        3,
                        1,
                        "`stepz` is not a field here. Did you mean `steps`?",
                    ),
                ),
            ),
        ],
        **fields,  # type: ignore[arg-type]
    )
    fake.scripts = {
        "by-hand": [Waiting("starting PyTorch"), Started(device="cpu"), Printed(stream="stdout", text="tensor(7.)\n"), PASS],
        "mse-gradient": [
            Started(device="cuda:0 (NVIDIA H100)"),
            Printed(stream="stdout", text="step 1  loss 3.21\nstep 2  loss 2.96\n"),
            Printed(stream="stderr", text="UserWarning: slow\n"),
            FAIL,
        ],
        "which-tape": [Started(device="cpu"), PASS],
        "put-in-order": [Started(device="cpu"), PASS],
        "jit-or-not": [
            Started(device="cpu"),
            Measured(Bars(name="results", bars=(Bar(label="eager", value=12.5), Bar(label="compiled", value=1.75)), unit="ms")),
            Verdict(verdict="unchecked", message="Now answer from what you see."),
        ],
    }  # fmt: skip
    return fake
