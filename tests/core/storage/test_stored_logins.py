"""Logins in files and by programs that files name."""

from __future__ import annotations

import base64
import json
import os
from pathlib import Path

import pytest

from core.errors import HostIncomplete, InvalidArgument, StorageFailed
from core.model.image import RegistryAccess
from core.storage.stored_logins import basic_login, spelled_out


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@pytest.fixture
def access(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RegistryAccess:
    """With a helper that answers for `kept.example` and Docker's own registry, and fails of `broken.example`."""
    program = tmp_path / "docker-credential-test"
    program.write_text(
        "#!/bin/sh\nread -r it\ncase $it in\n"
        '  kept.example|https:*) echo "{\\"Username\\": \\"ann\\", \\"Secret\\": \\"for $it\\"}";;\n'
        '  token.example) echo \'{"Username": "<token>", "Secret": "t"}\';;\n'
        "  broken.example) echo the keyring is locked >&2; exit 2;;\n"
        "  odd.example) echo nonsense;;\n"
        "  *) echo credentials not found in native keychain; exit 1;;\nesac\n"
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    return RegistryAccess(authfile=str(tmp_path / "auth.json"))


def write(access: RegistryAccess, **content: object) -> None:
    Path(access.authfile).write_text(json.dumps(content))


def test_where_a_login_is_found(access: RegistryAccess) -> None:
    auths = {"file.example": {"auth": encoded("bob:x")}, "kept.example": {}}
    write(access, auths=auths, credHelpers={"kept.example": "test"})
    assert basic_login("file.example", access) == encoded("bob:x")
    assert basic_login("kept.example", access) == encoded("ann:for kept.example")
    assert basic_login("other.example", access) == ""
    write(access, auths=auths, credsStore="test")
    assert basic_login("file.example", access) == encoded("bob:x")
    assert basic_login("kept.example", access) == encoded("ann:for kept.example")
    assert basic_login("docker.io", access) == encoded("ann:for https://index.docker.io/v1/")
    assert basic_login("other.example", access) == ""
    assert basic_login("kept.example", RegistryAccess(credentials="a:b")) == encoded("a:b")


@pytest.mark.parametrize(
    ("registry", "helper", "error", "said"),
    [
        ("broken.example", "test", StorageFailed, "docker-credential-test failed: the keyring is locked"),
        ("odd.example", "test", StorageFailed, "the answer of docker-credential-test is not understood"),
        ("kept.example", "not-there", HostIncomplete, "docker-credential-not-there is not on this machine"),
        ("kept.example", "../sh", InvalidArgument, "is no name of a credential helper"),
    ],
)
def test_a_helper_that_fails_is_told(
    access: RegistryAccess, registry: str, helper: str, error: type[Exception], said: str
) -> None:
    write(access, credsStore=helper)
    with pytest.raises(error, match=said):
        basic_login(registry, access)


def test_what_skopeo_does_not_find_is_written_out_for_it(access: RegistryAccess, tmp_path: Path) -> None:
    own, transfers = {"auth": encoded("bob:x")}, tmp_path / "transfers"
    write(access, auths={"file.example": own}, credHelpers={"a.example": "test"}, credsStore="test")
    wanted = ["file.example", "kept.example", "token.example", "docker.io", "a.example"]
    with spelled_out(access, wanted, transfers) as given:
        told = json.loads(Path(given.authfile).read_text())
        assert Path(given.authfile).stat().st_mode & 0o777 == 0o600
    assert told["auths"] == {
        "file.example": own,
        "kept.example": {"auth": encoded("ann:for kept.example")},
        "token.example": {"identitytoken": "t"},
        "docker.io": {"auth": encoded("ann:for https://index.docker.io/v1/")},
    }
    assert told["credHelpers"] == {"a.example": "test"}
    assert list(transfers.iterdir()) == []
    write(access, auths={"file.example": own})
    with spelled_out(access, wanted, transfers) as given:
        assert given == access
