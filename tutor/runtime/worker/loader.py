"""The first code the far side runs: unpack the package into memory and hand over.

``tutor.runtime.launch`` starts ``python -c BOOTSTRAP``, which reads this file's source from stdin
and runs it with ``PAYLOAD`` set: ``sources`` (module name to source), ``main`` (which module's
``main`` to call), ``env``, and ``config`` for it. Only stdin and stdout of one command line are
needed, so it works through ssh and srun alike.
"""

from __future__ import annotations

import builtins
import importlib.abc
import importlib.machinery
import os
import sys
from typing import Any

PACKAGE = "fwtutor_worker"


class Sources(importlib.abc.MetaPathFinder, importlib.abc.InspectLoader):
    """Imports the package from the sources that came over stdin."""

    def __init__(self, sources: dict[str, str]) -> None:
        self.sources = sources
        self.builtins = dict(builtins.__dict__)

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        """Find a module of ours, or leave it to the others."""
        if name not in self.sources:
            return None
        return importlib.machinery.ModuleSpec(
            name, self, origin=self.get_filename(name), is_package=self.is_package(name)
        )

    def is_package(self, fullname: str) -> bool:
        """Whether other sources lie below it."""
        return any(other.startswith(fullname + ".") for other in self.sources)

    def get_source(self, fullname: str) -> str | None:
        """Give linecache the text, so that tracebacks show it."""
        return self.sources.get(fullname)

    def get_filename(self, fullname: str) -> str:
        """Name the module as tracebacks will."""
        return f"<{fullname}>"

    def exec_module(self, module: Any) -> None:
        """Run the module's code."""
        name = module.__spec__.name
        # A copy of our own: the learner's code may replace `len` or `isinstance` for everyone.
        module.__dict__["__builtins__"] = self.builtins
        exec(compile(self.sources[name], self.get_filename(name), "exec"), module.__dict__)


def boot(payload: dict[str, Any]) -> None:
    """Move the protocol off 0 and 1, set the environment, install the sources, run main."""
    reading, writing = os.dup(0), os.dup(1)
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    os.dup2(2, 1)
    os.close(null)
    os.environ.update(payload["env"])
    sys.meta_path.insert(0, Sources(payload["sources"]))
    main = importlib.import_module(f"{PACKAGE}.{payload['main']}").main
    main(reading, writing, payload)


if "PAYLOAD" in globals():
    boot(globals()["PAYLOAD"])
