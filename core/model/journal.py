"""What was done from the screen: a line of the journal of actions."""

import enum
from datetime import datetime
from typing import Annotated

import msgspec

PROGRAM = "wharf"
UtcTime = Annotated[datetime, msgspec.Meta(tz=True)]


class Result(enum.StrEnum):
    """How an action ended."""

    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class JournalEntry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One action. Nothing that is secret: of variables the names alone, of logins and secrets nothing.

    `time`: when it began. `seconds`: how long it took. `user`: whom the process ran as; `sudo_user`: who called sudo.
    `kind`, `name`, `id`: of what it was done to. `error`: the one sentence, of what failed.
    """

    time: UtcTime
    seconds: float
    user: str
    sudo_user: str = ""
    process: int
    source: str = "screen"
    verb: str
    kind: str
    name: str = ""
    id: str = ""
    result: Result
    error: str = ""
    command: tuple[str, ...] = ()
    """The command line that does the same, with the program's name; empty where none does."""
    options: tuple[str, ...] = ()
    """What stands behind `wharf` where the engine's directories or its runtime are not the usual ones."""
    environment: tuple[str, ...] = ()
    """Variables that `command` takes from its environment: their values were left out."""
    lacking: tuple[str, ...] = ()
    """What else was left out of `command`, which therefore does not do the same."""
    interactive: bool = False
    """Whether `command` needs somebody at a terminal."""
    runtime: str = ""
    """The command lines of the runtime that came of it."""

    @property
    def who(self) -> str:
        """The user, in words."""
        return f"{self.sudo_user} (as {self.user})" if self.sudo_user not in ("", self.user) else self.user

    @property
    def target(self) -> str:
        """What it was done to, in words."""
        return f"{self.kind} {self.name or self.id[:12]}".rstrip()

    @property
    def whole_command(self) -> tuple[str, ...]:
        """`command` with `options`: does the same wherever it is run."""
        if self.options and self.command[:1] == (PROGRAM,):
            return (PROGRAM, *self.options, *self.command[1:])
        return self.command
