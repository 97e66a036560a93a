"""What CRI-O keeps of a container beside its layers."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import msgspec

from core.foreign.state_files import moment
from core.host.files import read_regular_file


class Ending(NamedTuple):
    """`exit_code`: None where it is not known. `finished_at`: Unix seconds, 0.0 where it is not known."""

    exit_code: int | None = None
    finished_at: float = 0.0


class _State(msgspec.Struct, rename="camel"):
    finished: str = ""
    exit_code: int | None = None


_states = msgspec.json.Decoder(_State)


def crio_ending(bundle: str) -> Ending:
    """How the container with this bundle ended, by the state that CRI-O wrote there (internal/oci/container.go)."""
    try:
        state = _states.decode(read_regular_file(Path(bundle) / "state.json") or b"{}")
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        return Ending()
    return Ending(state.exit_code, moment(state.finished))


def crio_labels(annotations: Mapping[str, str]) -> dict[str, str]:
    """The labels among the annotations of a runtime spec."""
    try:
        return msgspec.json.decode(annotations.get("io.kubernetes.cri-o.Labels", "{}"), type=dict[str, str])
    except (msgspec.MsgspecError, RecursionError):
        return {}
