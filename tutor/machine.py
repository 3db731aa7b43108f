"""What this machine is, frameworks aside: processor, accelerators, terminal, state folder."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tutor.paths import Paths
from tutor.ui.names import mebibytes

LOW_DISK = 100 << 20
"""Below this much free space the compilers' caches and the record may not fit."""
SLOW_ESCAPE_MS = 100
"""tmux's own default of 500 ms makes every press of Escape feel stuck."""


@dataclass(frozen=True, kw_only=True)
class Gpu:
    """An accelerator as its driver describes it."""

    name: str
    """The product's name."""
    memory: int
    """Bytes in all; 0 when the driver does not tell."""
    free: int
    """Bytes free now; 0 when the driver does not tell."""


@dataclass(frozen=True, kw_only=True)
class Advice:
    """Something that could be better."""

    what: str
    """What is wrong, in one sentence."""
    mend: str = ""
    """The command or the line of configuration that mends it."""


def cores() -> int:
    """Return how many processor cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def gpus() -> tuple[str, tuple[Gpu, ...]]:
    """Return the NVIDIA driver's version and its accelerators; empty without a driver."""
    import warnings

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an old package of the same name only warns
            import pynvml
        nvml: Any = pynvml  # untyped
        nvml.nvmlInit()
    except Exception:  # no package, no library, no driver: all mean none
        return "", ()
    try:
        driver = str(nvml.nvmlSystemGetDriverVersion())
        return driver, tuple(_gpu(nvml, index) for index in range(nvml.nvmlDeviceGetCount()))
    except nvml.NVMLError:
        return "", ()
    finally:
        nvml.nvmlShutdown()


def _gpu(nvml: Any, index: int) -> Gpu:
    handle = nvml.nvmlDeviceGetHandleByIndex(index)
    name = str(nvml.nvmlDeviceGetName(handle))
    try:
        memory = nvml.nvmlDeviceGetMemoryInfo(handle)
    except nvml.NVMLError:  # a partitioned device tells it only to those who may see all of it
        return Gpu(name=name, memory=0, free=0)
    return Gpu(name=name, memory=int(memory.total), free=int(memory.free))


def terminal() -> tuple[dict[str, Any], list[Advice]]:
    """Return what the environment says of the terminal, and what could be better."""
    environ = os.environ
    term = environ.get("TERM", "")
    size = shutil.get_terminal_size()
    tty = sys.stdin.isatty() and sys.stdout.isatty()
    tmux = {name: _tmux(name) for name in ("escape-time", "set-clipboard")}
    found: dict[str, Any] = {
        "tty": tty,
        "term": term,
        "colorterm": environ.get("COLORTERM", ""),
        "colours": colours(environ),
        "columns": size.columns,
        "rows": size.lines,
        "encoding": sys.stdout.encoding or "",
        "multiplexer": "tmux" if environ.get("TMUX") else "screen" if environ.get("STY") else "",
        "ssh": bool(environ.get("SSH_CONNECTION")),
    }
    advice: list[Advice] = []
    if tty and (size.columns < 80 or size.lines < 24):
        advice.append(
            Advice(
                what=f"The terminal has {size.columns}×{size.lines} cells; 80×24 is comfortable."
            )
        )
    if "utf" not in found["encoding"].lower():
        advice.append(
            Advice(
                what=f"The locale's encoding is {found['encoding'] or 'unknown'}, so signs such "
                "as ✓ cannot be shown.",
                mend="export LANG=C.UTF-8",
            )
        )
    if environ.get("TMUX"):
        found["tmux"] = tmux
        advice += _tmux_advice(tmux, term)
    elif found["colours"] == 16 and term != "linux":  # the console itself has no more
        advice.append(
            Advice(
                what=f"TERM={term} promises 16 colours; most terminals show 256 or more.",
                mend="export TERM=xterm-256color",
            )
        )
    return found, advice


def colours(environ: Mapping[str, str]) -> int:
    """Return how many colours the environment promises: 0, 16, 256 or 16777216."""
    term = environ.get("TERM", "")
    if environ.get("NO_COLOR") or term in {"", "dumb"}:
        return 0
    if environ.get("COLORTERM", "").lower() in {"truecolor", "24bit"}:
        return 1 << 24
    return 256 if "256color" in term else 16


def _tmux(option: str) -> str:
    if not os.environ.get("TMUX") or not shutil.which("tmux"):
        return ""
    try:
        done = subprocess.run(
            ["tmux", "show-options", "-sv", option],
            capture_output=True,
            text=True,
            timeout=2,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip()


def _tmux_advice(tmux: Mapping[str, str], term: str) -> list[Advice]:
    advice: list[Advice] = []
    wait = tmux["escape-time"]
    if wait.isdigit() and int(wait) > SLOW_ESCAPE_MS:
        advice.append(
            Advice(
                what=f"tmux holds every Escape back for {wait} ms.",
                mend="tmux set -s escape-time 10",
            )
        )
    if tmux["set-clipboard"] and tmux["set-clipboard"] != "on":
        advice.append(
            Advice(
                what="tmux keeps copied text from reaching your own clipboard.",
                mend="tmux set -s set-clipboard on",
            )
        )
    if "256color" not in term:
        advice.append(
            Advice(
                what=f"tmux announces TERM={term}, with 16 colours.",
                mend="tmux set -g default-terminal tmux-256color   # then open a new window",
            )
        )
    return advice


def state(paths: Paths) -> tuple[dict[str, Any], list[Advice]]:
    """Return where the record lives and whether it can be written, and what could be better."""
    found: dict[str, Any] = {
        "data": str(paths.data),
        "config": str(paths.config),
        "configured": paths.config.is_file(),
        "cache": str(paths.cache),
        "writable": True,
        "free": 0,
    }
    try:
        paths.data.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.TemporaryFile(dir=paths.data) as file:
            file.write(b"fwtutor")
        found["free"] = shutil.disk_usage(paths.data).free
    except OSError as error:
        found["writable"] = False
        return found, [
            Advice(
                what=f"{paths.data} cannot be written ({error.strerror}), so nothing you do is "
                "saved.",
                mend="export FWTUTOR_HOME=/a/folder/that/can/be/written",
            )
        ]
    if found["free"] < LOW_DISK:
        return found, [
            Advice(what=f"Only {mebibytes(found['free'])} are free in {paths.data}; make room.")
        ]
    return found, []
