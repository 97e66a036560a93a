"""healthcheck, and the options of create and run that define one."""

from __future__ import annotations

from core.cli.command import command_parser, open_engine
from core.cli.main import Invocation
from core.cli.parser import CommandParser, Options
from core.errors import InvalidArgument
from core.model.durations import parse_duration
from core.model.health import FailureAction, HealthOptions, StartupOptions, check_args

UNHEALTHY = 1


def run(invocation: Invocation) -> int:
    parser = command_parser(invocation)
    parser.add_argument("action", choices=("run",), help="run the health check of a container now")
    parser.add_argument("container", metavar="CONTAINER")
    options = parser.parse_args(invocation.arguments)
    with open_engine(invocation) as engine:
        container = engine.lookup(options.container)
        startup = container.startup_check
        result = container.check_health()
    if result.exit_code:
        print("unhealthy" if startup is None else "starting")
        return UNHEALTHY
    return 0


def add_health_options(parser: CommandParser) -> None:
    """The options of create, run and update."""
    add = parser.add_argument
    add(
        "--health-cmd",
        default="",
        metavar="COMMAND",
        help="tells by exit code 0 that it works; a JSON list for no shell",
    )
    add("--health-interval", default=None, metavar="TIME", help="from one check to the next: 30s; disable for none")
    add("--health-timeout", default=None, metavar="TIME", help="a check that takes longer has failed: 30s")
    add("--health-start-period", default=None, metavar="TIME", help="after the start, in which failures do not count")
    add("--health-retries", type=int, default=None, metavar="N", help="failures in a row that make it unhealthy: 3")
    actions = tuple(str(action) for action in FailureAction)
    add("--health-on-failure", choices=actions, default=None, help="what to do when it has become unhealthy")
    add(
        "--health-startup-cmd", default="", metavar="COMMAND", help="run after a start, until it succeeds, in its place"
    )
    add("--health-startup-interval", default=None, metavar="TIME", help="from one such check to the next: 30s")
    add("--health-startup-retries", type=int, default=None, metavar="N", help="failures that restart it: 0, never")
    add("--health-startup-success", type=int, default=None, metavar="N", help="successes that are needed: 0, any one")
    add("--health-startup-timeout", default=None, metavar="TIME", help="a check that takes longer has failed: 30s")
    add("--no-healthcheck", action="store_true", help="none, whatever the image has")


def health_options(options: Options) -> HealthOptions:
    """What is asked for. Raises `InvalidArgument`."""
    disabled = options.no_healthcheck or options.health_cmd == "none"
    if options.no_healthcheck and options.health_cmd:
        raise InvalidArgument("cannot specify both --no-healthcheck and --health-cmd", hint="leave one of them out")
    if options.no_healthcheck and options.health_startup_cmd:
        raise InvalidArgument(
            "cannot specify both --no-healthcheck and --health-startup-cmd", hint="leave one of them out"
        )
    return HealthOptions(
        disabled=disabled,
        args=() if disabled else _command(options.health_cmd),
        interval=_interval(options.health_interval),
        timeout=_duration("timeout", options.health_timeout),
        start_period=_duration("start period", options.health_start_period),
        retries=options.health_retries,
        on_failure=None if options.health_on_failure is None else FailureAction(options.health_on_failure),
        startup=StartupOptions(
            args=_command(options.health_startup_cmd),
            interval=_interval(options.health_startup_interval),
            timeout=_duration("timeout", options.health_startup_timeout),
            retries=options.health_startup_retries,
            successes=options.health_startup_success,
        ),
    )


def _interval(text: str | None) -> float | None:
    return 0.0 if text == "disable" else _duration("interval", text)


def _command(text: str) -> tuple[str, ...]:
    if not text:
        return ()
    if text.startswith("["):
        import msgspec

        try:
            words = msgspec.json.decode(text, type=list[str])
        except msgspec.MsgspecError as error:
            raise InvalidArgument(
                f"the health command {text} is no JSON list of words: {error}",
                hint='write it as ["CMD", "curl", "localhost"], or as one text without brackets',
            ) from error
        return check_args(words)
    return check_args(("CMD-SHELL", text))


def _duration(what: str, text: str | None) -> float | None:
    if text is None:
        return None
    try:
        return parse_duration(text)
    except ValueError as error:
        raise InvalidArgument(f"the health check's {what} {text!r} is no time", hint="use 30s or 1m30s") from error
