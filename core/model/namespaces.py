"""Whose namespaces a container lives in: its own, the host's, another container's, or one that a path names."""

import enum

import msgspec


class Sharing(enum.StrEnum):
    """Where a namespace comes from, in podman's words.

    `private`: a new one. `host`: the host's. `container`: that of another container. `ns`: the one that a path names.
    `shareable`, `none`: of IPC alone; a new one that others may join, and a new one without /dev/shm.
    """

    PRIVATE = "private"
    SHAREABLE = "shareable"
    HOST = "host"
    CONTAINER = "container"
    PATH = "ns"
    NONE = "none"


class Namespace(msgspec.Struct, frozen=True, kw_only=True):
    """One namespace of a container. `container`: the id of the one it is shared with. `path`: with `Sharing.PATH`."""

    sharing: Sharing = Sharing.PRIVATE
    container: str = ""
    path: str = ""

    @property
    def is_new(self) -> bool:
        """Whether the container gets a namespace of its own."""
        return self.sharing in (Sharing.PRIVATE, Sharing.SHAREABLE, Sharing.NONE)

    def __str__(self) -> str:
        target = self.container or self.path
        return f"{self.sharing}:{target}" if target else str(self.sharing)


class Namespaces(msgspec.Struct, frozen=True, kw_only=True):
    """The namespaces of a container that can be chosen, beside that of the network.

    `cgroup` is None where the host's cgroup version decides: a new one on version 2, the host's on version 1.
    """

    ipc: Namespace = Namespace(sharing=Sharing.SHAREABLE)
    pid: Namespace = Namespace()
    uts: Namespace = Namespace()
    cgroup: Namespace | None = None
    user: Namespace = Namespace(sharing=Sharing.HOST)

    @property
    def containers(self) -> tuple[str, ...]:
        """The ids of the containers that are joined, each once."""
        joined = (self.ipc, self.pid, self.uts, self.user, self.cgroup or Namespace())
        return tuple(dict.fromkeys(namespace.container for namespace in joined if namespace.container))


class NamespaceOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked for: `host`, `private`, `container:NAME-OR-ID`, `ns:PATH`; of IPC also `none` and `shareable`.

    Empty for the default.
    """

    ipc: str = ""
    pid: str = ""
    uts: str = ""
    cgroup: str = ""
