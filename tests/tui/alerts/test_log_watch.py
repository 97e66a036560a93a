from __future__ import annotations

import os
from pathlib import Path

from tests.worksite import eventually
from tui.alerts.log_watch import LogWatch, WatchedLog
from tui.alerts.rules import AlertRules, Raised
from tui.configuration.schema import Alert

HEAD = b"2026-11-24T10:00:00.000000000+00:00 stdout F "


def append(path: Path, text: bytes) -> None:
    with path.open("ab") as file:
        file.write(HEAD + text + b"\n")


def test_new_lines_are_judged_and_old_ones_are_not(tmp_path: Path) -> None:
    log, other = tmp_path / "log", tmp_path / "other"
    append(log, b"an ERROR of old")
    raised: list[Raised] = []
    watch = LogWatch(AlertRules([Alert(when="log", container="web", pattern="ERROR")]), raised.append)
    watch.start()
    watch.watch((WatchedLog("c1", "web", {}, log), WatchedLog("c2", "db", {}, other)))
    for _ in eventually():
        append(log, b"a new \x1b[31mERROR\x1b[0m")
        if raised:
            break
    assert {(each.name, each.text) for each in raised} == {("web", "printed: a new ERROR")}
    append(other, b"ERROR of nobody's interest")
    (tmp_path / "next").write_bytes(HEAD + b"ERROR after a rotation\n")
    os.replace(tmp_path / "next", log)
    for _ in eventually():
        if raised[-1].text == "printed: ERROR after a rotation":
            break
    assert {each.name for each in raised} == {"web"}
    watch.close()
