#!/bin/bash
# Installs the host packages that are missing and makes .venv with the project in it.
# `setup.sh tests` installs what only tests and benchmarks need: other engines, servers, a terminal.
# `setup.sh screenshots` installs the browser and the fonts that only `make screenshots` needs.
set -eu
cd "$(dirname "$0")/.."

STAMP=.venv/.wharfinger-setup
SECCOMP=/usr/share/containers/seccomp.json

say() { echo "setup: $*"; }
fail() { echo "setup: $*" >&2; exit 1; }

have() { PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin:/usr/libexec/podman:/usr/lib/podman" command -v "$1" >/dev/null 2>&1; }

have_package() { dpkg-query -W -f '${Status}' "$1" 2>/dev/null | grep -q 'ok installed'; }

# Of PROGRAM:PACKAGE pairs the packages, one a line, whose program is not there.
packages_of_missing() {
    local pair
    for pair in "$@"; do
        have "${pair%%:*}" || echo "${pair#*:}"
    done
}

missing_programs() {
    packages_of_missing runc:runc conmon:conmon containers-storage:containers-storage skopeo:skopeo busybox:busybox-static \
        tar:tar zstd:zstd gzip:gzip bzip2:bzip2 xz:xz-utils ps:procps less:less catatonit:catatonit criu:criu \
        mount:mount unshare:util-linux newuidmap:uidmap slirp4netns:slirp4netns pasta:passt fuse-overlayfs:fuse-overlayfs \
        netavark:netavark aardvark-dns:aardvark-dns iptables:iptables ip:iproute2 ssh:openssh-client gpg:gnupg
    if have busybox && ! have_package busybox-static && ldd "$(command -v busybox)" >/dev/null 2>&1; then
        echo busybox-static
    fi
    [ -e /etc/ssl/certs/ca-certificates.crt ] || echo ca-certificates
    [ -e "$SECCOMP" ] || seccomp_package
}

programs_are_there() { [ -z "$(missing_programs)" ] && [ -e "$SECCOMP" ]; }

missing_for_tests() {
    packages_of_missing tmux:tmux docker-registry:docker-registry podman:podman crun:crun containerd:containerd setfacl:acl \
        getfattr:attr openssl:openssl man:man-db useradd:passwd sshd:openssh-server
}

missing_for_screenshots() {
    have chromium || have chromium-browser || echo chromium
    local package
    for package in fonts-firacode fonts-dejavu-core fonts-noto-cjk fonts-noto-color-emoji; do
        have_package "$package" || echo "$package"
    done
}

LISTS_FRESH=""
update_lists() {
    [ -z "$LISTS_FRESH" ] || return 0
    LISTS_FRESH=yes
    have apt-get || return 0
    as_root apt-get update -qq || say "apt-get update had an error; going on with the lists that are there"
}

as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    else
        have sudo || fail "only root can do this, and there is no sudo: $*"
        sudo "$@"
    fi
}

# Whether the lists of packages have one that can be installed.
offered() { apt-cache show "$1" >/dev/null 2>&1; }

install_packages() {
    [ $# -gt 0 ] || return 0
    have apt-get || fail "these are missing, and there is no apt-get to install them: $*"
    say "installing with apt-get: $*"
    update_lists
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "$@" >"$LOG" 2>&1 \
        || { tail -n 30 "$LOG" >&2; fail "apt-get could not install: $*"; }
}

# The package with the default seccomp profile, which has another name in some releases.
seccomp_package() {
    local package
    for package in golang-github-containers-common containers-common podman; do
        if offered "$package"; then
            echo "$package"
            return 0
        fi
    done
}

suitable() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }

find_python() {
    local candidate
    # The distribution's own first: it is built with optimisations, and every user can run it.
    for candidate in /usr/bin/python3 python3 python3.13 python3.12 python3.11 python3.14; do
        if have "$candidate" && suitable "$candidate"; then
            echo "$candidate"
            return 0
        fi
    done
    return 1
}

choose_python() {
    local version
    PYTHON=$(find_python) || {
        update_lists
        for version in python3.13 python3.12 python3.11; do
            if offered "$version-venv"; then
                install_packages "$version" "$version-venv"
                break
            fi
        done
        PYTHON=$(find_python) || fail "Python 3.11 or newer is needed, and no package of this system has it"
    }
    if ! "$PYTHON" -c 'import ensurepip, venv' >/dev/null 2>&1; then
        version=$("$PYTHON" -c 'import sys; print("python%d.%d" % sys.version_info[:2])')
        install_packages "$version-venv"
    fi
}

# What the virtual environment was made from.
fingerprint() { cat pyproject.toml scripts/constraints.txt scripts/setup.sh | sha256sum; pwd; }

development_requirements() {
    .venv/bin/python - <<'PYTHON'
import tomllib

with open("pyproject.toml", "rb") as file:
    project = tomllib.load(file)
print("\n".join([*project["build-system"]["requires"], *project["dependency-groups"]["dev"]]))
PYTHON
}

# The command, without the `site` module and what pip's own launcher loads: a third of the time of a short command.
write_launcher() {
    local packages
    packages=$(.venv/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
    case "$PWD" in *[[:space:]\"\\]*) return 0 ;; esac
    cat >.venv/bin/wharf <<LAUNCHER
#!$PWD/.venv/bin/python -IS
import sys

sys.path[:0] = ["$PWD", "$packages"]

from tui.__main__ import wharf

wharf()
LAUNCHER
}

make_environment() {
    if [ -x .venv/bin/wharf ] && [ "$(cat "$STAMP" 2>/dev/null)" = "$(fingerprint)" ]; then
        return 0
    fi
    choose_python
    say "making .venv with $("$PYTHON" --version 2>&1)"
    rm -f "$STAMP"
    if ! suitable .venv/bin/python || [ "$(cat .venv/.place 2>/dev/null)" != "$PWD" ]; then
        rm -rf .venv
        "$PYTHON" -m venv .venv
        pwd >.venv/.place
    fi
    development_requirements >.venv/requirements-dev.txt
    say "installing with pip into .venv: the dependencies of pyproject.toml, as pinned in scripts/constraints.txt"
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --constraint scripts/constraints.txt \
        --requirement .venv/requirements-dev.txt editables
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --constraint scripts/constraints.txt \
        --no-build-isolation --editable .
    write_launcher
    .venv/bin/python -m compileall -q -j 0 .venv/lib core tui || true
    fingerprint >"$STAMP"
}

# What the screen reads of catalogues that were changed since.
compile_catalogues() {
    local catalogue
    for catalogue in tui/languages/*.po; do
        if ! [ "${catalogue%.po}.mo" -nt "$catalogue" ]; then
            .venv/bin/python scripts/messages.py compile
            return
        fi
    done
}

LOG=$(mktemp)
trap 'rm -f "$LOG"' EXIT

case "${1:-}" in
tests | screenshots)
    # shellcheck disable=SC2046
    install_packages $("missing_for_$1")
    exit 0
    ;;
esac

if ! programs_are_there; then
    update_lists
    # shellcheck disable=SC2046
    install_packages $(missing_programs)
    [ -e "$SECCOMP" ] || fail "no package of this system has $SECCOMP"
fi
make_environment
compile_catalogues
say "ready: .venv/bin/wharf"
