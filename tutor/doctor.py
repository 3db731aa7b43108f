"""``fwtutor doctor``: what this machine has, what is missing, and the command that mends it."""

from __future__ import annotations

import importlib.util
import os
import platform
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from tutor import __version__
from tutor.config import Config, load_config
from tutor.course.models import FRAMEWORKS, FrameworkName
from tutor.errors import FwtutorError, RuntimeUnavailable
from tutor.headless import emit
from tutor.paths import Paths
from tutor.runtime.job import Hello
from tutor.ui.names import framework as title_of
from tutor.ui.names import mebibytes, seconds

LOW_DISK = 100 << 20
"""Below this much free space the compilers' caches and the record may not fit."""
CUDA13_DRIVER = 580
"""The first driver series that runs CUDA 13 programs; older ones run CUDA 12's."""
SLOW_ESCAPE_MS = 100
"""tmux's own default of 500 ms makes every press of Escape feel stuck."""


@dataclass(frozen=True, kw_only=True)
class FrameworkReport:
    """One framework as its interpreter describes it."""

    name: FrameworkName
    """The name that lessons use."""
    works: bool
    """Whether code can run in it."""
    command: str
    """The command line that starts its interpreter, as a shell would take it."""
    version: str = ""
    """The framework's version."""
    python: str = ""
    """Its interpreter's version."""
    executable: str = ""
    """Its interpreter's path."""
    devices: tuple[str, ...] = ()
    """What it can compute on, best first."""
    import_seconds: float = 0.0
    """What importing it took, just now."""
    warm: bool = False
    """Whether attempts start at once, in a process forked from a warm one."""
    why: str = ""
    """Why it does not work, or why attempts start cold."""
    mend: str = ""
    """The command that mends what is wrong; empty when nothing is, or none is known."""


@dataclass(frozen=True, kw_only=True)
class Gpu:
    """An accelerator as its driver describes it."""

    name: str
    """The product's name."""
    memory: int
    """Bytes in all."""
    free: int
    """Bytes free now."""


@dataclass(frozen=True, kw_only=True)
class Advice:
    """Something that could be better."""

    what: str
    """What is wrong, in one sentence."""
    mend: str = ""
    """The command or the line of configuration that mends it."""


@dataclass(frozen=True, kw_only=True)
class Report:
    """All that the doctor found."""

    fwtutor: str
    """fwtutor's version."""
    python: str
    """fwtutor's own interpreter: its version and path."""
    platform: str
    """The operating system and processor."""
    cores: int
    """Processor cores that this process may use."""
    memory: int
    """Bytes of memory in all."""
    memory_free: int
    """Bytes available now."""
    driver: str
    """The accelerator driver's version; empty without one."""
    gpus: tuple[Gpu, ...]
    """Accelerators that the driver sees."""
    frameworks: tuple[FrameworkReport, ...]
    """In the order that lessons name them."""
    terminal: Mapping[str, Any]
    """TERM, colours, size, multiplexer."""
    state: Mapping[str, Any]
    """Where the learner's record lives, and whether it can be written."""
    advice: tuple[Advice, ...] = field(default=())
    """What could be better, frameworks aside."""

    @property
    def works(self) -> bool:
        """Whether at least one framework can be learnt here."""
        return any(framework.works for framework in self.frameworks)


def doctor(framework: FrameworkName | None, *, as_json: bool) -> int:
    """Look at everything, print it, and return 0 if at least one framework works, else 3."""
    import asyncio

    report = asyncio.run(examine(framework, quiet=as_json or not sys.stderr.isatty()))
    if as_json:
        emit({"works": report.works, **asdict(report)})
    else:
        print("\n".join(describe(report)))
    return 0 if report.works else RuntimeUnavailable.exit_status


async def examine(framework: FrameworkName | None = None, *, quiet: bool = True) -> Report:
    """Look at everything; one framework after another, so that import times are honest."""
    import psutil  # 10 ms, and only the doctor's

    paths = Paths.find()
    advice: list[Advice] = []
    try:
        config = load_config(paths.config)
    except FwtutorError as error:
        config = Config()
        advice.append(Advice(what=f"{error} The defaults are used meanwhile."))
    driver, gpus = _gpus()
    # NumPy comes with each of the others, and is looked at only when asked for.
    everything: tuple[FrameworkName, ...] = tuple(n for n in FRAMEWORKS if n != "numpy")
    wanted = (framework,) if framework else everything
    reports: list[FrameworkReport] = []
    for name in wanted:
        if not quiet:
            print(f"looking at {title_of(name)} …", file=sys.stderr, flush=True)
        reports.append(await _framework(name, config.commands()[name], paths.config, driver))
    terminal, terminal_advice = _terminal()
    state, state_advice = _state(paths)
    memory = psutil.virtual_memory()
    return Report(
        fwtutor=__version__,
        python=f"{platform.python_version()} ({sys.executable})",
        platform=f"{platform.system()} {platform.release()}, {platform.machine()}",
        cores=_cores(),
        memory=memory.total,
        memory_free=memory.available,
        driver=driver,
        gpus=gpus,
        frameworks=tuple(reports),
        terminal=terminal,
        state=state,
        advice=(*advice, *terminal_advice, *state_advice),
    )


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


# --- frameworks


async def _framework(
    name: FrameworkName, command: Sequence[str], config: Path, driver: str
) -> FrameworkReport:
    from tutor.runtime.pool import probe_interpreter

    found = await probe_interpreter(command, name)
    line = shlex.join(command)
    if not isinstance(found, Hello):
        return FrameworkReport(
            name=name,
            works=False,
            command=line,
            why=found,
            mend=_mend_missing(name, command, config),
        )
    cpu_only = all(device.startswith("cpu") for device in found.devices)
    idle_gpu = bool(driver) and cpu_only and name != "numpy"
    why = "" if found.forks else f"Attempts start cold: {found.forks_why}"
    if idle_gpu:
        why = f"This machine has an NVIDIA GPU, which this build of {title_of(name)} cannot use."
    return FrameworkReport(
        name=name,
        works=True,
        command=line,
        version=found.version,
        python=found.python,
        executable=found.executable,
        devices=found.devices,
        import_seconds=round(found.import_seconds, 3),
        warm=found.forks,
        why=why,
        mend=pip_install(command, gpu_package(name, driver)) if idle_gpu else "",
    )


def _mend_missing(name: str, command: Sequence[str], config: Path) -> str:
    if shutil.which(command[0]) is None:
        return f"in {config}, under [frameworks.{name}], name a Python that exists"
    return pip_install(command, name)


def pip_install(command: Sequence[str], package: str) -> str:
    """Return the command that installs a package where `command` runs."""
    own = tuple(command) == (sys.executable,)
    if own and importlib.util.find_spec("pip") is None and shutil.which("uv"):
        return f"uv pip install --python {shlex.join((sys.executable, '--upgrade', package))}"
    return shlex.join((*command, "-m", "pip", "install", "--upgrade", package))


def gpu_package(name: str, driver: str) -> str:
    """Return the package, with its extra, that computes on an NVIDIA GPU under this driver."""
    major = driver.partition(".")[0]
    series = int(major) if major.isdigit() else 0
    return {
        "jax": "jax[cuda13]" if series >= CUDA13_DRIVER else "jax[cuda12]",
        "tensorflow": "tensorflow[and-cuda]",
    }.get(name, name)


def _gpus() -> tuple[str, tuple[Gpu, ...]]:
    """Ask the NVIDIA driver; no driver, no accelerators that it could tell of."""
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
        gpus: list[Gpu] = []
        for index in range(nvml.nvmlDeviceGetCount()):
            handle = nvml.nvmlDeviceGetHandleByIndex(index)
            memory = nvml.nvmlDeviceGetMemoryInfo(handle)
            name = nvml.nvmlDeviceGetName(handle)
            gpus.append(Gpu(name=str(name), memory=int(memory.total), free=int(memory.free)))
        return str(nvml.nvmlSystemGetDriverVersion()), tuple(gpus)
    except nvml.NVMLError:  # such as a memory size that a partitioned device does not tell
        return "", ()
    finally:
        nvml.nvmlShutdown()


# --- the terminal and the state folder


def _terminal() -> tuple[dict[str, Any], list[Advice]]:
    environ = os.environ
    term = environ.get("TERM", "")
    size = shutil.get_terminal_size()
    tty = sys.stdin.isatty() and sys.stdout.isatty()
    tmux = {name: _tmux(name) for name in ("escape-time", "set-clipboard")}
    terminal: dict[str, Any] = {
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
    if "utf" not in terminal["encoding"].lower():
        advice.append(
            Advice(
                what=f"The locale's encoding is {terminal['encoding'] or 'unknown'}, so signs such "
                "as ✓ cannot be shown.",
                mend="export LANG=C.UTF-8",
            )
        )
    if environ.get("TMUX"):
        terminal["tmux"] = tmux
        advice += _tmux_advice(tmux, term)
    elif terminal["colours"] == 16 and not environ.get("NO_COLOR"):
        advice.append(
            Advice(
                what=f"TERM={term} promises 16 colours; most terminals show 256 or more.",
                mend="export TERM=xterm-256color",
            )
        )
    return terminal, advice


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


def _state(paths: Paths) -> tuple[dict[str, Any], list[Advice]]:
    state: dict[str, Any] = {
        "data": str(paths.data),
        "config": str(paths.config),
        "cache": str(paths.cache),
        "writable": True,
        "free": 0,
    }
    try:
        paths.data.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.TemporaryFile(dir=paths.data) as file:
            file.write(b"fwtutor")
        state["free"] = shutil.disk_usage(paths.data).free
    except OSError as error:
        state["writable"] = False
        return state, [
            Advice(
                what=f"{paths.data} cannot be written ({error.strerror}), so nothing you do is "
                "saved.",
                mend="export FWTUTOR_HOME=/a/folder/that/can/be/written",
            )
        ]
    if state["free"] < LOW_DISK:
        return state, [
            Advice(what=f"Only {mebibytes(state['free'])} are free in {paths.data}; make room.")
        ]
    return state, []


# --- in words


def describe(report: Report) -> list[str]:
    """Return the report as lines of plain text."""
    memory = f"{mebibytes(report.memory)} memory ({mebibytes(report.memory_free)} free)"
    lines = [
        f"fwtutor {report.fwtutor}, Python {report.python}",
        f"{report.platform}, {report.cores} cores, {memory}",
        *(
            f"{gpu.name}, {mebibytes(gpu.memory)} ({mebibytes(gpu.free)} free), "
            f"driver {report.driver}"
            for gpu in report.gpus
        ),
        "",
        "Frameworks",
    ]
    for framework in report.frameworks:
        lines += _framework_lines(framework)
    terminal, state = report.terminal, report.state
    colour = {0: "no colour", 16: "16 colours", 256: "256 colours"}
    lines += [
        "",
        "Terminal",
        f"  TERM={terminal['term'] or '(unset)'}, "
        f"{colour.get(terminal['colours'], 'true colour')}, "
        f"{terminal['columns']}×{terminal['rows']}"
        + (f", in {terminal['multiplexer']}" if terminal["multiplexer"] else "")
        + (", over SSH" if terminal["ssh"] else "")
        + ("" if terminal["tty"] else ", not a terminal (line by line)"),
        "",
        "Your record",
        f"  {'✓' if state['writable'] else '✗'} {state['data']} "
        + (
            f"can be written, {mebibytes(state['free'])} free"
            if state["writable"]
            else "cannot be written"
        ),
    ]
    if report.advice:
        lines += ["", "Could be better"]
        for advice in report.advice:
            lines += [f"  ! {advice.what}", *([f"    {advice.mend}"] if advice.mend else [])]
    if not report.works:
        lines += ["", "No framework works here yet: run one of the commands above."]
    return lines


def _framework_lines(framework: FrameworkReport) -> list[str]:
    title = title_of(framework.name)
    if not framework.works:
        return [
            f"  ✗ {title}: {framework.why}",
            f"    interpreter: {framework.command}",
            f"    mend it: {framework.mend}",
        ]
    where = ", ".join(framework.devices)
    took = seconds(framework.import_seconds)
    lines = [
        f"  ✓ {title} {framework.version} on {where}; imported in {took}",
        f"    interpreter: {framework.executable} (Python {framework.python})",
    ]
    if framework.why:
        lines.append(f"    ! {framework.why}")
    if framework.mend:
        lines.append(f"    mend it: {framework.mend}")
    return lines
