"""What names without a registry mean, by files as podman has them."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import InvalidArgument
from core.settings import Settings
from core.storage import registries_files
from core.storage.registries_files import registries_file
from core.storage.short_names import full_names, further_names, keep_choice, meant_names

TWO = 'unqualified-search-registries = ["one.example", "docker.io"]\n'


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """With two registries to be searched and an alias."""
    (tmp_path / "registries.conf").write_text(f'{TWO}[aliases]\n"nick" = "two.example/team/nick"\n')
    registries, aliases = tmp_path / "registries.conf", tmp_path / "cache" / "aliases.conf"
    return Settings(registries=str(registries), short_name_aliases=str(aliases))


def mode(settings: Settings, word: str) -> None:
    Path(settings.registries).write_text(f'{TWO}short-name-mode = "{word}"\n')


def test_a_name_may_be_of_each_registry(settings: Settings) -> None:
    found = meant_names("ship:1", settings)
    assert found.names == ("one.example/ship:1", "docker.io/library/ship:1")
    assert (found.may_choose, found.must_choose, found.registries_file) == (True, False, settings.registries)
    assert meant_names("one.example/ship", settings).names == ("one.example/ship:latest",)
    assert meant_names("dir:/ship", settings).names == ("dir:/ship",)


@pytest.mark.parametrize(("word", "may", "must"), [("enforcing", True, True), ("disabled", False, False)])
def test_the_mode_says_whether_to_ask(settings: Settings, word: str, may: bool, must: bool) -> None:
    mode(settings, word)
    found = meant_names("ship", settings)
    assert (found.may_choose, found.must_choose) == (may, must)


def test_a_mode_that_is_none(settings: Settings) -> None:
    mode(settings, "strict")
    with pytest.raises(InvalidArgument, match='invalid short-name mode "strict"'):
        full_names("ship", settings)


@pytest.mark.parametrize("tail", ["", ":2", "@sha256:" + "a" * 64, ":2@sha256:" + "a" * 64])
def test_a_choice_is_kept_and_goes_before_all(settings: Settings, tail: str) -> None:
    assert full_names("nick", settings) == ["two.example/team/nick:latest"]
    keep_choice(f"nick{tail}", f"one.example/nick{tail or ':latest'}", settings)
    keep_choice("team/ship", "docker.io/team/ship:latest", settings)
    found = meant_names(f"nick{tail}", settings)
    assert found.names == (f"one.example/nick{tail or ':latest'}",)
    assert found.alias_file == settings.short_name_aliases
    assert full_names("team/ship:3", settings) == ["docker.io/team/ship:3"]
    kept = Path(settings.short_name_aliases).read_text()
    assert kept == '[aliases]\n  "nick" = "one.example/nick"\n  "team/ship" = "docker.io/team/ship"\n'


def test_an_empty_alias_takes_one_away(settings: Settings) -> None:
    keep_choice("nick", "", settings)
    assert len(full_names("nick", settings)) == 2


def test_an_image_that_is_here_is_found_by_what_its_name_means(settings: Settings) -> None:
    assert further_names("nick:1", settings)[:2] == ["two.example/team/nick:1", "one.example/nick:1"]
    assert further_names("one.example/nick", settings) == []


def test_damaged_aliases_are_told(settings: Settings) -> None:
    keep_choice("nick", "one.example/nick", settings)
    Path(settings.short_name_aliases).write_text("[aliases\n")
    with pytest.raises(InvalidArgument, match="can not be read"):
        full_names("nick", settings)


def test_an_ordinary_user_has_registries_of_their_own(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "containers"
    (own / "registries.conf.d").mkdir(parents=True)
    (own / "registries.conf").write_text('unqualified-search-registries = ["own.example"]\n')
    (own / "registries.conf.d/nick.conf").write_text('[aliases]\n"mate" = "own.example/team/mate"\n')
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    usual = Settings(short_name_aliases=settings.short_name_aliases)
    assert registries_file(usual) == usual.registries
    monkeypatch.setattr(registries_files, "outside_user", lambda: (1000, 1000))
    assert registries_file(usual) == str(own / "registries.conf")
    assert full_names("ship", usual) == ["own.example/ship:latest"]
    assert full_names("mate:2", usual) == ["own.example/team/mate:2"]
    assert registries_file(settings) == settings.registries
    (own / "registries.conf").unlink()
    assert registries_file(usual) == usual.registries
    assert full_names("mate:2", usual) == ["own.example/team/mate:2"]
