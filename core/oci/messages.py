"""What the runtime's messages mean, in the words of runc and of crun."""

from __future__ import annotations

import re
from typing import Final

from core.errors import EngineError, NoSuchExecutable, NotExecutable, RuntimeFailed

_PREFIX: Final = (
    r"^(?:runc create failed: |runc run failed: |exec failed: |unable to start container process: "
    r"|container_linux\.go:\d+: |OCI runtime error: )+"
)
_RUNC_PROGRAM: Final = r'exec: "(?P<program>(?:[^"\\]|\\.)*)": '
_CRUN_PROGRAM: Final = r"exec container process (?:\(missing dynamic library\?\) )?`(?P<program>[^`]*)`: "
_MISSING: Final = (
    _RUNC_PROGRAM + r"(?:executable file not found|.*no such file or directory)",
    r"executable file `(?P<program>[^`]*)` not found",
    _CRUN_PROGRAM + r"No such file or directory",
)
_NO_FOLDER: Final = (
    r'chdir to cwd \("(?P<folder>[^"]*)"\) set in config.json failed: no such file',
    r"chdir (?:to )?`(?P<folder>[^`]*)`: No such file or directory",
)
_FORBIDDEN: Final = (
    _RUNC_PROGRAM + r"(?:.*permission denied|is a directory)",
    _CRUN_PROGRAM + r"(?:Permission denied|Is a directory)",
    # crun does not say which.
    r"^open executable: (?:Permission denied|Operation not permitted)(?P<program>)",
)


def classify(message: str) -> EngineError:
    """The error that a message of the runtime stands for: 127 for a missing program, 126 for one that can't run."""
    text = " ".join(message.split())
    if missing := _search(_MISSING, text):
        return NoSuchExecutable(
            f'the program "{missing["program"]}" is not in the container: no such file or directory',
            hint="check the command and the image",
            stderr=text,
        )
    if folder := _search(_NO_FOLDER, text):
        return NoSuchExecutable(
            f'the working directory "{folder["folder"]}" is not in the container: no such file or directory',
            hint="check --workdir",
            stderr=text,
        )
    if forbidden := _search(_FORBIDDEN, text):
        program = f'program "{forbidden["program"]}"' if forbidden["program"] else "program"
        return NotExecutable(
            f"the {program} can not be executed in the container: permission denied",
            hint="check that it is a program and may be executed by the user",
            stderr=text,
        )
    return RuntimeFailed(re.sub(_PREFIX, "", text) or "the runtime failed and said nothing", stderr=text)


def _search(patterns: tuple[str, ...], text: str) -> re.Match[str] | None:
    return next((found for pattern in patterns if (found := re.search(pattern, text))), None)
