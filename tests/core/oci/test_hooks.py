"""Hooks by configuration files: which are understood, and for which containers they are."""

from __future__ import annotations

import json

import pytest

from core.errors import InvalidArgument
from core.oci.hooks import When, by_stage, matches, parse_hook

GOOD = {"version": "1.0.0", "hook": {"path": "/bin/true"}, "when": {"always": True}, "stages": ["prestart", "poststop"]}
SPEC = {"process": {"args": ["/usr/bin/nginx", "-g"]}}


def test_a_hook_is_read_with_its_stages() -> None:
    told = {**GOOD, "hook": {"path": "/bin/h", "args": ["h", "-x"], "env": ["A=1"], "timeout": 3}, "comment": "more"}
    hook = parse_hook("h.json", json.dumps(told).encode())
    assert by_stage([hook, hook]) == {"prestart": [hook.hook] * 2, "poststop": [hook.hook] * 2}
    assert (hook.hook.args, hook.hook.env, hook.hook.timeout) == (("h", "-x"), ("A=1",), 3)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"version": "0.1.0"}, "unexpected hook version"),
        ({"stages": ["midway"]}, "unknown stage 'midway'"),
        ({"hook": {"path": "true"}}, "not absolute"),
        ({"hook": {}}, "path"),
        ({"stages": None}, "stages"),
        ({"when": {"commands": ["("]}}, "can not be used"),
        ({"when": {"annotations": {"a": "("}}}, "can not be used"),
    ],
)
def test_what_is_not_understood_is_told_with_the_file(changed: dict[str, object], said: str) -> None:
    with pytest.raises(InvalidArgument, match=said) as caught:
        parse_hook("/etc/h.json", json.dumps({**GOOD, **changed}).encode())
    assert "/etc/h.json" in caught.value.message
    with pytest.raises(InvalidArgument):
        parse_hook("h.json", b"{")


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        (When(), False),
        (When(always=True), True),
        (When(always=False, commands=("nginx",)), False),
        (When(always=True, commands=("^nginx",)), False),
        (When(commands=("^sh$", "nginx$")), True),
        (When(has_bind_mounts=True), True),
        (When(annotations={"^tier$": "fr.*"}), True),
        (When(annotations={"tier": "back"}), False),
        (When(annotations={"tier": "front", "none": ""}), False),
        (When(annotations={"tier": "front"}, commands=("sh",)), False),
    ],
)
def test_for_which_containers_it_is(when: When, expected: bool) -> None:
    assert matches(when, SPEC, {"tier": "front"}, has_bind_mounts=True) is expected


def test_bind_mounts_that_are_not_there() -> None:
    assert not matches(When(always=True, has_bind_mounts=True), SPEC, {}, has_bind_mounts=False)
