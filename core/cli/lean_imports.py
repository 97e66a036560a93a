"""Loading the modules of a command without those that they name and do not need: a quarter of a command's time."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
else:
    ModuleType = type(sys)


class LeanImports:
    """While modules are loaded, puts others in the place of libraries that are hardly ever used.

    With typing_extensions msgspec would load `inspect` and all that belongs to it; its own `inspect` and JSON schemas
    are for programs that describe their types. uuid asks `platform` for the name of the system alone; pathlib and
    subprocess need no addresses and no locale before there is a URL or a text.
    """

    def __enter__(self) -> None:
        schemas = _StandIn("msgspec._json_schema", schema=None, schema_components=None)
        system = _StandIn("platform", system=lambda: os.uname().sysname)
        others = [_StandIn(name) for name in ("msgspec.inspect", "ipaddress", "locale")]
        # None is how the import system is told that there is no such module.
        wanted = {"typing_extensions": None} | {one.stands_for: one for one in (schemas, system, *others)}
        self._put = {name: module for name, module in wanted.items() if name not in sys.modules}
        sys.modules.update(self._put)  # type: ignore[arg-type]

    def __exit__(self, *error: object) -> None:
        for name, module in self._put.items():
            if sys.modules.get(name) is module:
                del sys.modules[name]


class _StandIn(ModuleType):
    """A module in the place of another, which is loaded once something is asked of it that is not given here."""

    def __init__(self, name: str, **given: object) -> None:
        super().__init__(name)
        self.stands_for = name
        self.__dict__.update(given)

    def __getattr__(self, name: str) -> object:
        if name.startswith("__"):
            raise AttributeError(name)
        if sys.modules.get(self.stands_for) is self:
            del sys.modules[self.stands_for]
        return getattr(__import__(self.stands_for, fromlist=[name]), name)
