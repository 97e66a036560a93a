"""Hooks of the OCI runtime spec by configuration files, as oci-hooks(5) of containers-common has them. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import msgspec

from core.errors import InvalidArgument

VERSION: Final = "1.0.0"
PRECREATE: Final = "precreate"
"""The stage that is the engine's: the hook gets the spec on its input and writes the one to be used."""
STAGES: Final = (
    *("prestart", "createRuntime", "createContainer", "startContainer", "poststart", "poststop"),
    PRECREATE,
)


class HookProgram(msgspec.Struct, frozen=True, omit_defaults=True):
    """As the runtime spec has it. `args` begin with the program's own name; `timeout`: seconds."""

    path: str
    args: tuple[str, ...] = ()
    env: tuple[str, ...] = ()
    timeout: int | None = None


class When(msgspec.Struct, frozen=True, rename="camel"):
    """For which containers: all that is given has to be true. Patterns are regular expressions found anywhere.

    `annotations`: patterns of names, with those of their values. `commands`: one of them is of the first word.
    """

    always: bool | None = None
    annotations: dict[str, str] = {}
    commands: tuple[str, ...] = ()
    has_bind_mounts: bool | None = None


class Hook(msgspec.Struct, frozen=True):
    version: str
    hook: HookProgram
    when: When
    stages: tuple[str, ...]


_hooks = msgspec.json.Decoder(Hook)


def parse_hook(file: str, content: bytes) -> Hook:
    """A configuration file. Raises `InvalidArgument` for one that is not understood."""
    try:
        hook = _hooks.decode(content)
        for pattern in (*hook.when.annotations, *hook.when.annotations.values(), *hook.when.commands):
            re.compile(pattern)
    except (msgspec.MsgspecError, re.error, RecursionError) as error:
        raise _wrong(file, str(error)) from error
    if hook.version != VERSION:
        raise _wrong(file, f"unexpected hook version {hook.version!r} (expecting {VERSION})")
    if not hook.hook.path.startswith("/"):
        raise _wrong(file, f"the path {hook.hook.path!r} of the hook is not absolute")
    for stage in hook.stages:
        if stage not in STAGES:
            raise _wrong(file, f"unknown stage {stage!r}")
    return hook


def matches(when: When, spec: Mapping[str, Any], annotations: Mapping[str, str], *, has_bind_mounts: bool) -> bool:
    """Whether a hook is for the container with this spec."""
    if when.always is False or (when.has_bind_mounts is not None and not (when.has_bind_mounts and has_bind_mounts)):
        return False
    for name_pattern, value_pattern in when.annotations.items():
        if not any(
            re.search(name_pattern, name) and re.search(value_pattern, annotations[name]) for name in annotations
        ):
            return False
    if when.commands:
        args: Sequence[str] = spec["process"]["args"]
        return bool(args) and any(re.search(pattern, args[0]) for pattern in when.commands)
    return bool(when.always or when.has_bind_mounts or when.annotations)


def by_stage(hooks: Iterable[Hook]) -> dict[str, list[HookProgram]]:
    """The programs of each stage that has some, in the order of the hooks."""
    found: dict[str, list[HookProgram]] = {}
    for stage, program in _stages(hooks):
        found.setdefault(stage, []).append(program)
    return found


def _stages(hooks: Iterable[Hook]) -> Iterator[tuple[str, HookProgram]]:
    for hook in hooks:
        for stage in hook.stages:
            yield stage, hook.hook


def _wrong(file: str, reason: str) -> InvalidArgument:
    return InvalidArgument(f"the hook {file} can not be used: {reason}", hint="see oci-hooks(5), or move it away")
