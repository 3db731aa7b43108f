"""A screen like a lesson's, to measure: ``editor_app.py ours|stock``. F9 saves to $SAVE_TO."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import ClassVar

from textual.app import App, ComposeResult
from textual.containers import Horizontal
from textual.widgets import Footer, Header, Static, TextArea

from tutor.ui.frame import ThriftyApp
from tutor.ui.widgets.editor import CodeEditor

CODE = '''import torch
from torch import nn


class Net(nn.Module):
    """A small network."""

    def __init__(self, width: int = 64) -> None:
        super().__init__()
        self.first = nn.Linear(3, width)
        self.second = nn.Linear(width, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        hidden = torch.relu(self.first(x))
        return self.second(hidden)


def loss_grad(w, x, y):
    w = w.clone().requires_grad_(True)  # a leaf of our own
    loss = ((x @ w - y) ** 2).mean()
    loss.backward()
    return w.grad


net = Net()
optimiser = torch.optim.SGD(net.parameters(), lr=1e-2)
for step in range(100):
    optimiser.zero_grad()
    loss = net(torch.randn(8, 3)).square().mean()
    loss.backward()
    optimiser.step()
    if step % 10 == 0:
        print(f"{step:3d} {loss.item():.4f}")
'''

OURS = sys.argv[1:] != ["stock"]


class Lesson(ThriftyApp[None] if OURS else App[None]):
    CSS = "Static { width: 36; } TextArea { height: 27; }"
    BINDINGS: ClassVar = [("f9", "save", "Save")]

    def compose(self) -> ComposeResult:
        yield Header()
        with Horizontal():
            yield Static("Prose. " * 60)
            if OURS:
                yield CodeEditor(CODE)
            else:
                yield TextArea.code_editor(CODE, language="python")
        yield Footer()

    def on_mount(self) -> None:
        editor = self.query_one(TextArea)
        editor.cursor_blink = False
        editor.focus()

    def action_save(self) -> None:
        Path(os.environ["SAVE_TO"]).write_text(self.query_one(TextArea).text)


if __name__ == "__main__":
    Lesson().run()
