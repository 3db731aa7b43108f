"""One attempt, inside its own process: start the device, warm up, take one job, run it, report.

Everything that reads results was bound before the learner's code runs, and the worker's modules
are taken out of ``sys.modules`` then, so that patching a library changes the learner's program
and not what is said about it.
"""

from __future__ import annotations

import ast
import builtins
import contextlib
import ctypes
import importlib.util
import itertools
import os
import random
import resource
import select
import signal
import sys
import tempfile
import time
import types
import warnings
from typing import Any

from . import encode, inputs, recording, trace, views, wire
from .frameworks.base import Adapter, NumpyHook, TooFewDevicesError, restore_threads
from .instruments import Instruments
from .originals import Originals
from .outbox import Outbox
from .show import Showing
from .spans import Spans
from .spans import now as _monotonic
from .stdout import Muted, Stdout

Head = dict[str, Any]

# Bound now: the learner's code may replace them.
_exit, _getpid, _now = os._exit, os.getpid, time.perf_counter
_settrace, _setprofile, _modules = sys.settrace, sys.setprofile, sys.modules
BUILTINS = dict(builtins.__dict__)
"""What a probe calls by name is Python's own, whatever the learner's code defined or replaced."""

MAX_WARNINGS = 1000
"""Distinct ones that are kept; a loop may give each its own number."""

RUNNING = {"setup": "setup", "given": "the given code", "answer": "your code"}
"""What a timeline calls a block while it runs."""

FORGOTTEN: list[Any] = []
"""Our own modules, once they are out of sys.modules: freeing one empties its namespace."""


class Worker:
    """The process's side of the channel to its host."""

    def __init__(self, adapter: Adapter, channel: int, folder: str) -> None:
        self.adapter = adapter
        self.channel = channel
        self.outbox = Outbox(channel)
        self.folder = folder
        """Its own temporary directory, removed by the host."""
        self.device = ""
        self.stages: list[tuple[str, float]] = []
        """What starting up went through, and when each ended."""

    def serve(self, device: str) -> None:
        """Live through one attempt."""
        self._reached("start a process")
        try:
            if self.adapter.restore_blas:
                restore_threads(self.adapter.blas_threads)
            self.device, devices = self.adapter.start(device)
        except TooFewDevicesError as error:
            failure = {"missing": [device], **encode.describe(error)}
            self.send({"op": "failed", "what": "devices", **failure})
            return
        except Exception as error:
            self.send({"op": "failed", "what": "device", **encode.describe(error)})
            return
        self._reached("start the device")
        self.send({"op": "ready", "device": self.device, "devices": devices})
        try:
            for _ in itertools.chain(self.adapter.warm(), self.adapter.import_late()):
                if self._job_waits():
                    break  # pressed before we were warm: no use making the learner wait
            self._rehearse()
        except Exception as error:
            # a warm-up that fails says nothing about the learner's code; it is merely slower
            sys.stderr.write(f"warm-up: {type(error).__name__}: {error}\n")
        sys.stdout.flush()
        sys.stderr.flush()
        self.originals = Originals(self.adapter.namespaces())
        self._reached("warm up")
        self.send({"op": "warm"})
        try:
            job, _ = wire.read_frame(self.channel)
        except EOFError:
            return
        Attempt(self, job).run()

    def _reached(self, stage: str) -> None:
        self.stages.append((stage, _monotonic()))

    def _rehearse(self) -> None:
        """Go through what every attempt does, so that its first time is not the learner's.

        Seeding alone took 10 ms beside torch the first time: numpy.random is imported lazily.
        """
        seed_everything(self.adapter, 0)
        self.adapter.state()
        made = self.adapter.make_input(inputs.parse("normal(2)"), "x", 0)
        Encoding(self.adapter)({"x": made})

    def send(self, head: Head, blob: bytes = b"") -> None:
        """Tell the host."""
        self.outbox.send(wire.pack(head, blob))

    def _job_waits(self) -> bool:
        return bool(select.select([self.channel], [], [], 0)[0])


class Encoding:
    """Encoders for the framework's objects and numpy's."""

    def __init__(self, adapter: Adapter, room: int | None = None) -> None:
        self.encoder = encode.Encoder([adapter.encode, NumpyHook()], room)

    def __call__(self, value: Any) -> encode.Wire:
        """Return the wire form of any value."""
        return self.encoder.encode(value)


class Attempt:
    """A job being run."""

    def __init__(self, worker: Worker, job: Head) -> None:
        self.worker = worker
        self.adapter = worker.adapter
        self.job = job
        self.encode = Encoding(worker.adapter, encode.ROOM)
        self.warned: dict[str, None] = {}
        """Each distinct warning, in order."""
        self.stdout = Stdout()
        self.leaks: list[str] = []
        self.files: dict[str, str] = {}
        """File name to block name, for tracebacks."""
        self.sources: dict[str, str] = {}
        """File name to what it holds."""
        self.namespace: dict[str, Any] = {}
        """What the blocks left, with the inputs of the seed at hand."""
        self.told: set[str] = set()
        """What the checks raised: a view that raises it too need not say it again."""
        pressed = job.pop("pressed")
        timed = any(wanted["view"] == "timeline" for wanted in job["views"])
        self.spans = Spans(pressed) if timed else None
        """Recorded for a timeline, when one is wanted."""

    def run(self) -> None:
        """Run it and report; returns only when the report is sent."""
        secret = self.job.pop("secret")
        process = os.getpid()
        missing = [name for name in self.job["packages"] if not _importable(name)]
        if missing:
            self.worker.send({"op": "failed", "what": "packages", "missing": missing})
            return
        self._settle()
        if self.spans:
            self._record_start(self.spans)
        self.worker.send({"op": "begin"})
        begun = _now()
        report: Head = {"op": "done", "how": "finished"}
        rows: list[list[encode.Wire]] = []
        try:
            rows = self._evaluate()
        except KeyboardInterrupt as error:
            report.update(how="interrupted", error=trace.report(error, self.files))
        except SystemExit as error:
            report.update(
                how="exited", code=_exit_code(error), error=trace.report(error, self.files)
            )
        except inputs.InputError as error:
            report.update(how="bad-input", message=str(error))
        except BaseException as error:
            how = "raised"
            if isinstance(error, OSError) and error.errno == 27:  # EFBIG, from RLIMIT_FSIZE
                how = "file-too-large"
            report.update(how=how, error=trace.report(error, self.files))
        if _getpid() != process:
            _exit(0)  # a fork of the learner's that came back here: the worker itself reports
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        report["seconds"] = _now() - begun
        self._end_showing(report["how"] == "finished")
        report["warnings"] = [*self.warned]
        report["leaks"] = self.leaks
        report["late"] = [name for name in self.adapter.LATE if name in _modules]
        self.stdout.settle()
        _flush_c()
        report["seal"] = self.encode([secret, 0.5])
        report["more"] = report["how"] == "finished" and bool(self.job["views"])
        self.worker.send(report, wire.dumps(rows) if rows else b"")
        if report["more"]:
            self._show_views()
            self.worker.send({"op": "end"})

    def _record_start(self, spans: Spans) -> None:
        recording.record(self.adapter, self.worker.device, spans)
        began = spans.pressed
        for stage, ended in self.worker.stages:
            spans.add(stage, "start", began, ended)
            began = max(began, ended)
        spans.add("start-up", "start", spans.pressed, _monotonic())

    def _during(self, name: str, phase: str) -> Any:
        return self.spans.during(name, phase) if self.spans else contextlib.nullcontext()

    def _end_showing(self, finished: bool) -> None:
        """Send what the learner's code showed last, before the report of how it ended."""
        with contextlib.suppress(Exception):
            if finished:
                self.adapter.barrier()  # a callback of traced code may still show something
        self.showing.recorder.finish(wait=finished)

    def _show_views(self) -> None:
        """Make what is to be looked at; the results are out, and nothing here can spoil them."""
        if self.spans:
            self.spans.close()
        with Muted():
            for wanted in self.job["views"]:
                self.worker.send({"op": "view"}, wire.dumps(self._view(wanted)))

    def _view(self, wanted: Head) -> encode.Wire:
        about = {"name": wanted["name"], "caption": wanted["caption"]}
        options = {"log": wanted["log"], "unit": wanted["unit"]}
        try:
            source = _compile_probe(wanted["of"] or "None")
            if isinstance(source, SyntaxError):
                raise source
            code, called = source
            given = {**self.namespace, **called, **self.tools, "__builtins__": {**BUILTINS}}
            value = eval(code, given)
            _untrace()
            return {**views.make(wanted["view"], value, self.sight, **options), **about}
        except BaseException as error:
            return {**views.failed(error, self.told), **about}

    def _settle(self) -> None:
        """Make the process look like a plain script's, and take what must not be patched."""
        os.environ["TMPDIR"] = self.worker.folder
        tempfile.tempdir = None  # the host has asked for it already, and it is remembered
        limit = int(self.job["limits"]["file"])
        most = resource.getrlimit(resource.RLIMIT_FSIZE)[1]  # the machine may allow less
        if most != resource.RLIM_INFINITY:
            limit = min(limit, most)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, most))
        if not self.job["compile_cache"]:
            self.adapter.without_cache()
        warnings.resetwarnings()
        warnings.simplefilter("default")
        for quiet in (ImportWarning, ResourceWarning, PendingDeprecationWarning):
            warnings.simplefilter("ignore", quiet)
        warnings.showwarning = self._show_warning
        sys.argv = ["answer.py"]
        self.stdout.install()
        same = Encoding(self.adapter)
        self.instruments = Instruments(
            self.adapter, same, self.stdout, self.warned, self._leaked, self.job["blocks"]
        )
        self.tools = self.instruments.all()
        self.sight = views.Sight(
            self.adapter, self.files, self.sources, lambda: self.namespace, self.spans
        )
        self.showing = Showing(self.sight, self.worker.outbox)
        self._forget_ourselves()

    def _forget_ourselves(self) -> None:
        ours = __spec__.loader.sources  # type: ignore[name-defined]
        FORGOTTEN.extend(sys.modules.pop(name, None) for name in ours)

    def _evaluate(self) -> list[list[encode.Wire]]:
        rows = []
        probes = [_compile_probe(source) for source in self.job["probes"]]
        namespace = self.namespace
        for turn, seed in enumerate(self.job["seeds"] or [0]):
            with self._during("make the inputs", "copy"):
                made = self._inputs(seed)
            fresh = turn == 0 or self.job["rerun"]
            self.showing.recorder.on = turn == 0
            with Muted(turn > 0):
                if fresh:
                    namespace = self.namespace = self._namespace(made)
                    seed_everything(self.adapter, seed)
                    self._before = self.adapter.state()
                    self._run_blocks(namespace)
                    if turn == 0:
                        self.leaks = self._leaked()
                        self.stdout.blocks_ended()
                else:
                    namespace.update(made)
                self.worker.originals.put_back()
                with self._during("checks", "check"):
                    rows.append(self._probe_all(probes, namespace, made, seed))
        return rows

    def _probe_all(
        self, probes: list[Any], namespace: dict[str, Any], made: dict[str, Any], seed: int
    ) -> list[encode.Wire]:
        row = []
        for number, code in enumerate(probes, 1):
            with self._during(f"check {number}", "check"):
                row.append(self._probe(code, namespace, made))
            if self.job["inputs"] and not self.job["rerun"]:
                # a right program may work in place: the next probe gets its own
                made = self._inputs(seed)
                namespace.update(made)
        return row

    def _run_blocks(self, namespace: dict[str, Any]) -> None:
        for block in self.job["blocks"]:
            with self._during(RUNNING[block["name"]], "run"):
                exec(self._compile(block), namespace)
            _untrace()

    def _compile(self, block: Head) -> types.CodeType:
        name, number = block["name"], 1
        file = f"{name}.py"
        while file in self.files and self.sources.get(file) != block["source"]:
            number += 1
            file = f"{name}_{number}.py"
        if file not in self.files:
            # a real file, so that inspect, AutoGraph and torch.compile find the source
            self.files[file] = name
            self.sources[file] = block["source"]
            path = os.path.join(self.worker.folder, file)
            # on a full disk linecache still has it
            with contextlib.suppress(OSError), open(path, "w", encoding="utf-8") as out:
                out.write(block["source"])
            trace.remember(file, block["source"])
        return compile(block["source"], file, "exec", dont_inherit=True)

    def _namespace(self, made: dict[str, Any]) -> dict[str, Any]:
        main = types.ModuleType("__main__")
        main.__dict__.update(made, __file__="answer.py", __builtins__=builtins)
        sys.modules["__main__"] = main
        self._main = main  # a module's dict is emptied when the module goes
        return main.__dict__

    def _inputs(self, seed: int) -> dict[str, Any]:
        made = {}
        for name, source in self.job["inputs"].items():
            made[name] = self.adapter.make_input(inputs.parse(source), name, seed)
        return made

    def _probe(self, code: Any, namespace: dict[str, Any], made: dict[str, Any]) -> encode.Wire:
        try:
            if isinstance(code, SyntaxError):
                raise code
            source, called = code
            given = {**namespace, **called, **self.tools, **made, "__builtins__": {**BUILTINS}}
            value = eval(source, given)
            _untrace()
            return self.encode(value)
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException as error:
            raised = encode.raised(error)
            self.told.add(views.said(raised))
            return {**raised, **trace.own_line(error, self.files)}

    def _leaked(self) -> list[str]:
        now = self.adapter.state()
        return [text for key, text in now.items() if self._before.get(key) != text]

    def _show_warning(
        self,
        message: Any,
        category: Any,
        filename: str,
        lineno: int,
        file: Any = None,
        line: Any = None,
    ) -> None:
        text = f"{category.__name__}: {message}"[:2000]
        if text in self.warned:
            return
        if len(self.warned) < MAX_WARNINGS:
            self.warned[text] = None
        where = f"{trace.short(filename)}:{lineno}: " if filename in self.files else ""
        sys.stderr.write(f"{where}{text}\n")


def seed_everything(adapter: Adapter, seed: int) -> None:
    """Seed every global generator, so that random initialisation can be compared."""
    random.seed(seed)
    numpy = sys.modules.get("numpy")
    if numpy is not None:
        numpy.random.seed(seed % (1 << 32))  # type: ignore[attr-defined]
    adapter.seed(seed)


def _compile_probe(source: str) -> Any:
    try:
        # the brackets let a probe run over several lines
        tree = ast.parse(f"(\n{source.strip()}\n)", "<check>", "eval")
        # Python's own functions that it calls, which the learner may have names for
        called = {
            node.func.id: BUILTINS[node.func.id]
            for node in ast.walk(tree)
            if isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id in BUILTINS
        }
        return compile(tree, "<check>", "eval", dont_inherit=True), called
    except SyntaxError as error:
        return error


def _untrace() -> None:
    """Take away a trace or profile function, which would see and change our own frames."""
    _settrace(None)
    _setprofile(None)


def _importable(name: str) -> bool:
    try:
        return importlib.util.find_spec(name) is not None
    except (ImportError, ValueError):
        return False


def _exit_code(error: SystemExit) -> str:
    try:
        return "" if error.code is None else str(error.code)[:200]
    except BaseException:  # an object of the learner's own, or over 4300 digits
        return ""


def _flush_c() -> None:
    """Flush what C libraries have printed into stdio's buffers."""
    ctypes.CDLL(None).fflush(None)
