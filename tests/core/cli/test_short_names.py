"""The choice of a registry for a name without one, on a terminal."""

from __future__ import annotations

import io
import sys

import pytest

from core.model.image import ImageNames
from tests.core.cli.conftest import Call
from tests.core.cli.fake_engine import FakeEngine

NAMES = ("one.example/ship:latest", "docker.io/library/ship:latest")


class Typed(io.StringIO):
    """What somebody types on a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def several(fake: FakeEngine) -> FakeEngine:
    """Where `ship` may be of two registries."""
    fake.images.meanings["ship"] = ImageNames(names=NAMES, registries_file="/r.conf", may_choose=True)
    return fake


def on_a_terminal(monkeypatch: pytest.MonkeyPatch, typed: str) -> None:
    monkeypatch.setattr(sys, "stdin", Typed(typed))
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)


@pytest.mark.parametrize(("typed", "chosen"), [("2\n", 1), ("\n", 0), ("3\nx\n1\n", 0)])
def test_the_choice_is_pulled_and_kept(
    several: FakeEngine, call: Call, monkeypatch: pytest.MonkeyPatch, typed: str, chosen: int
) -> None:
    on_a_terminal(monkeypatch, typed)
    ended = call("pull", "-q", "ship")
    assert ended.code == 0, ended.err
    assert "  2  docker.io/library/ship:latest" in ended.err
    assert several.images.pulled == [NAMES[chosen]]
    assert several.images.kept == [("ship", NAMES[chosen])]


def test_nothing_is_pulled_without_a_choice(several: FakeEngine, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    on_a_terminal(monkeypatch, "")
    ended = call("create", "ship")
    assert (ended.code, several.images.pulled, several.images.kept) == (125, [], [])
    assert "no image was selected" in ended.err


def test_nobody_is_asked_where_nobody_is(several: FakeEngine, call: Call) -> None:
    ended = call("pull", "ship")
    assert ended.err == 'Resolving "ship" using unqualified-search registries (/r.conf)\nTrying to pull ship...\n'
    assert (several.images.pulled, several.images.kept) == (["ship"], [])


def test_an_alias_is_told(fake: FakeEngine, call: Call) -> None:
    fake.images.meanings["nick"] = ImageNames(names=("one.example/nick:latest",), alias_file="/a.conf")
    told = 'Resolved "nick" as an alias (/a.conf)\nTrying to pull one.example/nick:latest...\n'
    assert call("pull", "nick").err == told
