"""The threads of the bridge: what is to be done goes in, and no error is lost on the way."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from textual.message import Message

from core.engine import Engine
from core.errors import EngineError
from core.log import LOG
from tui.bridge.recorder import Recorder
from tui.languages import _
from tui.messages import VerbFailed
from tui.read_only import refusal

WORKERS: Final = 16
Post = Callable[[Message], object]


def _nobody(message: Message) -> None:
    """Nobody listens yet."""


class Workers:
    """A part of the bridge, which others stand on."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._post: Post = _nobody
        self._recorder = Recorder(engine, self._tell_action)
        self._pool = ThreadPoolExecutor(WORKERS, "wharf-verb")
        self._closing = threading.Event()
        self.read_only = False
        """Whether whatever would change something is refused."""

    def _tell_action(self, message: Message) -> None:
        """Something is in the journal."""
        raise NotImplementedError

    def _change(self, act: Callable[[], None]) -> None:
        """Do what changes something, unless nothing is to be changed."""
        if self.read_only:
            self._post(VerbFailed(refusal()))
        else:
            self._do(act)

    def _do(self, act: Callable[[], None]) -> None:
        if not self._closing.is_set():
            self._pool.submit(self._guarded, act)

    def _guarded(self, act: Callable[[], None]) -> None:
        """Every error ends in one message; what nobody foresaw is in the log file, too."""
        try:
            act()
        except EngineError as error:
            LOG.info("%s | %s | %s", error.message, " ".join(error.argv), error.stderr)
            self._post(VerbFailed(error))
        except Exception as error:
            self._post(VerbFailed(self._unforeseen(error)))

    def _unforeseen(self, error: Exception) -> EngineError:
        LOG.error("an unforeseen error", exc_info=error)
        return EngineError(
            _("something went wrong that was not foreseen: {error}").format(error=error),
            hint=_("{file} has the details").format(file=self._engine.paths.log_file),
        )
