"""What a machine is and what runs on it; what is known from here of a container that is elsewhere."""

from __future__ import annotations

from tui.bridge.host_watch import HostRow, PlacedContainer
from tui.languages import _
from tui.tabs.facts import Facts, FactsTab


class HostTab(FactsTab):
    """Whether it answers, and its containers."""

    row: HostRow

    def facts(self) -> Facts:
        host, report = self.row.host, self.row.report
        facts = [(_("destination"), host.destination), (_("key"), host.identity), ("ssh", ", ".join(host.options))]
        if report is None:
            return [(_("state"), _("is asked …")), *facts]
        if not report.reachable:
            return [(_("why not"), report.error), (_("to do"), report.hint), ("wharf", report.version), *facts]
        other = _(", another than here") if self.row.other_version else ""
        running = (
            _("{running} of {count} run").format(running=report.running, count=len(report.containers))
            if report.containers
            else _("none")
        )
        return [
            (_("containers"), running),
            (_("unhealthy"), str(report.unhealthy) if report.unhealthy else ""),
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
            (_("host"), f"{self.row.host.name}, {self.row.host.destination}"),
            (_("status"), container.status),
            (_("image"), container.image),
            (_("id"), container.id),
        ]
