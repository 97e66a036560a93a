"""The image's configuration and the request, merged as the OCI image spec says and podman does."""

from __future__ import annotations

import pytest

from core.errors import InvalidArgument
from core.model.image import ImageConfig
from core.model.options import CreateOptions
from core.oci.merge import merge_env, merge_process

IMAGE = ImageConfig(
    entrypoint=("/entry",), cmd=("one", "two"), env=("A=image", "B=image"), working_dir="/srv", user="7"
)


@pytest.mark.parametrize(
    ("request_", "args"),
    [
        (CreateOptions(), ("/entry", "one", "two")),
        (CreateOptions(command=("three",)), ("/entry", "three")),
        (CreateOptions(entrypoint=("/other", "-x")), ("/other", "-x")),
        (CreateOptions(entrypoint=("/other",), command=("three",)), ("/other", "three")),
        (CreateOptions(entrypoint=(), command=("three",)), ("three",)),
    ],
)
def test_entrypoint_and_command(request_: CreateOptions, args: tuple[str, ...]) -> None:
    assert merge_process(request_, IMAGE).args == args


def test_the_request_goes_before_the_image() -> None:
    process = merge_process(CreateOptions(workdir="/tmp", user="0:0", env=("B=mine", "C=")), IMAGE)
    assert process.cwd == "/tmp"
    assert process.user == "0:0"
    assert set(process.env) >= {"A=image", "B=mine", "C="}
    assert "B=image" not in process.env


def test_without_a_request_it_is_the_image() -> None:
    process = merge_process(CreateOptions(), IMAGE)
    assert (process.cwd, process.user) == ("/srv", "7")
    assert merge_process(CreateOptions(command=("x",)), None).cwd == "/"


def test_there_is_always_a_path_and_a_terminal_has_a_type() -> None:
    names = {line.partition("=")[0] for line in merge_process(CreateOptions(command=("x",)), None).env}
    assert "PATH" in names and "TERM" not in names
    assert "TERM=xterm-256color" in merge_process(CreateOptions(command=("x",), terminal=True), None).env
    own = merge_process(CreateOptions(command=("x",), env=("PATH=/only",)), None)
    assert [line for line in own.env if line.startswith("PATH=")] == ["PATH=/only"]


@pytest.mark.parametrize("options", [CreateOptions(), CreateOptions(entrypoint=()), CreateOptions(command=("",))])
def test_nothing_to_run_is_refused(options: CreateOptions) -> None:
    with pytest.raises(InvalidArgument):
        merge_process(options, ImageConfig(cmd=()))


def test_a_working_directory_has_to_be_absolute() -> None:
    with pytest.raises(InvalidArgument, match="relative"):
        merge_process(CreateOptions(command=("x",), workdir="relative"), None)


@pytest.mark.parametrize("line", ["=value", "", "A=b\0c"])
def test_a_line_that_is_no_variable_is_refused(line: str) -> None:
    with pytest.raises(InvalidArgument):
        merge_env((line,))


def test_the_input_ends_with_its_client_only_where_there_is_no_terminal() -> None:
    def once(**options: bool) -> bool:
        return merge_process(CreateOptions(command=("x",), **options), None).stdin_once  # type: ignore[arg-type]

    assert once(stdin_open=True, stdin_once=True)
    assert not once(stdin_open=True, stdin_once=True, terminal=True)
    assert not once(stdin_once=True)
