from __future__ import annotations

import subprocess
import sys

FUZZ_PATIENCE = 120.0


def test_hostile_bytes_leave_the_screen_whole() -> None:
    """In a process of its own: a crash of native code is a failed test, not the end of the tests."""
    finished = subprocess.run(
        [sys.executable, "-m", "tests.tui.terminal.fuzz_emulator"],
        capture_output=True,
        timeout=FUZZ_PATIENCE,
        stdin=subprocess.DEVNULL,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr.decode()[-4000:]
