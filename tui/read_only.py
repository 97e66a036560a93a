"""Which actions only look. In read-only mode nothing else can be done: an action that is new is not among them."""

from __future__ import annotations

from typing import Final

from core.errors import EngineError
from tui.languages import _

LOOKING: Final = frozenset(
    {
        *(
            "page",
            "await_end",
            "system_info",
            "sort_by",
            "faults",
            "next_columns",
            "larger_list",
            "smaller_list",
            "mouse",
        ),
        *("filter", "sort_next", "sort_reverse", "columns", "mark", "mark_range", "mark_down", "mark_up", "mark_all"),
        *("clear_marks", "resync", "open", "tab_before", "tab_after", "detail_down", "detail_up", "menu", "palette"),
        *(
            "help",
            "back",
            "quit",
            "view_after",
            "view_before",
            "read_only",
            "own_cost",
            "running_only",
            "cpu_scale",
            "watch",
            "logs",
            "inspect",
        ),
        *("stats", "events", "diff", "files", "export", "go_to", "enter", "close", "copy", "ports", "save"),
        *("disk_usage", "manifest", "read_configuration", "theme", "save_script"),
        *("save_workspace", "open_workspace", "remove_workspace"),
    }
)
"""Their names in the key map; those that show a view are looking, too."""

OWN_LOOKING: Final = "looking_own_"
"""Begins the names of the operator's own commands that are not dangerous."""


def only_looks(action: str) -> bool:
    """Whether an action changes nothing of a container, image, volume, network or pod."""
    return action in LOOKING or action.startswith(("show_", OWN_LOOKING))


def refusal() -> EngineError:
    """What is said of whatever would change something."""
    return EngineError(_("nothing is changed in read-only mode"), hint=_("the read-only key (L) lifts it"))
