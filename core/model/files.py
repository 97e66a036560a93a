"""What a container's directories hold, for those who show it."""

import enum

import msgspec


class FileKind(enum.StrEnum):
    """As `find -type` tells them apart."""

    FILE = "file"
    DIRECTORY = "directory"
    LINK = "link"
    DEVICE = "device"
    FIFO = "fifo"
    SOCKET = "socket"


class FileEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One name in a directory. `size`: bytes, of a directory 0. `mode`: the permission bits. `modified`: Unix seconds.

    `target`: of a link, as it is written. `leads_to_directory`: of a link, by the container's own root.
    """

    name: str
    kind: FileKind
    size: int
    mode: int
    uid: int
    gid: int
    modified: float
    target: str = ""
    leads_to_directory: bool = False


class FilePiece(msgspec.Struct, frozen=True, kw_only=True):
    """A part of a regular file. `size`: of the whole, in bytes."""

    content: bytes
    offset: int
    size: int


class TreeSize(msgspec.Struct, frozen=True, kw_only=True):
    """What a directory takes: `size` as the files are long, `used` on the disk, hard links once; `files`: how many."""

    size: int
    used: int
    files: int
