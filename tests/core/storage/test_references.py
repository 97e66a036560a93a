"""The names of images."""

from __future__ import annotations

import pytest

from core.model.image import Image
from core.storage.references import asked_name

ID = "ab" * 32
IMAGE = Image(id=ID, names=("localhost/demo:1", "quay.io/some/demo:latest"), size=1)


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        ("demo:1", "localhost/demo:1"),
        ("quay.io/some/demo", "quay.io/some/demo:latest"),
        ("nick", "quay.io/some/demo:latest"),
        ("other", ""),
    ],
)
def test_the_whole_name_that_was_meant(asked: str, name: str) -> None:
    aliases = {"nick": ["one.example/nick:latest", "quay.io/some/demo:latest"]}
    assert asked_name(IMAGE, asked, lambda short: aliases.get(short, [])) == name


def test_by_its_id_it_has_no_name_and_no_alias_is_looked_for() -> None:
    def fail(name: str) -> list[str]:
        raise AssertionError(name)

    assert asked_name(IMAGE, ID[:12], fail) == asked_name(IMAGE, f"sha256:{ID}", fail) == ""
