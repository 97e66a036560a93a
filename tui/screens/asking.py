"""The questions before something is done: of a verb on one row or on many what will happen to each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tui.locks import asks_nothing
from tui.screens.dialog import ConfirmDialog
from tui.screens.lock_dialog import LockDialog
from tui.step import Step

if TYPE_CHECKING:
    from tui.locks import Locked
    from tui.screens.consoles import ConsoleKeeping
    from tui.screens.deck import DeckScreen


@dataclass(frozen=True, slots=True)
class Plan:
    """What would be done to a row. `words`: what happens to it, behind its name or an `It`; no full stop."""

    step: Step
    words: str


def confirm(
    deck: ConsoleKeeping,
    title: str,
    message: str,
    verb: str,
    then: Callable[[], object],
    *,
    listed: Sequence[str] = (),
    locked: Locked | None = None,
) -> None:
    """Ask, with cancel as the default, and do `then` where it was confirmed. `locked`: what a lock is about."""

    def answered(is_confirmed: bool | None) -> None:
        if is_confirmed:
            then()

    if locked is not None and locked.level == "name":
        deck.app.push_screen(LockDialog(title, message, verb, locked, listed=listed), answered)
    else:
        deck.app.push_screen(ConfirmDialog(title, message, verb, listed=listed), answered)


def ask(
    deck: DeckScreen,
    verb: str,
    rows: Sequence[Any],
    plan: Callable[[Any], Plan | None],
    *,
    alone: bool = True,
) -> None:
    """Ask, then have it done. `plan`: None for a row that does not allow it. `alone`: whether one row is asked about.

    Several rows are asked about always, in one dialog that lists them; only a lock whose level is `none` asks nothing.
    """
    plans = [(row, plan(row)) for row in rows]
    steps = [planned.step for _, planned in plans if planned is not None]
    if not steps:
        return
    locked = deck.locked_by(steps)
    is_free = locked is None and asks_nothing(rows, deck.configuration.locks)
    if is_free or (len(rows) == 1 and not alone and locked is None):
        deck.bridge.run(*steps)
        return
    view = deck.view
    if len(rows) == 1:
        title, message = (
            f"{verb} {view.label(rows[0])}?",
            "".join(f"It {planned.words}." for _, planned in plans if planned),
        )
    else:
        title, message = f"{verb} {len(steps)} {view.noun}{'s' if len(steps) > 1 else ''}?", ""
    listed = [
        f"{view.label(row)}  {planned.words if planned else f'is left alone: {view.refusal(row)}'}"
        for row, planned in plans
    ]
    shown = listed if len(rows) > 1 else ()
    confirm(deck, title, message, verb, lambda: deck.bridge.run(*steps), listed=shown, locked=locked)


def order(deck: ConsoleKeeping, verb: str, steps: Sequence[Step]) -> None:
    """Have steps done that were asked about already: what is locked is asked about once more."""
    locked = deck.locked_by(steps)
    if locked is None:
        deck.bridge.run(*steps)
        return
    title = f"{verb} {', '.join(step.name for step in steps)}?"
    message = "" if locked.level == "name" else f"Locked: {', '.join(locked.names)}."
    confirm(deck, title, message, verb, lambda: deck.bridge.run(*steps), locked=locked)
