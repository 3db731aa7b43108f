"""Command lines for interpreters near and far."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.runtime.hosts import run, session_loop
from tutor.runtime import launch
from tutor.runtime.host import Host

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def remote_shell(tmp_path: Path) -> Path:
    """What ssh does to a command: joined by spaces, and read by a shell on the far side."""
    script = tmp_path / "ssh"
    script.write_text('#!/bin/sh\nshift\nexec sh -c "$*"\n')
    script.chmod(0o755)
    return script


@session_loop
async def test_through_a_remote_shell(remote_shell: Path) -> None:
    host = await Host.start("numpy", (str(remote_shell), "far", sys.executable))
    try:
        assert (await run(host, "import numpy as np", "float(np.ones(2).sum())")).first == (2.0,)
    finally:
        await host.close()


def test_the_worker_needs_only_the_standard_library() -> None:
    names = set(sys.stdlib_module_names) | {
        "torch", "jax", "tensorflow", "keras", "numpy", "ml_dtypes", "fwtutor_worker",
    }  # fmt: skip
    import ast

    for module, source in launch.sources().items():
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Import):
                found = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                found = [node.module or ""]
            else:
                continue
            assert all(name.split(".")[0] in names for name in found), (module, found)


def test_the_worker_keeps_to_the_syntax_of_python_3_9() -> None:
    import ast

    for module, source in launch.sources().items():
        tree = ast.parse(source, module, feature_version=(3, 9))
        future = [
            n for n in tree.body if isinstance(n, ast.ImportFrom) and n.module == "__future__"
        ]
        assert future or not any(isinstance(n, ast.FunctionDef) for n in ast.walk(tree)), module


def test_importing_the_runtime_starts_nothing_heavy() -> None:
    code = (
        "import sys, tutor.runtime.pool, tutor.runtime.devices, tutor.runtime.interpreter\n"
        "print([m for m in ('psutil', 'pynvml', 'torch', 'jax', 'numpy', 'tensorflow', 'yaml')"
        " if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert done.stdout.strip() == "[]"


def test_the_memory_of_this_machine() -> None:
    from tutor.runtime.devices import memory

    found = memory("cpu")
    assert found is not None and 0 < found.free <= found.total
