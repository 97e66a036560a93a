"""Loading Textual without what it names and the screen does not need: a tenth of the time to the first list."""

from __future__ import annotations

import os
import typing
from collections.abc import Mapping
from types import ModuleType
from typing import Final

from core.cli.lean_imports import LeanImports, StandIn

_PALETTE: Final = ("CommandListItem", "CommandPalette", "Provider", "SimpleProvider", "DiscoveryHit", "Hit", "Hits")


class ScreenImports(LeanImports):
    """As for a command, with what Textual names in the place of what a command does.

    asyncio does without TLS, which the screen does not speak. What Textual takes of typing_extensions is in `typing`.
    The palette is one of our own, and the tree of folders is a widget that nothing here shows.
    """

    def wanted(self) -> Mapping[str, ModuleType | None]:
        names = {name: value for name, value in vars(typing).items() if not name.startswith("__")}
        stand_ins = (
            StandIn("textual.widgets._directory_tree", DirEntry=None),
            StandIn("textual.command", **dict.fromkeys(_PALETTE, object)),
            StandIn("typing_extensions", **names),
            StandIn("msgspec._json_schema", schema=None, schema_components=None),
            StandIn("platform", system=lambda: os.uname().sysname),
            *(StandIn(name) for name in ("msgspec.inspect", "ipaddress", "locale")),
        )
        return {"ssl": None, **{one.stands_for: one for one in stand_ins}}
