"""What a screen begins with, beside its keys and its configuration."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tui.workspaces.folder import WorkspaceFolder


@dataclass(frozen=True, slots=True)
class Opening:
    """`workspaces`: where they are kept; None to keep none. `workspace`: the one that was asked for, or empty.

    `configuration_file`: read again whenever it changes; None for what has no file.
    `is_first`: somebody opens the screen for the very first time, and is told the keys to begin with.

    `select`: the name or id of the container that has the cursor at first; empty for none in particular.
    """

    workspaces: WorkspaceFolder | None = None
    workspace: str = ""
    is_first: bool = False
    configuration_file: Path | None = None
    select: str = ""
