"""What the networks of a request mean: a mode, and the networks to be connected to."""

from __future__ import annotations

from pathlib import Path

import msgspec

from core.errors import InvalidArgument, NoSuchContainer, NoSuchObject
from core.model.config import NetworkMode
from core.model.network import DEFAULT_NETWORK, NO_NAME_OPTIONS, Attachment
from core.model.options import CreateOptions
from core.operations.parts import EngineParts
from core.operations.rootless import is_rootless


def resolve_network(parts: EngineParts, network: str) -> tuple[NetworkMode, str]:
    """The mode, and with `container:` the id of the container, with `ns:` the path, with `slirp4netns:` and `pasta:`
    their options. Raises `InvalidArgument`.
    """
    mode, _, target = (network or NetworkMode.NONE).partition(":")
    if mode == NetworkMode.CONTAINER:
        if not target:
            raise InvalidArgument(
                "the network container: needs a container's name or id", hint="write it as container:NAME"
            )
        try:
            return NetworkMode.CONTAINER, parts.store.resolve(target)
        except NoSuchContainer as error:
            raise InvalidArgument(
                f"the network of {target} can not be joined: {error.message}",
                hint=error.hint or "see wharf ps --all for the names",
            ) from error
    if mode == NetworkMode.PATH:
        if not target or not Path(target).exists():
            raise InvalidArgument(f"the network namespace {target!r} does not exist", hint="give its path behind ns:")
        return NetworkMode.PATH, target
    if mode in (NetworkMode.SLIRP4NETNS, NetworkMode.PASTA):
        if mode == NetworkMode.PASTA and not is_rootless():
            raise InvalidArgument("pasta does not work for root", hint="use bridge or slirp4netns")
        from core.network.user_mode import user_mode_lease

        user_mode_lease(NetworkMode(mode), target)
        return NetworkMode(mode), target
    if target:
        raise InvalidArgument(
            f"the network {network!r} is not known", hint="use host, none, container:NAME or a network"
        )
    if mode in (NetworkMode.HOST, NetworkMode.NONE):
        return NetworkMode(mode), ""
    return NetworkMode.BRIDGE, ""


def resolve_attachments(parts: EngineParts, options: CreateOptions, mode: NetworkMode) -> tuple[Attachment, ...]:
    """The networks to be connected to, by their full names. Raises `NoSuchObject`, `InvalidArgument`."""
    if mode is not NetworkMode.BRIDGE:
        if options.attachments or (mode is NetworkMode.CONTAINER and options.names != NO_NAME_OPTIONS):
            raise InvalidArgument(
                f"addresses and names can not be chosen with the network {mode}",
                hint="the owner of the network has them",
            )
        return ()
    from core.operations.known_networks import find_network

    named = options.network if options.network != NetworkMode.BRIDGE else DEFAULT_NETWORK
    attachments: list[Attachment] = []
    for wished in options.attachments or (Attachment(network=named),):
        try:
            network = find_network(parts, wished.network)
        except NoSuchObject as error:
            raise NoSuchObject(
                f"unable to find network with name or ID {wished.network}: network not found", hint=error.hint
            ) from error
        if any(other.network == network.name for other in attachments):
            raise InvalidArgument(f"the network {network.name} is given twice", hint="name it once")
        if wished.aliases and not network.dns:
            raise InvalidArgument(
                f"the network {network.name} answers no names, so an alias is of no use there",
                hint="use a network made with wharf network create",
            )
        attachments.append(msgspec.structs.replace(wished, network=network.name))
    return tuple(attachments)
