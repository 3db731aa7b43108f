"""``show``, for the learner's own code: points of live curves, and views of anything.

``from tutor import show`` finds this one while the code runs in a worker; outside of the tutor
it is ``tutor.showing``, which draws the same views as text. A :class:`Recorder` is behind both.
"""

from __future__ import annotations

import os
import sys
import threading
import time
import types
from collections.abc import Callable
from typing import Any

from . import views, wire
from .frameworks.seen import UnreadableError
from .outbox import Outbox
from .picking import pick
from .points import Keeper, LiveCurve, LiveSeries
from .views.arrays import still_traced
from .views.base import Sight, clean

SLICE = 0.1
"""Seconds between two looks of a curve: ten a second is as fast as a screen is worth."""
SHARE = 50
"""A view that takes 20 ms to make is made once a second at most: 2 % of the loop's time."""
RATE = 1_000_000
"""Bytes a second of views that are replaced by their next: a line over SSH carries no more."""
MAX_NAMES = 32
MAX_SERIES = 32
MAX_NAME = 60
MAX_POINTS = 2048
"""Of all series of a curve, in one slice of time."""
MAX_COMPLAINTS = 16
ROOM = 32 << 20
"""Bytes, half of what the host passes on: the step's own views have the other half."""
POINT = 22
"""Bytes of a point on the wire: two float64s in base64."""

NOTHING: Any = type("Nothing", (), {"__repr__": lambda _: "nothing"})()

# Bound now: the learner's code may replace them.
_now, _getpid, _write_err = time.perf_counter, os.getpid, os.write
_Lock = threading.Lock

Send = Callable[[views.Wire, bool, int], int]
"""Takes a view, whether it is a curve's next points, and the room; returns the bytes that it took,
-1 when it was too large."""


class _Slot:
    """A view that is replaced as a whole."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.due = 0.0
        """When it may be made again."""
        self.pending: tuple[Any, ...] | None = None
        """The newest value that was not made yet, and how."""


class Recorder:
    """Takes what is shown, and sends it on in slices of time.

    Nothing here raises into the learner's code, waits for a device, or starts a thread.
    """

    def __init__(self, sight: Sight, send: Send, idle: Callable[[], bool] = lambda: True) -> None:
        self.on = True
        """Off: calls are ignored."""
        self._sight, self._send, self._idle = sight, send, idle
        self._keeper = Keeper(sight.arrays)
        self.process = _getpid()
        """The one that shows."""
        self._curves: dict[str, LiveCurve] = {}
        self._slots: dict[str, _Slot] = {}
        self._complaints: set[str] = set()
        self._complained: set[str] = set()
        self._room = ROOM
        self._next = 0.0
        self._lock = _Lock()
        self._told_elsewhere = False

    # --- what is called for each step of a loop

    def take(
        self,
        value: Any,
        name: str,
        view: str,
        caption: str,
        log: bool,
        unit: str,
        step: Any,
        points: dict[str, Any],
    ) -> None:
        """Take a call of ``show``."""
        if not self.on:
            return
        if _getpid() != self.process:
            self._elsewhere()
            return
        try:
            if points:
                self._add(name or "curve", caption, log, unit, step, points)
            if value is not NOTHING:
                self._take_value(value, name, view, caption, log, unit, step)
            elif not points:
                raise UnreadableError("show() was called with nothing to show.")
            if _now() >= self._next:
                self._flush()
        except Exception as error:
            self._complain(name or "show", views.failed(error)["why"])

    def _add(
        self, name: str, caption: str, log: bool, unit: str, step: Any, points: dict[str, Any]
    ) -> None:
        curve = self._curves.get(name)
        if curve is None:
            curve = self._open(name, caption, log, unit)
            if curve is None:
                return
        for key, value in points.items():
            series = curve.series.get(key)
            if series is None:
                if len(curve.series) >= MAX_SERIES:
                    self._complain(
                        f"{name}, more",
                        f"A curve takes {MAX_SERIES} series; `{key}` and what came after it are "
                        "not shown. Give some of them a curve of their own, with name=….",
                        f"series of {name}",
                    )
                    continue
                series = curve.series[key] = LiveSeries(clean(str(key), MAX_NAME))
            try:
                kept = self._keeper.keep(value, key)
            except UnreadableError as error:
                self._complain(f"{name}: {key}", str(error))
                continue
            series.fresh.append((float(series.count if step is None else step), kept))
            series.count += 1

    def _open(self, name: str, caption: str, log: bool, unit: str) -> LiveCurve | None:
        if not self._may_name(name):
            return None
        text = clean(str(name), MAX_NAME)
        if text in self._slots:
            text = f"{text} (live)"
        curve = LiveCurve(text, clean(str(caption), 200), clean(str(unit), 20), log=bool(log))
        self._curves[name] = curve
        return curve

    def _may_name(self, name: str) -> bool:
        if len(self._curves) + len(self._slots) < MAX_NAMES:
            return True
        self._complain(
            "show, more",
            f"show() takes {MAX_NAMES} names in one run; `{clean(str(name), MAX_NAME)}` and what "
            "came after it are not shown. A name that was used before shows the newest value.",
            "names",
        )
        return False

    def _elsewhere(self) -> None:
        if not self._told_elsewhere:
            self._told_elsewhere = True
            _write_err(2, b"show() was called in a child process; only the main process shows.\n")

    def is_live(self, name: str) -> bool:
        """Whether a view of that name is a curve that grows."""
        return any(curve.name == name for curve in self._curves.values())

    # --- views that are replaced

    def _take_value(
        self, value: Any, name: str, view: str, caption: str, log: bool, unit: str, step: Any
    ) -> None:
        arrays = self._sight.arrays
        kind = view
        if not view or view == "curve":
            traced = arrays.traced(value)
            if traced:
                raise UnreadableError(still_traced(f"`{name or 'the value'}`", traced))
            kind = pick(value, arrays)
            if kind == "number":
                self._add(name or "curve", caption, log, unit, step, {name or "value": value})
                return
        kind = view or kind
        if kind not in views.MAKERS:
            raise UnreadableError(
                f"There is no view `{clean(str(view), MAX_NAME)}`; there are: "
                f"{', '.join(views.MAKERS)}."
            )
        name = clean(str(name or kind), MAX_NAME)
        if name in self._curves:
            name = f"{name} (whole)"  # it would take the live one's place
        slot = self._slots.get(name)
        if slot is None:
            if not self._may_name(name):
                return
            slot = self._slots[name] = _Slot(name)
        is_tensor = arrays.home(value) == "torch" and arrays.look(value) is not None
        if is_tensor and kind != "graph":
            value = value.detach()  # the graph need not live as long as its picture
        slot.pending = (kind, value, clean(str(caption), 200), bool(log), clean(str(unit), 20))
        if _now() >= slot.due:
            self._draw(slot, self._room if not slot.due else self._room // 8)

    def _draw(self, slot: _Slot, room: int) -> None:
        if slot.pending is None:
            return
        (kind, value, caption, log, unit), slot.pending = slot.pending, None
        begun = _now()
        try:
            made = views.make(kind, value, self._sight, log=log, unit=unit)
        except Exception as error:
            made = views.failed(error)
        used = self._send({**made, "name": slot.name, "caption": caption}, False, room)
        if used < 0:
            if room == self._room:
                self._complain(
                    f"{slot.name}, more",
                    f"`{slot.name}` is not shown: show() sends {ROOM >> 20} MiB in one run, and "
                    "the rest of that is too little for it. Show fewer or smaller things.",
                )
            else:
                slot.pending = (kind, value, caption, log, unit)  # the last one is sent at the end
            used = 0
        self._room -= used
        ended = _now()
        slot.due = ended + max(SLICE, SHARE * (ended - begun), used / RATE)

    # --- slices of time

    def _flush(self) -> None:
        if not self._lock.acquire(False):
            return  # another thread does, or we are in a signal handler
        begun = _now()
        try:
            if self._idle():
                self._send_points(wait=False)
                for slot in [*self._slots.values()]:
                    if slot.pending is not None and begun >= slot.due:
                        self._draw(slot, self._room // 8)
        finally:
            ended = _now()
            self._next = ended + max(SLICE, SHARE * (ended - begun))
            self._lock.release()

    def _send_points(self, *, wait: bool) -> None:
        for curve in [*self._curves.values()]:
            if not curve.waiting():
                continue
            # what is left of the room is never used up: the slices get thinner
            most = min(MAX_POINTS, self._room // (SHARE * POINT))
            made = curve.take(self._keeper, most, wait=wait)
            if made is not None:
                used = self._send(made, curve.begun, self._room)
                curve.begun = True
                self._room -= max(used, 0)
                if used < 0:
                    self._complain(
                        f"{curve.name}, more",
                        f"`{curve.name}` is not shown to its end: show() sends {ROOM >> 20} MiB "
                        "in one run, and they are used up.",
                    )
            lost = sum(series.lost for series in curve.series.values())
            if lost:
                self._complain(
                    f"{curve.name}, lost",
                    f"Some points of `{curve.name}` could not be read: their arrays were "
                    "deleted, or donated to a jitted function, before they were looked at. "
                    "Show a copy.",
                )

    def finish(self, *, wait: bool) -> None:
        """Send what is left, and take no more.

        Args:
            wait: Whether to wait for what the device still computes.
        """
        if self.on and _getpid() == self.process:
            self.on = False
            self.catch_up(wait=wait)

    def catch_up(self, *, wait: bool) -> None:
        """Send everything that was held back."""
        self._lock.acquire(timeout=1.0)  # an interrupted thread may have kept it
        try:
            self._send_points(wait=wait)
            for slot in [*self._slots.values()]:
                self._draw(slot, self._room)
        except Exception as error:
            self._complain("show", views.failed(error)["why"])
        finally:
            if self._lock.locked():
                self._lock.release()

    def _complain(self, name: str, why: str, about: str = "") -> None:
        """Say a sentence in a view's place; once for what it is ``about``, or for its words."""
        why = clean(why, 600)
        about = about or why
        if about in self._complaints or len(self._complaints) >= MAX_COMPLAINTS:
            return
        self._complaints.add(about)
        if name in self._complained:
            name = f"{name} {len(self._complaints)}"
        self._complained.add(name)
        sentence = {"view": "none", "why": why, "name": clean(name, 2 * MAX_NAME)}
        self._send({**sentence, "caption": ""}, False, 1 << 16)


def sender(outbox: Outbox) -> Send:
    """Return what sends views to the host, as far as the socket takes them."""

    def send(view: views.Wire, more: bool, room: int) -> int:
        blob = wire.dumps(view)
        if len(blob) > room:
            return -1
        outbox.put(wire.pack({"op": "view", "more": more}, blob))
        return len(blob)

    return send


def make_show(take: Callable[..., None], about: str) -> Any:
    """Return the function, which compilers leave alone: it is called, never traced through.

    Args:
        take: A recorder's, or what makes one at the first call.
        about: What comes before the documentation of the arguments.
    """

    def show(
        value: Any = NOTHING,
        /,
        name: str = "",
        *,
        view: str = "",
        caption: str = "",
        log: bool = False,
        unit: str = "",
        step: Any = None,
        **points: Any,
    ) -> None:
        take(value, name, view, caption, log, unit, step, points)

    show.__doc__ = about + ARGUMENTS
    show.__module__ = "tutor"
    show.__qualname__ = "show"
    show.autograph_info__ = {}  # type: ignore[attr-defined]  # AutoGraph does not convert it
    hide_from_dynamo(show)
    return show


ARGUMENTS = """
    ``show(loss=0.3, accuracy=0.9)`` adds a point to a line of that name; all keywords of a call are
    lines of one curve, called ``name`` ("curve" if it has none). A loop may call it in every step:
    it costs a few microseconds, does not wait for the device, and what it shows is drawn at most
    ten times a second, thinned so that spikes stay.

    ``show(value, "name")`` shows a value as it is now. A later value of that name takes its place;
    a loop may call this too, and at least the last one is shown.

    Args:
        value: Anything. Without ``view``, what it is decides: a number is a point of the curve
            ``name``; numbers are a curve, a dict of numbers bars, a tensor of 2 to 4 axes an
            image, a model or state_dict a tree, text code, the rest a tensor or a table.
        name: Of the view; 32 different ones in a run.
        view: ``curve``, ``bars``, ``image``, ``tensor``, ``table``, ``tree``, ``graph``, ``code``.
        caption: One line under it.
        log: Whether the y axis of a curve is logarithmic.
        unit: Of the values of bars or of a curve.
        step: x of the points; without it they are counted, from 0.
        points: Numbers, or tensors of one element, of any framework and on any device.

    Inside a function that is being traced (`jax.jit`, `tf.function`, `torch.compile`) a value is
    only a promise of one: show what the function returns, or go by way of `jax.debug.callback` or
    `tf.py_function`; `torch.compile` breaks its graph around the call. Nothing here raises: what
    cannot be shown is said in the view's place. In a child process (a DataLoader's worker) it does
    nothing but say so.
    """

INSIDE = "Show a value in the tutor, beside what the code prints.\n"


def hide_from_dynamo(show: Any) -> None:
    """Let torch.compile break its graph around the call, and compile no frame of ours.

    What ``torch.compiler.disable`` does, without importing Dynamo: that takes a second.
    """
    show._torchdynamo_disable = True
    show._torchdynamo_disable_msg = "show() looks at values, and a graph has none"
    torch = sys.modules.get("torch")
    try:
        hooks = torch._C._dynamo.eval_frame  # type: ignore[union-attr]
        skip = hooks._FrameAction.SKIP
        hooks.set_code_exec_strategy(show.__code__, hooks._FrameExecStrategy(skip, skip))
    except Exception:  # noqa: S110 - no PyTorch, or another version: it warns and goes on
        pass


def as_module(show: Any) -> types.ModuleType:
    """Return the module that ``from tutor import show`` finds in a worker."""
    module = types.ModuleType("tutor", "What the tutor gives to your code.")
    module.show = show  # type: ignore[attr-defined]
    module.__all__ = ["show"]  # type: ignore[attr-defined]
    return module


class Showing:
    """``show`` during one attempt."""

    def __init__(self, sight: Sight, outbox: Outbox) -> None:
        idle = lambda: outbox.drain(wait=False)  # noqa: E731
        self.recorder = Recorder(sight, sender(outbox), idle)
        sys.modules["tutor"] = as_module(make_show(self.recorder.take, INSIDE))
