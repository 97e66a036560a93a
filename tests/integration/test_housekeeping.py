"""system df, the prunes, stats, port, exists and init: as podman has them, on real containers."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Callable

import pytest

from core.engine import Engine
from core.model.amounts import go_duration, human_size
from core.model.config import VolumeMount
from core.model.content import CommitOptions
from core.model.network import NetworkRequest
from core.model.options import CreateOptions
from core.model.state import Status
from tests.worksite import Worksite, environment, installed_command, make, run

Wharf = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def fleet(engine: Engine, demo_image: object) -> Engine:
    """One that runs, one that has written 3 MiB and ended, one never started; a dangling image; two volumes."""
    run(engine, "sleep", "1000", name="runs")
    wrote = run(engine, "sh", "-c", "head -c 3145728 /dev/zero >/etc/zeroes", name="wrote", labels={"keep": "no"})
    wrote.wait(60)
    engine.create(
        CreateOptions(
            image="localhost/wharf-demo",
            name="fresh",
            command=("sleep", "1000"),
            volume_mounts=(VolumeMount(name="used", destination="/data"),),
        )
    )
    engine.volumes.create("free")
    wrote.commit(CommitOptions())
    return engine


def test_disk_usage(fleet: Engine) -> None:
    usage = fleet.housekeeping.disk_usage()
    by_name = {one.container.name: one for one in usage.containers}
    assert by_name["wrote"].size >= 3 << 20
    assert by_name["runs"].size < 1 << 20
    assert by_name["fresh"].volumes == 1
    assert (usage.of_containers.total, usage.of_containers.active) == (3, 1)
    assert usage.of_containers.reclaimable >= 3 << 20
    committed = next(one for one in usage.images if not one.image.names)
    assert committed.unique >= 3 << 20
    assert committed.shared == usage.images_size - committed.unique, "all of the base is shared"
    assert (usage.of_images.total, usage.of_images.active) == (2, 1)
    assert usage.of_images.reclaimable == committed.unique
    assert (usage.of_volumes.total, usage.of_volumes.active) == (2, 1)


def test_a_plan_says_what_goes_before_it_goes(fleet: Engine) -> None:
    plan = fleet.housekeeping.plan(
        containers=lambda _: True, volumes=lambda _: True, images=lambda image: not image.names
    )
    assert {one.container.name for one in plan.containers} == {"wrote", "fresh"}
    assert {one.volume.name for one in plan.volumes} == {"used", "free"}, "what goes with its container is free"
    assert plan.size >= 6 << 20
    assert len(fleet.containers()) == 3
    fleet.lookup("fresh").start()
    gone = fleet.housekeeping.prune(plan)
    assert [one.container.name for one in gone.containers] == ["wrote"]
    assert [one.volume.name for one in gone.volumes] == ["free"]
    assert [image.names for image in fleet.images.all()] == [("localhost/wharf-demo:latest",)]
    assert [volume.name for volume in fleet.volumes.all()] == ["used"]
    assert {picture.name for picture in fleet.containers()} == {"runs", "fresh"}, "what came into use stays"


def test_the_commands_of_prune(fleet: Engine, wharf: Wharf) -> None:
    ids = {picture.name: picture.id for picture in fleet.containers()}
    refused = wharf("container", "prune", stdin="n\n")
    assert "WARNING! This will remove all non running containers." in refused.stdout
    assert len(fleet.containers()) == 3
    assert wharf("container", "prune", "-f", "--filter", "label=keep=yes").stdout == ""
    assert wharf("container", "prune", "-f", "--filter", "until=10h").stdout == ""
    assert wharf("container", "prune", "-f", "--filter", "status=exited").returncode == 125
    assert wharf("container", "prune", "--filter", "label=keep", stdin="y\n").stdout.endswith(f"[y/N] {ids['wrote']}\n")
    asked = wharf("system", "prune", "-a", "--volumes", stdin="\n").stdout
    assert "- all volumes not used by at least one container" in asked
    assert "all images without at least one container" in asked
    fleet.networks.create(NetworkRequest(name="unused"))
    done = wharf("system", "prune", "-f", "--volumes")
    image = next(line for line in done.stdout.splitlines() if len(line) == 64 and line != ids["fresh"])
    lines = done.stdout.splitlines()
    expected = ["Deleted Containers", ids["fresh"], "Deleted Networks", "unused", "Deleted Volumes", "free", "used"]
    assert lines[:-1] == [*expected, "Deleted Images", image]
    assert lines[-1].startswith("Total reclaimed space: 3.1")
    assert [picture.name for picture in fleet.containers()] == ["runs"]
    assert wharf("container", "exists", "runs").returncode == 0
    assert wharf("container", "exists", "wrote").returncode == 1


def test_the_commands_that_look(fleet: Engine, wharf: Wharf) -> None:
    table = wharf("system", "df").stdout.splitlines()
    assert table[0].split() == ["TYPE", "TOTAL", "ACTIVE", "SIZE", "RECLAIMABLE"]
    assert table[2].split()[:3] == ["Containers", "3", "1"]
    assert json.loads(wharf("system", "df", "--format", "json").stdout)[2]["Type"] == "Local Volumes"
    assert wharf("system", "df", "--format", "{{.Type}}:{{.Total}}").stdout.split("\n")[0] == "Images:2"
    details = wharf("system", "df", "-v").stdout
    assert "Containers space usage:" in details
    assert "free" in details
    assert wharf("system", "df", "-v", "--format", "json").returncode == 125
    shown = wharf("stats", "--no-stream").stdout.splitlines()
    assert shown[0].split("  ")[0] == "ID"
    assert [line.split()[1] for line in shown[1:]] == ["runs"]
    runs = json.loads(wharf("stats", "--no-stream", "--format", "json", "runs", "wrote").stdout)
    assert [entry["name"] for entry in runs] == ["runs", "wrote"]
    assert list(runs[0]) == [
        *("id", "name", "cpu_time", "cpu_percent", "avg_cpu", "mem_usage", "mem_percent", "net_io", "block_io", "pids")
    ]
    assert (runs[0]["pids"], runs[1]["pids"], runs[1]["mem_usage"]) == ("1", "0", "0B / 0B")
    assert wharf("stats", "--all", "runs").returncode == 125
    assert wharf("stats", "--no-stream", "nope").returncode == 125
    assert (wharf("port", "runs").stdout, wharf("port", "--all").returncode) == ("", 0)
    assert wharf("port", "nope").returncode == 125
    assert wharf("init", "fresh").stdout == "fresh\n"
    assert fleet.lookup("fresh").refresh().status is Status.CREATED


def test_stats_go_on_until_they_are_interrupted(engine: Engine, demo_image: object, worksite: Worksite) -> None:
    make(engine, "sleep", "1000", name="c").start()
    argv = [*installed_command(), *worksite.global_options, "stats", "-i", "1", "--format", "{{.Name}} {{.PIDS}}"]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True, env=environment()) as process:
        assert process.stdout is not None
        assert [process.stdout.readline() for _ in range(2)] == ["c 1\n", "c 1\n"]
        os.kill(process.pid, signal.SIGINT)
        assert process.wait(60) == 130


def test_amounts_are_those_of_go() -> None:
    sizes = [0, 167, 999, 1000, 2141000, 536600, 25280000000]
    assert [human_size(n) for n in sizes] == ["0B", "167B", "999B", "1kB", "2.141MB", "536.6kB", "25.28GB"]
    spans = [0, 5, 1500, 809666847, 1000000000, 62500000000, 3723000000001]
    expected = ["0s", "5ns", "1.5µs", "809.666847ms", "1s", "1m2.5s", "1h2m3.000000001s"]
    assert [go_duration(n) for n in spans] == expected
