"""What a short command loads: its time is that of its imports, and each of these would be much of it."""

from __future__ import annotations

import subprocess
import sys

import pytest

from core.engine import Engine
from core.model.image import Image
from tests.worksite import PROJECT, Worksite, make

HEAVY = "argparse base64 concurrent.futures dataclasses decimal inspect json logging ptyprocess random re shlex shutil"
HEAVY += " socket tempfile textwrap urllib.parse uuid textual rich"
PROGRAM = """
import sys
sys.path[:0] = {path!r}
sys.argv[1:] = {argv!r}
from tui.start import run
code = run(sys.argv[1:])
# What stands in for a library that nobody has asked for has no specification.
print(sorted(name for name in {heavy!r} if getattr(sys.modules.get(name), "__spec__", None)), file=sys.stderr)
sys.exit(code)
"""


@pytest.mark.parametrize("verb", ["create", "start", "pause", "unpause", "rm"])
def test_a_short_command_loads_little(engine: Engine, demo_image: Image, worksite: Worksite, verb: str) -> None:
    arguments = [verb, "it"]
    if verb == "create":
        arguments = ["create", "--name", "other", "--network=none", demo_image.names[0], "sleep", "1000"]
    else:
        container = make(engine, "sleep", "1000", name="it")
        if verb in ("pause", "unpause"):
            container.start()
        if verb == "unpause":
            container.pause()
    argv = [*worksite.global_options, *arguments]
    path = [str(PROJECT), *(place for place in sys.path if place.endswith("site-packages"))]
    program = PROGRAM.format(path=path, argv=argv, heavy=HEAVY.split())
    finished = subprocess.run([sys.executable, "-ISc", program], capture_output=True, text=True, timeout=60)
    assert finished.returncode == 0, finished.stderr
    assert finished.stderr == "[]\n"
