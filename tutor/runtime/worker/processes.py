"""The process table: who descends from whom, how much memory they hold, and how they are killed.

Linux reads /proc; elsewhere `ps` is asked, which has no notion of shared pages.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from typing import NamedTuple

LINUX = sys.platform.startswith("linux")


CHANNEL_CLOSED = 199
"""The exit status of a worker whose channel the learner's code has closed."""


class Process(NamedTuple):
    """One row of the process table."""

    pid: int
    parent: int
    group: int
    zombie: bool
    rss: int
    """Resident bytes; 0 on Linux, where `anonymous` reads them per process."""


def table() -> dict[int, Process]:
    """Return every process that can be seen."""
    return _proc_table() if LINUX else _ps_table()


def _proc_table() -> dict[int, Process]:
    rows = {}
    for name in os.listdir("/proc"):
        if not name.isdigit():
            continue
        try:
            with open(f"/proc/{name}/stat", "rb") as file:
                stat = file.read()
        except OSError:
            continue  # it ended meanwhile
        # the command's name may hold spaces and brackets: count from the last one
        fields = stat[stat.rindex(b")") + 2 :].split(None, 4)
        pid = int(name)
        rows[pid] = Process(pid, int(fields[1]), int(fields[2]), fields[0] in b"ZX", 0)
    return rows


def _ps_table() -> dict[int, Process]:
    ps = subprocess.Popen(
        ["ps", "-axo", "pid=,ppid=,pgid=,stat=,rss="], stdout=subprocess.PIPE, text=True
    )
    rows = {}
    for line in ps.communicate()[0].splitlines():
        pid, parent, group, stat, rss = line.split()
        rows[int(pid)] = Process(
            int(pid), int(parent), int(group), stat.startswith("Z"), int(rss) * 1024
        )
    rows.pop(ps.pid, None)  # it is a child of ours, and no stranger to be killed
    return rows


def descendants(root: int, rows: dict[int, Process]) -> list[int]:
    """Return the live processes below ``root``, without it."""
    children: dict[int, list[int]] = {}
    for row in rows.values():
        children.setdefault(row.parent, []).append(row.pid)
    found: list[int] = []
    todo = [root]
    while todo:
        for child in children.get(todo.pop(), ()):
            todo.append(child)
            if not rows[child].zombie:
                found.append(child)
    return found


def anonymous(pid: int, rows: dict[int, Process] | None = None) -> int:
    """Return the bytes of the process's own and shared-memory pages: an upper bound, but cheap."""
    if not LINUX:
        row = (table() if rows is None else rows).get(pid)
        return row.rss if row else 0
    total = 0
    try:
        with open(f"/proc/{pid}/status", "rb") as file:
            for line in file:
                if line.startswith((b"RssAnon:", b"RssShmem:")):
                    total += int(line.split()[1]) * 1024
    except OSError:
        return 0
    return total


def proportional(pid: int) -> int | None:
    """Return the same with pages shared by n processes counted 1/n each; None if not offered.

    Costs milliseconds (the kernel walks the page tables), so it is asked only when the cheap
    bound is over the limit: what a fork shares with its parent must not be charged twice.
    """
    total = 0
    try:
        with open(f"/proc/{pid}/smaps_rollup", "rb") as file:
            for line in file:
                if line.startswith((b"Pss_Anon:", b"Pss_Shmem:")):
                    total += int(line.split()[1]) * 1024
    except OSError:
        return None
    return total


def touches_gpu(pid: str = "self") -> bool:
    """Whether the process holds an NVIDIA device open, as one with a CUDA context does."""
    try:
        for fd in os.listdir(f"/proc/{pid}/fd"):
            try:
                if os.readlink(f"/proc/{pid}/fd/{fd}").startswith("/dev/nvidia"):
                    return True
            except OSError:
                continue
    except OSError:
        return False
    return False


def threads() -> int:
    """Return how many threads this process has; 0 where that cannot be told."""
    try:
        return len(os.listdir("/proc/self/task"))
    except OSError:
        return 0


def oom_kills() -> int:
    """Return how often the kernel's out-of-memory killer struck in our control group."""
    try:
        with open("/proc/self/cgroup") as file:
            group = next(line.split("::", 1)[1].strip() for line in file if line.startswith("0::"))
        with open(f"/sys/fs/cgroup{group}/memory.events") as file:
            return sum(int(line.split()[1]) for line in file if line.startswith("oom_kill "))
    except (OSError, StopIteration, ValueError):
        return 0


def kill_group(group: int, number: int = signal.SIGKILL) -> None:
    """Signal a process group that may be gone."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


def kill_all(pids: Iterable[int]) -> None:
    """Kill processes that may be gone."""
    for pid in pids:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signal.SIGKILL)


def sweep(me: int, root: int, known: set[int], deadline: float) -> None:
    """Kill what is left of ``root``'s tree, and orphans that landed on us, until none is left.

    Both the worker and we are subreapers, so a daemonised grandchild is below the worker while
    that lives and becomes our own child when it dies: a child of ours that is not in ``known``.
    Several rounds, because a process may fork while the table is being read.
    """
    while True:
        rows = table()
        left = set(descendants(root, rows))
        for row in rows.values():
            if row.parent == me and row.pid not in known and row.pid != root:
                left.add(row.pid)
                left.update(descendants(row.pid, rows))
        left -= known
        kill_all(left)
        reap_strangers(known | {root})
        alive = [pid for pid in left if pid in rows and not rows[pid].zombie]
        if not alive or time.monotonic() > deadline:
            return
        time.sleep(0.002)


def reap_strangers(known: set[int]) -> None:
    """Collect the exit of adopted orphans, leaving our own workers to their owner."""
    if not LINUX:
        return  # init has them; and `ps` would itself be a child whose end brings us back here
    me = os.getpid()
    for row in table().values():
        if row.parent == me and row.zombie and row.pid not in known:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(row.pid, os.WNOHANG)


def become_subreaper() -> None:
    """Ask to adopt orphaned descendants (Linux); elsewhere they go to init."""
    _prctl(36, 1)


def die_with_parent() -> None:
    """Ask to be killed when the thread that forked us ends.

    Of use here alone: the host is single-threaded, so that thread ends only with the host.
    """
    _prctl(1, signal.SIGKILL)


def _prctl(option: int, value: int) -> None:
    if not LINUX:
        return
    import ctypes

    ctypes.CDLL(None).prctl(option, value, 0, 0, 0)
