"""A worker that was not forked: imports the framework itself, then goes on as the others do."""

from __future__ import annotations

import os
from typing import Any

from . import entering, processes
from .frameworks import load_adapter, set_environment
from .frameworks.base import Adapter


def main(reading: int, writing: int, payload: dict[str, Any]) -> None:
    """Become a worker; the loader calls this."""
    os.close(reading)
    os.dup2(writing, 1)  # the loader had turned 1 to stderr, as a host needs it
    os.close(writing)
    config = payload["config"]
    inherited = config["worker"]
    processes.die_with_parent()
    processes.become_subreaper()

    def make() -> Adapter:
        adapter = load_adapter(config["framework"])
        set_environment(adapter, config["cache"], forks=False)
        adapter.load()
        return adapter

    entering.enter(
        make,
        inherited["channel"],
        inherited["folder"],
        inherited["life"],
        inherited["crash"],
        inherited["device"],
    )
