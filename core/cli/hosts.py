"""host ls: the configured machines, all asked at the same time."""

from __future__ import annotations

from typing import Final

from core.cli.command import command_parser
from core.cli.formatting import add_format, print_formatted
from core.cli.main import Invocation
from core.paths import configuration_file
from core.remote.connections import Connections
from core.remote.known import known_hosts
from core.remote.survey import ANSWER_TIME, HostReport, survey_all

_FIELDS: Final = {
    "Name": ("NAME", lambda report: report.host.name),
    "Destination": ("DESTINATION", lambda report: report.host.destination),
    "Version": ("WHARF", lambda report: report.version or "–"),
    "Running": ("RUNNING", lambda report: str(report.running) if report.reachable else "–"),
    "Containers": ("CONTAINERS", lambda report: str(len(report.containers)) if report.reachable else "–"),
    "Unhealthy": ("UNHEALTHY", lambda report: str(report.unhealthy) if report.reachable else "–"),
    "State": ("STATE", lambda report: "reachable" if report.reachable else report.error),
    "Hint": ("HINT", lambda report: report.hint),
}
_COLUMNS: Final = ("Name", "Destination", "Version", "Running", "Containers", "Unhealthy", "State")


def run(invocation: Invocation) -> int:
    """List them; the exit code is 0 whether they answer or not. Raises `InvalidArgument`, `HostIncomplete`."""
    parser = command_parser(invocation)
    parser.add_argument("--quiet", "-q", action="store_true", help="names alone; nobody is asked")
    add_format(parser)
    options = parser.parse_args(invocation.arguments)
    hosts = known_hosts(invocation.config or configuration_file())
    if options.quiet:
        reports = [HostReport(host) for host in hosts]
    else:
        with Connections() as connections:
            reports = list(survey_all(connections, hosts, ANSWER_TIME))
    print_formatted(
        reports,
        options,
        fields=_FIELDS,
        columns=_COLUMNS,
        as_json=lambda: [_as_json(report) for report in reports],
        identity="Name",
        name="host ls",
    )
    return 0


def _as_json(report: HostReport) -> dict[str, object]:
    return {
        "Name": report.host.name,
        "Destination": report.host.destination,
        "Reachable": report.reachable,
        "Version": report.version,
        "Running": report.running,
        "Containers": len(report.containers),
        "Unhealthy": report.unhealthy,
        "Error": report.error,
        "Hint": report.hint,
    }
