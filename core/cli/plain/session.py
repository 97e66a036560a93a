"""The loop of the plain mode: say, ask for a line, carry it out."""

from __future__ import annotations

import contextlib
import shlex
import sys
import threading
from collections.abc import Callable, Sequence
from typing import Final

from core.cli.output import printable
from core.cli.plain.actions import Action, command_words, valid_actions
from core.cli.plain.recording import recorded
from core.cli.plain.wording import container_line, event_words, summary
from core.engine import Engine
from core.errors import EngineError
from core.model.snapshot import ContainerSnapshot
from core.model.state import Status

CarryOut = Callable[[Sequence[str]], int]
EVENT_STEP: Final = 0.5
HELP: Final = (
    "a number chooses the container with that number; a name does, too",
    "l lists the containers; r lists the running ones; / and a text lists those that have it in their line",
    "i lists the images; e tells what happened last; a says or no longer says what happens meanwhile",
    "any command of wharf, such as ps -a or run -d wharf-demo sleep 100, is carried out",
    "h says this again; q ends",
)


class PlainSession:
    """One operator at a terminal that only appends. `carry_out` does a command line and gives its exit code."""

    def __init__(self, engine: Engine, commands: Sequence[str], carry_out: CarryOut) -> None:
        self._engine = engine
        self._commands = frozenset(commands)
        self._carry_out = carry_out
        self._listed: list[ContainerSnapshot] = []
        self._announcing = True
        self._busy = threading.Event()

    def run(self) -> int:
        """Until the operator ends it, or there are no more lines; the exit code."""
        closing = threading.Event()
        announcer = threading.Thread(target=self._announce, args=(closing,), name="wharf-plain", daemon=True)
        announcer.start()
        try:
            say(f"Wharfinger. {summary(self._engine.containers())}.")
            self._list()
            say("Type a number, h for help, q to end.")
            while (line := ask("wharf")) is not None and line not in ("q", "quit", "exit"):
                try:
                    self._do(line)
                except EngineError as error:
                    say(f"Error: {error.message}")
                    if error.hint:
                        say(f"hint: {error.hint}")
        finally:
            closing.set()
            announcer.join(timeout=2 * EVENT_STEP)
        return 0

    def _do(self, line: str) -> None:
        if not line:
            return
        if line in ("h", "help", "?"):
            for text in HELP:
                say(text)
        elif line == "l":
            self._list()
        elif line == "r":
            self._list(lambda picture: picture.status is Status.RUNNING)
        elif line.startswith("/"):
            self._list(lambda picture: line[1:] in container_line(picture))
        elif line == "i":
            self._command(["images"])
        elif line == "e":
            self._tell_past()
        elif line == "a":
            self._announcing = not self._announcing
            say("what happens is said" if self._announcing else "what happens is not said any more")
        elif (picture := self._chosen(line)) is not None:
            self._work(picture)
        else:
            self._typed_command(line)

    def _list(self, fits: Callable[[ContainerSnapshot], bool] = lambda _: True) -> None:
        self._listed = [picture for picture in self._engine.containers() if fits(picture)]
        if not self._listed:
            say("no containers")
        for number, picture in enumerate(self._listed, 1):
            say(f"{number} {container_line(picture)}")

    def _chosen(self, line: str) -> ContainerSnapshot | None:
        if line.isdecimal():
            number = int(line)
            if not 1 <= number <= len(self._listed):
                say(f"there is no number {number} in the list; l lists the containers")
                return None
            return self._engine.snapshot(self._listed[number - 1].id)
        known = {picture.name: picture.id for picture in self._engine.containers()}
        return self._engine.snapshot(known[line]) if line in known else None

    def _typed_command(self, line: str) -> None:
        if line.isdecimal():
            return
        try:
            words = shlex.split(line)
        except ValueError as error:
            say(f"Error: this line can not be read: {error}")
            return
        if words and words[0] == "wharf":
            del words[0]
        if words and words[0] in self._commands:
            self._command(words)
        else:
            say(f"{printable(line)} is neither a container nor a command; h helps")

    def _work(self, picture: ContainerSnapshot) -> None:
        """The menu of one container; an empty line, or 0, leads back."""
        say(container_line(picture))
        offered = {str(action.number): action for action in valid_actions(picture)}
        for number, action in offered.items():
            say(f"{number} {action.label}")
        say("0 back")
        line = ask(picture.name)
        if line in (None, "", "0"):
            return
        chosen = offered.get(str(line))
        if chosen is None:
            say(f"{printable(str(line))} can not be chosen now")
            return
        answer = self._answer(chosen)
        if answer is not None and self._confirmed(chosen, picture):
            words = command_words(chosen, picture.name, answer)
            recorded(self._engine, chosen, picture, words, lambda: self._command(words))

    def _answer(self, action: Action) -> list[str] | None:
        """What the action's question was answered with, in words; None where it was not."""
        question = action.question
        if question is None:
            return []
        line = ask(f"{question.text} [{question.default}]" if question.default else question.text)
        if line is None or not (line or question.default):
            say("nothing was done")
            return None
        try:
            return shlex.split(line or question.default)
        except ValueError as error:
            say(f"Error: this can not be read: {error}")
            return None

    def _confirmed(self, action: Action, picture: ContainerSnapshot) -> bool:
        if not action.warning:
            return True
        say(f"{action.label} {picture.name}: {action.warning}.")
        if ask("type yes to do it") == "yes":
            return True
        say("nothing was done")
        return False

    def _command(self, words: Sequence[str]) -> int:
        say(f"wharf {shlex.join(words)}")
        self._busy.set()
        try:
            code = self._carry_out(words)
        finally:
            self._busy.clear()
        say("done" if code == 0 else f"it ended with exit code {code}")
        return code

    def _tell_past(self) -> None:
        for event in self._engine.past_events()[-50:]:
            if words := event_words(event):
                say(words)

    def _announce(self, closing: threading.Event) -> None:
        """Say what happens while nobody's output would be broken by it."""
        with self._engine.subscribe() as subscription:
            while not closing.is_set():
                for event in subscription.drain(EVENT_STEP):
                    words = event_words(event)
                    if words and self._announcing and not self._busy.is_set():
                        say(f"* {words}")


def say(text: str) -> None:
    """One line, at once."""
    with contextlib.suppress(BrokenPipeError):
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()


def ask(prompt: str) -> str | None:
    """A line that is typed, without blanks around it; None at the end of the input. An interrupt is an empty line."""
    sys.stdout.write(f"{printable(prompt)}> ")
    sys.stdout.flush()
    try:
        line = sys.stdin.readline()
    except KeyboardInterrupt:
        say("")
        return ""
    return line.strip() if line else None
