"""Where the log of another engine's container is, and the forms that are not conmon's."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Final, NamedTuple

from core.console.json_log import read_json_line
from core.console.log import LogLine
from core.foreign.identity import Identity
from core.foreign.monitors import ConmonCall
from core.model.foreign import Keeper, LogFormat

_POD_LOGS: Final = Path("/var/log/pods")


class LogPlace(NamedTuple):
    """`path` is empty where no file can be read; `hint` says then where the log is."""

    path: str
    form: LogFormat = LogFormat.CRI
    hint: str = ""


def log_place(
    container_id: str, identity: Identity, conmon: ConmonCall | None, annotations: Mapping[str, str]
) -> LogPlace:
    """Where a container's log is."""
    if conmon is not None:
        if conmon.log_driver == "k8s-file":
            return LogPlace(conmon.log_path)
        if conmon.log_driver == "journald":
            return LogPlace("", hint=f"it is in the journal: journalctl CONTAINER_ID_FULL={container_id}")
        return LogPlace("", hint=f"{identity.keeper} keeps no log of it")
    if identity.keeper is Keeper.DOCKER:
        if identity.log_path:
            return LogPlace(identity.log_path, LogFormat.JSON)
        return LogPlace("", hint=f"see docker logs {identity.name}")
    if identity.keeper is Keeper.CONTAINERD and (path := _pod_log(annotations)):
        return LogPlace(path)
    return LogPlace("", hint=f"{identity.keeper} gives its output to whoever started it")


def parse_json_line(line: bytes) -> LogLine | None:
    """One line of Docker's json-file log; None where it is none."""
    entry = read_json_line(line)
    try:
        written = datetime.fromisoformat(entry.time).timestamp() if entry is not None else 0.0
    except (ValueError, OverflowError):
        return None
    return None if entry is None else LogLine(written, entry.stream, entry.data, partial=entry.partial)


def _pod_log(annotations: Mapping[str, str]) -> str:
    """The newest log of a container of Kubernetes, as the kubelet has it written: NAMESPACE_POD_UID/CONTAINER/N.log."""
    names = [
        annotations.get(f"io.kubernetes.cri.{name}", "")
        for name in ("sandbox-namespace", "sandbox-name", "sandbox-uid", "container-name")
    ]
    if not all(names) or any("/" in name or name.startswith(".") for name in names):
        return ""
    *pod, container = names
    logs = [path for path in (_POD_LOGS / "_".join(pod) / container).glob("*.log") if path.stem.isdigit()]
    return str(max(logs, key=lambda path: int(path.stem))) if logs else ""
