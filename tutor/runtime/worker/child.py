"""Workers as their host sees them: forked from it, or started cold where a fork is unsafe."""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable
from typing import Any

from . import entering, processes, wire
from .frameworks.base import Adapter
from .output import Stream

PIPE_SIZE = 1 << 20
"""A flood then needs a sixteenth of the wake-ups that the default 64 kB would."""


_exit = os._exit
"""Bound now: the learner's code may replace it, and must not come to run the host's loop."""


class Child:
    """One worker process, its pipes and its temporary directory."""

    def __init__(self, folder: str, device: str) -> None:
        self.folder = tempfile.mkdtemp(prefix="run-", dir=folder)
        self.wanted = device
        """The device it was asked to start on."""
        self.device = ""
        """The device it is on, once ready."""
        self.devices: list[str] = []
        self.pid = 0
        self.ready = False
        self.warm = False
        self.finished = False
        """It has reported, and was killed; what is left of it is cleared away when it is dead."""
        self.failure: dict[str, Any] = {}
        """Why it never became ready."""
        self.exit: int | None = None
        """The status from waitpid, once it has ended."""
        self.splitter = wire.Splitter()
        self.channel, self._theirs = socket.socketpair()
        self.life_read, self.life = os.pipe()
        out, self._out = _pipe()
        err, self._err = _pipe()
        self.crash, self._crash = os.pipe()
        os.set_blocking(self.crash, False)
        self.stdout = Stream("stdout", out, hide_noise=False)
        self.stderr = Stream("stderr", err, hide_noise=True)
        self.noise = b""
        """The end of what it printed before any job: kept for when it fails."""
        self.base_upper = 0
        """Cheap memory bound when it became warm; see `processes.anonymous`."""
        self.base_exact: int | None = None

    def fork(self, make: Callable[[], Adapter], close: list[int]) -> None:
        """Fork it off this process; ``close`` are descriptors that are the host's alone."""
        self.pid = os.fork()
        if self.pid:
            self._started()
            return
        try:
            # in the child alone: a death while the host forks must still wake the host
            signal.set_wakeup_fd(-1)
            os.setsid()
            processes.die_with_parent()
            processes.become_subreaper()
            null = os.open(os.devnull, os.O_RDONLY)
            os.dup2(null, 0)
            os.dup2(self._out, 1)
            os.dup2(self._err, 2)
            for fd in (*close, *self._ours(), null, self._out, self._err):
                os.close(fd)
            entering.enter(
                make,
                self._theirs.fileno(),
                self.folder,
                self.life_read,
                self._crash,
                self.wanted,
            )
        finally:
            _exit(71)

    def start_cold(self, command: list[str], payload: bytes) -> None:
        """Start a fresh interpreter, which imports the framework itself."""
        given = (self._theirs.fileno(), self.life_read, self._crash)
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=self._out,
            stderr=self._err,
            pass_fds=given,
            start_new_session=True,
            cwd=self.folder,
        )
        self.pid = process.pid
        process.returncode = 0  # we wait for it ourselves
        assert process.stdin is not None
        try:
            process.stdin.write(payload)
            process.stdin.close()
        except OSError:
            pass  # it ended at once; its exit will say so
        self._started()

    def inherited(self) -> dict[str, Any]:
        """Return what a cold start must be told."""
        return {
            "channel": self._theirs.fileno(),
            "life": self.life_read,
            "crash": self._crash,
            "folder": self.folder,
            "device": self.wanted,
        }

    def _started(self) -> None:
        self._theirs.close()
        for fd in (self._out, self._err, self._crash, self.life_read):
            os.close(fd)
        self.channel.setblocking(False)

    def abandon(self) -> None:
        """Close both ends of everything: no process could be started."""
        self._started()
        self.close()

    def _ours(self) -> list[int]:
        return [self.channel.fileno(), self.life, self.stdout.fd, self.stderr.fd, self.crash]

    def descriptors(self) -> list[int]:
        """Return the host's ends that are still open: a sibling must close them after a fork."""
        return [fd for fd in self._ours() if fd >= 0]

    def give(self, job: dict[str, Any]) -> None:
        """Hand the job over."""
        self.channel.setblocking(True)
        try:
            self.channel.sendall(wire.pack(job))
        except OSError:
            pass  # it has died; its exit will be noticed
        finally:
            self.channel.setblocking(False)

    def note_baseline(self) -> None:
        """Remember its memory before any of the learner's code."""
        self.base_upper = processes.anonymous(self.pid)
        self.base_exact = processes.proportional(self.pid)

    def memory(self, below: list[int], limit: int, rows: dict[int, processes.Process]) -> int:
        """Return by how many bytes the tree has grown; exact only when near the limit."""
        tree = (self.pid, *below)
        upper = sum(processes.anonymous(pid, rows) for pid in tree) - self.base_upper
        if upper <= limit or self.base_exact is None:
            return max(upper, 0)
        exact = [processes.proportional(pid) for pid in tree]
        if None in exact:
            return upper
        return max(sum(size or 0 for size in exact) - self.base_exact, 0)

    def last_words(self) -> str:
        """Return what faulthandler wrote when it died of a signal."""
        try:
            return os.read(self.crash, 1 << 16).decode("utf-8", "replace")
        except OSError:
            return ""

    def last_noise(self) -> str:
        """Return the end of what it printed before any job."""
        return self.noise.decode("utf-8", "replace")[-2000:]

    def reap(self) -> bool:
        """Collect its exit status if it has ended."""
        if self.exit is not None:
            return True
        try:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
        except ChildProcessError:
            self.exit = 0
            return True
        if pid:
            self.exit = status
        return bool(pid)

    def close(self) -> None:
        """Close the host's ends."""
        self.channel.close()
        for fd in (self.life, self.stdout.fd, self.stderr.fd, self.crash):
            with contextlib.suppress(OSError):
                os.close(fd)


def _pipe() -> tuple[int, int]:
    read, write = os.pipe()
    os.set_blocking(read, False)
    if sys.platform.startswith("linux"):
        with contextlib.suppress(OSError):  # over the user's limit for pipes
            fcntl.fcntl(write, 1031, PIPE_SIZE)  # F_SETPIPE_SZ
    return read, write
