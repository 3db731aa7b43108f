"""The host: imports the framework once, keeps a spare worker ready, and looks after attempts.

One thread, one ``select`` loop: a process with threads cannot be forked safely, and importing a
framework starts none as long as nothing touches a device (OpenBLAS would, so it is told not to).
Nothing of the learner's code runs here. When the UI's end of stdin closes, everything goes.
"""

from __future__ import annotations

import contextlib
import gc
import os
import platform
import selectors
import signal
import socket
import sys
import time
from typing import Any

from . import failures, processes, wire
from .child import Child
from .folders import usable_cache
from .frameworks import load_adapter, set_environment
from .output import Stream
from .task import GRACE, POLL, Task
from .workers import Workers

REFORK = 0.03
"""Seconds after a hand-over: a fork copies page tables for 1 to 8 ms, which a short attempt would
have to wait for; most are done by then, and the spare is forked when the outcome is out."""
DRAIN = 0.3
"""Seconds given to pipes that a grandchild may hold open."""


class Supervisor:
    """The host's whole state."""

    def __init__(self, reading: int, writing: int, payload: dict[str, Any]) -> None:
        self.reading, self.writing = reading, writing
        self.payload = payload
        self.adapter = load_adapter(payload["config"]["framework"])
        self.splitter = wire.Splitter()
        self.tasks: dict[int, Task] = {}
        self.spare: Child | None = None
        self.refork_at: float | None = None
        self.waiting_for_warm: list[int] = []
        self.said_hello = False
        self.device = "auto"
        """The device that spares are started on."""
        self.best = ""
        """What `auto` means here, once known."""

    def run(self) -> None:
        """Import, say hello, serve until the UI is gone."""
        started = time.monotonic()
        try:
            config = self.payload["config"]
            config["cache"] = usable_cache(config["cache"])  # also for workers started cold
            set_environment(self.adapter, config["cache"], forks=not config["cold"])
            self.adapter.load()
            if config["ahead"]:
                self.adapter.import_ahead()
        except BaseException as error:
            self.send({"op": "failed", **failures.of_import(error)})
            return
        self.import_seconds = time.monotonic() - started
        processes.become_subreaper()
        # Objects made by the import are never garbage: without this a collection in the child
        # writes to every one of their pages and copies them all.
        gc.collect()
        gc.freeze()
        self._listen()
        try:
            self._make_spare()
            while self._turn():
                pass
        finally:
            self.workers.end()

    # --- the loop

    def _listen(self) -> None:
        self.selector = selectors.DefaultSelector()
        self.wake_read, wake_write = os.pipe()
        for fd in (self.wake_read, wake_write):
            os.set_blocking(fd, False)
        signal.set_wakeup_fd(wake_write, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C in the terminal is the UI's affair
        signal.signal(signal.SIGTERM, self._terminated)
        signal.signal(signal.SIGHUP, self._terminated)
        self.selector.register(self.reading, selectors.EVENT_READ, self._control)
        self.selector.register(self.wake_read, selectors.EVENT_READ, self._child_changed)
        watching = self.selector.fileno()  # type: ignore[attr-defined]
        private = [self.reading, self.writing, self.wake_read, wake_write, watching]
        self.workers = Workers(self.adapter, self.payload, self.selector, private)
        self.going = True

    def _terminated(self, *_: Any) -> None:
        self.going = False

    def _turn(self) -> bool:
        moments = [task.next_moment() for task in self.tasks.values()]
        if self.refork_at is not None:
            moments.append(self.refork_at)
        timeout = max(min(moments) - time.monotonic(), 0) if moments else None
        for key, _ in self.selector.select(timeout):
            # an earlier one may have closed it, and another have got its number
            if self.selector.get_map().get(key.fd) is key:
                key.data()
        now = time.monotonic()
        for task in list(self.tasks.values()):
            if task.number in self.tasks:
                self._look_after(task, now)
        if self.refork_at is not None and now >= self.refork_at:
            self._make_spare()
        return self.going

    def send(self, head: dict[str, Any], blob: bytes = b"") -> None:
        """Tell the UI."""
        try:
            wire.write_all(self.writing, wire.pack(head, blob))
        except OSError:
            self.going = False

    def _control(self) -> None:
        data = os.read(self.reading, 1 << 20)
        if not data:
            self.going = False
            return
        for head, _ in self.splitter.feed(data):
            if head["op"] == "run":
                self._run(Task(head["id"], head["job"], head["reference"]))
            elif head["op"] == "stop":
                task = self.tasks.get(head["id"])
                if task is not None:
                    self._end(task, "stopped")
            elif head["op"] == "warm":
                self._warm_up(head["id"])

    # --- workers

    def _make_spare(self) -> None:
        self.refork_at = None
        if self.spare is None:
            try:
                self.spare = self._make(self.device)
            except OSError as error:
                self._hello(None)
                self._answer_warm(failures.no_worker(error))

    def _make(self, device: str) -> Child:
        return self.workers.make(device, self._heard, self._read_output)

    def _heard(self, child: Child) -> None:
        try:
            data = child.channel.recv(1 << 20)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self.workers.unwatch(child.channel)
            task = self._task_of(child)
            if task is not None and not task.reason:
                # it lives but closed its end: nothing more can come of it
                if not child.reap():
                    time.sleep(0.01)
                self._finish_by_exit(task) if child.reap() else self._end_now(task, "exited")
            return
        try:
            for head, blob in child.splitter.feed(data):
                self._message(child, head, blob)
        except (wire.BrokenFrameError, KeyError, TypeError):
            task = self._task_of(child)
            if task is not None:
                self._end_forger(task)

    def _message(self, child: Child, head: dict[str, Any], blob: bytes) -> None:
        task = self._task_of(child)
        op = head["op"]
        if task is not None and task.begun is not None:
            self._of_attempt(task, head, blob)
        elif op == "ready":
            child.ready = True
            child.device, child.devices = head["device"], head["devices"]
            if child.wanted == "auto":
                self.best = child.device.split(" ")[0]
            self._hello(child)
        elif op == "warm":
            child.warm = True
            child.note_baseline()
            if task is not None:
                self._give(task)
            self._answer_warm()
        elif op == "begin" and task is not None:
            task.begin(time.monotonic())
            task.oom_kills = processes.oom_kills()
            self.send({"op": "started", "id": task.number, "device": child.device})
        elif op == "failed":
            child.failure = head
            if task is not None:
                self._finish(task, {"how": "not-started", "failure": head}, b"")
            else:
                self._dispose(child)

    def _of_attempt(self, task: Task, head: dict[str, Any], blob: bytes) -> None:
        """Take what a worker says once the learner's code has begun; that code can say it too."""
        op = head["op"]
        if op == "view":
            passed = task.may_show(blob)
            if passed is not None:
                more = bool(head.get("more")) and passed is blob
                self.send({"op": "view", "id": task.number, "more": more}, passed)
        elif op == "done" and task.report is None and task.is_sealed(head):
            self._import_late(head.pop("late"))
            if head.pop("more", False) and not task.reason:
                task.hold(head, blob, time.monotonic())
            else:
                self._finish(task, head, blob)
        elif op == "end" and task.report is not None:
            self._finish(task, {"how": "finished"}, b"")
        elif op == "failed":
            self._finish(task, {"how": "not-started", "failure": head}, b"")
        else:
            self._end_forger(task)

    def _import_late(self, needed: list[str]) -> None:
        """Have spares import what an attempt turned out to need; not the host.

        On a GPU it could touch the device, and then nothing more can be forked.
        """
        late = self.adapter.late.union(name for name in needed if name in self.adapter.LATE)
        if late == self.adapter.late:
            return
        self.adapter.late = late
        if self.spare is not None and self.spare.warm:
            self._dispose(self.spare)
            self.refork_at = time.monotonic() + REFORK

    def _hello(self, child: Child | None) -> None:
        if self.said_hello:
            return
        self.said_hello = True
        self.send(
            {
                "op": "hello",
                "framework": self.adapter.name,
                "version": self.adapter.version(),
                "python": platform.python_version(),
                "executable": sys.executable,
                "machine": socket.gethostname(),
                "devices": child.devices if child else [],
                "import_seconds": self.import_seconds,
                "forks": not self.workers.cold,
                "forks_why": self.workers.cold,
                "pid": os.getpid(),
                "folder": self.workers.folder,
            }
        )

    def _warm_up(self, number: int) -> None:
        self.waiting_for_warm.append(number)
        if self.spare is None:
            self._make_spare()
        self._answer_warm()

    def _answer_warm(self, failure: dict[str, Any] | None = None) -> None:
        if failure is None and not (self.spare is not None and self.spare.warm):
            return
        for number in self.waiting_for_warm:
            self.send({"op": "warm", "id": number, "failure": failure})
        self.waiting_for_warm.clear()

    # --- attempts

    def _run(self, task: Task) -> None:
        device = task.job["device"]
        if device == self.best:
            device = "auto"
        try:
            task.child = self._make(device) if task.reference else self._take_spare(device)
        except OSError as error:
            facts = {"how": "not-started", "failure": failures.no_worker(error)}
            self.send({"op": "ended", "id": task.number, "facts": facts})
            return
        self.tasks[task.number] = task
        # A short job fits the socket's buffer, so it can go ahead of its being read; a long one
        # would block us until the worker is up.
        if task.child.warm or len(wire.pack(task.job)) < 1 << 15:
            self._give(task)

    def _take_spare(self, device: str) -> Child:
        if self.spare is not None and self.spare.wanted != device:
            self._dispose(self.spare)
        self.device = device
        child, self.spare = self.spare or self._make(device), None
        self.refork_at = time.monotonic() + REFORK
        return child

    def _give(self, task: Task) -> None:
        if not task.given:
            task.given = True
            task.child.give(task.message())

    def _task_of(self, child: Child) -> Task | None:
        for task in self.tasks.values():
            if task.child is child:
                return task
        return None

    def _read_output(self, child: Child, stream: Stream) -> None:
        data = stream.read()
        if data:
            self._took(child, stream, data)
        elif not stream.open:
            self.workers.unwatch(stream.fd)

    def _took(self, child: Child, stream: Stream, data: bytes) -> None:
        task = self._task_of(child)
        if task is None or task.begun is None:
            child.noise = (child.noise + data)[-4000:]
            failures.noise(data.decode("utf-8", "replace"))
        else:
            task.printed(stream, data, failures.noise, time.monotonic())

    def _look_after(self, task: Task, now: float) -> None:
        if task.slice_at is not None and now >= task.slice_at:
            self._pass_on(task)
        if task.reason:
            if task.kill_at is not None and now >= task.kill_at:
                self._finish_killed(task)
            return
        if now >= task.deadline:
            if task.begun is None:
                self._end_now(task, "not-started")
            else:
                self._end(task, "timed-out")
            return
        if task.poll_at is not None and now >= task.poll_at:
            self._measure(task, now)

    def _measure(self, task: Task, now: float) -> None:
        rows = processes.table()
        below = processes.descendants(task.child.pid, rows)
        if len(below) > task.limits["processes"]:
            task.numbers = {"processes": len(below)}
            self._end_now(task, "too-many-processes")
            return
        used = task.child.memory(below, int(task.limits["memory"]), rows)
        if used > task.limits["memory"]:
            task.numbers = {"memory": used}
            self._end_now(task, "out-of-memory")
            return
        # on a machine with thousands of processes reading the table takes 10 ms and more
        after = time.monotonic()
        task.poll_at = after + max(POLL, 10 * (after - now))

    def _pass_on(self, task: Task) -> None:
        task.slice_at = None
        for stream in (task.child.stdout, task.child.stderr):
            text = stream.take()
            if text:
                self.send({"op": "printed", "id": task.number, "stream": stream.name, "text": text})

    # --- endings

    def _end(self, task: Task, reason: str) -> None:
        """Ask it to end; kill it when it has not after its grace."""
        if task.reason:
            return
        if task.begun is None:
            self._end_now(task, reason)
            return
        task.reason = reason
        task.kill_at = time.monotonic() + GRACE[reason]
        task.poll_at = None
        processes.kill_group(task.child.pid, signal.SIGINT)

    def _end_now(self, task: Task, reason: str) -> None:
        task.reason = reason
        self._finish_killed(task)

    def _end_forger(self, task: Task) -> None:
        """What came over its channel is not its report."""
        task.numbers = {"forged": True}
        self._end_now(task, "exited")

    def _finish_killed(self, task: Task) -> None:
        self.workers.kill(task.child)
        self._drain(task, DRAIN)
        self._outcome(task, {"how": task.reason, **task.numbers}, b"")
        self._forget(task.child)

    def _finish_by_exit(self, task: Task) -> None:
        child = task.child
        self._read_channel_to_end(child)
        if task.number not in self.tasks:
            return  # its last message was waiting in the channel
        self.workers.kill(child)
        self._drain(task, DRAIN)
        facts = task.exit_facts(child.exit or 0)
        self._outcome(task, facts, b"")
        self._forget(child)

    def _finish(self, task: Task, report: dict[str, Any], blob: bytes) -> None:
        """It reported: pass that on first, clear away after."""
        facts = {key: value for key, value in report.items() if key != "op"}
        if task.reason:
            facts["how"], blob = task.reason, b""
        if facts["how"] == "interrupted":
            facts["how"] = "raised"  # its own KeyboardInterrupt
        if facts["how"] == "not-started":
            facts["noise"] = task.child.last_noise()
        self._drain(task, 0)
        self._outcome(task, facts, blob)
        # Its death takes the kernel 5 to 20 ms (a framework's memory): the next spare is forked
        # meanwhile, and SIGCHLD brings us back to sweep up after it.
        task.child.finished = True
        processes.kill_group(task.child.pid)
        if task.child.exit is not None:  # it was dead before its report was read
            self._clear_away(task.child)

    def _outcome(self, task: Task, facts: dict[str, Any], blob: bytes) -> None:
        if task.report is not None:  # what ended it came over its views: the results stand
            how = facts["how"]
            facts, blob = task.report[0], task.report[1]
            facts = {key: value for key, value in facts.items() if key != "op"} | {"views": how}
        self._pass_on(task)
        facts["device"] = task.child.device
        facts["version"] = self.adapter.version()
        facts["dropped"] = task.budget.dropped
        begun = task.begun if task.begun is not None else time.monotonic()
        facts["start_seconds"] = begun - task.arrived
        facts.setdefault("seconds", time.monotonic() - begun)
        del self.tasks[task.number]
        self.send({"op": "ended", "id": task.number, "facts": facts}, blob)
        if self.refork_at is not None:
            self.refork_at = time.monotonic()

    def _drain(self, task: Task, seconds: float) -> None:
        """Read what is in the pipes; wait for their end as long as is granted."""
        end = time.monotonic() + seconds
        streams = [task.child.stdout, task.child.stderr]
        while True:
            for stream in streams:
                for _ in range(2):  # more than a pipe holds; something may write without end
                    if data := stream.read():
                        self._took(task.child, stream, data)
            streams = [stream for stream in streams if stream.open]
            if not streams or time.monotonic() >= end:
                return
            time.sleep(0.005)

    def _read_channel_to_end(self, child: Child) -> None:
        try:
            while True:
                data = child.channel.recv(1 << 20)
                if not data:
                    return
                for head, blob in child.splitter.feed(data):
                    self._message(child, head, blob)
        except (OSError, wire.BrokenFrameError, KeyError, TypeError):
            return

    def _clear_away(self, child: Child) -> None:
        self.workers.kill(child)
        self._forget(child)

    def _forget(self, child: Child) -> None:
        if self.spare is child:
            self.spare = None
        self.workers.forget(child)

    def _dispose(self, child: Child) -> None:
        """Do away with a worker that had no job."""
        failed = dict(child.failure, noise=child.last_noise())
        was_spare = self.spare is child
        self.workers.kill(child)
        self._forget(child)
        if was_spare and not child.warm:
            self._hello(None)
            self._answer_warm(failed)

    def _child_changed(self) -> None:
        with contextlib.suppress(BlockingIOError):
            os.read(self.wake_read, 4096)
        for child in list(self.workers.alive.values()):
            if child.pid in self.workers.alive and child.reap():
                task = self._task_of(child)
                if child.finished:
                    self._clear_away(child)
                elif task is not None:
                    self._finish_by_exit(task)
                elif child.pid in self.workers.alive:
                    self._read_channel_to_end(child)
                    if child.pid in self.workers.alive:
                        child.failure = child.failure or {"what": "died", "status": child.exit}
                        self._dispose(child)
        processes.reap_strangers(set(self.workers.alive))


def main(reading: int, writing: int, payload: dict[str, Any]) -> None:
    """Run the host; the loader calls this."""
    Supervisor(reading, writing, payload).run()
    os._exit(0)
