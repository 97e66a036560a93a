"""Every error that the engine raises on purpose.

    EngineError
    ├── NotFound
    │   ├── NoSuchContainer
    │   ├── NoSuchImage
    │   ├── NoSuchObject          a volume, network, pod …
    │   └── NoSuchExecutable      exit code 127
    ├── AmbiguousName
    ├── NameInUse
    ├── InvalidArgument
    │   └── InvalidSignal
    ├── StateForbids              the verb is not allowed in this state
    ├── ContainerInUse            another container or a process needs it
    ├── DependencyCycle           containers need each other in a circle
    ├── PodFailed                 not all containers of a pod did what was asked
    ├── VolumeInUse               containers have it
    ├── PermissionDenied          the caller lacks privileges
    │   └── NotExecutable         exit code 126
    ├── HostIncomplete            a program or kernel feature is missing
    ├── RuntimeFailed             runc refused or failed
    ├── MonitorFailed             conmon refused or failed
    ├── StorageFailed             containers-storage, skopeo or a mount failed
    │   └── DamagedArchive
    ├── ImageInUse
    ├── CopyFailed                a path of a copy is not there, or could not be read or written
    ├── NetworkFailed             netavark refused or failed
    ├── NetworkInUse
    ├── PortInUse                 another container or program has the port
    ├── RemoteFailed              another machine can not be reached, or its wharf failed
    ├── ExportFailed
    │   ├── DestinationExists
    │   ├── NoSpace
    │   └── Cancelled
    ├── DatabaseDamaged
    ├── VersionMismatch           the root directory or the caller is of another version
    └── TimedOut

The message is one sentence for a person, the hint says what to do next.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


class EngineError(Exception):
    """The base of all errors of the engine.

    `message`: one sentence, no full stop needed. `hint`: the next step, or an empty string.
    `container_id`, `argv` and `stderr` are there where they are known, for the log and for scripts.
    """

    exit_code: int = 125

    def __init__(
        self,
        message: str,
        *,
        hint: str = "",
        container_id: str = "",
        argv: Sequence[str] = (),
        stderr: str = "",
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.container_id = container_id
        self.argv = tuple(argv)
        self.stderr = stderr

    def __str__(self) -> str:
        return self.message


class NotFound(EngineError):
    """Something that was named does not exist."""


class NoSuchContainer(NotFound):
    """No container has this name, id or prefix."""


class NoSuchImage(NotFound):
    """No image has this name, id or prefix."""


class NoSuchObject(NotFound):
    """No volume, network, pod … has this name."""


class NoSuchExecutable(NotFound):
    """The command does not exist in the container."""

    exit_code = 127


class AmbiguousName(EngineError):
    """A prefix fits more than one object."""


class NameInUse(EngineError):
    """Another container, or another object of this kind, already has this name."""


class InvalidArgument(EngineError):
    """A value that the caller gave makes no sense."""


class InvalidSignal(InvalidArgument):
    """No signal has this name or number."""


class StateForbids(EngineError):
    """The container is in a state that does not allow the verb."""


class ContainerInUse(EngineError):
    """Another container or process depends on this container."""


class DependencyCycle(EngineError):
    """Containers need each other, so that none can be the first."""


class PodFailed(EngineError):
    """Some containers of a pod refused or failed; the others did what was asked."""


class VolumeInUse(EngineError):
    """Containers have the volume."""


class PermissionDenied(EngineError):
    """The caller may not do this."""


class NotExecutable(PermissionDenied):
    """The command in the container can't be executed."""

    exit_code = 126


class HostIncomplete(EngineError):
    """A program, file or kernel feature that is needed is not there."""


class RuntimeFailed(EngineError):
    """The OCI runtime refused or failed."""


class MonitorFailed(EngineError):
    """conmon could not be started or died before it reported."""


class StorageFailed(EngineError):
    """A layer, image or mount operation failed."""


class DamagedArchive(StorageFailed):
    """An image archive is not what it says it is."""


class ImageInUse(EngineError):
    """Containers still use the image."""


class CopyFailed(EngineError):
    """A path of a copy is not there, or could not be read or written."""


class NetworkFailed(EngineError):
    """A network could not be set up or torn down."""


class NetworkInUse(EngineError):
    """Containers are still connected to the network."""


class PortInUse(EngineError):
    """A port of the host that is to be published is taken."""


class RemoteFailed(EngineError):
    """Another machine can not be reached, or what was asked of it failed there."""


class ExportFailed(EngineError):
    """A container's files could not be written out."""


class DestinationExists(ExportFailed):
    """The destination is there and overwriting was not asked for."""


class NoSpace(ExportFailed):
    """The destination's file system has too little room."""


class Cancelled(ExportFailed):
    """The caller cancelled the operation."""


class DatabaseDamaged(EngineError):
    """The database can't be read; it is left as it is."""


class VersionMismatch(EngineError):
    """The root directory, or a wharf that calls from another machine, is of an incompatible version."""


class TimedOut(EngineError):
    """Something did not happen in the time allowed."""
