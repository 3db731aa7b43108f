"""The line above the footer: framework, device and its free memory, and what is running."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import work
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget
from textual.worker import get_current_worker

from tutor.ui import names

if TYPE_CHECKING:
    from textual.timer import Timer

POLL = 5.0
"""Seconds between two looks at the device's memory."""

SAID = 4.0
"""Seconds that a few words are shown."""


class StatusBar(Widget):
    """Paints what the lesson screen tells it, and looks at the device's memory now and then."""

    DEFAULT_CSS = """
    StatusBar { height: 1; width: 1fr; text-wrap: nowrap; text-overflow: ellipsis; }
    """

    framework: reactive[str] = reactive("")
    """The framework, and the key for others."""
    device: reactive[str] = reactive("")
    """Where code runs, such as `cuda:0 (NVIDIA H100)`; empty until that is known."""
    here: reactive[bool] = reactive(True)
    """Whether the device is of this machine: another's memory cannot be seen."""
    memory: reactive[str] = reactive("")
    """The device's free memory."""
    run: reactive[str] = reactive("")
    """What is running and for how long, and the key that stops it."""

    said: reactive[str] = reactive("")
    """A few words that go away by themselves."""

    def say(self, words: str) -> None:
        """Show a few words for a moment, where a run would be shown."""
        self.said = words
        if self._silence is not None:
            self._silence.stop()
        self._silence = self.set_timer(SAID, self._hush, name="said")

    def _hush(self) -> None:
        self.said = ""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._silence: Timer | None = None

    def on_mount(self) -> None:
        """Look at the memory from now on."""
        self.set_interval(POLL, self._look, name="memory")

    def watch_device(self) -> None:
        """Another device has other memory."""
        self.memory = ""
        self._look()

    def _look(self) -> None:
        """Ask for the memory, while somebody sees it."""
        if self.device and self.here and self.screen is self.app.screen and self.app.app_focus:
            self._ask(self.device)

    @work(thread=True, exclusive=True, group="memory", exit_on_error=False)
    def _ask(self, device: str) -> None:
        from tutor.runtime.devices import memory  # psutil or NVML: 15 ms, in this thread

        found = memory(device)
        if found is not None and not get_current_worker().is_cancelled:
            self.app.call_from_thread(
                setattr, self, "memory", f"{names.mebibytes(found.free)} free"
            )

    @property
    def text(self) -> str:
        """The line, without colours."""
        return self.render().plain

    def render(self) -> Content:
        """Framework and device at the left; the run at the right, where it is seen changing."""
        width = self.content_size.width
        parts = (self.framework, self.device, self.memory)
        left = Content(" · ".join(part for part in parts if part))
        right = Content.styled(self.run or self.said, "bold")
        left = left.truncate(max(width - right.cell_length - 1, 0), ellipsis=True)
        gap = max(width - left.cell_length - right.cell_length, 0)
        return left + Content(" " * gap) + right
