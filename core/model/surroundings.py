"""What is put around a container's process, on the host and in its root, beside mounts and networks."""

import enum
from typing import Final

import msgspec


class NotifyMode(enum.StrEnum):
    """Who tells systemd that the container is ready (sd_notify(3)): itself, we at its start, or nobody."""

    CONTAINER = "container"
    CONMON = "conmon"
    IGNORE = "ignore"


class Accounts(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Lines that a container's /etc/passwd and /etc/group get where they lack its user.

    `host_users`: users of the host that are added, too. `passwd_entry`: the line, with $USERNAME $UID $GID $NAME $HOME;
    `group_entry`: with $GROUPNAME $GID $USERLIST; empty for podman's. `written` False: no line at all. `kept_user`: the
    number of the host's user who is the same in the container; that user's group gets a line, too.
    """

    written: bool = True
    host_users: tuple[str, ...] = ()
    kept_user: int | None = None
    passwd_entry: str = ""
    group_entry: str = ""


class Surroundings(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`pid_file`, `monitor_pid_file`: absolute paths of the host that get the PIDs at each start; empty for none.

    `chroot_dirs`: directories of the container that have its hosts and resolv.conf, too. `init_path`: of the host, the
    program in place of catatonit.
    """

    accounts: Accounts = Accounts()
    chroot_dirs: tuple[str, ...] = ()
    pid_file: str = ""
    monitor_pid_file: str = ""
    init_path: str = ""
    notify: NotifyMode = NotifyMode.IGNORE


NO_SURROUNDINGS: Final = Surroundings()
