"""A volume: files that outlive containers."""

import enum

import msgspec


class VolumeIntent(enum.StrEnum):
    """An outside effect that was announced in the store before it began."""

    COPYING = "copying"
    MOUNTING = "mounting"
    REMOVING = "removing"


class Volume(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A volume as the store keeps it. `created_at`: Unix seconds.

    `options`: of the local driver, as they were given: `type`, `device` and `o`, as of mount(8).
    """

    name: str
    created_at: float
    labels: dict[str, str] = {}
    options: dict[str, str] = {}
    anonymous: bool = False
    """Made for one container, and removed with it where that is asked for."""
    creator: str = ""
    """The id of the container that it was made for, by name or without; empty where somebody made it by itself."""
    needs_copy_up: bool = True
    """Nothing has been copied into it: the first container to use it fills it with its image's files."""
    needs_chown: bool = True
    """No container has used it: it gets the owner and the mode of the folder that it is mounted upon."""
    holders: tuple[str, ...] = ()
    """The ids of the containers that need it mounted, and a word where somebody mounted it by hand; only for one with
    mount options, and for the boot `boot_id`."""
    boot_id: str = ""
    intent: VolumeIntent | None = None

    @property
    def wants_mount(self) -> bool:
        """Whether its options say that something is to be mounted on its folder."""
        return bool({"type", "device"} & self.options.keys()) or bool(self.mount_options)

    @property
    def mount_options(self) -> tuple[str, ...]:
        """What its `o` says for mount(8). Without a type, `uid` and `gid` are for its folder alone."""
        given = tuple(option for option in self.options.get("o", "").split(",") if option)
        if {"type", "device"} & self.options.keys():
            return given
        return tuple(option for option in given if not option.startswith(("uid=", "gid=")))

    @property
    def owner(self) -> tuple[int, int]:
        """The user and the group that its options give its folder; -1 where they do not."""
        given = dict(option.partition("=")[::2] for option in self.options.get("o", "").split(","))
        return int(given.get("uid", -1)), int(given.get("gid", -1))


class VolumeSnapshot(msgspec.Struct, frozen=True, kw_only=True):
    """A volume as a list shows it. `path`: of its files on the host. `used_by`: ids of the containers that have it."""

    name: str
    path: str
    created_at: float
    labels: dict[str, str]
    options: dict[str, str]
    anonymous: bool
    needs_copy_up: bool
    needs_chown: bool
    mount_count: int
    used_by: tuple[str, ...]


class PrunePreview(msgspec.Struct, frozen=True, kw_only=True):
    """What a prune would remove, and how many bytes that frees."""

    volumes: tuple[VolumeSnapshot, ...]
    size: int
