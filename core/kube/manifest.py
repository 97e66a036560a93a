"""The part of Kubernetes' API that is understood (v1 and apps/v1), as typed records."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import field


class Part(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A piece of a manifest."""


class Metadata(Part, frozen=True, kw_only=True):
    name: str = ""
    labels: dict[str, str] = {}
    annotations: dict[str, str] = {}


class KeyReference(Part, frozen=True, kw_only=True):
    """A key of a ConfigMap or Secret."""

    name: str
    key: str
    optional: bool = False


class FieldReference(Part, frozen=True, kw_only=True):
    field_path: str


class ResourceReference(Part, frozen=True, kw_only=True):
    resource: str
    container_name: str = ""


class ValueSource(Part, frozen=True, kw_only=True):
    config_map_key_ref: KeyReference | None = None
    secret_key_ref: KeyReference | None = None
    field_ref: FieldReference | None = None
    resource_field_ref: ResourceReference | None = None


class Variable(Part, frozen=True, kw_only=True):
    name: str
    value: str = ""
    value_from: ValueSource | None = None


class Reference(Part, frozen=True, kw_only=True):
    """A whole ConfigMap or Secret."""

    name: str
    optional: bool = False


class VariablesSource(Part, frozen=True, kw_only=True):
    prefix: str = ""
    config_map_ref: Reference | None = None
    secret_ref: Reference | None = None


class Port(Part, frozen=True, kw_only=True):
    container_port: int
    host_port: int = 0
    host_ip: str = field(name="hostIP", default="")
    protocol: str = "TCP"
    name: str = ""


class VolumeMount(Part, frozen=True, kw_only=True):
    name: str
    mount_path: str
    sub_path: str = ""
    read_only: bool = False


class Resources(Part, frozen=True, kw_only=True):
    limits: dict[str, str | int | float] = {}
    requests: dict[str, str | int | float] = {}


class Capabilities(Part, frozen=True, kw_only=True):
    add: tuple[str, ...] = ()
    drop: tuple[str, ...] = ()


class SeccompProfile(Part, frozen=True, kw_only=True):
    type: str
    localhost_profile: str = ""


class SecurityContext(Part, frozen=True, kw_only=True):
    run_as_user: int | None = None
    run_as_group: int | None = None
    privileged: bool = False
    read_only_root_filesystem: bool = False
    run_as_non_root: bool | None = None
    allow_privilege_escalation: bool | None = None
    proc_mount: str = ""
    capabilities: Capabilities = Capabilities()
    seccomp_profile: SeccompProfile | None = None


class ExecAction(Part, frozen=True, kw_only=True):
    command: tuple[str, ...] = ()


class HttpGet(Part, frozen=True, kw_only=True):
    port: int | str
    path: str = "/"
    host: str = ""
    scheme: str = "HTTP"


class TcpSocket(Part, frozen=True, kw_only=True):
    port: int | str
    host: str = ""


class Probe(Part, frozen=True, kw_only=True):
    """Times: seconds."""

    exec: ExecAction | None = None
    http_get: HttpGet | None = None
    tcp_socket: TcpSocket | None = None
    initial_delay_seconds: int = 0
    period_seconds: int = 10
    timeout_seconds: int = 1
    failure_threshold: int = 3


class Container(Part, frozen=True, kw_only=True):
    name: str
    image: str = ""
    command: tuple[str, ...] = ()
    args: tuple[str, ...] = ()
    env: tuple[Variable, ...] = ()
    env_from: tuple[VariablesSource, ...] = ()
    ports: tuple[Port, ...] = ()
    volume_mounts: tuple[VolumeMount, ...] = ()
    resources: Resources = Resources()
    security_context: SecurityContext = SecurityContext()
    liveness_probe: Probe | None = None
    readiness_probe: Probe | None = None
    startup_probe: Probe | None = None
    restart_policy: str = ""
    """Always: an init container that runs beside the others (a sidecar)."""
    image_pull_policy: str = ""
    stdin: bool = False
    stdin_once: bool = False
    tty: bool = False
    working_dir: str = ""


class HostPath(Part, frozen=True, kw_only=True):
    path: str
    type: str = ""


class EmptyDir(Part, frozen=True, kw_only=True):
    medium: str = ""
    size_limit: str | int | None = None


class KeyToPath(Part, frozen=True, kw_only=True):
    key: str
    path: str
    mode: int | None = None


class ConfigMapVolume(Part, frozen=True, kw_only=True):
    name: str
    items: tuple[KeyToPath, ...] = ()
    optional: bool = False
    default_mode: int = 0o644


class SecretVolume(Part, frozen=True, kw_only=True):
    secret_name: str
    items: tuple[KeyToPath, ...] = ()
    optional: bool = False
    default_mode: int = 0o644


class ClaimVolume(Part, frozen=True, kw_only=True):
    claim_name: str
    read_only: bool = False


class Volume(Part, frozen=True, kw_only=True):
    """Exactly one of the sources is set."""

    name: str
    host_path: HostPath | None = None
    empty_dir: EmptyDir | None = None
    config_map: ConfigMapVolume | None = None
    secret: SecretVolume | None = None
    persistent_volume_claim: ClaimVolume | None = None


class HostAlias(Part, frozen=True, kw_only=True):
    ip: str
    hostnames: tuple[str, ...] = ()


class DnsOption(Part, frozen=True, kw_only=True):
    name: str
    value: str = ""


class DnsConfig(Part, frozen=True, kw_only=True):
    nameservers: tuple[str, ...] = ()
    searches: tuple[str, ...] = ()
    options: tuple[DnsOption, ...] = ()


class Sysctl(Part, frozen=True, kw_only=True):
    name: str
    value: str


class PodSecurity(Part, frozen=True, kw_only=True):
    run_as_user: int | None = None
    run_as_group: int | None = None
    run_as_non_root: bool | None = None
    fs_group: int | None = None
    supplemental_groups: tuple[int, ...] = ()
    sysctls: tuple[Sysctl, ...] = ()
    seccomp_profile: SeccompProfile | None = None


class PodSpec(Part, frozen=True, kw_only=True):
    containers: tuple[Container, ...]
    init_containers: tuple[Container, ...] = ()
    volumes: tuple[Volume, ...] = ()
    restart_policy: str = "Always"
    host_network: bool = False
    host_pid: bool = field(name="hostPID", default=False)
    host_ipc: bool = field(name="hostIPC", default=False)
    share_process_namespace: bool = False
    hostname: str = ""
    host_aliases: tuple[HostAlias, ...] = ()
    dns_config: DnsConfig = DnsConfig()
    security_context: PodSecurity = PodSecurity()
    termination_grace_period_seconds: int | None = None


class Pod(Part, frozen=True, kw_only=True):
    metadata: Metadata
    spec: PodSpec


class PodTemplate(Part, frozen=True, kw_only=True):
    spec: PodSpec
    metadata: Metadata = Metadata()


class DeploymentSpec(Part, frozen=True, kw_only=True):
    template: PodTemplate
    replicas: int = 1


class Deployment(Part, frozen=True, kw_only=True):
    metadata: Metadata
    spec: DeploymentSpec


class DaemonSetSpec(Part, frozen=True, kw_only=True):
    template: PodTemplate


class DaemonSet(Part, frozen=True, kw_only=True):
    metadata: Metadata
    spec: DaemonSetSpec


class JobSpec(Part, frozen=True, kw_only=True):
    template: PodTemplate


class Job(Part, frozen=True, kw_only=True):
    metadata: Metadata
    spec: JobSpec


class ConfigMap(Part, frozen=True, kw_only=True):
    metadata: Metadata
    data: dict[str, str] = {}
    binary_data: dict[str, str] = {}


class Secret(Part, frozen=True, kw_only=True):
    metadata: Metadata
    data: dict[str, str] = {}
    string_data: dict[str, str] = {}


class PersistentVolumeClaim(Part, frozen=True, kw_only=True):
    metadata: Metadata
    spec: dict[str, Any] = {}


Workload = Pod | Deployment | DaemonSet | Job
Manifest = Workload | ConfigMap | Secret | PersistentVolumeClaim
KINDS: dict[str, type[Manifest]] = {
    "Pod": Pod,
    "Deployment": Deployment,
    "DaemonSet": DaemonSet,
    "Job": Job,
    "ConfigMap": ConfigMap,
    "Secret": Secret,
    "PersistentVolumeClaim": PersistentVolumeClaim,
}
