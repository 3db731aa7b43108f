"""The learner's settings, from ``config.toml``. A missing file means the defaults.

framework = "jax"                # the one to begin in
theme = "textual-light"
device = "auto"                  # auto, cpu, cuda, cuda:1 …

[frameworks.torch]
python = "/opt/conda/envs/torch/bin/python"        # or a list of words, or
command = ["ssh", "gpu-box", "python3"]            # any command that starts a Python
device = "cuda:1"                                  # overrides the one above

[keys]                           # key by the id of an action; see the help screen
run = "f6"
"""

from __future__ import annotations

import re
import shlex
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from tutor.course.models import FRAMEWORKS, FrameworkName
from tutor.errors import UsageError, nearest


class FrameworkConfig(Struct, frozen=True, forbid_unknown_fields=True):
    """Where one framework lives. Give `python` or `command`, not both."""

    python: str | tuple[str, ...] | None = None
    """The path of an interpreter, or a command as a list."""
    command: tuple[str, ...] | None = None
    """A command line that starts a Python and takes the worker's source on stdin."""
    device: str | None = None
    """The device for this framework, instead of the general one."""

    @property
    def argv(self) -> tuple[str, ...]:
        """The command that starts its interpreter; fwtutor's own by default."""
        if self.command is not None:
            return self.command
        if isinstance(self.python, str):
            return (str(Path(self.python).expanduser()),)
        return self.python or (sys.executable,)


class Config(Struct, frozen=True, kw_only=True):
    """All settings."""

    frameworks: dict[FrameworkName, FrameworkConfig] = {}
    """Those that live outside fwtutor's own interpreter, or have a device of their own."""
    framework: FrameworkName | None = None
    """The framework to begin in."""
    device: str = "auto"
    """`auto` (the accelerator if there is one), `cpu`, `cuda`, `cuda:1` …"""
    theme: str = ""
    """A theme's name; empty for the default."""
    keys: dict[str, str] = {}
    """Action id → key, or several joined by commas."""

    def commands(self) -> dict[FrameworkName, tuple[str, ...]]:
        """Every framework's command line."""
        return {name: self.frameworks.get(name, FrameworkConfig()).argv for name in FRAMEWORKS}

    def device_for(self, framework: FrameworkName) -> str:
        """The device to use for a framework."""
        own = self.frameworks.get(framework, FrameworkConfig()).device
        return own or self.device


_TOP = ("framework", "frameworks", "device", "theme", "keys")
_DEVICE = re.compile(r"auto|(cpu|gpu|cuda|tpu|mps|rocm)(:\d+)?")


def load_config(path: Path) -> Config:
    """Read the configuration.

    Raises:
        UsageError: It cannot be read, is not TOML, or says something that is not understood.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):
        return Config()
    except UnicodeDecodeError as error:
        raise UsageError(
            f"{path}: not UTF-8 text (byte {error.start}); save it as UTF-8."
        ) from None
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror}).") from None
    import tomllib  # 5 ms; most have no file

    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"at line (\d+)", str(error))
        place = f"{path}:{line[1]}" if line else f"{path}"
        raise UsageError(f"{place}: not TOML: {error}.") from None
    return _Reader(path, text).config(table)


class _Reader:
    """Validates one file; knows its text, to name the line of a fault."""

    def __init__(self, path: Path, text: str) -> None:
        self._path = path
        self._lines = _lines_of_keys(text)

    def config(self, table: Mapping[str, Any]) -> Config:
        self._known(table, _TOP, ())
        device = self._convert(table.get("device", "auto"), str, ("device",), "a device")
        self._device(device, ("device",))
        return Config(
            framework=self._framework(table.get("framework")),
            device=device,
            theme=self._convert(table.get("theme", ""), str, ("theme",), "a theme's name"),
            keys=self._keys(table.get("keys", {})),
            frameworks=self._frameworks(table.get("frameworks", {})),
        )

    def _framework(self, name: object) -> FrameworkName | None:
        for known in FRAMEWORKS:
            if name == known:
                return known
        if name is None:
            return None
        raise self._fault(
            ("framework",),
            f"`framework` is {_shown(name)}; expected one of {_listed(FRAMEWORKS)}."
            + nearest(str(name), FRAMEWORKS),
        )

    def _keys(self, found: object) -> dict[str, str]:
        table = self._table(found, ("keys",), 'a table such as [keys] with run = "f6"')
        keys: dict[str, str] = {}
        for name, value in table.items():
            at = ("keys", name)
            keys[name] = self._convert(
                value, str, at, 'a key such as "f6", or several: "f6,ctrl+g"'
            )
            if not keys[name].strip():
                raise self._fault(at, f'`keys.{name}` is empty; expected a key such as "f6".')
        return keys

    def _frameworks(self, found: object) -> dict[FrameworkName, FrameworkConfig]:
        table = self._table(found, ("frameworks",), "tables such as [frameworks.torch]")
        self._known(table, FRAMEWORKS, ("frameworks",))
        result: dict[FrameworkName, FrameworkConfig] = {}
        for name in FRAMEWORKS:
            if name not in table:
                continue
            at = ("frameworks", name)
            own = self._table(table[name], at, f"a table such as [frameworks.{name}]")
            self._known(own, FrameworkConfig.__struct_fields__, at)
            result[name] = self._one_framework(own, at)
        return result

    def _one_framework(self, own: Mapping[str, Any], at: tuple[str, ...]) -> FrameworkConfig:
        words = 'the path of a Python as text, or a list of words such as ["ssh", "box", "python3"]'
        python = self._convert(
            own.get("python"), str | tuple[str, ...] | None, (*at, "python"), words
        )
        command = self._convert(
            own.get("command"),
            tuple[str, ...] | None,
            (*at, "command"),
            'a list of words such as ["ssh", "box", "python3"]',
        )
        device = self._convert(own.get("device"), str | None, (*at, "device"), "a device")
        if python is not None and command is not None:
            raise self._fault(
                (*at, "command"), f"`{'.'.join(at)}` has both `python` and `command`; keep one."
            )
        for key, value in (("python", python), ("command", command)):
            if value is not None and not (value[0] if value else ""):
                raise self._fault(
                    (*at, key), f"`{'.'.join((*at, key))}` is empty; expected {words}."
                )
        if isinstance(python, str) and " " in python and not Path(python).expanduser().exists():
            raise self._fault(
                (*at, "python"),
                f"`{'.'.join((*at, 'python'))}` names {_shown(python)}, which is not a file; "
                f"to give a command, write a list: {_shown(shlex.split(python))}.",
            )
        if device is not None:
            self._device(device, (*at, "device"))
        return FrameworkConfig(python=python, command=command, device=device)

    def _device(self, device: str, at: tuple[str, ...]) -> None:
        if not _DEVICE.fullmatch(device):
            raise self._fault(
                at,
                f"`{'.'.join(at)}` is {_shown(device)}; expected auto, cpu, cuda, or one "
                "of several such as cuda:1."
                + nearest(device, ("auto", "cpu", "cuda", "gpu", "tpu", "mps")),
            )

    def _table(self, found: object, at: tuple[str, ...], expected: str) -> dict[str, Any]:
        return self._convert(found, dict[str, Any], at, expected)

    def _known(self, table: Mapping[str, Any], known: Iterable[str], at: tuple[str, ...]) -> None:
        known = tuple(known)
        for name in table:
            if name not in known:
                where = f"[{'.'.join(at)}]" if at else "the file"
                raise self._fault(
                    (*at, name),
                    f"`{name}` is not known in {where}; expected {_listed(known)}."
                    + nearest(name, known),
                )

    def _convert(self, value: object, kind: Any, at: tuple[str, ...], expected: str) -> Any:
        try:
            return msgspec.convert(value, kind)
        except msgspec.ValidationError:
            shown = f"`{'.'.join(at)}` is {_shown(value)}"
            raise self._fault(at, f"{shown}; expected {expected}.") from None

    def _fault(self, at: tuple[str, ...], sentence: str) -> UsageError:
        line = next(
            (self._lines[at[:n]] for n in range(len(at), 0, -1) if at[:n] in self._lines), None
        )
        place = f"{self._path}:{line}" if line else f"{self._path}"
        return UsageError(f"{place}: {sentence}")


_HEADER = re.compile(r"\s*\[([^\[\]]+)\]\s*(?:#.*)?$")
_ENTRY = re.compile(
    r"""\s*((?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"[^"]*"|'[^']*'))*)\s*="""
)


def _lines_of_keys(text: str) -> dict[tuple[str, ...], int]:
    """Find the line of every key; tomllib keeps none. Good for messages, no full TOML reader."""
    lines: dict[tuple[str, ...], int] = {}
    table: tuple[str, ...] = ()
    for number, line in enumerate(text.splitlines(), 1):
        if header := _HEADER.match(line):
            table = _parts(header[1])
            lines.setdefault(table, number)
        elif entry := _ENTRY.match(line):
            lines.setdefault(table + _parts(entry[1]), number)
    return lines


def _parts(dotted: str) -> tuple[str, ...]:
    return tuple(part.strip().strip("\"'") for part in dotted.split("."))


def _shown(value: object) -> str:
    """The value as it would stand in the file, cut to a line."""
    if isinstance(value, dict):
        return "a table"
    text = msgspec.json.encode(value, enc_hook=str).decode()
    return text if len(text) <= 60 else f"{text[:57]}…"


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
