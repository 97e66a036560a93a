"""The questions before something is done: of a verb on one row or on many what will happen to each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tui.languages import _
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
    steps = [planned.step for _row, planned in plans if planned is not None]
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
            _("{verb} {name}?").format(verb=verb, name=view.label(rows[0])),
            "".join(_("It {words}.").format(words=one.words) for _row, one in plans if one),
        )
    else:
        what = f"{len(steps)} {view.counted_noun(len(steps))}"
        title, message = _("{verb} {name}?").format(verb=verb, name=what), ""
    listed = [
        f"{view.label(row)}  "
        + (planned.words if planned else _("is left alone: {reason}").format(reason=view.refusal(row)))
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
    title = _("{verb} {name}?").format(verb=verb, name=", ".join(step.name for step in steps))
    message = "" if locked.level == "name" else _("Locked: {names}.").format(names=", ".join(locked.names))
    confirm(deck, title, message, verb, lambda: deck.bridge.run(*steps), locked=locked)
