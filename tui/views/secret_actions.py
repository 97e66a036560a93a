"""What the actions of the view of secrets do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.text import Text

from core.model.secret import Secret
from tui.languages import _
from tui.plain_text import printable_text
from tui.screens import orders
from tui.screens.asking import Plan, ask, confirm
from tui.step import Step

if TYPE_CHECKING:
    from tui.screens.deck import DeckScreen


class SecretActions:
    """One method an action of the view."""

    def __init__(self, deck: DeckScreen) -> None:
        self._deck = deck

    def new(self) -> None:
        orders.keep_secret(self._deck)

    def replace(self, row: Secret) -> None:
        """Containers that have got it keep what they have."""
        orders.keep_secret(self._deck, row.name)

    def reveal(self, row: Secret) -> None:
        """On a page that is gone with the next key; nothing is copied."""
        from tui.screens.text_view import TextView

        def show(data: bytes) -> None:
            text = printable_text(data.decode("utf-8", "replace"))
            self._deck.app.push_screen(
                TextView(_("secret {name}, {count} bytes").format(name=row.name, count=len(data)), Text(text))
            )

        def read() -> None:
            self._deck.ask(_("secret data"), row.id, then=show)

        words = _("What it is stands on the screen then, for whoever looks at it, and in a recording of the terminal.")
        confirm(self._deck, _("Show secret {name}?").format(name=row.name), words, _("Show"), read)

    def inspect(self, row: Secret) -> None:
        self._deck.open_tab("inspect")

    def remove(self, rows: Sequence[Secret]) -> None:
        def plan(secret: Secret) -> Plan:
            words = _("is forgotten for good; containers that have got it keep what they have")
            return Plan(Step("remove secret", secret.id, secret.name), words)

        ask(self._deck, _("Remove"), rows, plan)
