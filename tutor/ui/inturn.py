"""Keys in turn: what is typed in one burst does what it would do typed slowly.

Textual hands a key to the widget that has the focus, which takes text at once; what is bound to a
key runs only when the key has bubbled back up to the app, and may post messages that travel on.
So of ``x``, Backspace and ``y`` in one packet, as a slow line brings them, Backspace would delete
the ``y``. Here a key waits until the one before it is back, and what that has posted has arrived.
Text does not wait for text: 400 keys of it would take a second.
"""

from __future__ import annotations

import time
from collections import deque
from typing import Any

from textual import on
from textual.app import App, ReturnType
from textual.events import Event, Key, MouseDown, MouseUp, Paste
from textual.message import Message
from textual.message_pump import MessagePump
from textual.timer import Timer

LAPS = 2
"""Ways up that the next key waits for: that of the key, and that of what it has made be posted."""
MOST_LAPS = 100
"""As many as there are while messages still wait somewhere: what opens a screen goes from one
widget to the next before the screen has the focus."""
LOST = 1.0
"""Seconds to wait for a key: a widget that is busy hands nothing on. A screen that is opened for
the first time on a busy machine takes half of it."""
LOOK = 0.05
"""Seconds between looks whether what had the focus was removed: it hands nothing on either."""


class KeyReturned(Message):
    """Goes the way of a key, right behind it: from what had the focus up to the app."""

    def __init__(self, target: MessagePump, lap: int = 1) -> None:
        super().__init__()
        self.target = target
        """What had the focus."""
        self.lap = lap
        self.lost_at = time.monotonic() + LOST


class InTurn(App[ReturnType]):
    """An app that hands on keys and pastes one after another; clicks wait for keys before them."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._arrived: deque[Event] = deque()
        """What waits, in order."""
        self._behind: KeyReturned | None = None
        """What follows the key that is under way."""
        self._patience: Timer | None = None

    async def on_event(self, event: Event) -> None:
        """Keep a key for its turn; everything else is Textual's."""
        typed = isinstance(event, Key | Paste)
        waits = typed or (self._behind is not None and isinstance(event, MouseDown | MouseUp))
        if event.is_forwarded or not waits:
            await super().on_event(event)
            return
        self._arrived.append(event)
        if self._behind is None:
            await self._hand_on()
        else:
            self._be_patient()

    async def _hand_on(self) -> None:
        """Hand on what waits, up to what the rest has to wait for."""
        while self._arrived and self._behind is None:
            event = self._arrived.popleft()
            target = self.focused or self.screen
            more_text = self._is_text(event) and self._arrived and self._is_text(self._arrived[0])
            await super().on_event(event)
            if isinstance(event, Key | Paste) and not more_text:
                self._follow(KeyReturned(target))
        if self._arrived:
            self._be_patient()

    def _is_text(self, event: Event) -> bool:
        """Whether the widget that has the focus takes it by itself."""
        focused = self.focused
        return (
            isinstance(event, Key)
            and focused is not None
            and focused.check_consume_key(event.key, event.character)
        )

    def _follow(self, behind: KeyReturned) -> None:
        self._behind = behind if behind.target.post_message(behind) else None

    def _be_patient(self) -> None:
        if self._patience is None:
            self._patience = self.set_interval(LOOK, self._look)

    async def _look(self) -> None:
        """Go on where a key cannot come back; hand on all that waits where it does not."""
        behind = self._behind
        if behind is not None and not behind.target.is_attached:
            await self._turned(behind)
        elif behind is not None and time.monotonic() > behind.lost_at:
            self._behind = None
            while self._arrived:
                await super().on_event(self._arrived.popleft())
        if not self._arrived and self._patience is not None:
            self._patience.stop()
            self._patience = None

    @on(KeyReturned)
    def _on_key_returned(self, message: KeyReturned) -> None:
        # After what the key put into the app's own queue, such as a change of the focus.
        self.call_later(self._turned, message)

    async def _turned(self, message: KeyReturned) -> None:
        if message is not self._behind:
            return
        self._behind = None
        lap = message.lap + 1
        if self._arrived and (lap <= LAPS or (lap <= MOST_LAPS and not self._is_quiet())):
            self._follow(KeyReturned(self.focused or self.screen, lap))
        await self._hand_on()

    def _is_quiet(self) -> bool:
        """Whether no message waits, for the app or for a widget of any screen."""
        return not self.message_queue_size and not any(
            widget.message_queue_size
            for screen in self.screen_stack
            for widget in screen.walk_children(with_self=True)
        )
