"""Figures of processes that have no control group of their own."""

from __future__ import annotations

import os
import subprocess
import time

from core.host.process_reader import ProcessReader
from core.host.process_table import members_of_namespaces

BURNING = "block = bytearray(40 << 20)\nwhile True: pass"


def test_what_processes_use_is_added_up() -> None:
    with subprocess.Popen(["/usr/bin/python3", "-c", BURNING]) as child:
        try:
            reader = ProcessReader(child.pid)
            deadline = time.monotonic() + 60
            while True:
                sample = reader.sample([child.pid, 0])
                assert sample is not None and time.monotonic() < deadline
                if sample.memory_anonymous >= 40 << 20 and sample.cpu_percent > 0:
                    break
                time.sleep(0.05)
            assert (sample.pids, sample.memory_limit, sample.network_shared) == (1, 0, True)
            assert sample.cpu_ns > 0 and sample.memory == sample.memory_anonymous + sample.memory_file
        finally:
            child.kill()
    assert reader.sample([child.pid]) is None


def test_the_processes_of_a_namespace_are_looked_for_anew_each_time() -> None:
    own = os.getpid()
    with subprocess.Popen(["sleep", "60"]) as child:
        assert {own, child.pid} <= set(members_of_namespaces([own])[own])
        child.kill()
    assert child.pid not in members_of_namespaces([own])[own]
    assert members_of_namespaces([child.pid]) == {child.pid: []}
