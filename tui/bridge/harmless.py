"""What of a command line may be kept: an allow-list of options. What is not on it is left out by its name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

from tui.bridge.command_lines import invocation

if TYPE_CHECKING:
    from core.cli.parser import Argument

HARMLESS: Final = frozenset(
    {
        *("add_host", "annotation", "authfile", "blkio_weight", "cap_add", "cap_drop", "cgroupns", "cgroups"),
        *("cidfile", "cpu_period", "cpu_quota", "cpu_shares", "cpus", "cpuset_cpus", "cpuset_mems", "detach"),
        *("detach_keys", "device", "disable_content_trust", "dns", "dns_option", "dns_search", "entrypoint"),
        *("env_file", "env_host", "expose", "gidmap", "group_add", "health_cmd", "health_interval"),
        *("health_on_failure", "health_retries", "health_start_period", "health_timeout", "hostname", "http_proxy"),
        *("image_volume", "init", "init_ctr", "interactive", "ip", "ip6", "ipc", "label", "label_file", "log_driver"),
        *("log_opt", "log_size_max", "mac_address", "memory", "memory_reservation", "memory_swap", "mount", "name"),
        *("memory_swappiness", "network", "network_alias", "no_healthcheck", "no_hosts", "oom_kill_disable"),
        *("oom_score_adj", "pid", "pids_limit", "pod", "pod_id_file", "privileged", "publish", "publish_all", "pull"),
        *("quiet", "read_only", "read_only_tmpfs", "replace", "requires", "restart", "rm", "rootfs", "sdnotify"),
        *("secret", "security_opt", "shm_size", "sig_proxy", "stop_signal", "stop_timeout", "subgidname"),
        *("subuidname", "sysctl", "systemd", "timeout", "tls_verify", "tmpfs", "tty", "tz", "uidmap", "ulimit"),
        *("umask", "unsetenv", "unsetenv_all", "user", "userns", "uts", "volume", "volumes_from", "workdir"),
        *("arch", "attach", "blkio_weight_device", "cgroup_conf", "cgroup_parent", "chrootdirs", "conmon_pidfile"),
        *("cpu_rt_period", "cpu_rt_runtime", "device_cgroup_rule", "device_read_bps", "device_read_iops", "os"),
        *("device_write_bps", "device_write_iops", "hosts_file", "hostuser", "init_path", "passwd", "personality"),
        *("health_startup_cmd", "health_startup_interval", "health_startup_retries", "health_startup_success"),
        *("health_startup_timeout", "pidfile", "platform", "preserve_fds", "rmi", "seccomp_policy", "variant"),
    }
)
"""Options of create and run that are kept with their values. An entry of passwd may have one in it: it is not."""
_PLAIN_MOUNT_OPTIONS: Final = frozenset(
    {"size", "mode", "uid", "gid", "nr_inodes", "addr", "vers", "file_mode", "dir_mode", "lowerdir", "upperdir"}
)


def kept_words(command: str, words: Sequence[str]) -> tuple[list[str], list[str], list[str]]:
    """What of `create` or `run` is kept: the words, the variables whose values are not, and what is left out else."""
    from core.cli.create import parse
    from core.cli.declarations import declared

    options = parse(invocation(command, words))
    kept, left_out = [command], []
    for argument in declared("run").declared:
        value = getattr(options, argument.name, argument.default)
        if not argument.flags or value == argument.default or argument.name == "env":
            continue
        if argument.name in HARMLESS:
            kept += _option(argument, value)
        else:
            left_out.append(_long(argument))
    names, variables = variable_words(options.env)
    return [*kept, *variables, str(options.image), *options.command], names, left_out


def variable_words(settings: Sequence[str]) -> tuple[list[str], list[str]]:
    """Of `NAME=VALUE` the names, and the options that take the values from the environment."""
    names = [setting.partition("=")[0] for setting in settings]
    return names, [word for name in names for word in ("--env", name)]


def without_values(changes: Sequence[str]) -> tuple[list[str], list[str]]:
    """Lines of a Dockerfile: those that are kept, and the names of the variables that the others set."""
    kept = [change for change in changes if not change.strip().upper().startswith("ENV")]
    return kept, [_name_of(change) for change in changes if change not in kept]


def kept_volume_options(options: dict[str, str]) -> tuple[dict[str, str], list[str]]:
    """Those of `volume create`, and the names of those that may have a password in them."""
    kept, left_out = {}, []
    for name, value in options.items():
        parts = [part.partition("=") for part in value.split(",")]
        is_plain = all(not separator or key in _PLAIN_MOUNT_OPTIONS for key, separator, _ in parts)
        if name in ("type", "device", "copy") or (name == "o" and is_plain):
            kept[name] = value
        else:
            left_out.append(f"--opt {name}")
    return kept, left_out


def _name_of(change: str) -> str:
    words = change.split(maxsplit=1)
    return f"ENV {words[1].partition('=')[0].split()[0]}" if len(words) > 1 else "ENV"


def _long(argument: Argument) -> str:
    return next((flag for flag in argument.flags if flag.startswith("--")), argument.flags[0])


def _option(argument: Argument, value: Any) -> Iterator[str]:
    flag = _long(argument)
    for one in value if isinstance(value, list) else [value]:
        if one is True or one is False:
            yield flag if one else f"{flag}=false"
        elif argument.takes_value and one != "" and not str(one).startswith("-"):
            yield from (flag, str(one))
        else:
            yield f"{flag}={one}"
