"""Kubernetes manifests, played on real parts, and made of real containers: valid by Kubernetes' own schemas."""

from __future__ import annotations

import contextlib
import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from urllib.request import urlopen

import kubernetes_validate
import yaml

from core.engine import Engine
from core.model.image import Image
from core.model.options import ExecOptions
from core.model.state import Status
from tests.ports import free_port
from tests.worksite import DEMO, eventually, status_of

Wharf = Callable[..., subprocess.CompletedProcess[str]]
KUBERNETES = "1.30"

APP = f"""
apiVersion: v1
kind: ConfigMap
metadata: {{name: conf}}
data: {{greeting: hello}}
---
apiVersion: v1
kind: Secret
metadata: {{name: pass}}
data: {{word: aGFseWFyZA==}}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {{name: hold}}
spec: {{accessModes: [ReadWriteOnce], resources: {{requests: {{storage: 1Gi}}}}}}
---
apiVersion: v1
kind: Pod
metadata: {{name: web, labels: {{tier: front}}}}
spec:
  restartPolicy: OnFailure
  terminationGracePeriodSeconds: 1
  initContainers:
  - name: fill
    image: {DEMO}
    command: [sh, -c, "sleep 0.3; echo filled > /hold/file"]
    volumeMounts: [{{name: hold, mountPath: /hold}}]
  containers:
  - name: main
    image: {DEMO}
    command: [sh, -c, "cat /hold/file /conf/greeting /pass/word; echo; echo $WORD $URL $0; sleep 600", $(NAME)]
    env:
    - {{name: NAME, value: expanded}}
    - {{name: WORD, valueFrom: {{secretKeyRef: {{name: pass, key: word}}}}}}
    - {{name: URL, value: "sea://$(WORD)@$(NAME)"}}
    volumeMounts:
    - {{name: hold, mountPath: /hold}}
    - {{name: conf, mountPath: /conf}}
    - {{name: pass, mountPath: /pass}}
    - {{name: scratch, mountPath: /scratch}}
    resources: {{limits: {{memory: 64Mi, cpu: 500m}}}}
    securityContext: {{runAsUser: 7, readOnlyRootFilesystem: true, capabilities: {{drop: [ALL]}}}}
    livenessProbe: {{exec: {{command: [test, -e, /scratch/alive]}}, periodSeconds: 3, failureThreshold: 1}}
  - name: side
    image: {DEMO}
    args: [sh, -c, "touch /scratch/alive; sleep 600"]
    volumeMounts: [{{name: scratch, mountPath: /scratch}}]
  volumes:
  - {{name: hold, persistentVolumeClaim: {{claimName: hold}}}}
  - {{name: conf, configMap: {{name: conf}}}}
  - {{name: pass, secret: {{secretName: pass}}}}
  - {{name: scratch, emptyDir: {{}}}}
"""
DEPLOYMENT = f"""
apiVersion: apps/v1
kind: Deployment
metadata: {{name: dep}}
spec:
  replicas: 2
  selector: {{matchLabels: {{app: x}}}}
  template:
    metadata: {{labels: {{app: x}}}}
    spec:
      hostNetwork: true
      containers: [{{name: c, image: {DEMO}, command: [sleep, "600"]}}]
"""


def validated(text: str) -> list[dict[str, object]]:
    """The documents, each valid by the schema of Kubernetes for its kind, without any field that it does not know."""
    documents = list(yaml.safe_load_all(text))
    for document in documents:
        kubernetes_validate.validate(document, KUBERNETES, strict=True)
    return documents


def test_a_pod_is_played_generated_and_taken_down(
    engine: Engine, demo_image: Image, wharf: Wharf, tmp_path: Path
) -> None:
    validated(APP)
    file = tmp_path / "app.yaml"
    file.write_text(APP)
    played = wharf("kube", "play", str(file))
    assert (played.returncode, played.stderr) == (0, "")
    words = played.stdout.split()
    pod = engine.pods.lookup("web")
    assert words[:3] == ["Pod:", pod.id, "Containers:"] and words[6:8] == ["Volumes:", "hold"]
    names = [member.name for member in engine.pods.snapshot("web").members]
    assert names == [f"{pod.id[:12]}-infra", "web-main", "web-side"], "the init container has run, and is gone"
    for _ in eventually():
        said = wharf("logs", "web-main").stdout
        if said.count("\n") >= 3:
            break
    assert said == "filled\nhellohalyard\nhalyard sea://halyard@expanded expanded\n"
    assert "halyard" not in wharf("inspect", "web-main").stdout, "a secret's value is looked up at the start alone"
    config = engine.lookup("web-main").config
    assert (config.resources.memory, config.resources.cpus, config.process.user) == (64 << 20, 0.5, "7")
    assert (str(config.restart), config.stop_timeout) == ("on-failure", 1)
    assert config.labels["tier"] == "front"
    assert engine.lookup("web-main").check_health().exit_code == 0

    generated = wharf("kube", "generate", "web", "hold")
    documents = validated(generated.stdout)
    assert [document["kind"] for document in documents] == ["PersistentVolumeClaim", "ConfigMap", "Pod"]
    reference = {"secretKeyRef": {"name": "pass", "key": "word"}}
    assert {"name": "WORD", "valueFrom": reference} in documents[2]["spec"]["containers"][0]["env"]  # type: ignore[index]
    assert documents[1]["data"] == {"greeting": "hello"} and "aGFseWFyZA" not in generated.stdout
    again = wharf("kube", "play", str(file))
    assert again.returncode == 125 and 'the pod name "web" is already in use' in again.stderr
    # What was made of it can be played in its place.
    (tmp_path / "generated.yaml").write_text(generated.stdout)
    replaced = wharf("kube", "play", "--replace", str(tmp_path / "generated.yaml"))
    assert replaced.returncode == 0, replaced.stderr
    assert engine.pods.lookup("web").id != pod.id and status_of(engine, "web-main") is Status.RUNNING
    wharf("secret", "rm", "pass")
    refused = wharf("restart", "-t0", "web-main")
    assert (refused.returncode, 'no secret with name or id "pass"' in refused.stderr) == (125, True)
    gone = wharf("kube", "down", "--force", str(file))
    assert gone.stdout.split()[:2] == ["Pods", "stopped:"] and "Volumes removed:\nhold\n" in gone.stdout
    assert engine.containers() == [] and engine.secrets.all() == [] and engine.volumes.all() == []
    assert list(engine.paths.pod(pod.id).parent.iterdir()) == []


def test_a_deployment_and_a_pod_that_is_not_started(engine: Engine, demo_image: Image, wharf: Wharf) -> None:
    validated(DEPLOYMENT)
    assert wharf("kube", "play", "--start=false", "-", stdin=DEPLOYMENT).returncode == 0
    assert [pod.name for pod in engine.pods.all()] == ["dep-pod-1", "dep-pod-0"]
    assert all(one.status is Status.CONFIGURED for one in engine.containers())
    assert engine.lookup("dep-pod-0-c").config.network == "host"
    # Only the very names count, not what they are the beginning of.
    beginning = engine.pods.all()[0].id[:4]
    another = f"kind: Pod\nmetadata: {{name: {beginning!r}}}\nspec: {{containers: []}}"
    assert wharf("kube", "down", "-", stdin=another).stdout == "Pods stopped:\nPods removed:\n"
    assert len(engine.pods.all()) == 2
    assert wharf("kube", "play", "--down", "-", stdin=DEPLOYMENT).returncode == 0
    assert engine.pods.all() == []


def test_a_pod_of_which_a_part_fails_is_not_there(engine: Engine, demo_image: Image, wharf: Wharf) -> None:
    broken = APP.replace("configMap: {name: conf}", "configMap: {name: nosuch}")
    refused = wharf("kube", "play", "-", stdin=broken)
    assert refused.returncode == 125 and "configmap nosuch not found" in refused.stderr
    assert engine.pods.all() == [] and engine.containers() == []
    failing = APP.replace("sleep 0.3; echo filled > /hold/file", "exit 3")
    failed = wharf("kube", "play", "-", stdin=failing)
    assert failed.returncode == 125 and "init container web-fill failed with exit code 3" in failed.stderr
    assert status_of(engine, "web-main") is Status.CONFIGURED


def test_containers_of_every_kind_become_valid_manifests(
    engine: Engine, demo_image: Image, wharf: Wharf, tmp_path: Path
) -> None:
    options = (
        *("-e", "A=b", "-v", f"{tmp_path}:/host:ro", "-v", "vol:/data", "-v", "/anonymous", "--tmpfs", "/t:size=16m"),
        *("--memory", "64m", "--cpus", "0.5", "--cap-add", "NET_ADMIN", "--read-only", "--restart", "always"),
        *("--user", "5:6", "-t", "-i", "--health-cmd", "true", "--stop-timeout", "3", "--pid", "host"),
        *("--security-opt", "no-new-privileges", "--security-opt", "seccomp=unconfined", "-w", "/host"),
    )
    assert wharf("create", "--name", "my_ctr", *options, DEMO, "sleep", "600").returncode == 0
    assert wharf("create", "--name", "plain", "--network", "host", DEMO).returncode == 0
    [pod] = validated(wharf("kube", "generate", "my_ctr", "plain").stdout)
    assert pod["metadata"]["name"] == "myctr-pod"  # type: ignore[index]
    spec = pod["spec"]
    assert isinstance(spec, dict)
    main, plain = spec["containers"]
    assert (main["command"], main["env"]) == (["sleep", "600"], [{"name": "A", "value": "b"}])
    assert main["resources"] == {"limits": {"memory": "64Mi", "cpu": "500m"}}
    assert main["securityContext"]["capabilities"] == {"add": ["NET_ADMIN"]}
    assert {"command", "args", "env", "resources"}.isdisjoint(plain), "what is the image's is not repeated"
    assert (spec["restartPolicy"], spec["hostNetwork"], spec["hostPID"]) == ("Always", True, True)
    kinds = {next(key for key in volume if key != "name") for volume in spec["volumes"]}
    assert kinds == {"emptyDir", "hostPath", "persistentVolumeClaim"}
    validated(wharf("kube", "generate", "vol").stdout)
    written = tmp_path / "made.yaml"
    assert wharf("kube", "generate", "-f", str(written), "plain").returncode == 0
    assert wharf("kube", "generate", "-f", str(written), "plain").returncode == 125
    refused = wharf("kube", "generate", "nosuch")
    assert (refused.returncode, refused.stderr.splitlines()[0]) == (125, 'Error: name or ID "nosuch" not found')


def test_ports_names_and_a_service(engine: Engine, demo_image: Image, wharf: Wharf) -> None:
    port = free_port()
    text = f"""
kind: Pod
apiVersion: v1
metadata: {{name: served}}
spec:
  terminationGracePeriodSeconds: 1
  hostAliases: [{{ip: 192.0.2.7, hostnames: [pilot, tug]}}]
  dnsConfig: {{nameservers: [192.0.2.8], searches: [harbour.test], options: [{{name: ndots, value: "3"}}]}}
  containers:
  - name: web
    image: {DEMO}
    command: [httpd, -f, -p, "80", -h, /www]
    ports: [{{containerPort: 80, hostPort: {port}, hostIP: 127.0.0.1}}]
  - {{name: side, image: {DEMO}, command: [sleep, "600"]}}
"""
    validated(text)
    played = wharf("kube", "play", "-", stdin=text, WHARF_NETWORK="")
    assert played.returncode == 0, played.stderr
    for _ in eventually():
        with contextlib.suppress(OSError):
            with urlopen(f"http://127.0.0.1:{port}/", timeout=5) as answer:
                assert b"html" in answer.read()
                break
    side = engine.lookup("served-side")
    reached = side.run_exec(ExecOptions(args=("wget", "-qO-", "http://localhost/"))).stdout
    assert b"html" in reached, "containers of a pod have one loopback"
    files = side.run_exec(ExecOptions(args=("cat", "/etc/hosts", "/etc/resolv.conf"))).stdout.decode()
    assert re.search(r"192\.0\.2\.7\s+pilot", files) and "harbour.test" in files and "ndots:3" in files
    service, pod = validated(wharf("kube", "generate", "--service", "served").stdout)
    spec, of_service = pod["spec"], service["spec"]
    assert isinstance(spec, dict) and isinstance(of_service, dict)
    published = [{"containerPort": 80, "hostPort": port, "hostIP": "127.0.0.1", "protocol": "TCP"}]
    assert spec["containers"][0]["ports"] == published and "ports" not in spec["containers"][1]
    assert spec["hostAliases"] == [{"ip": "192.0.2.7", "hostnames": ["pilot", "tug"]}]
    assert spec["dnsConfig"]["searches"] == ["harbour.test"]
    assert [one["port"] for one in of_service["ports"]] == [80] and of_service["selector"] == {"app": "served"}
    assert wharf("kube", "down", "-", stdin=text).returncode == 0


FIELDS = f"""
apiVersion: v1
kind: Pod
metadata: {{name: many}}
spec:
  terminationGracePeriodSeconds: 1
  securityContext:
    fsGroup: 2000
    supplementalGroups: [3000]
    runAsNonRoot: true
    sysctls: [{{name: kernel.msgmax, value: "4096"}}]
  initContainers:
  - {{name: sidecar, image: {DEMO}, restartPolicy: Always, command: [sleep, "600"], securityContext: {{runAsUser: 5}}}}
  containers:
  - name: one
    image: {DEMO}
    command: [sh, -c, "id -G; cat /proc/sys/kernel/msgmax; echo shared >/memory/file; stat -c %g-%a /empty; sleep 600"]
    securityContext: {{runAsUser: 7, procMount: Unmasked}}
    volumeMounts: [{{name: memory, mountPath: /memory}}, {{name: empty, mountPath: /empty}}]
    resources: {{requests: {{memory: 32Mi}}, limits: {{memory: 64Mi, ephemeral-storage: 1Gi}}}}
    readinessProbe: {{exec: {{command: ["true"]}}, periodSeconds: 7}}
    lifecycle: {{preStop: {{exec: {{command: ["true"]}}}}}}
  - name: two
    image: {DEMO}
    command: [sh, -c, "until cat /memory/file; do sleep 0.1; done; grep -c '/memory tmpfs' /proc/mounts; sleep 600"]
    securityContext: {{runAsUser: 8}}
    volumeMounts: [{{name: memory, mountPath: /memory}}]
    livenessProbe: {{exec: {{command: ["true"]}}, periodSeconds: 5}}
    startupProbe: {{exec: {{command: ["true"]}}, periodSeconds: 2, failureThreshold: 30}}
  volumes:
  - {{name: memory, emptyDir: {{medium: Memory, sizeLimit: 1Mi}}}}
  - {{name: empty, emptyDir: {{}}}}
"""


def test_fields_of_pods_have_their_effect_or_are_told(engine: Engine, demo_image: Image, wharf: Wharf) -> None:
    validated(FIELDS)
    played = wharf("kube", "play", "--annotation", "a=b", "--no-hosts", "--log-opt", "max-size=1m", "-", stdin=FIELDS)
    assert played.returncode == 0, played.stderr
    assert played.stderr.splitlines() == [
        "warning: Pod many: the field spec.containers[0].lifecycle is not supported, and left out",
        "warning: Pod many: the limit of ephemeral-storage of container one is not supported, and left out",
    ]
    for _ in eventually():
        said = wharf("logs", "many-one").stdout.split(), wharf("logs", "many-two").stdout.split()[-2:]
        if len(said[0]) >= 5 and len(said[1]) == 2:
            break
    assert said == (["0", "2000", "3000", "4096", "2000-2777"], ["shared", "1"])
    assert status_of(engine, "many-sidecar") is Status.RUNNING
    one, two = engine.lookup("many-one").config, engine.lookup("many-two").config
    assert one.health_check is not None and (one.health_check.interval, str(one.health_check.on_failure)) == (7, "none")
    assert two.health_check is not None
    startup = two.health_check.startup
    assert startup is not None and (two.health_check.interval, str(two.health_check.on_failure)) == (5, "restart")
    assert (startup.args, startup.interval, startup.retries) == (("true",), 2, 30)
    assert one.resources.memory_reservation == 32 << 20 and one.security.unmasked_paths == ("ALL",)
    assert (one.annotations, one.log_size_max, one.names.no_hosts) == ({"a": "b"}, 1 << 20, False)
    [pod] = validated(wharf("kube", "generate", "many").stdout)
    spec = pod["spec"]
    assert isinstance(spec, dict)
    assert spec["securityContext"] == {
        "sysctls": [{"name": "kernel.msgmax", "value": "4096"}],
        "supplementalGroups": [3000, 2000],
    }
    assert spec["containers"][1]["resources"]["requests"] == {"memory": "32Mi"}
    assert wharf("kube", "down", "-", stdin=FIELDS).returncode == 0
    assert engine.volumes.all() == [], "what was in memory is gone with the pod"
    rooted = FIELDS.replace("runAsUser: 8", "runAsUser: 0")
    refused = wharf("kube", "play", "-", stdin=rooted)
    assert (refused.returncode, "two has runAsNonRoot and image will run as root" in refused.stderr) == (125, True)
    assert engine.volumes.all() == [] and engine.pods.all() == []


def test_a_daemon_set_and_a_job_are_one_pod_each(engine: Engine, demo_image: Image, wharf: Wharf) -> None:
    container = f"{{name: c, image: {DEMO}, command: ['true']}}"
    text = f"""
apiVersion: apps/v1
kind: DaemonSet
metadata: {{name: everywhere}}
spec:
  selector: {{matchLabels: {{a: b}}}}
  template: {{metadata: {{labels: {{a: b}}}}, spec: {{containers: [{container}]}}}}
---
apiVersion: batch/v1
kind: Job
metadata: {{name: once}}
spec: {{completions: 3, template: {{spec: {{restartPolicy: Never, containers: [{container}]}}}}}}
"""
    validated(text)
    played = wharf("kube", "play", "--start=false", "-", stdin=text)
    assert played.returncode == 0 and "the field spec.completions is not supported" in played.stderr
    assert {pod.name for pod in engine.pods.all()} == {"everywhere-pod", "once-pod"}
    assert str(engine.lookup("once-pod-c").config.restart) == "no"
    assert wharf("kube", "down", "-", stdin=text).returncode == 0 and engine.pods.all() == []


def test_pods_get_the_addresses_that_are_asked_for(engine: Engine, demo_image: Image, wharf: Wharf) -> None:
    made = wharf("network", "create", "--subnet", "10.203.9.0/24", "lan")
    assert made.returncode == 0, made.stderr
    pods = "---\n".join(
        f"apiVersion: v1\nkind: Pod\nmetadata: {{name: {name}}}\n"
        f"spec: {{containers: [{{name: it, image: {DEMO}, command: [sleep, '600']}}]}}\n"
        for name in ("one", "two", "three")
    )
    words = ("--network", "lan", "--ip", "10.203.9.7,10.203.9.8", "--mac-address", "02:11:22:33:44:77")
    played = wharf("kube", "play", *words, "-", stdin=pods)
    assert played.returncode == 0, played.stderr
    shown = {}
    for name in ("one", "two", "three"):
        infra = json.loads(wharf("pod", "inspect", name).stdout)["InfraContainerID"]
        shown[name] = json.loads(wharf("inspect", infra).stdout)[0]["NetworkSettings"]["Networks"]["lan"]
    assert [shown[name]["IPAddress"] for name in ("one", "two")] == ["10.203.9.7", "10.203.9.8"]
    assert shown["one"]["MacAddress"] == "02:11:22:33:44:77"
    refused = wharf("kube", "play", "--network", "none", "--ip", "10.0.0.1", "-", stdin=pods)
    assert (refused.returncode, "can not be used with the network none" in refused.stderr) == (125, True)
    assert wharf("kube", "down", "-", stdin=pods).returncode == 0
    assert wharf("network", "rm", "lan").returncode == 0
