"""Words of the command line as requests: what a dialog shows as the equivalent command is what is carried out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Final

from core.errors import EngineError

if TYPE_CHECKING:
    from core.cli.main import Invocation
    from core.cli.parser import Options
    from core.model.limits import LimitChanges
    from core.model.network import NetworkRequest
    from core.model.options import CreateOptions
    from core.model.pod import PodOptions

_NOT_CLONED: Final = frozenset({"name", "detach", "cidfile", "replace", "image", "command", "detach_keys", "quiet"})


def invocation(command: str, words: Sequence[str]) -> Invocation:
    """A command line with these words behind `wharf COMMAND`."""
    from core.cli.main import parse_global

    return parse_global([]).instead(command, words)


def read_create(command: str, words: Sequence[str]) -> tuple[Options, CreateOptions]:
    """`command`: create or run. Raises `InvalidArgument`."""
    from core.cli.create import create_options, parse

    line = invocation(command, words)
    options = parse(line)
    return options, create_options(options, line)


def read_update(words: Sequence[str]) -> LimitChanges:
    """Raises `InvalidArgument`."""
    from core.cli.update import changes_of, parse

    return changes_of(parse(invocation("update", words)))


def read_pod(words: Sequence[str]) -> PodOptions:
    """Of `wharf pod create`. Raises `InvalidArgument`."""
    from core.cli.command import command_parser
    from core.cli.pods import read_create as read

    line = invocation("pod create", words)
    return read(line, command_parser(line, short_help=False))[1]


def read_network(words: Sequence[str]) -> NetworkRequest:
    """Of `wharf network create`. Raises `InvalidArgument`."""
    from core.cli.command import command_parser
    from core.cli.networks import read_create as read

    line = invocation("network create", words)
    return read(line, command_parser(line))[1]


def complaint(read: Callable[[], object]) -> str:
    """What is wrong with what is read; empty for nothing."""
    try:
        read()
    except EngineError as error:
        return error.message
    except SystemExit:
        # --help, which is no setting.
        return "--help is not for a dialog"
    return ""


def cloned_words(created_by: Sequence[str]) -> tuple[dict[str, list[str]], str, list[str]]:
    """What a container was created with: options by their long flag, the image, and the command.

    `created_by`: the command line, with the program's name. The name and what was for that one time is left out.
    """
    from core.cli.create import parse

    options = parse(invocation("run", created_by[2:]))
    found = {flag: list(values) for flag, values in _given(options, created_by) if values}
    return found, str(options.image), list(options.command)


def _given(options: Options, created_by: Sequence[str]) -> Iterable[tuple[str, list[str]]]:
    """Each option that has another value than it has without being given; a flag without a value as an empty text."""
    from core.cli.declarations import declared

    for argument in declared("run").declared:
        value = getattr(options, argument.name, argument.default)
        if argument.name in _NOT_CLONED or not argument.flags or value == argument.default:
            continue
        flag = next(one for one in argument.flags if one.startswith("--"))
        if isinstance(value, list):
            yield flag, [str(one) for one in value]
        elif value is True:
            yield flag, [""]
        elif value is False:
            yield f"{flag}=false", [""]
        else:
            yield flag, [str(value)]
