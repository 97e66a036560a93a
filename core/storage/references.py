"""The names of images."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final

from core.errors import AmbiguousName, InvalidArgument, NoSuchImage
from core.model.image import Image

TRANSPORTS: Final = ("docker://", "docker-archive:", "oci-archive:", "oci:", "dir:")
_NAME: Final = r"[a-z0-9.-]+(?::\d+)?(?:/[a-z0-9._-]+)*(?::[\w][\w.-]{0,127})?(?:@sha256:[0-9a-f]{64})?"


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
    if not re.fullmatch(_NAME, tagged):
        raise InvalidArgument(f"the image name {name!r} is not valid", hint="use lower case: [HOST/]NAME[:TAG]")
    return tagged


def find_image(images: Sequence[Image], name_or_id: str, meant: Callable[[str], Sequence[str]]) -> Image:
    """An image by name, by id or the only one whose id begins so. `meant`: what else a name may mean.

    Raises `NoSuchImage`, `AmbiguousName`.
    """
    for name in candidates(name_or_id):
        for image in images:
            if name in image.names:
                return image
    wanted = name_or_id.removeprefix("sha256:")
    fitting = (image for image in images if wanted and image.id.startswith(wanted))
    # What is here and in another store is one image: that of here.
    matches = list({image.id: image for image in sorted(fitting, key=lambda image: not image.read_only)}.values())
    if not matches:
        matches = [image for name in meant(name_or_id) for image in images if name in image.names][:1]
    if len(matches) > 1:
        some = ", ".join(image.id[:12] for image in matches[:5])
        raise AmbiguousName(
            f'more than one image has an ID that begins with "{name_or_id}": {some}', hint="give more of the ID"
        )
    if not matches:
        raise NoSuchImage(f"{name_or_id}: image not known", hint=f"get it with: wharf pull {name_or_id}")
    return matches[0]


def asked_name(image: Image, asked: str, meant: Callable[[str], Sequence[str]]) -> str:
    """The full name that an image was asked for by; empty for one that was asked for by its id.

    `meant`: what else a name may mean, asked where it is none of the `candidates`.
    """
    usual = next((name for name in candidates(asked) if name in image.names), "")
    if usual or image.id.startswith(asked.removeprefix("sha256:")):
        return usual
    return next((name for name in meant(asked) if name in image.names), "")


def push_target(name: str, asked: str, destination: str) -> str:
    """Where a push of an image goes, with its transport. `name`: the full one that it was asked for by.

    Raises `InvalidArgument` where nothing says a registry.
    """
    if destination.startswith(TRANSPORTS):
        return destination
    target = with_tag(destination) if destination else name
    host, slash, _ = target.partition("/")
    if not slash or host == "localhost" or not ("." in host or ":" in host):
        raise InvalidArgument(
            f"{destination or asked} names no registry to push to", hint="give the destination: HOST[:PORT]/NAME[:TAG]"
        )
    return f"docker://{target}"
