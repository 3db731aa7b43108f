"""The names that probes may use beside the learner's own, read from the worker's source.

The worker's modules are run on the far side and import nothing of the rest, so their names are
read, not imported: whatever `all` of a file of instruments lists.
"""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import tutor.runtime.worker
from tutor.course.models import FrameworkName

_OWN: dict[str, str] = {
    "torch": "instruments_torch.py",
    "jax": "instruments_jax.py",
    "tensorflow": "instruments_tensorflow.py",
}


@cache
def instruments_of(framework: FrameworkName) -> frozenset[str]:
    """The instruments there are for a framework."""
    own = _listed(_OWN[framework]) if framework in _OWN else frozenset[str]()
    return _listed("instruments.py") | own


@cache
def _listed(file: str) -> frozenset[str]:
    path = Path(tutor.runtime.worker.__file__).parent / file
    tree = ast.parse(path.read_text(encoding="utf-8"))
    functions = [
        node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name == "all"
    ]
    return frozenset(
        node.value
        for function in functions
        for statement in function.body[1:]  # after its docstring
        for node in ast.walk(statement)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )
