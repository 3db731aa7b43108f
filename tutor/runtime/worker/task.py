"""One job in flight, as the host sees it: its deadlines, its output, and why it was ended."""

from __future__ import annotations

import os
import signal
import time
from typing import Any

from . import processes, wire
from .child import Child
from .output import SLICE, Budget, Stream

POLL = 0.05
"""Seconds between looks at memory and process count."""
VIEWS = 64 << 20
"""Bytes of views of one job that are passed on: a view may have a million points, 16 MB."""
TOO_MUCH = {
    "view": "none",
    "name": "too much to show",
    "why": f"This run shows more than {VIEWS >> 20} MiB. What came after that is left out: show "
    "smaller things, or fewer.",
}
VIEW_SECONDS = 60.0
"""For all views of a step: Inductor takes 14 s the first time, and twice that beside others."""
GRACE = {"stopped": 1.0, "timed-out": 0.5}
"""Seconds between SIGINT and SIGKILL: time for Python to say which line it was at."""


class Task:
    """A job in flight."""

    def __init__(self, number: int, job: dict[str, Any], reference: bool) -> None:
        self.number = number
        self.job = job
        self.limits: dict[str, Any] = job["limits"]
        self.reference = reference
        """The author's solution: it runs beside an attempt and leaves the learner's spare alone."""
        self.arrived = time.monotonic()
        self.given = False
        self.begun: float | None = None
        self.child: Child
        self.reason = ""
        """Why the host is ending it: a word of `job.How`."""
        self.numbers: dict[str, Any] = {}
        """Figures for the words: how much memory, how many processes."""
        self.kill_at: float | None = None
        self.poll_at: float | None = None
        self.slice_at: float | None = None
        self.budget = Budget(int(self.limits["output"]))
        self.oom_kills = 0
        self.report: tuple[dict[str, Any], bytes] | None = None
        """Its results, held while its views are made."""
        self.views_left = VIEWS
        """Bytes of views that are still passed on."""
        self._secret = os.urandom(16).hex()

    def message(self) -> dict[str, Any]:
        """Return what the worker is handed: the job, a word that its report must repeat, a time."""
        return {**self.job, "secret": self._secret, "pressed": self.arrived}

    def is_sealed(self, report: dict[str, Any]) -> bool:
        """Whether the report is the worker's own, from an encoder that still tells the truth.

        Code that writes to every descriptor it finds, or replaces the encoder, fails this.
        """
        items = [
            {"t": "text", "text": self._secret},
            {"t": "number", "kind": "float", "text": (0.5).hex()},
        ]
        return bool(report.pop("seal", None) == {"t": "sequence", "kind": "list", "items": items})

    def hold(self, report: dict[str, Any], blob: bytes, now: float) -> None:
        """Keep the results until the views are there, or have taken too long."""
        self.report = report, blob
        self._views_until = now + VIEW_SECONDS

    def may_show(self, blob: bytes) -> bytes | None:
        """Return what is passed on of a view: itself within the cap, then once a sentence."""
        had, self.views_left = self.views_left, self.views_left - len(blob)
        if self.views_left >= 0:
            return blob
        return wire.dumps(TOO_MUCH) if had >= 0 else None

    def begin(self, now: float) -> None:
        """The learner's code starts now."""
        self.begun = now
        self.poll_at = now + POLL

    @property
    def deadline(self) -> float:
        """When it is over its time: start-up's, or the code's own."""
        if self.begun is None:
            return self.arrived + float(self.limits["start_seconds"])
        if self.report is not None:
            return self._views_until
        return self.begun + float(self.limits["seconds"])

    def next_moment(self) -> float:
        """When the host has to look at it again."""
        moments = [self.kill_at if self.reason else self.deadline, self.poll_at, self.slice_at]
        return min(moment for moment in moments if moment is not None)

    def printed(self, stream: Stream, data: bytes, noise: Any, now: float) -> None:
        """Take output, within the cap."""
        kept = self.budget.cut(data)
        if kept:
            stream.add(kept, noise)
            if self.slice_at is None:
                self.slice_at = now + SLICE

    def exit_facts(self, status: int) -> dict[str, Any]:
        """Return how it ended, when its process's exit status is all there is to tell."""
        facts: dict[str, Any] = {"how": "exited", "status": os.WEXITSTATUS(status)}
        if facts["status"] == processes.CHANNEL_CLOSED:
            del facts["status"]  # it did not mean to exit
        if os.WIFSIGNALED(status):
            number = os.WTERMSIG(status)
            facts = {"how": "crashed", "signal": number, "crash": self.child.last_words()}
            if number == signal.SIGXFSZ:
                facts["how"] = "file-too-large"
            elif number == signal.SIGKILL and processes.oom_kills() > self.oom_kills:
                facts["how"] = "out-of-memory"
                facts["by_kernel"] = True
        if self.begun is None:
            facts = {**facts, "how": "not-started", "noise": self.child.last_noise()}
        elif self.reason:
            facts["how"] = self.reason
        return facts
