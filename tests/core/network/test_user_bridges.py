"""When the namespace of an ordinary user's bridges is given up."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.host.processes import Finished
from core.network.user_bridges import UserBridges
from core.paths import EnginePaths

HEADING = b"Inter-|   Receive\n face |bytes\n"
OWN = HEADING + b"    lo: 0\n  tap0: 0\n"


@pytest.mark.parametrize(
    ("code", "output", "closed"),
    [
        pytest.param(0, OWN, True, id="none left"),
        pytest.param(0, OWN + b"podman0: 0\n", False, id="one left"),
        pytest.param(1, b"", False, id="not to be learned"),
    ],
)
def test_it_is_given_up_where_no_bridge_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, output: bytes, closed: bool
) -> None:
    bridges = UserBridges(EnginePaths(tmp_path / "root", tmp_path / "run"))
    closes: list[bool] = []
    finished = Finished(("nsenter",), code, output, b"nsenter: no")
    monkeypatch.setattr("core.network.user_bridges.run", lambda argv, **options: finished)
    monkeypatch.setattr(UserBridges, "close", lambda bridges: closes.append(True))
    bridges.close_if_unused()
    assert bool(closes) is closed
