"""Verbs that make, change and move things: containers, images, volumes, networks, pods, secrets."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from core.engine import Engine
from core.errors import Cancelled, EngineError, InvalidArgument, NoSuchImage
from core.model.content import CommitOptions
from core.model.image import ImageCopyOptions, RegistryAccess
from core.model.network import Attachment
from core.model.options import CreateOptions, ExecOptions
from core.model.usage import PrunePlan
from tui.bridge.command_lines import read_create, read_network, read_pod, read_update
from tui.languages import _, ngettext
from tui.plain_text import size
from tui.step import BridgeVerb, Step, Tell
from tui.transfers import TransferJob

if TYPE_CHECKING:
    from core.images import SaveForm
    from core.kube.reading import Reading


def _rename(engine: Engine, container_id: str, tell: Tell, new_name: str) -> None:
    engine.lookup(container_id).rename(new_name)


def _back(step: Step) -> Step:
    return Step("rename", step.row_id, step.given[0], (step.name,))


def _update(engine: Engine, container_id: str, tell: Tell, words: Sequence[str]) -> None:
    engine.lookup(container_id).update(read_update([*words, container_id]))


def _transfer(do: Callable[..., str]) -> Callable[..., None]:
    """A verb whose course is in a job; `do` gives what came of it, behind the name."""

    @functools.wraps(do)
    def act(engine: Engine, key: str, tell: Tell, job: TransferJob, *given: Any) -> None:
        try:
            job.outcome = do(engine, job, *given)
        except Cancelled:
            job.was_cancelled = True
            job.outcome = _("was cancelled: nothing of it is left")
        except EngineError as error:
            job.error = error
            raise
        finally:
            job.ended = True

    return act


def _create(engine: Engine, job: TransferJob, command: str, words: Sequence[str]) -> str:
    """Pull the image where it is missing, make the container, and start it where that was asked for."""
    from core.cli.create import start_detached
    from core.cli.namespaces import create_in_pod

    options, request = read_create(command, words)
    if request.image:
        try:
            engine.images.find(request.image)
            missing = False
        except NoSuchImage:
            if options.pull == "never":
                raise
            missing = True
        if missing or options.pull == "always":
            access = RegistryAccess(authfile=options.authfile, tls_verify=options.tls_verify)
            engine.images.pull(request.image, progress=job.take, cancel=job.cancel, access=access)
            job.progress = None
    container = create_in_pod(engine, request, options.pod_id_file)
    job.made = container.id
    if command == "create":
        return _("is made: {name}").format(name=container.name)
    start_detached(container)
    return _("runs: {name}").format(name=container.name)


def _pull(engine: Engine, job: TransferJob, name: str, access: RegistryAccess) -> str:
    image = engine.images.pull(name, progress=job.take, cancel=job.cancel, access=access)
    return _("is pulled: {id}, {size}").format(id=image.id[:12], size=size(image.size))


def _push(engine: Engine, job: TransferJob, name: str, destination: str, access: RegistryAccess) -> str:
    target = engine.images.push(
        name, destination, ImageCopyOptions(access=access), progress=job.take, cancel=job.cancel
    )
    return _("is pushed to {target}").format(target=target)


def _load(engine: Engine, job: TransferJob, archive: Path) -> str:
    images = engine.images.load(archive)
    return _("is loaded: {names}").format(
        names=", ".join(image.names[0] if image.names else image.id[:12] for image in images)
    )


def _save(engine: Engine, job: TransferJob, image: str, destination: Path, form: SaveForm) -> str:
    engine.images.save(image, destination, form)
    return _("is saved as {destination}").format(destination=destination)


def _import(engine: Engine, job: TransferJob, tar: Path, name: str, changes: Sequence[str], message: str) -> str:
    image = engine.images.import_tar(tar, name, changes=changes, message=message)
    return _("is image {name} now").format(name=name or image.id[:12])


def _export_volume(engine: Engine, job: TransferJob, name: str, destination: Path) -> str:
    written = engine.volumes.export(name, destination)
    return _("is exported to {destination}: {size}").format(destination=destination, size=size(written))


def _import_volume(engine: Engine, job: TransferJob, name: str, archive: Path) -> str:
    try:
        with archive.open("rb") as file:
            engine.volumes.import_tar(name, file)
    except OSError as error:
        raise InvalidArgument(
            _("{archive} can not be read: {reason}").format(archive=archive, reason=error.strerror),
            hint=_("check its path and its permissions"),
        ) from error
    return _("has got the files of {archive}").format(archive=archive)


def _read_manifests(file: Path) -> Reading:
    from core.kube.reading import read_manifests

    try:
        return read_manifests(file.read_text())
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidArgument(
            _("{file} can not be read: {error}").format(file=file, error=error),
            hint=_("check its path and its permissions"),
        ) from error


def _counted_pods(count: int) -> str:
    return f"{count} {ngettext('pod', 'pods', count)}"


def _play(engine: Engine, job: TransferJob, file: Path) -> str:
    from core.cli.network_options import parse_networks, usual_network
    from core.kube.play import PlayOptions, play

    network, attachments = parse_networks([usual_network()])
    request = PlayOptions(
        infra_options=CreateOptions(network=network, attachments=attachments),
        pull=engine.images.pull,
        create_command=("wharf", "kube", "play", str(file)),
    )
    pods = play(engine, _read_manifests(file), request).pods
    for pod in pods:
        if pod.error is not None:
            raise pod.error
    return _("is played: {pods}").format(pods=_counted_pods(len(pods)))


def _take_down(engine: Engine, job: TransferJob, file: Path) -> str:
    from core.kube.play import take_down

    gone = take_down(engine, _read_manifests(file)).removed
    return _("is taken down: {pods} removed").format(pods=_counted_pods(len(gone)))


def _commit(engine: Engine, container_id: str, tell: Tell, options: CommitOptions) -> None:
    engine.lookup(container_id).commit(options)


def _reload_network(engine: Engine, container_id: str, tell: Tell) -> None:
    engine.networks.reload(engine.lookup(container_id))


def _exec_detached(engine: Engine, container_id: str, tell: Tell, options: ExecOptions) -> None:
    engine.lookup(container_id).run_exec_detached(options)


def _volume_copy_out(engine: Engine, name: str, tell: Tell, source: str, destination: str) -> None:
    engine.volumes.copy_out(name, source, destination)


def _volume_copy_in(engine: Engine, name: str, tell: Tell, source: str, destination: str) -> None:
    engine.volumes.copy_in(name, source, destination)


def _tag(engine: Engine, image_id: str, tell: Tell, new_name: str) -> None:
    engine.images.tag(image_id, new_name)


def _untag(engine: Engine, image_id: str, tell: Tell, name: str) -> None:
    engine.images.untag(image_id, [name])


def _remove_used_image(engine: Engine, image_id: str, tell: Tell) -> None:
    engine.images.remove(image_id, force=True)


def _create_volume(engine: Engine, key: str, tell: Tell, name: str, labels: dict[str, str], options: Any) -> None:
    engine.volumes.create(name, labels=labels, options=options)


def _create_network(engine: Engine, key: str, tell: Tell, words: Sequence[str]) -> None:
    engine.networks.create(read_network(words))


def _create_pod(engine: Engine, key: str, tell: Tell, words: Sequence[str]) -> None:
    engine.pods.create(read_pod(words))


def _connect(engine: Engine, network_id: str, tell: Tell, container: str, attachment: Attachment) -> None:
    engine.networks.connect(engine.lookup(container), attachment)


def _disconnect(engine: Engine, network_id: str, tell: Tell, container: str) -> None:
    engine.networks.disconnect(engine.lookup(container), network_id)


def _prune(engine: Engine, key: str, tell: Tell, plan: PrunePlan, pods: Sequence[str], kinds: tuple[str, ...]) -> None:
    """What was shown; what came into use meanwhile stays. The first that could not be removed is told.

    `kinds`: what was looked for, for the journal.
    """
    failures: list[EngineError] = []
    for pod in pods:
        engine.pods.remove(pod)
    engine.housekeeping.prune(plan, failures.append)
    if failures:
        raise failures[0]


def _create_secret(
    engine: Engine, key: str, tell: Tell, name: str, data: bytes, file: str, replace: bool = False
) -> None:
    engine.secrets.create(name, data, replace=replace)


def _remove_secret(engine: Engine, key: str, tell: Tell) -> None:
    engine.secrets.remove(key)


def _login(engine: Engine, key: str, tell: Tell, user: str, password: str, access: RegistryAccess) -> None:
    engine.images.login(key, user, password, access)


def _logout(engine: Engine, key: str, tell: Tell) -> None:
    engine.images.logout(key)


RESOURCE_VERBS: Final = {
    "rename": BridgeVerb("renaming", "is {0} now", _rename, _back),
    "update": BridgeVerb("updating", "has its new limits", _update),
    "create": BridgeVerb("{0.doing}", "{0.outcome}", _transfer(_create)),
    "pull": BridgeVerb("{0.doing}", "{0.outcome}", _transfer(_pull)),
    "push": BridgeVerb("{0.doing}", "{0.outcome}", _transfer(_push)),
    "load": BridgeVerb("{0.doing}", "{0.outcome}", _transfer(_load)),
    "save": BridgeVerb("{0.doing}", "{0.outcome}", _transfer(_save)),
    "import": BridgeVerb("{0.doing}", "{0.outcome}", _transfer(_import)),
    "export volume": BridgeVerb("{0.doing}", "{0.outcome}", _transfer(_export_volume)),
    "import volume": BridgeVerb("{0.doing}", "{0.outcome}", _transfer(_import_volume)),
    "play": BridgeVerb("{0.doing}", "{0.outcome}", _transfer(_play)),
    "take down": BridgeVerb("{0.doing}", "{0.outcome}", _transfer(_take_down)),
    "commit": BridgeVerb("committing", "is an image now", _commit),
    "reload network": BridgeVerb("setting its networks up", "has its networks set up anew", _reload_network),
    "begin": BridgeVerb("beginning", "runs a further process", _exec_detached),
    "volume copy out": BridgeVerb("copying", "has {0} copied to {1}", _volume_copy_out),
    "volume copy in": BridgeVerb("copying", "has got {0}", _volume_copy_in),
    "tag": BridgeVerb("naming", "is {0}, too", _tag),
    "untag": BridgeVerb("taking a name away", "is not {0} any more", _untag),
    "remove used image": BridgeVerb("removing", "removed, with its containers", _remove_used_image),
    "create volume": BridgeVerb("making", "is made", _create_volume),
    "create network": BridgeVerb("making", "is made", _create_network),
    "create pod": BridgeVerb("making", "is made", _create_pod),
    "connect": BridgeVerb("connecting", "has {0} in it now", _connect),
    "disconnect": BridgeVerb("disconnecting", "has {0} in it no more", _disconnect),
    "prune": BridgeVerb("pruning", "pruned: {0.size} bytes are free again", _prune),
    "create secret": BridgeVerb("keeping", "is kept", _create_secret),
    "remove secret": BridgeVerb("removing", "is forgotten", _remove_secret),
    "log in": BridgeVerb("logging in", "has let {0} in", _login),
    "log out": BridgeVerb("logging out", "is logged out of", _logout),
}
