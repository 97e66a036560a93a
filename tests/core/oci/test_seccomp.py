"""The order of a filter's system calls, and the numbers that it goes by."""

from __future__ import annotations

from core.host.seccomp_library import call_numbers
from core.oci.seccomp import in_quickest_order

NUMBERS = {
    ("SCMP_ARCH_X86_64", "read"): 0,
    ("SCMP_ARCH_X86_64", "open"): 2,
    ("SCMP_ARCH_X86_64", "clone3"): 435,
    ("SCMP_ARCH_X86", "read"): 3,
    ("SCMP_ARCH_X86", "open"): 5,
    ("SCMP_ARCH_X86", "clone3"): 435,
    ("SCMP_ARCH_X86", "waitpid"): 7,
}


def number(architecture: str, name: str) -> int:
    return NUMBERS.get((architecture, name), -1)


def test_the_highest_come_first_in_each_rule_and_nothing_else_changes() -> None:
    argument = {"index": 0, "value": 1, "op": "SCMP_CMP_EQ"}
    spec = {
        "defaultAction": "SCMP_ACT_ERRNO",
        "architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86"],
        "syscalls": [
            {"names": ["read"], "action": "SCMP_ACT_ERRNO", "errnoRet": 1},
            {
                "names": ["open", "no such call", "waitpid", "clone3", "read"],
                "action": "SCMP_ACT_ALLOW",
                "args": [argument],
            },
        ],
        "flags": ["SECCOMP_FILTER_FLAG_LOG"],
    }
    names = ["clone3", "open", "waitpid", "read", "no such call"]
    ordered = {"names": names, "action": "SCMP_ACT_ALLOW", "args": [argument]}
    assert in_quickest_order(spec, number) == {**spec, "syscalls": [spec["syscalls"][0], ordered]}


def test_the_library_knows_the_numbers() -> None:
    known = call_numbers()
    assert known is not None
    for (architecture, name), expected in NUMBERS.items():
        assert known(architecture, name) == expected
    assert known("SCMP_ARCH_AARCH64", "read") == 63
    assert known("SCMP_ARCH_X86_64", "no such call") < 0
