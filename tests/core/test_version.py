"""Which versions of wharf work with one another."""

from __future__ import annotations

import pytest

from core import version
from core.cli.main import parse_global
from core.errors import VersionMismatch
from core.version import CALLER, is_compatible


@pytest.mark.parametrize(
    ("here", "other", "works"),
    [
        ("0.1.0", "0.1.0", True),
        ("0.1.0", "0.1.7", True),
        ("0.1.0", "0.2.0", False),
        ("0.1.0", "1.0.0", False),
        ("1.2.0", "1.0.3", True),
        ("1.2.0", "2.2.0", False),
        ("1.2.0", "1.4.0.dev3+g12ab", True),
        ("1.2.0", "next", False),
    ],
)
def test_versions_that_work_together(monkeypatch: pytest.MonkeyPatch, here: str, other: str, works: bool) -> None:
    monkeypatch.setattr(version, "VERSION", here)
    assert is_compatible(other) is works


def test_who_calls_from_an_incompatible_one_is_told_its_version_and_nothing_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(CALLER, "99.0.0")
    assert parse_global(["--version"]).command == "version"
    assert parse_global(["version"]).command == "version"
    with pytest.raises(VersionMismatch) as caught:
        parse_global(["stop", "web"])
    assert "99.0.0" in caught.value.message and "same version" in caught.value.hint
