"""The tabs of an image."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text

from core.model.image import ImageStep
from tui.plain_text import moment, printable, size
from tui.tabs.asked import AskedTab, InspectTab
from tui.tabs.tab import LinesTab


class ImageTab(LinesTab):
    """What it is, and what is made of it."""

    def row_changed(self, *, is_other: bool) -> None:
        if self.row is None:
            self.set_lines([Text("Nothing is selected.", "dim")], to_begin=True)
            return
        image = self.row.image
        facts = [
            ("names", ", ".join(image.names) or "none"),
            ("size", f"{size(image.size)}, all layers together"),
            ("created", moment(image.created_at)),
            ("digest", image.digest),
            ("id", image.id),
            ("used by", f"{len(self.row.used_by)} containers" if self.row.used_by else "no container"),
        ]
        if image.read_only:
            facts.append(("store", "an additional one, of another tool: it can be used but not removed"))
        lines = [Text.assemble((f"{name:<9}", "dim"), printable(value)) for name, value in facts]
        self.set_lines(lines, to_begin=is_other)


class HistoryTab(AskedTab):
    """How it came to be, the newest step first."""

    kind = "history"

    def draw(self, found: Sequence[ImageStep]) -> list[Text]:
        return [
            Text(printable(f"{size(step.size):>8}  {step.created[:19]:<19}  {step.created_by or step.comment}"))
            for step in found
        ]


class InspectImageTab(InspectTab):
    """All that is known of it."""

    kind = "inspect image"
