"""What each process imports: the command line almost nothing, the UI no framework."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

FRAMEWORKS = {"torch", "jax", "jaxlib", "tensorflow", "keras", "numpy"}
HEAVY = {"pydantic", "httpx", "requests", "pandas", "IPython", "pynvml", "psutil"}
SCREEN = {"textual", "rich"}
PARSERS = {"msgspec", "yaml", "tomllib", "platformdirs", "sqlite3", "asyncio", "tree_sitter"}


def imported_by(*modules: str) -> set[str]:
    """Import modules in a fresh interpreter; return the top-level names it then holds."""
    program = (
        "import importlib, sys\n"
        "for name in sys.argv[1:]: importlib.import_module(name)\n"
        "print(*{name.partition('.')[0] for name in sys.modules})"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *modules],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    return set(done.stdout.split())


def test_the_command_line_imports_nothing_heavy() -> None:
    assert not imported_by("tutor.cli") & (FRAMEWORKS | HEAVY | SCREEN | PARSERS)


def test_the_headless_commands_import_no_screen_and_no_framework() -> None:
    assert not imported_by("tutor.headless", "tutor.plain", "tutor.doctor") & (
        FRAMEWORKS | HEAVY | SCREEN
    )


def test_the_ui_process_imports_no_framework() -> None:
    found = imported_by("tutor.ui.app", "tutor.session")
    assert "textual" in found
    assert not found & (FRAMEWORKS | HEAVY)


@pytest.mark.parametrize("module", ["tutor.course.models", "tutor.grading.verdict"])
def test_contracts_import_no_process_and_no_screen(module: str) -> None:
    assert not imported_by(module) & (FRAMEWORKS | HEAVY | SCREEN | {"sqlite3"})


@pytest.mark.parametrize(
    ("module", "name"), [("sqlite3", "sqlite3"), ("textual.app", "textual"), ("psutil", "psutil")]
)
def test_the_probe_sees_what_is_imported(module: str, name: str) -> None:
    """Without this, a probe that saw nothing would pass every test above."""
    assert name in imported_by("tutor.cli", module)
