"""Tabs of names and values, which the row itself has."""

from __future__ import annotations

from rich.cells import cell_len
from rich.text import Text

from core.events import Event
from core.model.pod import PodSnapshot
from core.model.secret import Secret
from core.model.volume import VolumeSnapshot
from tui.bridge.readers import ImageRow, NetworkRow
from tui.languages import _
from tui.plain_text import GLYPHS, counted_containers, infra_name, moment, padded, printable, size
from tui.tabs.tab import LinesTab

Facts = list[tuple[str, str]]


class FactsTab(LinesTab):
    """A line each; those without a value are left out."""

    def row_changed(self, *, is_other: bool) -> None:
        if self.row is None:
            self.set_lines([Text(_("Nothing is selected."), "dim")], to_begin=True)
            return
        facts = [(name, value) for name, value in self.facts() if value]
        width = max(cell_len(name) for name, _value in facts) + 2
        lines = [Text.assemble((padded(printable(name), width), "dim"), printable(value)) for name, value in facts]
        self.set_lines(lines, to_begin=is_other)

    def facts(self) -> Facts:
        """Names and values, the most wanted first."""
        raise NotImplementedError


class ImageTab(FactsTab):
    """What an image is, and what is made of it."""

    row: ImageRow

    def facts(self) -> Facts:
        image = self.row.image
        return [
            (_("names"), ", ".join(image.names) or _("none")),
            (_("size"), _("{size}, all layers together").format(size=size(image.size))),
            (_("created"), moment(image.created_at)),
            (_("used by"), counted_containers(len(self.row.used_by)) if self.row.used_by else _("no container")),
            (_("digest"), image.digest),
            (_("id"), image.id),
            (
                _("store"),
                _("an additional one, of another tool: it can be used but not removed") if image.read_only else "",
            ),
        ]


class PodTab(FactsTab):
    """What a pod is, and its containers."""

    row: PodSnapshot

    def facts(self) -> Facts:
        infra = {self.row.infra_id: _(" (infra)")}
        names = [infra_name(member.name, self.row.id, self.row.name) for member in self.row.members]
        members = [
            (_("container"), f"{GLYPHS[member.status]} {_(member.status)} {name}{infra.get(member.id, '')}")
            for member, name in zip(self.row.members, names, strict=True)
        ]
        return [
            (_("status"), _(str(self.row.status).lower())),
            *members,
            (_("shares"), ", ".join(self.row.share) or _("nothing")),
            (_("created"), moment(self.row.created_at)),
            (_("labels"), _labels(self.row.labels)),
            (_("id"), self.row.id),
        ]


class VolumeTab(FactsTab):
    """What a volume is, where it is, and who has it."""

    row: VolumeSnapshot

    def facts(self) -> Facts:
        return [
            (_("path"), self.row.path),
            (_("used by"), ", ".join(one[:12] for one in self.row.used_by) or _("no container")),
            (_("made"), _("for one container, and removed with it") if self.row.anonymous else _("by name")),
            (_("options"), _labels(self.row.options)),
            (_("labels"), _labels(self.row.labels)),
            (_("created"), moment(self.row.created_at)),
        ]


class NetworkTab(FactsTab):
    """What a network is, and who is connected to it."""

    row: NetworkRow

    def facts(self) -> Facts:
        network = self.row.network
        subnets = [
            (
                _("subnet"),
                _("{subnet}, gateway {gateway}").format(subnet=subnet.subnet, gateway=subnet.gateway)
                if subnet.gateway
                else str(subnet.subnet),
            )
            for subnet in network.subnets
        ]
        return [
            (_("driver"), network.driver),
            *subnets,
            (_("used by"), ", ".join(one[:12] for one in self.row.used_by) or _("no container")),
            (_("names"), _("its containers find each other by name") if network.dns else _("not served")),
            (_("internal"), _("nothing outside is reached") if network.internal else ""),
            (_("interface"), network.interface),
            (_("options"), _labels(network.options)),
            (_("labels"), _labels(network.labels)),
            (_("created"), moment(network.created_at)),
            (_("id"), network.id),
        ]


class SecretTab(FactsTab):
    """What a secret is called. What it is, is not here."""

    row: Secret

    def facts(self) -> Facts:
        return [
            (_("name"), self.row.name),
            (_("created"), moment(self.row.created_at)),
            (_("changed"), moment(self.row.updated_at)),
            (_("labels"), _labels(self.row.labels)),
            (_("id"), self.row.id),
        ]


class EventTab(FactsTab):
    """Who did what to whom, by which commands."""

    row: Event

    def facts(self) -> Facts:
        return [
            (_("when"), moment(self.row.time)),
            (_("what"), str(self.row.kind)),
            (_("to"), f"{self.row.name} {self.row.container_id}".strip()),
            (
                _("by"),
                _("{user}, process {process}").format(user=self.row.user, process=self.row.process)
                if self.row.user
                else "",
            ),
            (_("command"), self.row.command),
            *sorted(self.row.attributes.items()),
        ]


def _labels(pairs: dict[str, str]) -> str:
    return ", ".join(f"{name}={value}" for name, value in sorted(pairs.items()))
