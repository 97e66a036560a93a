"""--attach and --preserve-fds: which streams are joined, and which further descriptors a process gets."""

from __future__ import annotations

import fcntl

from core.cli.parser import WrongValue
from core.errors import InvalidArgument

TYPE_CHECKING = False
if TYPE_CHECKING:
    from core.cli.parser import Options

STREAMS = ("stdin", "stdout", "stderr")
FIRST = 3
"""Behind the three streams."""


def attached_streams(options: Options) -> frozenset[str]:
    """The streams that are joined: those named, else both outputs, and the input with --interactive.

    Raises `InvalidArgument`.
    """
    named = {word.lower() for text in options.attach for word in text.split(",")}
    for word in named - set(STREAMS):
        raise InvalidArgument(
            f'invalid stream "{word}" for --attach - must be one of stdin, stdout, or stderr: invalid argument',
            hint="name one or more of these three",
        )
    joined = named or set(STREAMS)
    return frozenset(joined if options.interactive else joined - {"stdin"})


def count(text: str) -> int:
    """A number of descriptors, for an option's `type`."""
    number = int(text)
    if number < 0:
        raise WrongValue("it is negative")
    return number


def require_inherited(number: int) -> None:
    """Raise `InvalidArgument` where one of `number` descriptors from 3 on was not handed to this process."""
    for descriptor in range(FIRST, FIRST + number):
        try:
            # What this process has opened itself ends with the start of another program.
            own = fcntl.fcntl(descriptor, fcntl.F_GETFD) & fcntl.FD_CLOEXEC
        except OSError:
            own = True
        if own:
            raise InvalidArgument(
                f"file descriptor {descriptor} is not available - the preserve-fds option requires that file"
                " descriptors must be passed",
                hint=f"as in: wharf run --preserve-fds 1 … {descriptor}<FILE",
            )
