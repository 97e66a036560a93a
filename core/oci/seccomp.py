"""The seccomp profile of containers-common, turned into what the runtime spec takes.

The profile's rules hold under conditions (a capability is there or not, an architecture); the runtime spec knows none,
so they are decided here.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import partial
from typing import Any, Final

_ARCHITECTURES: Final = {
    "x86_64": "amd64",
    "aarch64": "arm64",
    "armv7l": "arm",
    "i686": "x86",
    "ppc64le": "ppc64le",
    "riscv64": "riscv64",
    "s390x": "s390x",
}
_SECCOMP_ARCHITECTURES: Final = {
    "amd64": "SCMP_ARCH_X86_64",
    "arm64": "SCMP_ARCH_AARCH64",
    "arm": "SCMP_ARCH_ARM",
    "x86": "SCMP_ARCH_X86",
    "ppc64le": "SCMP_ARCH_PPC64LE",
    "riscv64": "SCMP_ARCH_RISCV64",
    "s390x": "SCMP_ARCH_S390X",
}

Profile = Mapping[str, Any]


def translate(profile: Profile, machine: str, capabilities: Collection[str], *, has_x32: bool = True) -> dict[str, Any]:
    """The `linux.seccomp` of the runtime spec for a machine (as uname(1) names it) and a container's capabilities.

    `has_x32`: whether the kernel runs programs of that ABI. Where it does not, no rules are made for them: they are a
    third of all on x86_64, and to make them takes the runtime a sixth of the time of a create.
    """
    architecture = _ARCHITECTURES.get(machine, machine)
    spec: dict[str, Any] = {
        "defaultAction": profile["defaultAction"],
        "architectures": [name for name in _architectures(profile, architecture) if has_x32 or name != "SCMP_ARCH_X32"],
        "syscalls": [_rule(rule) for rule in profile.get("syscalls", []) if _applies(rule, architecture, capabilities)],
    }
    if profile.get("defaultErrnoRet") is not None:
        spec["defaultErrnoRet"] = profile["defaultErrnoRet"]
    if profile.get("flags"):
        spec["flags"] = profile["flags"]
    return spec


def in_quickest_order(spec: Profile, number: Callable[[str, str], int]) -> dict[str, Any]:
    """The same `linux.seccomp`, its calls in the order in which libseccomp takes them the soonest.

    It keeps the calls of each architecture in a list by their numbers, which it searches from the lowest for each that
    is added: the highest come first. `number`: that of a call, by architecture and name.
    """
    names = sorted({name for rule in spec["syscalls"] for name in rule["names"]})
    rank = dict.fromkeys(names, 0)
    for architecture in spec["architectures"]:
        for position, name in enumerate(sorted(names, key=partial(number, architecture))):
            rank[name] += position
    rules = [{**rule, "names": sorted(rule["names"], key=rank.__getitem__, reverse=True)} for rule in spec["syscalls"]]
    return {**spec, "syscalls": rules}


def _architectures(profile: Profile, architecture: str) -> list[str]:
    native = _SECCOMP_ARCHITECTURES.get(architecture)
    for entry in profile.get("archMap") or profile.get("archMapping") or []:
        if entry.get("architecture") == native:
            return [native, *(entry.get("subArchitectures") or [])]
    return list(profile.get("architectures") or ([native] if native else []))


def _applies(rule: Profile, architecture: str, capabilities: Collection[str]) -> bool:
    includes, excludes = rule.get("includes") or {}, rule.get("excludes") or {}
    if includes.get("arches") and architecture not in includes["arches"]:
        return False
    if architecture in (excludes.get("arches") or ()):
        return False
    if any(capability not in capabilities for capability in includes.get("caps") or ()):
        return False
    return not any(capability in capabilities for capability in excludes.get("caps") or ())


def _rule(rule: Profile) -> dict[str, Any]:
    names = list(rule.get("names") or ([rule["name"]] if rule.get("name") else []))
    translated: dict[str, Any] = {"names": names, "action": rule["action"]}
    if rule.get("errnoRet") is not None:
        translated["errnoRet"] = rule["errnoRet"]
    arguments = [
        {key: argument[key] for key in ("index", "value", "valueTwo", "op") if argument.get(key) is not None}
        for argument in rule.get("args") or []
    ]
    if arguments:
        translated["args"] = arguments
    return translated
