"""`fwtutor compare`: an exercise in every framework, without the screen."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

STEP = "losses/silent-broadcast"
ANSWER = """
import numpy as np
import jax.numpy as jnp

def mse(pred, target):
    return ((pred - jnp.reshape(target, pred.shape)) ** 2).mean()
"""


def fwtutor(home: Path, *words: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tutor", *words],
        input=stdin,
        capture_output=True,
        text=True,
        env={**os.environ, "FWTUTOR_HOME": str(home)},
        timeout=120,
        check=False,
    )


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A record with one exercise passed in JAX."""
    home = tmp_path_factory.mktemp("home")
    done = fwtutor(home, "check", STEP, "--framework", "jax", "-", stdin=ANSWER)
    assert done.returncode == 0, done.stdout + done.stderr
    return home


def test_as_json(home: Path) -> None:
    done = fwtutor(home, "compare", STEP, "--framework", "jax", "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert (found["step"], found["framework"]) == (STEP, "jax")
    assert found["frameworks"] == ["jax", "torch", "tensorflow"]
    parts = {part["does"]: part["code"] for part in found["parts"]}
    assert "jnp.reshape(target" in parts["reduces"]["jax"] + parts.get("changes the shape", {}).get(
        "jax", ""
    )
    assert "target.reshape" in parts["changes the shape"]["torch"]
    assert {value["label"] for value in found["values"]} >= {"mse(pred, target)"}
    assert all("ulp" in text for value in found["values"] for text in value["apart"].values())
    assert found["absent"] == {}


def test_as_text(home: Path) -> None:
    done = fwtutor(home, "compare", STEP, "--framework", "jax")
    assert done.returncode == 0, done.stderr
    assert "JAX (yours)" in done.stdout
    assert "# imports\n  JAX:\n    import numpy as np" in done.stdout
    value = done.stdout.index("Value of mse(pred, target)")
    assert done.stdout.index("; yours") < done.stdout.index("PyTorch: ", value)


def test_in_the_plain_mode(home: Path) -> None:
    done = fwtutor(home, STEP, "--framework", "jax", "--plain", stdin=":compare\n:quit\n")
    assert "Value of mse(pred, target)" in done.stdout


def test_what_was_not_passed_is_not_shown(home: Path) -> None:
    done = fwtutor(home, "compare", "losses/logsumexp", "--framework", "jax")
    assert done.returncode == 2
    assert done.stderr == "fwtutor: The other frameworks are shown once your answer has passed.\n"
    assert "def logsumexp" not in done.stdout
