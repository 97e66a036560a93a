"""A real registry on a free port of loopback: plain, or with TLS and a password."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.ports import free_port

USER: Final = "ali"
PASSWORD: Final = "open sesame"
_PASSWORDS: Final = f"{USER}:$2b$04$0tL0ifDlmlgbQROvI13/Q.mvrKeJQX6c.me7H35t8NOuZTNw/WS42\n"
"""As htpasswd -B writes it."""


@dataclass(frozen=True)
class Registry:
    """`address`: host and port. `certificates`: a directory with its CA, where it speaks TLS."""

    address: str
    certificates: Path


@contextmanager
def registry(folder: Path, *, secured: bool = False) -> Iterator[Registry]:
    """Run one with its data below `folder`."""
    program = shutil.which("docker-registry")
    assert program is not None, "docker-registry is not installed"
    port = free_port()
    folder.mkdir()
    lines = ["version: 0.1", "log: {level: error}", f"storage: {{filesystem: {{rootdirectory: {folder}/data}}}}"]
    tls = ""
    if secured:
        _make_certificate(folder)
        (folder / "htpasswd").write_text(_PASSWORDS)
        tls = f", tls: {{certificate: {folder}/tls.crt, key: {folder}/tls.key}}"
        lines.append(f"auth: {{htpasswd: {{realm: test, path: {folder}/htpasswd}}}}")
    lines.append(f"http: {{addr: 127.0.0.1:{port}{tls}}}")
    configuration = folder / "config.yml"
    configuration.write_text("\n".join(lines) + "\n")
    process = subprocess.Popen(
        [program, "serve", str(configuration)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        deadline = time.monotonic() + 60
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                assert time.monotonic() < deadline and process.poll() is None, "the registry did not come up"
                time.sleep(0.05)
        yield Registry(f"localhost:{port}", folder / "certificates")
    finally:
        process.kill()
        process.wait()


def _make_certificate(folder: Path) -> None:
    (folder / "certificates").mkdir()
    argv = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
    argv += ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    argv += ["-keyout", f"{folder}/tls.key", "-out", f"{folder}/tls.crt"]
    subprocess.run(argv, check=True, capture_output=True, timeout=60)
    shutil.copy(folder / "tls.crt", folder / "certificates" / "ca.crt")
