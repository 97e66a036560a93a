"""What the screen itself costs: asked for by a key, measured from the system's own figures."""

from __future__ import annotations

import os
import re
import subprocess
import sys

from tests.fakes.engine import FakeEngine
from tests.tui.conftest import SIZE, main_screen, status, until, until_shown
from tui.app import WharfApp
from tui.own_cost import OwnCost
from tui.widgets.bars import StatusLine


async def test_a_key_shows_and_hides_it(app: WharfApp, fake: FakeEngine) -> None:
    fake.add("web")
    fake.add("db")

    def cost() -> str:
        return main_screen(app).query_one(StatusLine).cost

    async with app.run_test(size=SIZE) as pilot:
        await until_shown(pilot, "web")
        assert cost() == ""
        await pilot.press("o", "ctrl+o")
        await until_shown(pilot, "2 rows  0 of logs dropped", status(app))
        first = cost()
        assert re.fullmatch(r"CPU \d+\.\d %  \d+\.\dM  \d+ samples/s  2 rows  0 of logs dropped", first)
        await until(pilot, lambda: cost() != first)
        await pilot.press("ctrl+o")
        assert cost() == ""


def test_what_is_used_is_counted_with_the_keepers_beside_it() -> None:
    busy = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        cost = OwnCost()
        cost.look([busy.pid], rows=0, dropped=0)
        started = os.times().user
        while os.times().user - started < 0.3:
            pass
        cost.sampled(1_000_000)
        text = cost.look([busy.pid], rows=7, dropped=3 << 20)
    finally:
        busy.kill()
        busy.wait()
    own, keepers, samples = (
        float(found)
        for found in re.match(r"CPU ([\d.]+)\+([\d.]+) %  .*M\+.*M  (\d+) samples/s", text).groups()  # type: ignore[union-attr]
    )
    assert own > 1 and keepers > 1 and samples > 1000
    assert text.endswith("7 rows  3.0M of logs dropped")
    gone = cost.look([busy.pid], rows=0, dropped=0)
    assert "+0  " in gone
