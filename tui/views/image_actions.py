"""What the actions of the view of images do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tui.bridge.readers import ImageRow
from tui.bridge.verbs import Step
from tui.screens.asking import Plan, ask

if TYPE_CHECKING:
    from tui.screens.deck import DeckScreen


class ImageActions:
    """One method an action of the view."""

    def __init__(self, deck: DeckScreen) -> None:
        self._deck = deck

    def remove(self, rows: Sequence[ImageRow]) -> None:
        def plan(row: ImageRow) -> Plan:
            used = f"; {len(row.used_by)} containers are made of it, so the engine will refuse" if row.used_by else ""
            names = f" and its {len(row.image.names)} names" if len(row.image.names) > 1 else ""
            words = f"goes for good{names}, with the layers that no other image has{used}"
            return Plan(Step("remove image", row.id, row.name), words)

        ask(self._deck, "Remove", rows, plan)
