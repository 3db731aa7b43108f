"""Command lines: what to start so that a Python with the framework reads our worker from stdin."""

from __future__ import annotations

import functools
import os
import shlex
import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tutor.errors import RuntimeUnavailable
from tutor.runtime.protocol import to_json

PACKAGE = "fwtutor_worker"
"""What the worker's package is called on the far side, where there is no `tutor`."""

BOOTSTRAP = (
    "import sys;sys.path[:]=filter(None,sys.path)\n"
    "f=open(0,'rb',0,closefd=False);n=int(f.readline());b=b'';\n"
    "while len(b)<n:b+=f.read(n-len(b)) or exit(1)\n"
    "import json;p=json.loads(b);exec(compile(p['loader'],'<fwtutor_worker.loader>','exec'),"
    "{'__name__':'fwtutor_worker_loader','PAYLOAD':p})"
)
"""Reads a length and that much JSON from stdin, byte-exact, and runs the loader in it.

`-c` puts "" first in the path: a json.py or a torch.py in the current folder would be imported.
"""

PYTHON_OPTIONS = ("-u", "-B")
"""Unbuffered; no .pyc files beside modules that are not ours. Not `-I`: it hides a user's
site-packages, where a framework may well be."""

REMOTE_SHELLS = frozenset({"ssh", "autossh", "mosh"})
"""Programs that hand their arguments to a shell on the far side, so ours must be quoted."""

LABELS = {"torch": "PyTorch", "tensorflow": "TensorFlow", "jax": "JAX", "numpy": "NumPy"}


@functools.cache
def sources() -> dict[str, str]:
    """Return the worker package: far-side module name to source."""
    root = Path(__file__).parent / "worker"
    found: dict[str, str] = {}
    for path in sorted(root.rglob("*.py")):
        parts = [PACKAGE, *path.relative_to(root).with_suffix("").parts]
        if parts[-1] == "__init__":
            parts.pop()
        found[".".join(parts)] = path.read_text(encoding="utf-8")
    return found


def command_line(interpreter: Sequence[str]) -> list[str]:
    """Return the command that starts a Python on our bootstrap.

    Args:
        interpreter: A path to a Python, or a whole command such as ``["ssh", "gpu", "python3"]``;
            empty for the one that runs fwtutor.
    """
    command = list(interpreter) or [sys.executable]
    command[0] = _expand(command[0])
    arguments = [*PYTHON_OPTIONS, "-c", BOOTSTRAP]
    if Path(command[0]).name in REMOTE_SHELLS:
        arguments = [shlex.quote(argument) for argument in arguments]
    return [*command, *arguments]


def _expand(program: str) -> str:
    """Expand `~`; a Path would also turn `./python` into `python`, which is looked up in PATH."""
    return os.path.expanduser(program)  # noqa: PTH111


def check(interpreter: Sequence[str], framework: str) -> None:
    """Raise RuntimeUnavailable when the command cannot possibly start."""
    if not interpreter:
        return
    program = _expand(interpreter[0])
    where = f"The interpreter configured for {LABELS.get(framework, framework)}"
    if Path(program).is_dir():
        inside = Path(program, "bin", "python")
        hint = f" Did you mean `{inside}`?" if inside.exists() else ""
        raise RuntimeUnavailable(f"{where} is a directory: `{program}`.{hint}")
    if shutil.which(program) is None:
        reason = "is not executable" if Path(program).exists() else "does not exist"
        raise RuntimeUnavailable(
            f"{where} {reason}: `{program}`. Set it to a Python that has {framework}, "
            "or remove the setting to use fwtutor's own."
        )


def payload(framework: str, main: str, config: Mapping[str, Any], cache: Path | None) -> bytes:
    """Return what goes to the bootstrap's stdin."""
    modules = sources()
    body = {
        "loader": modules[f"{PACKAGE}.loader"],
        "sources": modules,
        "main": main,
        "env": {},
        "config": {
            **config,
            "framework": framework,
            "cache": str(cache) if cache else "",
            "bootstrap": BOOTSTRAP,
            "options": list(PYTHON_OPTIONS),
        },
    }
    text = to_json(body)
    return b"%d\n" % len(text) + text


def describe(interpreter: Sequence[str]) -> str:
    """Return the interpreter as one would type it."""
    return shlex.join(interpreter) if interpreter else sys.executable


def environment() -> dict[str, str]:
    """Return the environment for a host: ours, without what would reach into its imports."""
    env = dict(os.environ)
    env.pop("PYTHONSTARTUP", None)
    env.pop("PYTHONINSPECT", None)
    return env
