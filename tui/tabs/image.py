"""Tabs of images and pods that are asked of the engine."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text

from core.model.image import ImageStep
from tui.plain_text import printable, size
from tui.tabs.asked import AskedTab, InspectTab


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


class InspectPodTab(InspectTab):
    """All that is known of a pod."""

    kind = "inspect pod"


class InspectVolumeTab(InspectTab):
    """All that is known of a volume."""

    kind = "inspect volume"


class InspectNetworkTab(InspectTab):
    """All that is known of a network."""

    kind = "inspect network"


class InspectSecretTab(InspectTab):
    """All that is known of a secret but what it is."""

    kind = "inspect secret"
