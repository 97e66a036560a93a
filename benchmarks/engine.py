"""The engine and its command line against podman, on the same runtime: python -m benchmarks.engine [COUNT ...]"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

from benchmarks.figures import Figure, median, write
from benchmarks.site import Site, quiet, site
from core.container import Container
from core.engine import Engine
from core.host.cgroups import find_cgroups, remove_cgroups
from core.model.options import CreateOptions, ExecOptions

WHARF: Final = str(Path(sys.executable).with_name("wharf"))
ROUNDS: Final = 9
LIST_ROUNDS: Final = 7
COUNTS: Final = (1, 50, 200, 1000)
RUNNING: Final = 200
PARALLEL: Final = 50
PARALLEL_ROUNDS: Final = 11
EXPORT_MEGABYTES: Final = 500
SLEEP: Final = ("/bin/sleep", "100000")


def milliseconds(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return 1000 * (time.perf_counter() - began)


class Trio:
    """The same verb by the engine, by our command line, and by podman, in turn, round by round."""

    def __init__(self) -> None:
        self.times: dict[str, tuple[list[float], list[float], list[float]]] = {}

    def round(self, name: str, engine: Callable[[], object], ours: Sequence[str], podman: Sequence[str]) -> None:
        by_engine, by_command, by_podman = self.times.setdefault(name, ([], [], []))
        by_engine.append(milliseconds(engine))
        by_command.append(milliseconds(lambda: quiet(list(ours))))
        by_podman.append(milliseconds(lambda: quiet(list(podman))))

    def figures(self) -> list[Figure]:
        found = []
        for name, (by_engine, by_command, by_podman) in self.times.items():
            peer = median(by_podman)
            found.append(Figure(f"{name}, engine", "ms", median(by_engine), peer, "podman"))
            found.append(Figure(f"{name}, command line", "ms", median(by_command), peer, "podman"))
        return found


def verbs(place: Site, engine: Engine) -> list[Figure]:
    """One life of a container, again and again."""
    trio = Trio()
    wharf = [WHARF, *place.options]
    rootfs = str(place.rootfs)
    for number in range(ROUNDS):
        e, c, p = f"e{number}", f"c{number}", f"p{number}"

        def both(name: str = e) -> None:
            engine.create(CreateOptions(rootfs=rootfs, name=name, command=SLEEP)).start()

        shell = " && ".join(
            f"{' '.join(command)} >/dev/null"
            for command in (
                [*wharf, "create", "--network=none", "--name", c, "--rootfs", rootfs, *SLEEP],
                [*wharf, "start", c],
            )
        )
        peer = " && ".join(
            f"{' '.join(command)} >/dev/null"
            for command in ([*place.podman_create("create", p), *SLEEP], [*place.podman, "start", p])
        )
        trio.round("create + start", both, ["sh", "-c", shell], ["sh", "-c", peer])
        one = engine.lookup(e)

        def run_true(container: Container = one) -> None:
            container.run_exec(ExecOptions(args=("/bin/true",)))

        def step(name: str, act: Callable[[], object], *words: str) -> None:
            trio.round(name, act, [*wharf, *words, c], [*place.podman, *words, p])  # noqa: B023

        trio.round("exec true", run_true, [*wharf, "exec", c, "/bin/true"], [*place.podman, "exec", p, "/bin/true"])
        step("pause", one.pause, "pause")
        step("unpause", one.unpause, "unpause")
        step("stop", lambda: one.stop(0), "stop", "-t", "0")  # noqa: B023
        step("rm", lambda: one.remove(force=True), "rm", "-f")  # noqa: B023
    return trio.figures()


def listing(place: Site, engine: Engine, counts: Sequence[int]) -> list[Figure]:
    """`ps -a` over a growing number of containers, of which at most `RUNNING` run."""
    figures = []
    made = 0
    for count in counts:
        fill(place, engine, made, count)
        made = count
        ours, theirs, inside = [], [], []
        for _ in range(LIST_ROUNDS):
            ours.append(milliseconds(lambda: quiet([WHARF, *place.options, "ps", "-a"])))
            theirs.append(milliseconds(lambda: quiet([*place.podman, "ps", "-a"])))
            inside.append(milliseconds(engine.containers))
        words = f"{count} containers, {min(count, RUNNING)} running"
        figures.append(Figure(f"ps -a, {words}, command line", "ms", median(ours), median(theirs), "podman"))
        figures.append(Figure(f"ps -a, {words}, engine", "ms", median(inside), median(theirs), "podman"))
        figures.append(Figure(f"one of {count} containers in the list, engine", "µs", 1000 * median(inside) / count))
    return figures


def fill(place: Site, engine: Engine, first: int, count: int) -> None:
    """More containers for both, up to `count`."""
    for number in range(first, count):
        name = f"filler{number}"
        container = engine.create(CreateOptions(rootfs=str(place.rootfs), name=name, command=SLEEP))
        runs = number < RUNNING
        if runs:
            container.start()
        quiet([*place.podman_create("run" if runs else "create", name, *(["-d"] if runs else [])), *SLEEP])


def parallel(place: Site, engine: Engine) -> list[Figure]:
    """Fifty containers started by one command, each time new ones, round by round."""
    rounds = [start_many(place, engine) for _ in range(PARALLEL_ROUNDS)]
    inside, ours, theirs, alone = (median(times) for times in zip(*rounds, strict=True))
    return [
        Figure(f"start of {PARALLEL}, runc run alone, 8 at once", "ms", alone, theirs, "podman start"),
        Figure(f"start of {PARALLEL}, engine, 8 threads", "ms", inside, theirs, "podman start"),
        Figure(f"start of {PARALLEL}, command line", "ms", ours, theirs, "podman start"),
    ]


def start_many(place: Site, engine: Engine) -> tuple[float, float, float, float]:
    """Milliseconds of the engine, the command line, podman and the runtime alone for as many new containers each."""
    names = [f"many{number}" for number in range(PARALLEL)]
    by_command = [f"command-{name}" for name in names]
    for name in (*names, *by_command):
        engine.create(CreateOptions(rootfs=str(place.rootfs), name=name, command=SLEEP))
    for name in names:
        quiet([*place.podman_create("create", name), *SLEEP])
    with ThreadPoolExecutor(8) as pool:
        inside = milliseconds(lambda: list(pool.map(lambda name: engine.lookup(name).start(), names)))
    theirs = milliseconds(lambda: quiet([*place.podman, "start", *names]))
    ours = milliseconds(lambda: quiet([WHARF, *place.options, "start", *by_command]))
    alone = runtime_alone(place, engine.lookup(names[0]).id)
    for name in (*names, *by_command):
        engine.lookup(name).remove(force=True)
    quiet([*place.podman, "rm", "-f", "-t", "0", *names])
    return inside, ours, theirs, alone


def runtime_alone(place: Site, container_id: str) -> float:
    """Milliseconds of runc for as many containers of the same spec, without an engine, a monitor or a log.

    It is what a script would do: each run of it copies the runtime, and takes the processors from the others.
    """
    spec = json.loads(place.paths.spec(container_id).read_text())
    runc = ["runc", "--root", str(place.volatile / "alone")]
    bundles = {f"alone{number}": place.volatile / f"bundle{number}" for number in range(PARALLEL)}
    for name, bundle in bundles.items():
        bundle.mkdir()
        spec["linux"]["cgroupsPath"] = f"/wharfinger-bench/{name}"
        (bundle / "config.json").write_text(json.dumps(spec))

    def run(name: str) -> None:
        # What the container inherits stays open after runc: no pipe can be waited for.
        command = [*runc, "run", "--detach", "--bundle", str(bundles[name]), name]
        null = subprocess.DEVNULL
        subprocess.run(command, check=True, stdin=null, stdout=null, stderr=null, timeout=300)

    try:
        with ThreadPoolExecutor(8) as pool:
            return milliseconds(lambda: list(pool.map(run, bundles)))
    finally:
        for name, bundle in bundles.items():
            subprocess.run([*runc, "delete", "--force", name], capture_output=True, timeout=300)
            shutil.rmtree(bundle)
        remove_cgroups(find_cgroups("wharfinger-bench"))


def exporting(place: Site, engine: Engine) -> list[Figure]:
    """500 MB of files of an image as a tar: ours, GNU tar's, podman's. None of them waits for the disk."""
    data = place.rootfs / "data"
    for number in range(EXPORT_MEGABYTES // 10):
        (data / f"file{number}").write_bytes(bytes([number]) * 10_000_000)
    archive, target = place.folder / "image.tar", place.folder / "out.tar"
    quiet(["tar", "-C", str(place.rootfs), "-cf", str(archive), "."])
    image = engine.images.import_tar(archive, "localhost/big:latest")
    container = engine.create(CreateOptions(image=image.id, name="exported", command=SLEEP))
    quiet([*place.podman, "import", str(archive), "localhost/big:latest"])
    quiet([*place.podman, "create", "--name", "exported", *place.podman_options, "localhost/big:latest", *SLEEP])
    archive.unlink()
    tar = ["tar", "-C", str(place.rootfs), "-cf", str(target), "."]
    times: dict[str, list[float]] = {"ours": [], "tar": [], "podman": []}
    for _ in range(ROUNDS):
        for name, act in (
            ("ours", lambda: container.export(target, overwrite=True)),
            ("tar", lambda: quiet(tar)),
            ("podman", lambda: quiet([*place.podman, "export", "-o", str(target), "exported"])),
        ):
            subprocess.run(["sync"], check=True)
            times[name].append(milliseconds(act))
            if target.stat().st_size < EXPORT_MEGABYTES * 1_000_000:
                raise SystemExit(f"{name} did not export everything")
            target.unlink()
    container.remove(force=True)
    quiet([*place.podman, "rm", "-f", "-t", "0", "exported"])
    for file in data.iterdir():
        file.unlink()
    ours = median(times["ours"])
    name = f"export of {EXPORT_MEGABYTES} MB"
    return [
        Figure(name, "ms", ours, median(times["tar"]), "GNU tar"),
        Figure(name, "ms", ours, median(times["podman"]), "podman export"),
    ]


def main() -> None:
    counts = [int(word) for word in sys.argv[1:]] or COUNTS
    with site() as place, Engine.open(place.paths) as engine:
        figures = verbs(place, engine)
        figures += exporting(place, engine)
        figures += parallel(place, engine)
        write("engine", "Verbs", figures)
        write("list", "The list", listing(place, engine, counts))


if __name__ == "__main__":
    main()
