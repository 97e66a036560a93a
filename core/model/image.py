"""An image, as the store lists it."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import msgspec

from core.model.content import ImageFormat, LayerPacking
from core.model.health import HealthCheck

THIS_MACHINE: Final[Mapping[str, str]] = MappingProxyType({})
"""The platform of an image that is for this machine."""


class ImageConfig(msgspec.Struct, frozen=True, kw_only=True):
    """The part of an OCI image configuration that a container inherits (image-spec, config.md)."""

    entrypoint: tuple[str, ...] = ()
    cmd: tuple[str, ...] = ()
    env: tuple[str, ...] = ()
    working_dir: str = ""
    user: str = ""
    stop_signal: str = ""
    labels: dict[str, str] = {}
    exposed_ports: tuple[str, ...] = ()
    volumes: tuple[str, ...] = ()
    health_check: HealthCheck | None = None


class RegistryAccess(msgspec.Struct, frozen=True, kw_only=True):
    """How a registry is spoken to. `authfile`: logins; empty for the one that podman and skopeo share.

    `credentials`: `USER:PASSWORD` in their place. `certificates`: a directory with CA and client certificates.
    `system`, `architecture`, `variant`: of the machines that a pulled image is for; empty for this one. Of a push:
    `sign_by`, the fingerprint of the GPG key that signs; `remove_signatures`; `compression` of the layers, empty for
    the usual one.
    """

    authfile: str = ""
    credentials: str = ""
    certificates: str = ""
    tls_verify: bool = True
    system: str = ""
    architecture: str = ""
    variant: str = ""
    sign_by: str = ""
    remove_signatures: bool = False
    compression: str = ""


DEFAULT_ACCESS: Final = RegistryAccess()


class ImageCopyOptions(msgspec.Struct, frozen=True, kw_only=True):
    """How an image is written to a registry or to another transport. `form`: of its manifest; None for its own.

    `digest_file`: a file that gets the digest of what was written; empty for none.
    """

    access: RegistryAccess = DEFAULT_ACCESS
    form: ImageFormat | None = None
    packing: LayerPacking = "usual"
    digest_file: str = ""


DEFAULT_IMAGE_COPY: Final = ImageCopyOptions()


class ImageNames(msgspec.Struct, frozen=True, kw_only=True):
    """The full names that a name of an image may mean, the likeliest first.

    `alias_file`: the file with the alias that the name is; `registries_file`: the one that names the registries to
    search; empty for none. `may_choose`: who asked may choose one of several; `must_choose`: and nobody may guess for
    them.
    """

    names: tuple[str, ...]
    alias_file: str = ""
    registries_file: str = ""
    may_choose: bool = False
    must_choose: bool = False


class ImageStep(msgspec.Struct, frozen=True, kw_only=True):
    """A line of an image's history. `image_id`: of the newest step alone. `size`: bytes; 0 for one without a layer."""

    created: str
    created_by: str
    comment: str
    size: int
    image_id: str = ""


class FoundRepository(msgspec.Struct, frozen=True, kw_only=True):
    """A repository that a search found. `name`: with its registry. All but the two is said by Docker Hub alone."""

    registry: str
    name: str
    description: str = ""
    stars: int = 0
    official: bool = False
    automated: bool = False


class TrustRule(msgspec.Struct, frozen=True, kw_only=True):
    """What the signature policy asks of images. `transport`: all, repository, or a transport's own name.

    `scope`: a registry or a part of one, or default. `kind`: accept, reject or signed. `signers`: whose keys.
    """

    transport: str
    scope: str
    kind: str
    signers: tuple[str, ...] = ()


class Image(msgspec.Struct, frozen=True, kw_only=True):
    """`id`: 64 hexadecimal digits. `size`: bytes of all layers. `created_at`: Unix seconds.

    `read_only`: from an additional store, so it can be used but not removed.
    """

    id: str
    names: tuple[str, ...] = ()
    digest: str = ""
    created_at: float = 0.0
    size: int = 0
    read_only: bool = False
