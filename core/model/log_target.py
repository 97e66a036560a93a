"""Where what a container prints is written down."""

import enum
from typing import Final

import msgspec


class LogDriver(enum.StrEnum):
    """As conmon has them. `passthrough`: what the starting program has as its own streams, and nothing else."""

    K8S_FILE = "k8s-file"
    JOURNALD = "journald"
    PASSTHROUGH = "passthrough"
    NONE = "none"


class LogTarget(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`path`: of a k8s-file, empty for the container's own place. `tag`: what the journal has with each line."""

    driver: LogDriver = LogDriver.K8S_FILE
    path: str = ""
    tag: str = ""

    @property
    def keeps_file(self) -> bool:
        """Whether there is a file from which it can be read again."""
        return self.driver is LogDriver.K8S_FILE


OWN_FILE: Final = LogTarget()
