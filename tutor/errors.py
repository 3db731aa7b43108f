"""Every error that fwtutor raises on purpose.

    FwtutorError                one sentence for the user, and an exit status
    ├── UsageError              the command line names something that is not there (exit 2)
    ├── CourseError             lesson files that cannot be used; one Finding per fault (exit 2)
    ├── RuntimeUnavailable      no interpreter, no framework, or a host that died (exit 3)
    ├── NotOnThisMachine        the exercise needs what is absent here: see its message (exit 4)
    ├── SourceUnavailable       a course's repository cannot be had: no git, no answer (exit 3)
    └── StateError              the learner's record cannot be read or written (exit 3)

The command line prints ``str(error)`` and exits with ``error.exit_status``; the TUI shows the same
sentence. Anything else that escapes is a bug.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass


class FwtutorError(Exception):
    """A sentence for the user: what happened, where, what was expected, what to do next."""

    exit_status = 1


class UsageError(FwtutorError):
    """The command line names something that is not there."""

    exit_status = 2


class RuntimeUnavailable(FwtutorError):
    """Code cannot run: no interpreter, no framework in it, or its host died."""

    exit_status = 3


class NotOnThisMachine(FwtutorError):
    """The exercise needs hardware or a package that this machine lacks."""

    exit_status = 4


class SourceUnavailable(FwtutorError):
    """The repository of a course cannot be had: there is no git, or it does not answer."""

    exit_status = 3


class StateError(FwtutorError):
    """The learner's record cannot be read or written."""

    exit_status = 3


@dataclass(frozen=True)
class Finding:
    """One fault in a lesson file, with its place."""

    path: str
    """The file, as the user would type it."""
    line: int
    """1-based; 0 when the fault is the file's as a whole."""
    column: int
    """1-based; 0 when the fault is the file's as a whole."""
    message: str
    """What was found, what was expected, and the nearest valid name."""

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}: {self.message}"


class CourseError(FwtutorError):
    """Lesson files that cannot be used."""

    exit_status = 2

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = tuple(findings)
        """At least one, in file order."""
        super().__init__("\n".join(str(finding) for finding in self.findings))


def nearest(name: str, known: Iterable[str]) -> str:
    """Return `` Did you mean `x`?`` for the closest known name, or an empty string."""
    close = difflib.get_close_matches(name, list(known), n=1, cutoff=0.6)
    return f" Did you mean `{close[0]}`?" if close else ""
