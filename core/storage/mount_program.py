"""fuse-overlayfs in place of the kernel's overlay, where an ordinary user may not mount that, or where it is wished.

containers-storage takes it from PATH by itself where the kernel refuses, and goes on with it where it once was used.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

from core.errors import HostIncomplete
from core.host.files import make_private_directory, write_atomically
from core.host.processes import find_program
from core.paths import EnginePaths
from core.settings import Settings

FUSE_OVERLAYFS: Final = "fuse-overlayfs"
# A file system in user space lives as long as it is mounted: it must not inherit the locks of who mounts it.
_WRAPPER: Final = """#!{python} -IS
import os, sys
os.closerange(3, 4096)
os.execv({program!r}, [{program!r}, *sys.argv[1:]])
"""


def mount_program(paths: EnginePaths, settings: Settings) -> Path | None:
    """What is to be begun in place of fuse-overlayfs, in a folder of its own; None where that is not installed.

    Raises `HostIncomplete` for one that was named and is not there.
    """
    try:
        program = find_program(settings.mount_program or FUSE_OVERLAYFS)
    except HostIncomplete:
        if settings.mount_program:
            raise
        return None
    content = _WRAPPER.format(python=sys.executable, program=program).encode()
    wrapper = paths.mount_programs / FUSE_OVERLAYFS
    if not wrapper.exists() or wrapper.read_bytes() != content:
        make_private_directory(wrapper.parent)
        write_atomically(wrapper, content, mode=0o700)
    return wrapper
