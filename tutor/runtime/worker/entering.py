"""How a process that was just forked or started becomes a worker, tied to its host's life."""

from __future__ import annotations

import os
import resource
import signal
import sys
import threading
from collections.abc import Callable
from typing import Any

from . import encode, processes, trace, wire
from .attempt import Worker
from .frameworks.base import Adapter

# Bound now: the learner's code may replace them.
_exit, _read, _killpg = os._exit, os.read, os.killpg


def enter(
    make: Callable[[], Adapter], channel: int, folder: str, life: int, crash: int, device: str
) -> None:
    """Turn a process that was just forked or started into a worker; does not return."""
    status = 0
    try:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.signal(signal.SIGPIPE, signal.SIG_IGN)
        for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_DFL)  # the host had its own handlers
        _contain(folder, life)
        import faulthandler

        faulthandler.enable(file=crash, all_threads=False)
        sys.stdout = sys.__stdout__ = _text(1)
        sys.stderr = sys.__stderr__ = _text(2)
        Worker(make(), channel, folder).serve(device)
    except BrokenPipeError:
        pass
    except KeyboardInterrupt:
        status = 130
    except BaseException as error:
        status = 70
        describe = encode.describe(error)
        text = trace.plain(error)
        try:
            wire.write_all(
                channel, wire.pack({"op": "failed", "what": "worker", "trace": text, **describe})
            )
        except OSError:
            status = processes.CHANNEL_CLOSED
    finally:
        _exit(status)


def _text(fd: int) -> Any:
    return open(fd, "w", buffering=1, encoding="utf-8", errors="backslashreplace", closefd=False)


def _contain(folder: str, life: int) -> None:
    """Tie the process group's life to the host's, and go to the temporary directory."""
    import fcntl

    os.chdir(folder)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        with open("/proc/self/oom_score_adj", "w") as file:
            file.write("1000")  # when memory runs out, the kernel takes the attempt first
    except OSError:
        pass
    if processes.LINUX:
        # When the host dies its end of this pipe closes, and the kernel kills our whole group:
        # no thread is needed to watch, and code that holds the GIL cannot delay it.
        fcntl.fcntl(life, 10, signal.SIGKILL)  # F_SETSIG
        fcntl.fcntl(life, fcntl.F_SETOWN, -os.getpgrp())
        fcntl.fcntl(life, fcntl.F_SETFL, fcntl.fcntl(life, fcntl.F_GETFL) | os.O_ASYNC)
    else:
        # A worker is not forked there, so a thread does no harm; it waits for the GIL at worst.
        threading.Thread(target=_go_with_host, args=(life,), daemon=True).start()


def _go_with_host(life: int) -> None:
    _read(life, 1)
    _killpg(0, signal.SIGKILL)
