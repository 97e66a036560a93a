"""A screen as text that a person can review: each line, and below it a letter for the style of each cell."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Any, Final

import pytest
from rich.cells import cell_len
from rich.style import Style
from textual._context import visible_screen_stack
from textual.app import App
from textual.screen import ModalScreen
from textual.strip import Strip

FOLDER: Final = Path(__file__).parent / "snapshots"
_LETTERS: Final = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


def drawn(app: App[None]) -> str:
    """What is rendered; of a dialog the dialog alone.

    Below a line stand the styles of its cells; what the letters mean stands at the end. A blank
    stands for the style that most of the screen has.
    """
    counts: dict[str, int] = {}
    rows: list[list[tuple[str, str]]] = []
    strips = rendered(app)
    for dialog in app.screen.query("#dialog") if isinstance(app.screen, ModalScreen) else ():
        left, top, width, height = dialog.region
        strips = [strip.crop(left, left + width) for strip in strips[top : top + height]]
    for strip in strips:
        row = [(segment.text, _named(segment.style)) for segment in strip if segment.text]
        rows.append(row)
        for text, style in row:
            counts[style] = counts.get(style, 0) + cell_len(text)
    usual = max(counts, key=lambda style: counts[style])
    letters = {usual: " "}
    lines = []
    for row in rows:
        lines.append("|" + "".join(text for text, _ in row).rstrip())
        for _, style in row:
            letters.setdefault(style, _LETTERS[len(letters) - 1])
        below = "".join(letters[style] * cell_len(text) for text, style in row).rstrip()
        if below:
            lines.append("~" + below)
    lines += ["", *(f"{letter!r} {style}" for style, letter in letters.items()), ""]
    return "\n".join(lines)


def rendered(app: App[Any]) -> list[Strip]:
    """The rows of the screen, with what is behind a dialog: Textual itself says so before it draws."""
    visible_screen_stack.set(app._background_screens)
    return app.screen._compositor.render_strips()


def _named(style: Style | None) -> str:
    """Without what is no look: links and what is behind them."""
    if style is None:
        return "none"
    plain = Style(
        color=style.color, bgcolor=style.bgcolor, bold=style.bold, dim=style.dim, italic=style.italic,
        underline=style.underline, reverse=style.reverse, strike=style.strike,
    )  # fmt: skip
    return str(plain)


def assert_drawn(app: App[None], name: str, request: pytest.FixtureRequest) -> None:
    """Hold the screen against its file in `snapshots`; `make snapshots` writes that anew."""
    path = FOLDER / f"{name}.txt"
    found = drawn(app)
    if request.config.getoption("--renew-snapshots"):
        path.write_text(found)
        return
    assert path.exists(), f"{path.name} is not there: make snapshots"
    kept = path.read_text()
    if found != kept:
        changes = difflib.unified_diff(kept.splitlines(), found.splitlines(), "kept", "drawn now", lineterm="", n=1)
        pytest.fail(f"{name} is drawn otherwise; make snapshots keeps it:\n" + "\n".join(changes))
