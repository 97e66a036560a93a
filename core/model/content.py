"""What changed in a root file system, and what an image is to be made of."""

import enum
from typing import Final, Literal

import msgspec

ImageFormat = Literal["oci", "docker"]
LayerPacking = Literal["usual", "compressed", "uncompressed"]
"""Of layers that are written to a directory or an archive; each form has its usual one."""


class ChangeKind(enum.StrEnum):
    """The letters of `podman diff`."""

    ADDED = "A"
    CHANGED = "C"
    DELETED = "D"


class FileChange(msgspec.Struct, frozen=True, order=True):
    """A path that differs from the image. Absolute, as seen in the container."""

    path: str
    kind: ChangeKind


class CommitOptions(msgspec.Struct, frozen=True, kw_only=True):
    """`reference`: the image's name, empty for none. `changes`: lines of a Dockerfile, as CMD, ENV or LABEL.

    `pause`: freeze a running container while its files are read. `squash`: one layer with all of the root.
    `include_volumes`: what is mounted in it are volumes of the image.
    """

    reference: str = ""
    author: str = ""
    message: str = ""
    changes: tuple[str, ...] = ()
    pause: bool = True
    squash: bool = False
    include_volumes: bool = False
    format: ImageFormat = "oci"


class CopyOptions(msgspec.Struct, frozen=True, kw_only=True):
    """`archive`: what comes into a container belongs to the user that it runs as; otherwise to whom it belonged.

    `overwrite`: a directory may take the place of what is none, and the other way round.
    """

    archive: bool = True
    overwrite: bool = False


DEFAULT_COPY: Final = CopyOptions()


class RootSizes(msgspec.Struct, frozen=True):
    """Bytes of a container's root: `written` by itself, and of the `image` below; none of a folder of the host."""

    written: int
    image: int
