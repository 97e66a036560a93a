"""Text from containers made harmless, and numbers for people."""

from __future__ import annotations

import re
import time
from typing import Final

import humanize
from rich.cells import cell_len, set_cell_size

from core.model.health import HealthStatus
from core.model.snapshot import ContainerSnapshot
from core.model.state import Status
from tui.languages import N_, _, ngettext

_ESCAPE_SEQUENCE: Final = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_].*?(?:\x07|\x1b\\|$)|[ -/]*[0-~])|[\x0e\x0f]",
)
"""CSI, the strings (OSC, DCS …) and the short ones of ECMA-48."""

INFRA_IMAGE: Final = N_("(infra of a pod)")
GLYPHS: dict[Status, str] = {
    Status.RUNNING: "●",
    Status.PAUSED: "◫",
    Status.CREATED: "◌",
    Status.CONFIGURED: "○",
    Status.EXITED: "■",
    Status.UNKNOWN: "?",
}
"""Each state's sign; its word stands beside it always."""


def printable(text: str) -> str:
    """`text` with a replacement for every character that could move the cursor or change a terminal's state."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else "�" for char in text)


def printable_text(text: str) -> str:
    """`printable`, with the ends of lines kept."""
    return "\n".join(printable(line) for line in text.split("\n"))


def plain_line(data: bytes) -> str:
    """A line of output as text: without escape sequences, what was written over by carriage returns gone."""
    text = _ESCAPE_SEQUENCE.sub("", data.decode("utf-8", "replace")).rstrip("\r")
    return printable(text.rpartition("\r")[2].replace("\a", "").expandtabs(8))


def fitted(text: str, width: int, *, right: bool = False) -> str:
    """`text` in exactly `width` columns, with an ellipsis where it is cut."""
    if width <= 0:
        return ""
    if cell_len(text) > width:
        return set_cell_size(text, width - 1).rstrip() + "…" if width > 1 else "…"
    padding = " " * (width - cell_len(text))
    return padding + text if right else text + padding


def padded(text: str, width: int) -> str:
    """`text` with blanks up to `width` columns; a longer one as it is."""
    return text + " " * max(0, width - cell_len(text))


def counted_containers(count: int) -> str:
    """`1 container`, `2 containers`."""
    return ngettext("{count} container", "{count} containers", count).format(count=count)


def span(seconds: float) -> str:
    """`45s`, `12m`, `3h04m`, `5d02h`: never more than six columns."""
    whole = max(0, int(seconds))
    if whole < 60:
        return f"{whole}s"
    minutes, hours, days = whole // 60, whole // 3600, whole // 86400
    if hours < 1:
        return f"{minutes}m{whole % 60:02d}s"
    if days < 1:
        return f"{hours}h{minutes % 60:02d}m"
    return f"{days}d{hours % 24:02d}h"


def moment(seconds: float) -> str:
    """Date and time of day here."""
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(seconds))


def ago(seconds: float) -> str:
    """How long a moment is past."""
    return _("{time} ago").format(time=span(time.time() - seconds))


def size(number: float) -> str:
    """Bytes in binary units: `12.3M`."""
    return humanize.naturalsize(number, gnu=True, format="%.1f") if number else "0"


def infra_name(name: str, pod_id: str, pod_name: str) -> str:
    """The name of an infra container by its pod's name, where nobody gave it another than that of podman's scheme."""
    return f"{pod_name}-infra" if pod_name and name == f"{pod_id[:12]}-infra" else name


def shown_name(picture: ContainerSnapshot) -> str:
    """What people call a container: the infra container of a pod goes by the pod's name."""
    return infra_name(picture.name, picture.pod, picture.pod_name) if picture.is_infra else picture.name


def shown_image(picture: ContainerSnapshot) -> str:
    """What a container is made of; an infra container has a folder of ours for a root."""
    return _(INFRA_IMAGE) if picture.is_infra and not picture.image_id else picture.image


def is_unhealthy(picture: ContainerSnapshot) -> bool:
    """Whether it runs, and its health check says that it does not work."""
    return (
        picture.status is Status.RUNNING
        and picture.health is not None
        and picture.health.status is HealthStatus.UNHEALTHY
    )


def duration_column(picture: ContainerSnapshot) -> str:
    """Up-time of what runs, exit code and time since then of what ended."""
    if picture.status in (Status.RUNNING, Status.PAUSED):
        return _("up {time}").format(time=span(time.time() - picture.started_at))
    if picture.status is Status.EXITED:
        code = "?" if picture.exit_code is None or picture.exit_code < 0 else str(picture.exit_code)
        return f"({code}) {span(time.time() - picture.finished_at)}"
    return "–"
