"""info version doctor."""

from __future__ import annotations

import platform
from typing import Final

from core.cli.command import command_parser, open_engine
from core.cli.formatting import add_format, print_object, wants_json
from core.cli.main import Invocation
from core.cli.output import print_json
from core.cli.parser import Options
from core.version import VERSION

_NAMES: Final = {"cpus": "CPUs", "ociRuntime": "OCIRuntime"}
"""Fields that podman's templates write with more capitals than the first."""


def run(invocation: Invocation) -> int:
    parser = command_parser(invocation)
    add_format(parser, short="-f", no_heading=())
    if invocation.command == "version":
        parser.add_argument("--brief", action="store_true", help="that of wharf alone")
    options = parser.parse_args(invocation.arguments)
    return {"info": _info, "version": _version, "doctor": _doctor}[invocation.command](invocation, options)


def _info(invocation: Invocation, options: Options) -> int:
    with open_engine(invocation) as engine:
        facts = engine.info()
    if wants_json(options):
        print_json(facts)
    else:
        # podman's templates have its own names: {{.Host.Arch}}.
        print_object(_capitalised(facts), options, lambda: _print_tree(facts, 0), name="info")
    return 0


def _capitalised(facts: dict[str, object]) -> dict[str, object]:
    return {
        _NAMES.get(key, key[:1].upper() + key[1:]): _capitalised(value) if isinstance(value, dict) else value
        for key, value in facts.items()
    }


def _print_tree(facts: dict[str, object], depth: int) -> None:
    for name, value in facts.items():
        if isinstance(value, dict):
            print(f"{'  ' * depth}{name}:")
            _print_tree(value, depth + 1)
        else:
            print(f"{'  ' * depth}{name}: {value}")


def _version(invocation: Invocation, options: Options) -> int:
    if options.brief:
        print(f"wharf version {VERSION}")
        return 0
    from core.doctor import program_version

    settings = invocation.settings
    programs = {
        "Runtime": settings.runtime,
        "Monitor": settings.monitor,
        "Storage": settings.storage,
        "Skopeo": settings.skopeo,
    }
    facts = {
        "Version": VERSION,
        "Python": platform.python_version(),
        **{name: program_version(program) for name, program in programs.items()},
    }

    def show() -> None:
        for name, value in facts.items():
            print(f"{name + ':':<12} {value}")

    print_object(
        {"Client": facts, **facts} if options.format and not wants_json(options) else facts,
        options,
        show,
        name="version",
    )
    return 0


def _doctor(invocation: Invocation, options: Options) -> int:
    from core.doctor import diagnose

    findings = diagnose(invocation.paths, invocation.settings)
    if wants_json(options):
        print_json(findings)
    else:
        for finding in findings:
            mark = "ok  " if finding.ok else ("FAIL" if finding.required else "warn")
            print(f"{mark}  {finding.name:<20} {finding.detail}")
            if finding.remedy:
                print(f"      mend it with: {finding.remedy}")
    return 1 if any(not finding.ok and finding.required for finding in findings) else 0
