"""The commands' modules in one file: never another code than that of the sources."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

from core.cli.code_cache import CodeCache

Load = Callable[[], tuple[ModuleType, CodeCache]]


def write(source: Path, text: str, time: int) -> None:
    source.write_text(text)
    os.utime(source, ns=(time, time))


@pytest.fixture
def package(tmp_path: Path) -> Path:
    folder = tmp_path / "boxed"
    (folder / "inner").mkdir(parents=True)
    for place in (folder, folder / "inner"):
        write(place / "__init__.py", "", 1)
    write(folder / "inner" / "deep.py", "def where():\n    return __file__, VALUE\n\nVALUE = 1\n", 1)
    return folder


@pytest.fixture
def load(package: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Load]:
    """Loads `boxed.inner.deep` as a new process would, and keeps what it loaded."""
    monkeypatch.syspath_prepend(str(package.parent))
    monkeypatch.setattr(sys, "dont_write_bytecode", False)

    def forget() -> None:
        for name in [name for name in sys.modules if name.partition(".")[0] == "boxed"]:
            del sys.modules[name]

    def load() -> tuple[ModuleType, CodeCache]:
        forget()
        importlib.invalidate_caches()
        cache = CodeCache(str(package.parent), "boxed")
        monkeypatch.setattr(sys, "meta_path", [cache, *(one for one in sys.meta_path if type(one) is not CodeCache)])
        module = importlib.import_module("boxed.inner.deep")
        cache.keep(libraries=False)
        return module, cache

    yield load
    forget()


def file_of(package: Path) -> Path:
    return package / "__pycache__" / f"commands.{sys.implementation.cache_tag}.modules"


def is_from_cache(module: ModuleType) -> bool:
    return "code_cache" in type(module.__loader__).__module__


def test_the_first_writes_it_and_the_next_reads_it(load: Load, package: Path) -> None:
    first, _ = load()
    assert not is_from_cache(first)
    second, _ = load()
    assert is_from_cache(second)
    assert is_from_cache(sys.modules["boxed.inner"])
    assert second.where() == first.where() == (str(package / "inner" / "deep.py"), 1)
    assert list(sys.modules["boxed.inner"].__path__) == [str(package / "inner")]
    assert importlib.import_module("inspect").getsource(second.where).startswith("def where")


def test_nothing_is_written_where_nothing_was_lacking(load: Load, package: Path) -> None:
    load()
    before = file_of(package).stat().st_ino
    load()
    assert file_of(package).stat().st_ino == before
    assert [path.name for path in file_of(package).parent.iterdir() if "modules" in path.name] == [
        file_of(package).name
    ]


@pytest.mark.parametrize(("text", "time"), [("VALUE = 22\n", 1), ("VALUE = 2\n", 2)])
def test_a_source_that_has_changed_is_what_counts(load: Load, package: Path, text: str, time: int) -> None:
    load()
    write(package / "inner" / "deep.py", text, time)
    changed, _ = load()
    assert not is_from_cache(changed)
    assert f"VALUE = {changed.VALUE}\n" == text
    again, _ = load()
    assert is_from_cache(again)
    assert f"VALUE = {again.VALUE}\n" == text


@pytest.mark.parametrize("becomes", [None, "VALUE =\n", "\0"])
def test_a_source_that_is_lost_while_the_command_runs_is_not_kept(
    load: Load, package: Path, becomes: str | None
) -> None:
    source = package / "inner" / "deep.py"
    write(source, source.read_text() + "import os\nos.unlink(__file__)\n", 2)
    if becomes is not None:
        write(source, source.read_text() + f"open(__file__, 'w').write({becomes!r})\n", 2)
    module, _ = load()
    assert module.VALUE == 1
    assert b"deep" not in file_of(package).read_bytes()


def test_libraries_are_kept_for_commands_alone(load: Load, package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "colorsys", raising=False)
    source = package / "inner" / "deep.py"
    write(source, source.read_text() + "import colorsys\n", 2)
    _, cache = load()
    assert is_from_cache(load()[0])
    assert not is_from_cache(sys.modules["colorsys"])
    cache.keep(libraries=True)
    del sys.modules["colorsys"]
    load()
    assert is_from_cache(sys.modules["colorsys"])
    assert sys.modules["colorsys"].rgb_to_hls(0, 0, 0) == (0.0, 0.0, 0.0)


def test_a_module_that_is_gone_is_not_found(load: Load, package: Path) -> None:
    load()
    (package / "inner" / "deep.py").unlink()
    with pytest.raises(ModuleNotFoundError):
        load()


@pytest.mark.parametrize("damage", [b"", b"\x00" * 7, b"\xff" * 64, b"\x00" * 8 + b"x", b"\x00" * 7 + b"\x04abcd"])
def test_a_damaged_file_is_passed_over_and_written_anew(load: Load, package: Path, damage: bytes) -> None:
    load()
    file_of(package).write_bytes(damage)
    module, _ = load()
    assert (is_from_cache(module), module.VALUE) == (False, 1)
    assert is_from_cache(load()[0])


def test_that_of_another_python_is_passed_over(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    load()
    monkeypatch.setattr("core.cli.code_cache._MADE_BY", ("another", 0))
    assert not is_from_cache(load()[0])


def test_nothing_is_written_where_python_is_not_to_write(
    load: Load, package: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    load()
    assert not file_of(package).exists()


def test_a_folder_that_can_not_be_written_is_no_error(load: Load, package: Path) -> None:
    (package / "__pycache__").write_text("in the way")
    assert load()[0].VALUE == 1


def test_its_descriptor_leaves_the_low_ones_to_the_caller(load: Load) -> None:
    load()
    lowest = os.dup(0)
    os.close(lowest)
    load()
    again = os.dup(0)
    os.close(again)
    assert again == lowest
