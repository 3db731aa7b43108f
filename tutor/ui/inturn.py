"""Keys in turn: what is typed in one burst does what it would do typed slowly.

Textual hands a key to the widget that has the focus, which takes text at once; what is bound to a
key runs only when the key has bubbled back up to the app. So of ``x``, Backspace and ``y`` in one
packet, as a slow line brings them, Backspace would delete the ``y``. Here each key waits until the
one before it is back.
"""

from __future__ import annotations

from collections import deque
from typing import Any

from textual import on
from textual.app import App, ReturnType
from textual.events import Event, Key, Paste
from textual.message import Message
from textual.timer import Timer

LOST = 0.3
"""Seconds to wait for a key: a widget that is removed, or busy, hands nothing on."""


class KeyReturned(Message):
    """Goes the way of a key, right behind it: from what had the focus up to the app."""


class InTurn(App[ReturnType]):
    """An app that hands on one key, or one paste, at a time."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._typed: deque[Key | Paste] = deque()
        """What waits, in order."""
        self._behind: KeyReturned | None = None
        """What follows the key that is under way."""
        self._patience: Timer | None = None

    async def on_event(self, event: Event) -> None:
        """Keep a key for its turn; everything else is Textual's."""
        if not isinstance(event, Key | Paste) or event.is_forwarded:
            await super().on_event(event)
            return
        self._typed.append(event)
        if self._behind is None:
            await self._hand_on()
        elif self._patience is None:
            self._patience = self.set_timer(LOST, self._hand_on)

    async def _hand_on(self) -> None:
        self._behind = None
        if self._patience is not None:
            self._patience.stop()
            self._patience = None
        while self._typed and self._behind is None:
            event = self._typed.popleft()
            target = self.focused or self.screen
            await super().on_event(event)
            behind = KeyReturned()
            # One that was bound with priority has done what it does.
            if event.is_forwarded and target.post_message(behind):
                self._behind = behind
        if self._typed:
            self._patience = self.set_timer(LOST, self._hand_on)

    @on(KeyReturned)
    def _on_key_returned(self, message: KeyReturned) -> None:
        if message is self._behind:
            # After what the key put into the app's own queue, such as a change of the focus.
            self.call_later(self._turned, message)

    async def _turned(self, message: KeyReturned) -> None:
        if message is self._behind:
            await self._hand_on()
