from __future__ import annotations

import pytest

from core.errors import InvalidArgument
from core.model.restart import LONGEST_PAUSE, RestartName, RestartPolicy, parse_restart_policy, pause_before_restart


@pytest.mark.parametrize("text", ["no", "on-failure", "on-failure:3", "always", "unless-stopped"])
def test_a_policy_is_written_as_it_was_read(text: str) -> None:
    assert str(parse_restart_policy(text)) == text


@pytest.mark.parametrize("text", ["sometimes", "always:3", "on-failure:", "on-failure:x", "on-failure:-1", "no:1"])
def test_what_is_no_policy_is_refused(text: str) -> None:
    with pytest.raises(InvalidArgument, match="not a restart policy"):
        parse_restart_policy(text)


@pytest.mark.parametrize(
    ("policy", "exit_code", "restarts", "wanted"),
    [
        ("no", 1, 0, False),
        ("on-failure", 0, 0, False),
        ("on-failure", 1, 99, True),
        ("on-failure:2", 1, 1, True),
        ("on-failure:2", 1, 2, False),
        ("always", 0, 99, True),
        ("unless-stopped", 0, 99, True),
    ],
)
def test_who_is_started_again(policy: str, exit_code: int, restarts: int, wanted: bool) -> None:
    assert parse_restart_policy(policy).wants_restart(exit_code, restarts) is wanted


def test_the_pauses_double_up_to_a_minute() -> None:
    pauses = [pause_before_restart(number) for number in range(30)]
    assert pauses[:4] == [0.1, 0.2, 0.4, 0.8]
    assert max(pauses) == pauses[-1] == LONGEST_PAUSE
    assert RestartPolicy(name=RestartName.ON_FAILURE).retries == 0
