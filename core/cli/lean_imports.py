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
    are for programs that describe their types, and nothing here has fields that are a UUID or a decimal number.
    uuid asks `platform` for the name of the system alone; pathlib and subprocess need no addresses, no locale, no
    patterns and no paths of Windows before there is a URL or a text. What datetime adds to its part in C is nothing.
    """

    def __enter__(self) -> None:
        given: dict[str, dict[str, object]] = {
            "msgspec._json_schema": {"schema": None, "schema_components": None},
            "platform": {"system": lambda: os.uname().sysname},
            "decimal": {"Decimal": type("Decimal", (), {})},
            "uuid": {"UUID": type("UUID", (), {}), "SafeUUID": type("SafeUUID", (), {"unknown": None})},
            "urllib.parse": {"quote_from_bytes": _quote_from_bytes},
        }
        unneeded = ("msgspec.inspect", "msgspec.msgpack", "msgspec.toml", "msgspec.yaml")
        others = (*unneeded, "fnmatch", "ipaddress", "locale", "ntpath")
        stand_ins = [_StandIn(name, **given.get(name, {})) for name in (*given, *others)]
        # None is how the import system is told that there is no such module.
        wanted: dict[str, ModuleType | None] = {"typing_extensions": None, "datetime": __import__("_datetime")}
        wanted |= {one.stands_for: one for one in stand_ins}
        self._put = {name: module for name, module in wanted.items() if name not in sys.modules}
        sys.modules.update(self._put)  # type: ignore[arg-type]

    def __exit__(self, *error: object) -> None:
        for name, module in self._put.items():
            if sys.modules.get(name) is module:
                del sys.modules[name]


def _quote_from_bytes(content: bytes, safe: str = "/") -> str:
    from urllib.parse import quote_from_bytes

    return quote_from_bytes(content, safe)


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
