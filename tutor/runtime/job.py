"""What goes to a worker and what comes back. Frozen, and free of any framework.

A :class:`Job` is one attempt (or one run of the author's solution). Running it yields
:class:`Printed` events and ends with exactly one :class:`Outcome`.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from tutor.grading.values import Value
from tutor.views.model import View

MIB = 1 << 20


class Limits(Struct, frozen=True, kw_only=True):
    """What one attempt may use. Going over ends it, and the outcome says which."""

    seconds: float = 10.0
    """Wall time of the code and its probes; not importing, not device start-up."""
    start_seconds: float = 120.0
    """Wall time for a worker to be ready: import, device, warm-up."""
    memory: int = 4096 * MIB
    """Resident bytes above the spare's own, over the whole process tree."""
    output: int = 1 * MIB
    """Bytes of stdout and stderr passed on; the rest is counted, and the cut is said."""
    file: int = 1024 * MIB
    """Size of the largest file it may write."""
    processes: int = 64
    """Child processes alive at once."""


class Block(Struct, frozen=True, kw_only=True):
    """A piece of source, run in the namespace that the pieces before it left."""

    name: Literal["setup", "given", "answer"]
    """`answer` is the learner's own (or the solution): tracebacks point into it."""
    source: str


class Wanted(Struct, frozen=True, kw_only=True):
    """A view that is to be made once the probes have been evaluated."""

    view: str
    """One of `tutor.views.model.KINDS`."""
    of: str
    """An expression for what is drawn; empty for a timeline."""
    name: str
    """The name that the view will have; unique in its job."""
    caption: str
    log: bool = False
    """For a curve: a logarithmic y axis."""
    unit: str = ""
    """For bars: the unit of the values."""


class Job(Struct, frozen=True, kw_only=True):
    """Code to run in a fresh worker, and the probes to evaluate afterwards."""

    framework: str
    blocks: tuple[Block, ...]
    inputs: dict[str, str] = {}
    """Name → generator expression; made as the framework's own tensors, on the device."""
    seeds: tuple[int, ...] = (0,)
    """Inputs are made, and probes evaluated, once per seed."""
    rerun: bool = False
    """Whether the blocks run again for each seed (they read inputs at top level)."""
    probes: tuple[str, ...] = ()
    """Expressions, evaluated in order in the namespace the blocks left."""
    views: tuple[Wanted, ...] = ()
    """Made after the probes. One that fails, hangs or dies changes nothing of the results."""
    packages: tuple[str, ...] = ()
    """Import names that must be importable beside the framework."""
    limits: Limits = Limits()
    compile_cache: bool = True
    """Whether compilers may use their shared disk caches."""
    device: str = "auto"
    """`auto` (an accelerator if there is one), `cpu`, `cuda`, `cuda:1` …; `cpu*8`: the CPU as 8."""


class Frame(Struct, frozen=True, kw_only=True):
    """A traceback frame."""

    block: str
    """`answer`, `given`, `setup`, or empty for library code."""
    file: str
    line: int
    """1-based, within the block."""
    function: str
    source: str
    """The line's text, stripped; empty when unknown."""


class Error(Struct, frozen=True, kw_only=True):
    """An exception that ended the learner's code."""

    type: str
    bases: tuple[str, ...]
    message: str
    frames: tuple[Frame, ...]
    """Outermost first; the learner's own first."""


How = Literal[
    "finished",  # ran to its end; probes were evaluated
    "raised",  # the code raised; `error` says what and where
    "timed-out",  # over `limits.seconds`
    "stopped",  # the learner pressed Stop
    "out-of-memory",  # over `limits.memory`, or the kernel's OOM killer
    "too-many-processes",  # over `limits.processes`
    "file-too-large",  # over `limits.file`
    "crashed",  # died of a signal such as SIGSEGV
    "exited",  # ended itself: os._exit, closed its pipes
    "not-started",  # the worker never became ready (device, warm-up, import, missing package)
    "host-lost",  # the host process is gone
]


class Outcome(Struct, frozen=True, kw_only=True):
    """How a job ended. Anything but `finished` carries plain words and a next step."""

    how: How
    words: str = ""
    """Plain sentences: what happened and what to do next; empty for `finished`."""
    error: Error | None = None
    """With `raised`."""
    results: tuple[tuple[Value, ...], ...] = ()
    """Per seed, per probe; with `finished`."""
    device: str = ""
    """Where it ran, such as `cpu` or `cuda:0 (NVIDIA H100)`."""
    version: str = ""
    """The framework's version."""
    seconds: float = 0.0
    """The code and its probes."""
    start_seconds: float = 0.0
    """What the learner waited for the worker to be ready: 0 with a warm spare."""
    warnings: tuple[str, ...] = ()
    """`Category: message` for each distinct warning the learner's own code raised."""
    leaks: tuple[str, ...] = ()
    """Global state the code left changed: grad mode, default dtype, eval mode …"""
    dropped: int = 0
    """Bytes of output over the cap."""
    missing: tuple[str, ...] = ()
    """With `not-started`: what the exercise needs and is not here: packages, or devices."""
    views: How = "finished"
    """How the making of the views ended, which comes after the results are safe."""


class Printed(Struct, frozen=True, kw_only=True):
    """A slice of what the job printed, at most ten a second."""

    stream: Literal["stdout", "stderr"]
    text: str


class Started(Struct, frozen=True, kw_only=True):
    """The worker was ready and took the job."""

    device: str


class Shown(Struct, frozen=True, kw_only=True):
    """A view: asked for by the step, or shown by the learner's own code while it runs."""

    view: View
    more: bool = False
    """Whether it is a curve's next points, to go after those of that name that came before."""


RunEvent = Started | Printed | Shown | Outcome


class Hello(Struct, frozen=True, kw_only=True):
    """What a host says of itself once its framework is imported."""

    framework: str
    version: str
    python: str
    """The interpreter's version."""
    executable: str
    """The interpreter's path on its own machine."""
    machine: str
    """Host name."""
    devices: tuple[str, ...]
    """What the framework can use, best first, such as `cuda:0 (NVIDIA H100)`, `cpu`."""
    import_seconds: float
    forks: bool
    """False when forking would be unsafe and workers start cold."""
    forks_why: str = ""
    """Why not."""
