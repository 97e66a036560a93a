"""Puts into the wheel what is made of the sources: the manual page and the compiled catalogues of languages."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PAGE = Path("build/wharf.1")


class MadeFiles(BuildHookInterface):  # type: ignore[type-arg]
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile the catalogues; write the page, and have it installed where man(1) looks."""
        subprocess.run([sys.executable, "scripts/messages.py", "compile"], cwd=self.root, check=True)
        if self.target_name != "wheel" or version == "editable":
            return
        page = Path(self.root) / PAGE
        page.parent.mkdir(exist_ok=True)
        argv = [sys.executable, "-m", "core.cli.manual"]
        page.write_bytes(subprocess.run(argv, cwd=self.root, stdout=subprocess.PIPE, check=True).stdout)
        build_data["shared_data"][str(page)] = "share/man/man1/wharf.1"
