from __future__ import annotations

import pytest

from core.oci.exit_codes import exit_reason


@pytest.mark.parametrize(
    ("code", "oom", "stopped", "words"),
    [
        (0, False, False, "ended well"),
        (1, False, False, "says that it failed"),
        (127, False, False, "not found"),
        (137, True, False, "out of memory"),
        (137, False, False, "killed with SIGKILL"),
        (137, False, True, "stopped by somebody, with SIGKILL"),
        (139, False, False, "SIGSEGV: it crashed"),
        (128 + 34, False, False, "a signal"),
        (255, False, False, "says that it failed"),
        (0, False, True, "stopped by somebody"),
        (-1, False, False, "nobody saw its end"),
        (None, False, False, "not ended yet"),
    ],
)
def test_reasons(code: int | None, oom: bool, stopped: bool, words: str) -> None:
    assert words in exit_reason(code, oom_killed=oom, stopped_by_user=stopped)


def test_every_code_has_words() -> None:
    assert all(exit_reason(code, oom_killed=False, stopped_by_user=False) for code in range(-1, 256))
