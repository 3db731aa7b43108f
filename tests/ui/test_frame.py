"""Whatever happens, the terminal shows what a full repaint by stock Textual would show."""

from __future__ import annotations

import inspect
import os
import random
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual import events
from textual._compositor import ChopsUpdate, Compositor, CompositorUpdate, LayoutUpdate
from textual.app import App, ComposeResult
from textual.containers import Horizontal, Vertical
from textual.geometry import Region
from textual.pilot import Pilot
from textual.screen import ModalScreen
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Button, Footer, Header, RichLog, Static, TextArea

from tests.ui.painted import Cells, Emulator, difference, driver_for, full_repaint, painted, settle
from tutor.ui.frame import ThriftyApp, _change_pen, _look
from tutor.ui.widgets.editor import CodeEditor

CODE = '''import torch
from torch import nn


class Net(nn.Module):
    """A small network."""

    def __init__(self, width: int = 64) -> None:
        super().__init__()
        self.first = nn.Linear(3, width)
        self.second = nn.Linear(width, ____)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        hidden = torch.relu(self.first(x))
        return self.second(____)


def loss_grad(w, x, y):
    w = w.clone().requires_grad_(True)  # a leaf of our own, in a line longer than the screen is wide
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


class Window(ModalScreen[None]):
    CSS = "Window { align: center middle; } Window Static { width: 30; height: 5; border: round; }"

    def compose(self) -> ComposeResult:
        yield Static("A window above")


class LessonLike(ThriftyApp[None]):
    """The parts of a lesson's screen: prose, the editor, output, header and footer."""

    CSS = """
    #prose { width: 36; }
    RichLog { height: 6; }
    """

    def compose(self) -> ComposeResult:
        yield Header()
        with Horizontal():
            yield Static("Prose. " * 30, id="prose")
            with Vertical():
                yield CodeEditor(CODE)
                yield RichLog(wrap=True)
        yield Button("Run")
        yield Footer()

    def __init__(self, emulator: Emulator) -> None:
        super().__init__(driver_class=driver_for(emulator))
        self.stock = Emulator(emulator.columns, emulator.rows)
        """A terminal that is written to as stock Textual would."""

    def _display(self, screen: Any, renderable: Any) -> None:
        if isinstance(renderable, CompositorUpdate) and self._running and not self._batch_count:
            self.stock.write(renderable.render_segments(self.console))
        super()._display(screen, renderable)

    def on_mount(self) -> None:
        self.animation_level = "none"
        self.query_one(CodeEditor).focus()


KEYS = [
    *["up", "down", "left", "right"] * 4,
    *["home", "end", "pageup", "pagedown", "ctrl+right", "ctrl+left"],
    *["shift+up", "shift+down", "shift+left", "shift+right", "shift+end", "ctrl+shift+left", "f7"],
    *["enter", "backspace", "delete", "tab", "shift+tab", "ctrl+k", "ctrl+u", "ctrl+w", "ctrl+x"],
    *["ctrl+z", "ctrl+y", "ctrl+t", "ctrl+n", "ctrl+v"],
    *["a", "x", "1", "_", "(", ")", "[", "]", "colon", "number_sign", "quotation_mark", "space"],
]
PASTES = [
    "for i in range(3):\n    print(i)\n",
    "x = '漢字と仮名'  # 宽\n",
    "é = 'e\u0301'  # joined\n",
    "\tif tab:\n\t\tpass\n",
    "long = " + "'0123456789' + " * 30 + "''\n",
    '"""\nopens a string that never ends\n',
    "🙂 = '😀😀'\n",
]

Action = Callable[[Pilot[Any], Emulator, random.Random], Awaitable[None]]


async def _keys(pilot: Pilot[Any], emulator: Emulator, chance: random.Random) -> None:
    await pilot.press(*[chance.choice(KEYS) for _ in range(chance.randint(1, 6))])


async def _paste(pilot: Pilot[Any], emulator: Emulator, chance: random.Random) -> None:
    pilot.app.query_one(CodeEditor).post_message(events.Paste(chance.choice(PASTES)))


async def _scroll(pilot: Pilot[Any], emulator: Emulator, chance: random.Random) -> None:
    pilot.app.query_one(CodeEditor).scroll_to(
        chance.choice([None, 0, 5, 40]), chance.randrange(30), animate=False
    )


async def _options(pilot: Pilot[Any], emulator: Emulator, chance: random.Random) -> None:
    editor = pilot.app.query_one(CodeEditor)
    name = chance.choice(["soft_wrap", "show_line_numbers", "read_only"])
    setattr(editor, name, not getattr(editor, name))


async def _theme(pilot: Pilot[Any], emulator: Emulator, chance: random.Random) -> None:
    pilot.app.theme = chance.choice(["textual-dark", "textual-light", "nord", "ansi-dark"])


async def _marks(pilot: Pilot[Any], emulator: Emulator, chance: random.Random) -> None:
    pilot.app.query_one(CodeEditor).mark_line(chance.randint(0, 40))


async def _load(pilot: Pilot[Any], emulator: Emulator, chance: random.Random) -> None:
    pilot.app.query_one(CodeEditor).text = chance.choice([CODE, "", "x = 1", CODE * 4])


async def _focus(pilot: Pilot[Any], emulator: Emulator, chance: random.Random) -> None:
    widget = chance.choice([CodeEditor, Button, RichLog, CodeEditor])
    pilot.app.screen_stack[0].query_one(widget).focus()


async def _others(pilot: Pilot[Any], emulator: Emulator, chance: random.Random) -> None:
    app = pilot.app
    prose = app.query_one("#prose", Static)
    log = app.query_one(RichLog)
    link = Text("a link", Style(link="https://example.org", bold=True))
    what = chance.randrange(6)
    if what == 0:
        prose.update(
            chance.choice(["Short.", "漢字 " * 20, "[dim]dim[/] [reverse]reverse[/]", link])
        )
    elif what == 1:
        log.write(chance.choice(["step 1 loss 0.3", "✓ passed", link, "😀 " * 30]))
    elif what == 2:
        app.notify(f"Note {chance.random()}", timeout=30)
    elif what == 3:
        app.push_screen(Window())
    elif what == 4 and isinstance(app.screen, Window):
        app.pop_screen()
    else:
        prose.display = not prose.display


async def _mouse(pilot: Pilot[Any], emulator: Emulator, chance: random.Random) -> None:
    spot = (chance.randrange(emulator.columns), chance.randrange(1, emulator.rows))
    await chance.choice([pilot.click, pilot.hover, pilot.mouse_down, pilot.mouse_up])(offset=spot)


async def _resize(pilot: Pilot[Any], emulator: Emulator, chance: random.Random) -> None:
    size = chance.choice([(120, 36), (80, 24), (100, 30), (60, 12), (81, 24), (30, 8)])
    if size == (emulator.columns, emulator.rows):
        return
    await settle(pilot)
    emulator.resize(*size)
    pilot.app.stock.resize(*size)
    emulator.garble(1)  # how a terminal wraps or cuts at a resize is its own affair
    await pilot.resize_terminal(*size)


async def _garbled(pilot: Pilot[Any], emulator: Emulator, chance: random.Random) -> None:
    await settle(pilot)
    emulator.garble(chance.randrange(1000))
    if chance.random() < 0.5:
        pilot.app.app_resume_signal.publish(pilot.app)  # as after Ctrl+Z, or an editor
    else:
        await pilot.app.run_action("redraw")


ACTIONS: list[tuple[Action, int]] = [
    (_keys, 20),
    (_paste, 3),
    (_scroll, 3),
    (_options, 2),
    (_theme, 1),
    (_marks, 2),
    (_load, 1),
    (_focus, 2),
    (_others, 4),
    (_mouse, 2),
    (_resize, 1),
    (_garbled, 1),
]


def _part(cells: Cells, region: Region) -> Cells:
    return [row[region.x : region.right] for row in cells[region.y : region.bottom]]


@pytest.mark.parametrize("seed", range(int(os.environ.get("FWTUTOR_PAINT_SEEDS", "5"))))
async def test_what_is_painted_bit_by_bit_equals_a_full_repaint(seed: int) -> None:
    """The screen is what stock Textual's writing makes of it, and the editor is never stale.

    Outside the editor, stock Textual is not always what its own full repaint would be: emoji cut by
    a widget above them, for one.

    Six seconds a seed. After a change to `tutor.ui.frame`, run a hundred.
    """
    chance = random.Random(seed)
    emulator = Emulator(100, 30)
    app = LessonLike(emulator)
    history: list[str] = []
    async with painted(app, emulator, notifications=True) as pilot:
        for _ in range(60):
            actions, weights = zip(*ACTIONS, strict=True)
            action = chance.choices(actions, weights)[0]
            await action(pilot, emulator, chance)
            history.append(action.__name__)
            if chance.random() < 0.7:  # else several changes are painted together
                await settle(pilot)
                wrong = difference(emulator.cells(), app.stock.cells())
                assert not wrong, f"{wrong}\nafter {history}"
                if not app._notifications and len(app.screen_stack) == 1:
                    editor = app.query_one(CodeEditor).region
                    stale = difference(
                        _part(emulator.cells(), editor), _part(full_repaint(app, emulator), editor)
                    )
                    assert not stale, f"stale: {stale}\nafter {history}"
        app.query_one(RichLog)  # the app is still whole
    assert len(set(history)) > 6


async def test_a_change_the_terminal_lost_is_noticed_by_this_very_test() -> None:
    emulator = Emulator(100, 30)
    app = LessonLike(emulator)
    async with painted(app, emulator):
        assert not difference(emulator.cells(), full_repaint(app, emulator))
        emulator.stream.feed("\x1b[5;50Hx")
        assert "1 cells differ" in difference(emulator.cells(), full_repaint(app, emulator))


async def test_only_changed_cells_are_written() -> None:
    emulator = Emulator(120, 36)
    app = LessonLike(emulator)
    async with painted(app, emulator) as pilot:
        await pilot.press(*["down"] * 6)
        await settle(pilot)
        costs: dict[str, int] = {}
        for key in ["right", "down", "up", "left", "x", "shift+right"]:
            before = emulator.written
            await pilot.press(key)
            await settle(pilot)
            costs[key] = emulator.written - before
    assert costs["x"] <= 600, costs
    assert max(cost for key, cost in costs.items() if key != "x") <= 300, costs


async def test_wide_characters_are_never_split() -> None:
    emulator = Emulator(60, 10)

    class Wide(ThriftyApp[None]):
        def compose(self) -> ComposeResult:
            yield Static("漢字 abc 漢字", id="s")

    app = Wide(driver_class=driver_for(emulator))
    async with painted(app, emulator) as pilot:
        for text in ["a漢字abc 漢", "漢a字abc", "plain", "漢字漢字漢字", "x", "e\u0301漢"]:
            app.query_one("#s", Static).update(text)
            await settle(pilot)
            assert not difference(emulator.cells(), full_repaint(app, emulator)), text


async def test_control_characters_never_reach_the_terminal() -> None:
    emulator = Emulator(60, 10)

    class Evil(ThriftyApp[None]):
        def compose(self) -> ComposeResult:
            yield Line()

    class Line(Widget):
        def render_line(self, y: int) -> Strip:
            evil = "a\x1b[2Jb\x9b31mc\nd\x07e\x7ff"
            return Strip([Segment(evil if y == 1 else "-" * 20)])

    app = Evil(driver_class=driver_for(emulator))
    async with painted(app, emulator):
        assert emulator.text().splitlines()[1].rstrip() == "a[2Jb31mcdef"
        assert emulator.text().splitlines()[0].rstrip() == "-" * 20
        assert emulator.text().splitlines()[2].rstrip() == "-" * 20


def test_the_pen_gets_from_any_look_to_any_other() -> None:
    chance = random.Random(0)
    colours = [None, "red", "bright_blue", "#102030", "#a0b0c0", "color(200)", "default"]
    flags = ["bold", "italic", "underline", "reverse", "strike", "blink", "dim"]

    def style() -> Style:
        on = {flag: True for flag in flags if chance.random() < 0.2}
        return Style(color=chance.choice(colours), bgcolor=chance.choice(colours), **on)

    emulator, plain = Emulator(10, 2), Emulator(10, 2)
    pen = ("", "", "")
    for _ in range(600):
        before, _, after = style().render("\0").partition("\0")
        parts = _look(before, after).parts
        assert parts is not None
        emulator.write(f"\x1b[1;1H{_change_pen(pen, parts)}x")
        plain.write(f"\x1b[1;1H{before}x{after}")
        pen = parts
        assert emulator.cells()[0][0] == plain.cells()[0][0], (before, parts)


def test_links_are_written_with_their_text() -> None:
    look = _look("\x1b]8;id=1;https://example.org\x1b\\\x1b[1m", "\x1b[0m\x1b]8;;\x1b\\")
    assert look.parts is None


def test_textual_still_has_what_frame_relies_on() -> None:
    """Fails when Textual changes the private names that `tutor.ui.frame` builds on."""
    assert list(inspect.signature(App._display).parameters) == ["self", "screen", "renderable"]
    assert list(inspect.signature(CompositorUpdate.render_segments).parameters) == [
        "self",
        "console",
    ]
    assert list(inspect.signature(ChopsUpdate).parameters) == ["chops", "spans", "chop_ends"]
    assert list(inspect.signature(LayoutUpdate).parameters) == ["strips", "region"]
    source = inspect.getsource(App._display)
    assert "isinstance(renderable, CompositorUpdate)" in source
    assert "renderable.render_segments(console)" in source
    for method in (Compositor.render_full_update, Compositor.render_partial_update):
        assert "Update(" in inspect.getsource(method)
    assert "render_inline" in dir(Compositor)


async def test_stock_textual_repaints_far_more() -> None:
    """If this fails, Textual has mended what `tutor.ui.frame` is for."""
    emulator = Emulator(120, 36)

    class Stock(App[None]):
        def compose(self) -> ComposeResult:
            yield TextArea.code_editor(CODE, language="python")

    async with painted(Stock(driver_class=driver_for(emulator)), emulator) as pilot:
        before = emulator.written
        await pilot.press("right")
        await settle(pilot)
        assert emulator.written - before > 5000
