"""Loading the modules of a command without those that they name and do not need: a quarter of a command's time."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import ModuleType
else:
    ModuleType = type(sys)

_LAZY = ("fnmatch", "ipaddress", "locale", "ntpath", "re", "shlex")
"""What stays to be loaded by its first use: what a command loads later names them, too."""


class LeanImports:
    """While modules are loaded, puts others in the place of libraries that are hardly ever used.

    With typing_extensions msgspec would load `inspect` and all that belongs to it; its own `inspect` and JSON schemas
    are for programs that describe their types, and nothing here has fields that are a UUID or a decimal number.
    uuid asks `platform` for the name of the system alone; pathlib and subprocess need no addresses, no locale, no
    patterns and no paths of Windows before there is a URL or a text. typing and msgspec take from `re` what they do not
    use. What datetime adds to its part in C is nothing.
    """

    def __enter__(self) -> None:
        self._put = {name: module for name, module in self.wanted().items() if name not in sys.modules}
        sys.modules.update(self._put)  # type: ignore[arg-type]

    def wanted(self) -> Mapping[str, ModuleType | None]:
        """What is put in the place of each; None is how the import system is told that there is no such module."""
        given: dict[str, dict[str, object]] = {
            "msgspec._json_schema": {"schema": None, "schema_components": None},
            "platform": {"system": lambda: os.uname().sysname},
            "decimal": {"Decimal": type("Decimal", (), {})},
            "uuid": {"UUID": type("UUID", (), {}), "SafeUUID": type("SafeUUID", (), {"unknown": None})},
            "urllib.parse": {"quote_from_bytes": _later("urllib.parse", "quote_from_bytes")},
            "re": {
                "Pattern": type("Pattern", (), {}),
                "Match": type("Match", (), {}),
                "compile": _later("re", "compile"),
            },
        }
        others = ("msgspec.inspect", "msgspec.msgpack", "msgspec.toml", "msgspec.yaml", *_LAZY)
        stand_ins = [StandIn(name, **given.get(name, {})) for name in {**given, **dict.fromkeys(others)}]
        wanted: dict[str, ModuleType | None] = {"typing_extensions": None, "datetime": __import__("_datetime")}
        return wanted | {one.stands_for: one for one in stand_ins}

    def __exit__(self, *error: object) -> None:
        for name, module in self._put.items():
            if sys.modules.get(name) is not module:
                continue
            if name in _LAZY and isinstance(module, StandIn):
                module.forget_given()
            else:
                del sys.modules[name]


def _later(module: str, name: str) -> Callable[..., object]:
    """A function of a module that is loaded when it is called."""

    def call(*arguments: object, **named: object) -> object:
        function: Callable[..., object] = getattr(_loaded(module), name)
        return function(*arguments, **named)

    return call


def _loaded(module: str) -> object:
    if isinstance(sys.modules.get(module), StandIn):
        del sys.modules[module]
    return __import__(module, fromlist=["itself"])


class StandIn(ModuleType):
    """A module in the place of another, which is loaded once something is asked of it that is not given here."""

    def __init__(self, name: str, **given: object) -> None:
        super().__init__(name)
        self.stands_for = name
        self._given = tuple(given)
        self.__dict__.update(given)

    def forget_given(self) -> None:
        """Have only the module itself to give from now on."""
        for name in self._given:
            del self.__dict__[name]

    def __getattr__(self, name: str) -> object:
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(_loaded(self.stands_for), name)
