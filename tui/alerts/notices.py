"""What a terminal is sent to show a notice on the desktop."""

from __future__ import annotations

from tui.plain_text import printable


def desktop_notice(title: str, text: str) -> str:
    """OSC 9 (iTerm2, Windows Terminal, kitty, WezTerm …) and OSC 777 (rxvt, foot, VTE): each terminal knows one."""
    title, text = (printable(part).replace(";", ",")[:200] for part in (title, text))
    return f"\x1b]9;{title}: {text}\x07\x1b]777;notify;{title};{text}\x07"
