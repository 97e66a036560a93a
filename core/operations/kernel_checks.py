"""What a request asks of this machine's kernel and runtime that they may not have: refused before anything is made."""

from __future__ import annotations

import os
import re

from core.errors import InvalidArgument
from core.host.cgroup_limits import is_version_2
from core.model.options import CreateOptions
from core.operations.accounts import find_host_users
from core.operations.devices import device_numbers
from core.operations.parts import EngineParts

_FIRST_WITH_PERSONALITY = (1, 2)
"""Of runc; an older one passes over it without a word."""


def check_kernel_settings(parts: EngineParts, options: CreateOptions) -> None:
    """Raises `InvalidArgument`."""
    device_numbers(options.resources)
    find_host_users(options.surroundings.accounts.host_users)
    init = options.surroundings.init_path
    if init and options.init and not os.access(init, os.X_OK):
        raise InvalidArgument(f"container-init binary not found on the host: {init}", hint="correct --init-path")
    if options.security.seccomp_of_image and not options.image:
        raise InvalidArgument("cannot read seccomp profile without a valid image", hint="leave out --seccomp-policy")
    if options.kernel.cgroup_settings and not is_version_2():
        raise InvalidArgument("cannot use --cgroup-conf without cgroup v2", hint="this machine has version 1")
    if options.kernel.personality:
        version = parts.runtime_named(options.runtime).version()
        found = re.match(r"runc version (\d+)\.(\d+)", version)
        if found is not None and (int(found[1]), int(found[2])) < _FIRST_WITH_PERSONALITY:
            raise InvalidArgument(
                f"the runtime can not set a personality: {version}", hint="runc from 1.2 on and crun can"
            )
