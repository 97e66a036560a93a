"""Tabs of names and values, which the row itself has."""

from __future__ import annotations

from rich.text import Text

from core.events import Event
from core.model.pod import PodSnapshot
from core.model.secret import Secret
from core.model.volume import VolumeSnapshot
from tui.bridge.readers import ImageRow, NetworkRow
from tui.plain_text import GLYPHS, infra_name, moment, printable, size
from tui.tabs.tab import LinesTab

Facts = list[tuple[str, str]]


class FactsTab(LinesTab):
    """A line each; those without a value are left out."""

    def row_changed(self, *, is_other: bool) -> None:
        if self.row is None:
            self.set_lines([Text("Nothing is selected.", "dim")], to_begin=True)
            return
        facts = [(name, value) for name, value in self.facts() if value]
        width = max(len(name) for name, _ in facts) + 2
        lines = [Text.assemble((f"{printable(name):<{width}}", "dim"), printable(value)) for name, value in facts]
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
            ("names", ", ".join(image.names) or "none"),
            ("size", f"{size(image.size)}, all layers together"),
            ("created", moment(image.created_at)),
            ("used by", f"{len(self.row.used_by)} containers" if self.row.used_by else "no container"),
            ("digest", image.digest),
            ("id", image.id),
            ("store", "an additional one, of another tool: it can be used but not removed" if image.read_only else ""),
        ]


class PodTab(FactsTab):
    """What a pod is, and its containers."""

    row: PodSnapshot

    def facts(self) -> Facts:
        infra = {self.row.infra_id: " (infra)"}
        names = [infra_name(member.name, self.row.id, self.row.name) for member in self.row.members]
        members = [
            ("container", f"{GLYPHS[member.status]} {member.status} {name}{infra.get(member.id, '')}")
            for member, name in zip(self.row.members, names, strict=True)
        ]
        return [
            ("status", str(self.row.status)),
            *members,
            ("shares", ", ".join(self.row.share) or "nothing"),
            ("created", moment(self.row.created_at)),
            ("labels", _labels(self.row.labels)),
            ("id", self.row.id),
        ]


class VolumeTab(FactsTab):
    """What a volume is, where it is, and who has it."""

    row: VolumeSnapshot

    def facts(self) -> Facts:
        return [
            ("path", self.row.path),
            ("used by", ", ".join(one[:12] for one in self.row.used_by) or "no container"),
            ("made", "for one container, and removed with it" if self.row.anonymous else "by name"),
            ("options", _labels(self.row.options)),
            ("labels", _labels(self.row.labels)),
            ("created", moment(self.row.created_at)),
        ]


class NetworkTab(FactsTab):
    """What a network is, and who is connected to it."""

    row: NetworkRow

    def facts(self) -> Facts:
        network = self.row.network
        subnets = [
            ("subnet", f"{subnet.subnet}{f', gateway {subnet.gateway}' if subnet.gateway else ''}")
            for subnet in network.subnets
        ]
        return [
            ("driver", network.driver),
            *subnets,
            ("used by", ", ".join(one[:12] for one in self.row.used_by) or "no container"),
            ("names", "its containers find each other by name" if network.dns else "not served"),
            ("internal", "nothing outside is reached" if network.internal else ""),
            ("interface", network.interface),
            ("options", _labels(network.options)),
            ("labels", _labels(network.labels)),
            ("created", moment(network.created_at)),
            ("id", network.id),
        ]


class SecretTab(FactsTab):
    """What a secret is called. What it is, is not here."""

    row: Secret

    def facts(self) -> Facts:
        return [
            ("name", self.row.name),
            ("created", moment(self.row.created_at)),
            ("changed", moment(self.row.updated_at)),
            ("labels", _labels(self.row.labels)),
            ("id", self.row.id),
        ]


class EventTab(FactsTab):
    """Who did what to whom, by which commands."""

    row: Event

    def facts(self) -> Facts:
        return [
            ("when", moment(self.row.time)),
            ("what", str(self.row.kind)),
            ("to", f"{self.row.name} {self.row.container_id}".strip()),
            ("by", f"{self.row.user}, process {self.row.process}" if self.row.user else ""),
            ("command", self.row.command),
            *sorted(self.row.attributes.items()),
        ]


def _labels(pairs: dict[str, str]) -> str:
    return ", ".join(f"{name}={value}" for name, value in sorted(pairs.items()))
