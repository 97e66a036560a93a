"""What several of these modules work on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ordinary_user import User, ordinary_user


@pytest.fixture(scope="module")
def user(demo_archive: Path) -> Iterator[User]:
    """A real other user of this machine."""
    with ordinary_user(demo_archive) as made:
        yield made
