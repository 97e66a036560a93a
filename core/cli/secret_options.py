"""--secret of create and run."""

from __future__ import annotations

from core.errors import InvalidArgument
from core.model.secret import SecretKind, SecretUse


def secret_use(text: str) -> SecretUse:
    """`NAME[,type=mount|env][,target=…][,uid=…][,gid=…][,mode=0444]`, as `run --secret` has it.

    Raises `InvalidArgument`.
    """
    name, *settings = text.split(",")
    given: dict[str, str] = {}
    for setting in settings:
        key, separator, value = setting.partition("=")
        if key not in ("type", "target", "uid", "gid", "mode") or not separator:
            raise InvalidArgument(
                f"error parsing secret {text}: the option {setting!r} is not known",
                hint="use type=, target=, uid=, gid= and mode=",
            )
        given[key] = value
    try:
        kind = SecretKind(given.get("type", SecretKind.MOUNT))
        return SecretUse(
            name=name,
            kind=kind,
            target=given.get("target", ""),
            uid=int(given.get("uid", "0")),
            gid=int(given.get("gid", "0")),
            mode=int(given.get("mode", "444"), 8),
        )
    except ValueError as error:
        raise InvalidArgument(
            f"error parsing secret {text}: {error}", hint="as NAME,type=env,target=VARIABLE"
        ) from error
