"""search: what registries have, as podman tells it of the same real registry; Docker Hub's way by a stand-in of it."""

from __future__ import annotations

import base64
import json
import subprocess
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import msgspec
import pytest

from core.engine import Engine
from core.errors import StorageFailed
from core.model.image import FoundRepository, Image, ImageCopyOptions, RegistryAccess
from core.storage import registry_search
from tests.registry import PASSWORD, USER, Registry, registry
from tests.worksite import DEMO, Worksite

Wharf = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def plain(worksite: Worksite, engine: Engine, demo_image: Image) -> Iterator[Registry]:
    with registry(worksite.folder / "registry") as running:
        for name in ("team/web", "web", "team/other"):
            engine.images.push(
                DEMO, f"{running.address}/{name}:1", ImageCopyOptions(access=RegistryAccess(tls_verify=False))
            )
        yield running


def _podman(worksite: Worksite, *arguments: str) -> tuple[int, list[str]]:
    """podman's exit code and lines, without the blanks at their ends; its store is an empty one."""
    store = ["--root", f"{worksite.folder}/podman", "--runroot", f"{worksite.folder}/podman-run"]
    argv = ["podman", *store, "search", "--tls-verify=false", *arguments]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, [line.rstrip() for line in done.stdout.splitlines()]


def test_search_is_as_podmans(plain: Registry, worksite: Worksite, wharf: Wharf) -> None:
    for arguments in (
        [f"{plain.address}/web"],
        [f"{plain.address}/"],
        [f"{plain.address}/nothing"],
        ["--compatible", "--no-trunc", f"{plain.address}/team"],
        ["--limit", "1", f"{plain.address}/team"],
        ["--filter", "stars=1", f"{plain.address}/web"],
        ["--format", "{{.Index}} {{.Name}} {{.Stars}}", f"{plain.address}/web"],
    ):
        done = wharf("search", "--tls-verify=false", *arguments)
        told = [line.rstrip() for line in done.stdout.splitlines()]
        code, theirs = _podman(worksite, *arguments)
        # podman prints no heading over nothing.
        assert (done.returncode, told) == (code, theirs or told[:1]), (arguments, done.stderr)
    shown = json.loads(wharf("search", "--tls-verify=false", "--format", "json", f"{plain.address}/web").stdout)
    assert [one["Name"] for one in shown] == [f"{plain.address}/web", f"{plain.address}/team/web"]
    for wrong in (["--filter", "colour=red", "web"], ["--list-tags", "--filter", "is-official", "web"]):
        assert wharf("search", *wrong).returncode == 125


def test_a_catalogue_is_read_page_by_page(
    plain: Registry, engine: Engine, worksite: Worksite, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And a word alone is looked for in the registries of the configuration, those that are down passed over."""
    monkeypatch.setattr(registry_search, "_PAGE", 1)
    registries = worksite.folder / "registries.conf"
    registries.write_text(
        f'unqualified-search-registries = ["localhost:1", "{plain.address}"]\n'
        f'[[registry]]\nlocation = "{plain.address}"\ninsecure = true\n'
    )
    settings = msgspec.structs.replace(engine.settings, registries=str(registries), exit_command=())
    with Engine.open(worksite.paths, settings) as configured:
        found = configured.images.search("web", limit=9)
        assert [one.name for one in found] == [f"{plain.address}/web", f"{plain.address}/team/web"]
    with pytest.raises(StorageFailed, match='could not search registry "localhost:1"'):
        engine.images.search("localhost:1/web", limit=9)


def test_a_registry_with_tls_and_a_password_is_searched(worksite: Worksite, engine: Engine, demo_image: Image) -> None:
    with registry(worksite.folder / "registry", secured=True) as secured:
        given = RegistryAccess(credentials=f"{USER}:{PASSWORD}", certificates=str(secured.certificates))
        engine.images.push(DEMO, f"{secured.address}/web:1", ImageCopyOptions(access=given))
        logins = {"auths": {secured.address: {"auth": base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()}}}
        (worksite.folder / "auth.json").write_text(json.dumps(logins))
        kept = RegistryAccess(authfile=f"{worksite.folder}/auth.json", certificates=str(secured.certificates))
        for access in (given, kept):
            found = engine.images.search(f"{secured.address}/we", access, limit=9)
            assert [one.name for one in found] == [f"{secured.address}/web"]
        for wrong, hint in ((given, "wharf login"), (kept, "--cert-dir")):
            missing = {"credentials": ""} if wrong is given else {"certificates": ""}
            nobody = {"authfile": "/nonexistent"} if wrong is given else {}
            with pytest.raises(StorageFailed) as refusal:
                changed = msgspec.structs.replace(wrong, **missing, **nobody)
                engine.images.search(f"{secured.address}/we", changed, limit=9)
            assert hint in refusal.value.hint


class _Hub(BaseHTTPRequestHandler):
    """Docker Hub as far as a search needs it, behind tokens."""

    def do_GET(self) -> None:
        host = self.headers["Host"]
        if self.path.startswith("/token"):
            self._answer(200, {"token": "let-me-in"})
        elif self.headers.get("Authorization") != "Bearer let-me-in":
            self._answer(401, {}, f'Bearer realm="http://{host}/token",service="hub"')
        else:
            entry = {"name": "alpine", "description": "a\n" + "b" * 60, "star_count": 7, "is_official": True}
            self._answer(200, {"results": [entry, {"name": "ali/alpine"}]})

    def _answer(self, code: int, body: object, challenge: str = "") -> None:
        self.send_response(code)
        if challenge:
            self.send_header("WWW-Authenticate", challenge)
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    def log_message(self, *_: object) -> None:
        """Says nothing."""


def test_docker_hub_is_searched_by_its_own_way(engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Hub) as hub:
        threading.Thread(target=hub.serve_forever, daemon=True).start()
        monkeypatch.setattr(registry_search, "_HUB_HOST", f"localhost:{hub.server_port}")
        access = RegistryAccess(tls_verify=False, authfile=str(tmp_path / "none"))
        try:
            first, second = engine.images.search("docker.io/alpine", access, limit=2)
        finally:
            hub.shutdown()
    assert first == FoundRepository(
        registry="docker.io",
        name="docker.io/library/alpine",
        description="a " + "b" * 60,
        stars=7,
        official=True,
    )
    assert (second.name, second.official) == ("docker.io/ali/alpine", False)
