"""What the runtime's messages mean."""

from __future__ import annotations

import re
from typing import Final

from core.errors import EngineError, NoSuchExecutable, NotExecutable, RuntimeFailed

_PREFIX: Final = (
    r"^(?:runc create failed: |runc run failed: |exec failed: |unable to start container process: "
    r"|container_linux\.go:\d+: |OCI runtime error: )+"
)
_MISSING: Final = r'exec: "(?P<program>(?:[^"\\]|\\.)*)": (?:executable file not found|.*no such file or directory)'
_NO_FOLDER: Final = r'chdir to cwd \("(?P<folder>[^"]*)"\) set in config.json failed: no such file'
_FORBIDDEN: Final = r'exec: "(?P<program>(?:[^"\\]|\\.)*)": (?:.*permission denied|is a directory)'


def classify(message: str) -> EngineError:
    """The error that a message of the runtime stands for: 127 for a missing program, 126 for one that can't run."""
    text = " ".join(message.split())
    if missing := re.search(_MISSING, text):
        return NoSuchExecutable(
            f'the program "{missing["program"]}" is not in the container: no such file or directory',
            hint="check the command and the image",
            stderr=text,
        )
    if folder := re.search(_NO_FOLDER, text):
        return NoSuchExecutable(
            f'the working directory "{folder["folder"]}" is not in the container: no such file or directory',
            hint="check --workdir",
            stderr=text,
        )
    if forbidden := re.search(_FORBIDDEN, text):
        return NotExecutable(
            f'the program "{forbidden["program"]}" can not be executed in the container: permission denied',
            hint="check that it is a program and may be executed by the user",
            stderr=text,
        )
    return RuntimeFailed(re.sub(_PREFIX, "", text) or "the runtime failed and said nothing", stderr=text)
