"""Moving images by skopeo, each transfer in a temporary folder of its own."""

from __future__ import annotations

import os
import re
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final, Literal

import msgspec

from core.errors import Cancelled, DamagedArchive, EngineError, NoSuchImage, StorageFailed
from core.host.files import temporary_directory, write_atomically
from core.host.processes import StillRunning, find_program, kill_group, run, spawn
from core.model.content import ImageFormat, LayerPacking
from core.model.image import DEFAULT_ACCESS, Image, ImageCopyOptions, RegistryAccess
from core.model.snapshot import LayerProgress, PullProgress
from core.paths import EnginePaths
from core.settings import Settings
from core.storage.archive_names import archive_images
from core.storage.command import StorageCommand
from core.storage.references import full_name
from core.storage.registries_files import registries_file

_ACCEPT_ALL: Final = b'{"default": [{"type": "insecureAcceptAnything"}]}\n'
_STEP: Final = 0.2
"""Seconds between two looks at a transfer."""
_QUIET: Final = 0.7
_NOT_FOUND: Final = re.compile(r"manifest unknown|name unknown|not found|requested access to the resource is denied")
_UNREACHABLE: Final = re.compile(r"connection refused|no such host|i/o timeout|network is unreachable|dial tcp")
_REJECTED: Final = re.compile(r"rejected by policy|image rejected|signature was required|Invalid GPG signature")
_UNAUTHORISED: Final = re.compile(r"unauthorized|authentication required")
_BROKEN: Final = re.compile(
    r"unexpected EOF|invalid (tar )?header|Digest did not match|does not match|archive/tar|gzip:"
    r"|no such file or directory|Error (loading|reading|parsing|initializing source)"
    r"|manifest\.json|index\.json|expected size"
)


_PACKINGS: Final[dict[LayerPacking, list[str]]] = {
    "usual": [],
    "compressed": ["--dest-compress"],
    "uncompressed": ["--dest-oci-accept-uncompressed-layers"],
}


class Skopeo:
    """Copies images into the engine's storage."""

    def __init__(self, paths: EnginePaths, settings: Settings, command: StorageCommand) -> None:
        self._paths = paths
        self._settings = settings
        self._command = command

    def copy_in(
        self,
        source: str,
        name: str,
        *,
        progress: Callable[[PullProgress], None] | None = None,
        cancel: threading.Event | None = None,
        access: RegistryAccess = DEFAULT_ACCESS,
    ) -> str:
        """Copy `source` (a transport and a name) under `name`, or without one where it is empty; the name.

        Raises `NoSuchImage`, `StorageFailed`, `DamagedArchive`, `Cancelled`.
        """
        self._command.check("images", "-j")
        options = _access_options("src", access) if source.startswith("docker://") else []
        layers = self._source_layers(source, options, access) if progress is not None else []
        target = name or f"localhost/pulled-{os.urandom(4).hex()}:latest"
        with temporary_directory(self._paths.transfers) as folder:
            argv = [*self._base(folder), *_machine(access), "copy", "-q", *options, source, self._destination(target)]
            self._run(argv, folder, source, sum(size for _, size in layers), progress, cancel, layers)
        return target

    def copy_out(
        self,
        image: Image,
        destination: str,
        options: ImageCopyOptions,
        *,
        progress: Callable[[PullProgress], None] | None = None,
        cancel: threading.Event | None = None,
    ) -> None:
        """Copy an image of the storage to `destination`, a transport and a name.

        Raises `StorageFailed`, `Cancelled`.
        """
        flags = _access_options("dest", options.access) if destination.startswith("docker://") else []
        flags += _PACKINGS[options.packing]
        if options.form is not None:
            flags += ["--format", "v2s2" if options.form == "docker" else "oci"]
        if options.digest_file:
            flags += ["--digestfile", options.digest_file]
        with temporary_directory(self._paths.transfers) as folder:
            argv = [*self._base(folder), "copy", "-q", *flags, self._destination(f"@{image.id}"), destination]
            self._run(argv, folder, destination, image.size, progress, cancel)

    def copy_commit(self, source: str, name: str, format_: ImageFormat) -> str:
        """Copy a layout made here, under `name` or under none; the id that the image has in `format_`."""
        self._command.check("images", "-j")
        with temporary_directory(self._paths.transfers) as folder:
            target = name or f"localhost/commit-{os.urandom(4).hex()}:latest"
            options = ["--format", "v2s2" if format_ == "docker" else "oci"]
            argv = [*self._base(folder), "copy", "-q", *options, source, self._destination(target)]
            self._run(argv, folder, source, 0, None, None)
        entries = self._command.json("images") or []
        made = next(str(entry["id"]) for entry in entries if target in (entry.get("names") or ()))
        if not name:
            self._command.check("set-names", made)
        return made

    def load(self, archive: Path) -> list[tuple[str, bool]]:
        """Copy all images of an archive; a name of each, and whether it is the image's own.

        What came in before an image failed is taken out again.
        """
        loaded: list[tuple[str, bool]] = []
        for source, names in archive_images(archive):
            try:
                loaded.append((self.copy_in(source, full_name(names[0]) if names else ""), bool(names)))
                for name in names[1:]:
                    self._command.check("add-names", "-n", full_name(name), loaded[-1][0])
            except (EngineError, OSError):
                for done, _ in loaded:
                    self._command.run("delete-image", done)
                raise
        return loaded

    def _base(self, folder: Path) -> list[str]:
        policy = Path(self._settings.signature_policy)
        if not policy.exists():
            policy = self._paths.signature_policy
            if not policy.exists():
                write_atomically(policy, _ACCEPT_ALL)
        argv = [find_program(self._settings.skopeo), "--tmpdir", str(folder), "--policy", str(policy)]
        registries = registries_file(self._settings)
        if Path(registries).exists():
            argv += ["--registries-conf", registries]
        lookaside = Path(self._settings.registries).parent / "registries.d"
        if lookaside.is_dir():
            # Where the signatures of registries are that keep none themselves (containers-registries.d(5)).
            argv += ["--registries.d", str(lookaside)]
        return argv

    def _destination(self, name: str) -> str:
        options = ",".join(self._command.store_options)
        root, run_root = self._paths.storage_root, self._paths.storage_run_root
        return f"containers-storage:[overlay@{root}+{run_root}{':' + options if options else ''}]{name}"

    def _source_layers(self, source: str, options: list[str], access: RegistryAccess) -> list[tuple[str, int]]:
        """Digest and bytes of each layer, the lowest first; none where the source does not say."""
        flags = [option.replace("--src-", "--") for option in options]
        with temporary_directory(self._paths.transfers) as folder:
            base = [*self._base(folder), *_machine(access), "inspect"]
            try:
                manifest = self._inspected([*base, "--raw", *flags, source])
                if "manifests" in manifest:
                    # An image for several kinds of machine: skopeo chooses, and tells of the chosen one.
                    found = self._inspected([*base, "--no-tags", *flags, source]).get("LayersData") or []
                    return [(str(layer.get("Digest", "")), int(layer.get("Size", 0))) for layer in found]
                layers = manifest.get("layers") or []
                return [(str(layer.get("digest", "")), int(layer.get("size", 0))) for layer in layers]
            except (msgspec.MsgspecError, ValueError):
                return []

    def _inspected(self, argv: list[str]) -> dict[str, Any]:
        return msgspec.json.decode(run(argv, timeout=60).stdout, type=dict[str, Any])

    def _run(
        self,
        argv: list[str],
        folder: Path,
        source: str,
        total: int,
        progress: Callable[[PullProgress], None] | None,
        cancel: threading.Event | None,
        layers: Sequence[tuple[str, int]] = (),
    ) -> None:
        errors = folder / "errors"
        with errors.open("wb") as stderr:
            process = spawn(argv, env=self._command.environment(), stderr=stderr)
        changed, before = time.monotonic(), -1
        try:
            while True:
                try:
                    process.wait(_STEP)
                    break
                except StillRunning:
                    if cancel is not None and cancel.is_set():
                        raise Cancelled("the transfer was cancelled") from None
                    sizes = _sizes_below(folder)
                    done = sum(sizes)
                    if done != before:
                        changed, before = time.monotonic(), done
                    if progress is not None:
                        applying = (total > 0 and done >= total) or time.monotonic() - changed > _QUIET
                        phase = "applying" if applying else "downloading"
                        told = layer_progress(layers, sizes)
                        progress(PullProgress(done=done, total=total, phase=phase, layers=told))
        except BaseException:
            kill_group(process)
            process.wait()
            raise
        if process.returncode:
            raise _explain(source, errors.read_text(errors="replace"), argv)
        if progress is not None:
            whole = layer_progress(layers, [size for _, size in layers])
            progress(PullProgress(done=total or max(before, 0), total=total, phase="applying", layers=whole))


def _access_options(side: Literal["src", "dest"], access: RegistryAccess) -> list[str]:
    # Said only where it is off: on, it would overrule what registries.conf says of a registry.
    options = [] if access.tls_verify else [f"--{side}-tls-verify=false"]
    if access.authfile:
        options.append(f"--{side}-authfile={access.authfile}")
    if access.credentials:
        options.append(f"--{side}-creds={access.credentials}")
    if access.certificates:
        options.append(f"--{side}-cert-dir={access.certificates}")
    if access.compression:
        options.append(f"--{side}-compress-format={access.compression}")
    if access.sign_by:
        options.append(f"--sign-by={access.sign_by}")
    if access.remove_signatures:
        options.append("--remove-signatures")
    return options


def _machine(access: RegistryAccess) -> list[str]:
    """The kind of machine that is chosen for, of an image for several."""
    wanted = {"os": access.system, "arch": access.architecture, "variant": access.variant}
    return [f"--override-{name}={value}" for name, value in wanted.items() if value]


def _sizes_below(folder: Path) -> list[int]:
    """Bytes of each file, in the order in which they were begun."""
    found = []
    for parent, _, names in os.walk(folder):
        for name in names:
            try:
                found.append(((len(name), name), (Path(parent) / name).stat().st_size))
            except OSError:
                continue
    return [size for _, size in sorted(found)]


def layer_progress(layers: Sequence[tuple[str, int]], sizes: Sequence[int]) -> tuple[LayerProgress, ...]:
    """How far each layer is, by the sizes of the files that are written.

    skopeo numbers its files and does not say what is in which. A file of exactly a layer's size is that layer; the
    others are those that are missing, in their order: which of two that grow is which may be told the wrong way round.
    """
    left = list(sizes)
    done: dict[int, int] = {}
    for number, (_, size) in enumerate(layers):
        if size in left:
            left.remove(size)
            done[number] = size
    for number, (_, size) in enumerate(layers):
        if number not in done:
            fitting = next((one for one in left if 0 < one < size), 0)
            if fitting:
                left.remove(fitting)
            done[number] = fitting
    return tuple(
        LayerProgress(digest=digest, done=done[number], total=size) for number, (digest, size) in enumerate(layers)
    )


def _explain(source: str, text: str, argv: list[str]) -> StorageFailed | NoSuchImage:
    lines = [line for line in text.splitlines() if line.strip()]
    match = re.search(r'msg="?(.*?)"?$', lines[-1]) if lines else None
    reason = match[1].replace('\\"', '"') if match else (lines[-1] if lines else "skopeo failed and said nothing")
    remote = source.startswith("docker://")
    if not remote and _BROKEN.search(text):
        return DamagedArchive(
            f"{source} can not be read: {reason}",
            hint="check the path, or make the archive again",
            stderr=text,
            argv=argv,
        )
    if _REJECTED.search(text):
        hint = "the signature policy of this host refuses it: see containers-policy.json(5)"
    elif _UNREACHABLE.search(text):
        hint = "check the name and the network"
    elif _UNAUTHORISED.search(text):
        hint = "log in first: wharf login"
    elif "server gave HTTP response to HTTPS client" in text:
        hint = "it speaks without TLS; where that is known, take it so with --tls-verify=false"
    elif "x509: " in text:
        hint = "give the folder of its CA with --cert-dir, or take it as it is with --tls-verify=false"
    elif _NOT_FOUND.search(text):
        return NoSuchImage(
            f"{source} is not in the registry", hint="check the name and the tag", stderr=text, argv=argv
        )
    else:
        hint = "see the log file for all that skopeo said"
    return StorageFailed(f"{source} could not be copied: {reason}", hint=hint, stderr=text, argv=argv)
