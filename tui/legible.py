"""Colours that can be read: what a theme's texts are drawn in, held against all that they are drawn on.

The measure is the contrast ratio of WCAG 2.1. Themes choose their colours for looks; where one of them is too near to a
ground of ours, it is moved towards white or black, just as far as is needed.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from textual.color import BLACK, WHITE, Color

LEAST: Final = 4.5
"""Of text (success criterion 1.4.3, AA)."""
LEAST_UNUSABLE: Final = 3.0
"""Of the name of what can not be used now, of which the criterion asks nothing."""
_LIT: Final = 0.35
_LIT_BLURRED: Final = 0.15
"""How much of the primary colour is in the row of the cursor."""
_LEAST_LIT: Final = 0.2
_LEAST_BLURRED: Final = 0.1
"""How much at least, so that the row is seen."""
_FOCUSED: Final = 0.05
"""How much of the text's colour is in the ground of what has the keyboard, in Textual's own style sheets."""
_STEPS: Final = 20
_MUTED: Final = 0.6
_UNUSABLE: Final = 0.38
"""What is left of white or black in faint texts, as Textual has it."""
_TEXTS: Final = ("text-primary", "text-secondary", "text-success", "text-warning", "text-error", "text-accent")
_FILLED: Final = ("primary", "success", "warning", "error")
_READ: Final = ("surface", "panel", "panel-lighten-1", "background", "foreground", *_FILLED, *_TEXTS)


def contrast(text: Color, ground: Color) -> float:
    """From 1 to 21. Both without transparency."""
    darker, lighter = sorted((_luminance(text), _luminance(ground)))
    return (lighter + 0.05) / (darker + 0.05)


def readable(text: Color, grounds: Sequence[Color], least: float = LEAST) -> Color:
    """`text`, moved towards white or black until it can be read on all these grounds, or as far as it goes."""
    if _worst(text, grounds) >= least:
        return text
    end = max((WHITE, BLACK), key=lambda color: _worst(color, grounds))
    for step in range(1, _STEPS):
        moved = text.blend(end, step / _STEPS, alpha=1)
        if _worst(moved, grounds) >= least:
            return moved
    return end


def faintest(text: Color, ground: Color, share: float) -> Color:
    """`text` with no more than `share` of it left on the ground, but with as much as can be read."""
    while share < 1:
        mixed = ground.blend(text, share, alpha=1)
        if contrast(mixed, ground) >= LEAST:
            return mixed
        share += 1 / _STEPS
    return text


def legible_variables(variables: Mapping[str, str]) -> dict[str, str]:
    """What a theme's variables are to be, and those of our own, which are for its own style sheets as well.

    `cursor`, `cursor-blurred`: the ground of the cursor's row. `on-primary`, `on-error` and so on: text on that colour.
    """
    return dict(_variables(tuple(variables[name] for name in _READ)))


@functools.lru_cache(32)
def _variables(values: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    colours = {name: Color.parse(value) for name, value in zip(_READ, values, strict=True)}
    if any(colours[name].ansi is not None or not colours[name].a for name in ("background", "surface", "panel")):
        return _of_the_terminal(colours["primary"].hex, colours["foreground"].hex)
    return tuple((name, color.hex) for name, color in _of_a_theme(colours).items())


def _of_the_terminal(primary: str, foreground: str) -> tuple[tuple[str, str], ...]:
    """The terminal's own colours, which nobody knows, are as they are."""
    lit = (("cursor", f"{primary} {_LIT:.0%}"), ("cursor-blurred", f"{primary} {_LIT_BLURRED:.0%}"))
    return (*lit, *((f"on-{name}", foreground) for name in _FILLED))


def _of_a_theme(colours: Mapping[str, Color]) -> dict[str, Color]:
    surface, primary, given = colours["surface"], colours["primary"], colours["foreground"]
    plain = [surface, surface + colours["panel"], surface + colours["panel-lighten-1"]]
    plain += [ground.blend(given, _FOCUSED, alpha=1) for ground in plain]
    text = readable(given, plain)
    lit = _lit(surface, primary, text, _LIT, _LEAST_LIT)
    blurred = _lit(surface, primary, text, _LIT_BLURRED, _LEAST_BLURRED)
    grounds = [*plain, lit, blurred]
    foreground = readable(text, grounds)
    end, other = sorted((WHITE, BLACK), key=lambda color: _worst(color, grounds), reverse=True)
    found = {
        "foreground": foreground,
        "text-muted": readable(surface.blend(end, _MUTED, alpha=1), grounds),
        "text-disabled": readable(surface.blend(end, _UNUSABLE, alpha=1), plain, LEAST_UNUSABLE),
        "cursor": lit,
        "cursor-blurred": blurred,
        "button-foreground": foreground,
        "block-cursor-foreground": end if contrast(end, primary) >= LEAST else other,
        "block-cursor-background": primary,
        "block-cursor-blurred-foreground": foreground,
        "block-cursor-blurred-background": blurred,
        "input-selection-foreground": foreground,
        "input-selection-background": lit,
    }
    found.update((name, readable(colours[name], grounds)) for name in _TEXTS)
    found.update((f"on-{name}", end if contrast(end, colours[name]) >= LEAST else other) for name in _FILLED)
    return found


def _lit(surface: Color, primary: Color, text: Color, most: float, least: float) -> Color:
    """The ground of the cursor's row: as much of the primary colour as leaves the text readable, and `least` of it."""
    share = most
    while share > least and contrast(text, surface.blend(primary, share, alpha=1)) < LEAST:
        share -= 1 / _STEPS
    return surface.blend(primary, max(share, least), alpha=1)


def _worst(text: Color, grounds: Iterable[Color]) -> float:
    return min(contrast(text, ground) for ground in grounds)


def _luminance(color: Color) -> float:
    red, green, blue = (_linear(part / 255) for part in (color.r, color.g, color.b))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)
