"""The host: imports the framework once, keeps a spare worker ready, and looks after attempts.

One thread, one ``select`` loop: a process with threads cannot be forked safely, and importing a
framework starts none as long as nothing touches a device (OpenBLAS would, so it is told not to).
Nothing of the learner's code runs here. When the UI's end of stdin closes, everything goes.
"""

from __future__ import annotations

import gc
import glob
import os
import platform
import selectors
import shutil
import signal
import socket
import stat
import sys
import tempfile
import time
from typing import Any, Dict, List, Optional

from . import processes, wire
from .child import Child
from .frameworks import load_adapter, set_environment
from .output import Stream
from .task import GRACE, POLL, Task

REFORK = 0.03
"""Seconds after a hand-over: a fork copies page tables for 1 to 8 ms, which a short attempt would
have to wait for; most are done by then, and the spare is forked when the outcome is out."""
DRAIN = 0.3
"""Seconds given to pipes that a grandchild may hold open."""
REAP = 2.0
"""Seconds given to a killed process to go (a GPU's driver takes its time)."""
FOLDER = "fwtutor-"


class Supervisor:
    """The host's whole state."""

    def __init__(self, reading: int, writing: int, payload: Dict[str, Any]) -> None:
        self.reading, self.writing = reading, writing
        self.payload = payload
        self.config: Dict[str, Any] = payload["config"]
        self.adapter = load_adapter(self.config["framework"])
        self.splitter = wire.Splitter()
        self.tasks: Dict[int, Task] = {}
        self.children: Dict[int, Child] = {}
        self.spare: Optional[Child] = None
        self.refork_at: Optional[float] = None
        self.waiting_for_warm: List[int] = []
        self.said_hello = False
        self.cold = str(self.config.get("cold", ""))
        self.device = "auto"
        """The device that spares are started on."""
        self.best = ""
        """What `auto` means here, once known."""

    def run(self) -> None:
        """Import, say hello, serve until the UI is gone."""
        started = time.monotonic()
        try:
            set_environment(self.adapter, self.config["cache"], forks=not self.cold)
            self.adapter.load()
        except BaseException as error:
            self.send({"op": "failed", **_import_failure(error)})
            return
        self.import_seconds = time.monotonic() - started
        remove_stale_folders()
        self.folder = tempfile.mkdtemp(prefix=f"{FOLDER}{os.getpid()}-")
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
            self._end_everything()

    # --- the loop

    def _listen(self) -> None:
        self.selector = selectors.DefaultSelector()
        wake_read, self.wake_write = os.pipe()
        self.wake_read = wake_read
        for fd in (wake_read, self.wake_write):
            os.set_blocking(fd, False)
        signal.set_wakeup_fd(self.wake_write, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C in the terminal is the UI's affair
        signal.signal(signal.SIGTERM, self._terminated)
        signal.signal(signal.SIGHUP, self._terminated)
        self.selector.register(self.reading, selectors.EVENT_READ, self._control)
        self.selector.register(wake_read, selectors.EVENT_READ, self._child_changed)
        self.going = True

    def _terminated(self, *_: Any) -> None:
        self.going = False

    def _turn(self) -> bool:
        moments = [task.next_moment() for task in self.tasks.values()]
        if self.refork_at is not None:
            moments.append(self.refork_at)
        timeout = max(min(moments) - time.monotonic(), 0) if moments else None
        for key, _ in self.selector.select(timeout):
            if key.fd in self.selector.get_map():  # an earlier one may have closed it
                key.data()
        now = time.monotonic()
        for task in list(self.tasks.values()):
            if task.number in self.tasks:
                self._look_after(task, now)
        if self.refork_at is not None and now >= self.refork_at:
            self._make_spare()
        return self.going

    def send(self, head: Dict[str, Any], blob: bytes = b"") -> None:
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
            self.spare = self._make_child(self.device)

    def _make_child(self, device: str) -> Child:
        if not self.cold:
            self.cold = self._unsafe()
        child = Child(self.folder, device)
        if self.cold:
            config = {**self.config, "worker": child.inherited()}
            payload = {**self.payload, "main": "cold", "config": config}
            command = [sys.executable, *self.config["options"], "-c", self.config["bootstrap"]]
            child.start_cold(command, pack_payload(payload))
        else:
            close = [self.reading, self.writing, self.wake_read, self.wake_write]
            close.append(self.selector.fileno())  # type: ignore[attr-defined]
            for other in self.children.values():
                close.extend(other.descriptors())
            threads_before = signal.set_wakeup_fd(-1)
            try:
                child.fork(lambda: self.adapter, close)
            finally:
                signal.set_wakeup_fd(threads_before)
        self.children[child.pid] = child
        self.selector.register(child.channel, selectors.EVENT_READ, lambda: self._heard(child))
        for stream in (child.stdout, child.stderr):
            self._watch(child, stream)
        return child

    def _watch(self, child: Child, stream: Stream) -> None:
        self.selector.register(
            stream.fd, selectors.EVENT_READ, lambda: self._read_output(child, stream)
        )

    def _unsafe(self) -> str:
        """Return why a fork would be unsafe at this moment, or an empty string."""
        if not processes.LINUX:
            return f"system libraries on {platform.system()} do not survive a fork"
        count = processes.threads()
        if count != 1:
            return f"importing {self.adapter.name} left {count} threads running"
        if processes.touches_gpu():
            return f"importing {self.adapter.name} opened the GPU"
        return self.adapter.unsafe_to_fork()

    def _heard(self, child: Child) -> None:
        try:
            data = child.channel.recv(1 << 20)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._unregister(child.channel)
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
        except (wire.BrokenFrame, KeyError):
            task = self._task_of(child)
            if task is not None:
                self._end_now(task, "exited")

    def _message(self, child: Child, head: Dict[str, Any], blob: bytes) -> None:
        task = self._task_of(child)
        op = head["op"]
        if op == "ready":
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
        elif op == "done" and task is not None:
            self._finish(task, head, blob)
        elif op == "failed":
            child.failure = head
            if task is not None:
                self._finish(task, {"how": "not-started", "failure": head}, b"")
            else:
                self._dispose(child)

    def _hello(self, child: Optional[Child]) -> None:
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
                "forks": not self.cold,
                "forks_why": self.cold,
                "pid": os.getpid(),
                "folder": self.folder,
            }
        )

    def _warm_up(self, number: int) -> None:
        self.waiting_for_warm.append(number)
        if self.spare is None:
            self._make_spare()
        self._answer_warm()

    def _answer_warm(self, failure: Optional[Dict[str, Any]] = None) -> None:
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
        if task.reference:
            task.child = self._make_child(device)
        else:
            if self.spare is not None and self.spare.wanted != device:
                self._dispose(self.spare)
            self.device = device
            if self.spare is None:
                self._make_spare()
            assert self.spare is not None
            task.child, self.spare = self.spare, None
            self.refork_at = time.monotonic() + REFORK
        self.tasks[task.number] = task
        # A short job fits the socket's buffer, so it can go ahead of its being read; a long one
        # would block us until the worker is up.
        if task.child.warm or len(wire.pack(task.job)) < 1 << 15:
            self._give(task)

    def _give(self, task: Task) -> None:
        if not task.given:
            task.given = True
            task.child.give(task.job)

    def _task_of(self, child: Child) -> Optional[Task]:
        for task in self.tasks.values():
            if task.child is child:
                return task
        return None

    def _read_output(self, child: Child, stream: Stream) -> None:
        data = stream.read()
        if data:
            self._took(child, stream, data)
        elif not stream.open:
            self._unregister(stream.fd)

    def _took(self, child: Child, stream: Stream, data: bytes) -> None:
        task = self._task_of(child)
        if task is None or task.begun is None:
            child.noise = (child.noise + data)[-4000:]
            _noise(data.decode("utf-8", "replace"))
        else:
            task.printed(stream, data, _noise, time.monotonic())

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
        below = processes.descendants(task.child.pid, processes.table())
        if len(below) > task.limits["processes"]:
            task.numbers = {"processes": len(below)}
            self._end_now(task, "too-many-processes")
            return
        used = task.child.memory(below, int(task.limits["memory"]))
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
                self.send(
                    {"op": "printed", "id": task.number, "stream": stream.name, "text": text}
                )

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

    def _finish_killed(self, task: Task) -> None:
        self._clear_away(task.child)
        self._drain(task, DRAIN)
        self._outcome(task, {"how": task.reason, **task.numbers}, b"")
        self._forget(task.child)

    def _finish_by_exit(self, task: Task) -> None:
        child = task.child
        self._read_channel_to_end(child)
        if task.number not in self.tasks:
            return  # its last message was waiting in the channel
        self._clear_away(child)
        self._drain(task, DRAIN)
        status = child.exit or 0
        facts: Dict[str, Any] = {"how": "exited", "status": os.WEXITSTATUS(status)}
        if os.WIFSIGNALED(status):
            number = os.WTERMSIG(status)
            facts = {"how": "crashed", "signal": number, "crash": child.last_words()}
            if number == signal.SIGXFSZ:
                facts["how"] = "file-too-large"
            elif number == signal.SIGKILL and processes.oom_kills() > task.oom_kills:
                facts["how"] = "out-of-memory"
                facts["by_kernel"] = True
        if task.begun is None:
            facts = {**facts, "how": "not-started", "noise": _tail(child.noise)}
        elif task.reason:
            facts["how"] = task.reason
        self._outcome(task, facts, b"")
        self._forget(child)

    def _finish(self, task: Task, report: Dict[str, Any], blob: bytes) -> None:
        """It reported: pass that on first, clear away after."""
        facts = {key: value for key, value in report.items() if key != "op"}
        if task.reason:
            facts["how"], blob = task.reason, b""
        if facts["how"] == "interrupted":
            facts["how"] = "raised"  # its own KeyboardInterrupt
        if facts["how"] == "not-started":
            facts["noise"] = _tail(task.child.noise)
        self._drain(task, 0)
        self._outcome(task, facts, blob)
        self._clear_away(task.child)
        self._forget(task.child)

    def _outcome(self, task: Task, facts: Dict[str, Any], blob: bytes) -> None:
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
                while True:
                    data = stream.read()
                    if not data:
                        break
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
        except (OSError, wire.BrokenFrame, KeyError):
            return

    def _clear_away(self, child: Child) -> None:
        """Kill its process group, then whatever had left the group, and collect its exit."""
        processes.kill_group(child.pid)
        known = {pid for pid in self.children if pid != child.pid}
        end = time.monotonic() + REAP
        processes.sweep(os.getpid(), child.pid, known, end)
        while not child.reap() and time.monotonic() < end:
            processes.kill_all([child.pid])
            time.sleep(0.001)
        # what had daemonised became ours when it died
        processes.sweep(os.getpid(), child.pid, known, end)

    def _forget(self, child: Child) -> None:
        for item in (child.channel, child.stdout.fd, child.stderr.fd):
            self._unregister(item)
        self.children.pop(child.pid, None)
        if self.spare is child:
            self.spare = None
        child.close()
        remove_folder(child.folder)

    def _dispose(self, child: Child) -> None:
        """Do away with a worker that had no job."""
        failed = dict(child.failure, noise=_tail(child.noise))
        was_spare = self.spare is child
        self._clear_away(child)
        self._forget(child)
        if was_spare and not child.warm:
            self._hello(None)
            self._answer_warm(failed)

    def _unregister(self, item: Any) -> None:
        try:
            self.selector.unregister(item)
        except (KeyError, ValueError):
            pass

    def _child_changed(self) -> None:
        try:
            os.read(self.wake_read, 4096)
        except BlockingIOError:
            pass
        for child in list(self.children.values()):
            if child.pid in self.children and child.reap():
                task = self._task_of(child)
                if task is not None:
                    self._finish_by_exit(task)
                elif child.pid in self.children:
                    self._read_channel_to_end(child)
                    if child.pid in self.children:
                        child.failure = child.failure or {"what": "died", "status": child.exit}
                        self._dispose(child)
        processes.reap_strangers(set(self.children))

    def _end_everything(self) -> None:
        for child in list(self.children.values()):
            self._clear_away(child)
            self._forget(child)
        remove_folder(self.folder)


def _noise(text: str) -> None:
    """Framework logs go to the host's stderr, which the UI keeps apart."""
    try:
        os.write(2, text.encode("utf-8", "replace"))
    except OSError:
        pass


def _tail(noise: bytes) -> str:
    return noise.decode("utf-8", "replace")[-2000:]


def _import_failure(error: BaseException) -> Dict[str, Any]:
    missing = getattr(error, "name", None) if isinstance(error, ModuleNotFoundError) else None
    return {
        "what": "import",
        "type": type(error).__name__,
        "message": str(error)[:2000],
        "missing": missing or "",
        "executable": sys.executable,
        "python": platform.python_version(),
    }


def remove_folder(folder: str) -> None:
    """Remove a directory tree, also where the learner's code took the permission away."""

    def again(function: Any, path: str, _: Any) -> None:
        try:
            os.chmod(os.path.dirname(path), stat.S_IRWXU)
            os.chmod(path, stat.S_IRWXU)
            function(path)
        except OSError:
            pass

    shutil.rmtree(folder, onerror=again)


def remove_stale_folders() -> None:
    """Remove what hosts left behind that were killed before they could."""
    for folder in glob.glob(os.path.join(tempfile.gettempdir(), FOLDER + "*-*")):
        number = os.path.basename(folder)[len(FOLDER) :].partition("-")[0]
        try:
            if os.stat(folder).st_uid == os.getuid() and number.isdigit():
                os.kill(int(number), 0)
        except ProcessLookupError:
            remove_folder(folder)
        except OSError:
            continue


def pack_payload(payload: Dict[str, Any]) -> bytes:
    """Return what the bootstrap reads from stdin: a length, then the payload as JSON."""
    text = wire.dumps(payload)
    return b"%d\n" % len(text) + text


def main(reading: int, writing: int, payload: Dict[str, Any]) -> None:
    """Run the host; the loader calls this."""
    Supervisor(reading, writing, payload).run()
    os._exit(0)
