"""`wharf web`: a browser's requests against the real server, with the real screen behind it."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import subprocess
from collections.abc import AsyncIterator, Callable
from urllib.parse import urlsplit

import aiohttp
import pytest

from core.cli.main import parse_global
from core.engine import Engine
from tests.ports import free_port
from tests.worksite import Worksite, environment, eventually, installed_command, run
from tui.web.command import screen_argv

pytestmark = pytest.mark.usefixtures("demo_image")
PATIENCE = 60.0


@pytest.fixture
async def address(worksite: Worksite) -> AsyncIterator[str]:
    """The address that the server has printed."""
    argv = [*installed_command(), *worksite.global_options, "web", "--port", str(free_port())]
    server = await asyncio.create_subprocess_exec(
        *argv, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE, env=environment()
    )
    try:
        assert server.stdout is not None and server.stderr is not None
        line = (await asyncio.wait_for(server.stdout.readline(), PATIENCE)).decode().strip()
        assert line.startswith("http://127.0.0.1:"), (await server.stderr.read()).decode()
        yield line
    finally:
        server.send_signal(signal.SIGINT)
        assert await asyncio.wait_for(server.wait(), PATIENCE) == 0


def origin_of(address: str) -> str:
    return f"http://{urlsplit(address).netloc}"


@pytest.fixture
async def browser() -> AsyncIterator[aiohttp.ClientSession]:
    # The cookies of an address without a name are kept, as browsers do.
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        yield session


async def shown_until(screen: aiohttp.ClientWebSocketResponse, *texts: str) -> None:
    """Read what comes until all the texts have been drawn."""
    drawn = ""
    while not all(text in drawn for text in texts):
        message = await asyncio.wait_for(screen.receive(), PATIENCE)
        assert message.type is aiohttp.WSMsgType.BINARY, (message, drawn)
        drawn += message.data.decode(errors="replace")


async def test_nobody_gets_in_without_the_token(address: str, browser: aiohttp.ClientSession) -> None:
    origin = origin_of(address)
    for path in ("/", "/static/js/textual.js", "/?token=wrong", "/download/x"):
        async with browser.get(origin + path) as answer:
            assert answer.status == 403, path
            assert "token" in await answer.text()
    with pytest.raises(aiohttp.WSServerHandshakeError, match="403"):
        await browser.ws_connect(f"{origin}/ws", origin=origin)


async def test_the_page_hides_the_token_and_loads_nothing_from_elsewhere(
    address: str, browser: aiohttp.ClientSession
) -> None:
    async with browser.get(address) as answer:
        assert answer.status == 200
        assert "token" not in str(answer.url)
        assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
        assert "/static/js/textual.js" in await answer.text()
    async with browser.get(f"{origin_of(address)}/static/js/textual.js") as answer:
        assert answer.status == 200
    async with browser.get(address, headers={"Host": "elsewhere.example"}) as answer:
        assert answer.status == 403


async def test_another_sites_page_can_not_use_the_cookie(address: str, browser: aiohttp.ClientSession) -> None:
    await browser.get(address)
    with pytest.raises(aiohttp.WSServerHandshakeError, match="403"):
        await browser.ws_connect(f"{origin_of(address)}/ws", origin="http://elsewhere.example")


async def test_the_screen_is_worked_from_the_browser(
    address: str, browser: aiohttp.ClientSession, engine: Engine, worksite: Worksite
) -> None:
    run(engine, "sleep", "1000", name="seen-from-afar")
    origin = origin_of(address)
    await browser.get(address)
    screen = await browser.ws_connect(f"{origin}/ws?width=120&height=30", origin=origin)
    await shown_until(screen, "running", "seen-from-afar")
    await screen.send_json(["ping", "now"])
    await screen.send_json(["resize", {"width": 100, "height": 40}])
    await screen.send_json(["stdin", "q"])
    with contextlib.suppress(asyncio.TimeoutError):
        while (await asyncio.wait_for(screen.receive(), PATIENCE)).type is not aiohttp.WSMsgType.CLOSE:
            pass
    assert screen.closed


async def test_a_browser_that_goes_takes_its_screen_along_and_nothing_else(
    address: str, browser: aiohttp.ClientSession, engine: Engine, worksite: Worksite
) -> None:
    container = run(engine, "sleep", "1000", name="stays")
    origin = origin_of(address)
    await browser.get(address)
    before = len(worksite.processes())
    screen = await browser.ws_connect(f"{origin}/ws?width=80&height=24", origin=origin)
    await shown_until(screen, "stays")
    await screen.close()
    for _ in eventually():
        if len(worksite.processes()) <= before:
            break
        await asyncio.sleep(0.05)
    assert container.snapshot().pid > 0


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "somewhere"])
def test_it_is_never_offered_to_a_network(wharf: Callable[..., subprocess.CompletedProcess[str]], host: str) -> None:
    refused = wharf("web", "--host", host)
    assert refused.returncode == 125
    assert "loopback" in refused.stderr and "ssh -L" in refused.stderr


def test_the_screen_in_the_browser_has_the_options_of_the_command() -> None:
    given = ["--read-only", "--workspace", "night", "--config", "/etc/keys.toml", "web"]
    argv = screen_argv(parse_global(given))
    opened = parse_global(argv[3:])
    assert (opened.read_only, opened.workspace, opened.config) == (True, "night", "/etc/keys.toml")
    assert not parse_global(screen_argv(parse_global(["web"]))[3:]).read_only
