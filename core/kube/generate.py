"""generate: manifests of pods, containers and volumes, for the way on to a cluster."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from core.container import Container
from core.engine import Engine
from core.errors import InvalidArgument, NoSuchObject
from core.kube.mounting import Document, PodMounts, config_maps_in, dns_name
from core.kube.probes import probes_of_health
from core.kube.quantity import cpu_quantity, memory_quantity
from core.model.config import ContainerConfig, NetworkMode, Security
from core.model.image import ImageConfig
from core.model.namespaces import Sharing
from core.model.network import NameOptions
from core.model.pod import Pod
from core.model.restart import RestartName
from core.model.secret import SecretKind, SecretUse
from core.oci.merge import DEFAULT_PATH
from core.version import VERSION

HEADING: Final = (
    "# Save the output of this file and use kubectl create -f to import\n"
    f"# it into Kubernetes.\n#\n# Created with wharfinger-{VERSION}\n"
)
_RESTART: Final = {
    RestartName.NO: "Never",
    RestartName.ON_FAILURE: "OnFailure",
    RestartName.ALWAYS: "Always",
    RestartName.UNLESS_STOPPED: "Always",
}
_LINE: Final = 10_000
"""Columns after which a text is folded: hardly ever, as that is hard to read and to compare."""
_CLAIM_SIZE: Final = "1Gi"
"""What a claim asks for, as podman's does: a volume here has no size."""


def generate(engine: Engine, names: Sequence[str], *, service: bool = False) -> str:
    """The YAML of these pods, containers and volumes, all containers in one pod; with a Service for its ports.

    Raises `NoSuchObject`, `InvalidArgument` for what no cluster could run.
    """
    import yaml

    documents = documents_of(engine, names, service=service)
    return HEADING + yaml.safe_dump_all(
        documents, sort_keys=False, default_flow_style=False, width=_LINE, explicit_start=len(documents) > 1
    )


def documents_of(engine: Engine, names: Sequence[str], *, service: bool = False) -> list[Document]:
    """The manifests as plain values, claims first."""
    claims: list[Document] = []
    pods: list[Document] = []
    config_maps: list[Document] = []
    containers: list[Container] = []
    for name in names:
        found = _find(engine, name)
        if isinstance(found, Container):
            containers.append(found)
        elif isinstance(found, Pod):
            members = [one for one in engine.pods.containers(found.id) if not one.config.is_infra]
            pods.append(_pod_document(engine, found.name, members, found))
            config_maps += config_maps_in(engine.paths.pod(found.id))
        else:
            claims.append(_claim(found))
    if containers:
        pods.append(_pod_document(engine, f"{dns_name(containers[0].name)}-pod", containers))
    services = [_service(pod) for pod in pods] if service else []
    return [*claims, *config_maps, *services, *pods]


def _find(engine: Engine, name: str) -> Container | Pod | str:
    container = engine.find(name)
    if container is not None:
        if container.config.pod:
            raise InvalidArgument(
                f"container {container.name} is in a pod",
                hint=f"use wharf kube generate {container.snapshot().pod_name}",
            )
        return container
    try:
        return engine.pods.lookup(name)
    except NoSuchObject:
        pass
    if engine.volumes.exists(name):
        return name
    raise NoSuchObject(f'name or ID "{name}" not found', hint="name pods, containers or volumes")


def _metadata(name: str, labels: dict[str, str] | None = None) -> Document:
    now = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    return {"name": name, "creationTimestamp": now, **({"labels": labels} if labels else {})}


def _pod_document(engine: Engine, name: str, containers: Sequence[Container], pod: Pod | None = None) -> Document:
    name = dns_name(name)
    volumes = PodMounts(engine.paths.pod(pod.id) if pod else None)
    main = [one for one in containers if one.config.init_kind is None]
    spec: Document = {"automountServiceAccountToken": False, "enableServiceLinks": False}
    init = [_container(engine, one, name, volumes) for one in containers if one.config.init_kind is not None]
    spec |= {"initContainers": init} if init else {}
    spec["containers"] = [_container(engine, one, name, volumes) for one in main]
    infra = engine.lookup(pod.infra_id).config if pod and pod.infra_id else None
    if infra is not None and infra.ports and main:
        # A pod publishes as a whole here: a cluster wants each port at a container.
        spec["containers"][0]["ports"] = _ports(infra)
    spec |= _pod_fields([one.config for one in main], infra)
    if pod is not None:
        spec |= {"hostname": dns_name(pod.hostname)} if pod.hostname != pod.name else {}
        # A cluster takes one of the two alone.
        spec |= {"shareProcessNamespace": True} if "pid" in pod.share and "hostPID" not in spec else {}
    if found := volumes.documents():
        spec["volumes"] = found
    labels = {"app": name, **(pod.labels if pod else {})}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": _metadata(name, labels), "spec": spec}


def _pod_fields(configs: Sequence[ContainerConfig], infra: ContainerConfig | None) -> Document:
    """What a cluster has for the pod as a whole, and we have a container."""
    fields: Document = {}
    holders = [*configs, *([infra] if infra else [])]
    if any(config.network is NetworkMode.HOST for config in holders):
        fields["hostNetwork"] = True
    for field, kind in (("hostPID", "pid"), ("hostIPC", "ipc")):
        if any(getattr(config.namespaces, kind).sharing is Sharing.HOST for config in holders):
            fields[field] = True
    fields |= _names((infra or holders[0]).names) if holders else {}
    fields |= _pod_security(configs, infra)
    if configs:
        fields["restartPolicy"] = _RESTART[configs[0].restart.name]
        patience = max(config.stop_timeout for config in configs)
        fields |= {"terminationGracePeriodSeconds": patience} if patience != 10 else {}
    return fields


def _pod_security(configs: Sequence[ContainerConfig], infra: ContainerConfig | None) -> Document:
    """Groups and settings of the kernel are the pod's in a cluster."""
    holders = [*([infra] if infra else []), *configs]
    sysctls = {name: value for config in holders for name, value in config.kernel.sysctls.items()}
    groups = dict.fromkeys(int(group) for config in configs for group in config.kernel.groups if group.isdecimal())
    context: Document = {"sysctls": [{"name": name, "value": value} for name, value in sysctls.items()]}
    context["supplementalGroups"] = list(groups)
    asked = {field: value for field, value in context.items() if value}
    return {"securityContext": asked} if asked else {}


def _names(names: NameOptions) -> Document:
    """/etc/hosts and resolv.conf, as far as more is asked for than the network has."""
    aliases: dict[str, list[str]] = {}
    for entry in names.hosts:
        host, _, address = entry.partition(":")
        aliases.setdefault(address, []).append(host)
    pairs = [option.partition(":") for option in names.options]
    dns = {
        "nameservers": list(names.servers),
        "searches": list(names.search),
        "options": [{"name": name, **({"value": value} if value else {})} for name, _, value in pairs],
    }
    asked = {key: value for key, value in dns.items() if value}
    return {
        **({"hostAliases": [{"ip": ip, "hostnames": hosts} for ip, hosts in aliases.items()]} if aliases else {}),
        **({"dnsConfig": asked} if asked else {}),
    }


def _ports(config: ContainerConfig) -> list[Document]:
    return [
        {
            "containerPort": mapping.container_port + step,
            "hostPort": mapping.host_port + step,
            **({"hostIP": mapping.host_ip} if mapping.host_ip else {}),
            "protocol": mapping.protocol.upper(),
        }
        for mapping in config.ports
        for step in range(mapping.length)
    ]


def _container(engine: Engine, container: Container, pod: str, volumes: PodMounts) -> Document:
    config = container.config
    if not config.image_id:
        raise InvalidArgument(
            f"container {container.name} is made of a directory, not of an image", hint="commit it to an image first"
        )
    if config.image_mounts:
        raise InvalidArgument(
            f"container {container.name} shows an image at {config.image_mounts[0].destination}",
            hint="a manifest can not say that: put the files into a volume or into its own image",
        )
    image = engine.images.config(config.image_id)
    name = dns_name(container.name)
    made: Document = {"name": name.removeprefix(f"{pod}-") or name, "image": config.image}
    made |= _program(config, image)
    if env := _variables(config, image):
        made["env"] = env
    if config.process.cwd not in (image.working_dir or "/", "/"):
        made["workingDir"] = config.process.cwd
    for field, wanted in (
        ("stdin", config.process.stdin_open),
        ("stdinOnce", config.process.stdin_once),
        ("tty", config.process.terminal),
    ):
        made |= {field: True} if wanted else {}
    if config.ports:
        made["ports"] = _ports(config)
    made |= _resources(config)
    if context := _security_context(config):
        made["securityContext"] = context
    check = container.health_check
    if check is not None and config.init_kind is None:
        made |= probes_of_health(check)
    if mounts := volumes.of(config):
        made["volumeMounts"] = mounts
    return made


def _program(config: ContainerConfig, image: ImageConfig) -> Document:
    """`command` and `args`, as far as they are not the image's own."""
    args = config.process.args
    if args == (*image.entrypoint, *image.cmd):
        return {}
    if image.entrypoint and args[: len(image.entrypoint)] == image.entrypoint:
        return {"args": list(args[len(image.entrypoint) :])}
    return {"command": list(args)}


def _variables(config: ContainerConfig, image: ImageConfig) -> list[Document]:
    of_itself = {f"PATH={DEFAULT_PATH}", "TERM=xterm-256color", "container=wharfinger", *image.env}
    pairs = [line.partition("=") for line in (*config.process.env, *config.env_of_secrets) if line not in of_itself]
    secrets = [
        {"name": use.target or use.name, "valueFrom": {"secretKeyRef": _reference(use)}}
        for use in config.secrets
        if use.kind is SecretKind.ENV
    ]
    return [*secrets, *({"name": name, "value": value} for name, _, value in pairs)]


def _reference(use: SecretUse) -> Document:
    """A secret of ours has no keys: it is to be made in the cluster with its own name as the one key."""
    return {"name": use.name, "key": use.key or use.name, **({"optional": True} if use.optional else {})}


def _resources(config: ContainerConfig) -> Document:
    limits = config.resources
    found = {}
    if limits.memory:
        found["memory"] = memory_quantity(limits.memory)
    if limits.cpus:
        found["cpu"] = cpu_quantity(limits.cpus)
    requests = {"memory": memory_quantity(limits.memory_reservation)} if limits.memory_reservation else {}
    asked = {name: amounts for name, amounts in (("limits", found), ("requests", requests)) if amounts}
    return {"resources": asked} if asked else {}


def _security_context(config: ContainerConfig) -> Document:
    security = config.security
    context: Document = {}
    user, _, group = config.process.user.partition(":")
    context |= {"runAsUser": int(user)} if user.isdigit() else {}
    context |= {"runAsGroup": int(group)} if group.isdigit() else {}
    context |= {"privileged": True} if security.privileged else {}
    context |= {"readOnlyRootFilesystem": True} if security.read_only_root else {}
    context |= {"allowPrivilegeEscalation": False} if security.no_new_privileges and not security.privileged else {}
    context |= {"seccompProfile": {"type": "Unconfined"}} if security.seccomp_profile == "unconfined" else {}
    if capabilities := _capabilities(security):
        context["capabilities"] = capabilities
    return context


def _capabilities(security: Security) -> Document:
    """A cluster's names have no CAP_ before them."""
    asked = {"add": security.capabilities_add, "drop": security.capabilities_drop}
    return {word: [name.upper().removeprefix("CAP_") for name in names] for word, names in asked.items() if names}


def _claim(name: str) -> Document:
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": _metadata(dns_name(name)),
        "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": _CLAIM_SIZE}}},
    }


def _service(pod: Document) -> Document:
    """A Service of the ports that the pod's containers publish. Raises `InvalidArgument` where there are none."""
    name = pod["metadata"]["name"]
    ports = [port for container in pod["spec"]["containers"] for port in container.get("ports", ())]
    if not ports:
        raise InvalidArgument(f"pod {name} publishes no port for a service", hint="leave --service out")
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": _metadata(name, {"app": name}),
        "spec": {
            "type": "NodePort",
            "selector": {"app": name},
            "ports": [
                {
                    "name": f"{port['containerPort']}-{port['protocol'].lower()}",
                    "port": port["containerPort"],
                    "targetPort": port["containerPort"],
                    "protocol": port["protocol"],
                }
                for port in ports
            ],
        },
    }
