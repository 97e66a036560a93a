"""A pod of Kubernetes as requests for a pod and its containers."""

from __future__ import annotations

import posixpath
from typing import Final

import msgspec

from core.errors import InvalidArgument
from core.kube import manifest
from core.kube.environment import Sources, Variables, expanded, refers_to, variables
from core.kube.files import PodVolumes
from core.kube.probes import health_of_probes
from core.kube.quantity import parse_quantity
from core.model.config import InitKind, NetworkMode, ResourceLimits, Security
from core.model.image import ImageConfig
from core.model.kernel_settings import KernelSettings
from core.model.namespaces import NamespaceOptions
from core.model.network import NameOptions, PortMapping
from core.model.options import CreateOptions
from core.model.pod import DEFAULT_SHARE, ExitPolicy, PodOptions
from core.model.restart import RestartName, RestartPolicy

_SIDECAR: Final = "Always"
"""The restart policy of an init container that runs beside the others."""
_RESTART: Final = {
    "Always": RestartName.ALWAYS,
    "OnFailure": RestartName.ON_FAILURE,
    "Never": RestartName.NO,
}


def pod_options(
    name: str, template: manifest.PodTemplate, asked: CreateOptions, create_command: tuple[str, ...]
) -> PodOptions:
    """The pod itself: what its containers share, and its network.

    `asked`: has the network of a pod that does not have the host's. Raises `InvalidArgument`.
    """
    spec = template.spec
    if spec.restart_policy not in _RESTART:
        raise InvalidArgument(
            f"the restartPolicy {spec.restart_policy} is not known", hint=f"use {', '.join(_RESTART)}"
        )
    of_host = CreateOptions(network=NetworkMode.HOST, user_namespace=asked.user_namespace)
    return PodOptions(
        name=name,
        infra_options=msgspec.structs.replace(
            of_host if spec.host_network else asked,
            ports=() if spec.host_network else _ports(spec),
            names=msgspec.structs.replace(_names(spec), no_hosts=asked.names.no_hosts),
            kernel=KernelSettings(sysctls={one.name: one.value for one in spec.security_context.sysctls}),
            namespaces=NamespaceOptions(ipc="host" if spec.host_ipc else "", pid="host" if spec.host_pid else ""),
        ),
        share=(*DEFAULT_SHARE, *(("pid",) if spec.share_process_namespace or spec.host_pid else ())),
        hostname=spec.hostname,
        labels=template.metadata.labels,
        # The infra container has nothing to do once all others are done.
        exit_policy=ExitPolicy.STOP,
        create_command=create_command,
    )


def _ports(spec: manifest.PodSpec) -> tuple[PortMapping, ...]:
    """The ports of the host that the pod publishes: all in its one network."""
    return tuple(
        PortMapping(
            container_port=port.container_port,
            host_port=port.host_port,
            protocol=port.protocol.lower(),
            host_ip="" if port.host_ip == "0.0.0.0" else port.host_ip,
        )
        for container in spec.containers
        for port in container.ports
        if port.host_port
    )


def _names(spec: manifest.PodSpec) -> NameOptions:
    dns = spec.dns_config
    return NameOptions(
        servers=dns.nameservers,
        search=dns.searches,
        options=tuple(f"{option.name}:{option.value}" if option.value else option.name for option in dns.options),
        hosts=tuple(f"{name}:{alias.ip}" for alias in spec.host_aliases for name in alias.hostnames),
    )


def container_options(
    pod_name: str,
    template: manifest.PodTemplate,
    container: manifest.Container,
    sources: Sources,
    volumes: PodVolumes,
    seccomp_root: str = "",
) -> CreateOptions:
    """One container of the pod `pod_name`. Raises `InvalidArgument`."""
    spec = template.spec
    if not container.image:
        raise InvalidArgument(
            f"container {container.name} of pod {pod_name} has no image", hint="give it one: image: NAME"
        )
    known = variables(container, sources)
    mounts = volumes.mounts(container)
    is_init = container.restart_policy != _SIDECAR and any(container is one for one in spec.init_containers)
    restart = _RESTART[spec.restart_policy]
    return CreateOptions(
        image=container.image,
        name=f"{pod_name}-{container.name}",
        entrypoint=tuple(_word(word, known) for word in container.command) or None,
        command=tuple(_word(word, known) for word in container.args),
        env=tuple(f"{name}={value}" for name, value in known.plain.items()),
        secrets=known.secrets,
        env_of_secrets=known.mixed,
        workdir=container.working_dir or None,
        user=_user(container.security_context, spec.security_context),
        terminal=container.tty,
        stdin_open=container.stdin,
        stdin_once=container.stdin_once,
        labels=template.metadata.labels,
        annotations=template.metadata.annotations,
        stop_timeout=spec.termination_grace_period_seconds,
        bind_mounts=mounts.binds,
        tmpfs_mounts=mounts.in_memory,
        volume_mounts=mounts.volumes,
        resources=_limits(container.resources),
        security=_security(container.security_context, spec.security_context, seccomp_root),
        kernel=KernelSettings(groups=_groups(spec.security_context)),
        network="",
        pod=pod_name,
        init_kind=InitKind.ONCE if is_init else None,
        restart=RestartPolicy(name=RestartName.NO if is_init else restart),
        health=health_of_probes(container, restart),
    )


def _word(text: str, known: Variables) -> str:
    """A word of a command with its variables. A secret in one would stand in the configuration, and in every `ps`."""
    hidden = [use.target for use in known.secrets] + [line.partition("=")[0] for line in known.mixed]
    if name := refers_to(text, hidden):
        raise InvalidArgument(
            f"the command refers to $({name}), which is a secret's value",
            hint=f'have a shell read it: sh -c "… ${name}"',
        )
    return expanded(text, known.plain)


def _user(own: manifest.SecurityContext, of_pod: manifest.PodSecurity) -> str | None:
    user = own.run_as_user if own.run_as_user is not None else of_pod.run_as_user
    group = own.run_as_group if own.run_as_group is not None else of_pod.run_as_group
    if group is not None:
        return f"{user or 0}:{group}"
    return None if user is None else str(user)


def _groups(of_pod: manifest.PodSecurity) -> tuple[str, ...]:
    owners = () if of_pod.fs_group is None else (of_pod.fs_group,)
    return tuple(dict.fromkeys(str(group) for group in (*of_pod.supplemental_groups, *owners)))


def refuse_root(
    container: manifest.Container, spec: manifest.PodSpec, asked: CreateOptions, image: ImageConfig
) -> None:
    """Raise `InvalidArgument` for a container that is not to run as root, and would."""
    own, of_pod = container.security_context.run_as_non_root, spec.security_context.run_as_non_root
    user = (image.user if asked.user is None else asked.user).partition(":")[0]
    if (of_pod if own is None else own) and user in ("", "0", "root"):
        raise InvalidArgument(
            f"container {container.name} has runAsNonRoot and image will run as root", hint="give it a runAsUser"
        )


def _limits(resources: manifest.Resources) -> ResourceLimits:
    limits, requests = resources.limits, resources.requests
    memory = int(parse_quantity(limits.get("memory", 0)))
    wanted = int(parse_quantity(requests.get("memory", 0)))
    shares = parse_quantity(requests.get("cpu", 0)) * 1024
    return ResourceLimits(
        memory=memory,
        memory_reservation=wanted if not memory else min(wanted, memory),
        cpus=parse_quantity(limits.get("cpu", 0)),
        cpu_shares=max(2, int(shares)) if shares else 0,
    )


def _security(context: manifest.SecurityContext, of_pod: manifest.PodSecurity, seccomp_root: str) -> Security:
    profile = context.seccomp_profile or of_pod.seccomp_profile
    seccomp = ""
    if profile is not None:
        local = posixpath.join(seccomp_root, profile.localhost_profile)
        seccomp = {"Unconfined": "unconfined", "Localhost": local}.get(profile.type, "")
    return Security(
        privileged=context.privileged,
        read_only_root=context.read_only_root_filesystem,
        no_new_privileges=context.allow_privilege_escalation is False,
        capabilities_add=context.capabilities.add,
        capabilities_drop=context.capabilities.drop,
        seccomp_profile=seccomp,
        unmasked_paths=("ALL",) if context.proc_mount == "Unmasked" else (),
    )
