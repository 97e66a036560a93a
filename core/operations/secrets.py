"""Secrets: their data in files of their own, and what of it a container gets."""

from __future__ import annotations

import contextlib
import os
import re
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec

from core.errors import AmbiguousName, InvalidArgument, NameInUse, NoSuchObject
from core.events import EventKind
from core.host.files import make_private_directory, write_atomically
from core.host.locks import FileLock
from core.model.config import ContainerConfig
from core.model.secret import Secret, SecretKind, SecretUse
from core.operations.parts import EngineParts
from core.store.catalogue import Catalogue

LARGEST: Final = 512_000
"""Bytes of a secret, as podman has it."""
_NAME: Final = r"[a-zA-Z0-9]([a-zA-Z0-9_.-]*[a-zA-Z0-9])?"
_NAME_LENGTH: Final = 253
_REFERENCE: Final = r"\$\(([A-Za-z_][\w.-]*)\)"


def secrets_of(parts: EngineParts) -> Catalogue[Secret]:
    return Catalogue(parts.store, "secret", Secret)


def find_secret(parts: EngineParts, name_or_id: str) -> Secret:
    """The secret with this name, id or unique prefix of an id. Raises `NoSuchObject`, `AmbiguousName`."""
    named = secrets_of(parts).find(name_or_id)
    if named is not None:
        return named
    fitting = [secret for secret in secrets_of(parts).all() if name_or_id and secret.id.startswith(name_or_id)]
    if not fitting:
        raise NoSuchObject(f'no secret with name or id "{name_or_id}": no such secret')
    if len(fitting) > 1:
        raise AmbiguousName(f'more than one secret begins with "{name_or_id}"')
    return fitting[0]


def create_secret(
    parts: EngineParts, name: str, data: bytes, labels: Mapping[str, str], *, replace: bool = False
) -> Secret:
    """Keep a secret; with `replace` in place of the one that has the name. Raises `InvalidArgument`, `NameInUse`."""
    if not re.fullmatch(_NAME, name) or len(name) > _NAME_LENGTH:
        raise InvalidArgument(
            f"secret name {name[:40]!r} can not be used",
            hint="use letters, digits, '-', '_' and '.', a letter or digit first and last",
        )
    if not 0 < len(data) <= LARGEST:
        raise InvalidArgument(
            f"secret data must be larger than 0 and less than {LARGEST} bytes",
            hint="give a shorter one that is not empty, or keep it in a file that is mounted",
        )
    with FileLock(parts.paths.secrets_lock):
        _remove_orphans(parts)
        former = secrets_of(parts).find(name)
        if former is not None and not replace:
            raise NameInUse(f"{name}: secret name in use", hint="choose another name, or use --replace")
        now = time.time()
        secret = Secret(
            id=os.urandom(13).hex()[:25],
            name=name,
            created_at=former.created_at if former else now,
            updated_at=now,
            labels=dict(labels),
        )
        make_private_directory(parts.paths.secrets)
        write_atomically(parts.paths.secret(secret.id), data, mode=0o600)
        if former is None:
            secrets_of(parts).add(name, secret)
        else:
            secrets_of(parts).save(name, secret)
            parts.paths.secret(former.id).unlink(missing_ok=True)
    parts.emit(EventKind.SECRET, "", name, action="create")
    return secret


def remove_secret(parts: EngineParts, secret: Secret) -> None:
    """Forget a secret. Containers keep the files that they got of it; their variables are gone at the next start."""
    with FileLock(parts.paths.secrets_lock):
        secrets_of(parts).remove(secret.name)
        parts.paths.secret(secret.id).unlink(missing_ok=True)
    parts.emit(EventKind.SECRET, "", secret.name, action="remove")


def resolve_uses(parts: EngineParts, asked: tuple[SecretUse, ...]) -> tuple[SecretUse, ...]:
    """The secrets that a container asks for, with their ids. Raises `NoSuchObject`."""
    found = []
    for use in asked:
        if use.optional and secrets_of(parts).find(use.name) is None:
            found.append(use)
            continue
        secret = find_secret(parts, use.name)
        found.append(msgspec.structs.replace(use, name=secret.name, id=secret.id))
    return tuple(found)


def copy_secrets(parts: EngineParts, config: ContainerConfig) -> None:
    """Give a new container its own copies of files, which outlive the secrets, as in podman. Raises `NoSuchObject`."""
    for use, copy in _copies(parts, config):
        make_private_directory(copy.parent)
        write_atomically(copy, _data(parts, use.name, use.id), mode=use.mode)
        mappings = config.id_mappings
        mapped = (use.uid, use.gid) if mappings is None else mappings.outside(use.uid, use.gid)
        os.chown(copy, *(mapped or config.root_owner))


def secret_files(parts: EngineParts, config: ContainerConfig) -> dict[str, str]:
    """Destination → the file on the host that is shown there."""
    return {use.destination: str(copy) for use, copy in _copies(parts, config)}


def secret_environment(parts: EngineParts, config: ContainerConfig, *, strict: bool = True) -> tuple[str, ...]:
    """`NAME=VALUE` for the secrets that are variables, as they are now, and for what is made of them.

    One that is gone raises `NoSuchObject`; where not `strict` it is left out, as an optional one always is.
    """
    values: dict[str, str] = {}
    for use in config.secrets:
        if use.kind is SecretKind.ENV:
            try:
                values[use.target or use.key or use.name] = _value(parts, use)
            except NoSuchObject:
                if strict and not use.optional:
                    raise
    for line in config.env_of_secrets:
        name, _, text = line.partition("=")
        values[name] = re.sub(_REFERENCE, lambda match: values.get(match[1], match[0]), text)
    return tuple(f"{name}={value}" for name, value in values.items())


def keys_of(data: bytes) -> dict[str, bytes]:
    """What a Secret of Kubernetes holds, as `kube play` keeps it. Raises `InvalidArgument` for any other secret."""
    import base64

    try:
        packed = msgspec.json.decode(data, type=_Manifest).data
        return {key: base64.b64decode(text, validate=False) for key, text in packed.items()}
    except (msgspec.MsgspecError, ValueError) as error:
        raise InvalidArgument(
            "the secret was not made of a manifest: it has no keys",
            hint="make it with wharf kube play, or use it without a key",
        ) from error


class _Manifest(msgspec.Struct):
    data: dict[str, str]


def _value(parts: EngineParts, use: SecretUse) -> str:
    secret = secrets_of(parts).find(use.name)
    data = _data(parts, use.name, secret.id if secret is not None else "")
    if use.key:
        found = keys_of(data).get(use.key)
        if found is None:
            raise NoSuchObject(f"the secret {use.name} has no key {use.key}", hint="play its manifest again")
        data = found
    return data.decode(errors="surrogateescape")


def _data(parts: EngineParts, name: str, secret_id: str) -> bytes:
    """Raises `NoSuchObject`."""
    try:
        if secret_id:
            return parts.paths.secret(secret_id).read_bytes()
    except FileNotFoundError:
        pass
    raise NoSuchObject(
        f'no secret with name or id "{name}": no such secret', hint=f"make it again: wharf secret create {name} FILE"
    )


def _copies(parts: EngineParts, config: ContainerConfig) -> list[tuple[SecretUse, Path]]:
    """Each file with its place on the host: the same secret may be there under several modes."""
    folder = parts.paths.container_secrets(config.id)
    return [
        (use, folder / f"{number}-{use.id}")
        for number, use in enumerate(config.secrets)
        if use.kind is SecretKind.MOUNT
    ]


def _remove_orphans(parts: EngineParts) -> None:
    """Data whose creator was killed before the store had its record, or whose record is gone already."""
    known = {secret.id for secret in secrets_of(parts).all()}
    with contextlib.suppress(FileNotFoundError):
        for file in parts.paths.secrets.iterdir():
            if file.name not in known:
                file.unlink(missing_ok=True)
