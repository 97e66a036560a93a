"""Every text can be read: 4.5 to 1 at least, as WCAG 2.1 has it for AA.

Left out are the themes of the terminal's own sixteen colours, which only the terminal knows, and what can not be used
now, of which WCAG asks nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.color import BLACK, WHITE, Color
from textual.screen import ModalScreen
from textual.theme import BUILTIN_THEMES, Theme

from core.model.state import Status
from tests.fakes.engine import FakeEngine
from tests.tui.conftest import until_shown
from tests.tui.drawn import rendered
from tui.app import WharfApp
from tui.legible import LEAST, LEAST_UNUSABLE, contrast, faintest, legible_variables, readable

KNOWN = [theme for theme in BUILTIN_THEMES.values() if not theme.name.startswith("ansi")]
HARDEST = ("textual-light", "tokyo-night", "solarized-dark", "solarized-light", "catppuccin-latte")
OWN = Theme(name="murky", primary="#808080", foreground="#777777", surface="#454545", panel="#4c4c4c", dark=True)
TEXTS = ("foreground", "text-muted", "text-success", "text-warning", "text-error", "text-accent", "text-primary")
GROUNDS = ("surface", "panel", "panel-lighten-1", "cursor", "cursor-blurred")
COLOURS = st.builds(Color, st.integers(0, 255), st.integers(0, 255), st.integers(0, 255))


def test_the_measure_is_that_of_wcag() -> None:
    assert contrast(WHITE, BLACK) == pytest.approx(21)
    assert contrast(Color.parse("#777777"), WHITE) == pytest.approx(4.48, abs=0.01)
    assert contrast(WHITE, Color.parse("#767676")) == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("theme", [*KNOWN, OWN], ids=lambda theme: theme.name)
def test_the_texts_of_a_theme_on_all_its_grounds(theme: Theme) -> None:
    given = theme.to_color_system().generate() | theme.variables
    variables = given | legible_variables(given)
    surface = Color.parse(variables["surface"])
    for ground in GROUNDS:
        behind = surface + Color.parse(variables[ground])
        for text in TEXTS:
            assert contrast(Color.parse(variables[text]), behind) >= LEAST, (text, ground)
    for filled in ("primary", "success", "warning", "error"):
        assert contrast(Color.parse(variables[f"on-{filled}"]), Color.parse(variables[filled])) >= LEAST, filled
    assert contrast(Color.parse(variables["text-disabled"]), surface) >= LEAST_UNUSABLE
    assert variables["cursor"] != variables["surface"]


@given(text=COLOURS, ground=COLOURS, share=st.floats(0.1, 1.0))
def test_any_colour_can_be_read_on_any_ground(text: Color, ground: Color, share: float) -> None:
    found = readable(text, (ground,))
    assert contrast(found, ground) >= LEAST
    assert found == text or contrast(text, ground) < LEAST
    assert contrast(faintest(found, ground, share), ground) >= LEAST


def drawn_texts(app: WharfApp) -> Iterator[tuple[str, float]]:
    """Each piece of text on the screen, of a dialog in the dialog alone, and its contrast."""
    strips = rendered(app)
    for dialog in app.screen.query("#dialog") if isinstance(app.screen, ModalScreen) else ():
        left, top, width, height = dialog.region
        strips = [strip.crop(left, left + width) for strip in strips[top : top + height]]
    for segment in (segment for strip in strips for segment in strip):
        style = segment.style
        if style and style.color and style.bgcolor and any(letter.isalnum() for letter in segment.text):
            text, ground = Color.from_rich_color(style.color), Color.from_rich_color(style.bgcolor)
            if text.ansi is None and ground.ansi is None:
                yield segment.text.strip(), contrast(text, ground)


@pytest.mark.parametrize(
    ("keys", "text", "themes"),
    [
        pytest.param("home space", "1 marked", [theme.name for theme in KNOWN], id="list"),
        pytest.param("d", "Cancel", HARDEST, id="dialog"),
        pytest.param("n", "the image's own", HARDEST, id="form"),
        pytest.param("l", "no such database", HARDEST, id="log"),
        pytest.param("y", '"Status"', HARDEST, id="page"),
    ],
)
async def test_what_is_drawn(app: WharfApp, fake: FakeEngine, keys: str, text: str, themes: list[str]) -> None:
    for status in Status:
        ended = {"exit_code": 3, "finished_at": 1.0} if status is Status.EXITED else {}
        container = fake.add(f"is-{status}", status, **ended)
        container.print(b"ready", b"\x1b[31merror\x1b[0m: no such database", b'{"level": "info", "msg": "text"}')
    async with app.run_test(size=(140, 40)) as pilot:
        await until_shown(pilot, "is-running", "is-unknown")
        await pilot.press("end", *keys.split())
        await until_shown(pilot, text)
        for theme in themes:
            app.theme = theme
            await pilot.pause()
            await pilot.pause()
            found = dict(drawn_texts(app))
            assert found and min(found.values()) >= LEAST, (theme, {k: v for k, v in found.items() if v < LEAST})
