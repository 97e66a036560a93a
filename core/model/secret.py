"""Secrets: data that containers get without its being in their configuration."""

import enum

import msgspec


class SecretKind(enum.StrEnum):
    """How a container gets one: as a file, or as an environment variable."""

    MOUNT = "mount"
    ENV = "env"


class Secret(msgspec.Struct, frozen=True, kw_only=True):
    """A secret as the store keeps it; its data is in a file of its own. `id`: 25 hexadecimal digits, as podman's.

    Times: Unix seconds.
    """

    id: str
    name: str
    created_at: float
    updated_at: float
    labels: dict[str, str] = {}


class SecretUse(msgspec.Struct, frozen=True, kw_only=True):
    """A secret in a container. `target`: the file, below /run/secrets where it is relative, or the variable; empty for
    the secret's name. `id`: empty in a request. `key`: of a Secret of Kubernetes, whose data has several. `optional`:
    a variable that is left out where the secret is not there.
    """

    name: str
    id: str = ""
    kind: SecretKind = SecretKind.MOUNT
    target: str = ""
    uid: int = 0
    gid: int = 0
    mode: int = 0o444
    key: str = ""
    optional: bool = False

    @property
    def destination(self) -> str:
        """The path in the container."""
        target = self.target or self.name
        return target if target.startswith("/") else f"/run/secrets/{target}"
