"""Tabs of a pod that are about its containers: what they print, what they use, their processes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text

from tui.bridge.pod_details import MemberLog, MemberProcesses, MemberSample
from tui.languages import _
from tui.messages import DetailRead
from tui.plain_text import GLYPHS, fitted, padded, printable, size
from tui.tabs.asked import AskedTab, process_lines
from tui.tabs.logs import LogsTab


class PodLogsTab(LogsTab):
    """Of all of its containers, merged by time; the infra container prints nothing."""

    def _follow(self) -> None:
        self._timer = None
        self._shown = self.row_id
        self.context.bridge.read_detail("pod logs", self.row_id)

    def take_detail(self, message: DetailRead) -> None:
        if message.kind == "pod logs" and message.found is not None and self._shown:
            logs: Sequence[MemberLog] = message.found
            self._lines.show_logs([log.path for log in logs], [log.name for log in logs])


class PodStatsTab(AskedTab):
    """What each uses, and all of them together."""

    kind: ClassVar[str] = "pod stats"
    every: ClassVar[int] = 2

    def draw(self, found: Sequence[MemberSample]) -> list[Text]:
        lines = [Text(_heading(), "bold dim")]
        samples = [member.sample for member in found if member.sample is not None]
        for member in found:
            sample = member.sample
            head = f"{GLYPHS[member.status]} {printable(member.name)[:24]:<24}"
            if sample is None:
                lines.append(Text(f"{head} {'–':>7} {_(member.status)}", "dim"))
                continue
            figures = f"{sample.cpu_percent:>7.1f} {size(sample.memory):>8} {sample.pids:>5} "
            lines.append(Text(f"{head} {figures}{size(sample.block_read):>8} {size(sample.block_written):>8}"))
        if samples:
            cpu, memory = sum(one.cpu_percent for one in samples), sum(one.memory for one in samples)
            lines.append(
                Text(
                    f"  {padded(_('all'), 24)} {cpu:>7.1f} {size(memory):>8} {sum(one.pids for one in samples):>5}",
                    "bold",
                )
            )
            first = next((one for one in samples if one.network_received or one.network_sent), None)
            if first is not None and not first.network_shared:
                lines.append(
                    Text(
                        _("  network  in {received}, out {sent}").format(
                            received=size(first.network_received), sent=size(first.network_sent)
                        )
                    )
                )
        return lines


def _heading() -> str:
    titles = ((_("CPU %"), 7), (_("MEMORY"), 8), ("PIDS", 5), (_("READ"), 8), (_("WRITTEN"), 8))
    return f"  {padded(_('NAME'), 24)} " + " ".join(fitted(title, width, right=True) for title, width in titles)


class PodTopTab(AskedTab):
    """The processes of each of its containers."""

    kind: ClassVar[str] = "pod processes"
    every: ClassVar[int] = 2

    def draw(self, found: Sequence[MemberProcesses]) -> list[Text]:
        lines: list[Text] = []
        for member in found:
            lines.append(Text(f"{GLYPHS[member.status]} {printable(member.name)}", "bold"))
            lines += process_lines(member.processes) if member.processes else [Text(f"    {_(member.status)}", "dim")]
        return lines or [Text(_("No container is in it."), "dim")]
