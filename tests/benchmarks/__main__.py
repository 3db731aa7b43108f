"""`python -m tests.benchmarks`: measure, print the table, write the JSON."""

from __future__ import annotations

import argparse
import os
import platform
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from functools import partial
from importlib import metadata
from pathlib import Path

from tests.benchmarks import (
    authoring,
    editing,
    flood,
    latency,
    live,
    memory,
    scale,
    showing,
    startup,
)
from tests.benchmarks.place import left_behind, mark
from tests.benchmarks.rows import Row, table, write_json

BENCHMARKS: dict[str, Callable[[], list[Row]]] = {
    "startup": startup.rows,
    "latency-torch": partial(latency.rows, "torch"),
    "latency-tensorflow": partial(latency.rows, "tensorflow"),
    "latency-jax": partial(latency.rows, "jax"),
    "editing": editing.rows,
    "live-curve": live.rows,
    "flood": flood.rows,
    "memory-screen": memory.screen_rows,
    "memory-torch": partial(memory.host_rows, "torch"),
    "memory-tensorflow": partial(memory.host_rows, "tensorflow"),
    "memory-jax": partial(memory.host_rows, "jax"),
    "showing-torch": partial(showing.rows, "torch"),
    "showing-tensorflow": partial(showing.rows, "tensorflow"),
    "showing-jax": partial(showing.rows, "jax"),
    "scale": scale.rows,
    "author-lint": authoring.lint_rows,
    "author-test": authoring.proof_rows,
}
"""By the name that `--only` takes."""


def main(argv: Sequence[str] | None = None) -> int:
    """Return 0 when every bound was kept; 1 when not, or a benchmark failed or left a process."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument(
        "--only",
        metavar="NAME",
        action="append",
        help=f"those whose name begins so; may be repeated ({', '.join(BENCHMARKS)})",
    )
    parser.add_argument("--json", metavar="FILE", type=Path, default=Path("benchmarks.json"))
    arguments = parser.parse_args(argv)
    chosen = selected(arguments.only or [])
    if not chosen:
        parser.error(f"no benchmark is named so; there are {', '.join(BENCHMARKS)}")
    mark()
    about = machine()
    began = time.monotonic()
    rows: list[Row] = []
    failed: list[str] = []
    for name in chosen:
        print(f"{name} …", file=sys.stderr, flush=True)
        try:
            rows += BENCHMARKS[name]()
        except Exception as error:
            traceback.print_exc()
            rows.append(Row(name, None, "", note=f"failed: {error}"))
            failed.append(name)
    about |= {"load_after": os.getloadavg()[0], "seconds": round(time.monotonic() - began)}
    print(table(rows))
    write_json(arguments.json, about, rows)
    stayed = left_behind()
    if stayed:
        print(f"These processes stayed behind: {', '.join(stayed)}.", file=sys.stderr)
    missed = [row.name for row in rows if row.within is False]
    if missed:
        print(f"Out of bounds: {'; '.join(missed)}.", file=sys.stderr)
    return 1 if stayed or missed or failed else 0


def selected(names: Sequence[str]) -> list[str]:
    """The benchmarks whose names begin with one of `names`; all without any."""
    return [name for name in BENCHMARKS if not names or name.startswith(tuple(names))]


def machine() -> dict[str, object]:
    """What the figures were measured on."""
    versions: dict[str, str] = {}
    for package in ("textual", "torch", "tensorflow", "jax", "ipykernel"):
        try:
            versions[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            versions[package] = ""
    return {
        "python": platform.python_version(),
        "system": platform.platform(),
        "cpus": os.cpu_count(),
        "load_before": os.getloadavg()[0],
        "versions": versions,
    }


if __name__ == "__main__":
    sys.exit(main())
