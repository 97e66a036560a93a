"""Manifests read, quantities, variables and volumes: what needs no engine."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import InvalidArgument
from core.kube import manifest
from core.kube.environment import Sources, expanded, variables
from core.kube.files import PodVolumes
from core.kube.mounting import PodMounts, dns_name
from core.kube.probes import health_of_probes, probes_of_health
from core.kube.quantity import cpu_quantity, memory_quantity, parse_quantity
from core.kube.reading import read_manifests
from core.model.config import BindMount, ContainerConfig, ProcessConfig, TmpfsMount
from core.model.health import FailureAction, HealthOptions, changed_check
from core.model.restart import RestartName

POD = """
kind: Pod
metadata: {name: p, labels: null}
spec:
  containers: [{name: c, image: x, lifecycle: {}, ports: [{containerPort: 80, hostIP: 127.0.0.1}]}]
  hostIPC: true
  tolerations: []
"""


@pytest.mark.parametrize(
    ("text", "number"),
    [("500m", 0.5), ("64Mi", 64 << 20), ("1.5G", 1.5e9), ("1e3", 1000.0), (2, 2.0), ("128974848", 128974848.0)],
)
def test_quantities(text: str | int, number: float) -> None:
    assert parse_quantity(text) == number


@pytest.mark.parametrize("text", ["", "5X", "-1", "Mi"])
def test_what_is_no_quantity(text: str) -> None:
    with pytest.raises(InvalidArgument, match="not a quantity"):
        parse_quantity(text)


def test_quantities_written() -> None:
    assert [memory_quantity(64 << 20), memory_quantity(3 << 30), memory_quantity(1001)] == ["64Mi", "3Gi", "1001"]
    assert [cpu_quantity(0.5), cpu_quantity(2.0)] == ["500m", "2"]


def test_manifests_in_the_order_of_playing() -> None:
    config_map = "kind: ConfigMap\nmetadata: {name: m}\ndata: {a: b}"
    reading = read_manifests(f"{POD}\n---\nkind: Service\n---\n{config_map}\n---\n")
    assert [type(one).__name__ for one in reading.manifests] == ["ConfigMap", "Pod"]
    pod = reading.manifests[1]
    assert isinstance(pod, manifest.Pod) and pod.spec.host_ipc
    assert pod.spec.containers[0].ports[0].host_ip == "127.0.0.1"
    assert reading.warnings == (
        "Pod p: the field spec.containers[0].lifecycle is not supported, and left out",
        "Pod p: the field spec.tolerations is not supported, and left out",
        "Kube kind Service not supported",
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: [", "multi doc yaml could not be split"),
        (
            "kind: Pod\nmetadata: {name: a}\nspec: {containers: 5}",
            r"unable to read YAML as Kube Pod: .*spec.containers",
        ),
        ("kind: Pod\nmetadata: {}\nspec: {containers: []}", "pod does not have a name"),
        ("!!python/object:os.system {}", "could not be split"),
    ],
)
def test_files_that_can_not_be_read(text: str, message: str) -> None:
    with pytest.raises(InvalidArgument, match=message):
        read_manifests(text)


def sources() -> Sources:
    return Sources(
        config_maps={"m": {"a": b"1", "b": b"2"}},
        secret=lambda name: {"word": b"hush"} if name == "s" else None,
        metadata=manifest.Metadata(name="p", labels={"app": "web"}),
    )


def test_variables_of_every_source() -> None:
    text = """
kind: Pod
metadata: {name: p}
spec:
  containers:
  - name: c
    envFrom: [{prefix: X_, configMapRef: {name: m}}, {secretRef: {name: gone, optional: true}}]
    resources: {limits: {memory: 1Ki}}
    env:
    - {name: A, value: "$(X_a) $$(X_a) $(NONE)"}
    - {name: B, valueFrom: {configMapKeyRef: {name: m, key: b}}}
    - {name: C, valueFrom: {secretKeyRef: {name: s, key: word}}}
    - {name: D, valueFrom: {configMapKeyRef: {name: m, key: gone, optional: true}}}
    - {name: E, valueFrom: {fieldRef: {fieldPath: "metadata.labels['app']"}}}
    - {name: F, valueFrom: {fieldRef: {fieldPath: metadata.name}}}
    - {name: G, valueFrom: {resourceFieldRef: {resource: limits.memory}}}
"""
    pod = read_manifests(text).manifests[0]
    assert isinstance(pod, manifest.Pod)
    expected = {
        "X_a": "1",
        "X_b": "2",
        "A": "1 $(X_a) $(NONE)",
        "B": "2",
        "C": "hush",
        "E": "web",
        "F": "p",
        "G": "1024",
    }
    found = variables(pod.spec.containers[0], sources())
    del expected["C"]
    assert found.plain == expected
    assert [(use.target, use.name, use.key) for use in found.secrets] == [("C", "s", "word")]
    assert "hush" not in repr(found)
    assert expanded("$(A)-$(B", {"A": "x"}) == "x-$(B"


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (
            manifest.ValueSource(config_map_key_ref=manifest.KeyReference(name="gone", key="a")),
            "configmap gone not found",
        ),
        (manifest.ValueSource(config_map_key_ref=manifest.KeyReference(name="m", key="z")), "has no key z"),
        (manifest.ValueSource(secret_key_ref=manifest.KeyReference(name="gone", key="a")), "no such secret"),
        (manifest.ValueSource(field_ref=manifest.FieldReference(field_path="status.podIP")), "can not get the field"),
    ],
)
def test_what_is_referred_to_has_to_be_there(source: manifest.ValueSource, message: str) -> None:
    container = manifest.Container(name="c", env=(manifest.Variable(name="A", value_from=source),))
    with pytest.raises(InvalidArgument, match=message):
        variables(container, sources())


@pytest.mark.parametrize(
    ("volume", "mount", "message"),
    [
        ("name: other, emptyDir: {}", "{}", "not configured in volumes"),
        ("name: v, nfs: {}", "{}", "the kind of volume v is not supported"),
        ("name: v, hostPath: {path: /no/such}", "{}", "does not exist"),
        ("name: v, hostPath: {path: /etc/passwd, type: Directory}", "{}", "is no Directory"),
        ("name: v, hostPath: {path: relative}", "{}", "not an absolute path"),
        ("name: v, emptyDir: {}", "{subPath: ../../x}", "leads out of volume v"),
        ("name: v, configMap: {name: m, items: [{key: a, path: ../x}]}", "{}", "leads out of the volume"),
        ("name: v, configMap: {name: m, items: [{key: z, path: x}]}", "{}", "does not exist"),
    ],
)
def test_volumes_that_can_not_be(tmp_path: Path, volume: str, mount: str, message: str) -> None:
    extra = mount.strip("{}")
    text = (
        "kind: Pod\nmetadata: {name: p}\nspec:\n  containers:\n"
        f"  - {{name: c, volumeMounts: [{{name: v, mountPath: /x{', ' + extra if extra else ''}}}]}}\n"
        f"  volumes: [{{{volume}}}]\n"
    )
    pod = read_manifests(text).manifests[0]
    assert isinstance(pod, manifest.Pod)
    with pytest.raises(InvalidArgument, match=message):
        PodVolumes(pod.spec, sources(), tmp_path, lambda how: how).mounts(pod.spec.containers[0])


def test_each_volume_has_a_name_of_its_own() -> None:
    mounts = PodMounts(None)
    config = ContainerConfig(
        id="a" * 64,
        created_at=1.0,
        process=ProcessConfig(args=("sh",)),
        bind_mounts=tuple(
            BindMount(source=source, destination=f"/{n}") for n, source in enumerate(("/a/b", "/a-b", "/"))
        ),
        tmpfs_mounts=(TmpfsMount(destination="/t", options=("size=16m",)),),
    )
    names = [mount["name"] for mount in mounts.of(config)]
    assert names == ["a-b-host", "a-b-host-2", "host", "aaaaaaaaaaaa-memory-0"]
    assert mounts.of(config) and len(mounts.documents()) == 4
    assert mounts.documents()[3]["emptyDir"] == {"medium": "Memory", "sizeLimit": "16Mi"}
    assert dns_name("My_Ctr.Name-") == "myctr-name"


def probe(command: str, **fields: int) -> manifest.Probe:
    return manifest.Probe(exec=manifest.ExecAction(command=(command,)), **fields)


def test_probes_become_checks_and_probes_again() -> None:
    startup = probe("up", period_seconds=5, failure_threshold=3, initial_delay_seconds=12)
    container = manifest.Container(name="it", liveness_probe=probe("well", period_seconds=7), startup_probe=startup)
    asked = health_of_probes(container, RestartName.ALWAYS)
    assert (asked.args, asked.interval, asked.startup.args) == (("well",), 7, ("up",))
    assert asked.startup.retries == 3 + 3, "those of the initial delay may fail, too"
    assert asked.startup.on_failure is FailureAction.RESTART
    check = changed_check(None, asked)
    assert check is not None
    shown = probes_of_health(check)
    assert shown["livenessProbe"]["periodSeconds"] == 7
    assert shown["startupProbe"] == {
        "exec": {"command": ["up"]}, "periodSeconds": 5, "timeoutSeconds": 1, "failureThreshold": 6
    }  # fmt: skip


def test_a_startup_probe_alone_runs_until_it_has_succeeded() -> None:
    container = manifest.Container(name="it", startup_probe=probe("up"))
    check = changed_check(None, health_of_probes(container, RestartName.NO))
    assert check is not None and check.startup is not None
    assert (check.interval, check.startup.args, check.startup.on_failure) == (0, ("up",), FailureAction.KILL)
    assert list(probes_of_health(check)) == ["startupProbe"]
    assert health_of_probes(manifest.Container(name="it"), RestartName.NO) == HealthOptions()
