"""Which tags a repository of a registry has, by skopeo."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import msgspec

from core.errors import InvalidArgument, NoSuchImage, StorageFailed
from core.host.processes import find_program, run
from core.model.image import RegistryAccess
from core.settings import Settings
from core.storage.registries_files import registries_file
from core.storage.short_names import full_names

_PATIENCE: Final = 60.0


def registry_tags(settings: Settings, name: str, access: RegistryAccess) -> tuple[str, list[str]]:
    """The repository that `name`, short or full, means first, and its tags in the registry's order.

    Raises `NoSuchImage`, `StorageFailed`, and `InvalidArgument` for a name with a tag.
    """
    repository = name.removeprefix("docker://")
    if ":" in repository.rpartition("/")[2] or "@" in repository:
        raise InvalidArgument(f"{name} has a tag", hint="give the repository alone")
    repository = full_names(repository, settings)[0].removesuffix(":latest")
    argv = [find_program(settings.skopeo)]
    registries = registries_file(settings)
    if Path(registries).exists():
        argv += ["--registries-conf", registries]
    argv += ["list-tags", *([] if access.tls_verify else ["--tls-verify=false"])]
    given = (("authfile", access.authfile), ("creds", access.credentials), ("cert-dir", access.certificates))
    argv += [f"--{option}={value}" for option, value in given if value]
    finished = run([*argv, f"docker://{repository}"], timeout=_PATIENCE)
    if finished.returncode:
        text = finished.error_text()
        if "name unknown" in text or "404 (Not Found)" in text:
            raise NoSuchImage(f"{repository} is not in the registry", hint="check the name", stderr=text)
        raise StorageFailed(
            f"the tags of {repository} could not be had: {text.splitlines()[-1] if text else 'skopeo said nothing'}",
            hint="check the name and the network, and log in where that is needed",
            stderr=text,
        )
    told = msgspec.json.decode(finished.stdout, type=dict[str, Any])
    return repository, [str(tag) for tag in told.get("Tags") or ()]
