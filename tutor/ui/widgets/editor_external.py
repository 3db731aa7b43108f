"""Edit text in the learner's own editor."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import tempfile
from pathlib import Path

from textual.app import App, SuspendNotSupported


class ExternalEditorError(Exception):
    """A sentence for the learner: why the text could not be edited elsewhere."""


def _command() -> list[str]:
    """The command in $VISUAL or $EDITOR, split as a shell would."""
    for name in ("VISUAL", "EDITOR"):
        if value := os.environ.get(name, "").strip():
            try:
                return shlex.split(value)
            except ValueError as error:
                raise ExternalEditorError(
                    f"${name} is not a command a shell could run ({error}): {value}"
                ) from error
    raise ExternalEditorError(
        "No editor is set. Set $VISUAL or $EDITOR before you start fwtutor, for example "
        "`export EDITOR=nano`."
    )


def _run(command: list[str]) -> int | OSError:
    """Run `command` on the terminal and return its exit status, or why it did not start.

    Nothing may be raised here: `App.suspend` does not take the terminal back after an exception.
    While it is suspended, Ctrl+C reaches the editor and this process; it is meant for the editor.
    """
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        return subprocess.run(command, check=False).returncode
    except OSError as error:
        return error
    finally:
        signal.signal(signal.SIGINT, before)


def _suspended(app: App[object], command: list[str]) -> int:
    """Hand the terminal to `command`, and return its exit status.

    Raises:
        ExternalEditorError: The terminal cannot be handed over, or the command does not start.
    """
    try:
        with app.suspend():
            status = _run(command)
    except SuspendNotSupported as error:
        raise ExternalEditorError(
            "This terminal cannot be handed to another program, so the editor was not opened."
        ) from error
    if isinstance(status, OSError):
        raise ExternalEditorError(
            f"The editor `{command[0]}` did not start: {status.strerror}. "
            "Check $VISUAL and $EDITOR."
        ) from status
    return status


_PLUS = frozenset(
    {"vi", "vim", "nvim", "nano", "emacs", "emacsclient", "kak", "joe", "mg", "ne", "micro"}
)
"""Take `+LINE FILE`."""
_GOTO = frozenset({"code", "code-insiders", "codium", "cursor", "windsurf"})
"""Take `--goto FILE:LINE`."""
_COLON = frozenset({"hx", "helix", "subl", "zed"})
"""Take `FILE:LINE`."""


def _at(editor: str, path: Path, line: int) -> list[str]:
    """The words that open a file at a 1-based line; the file alone for an editor not known."""
    name = Path(editor).name
    if name in _PLUS:
        return [f"+{line}", str(path)]
    if name in _GOTO:
        return ["--goto", f"{path}:{line}"]
    return [f"{path}:{line}" if name in _COLON else str(path)]


def edit_file(app: App[object], path: Path, line: int) -> None:
    """Suspend `app`, and open a file in the user's editor at a 1-based line.

    Raises:
        ExternalEditorError: No editor is set, it did not start, or it failed.
    """
    command = _command()
    status = _suspended(app, [*command, *_at(command[0], path, max(line, 1))])
    if status:
        raise ExternalEditorError(f"The editor `{command[0]}` ended with status {status}.")


def edit_text(app: App[object], text: str, line: int) -> str:
    """Suspend `app`, open `text` in the learner's editor, and return what was saved.

    The app stands still meanwhile: Textual can neither read nor write while it is suspended.

    Args:
        app: The app that owns the terminal.
        text: What to edit.
        line: 1-based line to open at, for the editors known to take one.

    Raises:
        ExternalEditorError: No editor is set, it did not start, it failed, or it saved what is not
            UTF-8. The text is then as it was.
    """
    command = _command()
    with tempfile.TemporaryDirectory(prefix="fwtutor-") as folder:
        path = Path(folder) / "answer.py"
        path.write_text(text, encoding="utf-8")
        status = _suspended(app, [*command, *_at(command[0], path, line)])
        if status:
            raise ExternalEditorError(
                f"The editor `{command[0]}` ended with status {status}, so your code is as it was."
            )
        try:
            edited = path.read_text(encoding="utf-8")
        except OSError as error:
            raise ExternalEditorError(
                f"`{command[0]}` left no file behind ({error.strerror}), so your code is as it was."
            ) from error
        except UnicodeDecodeError as error:
            raise ExternalEditorError(
                f"What `{command[0]}` saved is not UTF-8 text, so your code is as it was."
            ) from error
    # Editors end the last line; that alone is no change.
    return edited if text.endswith("\n") else edited.removesuffix("\n")
