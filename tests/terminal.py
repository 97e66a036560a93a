"""A real terminal for end-to-end tests: a program in tmux on a private socket, typed into and looked at."""

from __future__ import annotations

import contextlib
import shlex
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.worksite import environment

PATIENCE = 60.0
"""Seconds that a text may take to appear."""


class Terminal:
    """A pane of tmux with one program in it. After its end the pane shows `[ended N]` with its exit code."""

    def __init__(self, folder: Path, argv: Sequence[str], *, columns: int = 130, rows: int = 36) -> None:
        self._socket = str(folder / "tmux")
        configuration = folder / "tmux.conf"
        configuration.write_text(
            "set -s escape-time 0\nset -g remain-on-exit on\nset -g status off\nset -g default-terminal tmux-256color\n"
        )
        # Written at once: what somebody still types is echoed before or behind it.
        told = """printf '\\n%s[ended %s]\\n' "$(stty -a | grep -o '.echo ')" "$code\""""
        script = f"{shlex.join(argv)}; code=$?; {told}; exec sleep 1000"
        size = ["-x", str(columns), "-y", str(rows)]
        self._tmux("-f", str(configuration), "new-session", "-d", *size, "sh", "-c", script)

    def type(self, text: str) -> None:
        """Type characters as they are."""
        self._tmux("send-keys", "-l", "--", text)

    def press(self, *keys: str) -> None:
        """Press keys by tmux's names, such as Enter, Escape, C-k, Down."""
        self._tmux("send-keys", *keys)

    def resize(self, columns: int, rows: int) -> None:
        self._tmux("resize-window", "-x", str(columns), "-y", str(rows))

    def screen(self) -> str:
        """What is shown, without colours."""
        return self._tmux("capture-pane", "-p")

    def line_with(self, text: str) -> str:
        """The first line that has `text`; empty where none has."""
        return next((line for line in self.screen().splitlines() if text in line), "")

    def wait_for(self, *texts: str, without: Sequence[str] = (), patience: float = PATIENCE) -> str:
        """Wait until the screen has all the texts, and none of those in `without`; the screen then."""
        deadline = time.monotonic() + patience
        while True:
            shown = self.screen()
            if all(text in shown for text in texts) and not any(text in shown for text in without):
                return shown
            if time.monotonic() > deadline:
                raise AssertionError(f"{texts!r} without {list(without)!r} did not come; the screen was:\n{shown}")
            time.sleep(0.03)

    def wait_for_line(self, *texts: str, patience: float = PATIENCE) -> str:
        """Wait until one line has all the texts; that line."""
        deadline = time.monotonic() + patience
        while True:
            shown = self.screen()
            for line in shown.splitlines():
                if all(text in line for text in texts):
                    return line
            if time.monotonic() > deadline:
                raise AssertionError(f"no line with {texts!r} came; the screen was:\n{shown}")
            time.sleep(0.03)

    def wait_for_end(self, exit_code: int, patience: float = PATIENCE) -> None:
        """Wait for the end of the program, with this exit code and a terminal that echoes again."""
        shown = self.wait_for("[ended ", patience=patience)
        assert f"[ended {exit_code}]" in shown, shown
        self.assert_terminal_is_restored()

    def assert_terminal_is_restored(self) -> None:
        """After the end: the terminal echoes, and the cursor is not on the alternate screen."""
        shown = self.wait_for("[ended ")
        assert " echo [ended " in shown, f"the terminal was left raw:\n{shown}"
        assert self._tmux("display-message", "-p", "#{alternate_on}").strip() == "0"

    def close(self) -> None:
        with contextlib.suppress(subprocess.CalledProcessError):
            self._tmux("kill-server")

    def _tmux(self, *arguments: str) -> str:
        argv = ["tmux", "-S", self._socket, *arguments]
        finished = subprocess.run(argv, check=True, capture_output=True, text=True, timeout=60, env=environment())
        return finished.stdout

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
