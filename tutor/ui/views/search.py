"""Looking for words in the rows of a drawing, typed without a box to type in."""

from __future__ import annotations

from collections.abc import Callable

from textual.events import Key

ENDS = frozenset({"enter", "escape"})


class Search:
    """What is sought, and where it is."""

    def __init__(self, count: Callable[[], int], words: Callable[[int], str]) -> None:
        self.sought = ""
        self.typing = False
        """Whether keys go into what is sought."""
        self._count = count
        self._words_of = words
        self._words: list[str] | None = None
        """The words of each row, in small letters; made for the first search."""

    def begin(self) -> None:
        """Take the next keys."""
        self.typing, self.sought = True, ""

    def forget_rows(self) -> None:
        """There are other rows now."""
        self._words = None

    def type(self, event: Key) -> bool:
        """Take a key, and say whether it was one for the search: any other ends it."""
        if event.key in ENDS:
            self.typing = False
        elif event.key == "backspace":
            self.sought = self.sought[:-1]
        elif event.character is not None and event.is_printable:
            self.sought += event.character
        else:
            self.typing = False
            return False
        return True

    def found(self) -> list[int]:
        """The rows that have what is sought."""
        if not self.sought:
            return []
        if self._words is None:
            self._words = [self._words_of(index).lower() for index in range(self._count())]
        sought = self.sought.lower()
        return [index for index, words in enumerate(self._words) if sought in words]

    def next(self, start: int, way: int = 1) -> int | None:
        """The first row from one on that has it, round the end if need be."""
        places = self.found()
        if not places:
            return None
        if way > 0:
            return next((place for place in places if place >= start), places[0])
        return next((place for place in reversed(places) if place <= start), places[-1])

    def readout(self) -> str:
        """What was typed, and how often it is found."""
        many = len(self.found())
        result = f"{many:,} found" if many else "not found" if self.sought else "type what to find"
        return f"Find: {self.sought}▏ {result} · Enter ends, n and N go on"
