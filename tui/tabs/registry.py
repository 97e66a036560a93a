"""Which tabs the details of each kind of row have. What a tab needs is imported when it is first shown."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

from tui.views.view import Tab

if TYPE_CHECKING:
    from tui.tabs.tab import DetailTab, TabContext


def _tab(name: str, title: str, place: str) -> Tab:
    """`place`: module and class, as `tui.tabs.logs:LogsTab`."""
    module, _, kind = place.partition(":")

    def make(context: TabContext) -> DetailTab:
        made: DetailTab = getattr(import_module(module), kind)(context)
        return made

    return Tab(name, title, make)


CONTAINER_TABS: Final = (
    _tab("overview", "Overview", "tui.tabs.overview:OverviewTab"),
    _tab("logs", "Logs", "tui.tabs.logs:LogsTab"),
    _tab("stats", "Stats", "tui.tabs.stats:StatsTab"),
    _tab("top", "Top", "tui.tabs.asked:TopTab"),
    _tab("inspect", "Inspect", "tui.tabs.asked:InspectTab"),
    _tab("health", "Health", "tui.tabs.asked:HealthTab"),
    _tab("diff", "Diff", "tui.tabs.asked:DiffTab"),
    _tab("files", "Files", "tui.tabs.files:FilesTab"),
    _tab("events", "Events", "tui.tabs.asked:EventsTab"),
    _tab("mounts", "Mounts", "tui.tabs.asked:MountsTab"),
    _tab("env", "Env", "tui.tabs.asked:EnvironmentTab"),
)
IMAGE_TABS: Final = (
    _tab("overview", "Overview", "tui.tabs.facts:ImageTab"),
    _tab("history", "History", "tui.tabs.image:HistoryTab"),
    _tab("inspect", "Inspect", "tui.tabs.image:InspectImageTab"),
)
FOREIGN_TABS: Final = (
    _tab("overview", "Overview", "tui.tabs.foreign:ForeignTab"),
    _tab("logs", "Logs", "tui.tabs.foreign:ForeignLogsTab"),
    _tab("stats", "Stats", "tui.tabs.stats:StatsTab"),
    _tab("inspect", "Inspect", "tui.tabs.asked:InspectTab"),
)
POD_TABS: Final = (
    _tab("overview", "Overview", "tui.tabs.facts:PodTab"),
    _tab("logs", "Logs", "tui.tabs.pod:PodLogsTab"),
    _tab("stats", "Stats", "tui.tabs.pod:PodStatsTab"),
    _tab("top", "Top", "tui.tabs.pod:PodTopTab"),
    _tab("inspect", "Inspect", "tui.tabs.image:InspectPodTab"),
)
VOLUME_TABS: Final = (
    _tab("overview", "Overview", "tui.tabs.facts:VolumeTab"),
    _tab("files", "Files", "tui.tabs.files:VolumeFilesTab"),
    _tab("inspect", "Inspect", "tui.tabs.image:InspectVolumeTab"),
)
NETWORK_TABS: Final = (
    _tab("overview", "Overview", "tui.tabs.facts:NetworkTab"),
    _tab("inspect", "Inspect", "tui.tabs.image:InspectNetworkTab"),
)
SECRET_TABS: Final = (
    _tab("overview", "Overview", "tui.tabs.facts:SecretTab"),
    _tab("inspect", "Inspect", "tui.tabs.image:InspectSecretTab"),
)
EVENT_TABS: Final = (_tab("event", "Event", "tui.tabs.facts:EventTab"),)
JOURNAL_TABS: Final = (_tab("action", "Action", "tui.tabs.journal:JournalTab"),)
HOST_TABS: Final = (_tab("overview", "Overview", "tui.tabs.hosts:HostTab"),)
PLACED_TABS: Final = (_tab("overview", "Overview", "tui.tabs.hosts:PlacedTab"),)
