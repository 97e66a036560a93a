"""Settings of the engine: which programs it calls and the defaults of its verbs."""

from __future__ import annotations

from typing import Final

import msgspec

DEFAULT_HOOKS_DIRS: Final = ("/usr/share/containers/oci/hooks.d", "/etc/containers/oci/hooks.d")


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Names are looked up in PATH and the system's sbin directories; a path is taken as it is.

    `seccomp_profile`: the default profile (containers-common). `additional_image_stores`: read-only stores whose images
    are shown and used; one that is not there is passed over. `operation_timeout`: seconds a call of the
    runtime, or of a hook before a creation, may take before it counts as hung. `exit_command`: what conmon runs when a
    container ends, before the arguments `cleanup ID`; empty to run nothing.
    """

    runtime: str = "runc"
    monitor: str = "conmon"
    storage: str = "containers-storage"
    skopeo: str = "skopeo"
    network: str = "netavark"
    name_server: str = "aardvark-dns"
    seccomp_profile: str = "/usr/share/containers/seccomp.json"
    additional_image_stores: tuple[str, ...] = ("/var/lib/containers/storage",)
    detach_keys: str = "ctrl-p,ctrl-q"
    signature_policy: str = "/etc/containers/policy.json"
    """containers-policy.json(5); where the file is not there, every image is taken."""
    registries: str = "/etc/containers/registries.conf"
    """containers-registries.conf(5), with registries.conf.d beside it."""
    short_name_aliases: str = ""
    """Where the choices of registries for names without one are kept; empty for podman's file."""
    foreign_roots: tuple[str, ...] = ()
    """Further folders in which runtimes of other engines keep their state."""
    discover_foreign: bool = True
    """Look for other engines' containers at the places that are known, and at those that their monitors name."""
    hooks_dirs: tuple[str, ...] = DEFAULT_HOOKS_DIRS
    """Folders with hooks of oci-hooks(5); a file of a later one stands for that of the same name before it."""
    mount_program: str = ""
    """What mounts layers in place of the kernel: fuse-overlayfs. Empty to take it where the kernel can not."""
    subuid_file: str = "/etc/subuid"
    subgid_file: str = "/etc/subgid"
    automatic_ids: str = "containers"
    """The name whose subordinate ids containers with `--userns auto` get."""
    operation_timeout: float = 60.0
    log_level: str = "warning"
    exit_command: tuple[str, ...] = ()
