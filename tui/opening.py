"""What a screen begins with, beside its keys and its configuration."""

from __future__ import annotations

from dataclasses import dataclass

from tui.workspaces.folder import WorkspaceFolder


@dataclass(frozen=True, slots=True)
class Opening:
    """`workspaces`: where they are kept; None to keep none. `workspace`: the one that was asked for, or empty.

    `is_first`: somebody opens the screen for the very first time, and is told the keys to begin with.
    """

    workspaces: WorkspaceFolder | None = None
    workspace: str = ""
    is_first: bool = False
