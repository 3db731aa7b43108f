"""Facts from a host into plain words: what happened, and what to do next. Never guessed."""

from __future__ import annotations

import re
import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from tutor.grading.values import Value
from tutor.runtime.job import MIB, Error, How, Job, Outcome, Shown
from tutor.runtime.launch import LABELS
from tutor.views.model import NoView, View

_view = msgspec.json.Decoder(View).decode
_results = msgspec.json.Decoder(tuple[tuple[Value, ...], ...]).decode


@dataclass(frozen=True)
class Context:
    """What the words need to know of the host."""

    framework: str
    executable: str


def from_facts(facts: dict[str, Any], blob: bytes, context: Context) -> Outcome:
    """Return the outcome of a job from what its host reported."""
    error = msgspec.convert(facts["error"], Error, strict=False) if facts.get("error") else None
    how = facts["how"]
    results: tuple[tuple[Value, ...], ...] = ()
    words = ""
    if how == "finished":
        try:
            results = _results(blob) if blob else ()
        except msgspec.DecodeError as problem:
            how, words = "exited", f"The worker's report could not be read ({problem}). Run again."
    elif how == "bad-input":
        how, words = "not-started", f"An input of this exercise is wrong: {facts['message']}"
    else:
        words = _words(how, facts, error, context)
    return Outcome(
        how=how,
        words=words,
        error=error,
        results=results,
        device=facts.get("device", ""),
        version=facts.get("version", ""),
        seconds=facts.get("seconds", 0.0),
        start_seconds=facts.get("start_seconds", 0.0),
        warnings=tuple(facts.get("warnings", ())),
        leaks=tuple(facts.get("leaks", ())),
        dropped=facts.get("dropped", 0),
        missing=_missing(facts),
        views=facts.get("views", "finished"),
    )


def shown(head: dict[str, Any], blob: bytes) -> Shown:
    """Return a view as the host passed it on; one that cannot be read says so in its place."""
    try:
        return Shown(view=_view(blob), more=bool(head.get("more")))
    except msgspec.DecodeError as problem:
        return Shown(view=NoView(name="", why=f"A view could not be read ({problem})."))


def no_view(how: How) -> str:
    """Return why a view is not there, from how the making of views ended."""
    match how:
        case "timed-out":
            return "This view took too long to make, and was given up. Run again to try once more."
        case "stopped":
            return "Stopped before this view was made. Run again to see it."
        case "out-of-memory":
            return "There was not enough memory to make this view."
        case _:
            return "The worker ended while it made this view. Your answer was checked before that."


def _missing(facts: dict[str, Any]) -> tuple[str, ...]:
    failure: dict[str, Any] = facts.get("failure") or {}
    return tuple(failure["missing"]) if failure.get("what") in ("packages", "devices") else ()


def _words(how: str, facts: dict[str, Any], error: Error | None, context: Context) -> str:
    if how == "raised" and error is not None:
        return _raised(error, context)
    if how == "timed-out":
        return (
            f"The code ran longer than its limit and was stopped{_place(error)}. "
            "Look for a loop that does not end, or work that can be made smaller."
        )
    if how == "stopped":
        return f"Stopped{_place(error)}. Run it again when you like."
    if how == "out-of-memory":
        return _memory(facts)
    if how == "too-many-processes":
        return (
            f"The code started {facts.get('processes', 'too many')} processes, more than its "
            "limit, and was stopped. Start fewer, or wait for each to end."
        )
    if how == "file-too-large":
        return (
            "The code wrote a file larger than its limit and was stopped"
            f"{_place(error)}. Write less."
        )
    if how == "crashed":
        return _crashed(facts)
    if how == "exited":
        return _exited(facts, error)
    return start_failure(facts.get("failure") or facts, context)


def _place(error: Error | None) -> str:
    frames = [frame for frame in error.frames if frame.block] if error else []
    if not frames:
        return ""
    frame = frames[-1]
    whose = "your code" if frame.block == "answer" else f"the {frame.block} code"
    return f" at line {frame.line} of {whose}" + (f" (`{frame.source}`)" if frame.source else "")


def _raised(error: Error, context: Context) -> str:
    words = f"{error.type}{_place(error)}: {error.message}"
    missing = re.match(r"No module named '([\w.]+)'", error.message)
    if error.type == "ModuleNotFoundError" and missing:
        return f"{words}. Install it there: `{_pip([missing[1].split('.')[0]], context)}`."
    return words


PACKAGES = {"sklearn": "scikit-learn", "PIL": "pillow", "cv2": "opencv-python", "yaml": "pyyaml"}
"""Import names that pip calls otherwise."""


def _pip(modules: Sequence[str], context: Context) -> str:
    names = " ".join(PACKAGES.get(module, module) for module in modules)
    return f"{context.executable} -m pip install {names}"


def _memory(facts: dict[str, Any]) -> str:
    if facts.get("by_kernel"):
        return (
            "The machine ran out of memory and the kernel killed the code. "
            "Use smaller tensors or batches, or free memory on the machine."
        )
    return (
        f"The code came to use {facts.get('memory', 0) / MIB:,.0f} MiB of memory, more than its "
        "limit, and was stopped. Use smaller tensors or batches."
    )


SIGNALS = {
    signal.SIGSEGV: "a segmentation fault",
    signal.SIGABRT: "an abort in native code",
    signal.SIGBUS: "a bus error",
    signal.SIGFPE: "a floating-point exception in native code",
    signal.SIGILL: "an illegal instruction (a build for another processor?)",
}


def _crashed(facts: dict[str, Any]) -> str:
    number = int(facts["signal"])
    if number == signal.SIGKILL:
        return (
            "The code's process was killed (SIGKILL), and not by fwtutor. If memory is short the "
            "kernel may have done it (`dmesg` says so); otherwise run it again."
        )
    if number not in SIGNALS:
        try:
            name = signal.Signals(number).name
        except ValueError:
            name = f"signal {number}"
        return f"The code's process was ended by {name}, and not by fwtutor. Run it again."
    library, line = _crash_site(facts.get("crash", ""))
    inside = f" inside {library}" if library else ""
    where = f", called from {line}" if line else ""
    return (
        f"The code crashed with {SIGNALS[signal.Signals(number)]}{inside}{where}. "
        "Nothing of yours is lost; change that call and run it again."
    )


def _crash_site(report: str) -> tuple[str, str]:
    """Read faulthandler's report: the library on top, and the learner's innermost line."""
    frames = re.findall(r'File "([^"]+)", line (\d+) in (\S+)', report)
    library = line = ""
    for file, number, _ in frames:
        own = re.fullmatch(r"(answer|given|setup)(?:_\d+)?\.py", file)
        if own and not line:
            whose = "your code" if own[1] == "answer" else f"the {own[1]} code"
            line = f"line {number} of {whose}"
        elif not own and not line and not library:
            library = _library(file)
    return library, line


def _library(file: str) -> str:
    parts = file.replace("\\", "/").split("/")
    for root in ("site-packages", "dist-packages"):
        if root in parts[:-1]:
            return parts[parts.index(root) + 1].removesuffix(".py")
    for index, part in enumerate(parts[:-1]):
        if re.fullmatch(r"python3(\.\d+)?", part):
            return parts[index + 1].removesuffix(".py")
    return ""


def _exited(facts: dict[str, Any], error: Error | None) -> str:
    if error is not None:
        code = facts.get("code", "")
        call = f" with `{code}`" if code else ""
        return (
            f"The code ended itself by SystemExit{call}{_place(error)}, so nothing after it ran. "
            "Remove that call (`sys.exit`, `exit`, `quit`)."
        )
    if "status" in facts:
        return (
            f"The code's process ended itself with exit code {facts['status']} before it was done "
            "(os._exit, or a library that exits). Remove that call."
        )
    if facts.get("forged"):
        return (
            "The code wrote to file descriptors that are not its own, or changed what reads its "
            "results, so they were not used. Write only to files that it opened, and run it again."
        )
    return (
        "The code closed file descriptors that its process needs, so its results could not be "
        "read. Close only what it opened."
    )


def start_failure(failure: dict[str, Any], context: Context) -> str:
    """Say why a worker never became ready."""
    label = LABELS.get(context.framework, context.framework)
    what = failure.get("what", "")
    if what == "packages":
        names: list[str] = failure["missing"]
        pip = _pip(names, context)
        return f"This exercise needs {', '.join(names)}, not installed here. Install it: `{pip}`."
    if what == "devices":
        return f"This exercise needs the CPU as several devices. {failure['message']}"
    if what == "host-lost":
        return str(failure["words"])
    if what == "device":
        return f"{label} could not start its device: {failure['type']}: {failure['message']}"
    if what == "resources":
        return (
            f"No process could be started for {label}: {failure['message']}. Make room on the "
            "machine (processes, disk, temporary directory) and run again."
        )
    if failure.get("type"):
        return f"The worker for {label} failed: {failure['type']}: {failure['message']}"
    noise = [line for line in str(failure.get("noise", "")).splitlines() if line.strip()]
    last = f" It last said: {noise[-1]}" if noise else ""
    if "status" in failure or "signal" in failure:
        return f"The worker for {label} died before it was ready.{last} Run `fwtutor doctor`."
    return f"The worker for {label} was not ready in time.{last} Run `fwtutor doctor`."


def import_failure(head: dict[str, Any], framework: str) -> str:
    """Say why the framework could not be imported, and how to mend it."""
    label = LABELS.get(framework, framework)
    if head["missing"] == framework:
        # Only where fwtutor itself is installed does its extra name the versions it works with.
        own = head["executable"] == sys.executable and framework != "numpy"
        package = f'"fwtutor[{framework}]"' if own else framework
        return (
            f"{label} is not installed for {head['executable']} (Python {head['python']}). "
            f"Install it: `{head['executable']} -m pip install {package}`."
        )
    return (
        f"{label} cannot be imported by {head['executable']} (Python {head['python']}): "
        f"{head['type']}: {head['message']}"
    )


def no_hello(program: str, status: int | None, noise: Sequence[str], framework: str) -> str:
    """Say why a command never spoke our protocol."""
    label = LABELS.get(framework, framework)
    last = next((line.strip() for line in reversed(noise) if line.strip()), "")
    said = f" It said: {last}" if last else ""
    if status is None:
        return f"`{program}`, set as the interpreter for {label}, is not a Python: it printed text."
    ended = f"was killed by signal {-status}" if status < 0 else f"ended with exit code {status}"
    return f"`{program}` {ended} before {label} was imported; is it a Python ≥ 3.9?{said}"


def host_lost(framework: str, status: int | None) -> Outcome:
    """Return the outcome of a job whose host is gone."""
    label = LABELS.get(framework, framework)
    why = f" (killed by signal {-status})" if status is not None and status < 0 else ""
    return Outcome(
        how="host-lost",
        words=f"The process that holds {label} is gone{why}. Run again: it is started anew.",
    )


def with_limits(event: Outcome, job: Job) -> Outcome:
    """Put the limit that was passed into the words, now that the job is at hand."""
    limits = job.limits
    amounts = {
        "timed-out": f"its limit of {limits.seconds:g} s",
        "out-of-memory": f"its limit of {limits.memory / MIB:,.0f} MiB",
        "too-many-processes": f"its limit of {limits.processes}",
        "file-too-large": f"its limit of {limits.file / MIB:,.4g} MiB",
    }
    if event.how not in amounts:
        return event
    return msgspec.structs.replace(
        event, words=event.words.replace("its limit", amounts[event.how], 1)
    )
