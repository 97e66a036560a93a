"""The ids that an ordinary user's containers get, by the maps of the user's own namespace."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import HostIncomplete, InvalidArgument
from core.model.id_mappings import IdMappings, IdRange
from core.operations import kept_ids
from core.operations.kept_ids import keep_id, no_map, require_own


@pytest.fixture
def user(monkeypatch: pytest.MonkeyPatch) -> None:
    """The user 1001 with the group 1002, and two ranges of subordinate ids: 3000 in all."""
    monkeypatch.setattr(kept_ids, "outside_user", lambda: (1001, 1002))
    monkeypatch.setattr(kept_ids, "namespace_ids", lambda kind: [(0, 1), (1, 2000), (2001, 1000)])


def shown(ranges: tuple[IdRange, ...]) -> list[str]:
    return list(map(str, ranges))


@pytest.mark.usefixtures("user")
@pytest.mark.parametrize(
    ("text", "users", "groups", "account"),
    [
        ("", ["0:1:1001", "1001:0:1", "1002:1002:1999"], ["0:1:1002", "1002:0:1", "1003:1003:1998"], 1001),
        ("uid=0", ["0:0:1", "1:1:3000"], ["0:1:1002", "1002:0:1", "1003:1003:1998"], None),
        ("gid=3000,uid=9", ["0:1:9", "9:0:1", "10:10:2991"], ["0:1:3000", "3000:0:1"], None),
        ("uid=70000,gid=5", ["0:1:3000", "70000:0:1"], ["0:1:5", "5:0:1", "6:6:2995"], None),
    ],
)
def test_the_user_is_among_the_subordinate_ids(
    text: str, users: list[str], groups: list[str], account: int | None
) -> None:
    kept = keep_id(text)
    assert shown(kept.mappings.users) == users and shown(kept.mappings.groups) == groups
    assert kept.mappings.outside(kept.user, kept.group) == (0, 0)
    assert kept.account == account


@pytest.mark.usefixtures("user")
def test_ids_of_others_are_refused() -> None:
    require_own(no_map())
    assert shown(no_map().users) == ["0:1:3000"]
    with pytest.raises(InvalidArgument, match="0:1:3001 is not among the ids of this user: they are 0 to 3000"):
        require_own(IdMappings(users=(IdRange(0, 1, 3001),), groups=(IdRange(0, 1, 1),)))
    for wrong, words in (("foo=1", 'unknown option specified: "foo"'), ("uid=-1", "is not a number: '-1'")):
        with pytest.raises(InvalidArgument, match=words):
            keep_id(wrong)


def test_who_has_no_subordinate_ids_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_ids, "outside_user", lambda: (1001, 1002))
    monkeypatch.setattr(kept_ids, "namespace_ids", lambda kind: [(0, 1)])
    with pytest.raises(HostIncomplete, match="nomap requires additional UIDs or GIDs"):
        no_map()
    assert shown(keep_id("uid=0,gid=0").mappings.users) == ["0:0:1"]


@pytest.mark.parametrize(
    ("content", "wanted"), [("0 1001 1\n1 100000 65536\n", (1001, 1001)), ("0 0 4294967295", None)]
)
def test_roots_own_namespace_is_no_users(
    content: str, wanted: tuple[int, int] | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    from core.host import rootless

    rootless._id_map.cache_clear()
    monkeypatch.setattr(Path, "read_text", lambda self: content)
    assert rootless.outside_user.__wrapped__() == wanted
    assert rootless.id_outside("uid_map", 5) == (100004 if wanted else 5)
    rootless._id_map.cache_clear()
