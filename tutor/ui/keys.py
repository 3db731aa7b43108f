"""Every key, in one table: the bindings, the palette and the help screen are made from it.

Rules, each from something that eats a key on its way: no Alt and no Ctrl+Enter (lost in tmux), no
Ctrl+B and Ctrl+A (prefixes of tmux and screen), no Escape sequence, and nothing that the editor
uses (Ctrl with A C D E K L N O T U V W X Y Z). F10 and F11 are taken by some graphical
terminals for themselves, so what they do is in the palette too, as everything is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from textual.binding import Binding


@dataclass(frozen=True)
class Action:
    """Something the learner can do with a key."""

    id: str
    """The name under which `keymap` in the configuration gives it other keys."""
    keys: str
    """Textual's names, joined by commas."""
    action: str
    """The method, without `action_`."""
    title: str
    """In the palette and the help screen."""
    help: str
    """One sentence."""
    footer: str = ""
    """In the footer; empty when it is not shown there."""
    priority: bool = False
    """Whether it comes before the focused widget's own keys."""

    def bindings(self) -> Iterator[Binding]:
        """Yield Textual's form of it; the footer shows the first key."""
        for place, key in enumerate(self.keys.split(",")):
            yield Binding(
                key,
                self.action,
                self.footer or self.title,
                show=bool(self.footer) and place == 0,
                priority=self.priority,
                id=self.id if place == 0 else f"{self.id}-{place + 1}",
            )


APP = (
    Action("help", "f1", "help", "Help", "Show every key.", "Help"),
    Action("find", "ctrl+f", "find", "Find a lesson", "Search the course for a lesson or a step."),
    Action(
        "theme",
        "f11",
        "change_theme",
        "Theme",
        "Choose colours: dark, light, 16 colours (ansi-dark, ansi-light) and others.",
    ),
    Action("quit", "ctrl+q", "quit", "Quit", "Save everything and leave.", priority=True),
)

LESSON = (
    Action(
        "run", "f5,ctrl+r", "check", "Check", "Run the code, or judge the answer.", "Check", True
    ),
    Action(
        "stop",
        "f8,ctrl+c",
        "stop",
        "Stop",
        "End the run. Ctrl+C does so only while something runs; else it copies.",
        "Stop",
        True,
    ),
    Action("try", "f7", "try", "Try", "Run the code without checking it.", "Try", True),
    Action(
        "look", "f6", "look", "Look", "See what the run showed over the whole screen.", "Look", True
    ),
    Action("hint", "f2", "hint", "Hint", "Show the next hint.", "Hint"),
    Action(
        "solution",
        "f3",
        "solution",
        "Solution",
        "Show the author's solution, after one try; once passed, every framework side by side.",
    ),
    Action("framework", "f4", "framework", "Framework", "Do this step in the next framework."),
    Action("previous", "f9", "previous", "Previous step", "Go back one step.", "Back"),
    Action("next", "f10,ctrl+g", "next", "Next step", "Go on to the next step.", "Next"),
    Action(
        "home",
        "f12,escape",
        "home",
        "Course map",
        "Back to the lessons; Escape leaves the editor first.",
    ),
    Action("editor", "ctrl+o", "editor", "Open in $EDITOR", "Edit the code in your own editor."),
    Action("reset", "shift+f5", "reset", "Start over", "Forget this step's answer; asks first."),
    Action("saved", "ctrl+s", "saved", "Save", "Everything is saved as you type; this says so."),
)

SCROLL_TEXT = (
    Binding("pageup", "screen.scroll_page(-1)", "Scroll the text up", show=False),
    Binding("pagedown", "screen.scroll_page(1)", "Scroll the text down", show=False),
)
"""For an answer that has no pages of its own: its pane would take the keys and do nothing."""

LOOKING = (
    Action("look-back", "escape,f6,q", "back", "Back", "Back to the lesson.", "Back"),
    Action("look-next", "tab", "next_view", "Next view", "Of those the run showed.", "Next"),
    Action("look-previous", "shift+tab", "previous_view", "Previous view", "The one before."),
    Action("look-save", "s", "save", "Save", "Write the view to a file.", "Save"),
    Action("look-stop", "f8", "stop", "Stop", "End the run that goes on.", "Stop"),
)
"""On the screen that F6 opens. What a drawing does with keys of its own is in its class."""

HOME = (
    Action(
        "search", "slash", "search", "Search", "Show only the lessons with these words.", "Search"
    ),
    Action("continue", "ctrl+g", "continue", "Continue", "Go to what is next.", "Continue"),
    Action(
        "path",
        "p",
        "path",
        "Choose a path",
        "Take the lessons for one framework, or for one that builds on another you know.",
        "Path",
    ),
    Action(
        "place",
        "t",
        "place",
        "Placement test",
        "Answer a few quick questions of each lesson, and skip what you know.",
        "Test",
    ),
    Action(
        "unknown",
        "u",
        "unknown",
        "Take it after all",
        "A lesson that the test showed you know is to be done again.",
        "Undo known",
    ),
    Action("courses", "o", "courses", "Open another course", "Choose among those you added."),
)

PLACING = (
    Action(
        "place-check",
        "f5,ctrl+r",
        "check",
        "Answer",
        "Judge the answer; once only.",
        "Answer",
        True,
    ),
    Action(
        "place-skip",
        "f10,ctrl+g",
        "skip",
        "I don't know",
        "Go on to the next lesson.",
        "Don't know",
    ),
    Action("place-stop", "f8,ctrl+c", "stop", "Stop", "End the run.", "Stop", True),
    Action("place-end", "f12,escape", "end", "End the test", "Back to the map.", "End"),
)
"""In the placement test."""


def bindings(actions: Iterable[Action]) -> list[Binding]:
    """Return Textual's bindings for the actions."""
    return [binding for action in actions for binding in action.bindings()]


_NAMES = {"slash": "/", "space": "Space", "enter": "Enter", "question_mark": "?"}


def shown(keys: str) -> str:
    """Return keys as they are written for people: `f5,ctrl+r` is `F5 or Ctrl+R`."""
    return " or ".join(_shown(key.strip()) for key in keys.split(","))


def _shown(key: str) -> str:
    if len(key) == 1:
        return key  # a capital would mean Shift
    return "+".join(_NAMES.get(part, part.capitalize()) for part in key.split("+"))


def key_of(id: str, keymap: Mapping[str, str]) -> str:
    """Return the first key of an action: that of the learner's keymap, else its own."""
    return keys_of(
        next(a for a in (*LESSON, *LOOKING, *HOME, *PLACING, *APP) if a.id == id), keymap
    ).split(",")[0]


def keys_of(action: Action, keymap: Mapping[str, str]) -> str:
    """Return every key of an action, with the learner's keymap."""
    keys = action.keys.split(",")
    ids = [action.id, *(f"{action.id}-{place}" for place in range(2, len(keys) + 1))]
    return ",".join(keymap.get(name, key) for name, key in zip(ids, keys, strict=True))
