"""The image's configuration and the request, merged into the process to run (image-spec, conversion.md)."""

from __future__ import annotations

import re
from typing import Final

from core.errors import InvalidArgument
from core.model.config import ProcessConfig
from core.model.health import HealthCheck, changed_check
from core.model.image import ImageConfig
from core.model.options import CreateOptions, HealthOptions

_REFERENCE: Final = r"\\(.)|\$(?:(\w+)|\{(\w+)(?:(:[-+])([^}]*))?\})"
DEFAULT_PATH: Final = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def merge_process(options: CreateOptions, image: ImageConfig | None) -> ProcessConfig:
    """The process of a new container. An entrypoint in the request drops the image's command, too, as in podman.

    Raises `InvalidArgument` where neither names a command, or the working directory is not absolute.
    """
    image = image or ImageConfig()
    entrypoint = image.entrypoint if options.entrypoint is None else options.entrypoint
    command = options.command or (image.cmd if options.entrypoint is None else ())
    args = (*entrypoint, *command)
    if not args or not args[0]:
        raise InvalidArgument(
            "no command to run is given", hint="the image has none either: name a command or an entrypoint"
        )
    cwd = options.workdir if options.workdir is not None else image.working_dir or "/"
    if not cwd.startswith("/"):
        raise InvalidArgument(f"the working directory {cwd!r} is not an absolute path", hint="begin it with /")
    inherited = merge_env(_defaults(options), image.env)
    changed = _changed_by_image(options.image_env, inherited)
    return ProcessConfig(
        args=args,
        env=merge_env(_kept(merge_env(inherited, changed), options.unset_env), options.env),
        cwd=cwd,
        user=options.user if options.user is not None else image.user,
        terminal=options.terminal,
        stdin_open=options.stdin_open,
        stdin_once=options.stdin_open and options.stdin_once and not options.terminal,
    )


def merge_health_check(asked: HealthOptions, image: ImageConfig | None) -> HealthCheck | None:
    """The image's health check with what is asked for in its place. Raises `InvalidArgument`."""
    return changed_check(image.health_check if image is not None else None, asked)


def merge_env(*layers: tuple[str, ...]) -> tuple[str, ...]:
    """`NAME=VALUE` lines, later layers over earlier ones. Raises `InvalidArgument` for a line without a name."""
    merged: dict[str, str] = {}
    for layer in layers:
        for line in layer:
            name, _, value = line.partition("=")
            if not name or "\0" in line:
                raise InvalidArgument(f"the environment variable {line!r} is not valid", hint="use NAME=VALUE")
            merged[name] = value
    return tuple(f"{name}={value}" for name, value in merged.items())


def _changed_by_image(asked: tuple[str, ...], inherited: tuple[str, ...]) -> tuple[str, ...]:
    """The lines for variables that are there, `$NAME` in them by what is there, as podman's --env-merge."""
    known = dict(line.partition("=")[::2] for line in inherited)
    changed = {}
    for line in asked:
        name, separator, value = line.partition("=")
        if separator and name in known:
            changed[name] = re.sub(_REFERENCE, lambda match: _meaning(match, known), value)
    return tuple(f"{name}={value}" for name, value in changed.items())


def _meaning(match: re.Match[str], known: dict[str, str]) -> str:
    """Of `$NAME`, `${NAME}`, `${NAME:-otherwise}`, `${NAME:+instead}`, or of a letter behind a backslash."""
    escaped, bare, braced, sign, word = match.groups()
    if escaped is not None:
        return str(escaped)
    value = known.get(bare or braced, "")
    if sign == ":-":
        return value or str(word)
    if sign == ":+":
        return str(word) if value else ""
    return value


def _kept(lines: tuple[str, ...], unset: tuple[str, ...]) -> tuple[str, ...]:
    return () if "*" in unset else tuple(line for line in lines if line.partition("=")[0] not in unset)


def _defaults(options: CreateOptions) -> tuple[str, ...]:
    term = ("TERM=xterm-256color",) if options.terminal else ()
    return (f"PATH={DEFAULT_PATH}", *term, "container=wharfinger")
