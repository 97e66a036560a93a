"""The doors of the bridge to consoles: attached ones, shells, commands in containers and on this host."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from core.errors import EngineError, NoSuchExecutable
from core.log import LOG
from core.model.options import ExecOptions
from tui.bridge.found import found, is_foreign
from tui.bridge.workers import Workers
from tui.languages import _
from tui.messages import Answered, ConsoleOpened, ShellMissing
from tui.step import Step


class ConsoleDoors(Workers):
    """A part of the bridge, which does what is asked for in threads. What a console needs is loaded by the first."""

    def attach(self, container_id: str, *, watch_only: bool = False) -> None:
        """Open the container's console."""

        def act() -> None:
            from tui.bridge.console_sources import attached

            with self._recorder.recorded(Step("watch" if watch_only else "attach", container_id, "")):
                source = attached(found(self._engine, container_id))
            self._post(ConsoleOpened(container_id, source, watch_only=watch_only))

        if watch_only:
            self._do(act)
        else:
            self._change(act)

    def attach_again(self, wanted: Sequence[tuple[str, bool]], then: Callable[[Any], object]) -> None:
        """Open consoles that were open once: of each the container's id, and whether it is watched only.

        In read-only mode all are watched only. To `then` are told, on the screen, the ids of those that can't be.
        """

        def act() -> None:
            from tui.bridge.console_sources import attached

            missing = []
            for container_id, watch_only in wanted:
                watched = watch_only or self.read_only
                try:
                    with self._recorder.recorded(Step("watch" if watched else "attach", container_id, "")):
                        source = attached(found(self._engine, container_id))
                except EngineError as error:
                    LOG.info("%s | %s | %s", error.message, " ".join(error.argv), error.stderr)
                    missing.append(container_id)
                else:
                    self._post(ConsoleOpened(container_id, source, watch_only=watched, takes_keyboard=False))
            self._post(Answered(missing, then))

        self._do(act)

    def shell(self, container_id: str) -> None:
        """Open the best shell that the container has; where it has none, the host's tools are offered."""

        def act() -> None:
            from tui.bridge.console_sources import best_shell, has_shell

            source = None
            with self._recorder.recorded(Step("shell", container_id, "")) as deed:
                container = found(self._engine, container_id)
                if has_shell(container):
                    source = best_shell(container)
                elif is_foreign(container_id):
                    raise NoSuchExecutable(
                        _("{name} has no shell").format(name=container.name), hint=_("E runs another command in it")
                    )
                else:
                    deed.trouble = _("{name} has no shell").format(name=container.name)
            if source is None:
                self._post(ShellMissing(container_id, container.name))
            else:
                self._post(ConsoleOpened(container_id, source))

        self._change(act)

    def host_tools(self, container_id: str) -> None:
        """Open a shell of the host's busybox in the container's namespaces."""

        def act() -> None:
            from tui.bridge.console_sources import host_tools

            with self._recorder.recorded(Step("host tools", container_id, "")):
                source = host_tools(self._engine.lookup(container_id))
            self._post(ConsoleOpened(container_id, source))

        self._change(act)

    def execute(self, container_id: str, options: ExecOptions) -> None:
        """Run a command in the container, with its streams in a pane."""

        def act() -> None:
            from tui.bridge.console_sources import executed

            with self._recorder.recorded(Step("exec", container_id, "", (options,))):
                source = executed(found(self._engine, container_id), options)
            self._post(ConsoleOpened(container_id, source))

        self._change(act)

    def open_own(self, step: Step, title: str, argv: Sequence[str], *, changes: bool) -> None:
        """Run a command of the operator's on this host, in a pane. `step`: as the journal has it."""

        def act() -> None:
            from tui.bridge.console_sources import on_host

            with self._recorder.recorded(step):
                source = on_host(step.row_id, title, argv)
            self._post(ConsoleOpened(step.row_id, source))

        (self._change if changes else self._do)(act)
