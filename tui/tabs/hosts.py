"""What a machine is and what runs on it; what is known from here of a container that is elsewhere."""

from __future__ import annotations

from tui.bridge.host_watch import HostRow, PlacedContainer
from tui.tabs.facts import Facts, FactsTab


class HostTab(FactsTab):
    """Whether it answers, and its containers."""

    row: HostRow

    def facts(self) -> Facts:
        host, report = self.row.host, self.row.report
        facts = [("destination", host.destination), ("key", host.identity), ("ssh", ", ".join(host.options))]
        if report is None:
            return [("state", "is asked …"), *facts]
        if not report.reachable:
            return [("why not", report.error), ("to do", report.hint), ("wharf", report.version), *facts]
        other = ", another than here" if self.row.other_version else ""
        running = f"{report.running} of {len(report.containers)} run" if report.containers else "none"
        return [
            ("containers", running),
            ("unhealthy", str(report.unhealthy) if report.unhealthy else ""),
            ("wharf", f"{report.version}{other}"),
            *facts,
            *((container.state, f"{container.name}  {container.status}") for container in report.containers),
        ]


class PlacedTab(FactsTab):
    """Where it is, and what its machine tells of it."""

    row: PlacedContainer

    def facts(self) -> Facts:
        container = self.row.container
        return [
            ("host", f"{self.row.host.name}, {self.row.host.destination}"),
            ("status", container.status),
            ("image", container.image),
            ("id", container.id),
        ]
