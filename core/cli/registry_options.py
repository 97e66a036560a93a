"""How a registry is spoken to: --authfile, --cert-dir, --tls-verify and --creds."""

from __future__ import annotations

from core.cli.parser import add_boolean
from core.model.image import RegistryAccess

TYPE_CHECKING = False
if TYPE_CHECKING:
    from core.cli.parser import CommandParser, Options


def add_access(parser: CommandParser, *, credentials: bool = True) -> None:
    """The options about registries, for `registry_access`."""
    parser.add_argument("--authfile", default="", metavar="FILE", help="file with the logins of registries")
    parser.add_argument("--cert-dir", default="", metavar="DIRECTORY", help="certificates of the registry and for it")
    add_boolean(parser, "--tls-verify", default=True, explanation="whether the registry has to prove who it is")
    if credentials:
        parser.add_argument("--creds", default="", metavar="USER:PASSWORD", help="in place of a login")


def registry_access(options: Options) -> RegistryAccess:
    """What the options of `add_access` mean."""
    return RegistryAccess(
        authfile=options.authfile,
        credentials=getattr(options, "creds", ""),
        certificates=options.cert_dir,
        tls_verify=options.tls_verify,
    )
