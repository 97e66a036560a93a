"""push, save, login and what is kept of names: with a real registry, with TLS and a password."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from core.engine import Engine
from core.errors import DamagedArchive, DestinationExists, InvalidArgument, NoSuchImage, StorageFailed
from core.images import SaveForm
from core.model.content import CommitOptions
from core.model.image import Image, ImageCopyOptions, RegistryAccess
from core.model.options import CreateOptions
from core.model.snapshot import PullProgress
from core.settings import Settings
from tests.registry import PASSWORD, USER, Registry, registry
from tests.worksite import DEMO, Worksite, installed_command, make

Wharf = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def secured(worksite: Worksite) -> Iterator[Registry]:
    with registry(worksite.folder / "registry", secured=True) as running:
        yield running


@pytest.fixture
def plain(worksite: Worksite) -> Iterator[Registry]:
    with registry(worksite.folder / "registry") as running:
        yield running


def test_push_and_pull_with_tls_and_a_password(secured: Registry, engine: Engine, demo_image: Image) -> None:
    name = f"{secured.address}/team/demo:1"
    access = RegistryAccess(credentials=f"{USER}:{PASSWORD}", certificates=str(secured.certificates))
    assert engine.images.push(DEMO, name, ImageCopyOptions(access=access)) == f"docker://{name}"
    engine.images.remove(DEMO)
    assert engine.images.pull(name, access=access).id == demo_image.id


def test_what_a_registry_refuses_is_said(secured: Registry, engine: Engine, demo_image: Image) -> None:
    name = f"{secured.address}/team/demo:1"
    with pytest.raises(StorageFailed, match="certificate") as untrusted:
        engine.images.push(DEMO, name, ImageCopyOptions(access=RegistryAccess(credentials=f"{USER}:{PASSWORD}")))
    assert "--cert-dir" in untrusted.value.hint and f'"https://{secured.address}/v2/"' in untrusted.value.message
    with pytest.raises(StorageFailed) as refusal:
        engine.images.push(DEMO, name, ImageCopyOptions(access=RegistryAccess(certificates=str(secured.certificates))))
    assert "log in" in refusal.value.hint
    with pytest.raises(InvalidArgument, match="no registry"):
        engine.images.push(DEMO)


def credential_helper(folder: Path) -> Path:
    """A program that keeps one login, in the file that comes back."""
    folder.mkdir()
    program, kept = folder / "docker-credential-test", folder / "kept"
    program.write_text(
        "#!/bin/sh\n"
        f'case "$1" in\n  store) cat >{kept};;\n  erase) rm -f {kept};;\n'
        f"  get) cat {kept} 2>/dev/null || {{ echo credentials not found in native keychain; exit 1; }};;\n"
        f'  list) [ ! -e {kept} ] || sed \'s/.*"ServerURL":\\("[^"]*"\\).*/{{\\1: "x"}}/\' {kept};;\nesac\n'
    )
    program.chmod(0o755)
    return kept


@pytest.mark.parametrize("keeper", ["file", "credHelpers", "credsStore"])
def test_login_and_logout(
    secured: Registry, wharf: Wharf, demo_image: Image, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, keeper: str
) -> None:
    helper = credential_helper(tmp_path / "bin")
    monkeypatch.setenv("PATH", f"{tmp_path}/bin:{os.environ['PATH']}")
    named = {"credHelpers": {secured.address: "test"}, "credsStore": "test"}
    if keeper != "file":
        (tmp_path / "auth.json").write_text(json.dumps({keeper: named[keeper]}))
    auth, certificates = f"--authfile={tmp_path}/auth.json", f"--cert-dir={secured.certificates}"
    words = ("login", auth, certificates, "-u", USER, "--password-stdin", secured.address)
    wrong = wharf(*words, stdin="wrong\n")
    assert wrong.returncode == 125 and "did not take the login" in wrong.stderr
    assert wharf("login", auth, "--get-login", secured.address).returncode == 125
    right = wharf(*words, stdin=f"{PASSWORD}\n")
    assert (right.returncode, right.stdout) == (0, "Login Succeeded!\n"), right.stderr
    assert wharf("login", auth, "--get-login", secured.address).stdout == f"{USER}\n"
    assert helper.exists() is (keeper != "file")
    secret = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
    assert (secret in (tmp_path / "auth.json").read_text()) is (keeper == "file")
    name = f"{secured.address}/demo"
    pushed = wharf("push", auth, certificates, f"--digestfile={tmp_path}/digest", DEMO, name)
    assert pushed.returncode == 0, pushed.stderr
    assert (tmp_path / "digest").read_text().startswith("sha256:")
    assert wharf("pull", "-q", auth, certificates, name).stdout.strip() == demo_image.id
    found = wharf("search", auth, certificates, f"{secured.address}/demo")
    assert f"{secured.address}/demo" in found.stdout, found.stderr
    tags = wharf("search", "--list-tags", auth, certificates, name)
    assert "latest" in tags.stdout, tags.stderr
    assert wharf("logout", auth, secured.address).returncode == 0
    assert wharf("login", auth, "--get-login", secured.address).returncode == 125
    assert wharf("pull", "-q", auth, certificates, name).returncode == 125


@pytest.mark.parametrize("form", ["docker-archive", "oci-archive", "docker-dir", "oci-dir"])
def test_what_is_saved_comes_in_again(engine: Engine, demo_image: Image, tmp_path: Path, form: SaveForm) -> None:
    place = tmp_path / "saved"
    engine.images.save(DEMO, place, form)
    assert [entry.name for entry in tmp_path.iterdir()] == ["saved"]
    engine.images.remove(DEMO)
    if form.endswith("-archive"):
        (image,) = engine.images.load(place)
        assert image.names == (DEMO,)
    else:
        image = engine.images.pull(f"{'dir' if form == 'docker-dir' else 'oci'}:{place}")
    assert engine.images.config(image.id).cmd == ("/bin/sh",)
    if form.endswith("-dir"):
        with pytest.raises(DestinationExists):
            engine.images.save(image.id, place, form)


@pytest.mark.parametrize(
    ("form", "option", "magic"),
    [
        ("docker-dir", "--compress", b"\x1f\x8b"),
        ("oci-dir", "--uncompressed", b"\0\0"),
        ("oci-archive", "--compress", b""),
    ],
)
def test_how_layers_are_packed(
    demo_image: Image, wharf: Wharf, tmp_path: Path, form: str, option: str, magic: bytes
) -> None:
    saved = wharf("save", "--format", form, option, "-o", f"{tmp_path}/it", DEMO)
    if not magic:
        assert (saved.returncode, "can only be set when --format is" in saved.stderr) == (125, True)
        return
    layer = max((file for file in tmp_path.rglob("*") if file.is_file()), key=lambda file: file.stat().st_size)
    content = layer.read_bytes()
    assert content[:2] == magic if option == "--compress" else content.endswith(magic * 512)
    if option == "--compress":
        assert wharf("push", "-q", option, DEMO, f"dir:{tmp_path}/pushed").returncode == 0
        assert (tmp_path / "pushed" / layer.name).read_bytes() == content


def test_several_images_in_one_archive(
    engine: Engine, demo_image: Image, wharf: Wharf, worksite: Worksite, tmp_path: Path
) -> None:
    """As podman's: what is asked for by two names has both, what both have is there once, and podman loads it."""
    second = make(engine, "true").commit(CommitOptions(reference="second:1"))
    engine.images.tag(DEMO, "also:2")
    assert wharf("save", "-m", "-o", f"{tmp_path}/both.tar", DEMO, "second:1", "also:2").returncode == 0
    assert wharf("save", "-m", "-o", f"{tmp_path}/nameless.tar", demo_image.id, second).returncode == 0
    assert wharf("save", "-o", f"{tmp_path}/named.tar", DEMO, "third:3").returncode == 0
    refused = wharf("save", "-m", "--format", "oci-archive", "-o", f"{tmp_path}/not.tar", DEMO, "second:1")
    assert (refused.returncode, "holds one image" in refused.stderr) == (125, True)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["both.tar", "named.tar", "nameless.tar"]
    with tarfile.open(tmp_path / "both.tar") as tar:
        names = tar.getnames()
    assert len(names) == len(set(names))
    own = {demo_image.id: {DEMO, "localhost/also:2"}, second: {"localhost/second:1"}}
    nameless: dict[str, set[str]] = {demo_image.id: set(), second: set()}
    named = {demo_image.id: {DEMO, "localhost/third:3"}}
    for container in engine.containers():
        engine.lookup(container.id).remove()
    for file, expected in (("both", own), ("nameless", nameless), ("named", named)):
        for image in engine.images.all():
            engine.images.remove(image.id, force=True)
        loaded = engine.images.load(tmp_path / f"{file}.tar")
        assert {image.id: set(image.names) for image in loaded} == expected
        assert {image.id for image in engine.images.all()} == set(expected)
    podman = ["podman", "--root", f"{worksite.folder}/podman", "--runroot", f"{worksite.folder}/podman-run"]
    try:
        told = subprocess.run(
            [*podman, "load", "-q", "-i", f"{tmp_path}/both.tar"], check=True, capture_output=True, timeout=120
        )
        assert set(told.stdout.decode().split()) >= {DEMO, "localhost/also:2", "localhost/second:1"}
    finally:
        subprocess.run([*podman, "rmi", "-af"], check=True, capture_output=True, timeout=120)


def test_save_to_standard_output(worksite: Worksite, demo_image: Image, tmp_path: Path) -> None:
    archive = tmp_path / "out.tar"
    with archive.open("wb") as file:
        argv = [*installed_command(), *worksite.global_options, "save", DEMO]
        subprocess.run(argv, stdout=file, check=True, timeout=60)
    with tarfile.open(archive) as tar:
        manifest = tar.extractfile("manifest.json")
        assert manifest is not None and json.load(manifest)[0]["RepoTags"] == [DEMO]
    assert list(worksite.paths.transfers.iterdir()) == []


def test_names_come_and_go(engine: Engine, demo_image: Image, wharf: Wharf) -> None:
    assert wharf("tag", DEMO, "a:1", "y").returncode == 0
    assert set(engine.images.find(DEMO).names) == {DEMO, "localhost/a:1", "localhost/y:latest"}
    assert wharf("untag", DEMO, "y").returncode == 0
    with pytest.raises(NoSuchImage):
        engine.images.find("y")
    with pytest.raises(InvalidArgument, match="no name of image"):
        engine.images.untag(DEMO, ["other"])
    assert wharf("untag", "a:1").returncode == 0
    assert engine.images.find(demo_image.id).names == ()
    assert wharf("image", "exists", demo_image.id).returncode == 0
    assert wharf("image", "exists", DEMO).returncode == 1


def test_history_tells_each_step(engine: Engine, demo_image: Image, wharf: Wharf) -> None:
    (step,) = engine.images.history(DEMO)
    assert (step.image_id, step.comment) == (demo_image.id, "made for tests")
    assert step.size > 1_000_000
    header, line = wharf("history", DEMO).stdout.splitlines()
    assert header.split() == ["ID", "CREATED", "CREATED", "BY", "SIZE", "COMMENT"]
    assert line.startswith(demo_image.id[:12]) and "MB" in line
    assert json.loads(wharf("image", "history", "--format", "json", DEMO).stdout)[0]["id"] == demo_image.id


def test_prune_takes_what_nothing_uses(engine: Engine, demo_image: Image, wharf: Wharf) -> None:
    container = make(engine, "true")
    asked = wharf("image", "prune", "-a", stdin="n\n")
    assert asked.returncode == 0 and "WARNING" in asked.stdout
    assert wharf("image", "prune", "-af").stdout == ""
    container.remove()
    assert wharf("image", "prune", "-f").stdout == "", "it has a name"
    assert wharf("image", "prune", "-af", "--filter", "label=other").stdout == ""
    assert wharf("image", "prune", "-af", "--filter", "label=wharf.demo=1").stdout == f"{demo_image.id}\n"
    assert engine.images.all() == []


def test_filters_of_images(engine: Engine, demo_image: Image, wharf: Wharf, tmp_path: Path) -> None:
    make(engine, "true", name="it").export(tmp_path / "root.tar")
    name = "example.org/team/newer:2"
    newer = wharf("import", "--arch", "s390x", str(tmp_path / "root.tar"), name).stdout.strip()
    assert wharf("image", "inspect", "--format", "{{.Os}}/{{.Architecture}}", name).stdout == "linux/s390x\n"
    shown = {
        "containers=true": ["demo"],
        "containers=false": ["newer"],
        "dangling=true": [],
        "dangling=false": ["newer", "demo"],
        "reference=newer": ["newer"],
        "reference=*/team/*": ["newer"],
        "label=wharf.demo": ["demo"],
        f"before={newer.removeprefix('sha256:')[:12]}": ["demo"],
        f"since={DEMO}": ["newer"],
        "readonly=true": [],
    }
    ids = {"newer": newer.removeprefix("sha256:")[:12], "demo": demo_image.id[:12]}
    for text, names in shown.items():
        listed = wharf("images", "-q", "--filter", text).stdout.split()
        assert sorted(listed) == sorted(ids[name] for name in names), text
    assert wharf("images", "--filter", "nonsense=1").returncode == 125
    assert "sha256:" in wharf("images", "--digests").stdout


def test_short_names_go_through_the_configured_registries(
    plain: Registry, engine: Engine, demo_image: Image, worksite: Worksite
) -> None:
    engine.images.push(DEMO, f"{plain.address}/demo:1", ImageCopyOptions(access=RegistryAccess(tls_verify=False)))
    registries = worksite.folder / "registries.conf"
    registries.write_text(
        f'unqualified-search-registries = ["localhost:1", "{plain.address}"]\n'
        f'[[registry]]\nlocation = "{plain.address}"\ninsecure = true\n'
    )
    aliases = worksite.folder / "registries.conf.d"
    aliases.mkdir()
    (aliases / "one.conf").write_text(f'[aliases]\n"nick" = "{plain.address}/demo"\n')
    settings = msgspec.structs.replace(engine.settings, registries=str(registries), exit_command=())
    with Engine.open(worksite.paths, settings) as configured:
        assert configured.images.pull("demo:1").id == demo_image.id
        assert configured.images.pull("nick:1").id == demo_image.id
        assert configured.images.find("nick:1").id == configured.images.find("demo:1").id == demo_image.id
        assert configured.create(CreateOptions(image="nick:1")).config.image == f"{plain.address}/demo:1"
        configured.images.tag("nick:1", "another")
        assert configured.images.remove("nick:1") == [f"Untagged: {plain.address}/demo:1"]
        assert configured.images.meant("nick").alias_file == str(aliases / "one.conf")
        with pytest.raises(NoSuchImage, match=r"^2 errors occurred while pulling: .*localhost:1/demo:2.*; .*/demo:2"):
            configured.images.pull("demo:2")


def test_the_signature_policy_is_honoured(engine: Engine, worksite: Worksite, demo_archive: Path) -> None:
    policy = worksite.folder / "policy.json"
    policy.write_text('{"default": [{"type": "reject"}]}')
    with Engine.open(worksite.paths, Settings(signature_policy=str(policy))) as strict:
        with pytest.raises(StorageFailed) as refusal:
            strict.images.load(demo_archive)
        assert "signature policy" in refusal.value.hint
        assert strict.images.all() == []


def test_what_comes_by_another_transport_has_the_name_that_it_has_there(
    engine: Engine, demo_image: Image, tmp_path: Path
) -> None:
    engine.images.tag(DEMO, "example.org/team/it:1")
    for place, form in (("d.tar", "docker-archive"), ("o.tar", "oci-archive"), ("o", "oci-dir"), ("dir", "docker-dir")):
        engine.images.save("example.org/team/it:1", tmp_path / place, form)  # type: ignore[arg-type]
    expected = {
        "docker-archive:d.tar": "example.org/team/it:1",
        "docker-archive:d.tar:@0": "example.org/team/it:1",
        "oci-archive:o.tar": "example.org/team/it:1",
        "oci:o": "example.org/team/it:1",
        "oci:o:example.org/team/it:1": "example.org/team/it:1",
        "dir:dir": "",
    }
    for reference, name in expected.items():
        for image in engine.images.all():
            engine.images.remove(image.id, force=True)
        seen: list[PullProgress] = []
        transport, _, rest = reference.partition(":")
        pulled = engine.images.pull(f"{transport}:{tmp_path}/{rest}", progress=seen.append)
        assert (pulled.names, engine.images.config(pulled.id).cmd) == ((name,) if name else (), ("/bin/sh",)), reference
        assert seen[-1].done == seen[-1].total and seen[-1].phase == "applying", "its end is told"
        assert [layer.done for layer in seen[-1].layers] == [layer.total for layer in seen[-1].layers]
    assert list(engine.paths.transfers.iterdir()) == []
    for reference in ("docker-archive:none.tar", "oci:none", "dir:none"):
        transport, _, rest = reference.partition(":")
        with pytest.raises(DamagedArchive):
            engine.images.pull(f"{transport}:{tmp_path}/{rest}")


def test_a_short_name_is_not_guessed_where_that_is_forbidden(engine: Engine, worksite: Worksite) -> None:
    registries = worksite.folder / "registries.conf"
    several = 'unqualified-search-registries = ["localhost:1", "localhost:2"]\nshort-name-mode = "enforcing"\n'
    registries.write_text(f'{several}[aliases]\n"nick" = "localhost:3/nick"\n')
    settings = msgspec.structs.replace(engine.settings, registries=str(registries), exit_command=())
    with Engine.open(worksite.paths, settings) as configured:
        with pytest.raises(InvalidArgument, match="short-name resolution enforced") as refusal:
            configured.images.pull("demo:1")
        assert refusal.value.hint == "name it: localhost:1/demo:1 or localhost:2/demo:1"
        for name in ("nick:1", "localhost:1/demo:1"):
            with pytest.raises(StorageFailed, match="refused"):
                configured.images.pull(name)


def test_only_what_is_signed_by_a_known_key_is_taken(
    plain: Registry, engine: Engine, demo_image: Image, worksite: Worksite, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With GPG's own keys, and signatures in a directory, as the registry keeps none."""
    folder = worksite.folder
    monkeypatch.setenv("GNUPGHOME", str(folder / "keys"))
    (folder / "keys").mkdir(mode=0o700)
    (folder / "registries.d").mkdir()
    (folder / "registries.d" / "all.yaml").write_text(f"default-docker: {{sigstore: 'file://{folder}/signatures'}}\n")
    (folder / "registries.conf").write_text(f'[[registry]]\nlocation = "{plain.address}"\ninsecure = true\n')
    policy, keys = folder / "policy.json", {}
    try:
        for user in ("ali@example.org", "eve@example.org"):
            quick = ["gpg", "--batch", "--passphrase", "", "--quick-generate-key", user, "ed25519", "sign"]
            subprocess.run(quick, check=True, capture_output=True, timeout=60)
            told = subprocess.run(["gpg", "--with-colons", "--list-keys", user], check=True, capture_output=True)
            keys[user] = next(line for line in told.stdout.decode().splitlines() if line.startswith("fpr")).split(":")[
                9
            ]
        exported = subprocess.run(["gpg", "--export", "ali@example.org"], check=True, capture_output=True).stdout
        (folder / "key.gpg").write_bytes(exported)
        settings = msgspec.structs.replace(
            engine.settings,
            registries=str(folder / "registries.conf"),
            signature_policy=str(policy),
            exit_command=(),
        )
        with Engine.open(worksite.paths, settings) as strict:
            strict.images.trust.set("default", "accept", ())
            strict.images.trust.set(plain.address, "signedBy", [str(folder / "key.gpg")])
            for tag, signer in (("none", ""), ("ali", keys["ali@example.org"]), ("eve", keys["eve@example.org"])):
                name = f"{plain.address}/demo-{tag}:1"
                strict.images.push(DEMO, name, ImageCopyOptions(access=RegistryAccess(sign_by=signer)))
            strict.images.remove(DEMO)
            for tag in ("none", "eve"):
                with pytest.raises(StorageFailed) as refusal:
                    strict.images.pull(f"{plain.address}/demo-{tag}:1")
                assert "signature policy" in refusal.value.hint, refusal.value
                assert strict.images.all() == []
            assert strict.images.pull(f"{plain.address}/demo-ali:1").id == demo_image.id
            strict.images.trust.set(plain.address, "reject", ())
            with pytest.raises(StorageFailed):
                strict.images.pull(f"{plain.address}/demo-ali:1")
    finally:
        subprocess.run(["gpgconf", "--kill", "gpg-agent"], check=True, capture_output=True)


def test_tags_of_a_repository(plain: Registry, engine: Engine, demo_image: Image, wharf: Wharf) -> None:
    access = RegistryAccess(tls_verify=False)
    repository = f"{plain.address}/team/demo"
    for tag in ("1", "2"):
        engine.images.push(DEMO, f"{repository}:{tag}", ImageCopyOptions(access=access))
    shown = wharf("search", "--list-tags", "--tls-verify=false", repository).stdout.splitlines()
    assert [line.split() for line in sorted(shown)] == [["NAME", "TAG"], [repository, "1"], [repository, "2"]]
    told = json.loads(wharf("search", "--list-tags", "--tls-verify=false", "--format", "json", repository).stdout)
    assert (told[0]["Name"], sorted(told[0]["Tags"])) == (repository, ["1", "2"])
    pulled = wharf("pull", "-q", "--all-tags", "--tls-verify=false", repository)
    assert pulled.stdout.split() == [demo_image.id, demo_image.id]
    assert set(engine.images.find(DEMO).names) == {DEMO, f"{repository}:1", f"{repository}:2"}
    with pytest.raises(NoSuchImage):
        engine.images.tags(f"{plain.address}/none", access)


def test_a_registry_need_not_prove_itself_where_that_is_said(
    secured: Registry, engine: Engine, demo_image: Image, wharf: Wharf
) -> None:
    words = ("--creds", f"{USER}:{PASSWORD}", "--compression-format", "zstd", DEMO, f"{secured.address}/demo")
    refused = wharf("push", *words)
    assert (refused.returncode, "certificate" in refused.stderr) == (125, True)
    assert wharf("push", "--tls-verify=false", *words).returncode == 0
    raw = ["skopeo", "inspect", "--raw", "--tls-verify=false", f"--creds={USER}:{PASSWORD}"]
    found = subprocess.run([*raw, f"docker://{secured.address}/demo"], check=True, capture_output=True, timeout=60)
    assert [layer["mediaType"].rpartition("+")[2] for layer in json.loads(found.stdout)["layers"]] == ["zstd"]


def test_words_before_a_subcommand(wharf: Wharf, demo_image: Image) -> None:
    assert wharf("image", "ls", "-q").stdout == wharf("images", "-q").stdout
    assert wharf("container", "ls", "-a").stdout == wharf("ps", "-a").stdout
    wrong = wharf("image", "nonsense")
    assert wrong.returncode == 125 and "unrecognized command `wharf image nonsense`" in wrong.stderr
