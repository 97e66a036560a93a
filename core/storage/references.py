"""The names of images."""

from __future__ import annotations

import re
from typing import Final

from core.errors import InvalidArgument

TRANSPORTS: Final = ("docker://", "docker-archive:", "oci-archive:", "oci:", "dir:")
_NAME: Final = re.compile(r"[a-z0-9.-]+(?::\d+)?(?:/[a-z0-9._-]+)*(?::[\w][\w.-]{0,127})?(?:@sha256:[0-9a-f]{64})?")


def with_tag(name: str) -> str:
    """`name` with `:latest` where it has no tag and no digest."""
    last = name.rpartition("/")[2]
    return name if ":" in last or "@" in last else f"{name}:latest"


def candidates(name: str) -> tuple[str, ...]:
    """The full names that a name, short or full, may mean, the likeliest first."""
    tagged = with_tag(name)
    first, slash, _ = tagged.partition("/")
    if slash and ("." in first or ":" in first or first == "localhost"):
        return (tagged,)
    hub = tagged if slash else f"library/{tagged}"
    return (tagged, f"localhost/{tagged}", f"docker.io/{hub}")


def full_name(name: str) -> str:
    """The name under which an image made here is kept. Raises `InvalidArgument`."""
    tagged = with_tag(name)
    first, slash, _ = tagged.partition("/")
    if not slash or not ("." in first or ":" in first or first == "localhost"):
        tagged = f"localhost/{tagged}"
    if not _NAME.fullmatch(tagged):
        raise InvalidArgument(f"the image name {name!r} is not valid", hint="use lower case: [HOST/]NAME[:TAG]")
    return tagged


def pull_source(reference: str) -> str:
    """What skopeo copies from: a transport is taken as it is, a name is one of a registry."""
    if reference.startswith(TRANSPORTS):
        return reference
    return f"docker://{candidates(reference)[-1]}"


def stored_name(reference: str) -> str:
    """The name under which a pulled reference is kept, empty where the source has none of its own."""
    if reference.startswith("docker://"):
        return candidates(reference.removeprefix("docker://"))[-1]
    if reference.startswith(TRANSPORTS):
        return ""
    return candidates(reference)[-1]
