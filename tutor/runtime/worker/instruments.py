"""Names that probes may use beside the learner's own, the same in every framework."""

from __future__ import annotations

from typing import Any, Callable, Dict, List

from .stdout import Stdout


class Instruments:
    """The instruments of one attempt."""

    def __init__(
        self,
        adapter: Any,
        stdout: Stdout,
        warned: List[str],
        leaked: Callable[[], List[str]],
        answer: str,
    ) -> None:
        self.adapter = adapter
        self.stdout = stdout
        self._warned = warned
        self._leaked = leaked
        self._answer = answer

    def all(self) -> Dict[str, Any]:
        """Return every instrument by name."""
        found = {
            "fw": self.adapter.module,
            "xp": self.adapter.arrays,
            "printed": self.stdout.lines,
            "warned": lambda: list(self._warned),
            "leaked": lambda: self._leaked(),
        }
        return found
