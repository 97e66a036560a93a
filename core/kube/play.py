"""play and down: what a file of manifests describes is made, and taken away again."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

import msgspec

from core.engine import Engine
from core.errors import EngineError, InvalidArgument, NameInUse, NoSuchImage
from core.kube import manifest
from core.kube.environment import Sources, config_map_data, decoded
from core.kube.files import PodVolumes, give_to_group
from core.kube.reading import Reading
from core.kube.translate import container_options, pod_options, refuse_root
from core.model.config import DEFAULT_LOG_SIZE_MAX
from core.model.log_target import OWN_FILE, LogTarget
from core.model.network import Attachment
from core.model.options import CreateOptions

_SECRET_KIND: Final = "Secret"


class PlayOptions(msgspec.Struct, frozen=True, kw_only=True):
    """`config_maps`: further ones. `infra_options`: the network of the pods that do not
    have the host's. `replace`: what is there first
    goes. `pull`: gets an image that is not there, or whose policy is Always. `annotations`: of all containers.
    `seccomp_root`: where profiles of the kind Localhost are.
    """

    config_maps: tuple[manifest.ConfigMap, ...] = ()
    infra_options: CreateOptions = CreateOptions(network="none")
    attachments: tuple[tuple[Attachment, ...], ...] = ()
    """Of the first pods, in place of those of `infra_options`."""
    replace: bool = False
    start: bool = True
    pull: Callable[[str], object]
    annotations: Mapping[str, str] = {}
    log_size_max: int = DEFAULT_LOG_SIZE_MAX
    log: LogTarget = OWN_FILE
    seccomp_root: str = ""
    create_command: tuple[str, ...] = ()


class PlayedPod(msgspec.Struct, frozen=True, kw_only=True):
    """`error`: why it did not start, or not as a whole."""

    pod: str
    containers: tuple[str, ...]
    error: EngineError | None = None


class Played(msgspec.Struct, frozen=True, kw_only=True):
    """Ids of pods and secrets, names of volumes."""

    pods: tuple[PlayedPod, ...] = ()
    volumes: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()


class TakenDown(msgspec.Struct, frozen=True, kw_only=True):
    """What was there and is not any more: ids of pods, names of secrets and volumes."""

    stopped: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()
    volumes: tuple[str, ...] = ()


def play(engine: Engine, reading: Reading, options: PlayOptions) -> Played:
    """Make, and unless told otherwise start, what the manifests describe.

    A pod of which something can not be made is not made at all. Raises `InvalidArgument`, `NameInUse`, and what the
    creation of pods, containers and images raises.
    """
    config_maps = {one.metadata.name: config_map_data(one) for one in options.config_maps}
    volumes, secrets = [], []
    pods: list[PlayedPod] = []
    _refuse_nothing(reading)
    for one in reading.manifests:
        if isinstance(one, manifest.PersistentVolumeClaim):
            volumes.append(engine.volumes.create(one.metadata.name, labels=one.metadata.labels, ignore=True).name)
        elif isinstance(one, manifest.Secret):
            secrets.append(engine.secrets.create(one.metadata.name, _packed(one), one.metadata.labels, replace=True).id)
        elif isinstance(one, manifest.ConfigMap):
            config_maps[one.metadata.name] = config_map_data(one)
        else:
            for name, template in pods_of(one):
                pods.append(_play_pod(engine, name, template, config_maps, _for_pod(options, len(pods))))
    return Played(pods=tuple(pods), volumes=tuple(volumes), secrets=tuple(secrets))


def _for_pod(options: PlayOptions, number: int) -> PlayOptions:
    if number >= len(options.attachments):
        return options
    infra = msgspec.structs.replace(options.infra_options, attachments=options.attachments[number])
    return msgspec.structs.replace(options, infra_options=infra)


def take_down(engine: Engine, reading: Reading, *, volumes: bool = False) -> TakenDown:
    """Stop and remove the pods of the manifests, and the secrets; the volumes where that is asked for."""
    stopped, removed, secrets, gone = [], [], [], []
    for one in reading.manifests:
        if not isinstance(one, manifest.Workload):
            continue
        for name, _ in pods_of(one):
            pod_id = _pod_named(engine, name)
            if not pod_id:
                continue
            engine.pods.stop(pod_id)
            stopped.append(pod_id)
            engine.pods.remove(pod_id, force=True)
            removed.append(pod_id)
    for one in reading.manifests:
        name = one.metadata.name
        if isinstance(one, manifest.Secret):
            secrets += [engine.secrets.remove(kept.id).name for kept in engine.secrets.all() if kept.name == name]
        elif isinstance(one, manifest.PersistentVolumeClaim) and volumes and engine.volumes.exists(name):
            gone.append(engine.volumes.remove(name))
    return TakenDown(stopped=tuple(stopped), removed=tuple(removed), secrets=tuple(secrets), volumes=tuple(gone))


def pods_of(one: manifest.Workload) -> list[tuple[str, manifest.PodTemplate]]:
    """The pods of a manifest by name; those of a deployment are numbered, as podman does it, others have one."""
    if isinstance(one, manifest.Pod):
        return [(one.metadata.name, manifest.PodTemplate(metadata=one.metadata, spec=one.spec))]
    if not isinstance(one, manifest.Deployment):
        return [(f"{one.metadata.name}-pod", one.spec.template)]
    return [(f"{one.metadata.name}-pod-{number}", one.spec.template) for number in range(one.spec.replicas)]


def _refuse_nothing(reading: Reading) -> None:
    kinds = {type(one) for one in reading.manifests}
    if not kinds:
        raise InvalidArgument(
            "YAML document does not contain any supported kube kind", hint=f"known are {', '.join(manifest.KINDS)}"
        )
    if kinds == {manifest.ConfigMap}:
        raise InvalidArgument(
            "ConfigMaps are not a standalone object and must be used in a container",
            hint="put a Pod or a Deployment that uses them into the file",
        )


def _play_pod(
    engine: Engine,
    name: str,
    template: manifest.PodTemplate,
    config_maps: Mapping[str, Mapping[str, bytes]],
    options: PlayOptions,
) -> PlayedPod:
    named = msgspec.structs.replace(template.metadata, name=name)
    sources = Sources(config_maps=config_maps, secret=lambda wanted: _unpacked(engine, wanted), metadata=named)
    containers = (*template.spec.init_containers, *template.spec.containers)
    request = pod_options(name, template, options.infra_options, options.create_command)
    _have_images(engine, containers, options.pull)
    if options.replace:
        _make_room(engine, name)
    try:
        pod = engine.pods.create(request)
    except NameInUse as error:
        raise NameInUse(error.message, hint="take it down first with wharf kube down, or use --replace") from error
    made: list[str] = []
    made_in_memory: list[str] = []

    def in_memory(how: str) -> str:
        """A volume that goes with the pod's containers. `how`: options of mount(8)."""
        volume = engine.volumes.create(options={"type": "tmpfs", "device": "tmpfs", "o": how}).name
        made_in_memory.append(volume)
        return volume

    try:
        volumes = PodVolumes(template.spec, sources, engine.pods.folder(pod.id), in_memory)
        for container in containers:
            asked = container_options(name, template, container, sources, volumes, options.seccomp_root)
            refuse_root(container, template.spec, asked, engine.images.config(engine.images.find(asked.image).id))
            made.append(engine.create(_as_told(asked, options)).id)
        _give_claims_to_group(engine, template.spec)
    except (EngineError, OSError):
        engine.pods.remove(pod.id, force=True)
        for unused in filter(engine.volumes.exists, made_in_memory):
            engine.volumes.remove(unused)
        raise
    trouble = _start(engine, pod.id) if options.start else None
    return PlayedPod(pod=pod.id, containers=tuple(made), error=trouble)


def _as_told(asked: CreateOptions, options: PlayOptions) -> CreateOptions:
    return msgspec.structs.replace(
        asked,
        annotations={**asked.annotations, **options.annotations},
        log_size_max=options.log_size_max,
        log=options.log,
    )


def _give_claims_to_group(engine: Engine, spec: manifest.PodSpec) -> None:
    """With fsGroup: the volumes of claims are that group's, and what is made in them, too."""
    group = spec.security_context.fs_group
    for claim in (volume.persistent_volume_claim for volume in spec.volumes):
        if group is not None and claim is not None and engine.volumes.exists(claim.claim_name):
            give_to_group(Path(engine.volumes.find(claim.claim_name).path), group)


def _start(engine: Engine, pod_id: str) -> EngineError | None:
    try:
        engine.pods.start(pod_id)
    except EngineError as error:
        return error
    return None


def _make_room(engine: Engine, name: str) -> None:
    pod_id = _pod_named(engine, name)
    if pod_id:
        engine.pods.stop(pod_id)
        engine.pods.remove(pod_id, force=True)


def _pod_named(engine: Engine, name: str) -> str:
    """The id of the pod that has this very name; empty for none. A part of another's id is not enough here."""
    return next((pod.id for pod in engine.pods.all() if pod.name == name), "")


def _have_images(engine: Engine, containers: Sequence[manifest.Container], pull: Callable[[str], object]) -> None:
    for container in containers:
        if container.image_pull_policy == "Always":
            pull(container.image)
            continue
        try:
            engine.images.find(container.image)
        except NoSuchImage:
            if not container.image or container.image_pull_policy == "Never":
                raise
            pull(container.image)


def _packed(secret: manifest.Secret) -> bytes:
    """A Secret as the engine keeps it: all of its keys in one, as podman keeps it."""
    plain = {key: base64.b64encode(text.encode()).decode() for key, text in secret.string_data.items()}
    decoded(secret.data)
    return msgspec.json.encode(
        {
            "apiVersion": "v1",
            "kind": _SECRET_KIND,
            "metadata": {"name": secret.metadata.name},
            "data": {**secret.data, **plain},
        }
    )


def _unpacked(engine: Engine, name: str) -> Mapping[str, bytes] | None:
    kept = next((secret for secret in engine.secrets.all() if secret.name == name), None)
    if kept is None:
        return None
    return engine.secrets.keys(kept.id)
