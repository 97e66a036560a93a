"""The names of images."""

from __future__ import annotations

import pytest

from core.model.image import Image
from core.storage.references import shown_name

ID = "ab" * 32
IMAGE = Image(id=ID, names=("localhost/demo:1", "quay.io/some/demo:latest"), size=1)


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ("demo:1", "localhost/demo:1"),
        ("quay.io/some/demo", "quay.io/some/demo:latest"),
        (ID[:12], "localhost/demo:1"),
    ],
)
def test_a_container_calls_its_image_by_the_whole_name_that_was_meant(asked: str, shown: str) -> None:
    assert shown_name(IMAGE, asked) == shown


def test_an_image_without_a_name_is_called_as_it_was_asked_for() -> None:
    assert shown_name(Image(id=ID, names=(), size=1), ID[:12]) == ID[:12]
