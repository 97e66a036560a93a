"""Networks on real bridges: names, published ports, connecting while it runs, and nothing left behind."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
from collections.abc import Callable
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from core.container import Container
from core.engine import Engine
from core.errors import (
    HostIncomplete,
    InvalidArgument,
    NetworkFailed,
    NetworkInUse,
    NoSuchObject,
    PortInUse,
    StateForbids,
)
from core.host.process_stat import boot_id
from core.model.network import DEFAULT_NETWORK, Attachment, NameOptions, NetworkRequest, PortMapping
from core.model.options import CreateOptions, ExecOptions
from core.model.pod import PodOptions
from core.settings import Settings
from core.store.listing import listed
from tests.worksite import DEMO, Worksite, eventually, make, run

SERVER = ("httpd", "-f", "-p", "80", "-h", "/www")
Wharf = Callable[..., subprocess.CompletedProcess[str]]

pytestmark = pytest.mark.usefixtures("demo_image")


def inside(container: Container, script: str) -> str:
    """What a script prints in a container."""
    return container.run_exec(ExecOptions(args=("sh", "-c", script)), timeout=60).stdout.decode()


def eventually_inside(container: Container, script: str, wanted: str) -> None:
    for _ in eventually():
        if wanted in inside(container, script):
            return


def eventually_served(url: str) -> None:
    for _ in eventually():
        try:
            with urlopen(url, timeout=5) as answer:
                assert b"html" in answer.read()
                return
        except (URLError, OSError):
            continue


def nat_rules(container_id: str) -> str:
    listed = subprocess.run(["iptables-save", "-t", "nat"], capture_output=True, text=True, check=True).stdout
    return "\n".join(line for line in listed.splitlines() if container_id in line)


def test_containers_find_each_other_and_the_host_finds_their_ports(engine: Engine, worksite: Worksite) -> None:
    network = engine.networks.create(NetworkRequest(name="sea"))
    server = run(engine, *SERVER, name="server", network="sea", ports=(PortMapping(container_port=80),))
    guest = run(engine, "sleep", "1000", name="guest", network="bridge")
    port = server.config.ports[0].host_port
    # Another network's gateway is an address of this machine that is not its loopback, and always there.
    own_address = next(one for one in engine.networks.all() if one.name == DEFAULT_NETWORK).subnets[0].gateway
    for address in ("127.0.0.1", own_address):
        eventually_served(f"http://{address}:{port}/")
    assert inside(guest, "ls /sys/class/net").split() == ["eth0", "lo"]
    assert "server" not in inside(guest, "nslookup server 2>&1 | grep -A1 Name")

    engine.networks.connect(guest, Attachment(network="sea", aliases=("friend",)))
    assert inside(guest, "ls /sys/class/net").split() == ["eth0", "eth1", "lo"]
    eventually_inside(guest, "wget -qO- http://server/", "html")
    eventually_inside(server, "nslookup friend", guest.snapshot().addresses[1])
    assert f"nameserver {network.subnets[0].gateway}" in inside(guest, "cat /etc/resolv.conf")
    assert guest.snapshot().networks == (DEFAULT_NETWORK, "sea")
    address, mac = server.snapshot().addresses[0], inside(server, "cat /sys/class/net/eth0/address")
    server.stop(0)
    server.start()
    # Who remembers its MAC reaches it.
    assert (server.snapshot().addresses[0], inside(server, "cat /sys/class/net/eth0/address")) == (address, mac)
    eventually_inside(guest, f"timeout 5 wget -qO- http://{address}/", "html")
    with pytest.raises(InvalidArgument, match="already connected"):
        engine.networks.connect(guest, Attachment(network="sea"))
    received = engine.samples([guest.id])[guest.id].network_received
    assert received > 0

    engine.networks.disconnect(guest, "sea")
    assert inside(guest, "ls /sys/class/net").split() == ["eth0", "lo"]
    assert "nameserver 10." not in inside(guest, f"grep -F {network.subnets[0].gateway} /etc/resolv.conf")
    with pytest.raises(InvalidArgument, match="not connected"):
        engine.networks.disconnect(guest, "sea")

    with pytest.raises(NetworkInUse):
        engine.networks.remove("sea")
    assert [gone.name for gone in engine.networks.prune()] == []
    server.stop(0)
    server.wait(60)
    for _ in eventually():
        if not server.refresh().addresses:
            break
    assert nat_rules(server.id) == ""
    engine.networks.remove("sea", force=True)
    assert [picture.name for picture in engine.containers()] == ["guest"]
    assert network.interface not in os.listdir("/sys/class/net")
    guest.remove(force=True)
    assert worksite.interfaces() == []


def test_a_port_that_is_taken_is_told_with_its_holder(engine: Engine) -> None:
    first = run(engine, "sleep", "1000", name="first", network="bridge", ports=(PortMapping(container_port=80),))
    port = first.config.ports[0].host_port
    wanted = (PortMapping(container_port=8080, host_port=port),)
    second = make(engine, "true", name="second", network="bridge", ports=wanted)
    with pytest.raises(PortInUse, match="container first has it"):
        second.start()
    assert second.snapshot().addresses == ()
    with socket.socket() as taken:
        taken.bind(("0.0.0.0", 0))
        taken.listen(1)
        number = taken.getsockname()[1]
        third = make(engine, "true", network="bridge", ports=(PortMapping(container_port=80, host_port=number),))
        with pytest.raises(PortInUse, match=rf"python\S* \(PID {os.getpid()}\) has it"):
            third.start()
    third.start()
    first.remove(force=True)
    second.start()
    # While a container has a port, no other program gets it.
    fourth = run(engine, "sleep", "1000", network="bridge", ports=wanted)
    with socket.socket() as late, pytest.raises(OSError, match="in use"):
        late.bind(("0.0.0.0", port))
        late.listen(1)
    fourth.remove(force=True)


def test_addresses_names_and_files_as_asked(engine: Engine) -> None:
    network = engine.networks.create(NetworkRequest(name="sea"))
    fixed = network.subnets[0].subnet.replace(".0/24", ".77")
    names = NameOptions(hosts=("gate:host-gateway", "far:192.0.2.99"), search=("a.example",), options=("ndots:2",))
    wish = Attachment(network="sea", addresses=(fixed,), mac="02:00:00:00:00:07", interface="sea0", aliases=("alias",))
    one = run(engine, "sleep", "1000", name="one", hostname="box", network="bridge", attachments=(wish,), names=names)
    assert one.snapshot().addresses == (fixed,)
    assert "02:00:00:00:00:07" in inside(one, "cat /sys/class/net/sea0/address")
    hosts = inside(one, "cat /etc/hosts").splitlines()
    gateway = network.subnets[0].gateway
    for line in (f"{gateway}\tgate", "192.0.2.99\tfar", f"{gateway}\thost.containers.internal", f"{fixed}\tbox one"):
        assert line in hosts
    assert inside(one, "cat /etc/resolv.conf").splitlines() == [
        "search a.example",
        f"nameserver {gateway}",
        "options ndots:2",
    ]
    joined = run(engine, "sleep", "1000", network="container:one")
    assert inside(joined, "cat /etc/hosts").splitlines() == hosts
    for address, message in ((fixed, "already in use"), ("192.0.2.5", "not in any subnet")):
        wrong = Attachment(network="sea", addresses=(address,))
        with pytest.raises(InvalidArgument, match=message):
            run(engine, "true", network="bridge", attachments=(wrong,))
    settings = json.loads(json.dumps(one.inspect()["NetworkSettings"]))
    assert settings["Networks"]["sea"]["IPAddress"] == settings["IPAddress"] == fixed
    assert settings["Networks"]["sea"]["MacAddress"] == "02:00:00:00:00:07"
    plain = run(engine, "sleep", "1000", network="bridge", names=NameOptions(servers=("192.0.2.53",), no_hosts=True))
    assert inside(plain, "cat /etc/resolv.conf").splitlines() == ["nameserver 192.0.2.53"]
    assert "host.containers.internal" not in inside(plain, "cat /etc/hosts")


def test_a_pod_publishes_ports_for_its_containers(engine: Engine) -> None:
    infra = CreateOptions(network="bridge", ports=(PortMapping(container_port=80),))
    pod = engine.pods.create(PodOptions(name="pod", infra_options=infra))
    web = run(engine, *SERVER, name="web", pod="pod", network="")
    owner = engine.lookup(pod.infra_id)
    eventually_served(f"http://127.0.0.1:{owner.config.ports[0].host_port}/")
    assert f"{owner.snapshot().addresses[0]}\tpod" in inside(web, "cat /etc/hosts")
    assert web.snapshot().ports == owner.config.ports
    rows = listed(str(engine.paths.database), boot_id())
    assert rows is not None
    assert {row.ports for row in rows} == {tuple(map(str, owner.config.ports))}
    engine.pods.remove("pod", force=True)
    assert nat_rules(owner.id) == ""


def test_lost_rules_and_a_lost_namespace_are_mended(engine: Engine, worksite: Worksite) -> None:
    web = run(engine, *SERVER, name="web", network="bridge", ports=(PortMapping(container_port=80),))
    url = f"http://127.0.0.1:{web.config.ports[0].host_port}/"
    eventually_served(url)
    for rule in worksite.rules() or nat_rules(web.id).splitlines():
        words = rule.replace('"', "").split()
        comment = re.search(r'--comment "([^"]*)"', rule)
        assert comment is not None
        target, port = words[-1], words[words.index("--dport") + 1]
        argv = ["iptables", "-t", "nat", "-D", words[1], "-p", "tcp", "--dport", port, "-m", "comment"]
        subprocess.run([*argv, "--comment", comment[1], "-j", target], check=True)
    assert nat_rules(web.id) == ""
    engine.networks.reload(web)
    assert nat_rules(web.id)
    eventually_served(url)
    # Whoever unmounts the namespace: what is left on the host still goes.
    subprocess.run(["umount", str(engine.paths.namespace(web.id))], check=True)
    web.remove(force=True)
    assert nat_rules(web.id) == ""
    assert worksite.interfaces() == []
    with pytest.raises(StateForbids):
        engine.networks.reload(make(engine, "true", network="bridge"))


def test_a_namespace_of_nobody_is_removed_when_the_engine_opens(engine: Engine, worksite: Worksite) -> None:
    from core.host.network_namespaces import make_network_namespace

    stray = engine.paths.namespace("f" * 64)
    make_network_namespace(stray)
    assert str(stray) in worksite.mounts()
    with Engine.open(worksite.paths):
        assert not stray.exists()
    assert str(stray) not in worksite.mounts()


def test_two_networks_an_internal_one_and_ipv6(engine: Engine) -> None:
    engine.networks.create(NetworkRequest(name="inner", internal=True))
    six = engine.networks.create(NetworkRequest(name="six", ipv6=True))
    assert [":" in subnet.subnet for subnet in six.subnets] == [False, True]
    both = (Attachment(network="inner"), Attachment(network="six"))
    one = run(engine, "sleep", "1000", name="one", network="bridge", attachments=both)
    inner, four, sixth = one.snapshot().addresses
    shown = inside(one, "ip addr")
    assert all(f"{address}/" in shown for address in (inner, four, sixth))
    routes = inside(one, "ip route")
    assert "default via" in routes
    assert "eth1" in routes.split("default", 1)[1].splitlines()[0]
    lone = run(engine, "sleep", "1000", network="inner")
    assert "default" not in inside(lone, "ip route")


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        (NetworkRequest(name="host"), "means something else"),
        (NetworkRequest(name="-x"), "not valid"),
        (NetworkRequest(name="a", driver="overlay"), "unsupported network driver"),
        (NetworkRequest(name="a", driver="macvlan"), "DHCP"),
        (NetworkRequest(name="a", driver="ipvlan", subnets=("10.250.0.0/24",)), "no ipvlan"),
        (NetworkRequest(name="a", options={"colour": "red"}), "unsupported bridge network option"),
        (NetworkRequest(name="a", subnets=("10.250.0.0/33",)), "not a subnet"),
        (NetworkRequest(name="a", subnets=("10.250.0.0/24",), gateways=("10.251.0.1",)), "not in subnet"),
        (NetworkRequest(name="a", subnets=("10.250.0.0/24",), ranges=("10.251.0.0/25",)), "not in the subnet"),
        (NetworkRequest(name="a", gateways=("10.250.0.1",)), "needs a subnet"),
        (NetworkRequest(name="a", interface="far-too-long-a-name"), "no name for an interface"),
    ],
)
def test_a_network_that_makes_no_sense_is_refused(engine: Engine, request_: NetworkRequest, message: str) -> None:
    with pytest.raises(InvalidArgument, match=message):
        engine.networks.create(request_)
    assert [network.name for network in engine.networks.all()] in ([], [DEFAULT_NETWORK])


def test_the_default_network_stays(engine: Engine) -> None:
    assert [network.name for network in engine.networks.all()] == [DEFAULT_NETWORK]
    with pytest.raises(InvalidArgument, match="cannot be removed"):
        engine.networks.remove(DEFAULT_NETWORK)
    with pytest.raises(NoSuchObject):
        engine.networks.remove("sea")
    assert engine.networks.prune() == []


def test_the_commands(wharf: Wharf, worksite: Worksite, demo_archive: Path, tmp_path: Path) -> None:
    assert wharf("network", "create", "--label", "sea=deep", "sea").stdout == "sea\n"
    assert wharf("network", "create", "sea").returncode == 125
    assert wharf("network", "create", "--ignore", "sea").returncode == 0
    assert wharf("network", "exists", "sea").returncode == 0
    assert wharf("network", "exists", "lake").returncode == 1
    assert wharf("network", "ls", "-q", "--filter", "label=sea=deep").stdout == "sea\n"
    (described,) = json.loads(wharf("network", "inspect", "sea").stdout)
    assert (described["name"], described["driver"], described["dns_enabled"]) == ("sea", "bridge", True)
    started = wharf(
        "run", "-d", "--name", "web", "-p", "80", "-p", "127.0.0.1::53/udp", DEMO, *SERVER, WHARF_NETWORK=""
    )
    assert started.returncode == 0, started.stderr
    tcp, udp = wharf("port", "web").stdout.splitlines()
    assert re.fullmatch(r"80/tcp -> 0\.0\.0\.0:\d+", tcp)
    assert re.fullmatch(r"53/udp -> 127\.0\.0\.1:\d+", udp)
    assert wharf("port", "web", "81").returncode == 125
    place = tcp.partition(" -> ")[2]
    assert wharf("port", "web", "80/tcp").stdout.strip() == place
    assert f"{place}->80/tcp, " in wharf("ps").stdout
    assert wharf("network", "connect", "--alias", "www", "sea", "web").returncode == 0
    assert wharf("ps", "-q", "--filter", "network=sea").stdout
    assert wharf("network", "rm", "sea").returncode == 2
    assert wharf("network", "disconnect", "sea", "web").returncode == 0
    assert wharf("network", "rm", "sea", "lake").returncode == 1
    discarded = wharf("run", "--rm", "--network", "none", "-p", "80", DEMO, "true")
    assert "discarded" in discarded.stderr
    clash = wharf("run", "--rm", "--network", "bridge", "-p", f"{place.rpartition(':')[2]}:80", DEMO, "true")
    assert clash.returncode == 126
    assert "container web has it" in clash.stderr
    assert wharf("rm", "-f", "web").returncode == 0
    assert wharf("network", "prune", "-f").stdout == ""


@pytest.mark.parametrize("missing", ["network", "name_server"])
def test_a_program_that_is_missing_is_named(engine: Engine, worksite: Worksite, missing: str) -> None:
    engine.networks.create(NetworkRequest(name="sea"))
    make(engine, "true", name="it", network="sea")
    with Engine.open(worksite.paths, Settings(**{missing: "no-such-program"})) as lacking:  # type: ignore[arg-type]
        it = lacking.lookup("it")
        with pytest.raises(HostIncomplete, match="no-such-program"):
            it.start()
        assert it.snapshot().addresses == ()
        it.remove()


def test_names_that_can_not_be_answered_are_told_with_who_has_the_port(engine: Engine) -> None:
    network = engine.networks.create(NetworkRequest(name="sea"))
    it = make(engine, "true", name="it", network="sea")
    opened = run(engine, "sleep", "1000", network="sea")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        address = (network.subnets[0].gateway, 53)
        os.kill(int(engine.paths.name_server_pid_file.read_text()), signal.SIGKILL)
        for _ in eventually():
            with contextlib.suppress(OSError):
                taken.bind(address)
                break
        with pytest.raises(NetworkFailed, match=rf"answered in the network sea: python\S* \(PID {os.getpid()}\) has"):
            it.start()
    it.start()
    opened.remove(force=True)
