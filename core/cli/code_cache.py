"""The compiled modules of the commands in one file: to find and to check each by itself takes longer than to run it.

The file lies beside the code that Python itself keeps (PEP 3147) and is trusted as much: the code of a module counts
while its source has the size and the time that it had when it was compiled. A command that had to load a module in the
usual way writes the file anew at its end. Modules of Python's own library and of msgspec are kept as well, those of the
screen's libraries are not: they are more than all others, and no command needs one.
"""

from __future__ import annotations

import marshal
import os
import sys
from fcntl import F_DUPFD_CLOEXEC, fcntl

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from importlib.machinery import ModuleSpec, SourceFileLoader
    from types import CodeType, ModuleType

    Stamp = tuple[int, int]
    """When a source was changed, in nanoseconds, and its bytes."""
    Entry = tuple[str, Stamp, bool, int, int]
    """Of what source it is the code, whether that is a package's, and where the code is: first byte, bytes."""
    Kept = tuple[str, Stamp, bool, bytes]
    """The same with the code itself."""
else:
    # Of this very module: what else is imported here could not come from the file yet.
    ModuleSpec, SourceFileLoader = type(__spec__), type(__spec__.loader)

_ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
_LIBRARIES = sys.stdlib_module_names | {"msgspec"}
_FORM = "source, stamp, is_package, offset, size"
"""Of what an entry of the index consists: a file with others is of no use."""
_MADE_BY = (sys.version, sys.flags.optimize, _FORM)
_HEADER = 8
"""Bytes that tell the length of the index behind them."""
_OUT_OF_THE_WAY = 200
"""The least descriptor for the file: those from 3 on may be the caller's, to be handed on to a container."""


class CodeCache:
    """A finder for `sys.meta_path`, of the modules of one package and of the libraries that its commands load.

    `root`: the folder that the package is in.
    """

    def __init__(self, root: str = _ROOT, package: str = "core") -> None:
        self._prefix = f"{package}."
        self._file = os.path.join(root, package, "__pycache__", f"commands.{sys.implementation.cache_tag}.modules")
        self._descriptor, self._begin, self._index = _opened(self._file)
        self._loaded_before = frozenset(sys.modules)

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """A module that is kept; None where the usual finders have to look."""
        if name not in self._index:
            return None
        source, stamp, is_package, offset, size = self._index[name]
        if _stamp(source) != stamp:
            return None
        code = os.pread(self._descriptor, size, self._begin + offset)
        spec = ModuleSpec(name, _Loader(name, source, code), origin=source, is_package=is_package)
        spec.has_location = True
        if is_package:
            spec.submodule_search_locations = [os.path.dirname(source)]
        return spec

    def keep(self, *, libraries: bool) -> None:
        """Write the file anew where a loaded module is not in it; those of `libraries` only where that is said.

        Nothing where it can not be written.
        """
        if sys.dont_write_bytecode or not (loaded := self._loaded(libraries=libraries)):
            return
        index: dict[str, Entry] = {}
        parts, offset = [], 0
        for name, (source, stamp, is_package, code) in (self._kept() | loaded).items():
            index[name] = (source, stamp, is_package, offset, len(code))
            parts.append(code)
            offset += len(code)
        head = marshal.dumps((_MADE_BY, index))
        temporary = f"{self._file}.{os.getpid()}"
        try:
            with open(temporary, "xb") as file:
                file.write(len(head).to_bytes(_HEADER, "big") + head + b"".join(parts))
            os.replace(temporary, self._file)
        except OSError:
            # A read-only installation, or a full disk: then commands start as Python starts them.
            from contextlib import suppress

            with suppress(OSError):
                os.unlink(temporary)

    def _kept(self) -> dict[str, Kept]:
        return {
            name: (source, stamp, is_package, os.pread(self._descriptor, size, self._begin + offset))
            for name, (source, stamp, is_package, offset, size) in self._index.items()
        }

    def _loaded(self, *, libraries: bool) -> dict[str, Kept]:
        """What was loaded in the usual way, from a source."""
        found = {}
        for name, module in list(sys.modules.items()):
            if name in self._loaded_before or not self._is_wanted(name, libraries=libraries):
                continue
            spec = getattr(module, "__spec__", None)
            if spec is None or type(spec.loader) is not SourceFileLoader or not spec.origin:
                continue
            stamp = _stamp(spec.origin)
            try:
                code = spec.loader.get_code(spec.name)
            except (ImportError, OSError, SyntaxError, ValueError):
                # Its source was taken away since, or changed to what is none.
                continue
            if stamp is not None and code is not None:
                is_package = spec.submodule_search_locations is not None
                found[spec.name] = (spec.origin, stamp, is_package, marshal.dumps(code))
        return found

    def _is_wanted(self, name: str, *, libraries: bool) -> bool:
        return name.startswith(self._prefix) or (libraries and name.partition(".")[0] in _LIBRARIES)


class _Loader(SourceFileLoader):
    """Loads a module from code that is there."""

    def __init__(self, name: str, path: str, code: bytes) -> None:
        super().__init__(name, path)
        self._code = code

    def get_code(self, fullname: str) -> CodeType | None:
        code: CodeType = marshal.loads(self._code)
        return code


def _opened(file: str) -> tuple[int, int, dict[str, Entry]]:
    """Its descriptor, where the code begins in it, and its index, which is empty for a file of no use."""
    try:
        given = os.open(file, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return -1, 0, {}
    try:
        size = int.from_bytes(os.pread(given, _HEADER, 0), "big")
        made_by, index = marshal.loads(os.pread(given, size, _HEADER))
        if made_by == _MADE_BY:
            return fcntl(given, F_DUPFD_CLOEXEC, _OUT_OF_THE_WAY), _HEADER + size, index
    except (OSError, OverflowError, ValueError, EOFError, TypeError, MemoryError):
        # Damaged, or of another make.
        pass
    finally:
        os.close(given)
    return -1, 0, {}


def _stamp(path: str) -> Stamp | None:
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size
