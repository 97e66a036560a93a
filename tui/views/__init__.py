"""The views of the screen, one module each; which there are, and in which order, stands here alone."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import Final, cast

from tui.views.view import View


@dataclass(frozen=True, slots=True)
class ViewEntry:
    """`module`: where `VIEW` stands; it is imported when the view is first wanted. `key`: shows it.

    `going`: what that action does. `has_tab`: whether it is in the line of tabs also while another view is shown.
    """

    name: str
    title: str
    key: str
    module: str
    going: str
    has_tab: bool = True

    @property
    def action(self) -> str:
        """The name of the action that shows it."""
        return f"show_{self.name}"


VIEWS: Final = (
    ViewEntry("containers", "Containers", "1", "tui.views.containers", "containers: go to the view"),
    ViewEntry("pods", "Pods", "2", "tui.views.pods", "pods: go to the view"),
    ViewEntry("images", "Images", "3", "tui.views.images", "images: go to the view"),
    ViewEntry("volumes", "Volumes", "4", "tui.views.volumes", "volumes: go to the view"),
    ViewEntry("networks", "Networks", "5", "tui.views.networks", "networks: go to the view"),
    ViewEntry("consoles", "Consoles", "6", "tui.views.consoles", "consoles: go to the view"),
    ViewEntry("events", "Events", "7", "tui.views.events", "events: go to the view"),
    ViewEntry("foreign", "Others", "8", "tui.views.foreign", "others: go to the view"),
    ViewEntry("secrets", "Secrets", "f8", "tui.views.secrets", "secrets: go to the view", has_tab=False),
    ViewEntry("hosts", "Hosts", "9", "tui.views.hosts", "hosts: go to the view"),
    ViewEntry("everywhere", "Everywhere", "0", "tui.views.everywhere", "everywhere: go to the view"),
    ViewEntry("journal", "Journal", "V", "tui.views.journal", "journal: go to the view", has_tab=False),
)
ENTRIES: Final = {entry.name: entry for entry in VIEWS}


def load(name: str) -> View:
    """The description of a view."""
    return cast(View, import_module(ENTRIES[name].module).VIEW)
