"""The engine's log. The library for it is loaded when there is something to write: most processes write nothing."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    import logging

LOG_LEVELS = {"debug": 10, "info": 20, "warn": 30, "warning": 30, "error": 40, "fatal": 50}


class Log:
    """The logger `wharfinger` of the standard library, as far as it is used; to a file once there is `send_to`."""

    def __init__(self) -> None:
        self._level = LOG_LEVELS["warning"]
        self._path = ""
        self._logger: logging.Logger | None = None

    def send_to(self, path: str, level: str) -> None:
        """Write to this file from now on what is of `level` or above."""
        self.close()
        self._path, self._level = path, LOG_LEVELS[level]

    def debug(self, message: str, *arguments: object) -> None:
        self._write(10, message, arguments)

    def info(self, message: str, *arguments: object) -> None:
        self._write(20, message, arguments)

    def warning(self, message: str, *arguments: object) -> None:
        self._write(30, message, arguments)

    def error(self, message: str, *arguments: object, exc_info: BaseException | None = None) -> None:
        self._write(40, message, arguments, exc_info)

    def exception(self, message: str, *arguments: object) -> None:
        """An error with the traceback of the exception that is being handled."""
        self._write(40, message, arguments, True)

    @property
    def written(self) -> str:
        """The file that has what was logged; empty where nothing was, or it could not be written."""
        from core.log_file import written_log

        return written_log(self._logger) if self._logger is not None else ""

    def close(self) -> None:
        """Close the file."""
        if self._logger is not None:
            for handler in self._logger.handlers[:]:
                self._logger.removeHandler(handler)
                handler.close()
            self._logger = None

    def _write(
        self, level: int, message: str, arguments: tuple[object, ...], exc_info: BaseException | bool | None = None
    ) -> None:
        if level < self._level:
            return
        if self._logger is None:
            from core.log_file import open_logger

            self._logger = open_logger(self._path, self._level)
        self._logger.log(level, message, *arguments, exc_info=exc_info)


LOG = Log()
