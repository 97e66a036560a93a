"""Whose images are taken: the host's signature policy (containers-policy.json(5)), shown and set."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from core.errors import InvalidArgument
from core.host.files import write_atomically
from core.host.processes import find_program, run
from core.model.image import TrustRule

DEFAULT: Final = "default"
_KINDS: Final = {"insecureAcceptAnything": "accept", "reject": "reject", "signedBy": "signed"}
_WRITTEN: Final = {"accept": "insecureAcceptAnything", "reject": "reject", "signedBy": "signedBy"}
TRUST_TYPES: Final = tuple(_WRITTEN)
_PATIENCE: Final = 30.0


class TrustPolicy:
    """Raises `InvalidArgument` for a file that is not there or not understood."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def text(self) -> str:
        """The file as it is."""
        try:
            return self._file.read_text()
        except (OSError, UnicodeDecodeError) as error:
            raise InvalidArgument(
                f"the signature policy {self._file} can not be read: {error}", hint="check its path and its permissions"
            ) from error

    def rules(self) -> list[TrustRule]:
        """What is asked of images, the default first."""
        content = self._content()
        found = [_rule("all", DEFAULT, one) for one in content.get("default") or ()]
        for transport, scopes in (content.get("transports") or {}).items():
            shown = "repository" if transport == "docker" else str(transport)
            found += [_rule(shown, str(scope), one) for scope, asked in scopes.items() for one in asked]
        return found

    def set(self, scope: str, kind: str, key_files: Sequence[str]) -> None:
        """Ask this of images of `scope`, a registry or a part of one, or `default`. `kind`: of `TRUST_TYPES`."""
        if kind == "signedBy" and not key_files:
            raise InvalidArgument("at least one public key must be defined for type 'signedBy'", hint="--pubkeysfile")
        for file in key_files:
            if not Path(file).is_file():
                raise InvalidArgument(f"the public key {file} is not there", hint="check the path")
        asked: list[dict[str, str]] = [{"type": _WRITTEN[kind]}]
        if kind == "signedBy":
            places = [str(Path(file).absolute()) for file in key_files]
            asked = [{"type": "signedBy", "keyType": "GPGKeys", "keyPath": place} for place in places]
        content: dict[str, Any] = {"default": [{"type": "insecureAcceptAnything"}]}
        if self._file.exists():
            content = self._content()
        if scope == DEFAULT:
            content["default"] = asked
        else:
            content.setdefault("transports", {}).setdefault("docker", {})[scope] = asked
        write_atomically(self._file, msgspec.json.format(msgspec.json.encode(content), indent=4) + b"\n", mode=0o644)

    def _content(self) -> dict[str, Any]:
        try:
            return msgspec.json.decode(self.text(), type=dict[str, Any])
        except msgspec.MsgspecError as error:
            raise InvalidArgument(
                f"the signature policy {self._file} is damaged: {error}",
                hint="correct it: containers-policy.json(5) tells how it is written",
            ) from error


def _rule(transport: str, scope: str, asked: dict[str, Any]) -> TrustRule:
    kind = str(asked.get("type", ""))
    files = [str(asked["keyPath"])] if asked.get("keyPath") else [str(file) for file in asked.get("keyPaths") or ()]
    signers = [signer for file in files for signer in _signers(file)]
    return TrustRule(transport=transport, scope=scope, kind=_KINDS.get(kind, kind), signers=tuple(signers))


def _signers(key_file: str) -> list[str]:
    """The addresses in a file of public keys, as far as it can be read."""
    finished = run([find_program("gpg"), "--batch", "--show-keys", "--with-colons", key_file], timeout=_PATIENCE)
    told = [line.split(":") for line in finished.stdout.decode(errors="replace").splitlines()]
    names = [fields[9] for fields in told if fields[0] == "uid" and len(fields) > 9]
    return [name.rpartition("<")[2].rstrip(">") for name in names]
