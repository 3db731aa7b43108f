"""What the learner's source mentions: names resolved through its imports, calls, syntax."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import Any

SYNTAX: dict[str, tuple[type[ast.AST], ...]] = {
    "for": (ast.For, ast.comprehension),
    "while": (ast.While,),
    "if": (ast.If, ast.IfExp),
    "lambda": (ast.Lambda,),
    "with": (ast.With,),
    "def": (ast.FunctionDef,),
    "class": (ast.ClassDef,),
    "try": (ast.Try,),
    "del": (ast.Delete,),
    "global": (ast.Global,),
    "@": (ast.MatMult,),
}


class Names:
    """The names in the answer; imports of the blocks before it count for resolving them."""

    def __init__(self, blocks: Sequence[dict[str, str]]) -> None:
        self._aliases: dict[str, str] = {}
        self._nodes: list[ast.AST] = []
        for block in blocks:
            try:
                tree = ast.parse(block["source"])
            except (SyntaxError, ValueError):
                continue  # running it will say so
            nodes = list(ast.walk(tree))
            self._collect_imports(nodes)
            if block["name"] == "answer":
                self._nodes.extend(nodes)

    def _collect_imports(self, nodes: list[ast.AST]) -> None:
        for node in nodes:
            if isinstance(node, ast.Import):
                for name in node.names:
                    if name.asname:
                        self._aliases[name.asname] = name.name
            elif isinstance(node, ast.ImportFrom) and node.module:
                for name in node.names:
                    self._aliases[name.asname or name.name] = f"{node.module}.{name.name}"

    def uses(self, name: str) -> bool:
        """Whether the answer mentions `torch.no_grad`, `.backward`, or the syntax `for`."""
        if name in SYNTAX:
            return any(isinstance(node, SYNTAX[name]) for node in self._nodes)
        if name.startswith("."):
            return any(
                isinstance(node, ast.Attribute) and node.attr == name[1:] for node in self._nodes
            )
        return any(
            found == name or found.startswith(name + ".") or found.endswith("." + name)
            for found in map(self._dotted, self._nodes)
            if found
        ) or any(
            isinstance(node, ast.ImportFrom)
            and any(f"{node.module}.{alias.name}" == name for alias in node.names)
            for node in self._nodes
        )

    def calls(self, name: str) -> int:
        """How many call sites call something of that name."""
        wanted = name.lstrip(".")
        count = 0
        for node in self._nodes:
            if isinstance(node, ast.Call):
                found = self._dotted(node.func)
                if not found and isinstance(node.func, ast.Attribute):
                    found = node.func.attr
                count += found == wanted or found.endswith("." + wanted)
        return count

    def _dotted(self, node: Any) -> str:
        parts: list[str] = []
        while isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name):
            return ""
        parts.append(self._aliases.get(node.id, node.id))
        return ".".join(reversed(parts))
