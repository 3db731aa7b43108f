"""``fwtutor doctor``: what this machine has, what is missing, and the command that mends it."""

from __future__ import annotations

import importlib.util
import platform
import shlex
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from tutor import __version__, machine
from tutor.config import Config, load_config
from tutor.course.models import FRAMEWORKS, FrameworkName
from tutor.errors import FwtutorError, RuntimeUnavailable
from tutor.headless import emit
from tutor.paths import Paths
from tutor.ui.names import framework as title_of
from tutor.ui.names import mebibytes, seconds

CUDA13_DRIVER = 580
"""The first driver series that runs CUDA 13 programs; older ones run CUDA 12's."""


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
    gpus: tuple[machine.Gpu, ...]
    """Accelerators that the driver sees."""
    frameworks: tuple[FrameworkReport, ...]
    """In the order that lessons name them."""
    terminal: Mapping[str, Any]
    """TERM, colours, size, multiplexer."""
    state: Mapping[str, Any]
    """Where the learner's record lives, and whether it can be written."""
    advice: tuple[machine.Advice, ...] = field(default=())
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
    advice: list[machine.Advice] = []
    try:
        config = load_config(paths.config)
    except FwtutorError as error:
        config = Config()
        advice.append(machine.Advice(what=f"{error} The defaults are used meanwhile."))
    driver, gpus = machine.gpus()
    # NumPy comes with each of the others, and is looked at only when asked for.
    everything: tuple[FrameworkName, ...] = tuple(n for n in FRAMEWORKS if n != "numpy")
    wanted = (framework,) if framework else everything
    reports: list[FrameworkReport] = []
    for name in wanted:
        if not quiet:
            print(f"looking at {title_of(name)} …", file=sys.stderr, flush=True)
        reports.append(await _framework(name, config.commands()[name], paths.config, driver))
    terminal, terminal_advice = machine.terminal()
    state, state_advice = machine.state(paths)
    memory = psutil.virtual_memory()
    return Report(
        fwtutor=__version__,
        python=f"{platform.python_version()} ({sys.executable})",
        platform=f"{platform.system()} {platform.release()}, {platform.machine()}",
        cores=machine.cores(),
        memory=memory.total,
        memory_free=memory.available,
        driver=driver,
        gpus=gpus,
        frameworks=tuple(reports),
        terminal=terminal,
        state=state,
        advice=(*advice, *terminal_advice, *state_advice),
    )


# --- frameworks


async def _framework(
    name: FrameworkName, command: Sequence[str], config: Path, driver: str
) -> FrameworkReport:
    from tutor.runtime.interpreter import probe_interpreter

    found = await probe_interpreter(command, name)
    line = shlex.join(command)
    if not found.works:
        return FrameworkReport(
            name=name,
            works=False,
            command=line,
            why=found.reason,
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


# --- in words


def describe(report: Report) -> list[str]:
    """Return the report as lines of plain text."""
    memory = f"{mebibytes(report.memory)} memory ({mebibytes(report.memory_free)} free)"
    lines = [
        f"fwtutor {report.fwtutor}, Python {report.python}",
        f"{report.platform}, {report.cores} cores, {memory}",
        *(_gpu_line(gpu, report.driver) for gpu in report.gpus),
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
        f"  settings: {state['config']}"
        + ("" if state["configured"] else " (not there: all is as by default)"),
    ]
    if report.advice:
        lines += ["", "Could be better"]
        for advice in report.advice:
            lines += [f"  ! {advice.what}", *([f"    {advice.mend}"] if advice.mend else [])]
    if not report.works:
        lines += ["", "No framework works here yet: run one of the commands above."]
    return lines


def _gpu_line(gpu: machine.Gpu, driver: str) -> str:
    memory = f", {mebibytes(gpu.memory)} ({mebibytes(gpu.free)} free)" if gpu.memory else ""
    return f"{gpu.name}{memory}, driver {driver}"


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
