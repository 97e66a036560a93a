"""What the command line of a container's monitor tells: conmon's, and that of containerd's shim."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Final, NamedTuple

SHIMS: Final = ("containerd-shim-runc-v2", "containerd-shim-runc-v1")
_SHORT: Final = {
    "-b": "--bundle",
    "-c": "--cid",
    "-e": "--exec",
    "-i": "--stdin",
    "-l": "--log-path",
    "-n": "--name",
    "-p": "--container-pidfile",
    "-P": "--conmon-pidfile",
    "-r": "--runtime",
    "-t": "--terminal",
    "-T": "--timeout",
    "-u": "--cuuid",
}
_WITH_VALUE: Final = frozenset(
    f"--{name}"
    for name in (
        *("api-version", "bundle", "cid", "conmon-pidfile", "container-pidfile", "cuuid", "exec-process-spec"),
        *("exit-command", "exit-command-arg", "exit-delay", "exit-dir", "log-label", "log-level", "log-path"),
        *("log-size-global-max", "log-size-max", "log-tag", "name", "persist-dir", "restore", "runtime"),
        *("runtime-arg", "runtime-opt", "sdnotify-socket", "seccomp-notify-plugins", "seccomp-notify-socket"),
        *("socket-dir-path", "timeout"),
    )
)


class ConmonCall(NamedTuple):
    """How a conmon was started. `log_driver`: k8s-file, journald, none … `input_ends`: with its first client.

    `runtime` is empty where a descriptor of who started it was run, which may be another's by now.
    """

    container_id: str
    bundle: str
    name: str
    runtime: str
    runtime_root: str
    log_driver: str
    log_path: str
    terminal: bool
    stdin_open: bool
    input_ends: bool
    exit_command: tuple[str, ...]


class ShimCall(NamedTuple):
    """How a shim of containerd was started."""

    namespace: str
    address: str


def parse_conmon(arguments: Sequence[str]) -> ConmonCall | None:
    """What a conmon watches; None where it is none, or one of an exec (conmon(8))."""
    if not arguments or Path(arguments[0]).name != "conmon":
        return None
    given = _options(arguments[1:])
    if "--exec" in given or "--cid" not in given:
        return None
    driver, path = _log(given.get("--log-path", []))
    stdin_open, runtime = "--stdin" in given, _last(given, "--runtime")
    return ConmonCall(
        container_id=given["--cid"][-1],
        bundle=_last(given, "--bundle"),
        name=_last(given, "--name"),
        runtime="" if runtime.startswith("/proc/") else runtime,
        runtime_root=_runtime_root(given.get("--runtime-arg", [])),
        log_driver=driver,
        log_path=path,
        terminal="--terminal" in given,
        stdin_open=stdin_open or "--terminal" in given,
        input_ends=stdin_open and "--terminal" not in given and "--leave-stdin-open" not in given,
        exit_command=(*given.get("--exit-command", []), *given.get("--exit-command-arg", [])),
    )


def parse_shim(arguments: Sequence[str]) -> ShimCall | None:
    """The namespace and socket of a shim of containerd; None where it is none."""
    if not arguments or Path(arguments[0]).name not in SHIMS:
        return None
    values = {name.lstrip("-"): value for name, value in pairwise(arguments) if name.startswith("-")}
    return ShimCall(values.get("namespace", "default"), values.get("address", ""))


def _options(arguments: Sequence[str]) -> dict[str, list[str]]:
    """Long name → what was given with it, in order."""
    given: dict[str, list[str]] = {}
    rest = iter(arguments)
    for argument in rest:
        name, equals, value = argument.partition("=")
        name = _SHORT.get(name, name)
        if name in _WITH_VALUE and not equals:
            value = next(rest, "")
        given.setdefault(name, []).append(value)
    return given


def _last(given: dict[str, list[str]], name: str) -> str:
    return given.get(name, [""])[-1]


def _log(paths: Sequence[str]) -> tuple[str, str]:
    """The driver and the path of the log that can be read, out of several."""
    found = ("none", "")
    for text in paths:
        driver, colon, path = text.partition(":")
        if not colon and "/" in text:
            driver, path = "k8s-file", text
        if driver == "k8s-file":
            return driver, path
        found = (driver, path)
    return found


def _runtime_root(arguments: Sequence[str]) -> str:
    for number, argument in enumerate(arguments):
        if argument.startswith("--root="):
            return argument.removeprefix("--root=")
        if argument == "--root" and number + 1 < len(arguments):
            return arguments[number + 1]
    return ""
