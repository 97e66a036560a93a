"""Questions to a registry that skopeo does not ask, such as which repositories it has (Docker's registry API)."""

from __future__ import annotations

import http.client
import re
import ssl
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any, Final

import msgspec

from core.errors import StorageFailed
from core.model.image import RegistryAccess
from core.storage.stored_logins import basic_login

_PATIENCE: Final = 60.0
_CERTIFICATES: Final = ("/etc/containers/certs.d", "/etc/docker/certs.d")
_CHALLENGE: Final = re.compile(r'(\w+)="([^"]*)"')


class RegistryClient:
    """Asks one registry, with the login that is kept for it. `insecure`: it need not prove itself, nor speak TLS."""

    def __init__(self, host: str, registry: str, access: RegistryAccess, *, insecure: bool) -> None:
        self._host = host
        self._registry = registry
        self._access = access
        self._insecure = insecure
        self._scheme = "https"
        self._authorisation = ""
        folders = [access.certificates] if access.certificates else [f"{one}/{registry}" for one in _CERTIFICATES]
        self._context = _trust([Path(folder) for folder in folders], insecure=insecure)

    def ask(self, path: str, scope: str = "") -> tuple[dict[str, Any], str]:
        """What is at `path`, and the path of the page that follows it; empty for the last. `scope`: of its token.

        Raises `StorageFailed`.
        """
        try:
            try:
                answer = self._get(path)
            except urllib.error.HTTPError as refusal:
                challenge = refusal.headers.get("WWW-Authenticate", "")
                if refusal.code != 401 or self._authorisation:
                    raise
                self._authorisation = self._answer_to(challenge, scope)
                answer = self._get(path)
            body, following = answer
            return msgspec.json.decode(body, type=dict[str, Any]), following
        except (OSError, ValueError, http.client.HTTPException) as error:
            raise self._failed(path, error) from error

    def _get(self, path: str) -> tuple[bytes, str]:
        try:
            return self._open(f"{self._scheme}://{self._host}{path}", self._authorisation)
        except urllib.error.HTTPError:
            raise
        except OSError:
            if not self._insecure or self._scheme == "http":
                raise
        # Without TLS only where nobody asks for it, as podman does.
        self._scheme = "http"
        return self._open(f"{self._scheme}://{self._host}{path}", self._authorisation)

    def _open(self, url: str, authorisation: str) -> tuple[bytes, str]:
        request = urllib.request.Request(url, headers={"Accept": "application/json", "User-Agent": "wharf"})
        if authorisation:
            # Not sent on to where a redirection leads.
            request.add_unredirected_header("Authorization", authorisation)
        with urllib.request.urlopen(request, timeout=_PATIENCE, context=self._context) as answer:
            link = re.search(r"<([^>]*)>", answer.headers.get("Link") or "")
            following = urllib.parse.urlsplit(urllib.parse.urljoin(_path_of(url), link[1])) if link else None
            return answer.read(), f"{following.path}?{following.query}" if following else ""

    def _answer_to(self, challenge: str, scope: str) -> str:
        """The header that a registry which refused asks for: the login itself, or a token that it gets one."""
        login = basic_login(self._registry, self._access)
        basic = f"Basic {login}" if login else ""
        if not challenge.lower().startswith("bearer "):
            return basic
        given = dict(_CHALLENGE.findall(challenge))
        query = {"service": given.get("service", ""), "scope": given.get("scope") or scope}
        realm = given.get("realm", "")
        if urllib.parse.urlsplit(realm).scheme not in ("https", self._scheme):
            raise ValueError(f"it wants its tokens fetched from {realm!r}")
        asked = urllib.parse.urlencode({name: value for name, value in query.items() if value})
        body, _ = self._open(f"{realm}?{asked}", basic)
        told = msgspec.json.decode(body, type=dict[str, Any])
        return f"Bearer {told.get('token') or told.get('access_token') or ''}"

    def _failed(self, path: str, error: Exception) -> StorageFailed:
        reason = getattr(error, "reason", None) or error
        code = getattr(error, "code", 0)
        hint = "check the name and the network"
        if code == 401:
            hint = f"log in first: wharf login {self._registry}"
        elif isinstance(reason, ssl.SSLError):
            hint = "give the folder of its CA with --cert-dir, or take it as it is with --tls-verify=false"
        elif code == 404:
            hint = "this registry does not list what it has"
        words = getattr(reason, "strerror", None) or str(reason)
        told = f"{code} {words}" if code else words
        return StorageFailed(
            f'could not search registry "{self._registry}": {path.partition("?")[0]}: {told}', hint=hint
        )


def _path_of(url: str) -> str:
    """The path of a URL, with its query."""
    parts = urllib.parse.urlsplit(url)
    return f"{parts.path}?{parts.query}"


def _trust(folders: list[Path], *, insecure: bool) -> ssl.SSLContext:
    """Whom to believe (containers-certs.d(5)): *.crt are authorities, *.cert with *.key are who asks."""
    context = ssl.create_default_context()
    if insecure:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    try:
        for folder in folders:
            for authority in sorted(folder.glob("*.crt")):
                context.load_verify_locations(authority)
            for own in sorted(folder.glob("*.cert")):
                context.load_cert_chain(own, own.with_suffix(".key"))
    except (OSError, ssl.SSLError) as error:
        raise StorageFailed(f"the certificates in {folder} can not be read: {error}", hint="see --cert-dir") from error
    return context
