"""How tests call the command on other engines' containers, and what they hear of them."""

from __future__ import annotations

import json
import subprocess
import sys

from core.engine import Engine
from core.events import EventKind, Subscription
from core.model.foreign import ForeignContainer
from core.model.state import Status
from tests.foreign_engines import Peers
from tests.worksite import Worksite, environment, eventually


class ForeignCommand:
    """The real command, which finds the others by itself."""

    def __init__(self, site: Worksite, peers: Peers) -> None:
        self._argv = [
            *(sys.executable, "-m", "tui", *site.global_options, "--foreign-root", str(peers.runc.runtime_root))
        ]

    def __call__(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*self._argv, *arguments], capture_output=True, text=True, timeout=60, check=False, stdin=-3,
            env=environment({"WHARF_DISCOVER_FOREIGN": "true"}),
        )  # fmt: skip


def told_by_runtime(picture: ForeignContainer) -> str:
    argv = [picture.runtime, "--root", picture.runtime_root, "state", picture.id]
    answer = subprocess.run(argv, capture_output=True, check=True, timeout=60).stdout
    return str(json.loads(answer)["status"])


def wait_until_told(subscription: Subscription, engine: Engine, name: str, status: Status | None) -> None:
    """Wait for notices until the list shows `status`; None for gone. Without a notice it is not looked at."""
    for _ in eventually(pause=0):
        event = subscription.get(1.0)
        if event is None or event.kind is not EventKind.FOREIGN:
            continue
        if next((p.status for p in engine.foreign.containers() if p.name == name), None) is status:
            return
