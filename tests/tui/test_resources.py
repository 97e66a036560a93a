"""Dialogs that make, change and move things: what is typed is checked, what is confirmed is done, and no more."""

from __future__ import annotations

import shlex
import threading
from functools import partial
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widget import Widget
from textual.widgets import Button, OptionList

from core.errors import StorageFailed
from core.model.config import ResourceLimits
from core.model.limits import LimitChanges
from core.model.network import NetworkRequest, PortMapping
from core.model.options import CheckpointOptions, RestoreOptions
from core.model.pod import PodOptions
from core.model.restart import parse_restart_policy
from core.model.state import Status
from tests.fakes.engine import FakeEngine
from tests.tui.conftest import SIZE, main_screen, row_of, selected_name, settled, shown, status, until, until_shown
from tui.app import WharfApp
from tui.bridge.command_lines import cloned_words
from tui.bridge.resource_details import KnownNames
from tui.forms import images, kube, networks, pods, secrets, volumes
from tui.forms.create import create_form, run_words
from tui.forms.form import Form
from tui.forms.update import update_form
from tui.screens.dialog import ErrorDialog
from tui.screens.form_dialog import FieldRow, FormDialog
from tui.screens.menu import ActionMenu
from tui.screens.pull_dialog import LOOK_AGAIN, PullDialog
from tui.transfers import TransferJob

KNOWN = KnownNames(images=("localhost/demo:1",), containers=("web",), networks=("inner",), volumes=("data",), pods=())


async def type_in(pilot: Pilot[None], field: str, text: str) -> None:
    """Type into a field of the form that is open, over what is there."""
    line = pilot.app.screen.query_one(f"#field-{field}")
    pilot.app.screen.set_focus(line)
    await pilot.press("ctrl+e", "ctrl+u", *(("space" if char == " " else char) for char in text))


async def test_a_container_is_made_of_what_was_typed_and_nothing_wrong_gets_through(
    app: WharfApp, fake: FakeEngine
) -> None:
    fake.add("web")
    fake.images.add("localhost/demo:1")
    async with app.run_test(size=SIZE) as pilot:
        await until_shown(pilot, "web")
        gate = fake.held["containers"] = threading.Event()
        await pilot.press("n", "d")
        await until(pilot, lambda: status(app) == "the dialog is opening …")
        gate.set()
        await until_shown(pilot, "New container", "$ wharf run --detach IMAGE")
        await pilot.press("enter")
        await until_shown(pilot, "✗ this is needed")
        await type_in(pilot, "image", "demo")
        await until_shown(pilot, "not here by this name: it is pulled first")
        await type_in(pilot, "image", "localhost/demo:1")
        await type_in(pilot, "name", "web")
        await until_shown(pilot, "✗ a container has this name")
        await type_in(pilot, "name", "shop")
        await type_in(pilot, "ports", "8080:99999")
        await until_shown(pilot, "between 1 and 65535")
        await pilot.press("enter")
        await settled(pilot)
        assert fake.requests == []
        await type_in(pilot, "ports", "8080:80 53:53/udp")
        await type_in(pilot, "network", "outer")
        await until_shown(pilot, "✗ there is no network outer")
        await type_in(pilot, "network", "host")
        await type_in(pilot, "command", "sh -c 'sleep 9'")
        await type_in(pilot, "more", "--init --hostname shop")
        dialog = app.screen
        assert isinstance(dialog, FormDialog)
        expected = (
            "wharf run --detach --name shop --publish 8080:80 --publish 53:53/udp --network host --init"
            " --hostname shop localhost/demo:1 sh -c 'sleep 9'"
        )
        await until(pilot, lambda: dialog.command == expected)
        await pilot.press("ctrl+y")
        assert app.clipboard == expected
        await pilot.press("enter")
        await until(pilot, lambda: status(app) == "shop runs: shop")
        assert fake.calls == [("start", "shop")]
        (request,) = fake.requests
        assert (request.image, request.command) == ("localhost/demo:1", ("sh", "-c", "sleep 9"))
        assert (request.network, request.init, request.hostname) == ("host", True, "shop")


async def test_a_pull_tells_of_its_layers_goes_on_behind_the_list_and_can_be_cancelled(
    app: WharfApp, fake: FakeEngine
) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("3")
        await until_shown(pilot, "no images yet")
        await pilot.press("P")
        await until_shown(pilot, "Pull an image")
        await pilot.press(*"quay.io/some", "enter")
        await until_shown(pilot, "aaaaaaaaaaaa", "done", "bbbbbbbbbbbb", "25 %", "downloading: 2.0M of 5.0M, 40 %")
        await pilot.press("escape")
        await until(pilot, lambda: "pulling quay.io/some 40 %" in row_of(app, "wharf"))
        await pilot.press("P")
        await until_shown(pilot, "bbbbbbbbbbbb", "Hide")
        await pilot.click("#cancel")
        await until(pilot, lambda: status(app) == "quay.io/some was cancelled: nothing of it is left")
        await until(pilot, lambda: not isinstance(app.screen, PullDialog))
        assert "pulling" not in row_of(app, "wharf") and fake.images.all() == []
        fake.images.pulled.set()
        await pilot.press("P")
        await until_shown(pilot, "Pull an image")
        await pilot.press(*"quay.io/some", "enter")
        await until_shown(pilot, "quay.io/some is pulled")
        assert selected_name(app) == "quay.io/some"


async def test_the_cursor_goes_to_what_was_made_unless_it_was_moved(app: WharfApp, fake: FakeEngine) -> None:
    fake.volumes.create("zeta", labels={}, options={})
    fake.volumes.create("kappa", labels={}, options={})
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("4")
        await until_shown(pilot, "zeta", "kappa")
        before = selected_name(app)
        await pilot.press("n")
        await until_shown(pilot, "New volume")
        await pilot.press(*"theta", "enter")
        await until(pilot, lambda: selected_name(app) == "theta")
        main_screen(app).expect_row()
        await pilot.press("g")
        await until(pilot, lambda: selected_name(app) == before)
        fake.volumes.create("eta", labels={}, options={})
        await until(pilot, lambda: "eta" in row_of(app, "eta"))
        assert selected_name(app) == before


async def test_a_pull_that_fails_is_told_once_and_its_fields_come_back_with_what_was_typed(
    app: WharfApp, fake: FakeEngine
) -> None:
    fake.images.refusal = refusal = StorageFailed("it could not be copied", hint="take it with --tls-verify=false")
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("3", "P")
        await until_shown(pilot, "Pull an image")
        await pilot.press(*"quay.io/som", "enter")
        await until_shown(pilot, "✗ it could not be copied", "→ take it with --tls-verify=false")
        # The dialog may have looked before the screen below is told.
        assert isinstance(app.screen, PullDialog) and app.screen.shows(refusal)
        await pilot.press("e")
        await until_shown(pilot, "$ wharf pull quay.io/some")
        fake.images.refusal = None
        fake.images.pulled.set()
        await pilot.press("enter")
        await until_shown(pilot, "quay.io/some is pulled")


class EndsMeanwhile(TransferJob):
    """A pull that another thread ends right when the dialog has looked at it twice."""

    def __getattribute__(self, name: str) -> Any:
        if name != "ended":
            return super().__getattribute__(name)
        looks = self.__dict__["looks"] = self.__dict__.get("looks", 0) + 1
        return looks > 2


async def test_a_pull_that_ends_just_as_it_is_looked_at_gives_its_fields_back(app: WharfApp, fake: FakeEngine) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await until_shown(pilot, "no containers")
        job = EndsMeanwhile("pulling", error=StorageFailed("there is no room"))
        app.push_screen(PullDialog((), lambda name, access: job))
        await until_shown(pilot, "Pull an image")
        await pilot.press("a", "enter")
        await until_shown(pilot, "✗ there is no room")
        await pilot.press("b")
        await until_shown(pilot, "$ wharf pull ab")


async def test_a_dialog_goes_away_once_and_takes_no_other_with_it(app: WharfApp, fake: FakeEngine) -> None:
    fake.add("web")
    async with app.run_test(size=SIZE) as pilot:
        await until_shown(pilot, "web")
        await pilot.press("d")
        await until_shown(pilot, "Remove web?")
        cancel = app.screen.query_one("#cancel", Button)
        # Two clicks that come at once.
        cancel.press()
        cancel.press()
        await settled(pilot)
        assert app.screen is main_screen(app)
        job = TransferJob("pulling")
        app.push_screen(PullDialog((), lambda name, access: job, job=job))
        await until_shown(pilot, "Pull an image", "asking the registry")
        app.push_screen(ErrorDialog(StorageFailed("something else failed")))
        await until_shown(pilot, "something else failed")
        job.ended = True
        await settled(pilot, 3 * LOOK_AGAIN)
        assert isinstance(app.screen, ErrorDialog)
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is main_screen(app))


async def test_a_new_name_and_a_pause_are_taken_back_by_a_key(app: WharfApp, fake: FakeEngine) -> None:
    fake.add("web")
    async with app.run_test(size=SIZE) as pilot:
        await until_shown(pilot, "web")
        await pilot.press("u")
        await until(pilot, lambda: "there is nothing to undo" in status(app))
        await pilot.press("R")
        await until_shown(pilot, "Rename web")
        await pilot.press("end", "2", "enter")
        await until(pilot, lambda: status(app) == "web is web2 now")
        assert [notice.message for notice in app._notifications] == ["web is web2 now\nu undoes it, for half a minute"]
        await pilot.press("u")
        await until(pilot, lambda: selected_name(app) == "web")
        await pilot.press("p")
        await until(pilot, lambda: fake.find("web").shown.status is Status.PAUSED and "paused" in status(app))
        await pilot.press("u")
        await until(pilot, lambda: fake.find("web").shown.status is Status.RUNNING)
        assert fake.calls == [
            ("rename", "web", "web2"),
            ("rename", "web2", "web"),
            ("pause", "web"),
            ("unpause", "web"),
        ]


async def test_limits_are_shown_as_they_are_and_only_what_was_changed_is_asked_for(
    app: WharfApp, fake: FakeEngine
) -> None:
    fake.add("web", resources=ResourceLimits(memory=512 << 20, cpus=1.5), restart_policy="always")
    async with app.run_test(size=SIZE) as pilot:
        await until_shown(pilot, "web")
        await pilot.press("U")
        await until_shown(pilot, "512m", "1.5", "always", "nothing is another than it is now")
        await type_in(pilot, "memory", "5x")
        await until_shown(pilot, "✗")
        await type_in(pilot, "memory", "1g")
        await type_in(pilot, "restart", "on-failure:5")
        await until_shown(pilot, "$ wharf update --memory=1g --restart=on-failure:5 web")
        await pilot.press("enter")
        expected = LimitChanges(memory=1 << 30, restart=parse_restart_policy("on-failure:5"))
        await until(pilot, lambda: fake.calls == [("update", "web", expected)])


@pytest.mark.parametrize(
    ("action", "state", "call"),
    [("init", Status.CONFIGURED, "init"), ("checkpoint", Status.RUNNING, "checkpoint"), ("restore", Status.EXITED,
      "restore")],
)  # fmt: skip
async def test_verbs_without_a_key_are_in_the_menu(
    app: WharfApp, fake: FakeEngine, action: str, state: Status, call: str
) -> None:
    fake.add("web", state)
    async with app.run_test(size=SIZE) as pilot:
        await until_shown(pilot, "web")
        await pilot.press("x")
        await until(pilot, lambda: isinstance(app.screen, ActionMenu))
        options = app.screen.query_one(OptionList)
        options.highlighted = options.get_option_index(action)
        await pilot.press("enter")
        if action == "checkpoint":
            await until_shown(pilot, "Checkpoint web", "wharf container checkpoint web")
            await pilot.press("space", "tab", "space")
            await until_shown(pilot, "checkpoint --leave-running --tcp-established web")
            await pilot.press(*["tab"] * 4, "enter")
            options = CheckpointOptions(leave_running=True, tcp_established=True)
            await until(pilot, lambda: fake.calls == [(call, "web", options)])
        elif action == "restore":
            await until_shown(pilot, "wharf container restore web")
            await pilot.press("tab", "space", "tab", "tab", "enter")
            await until(pilot, lambda: fake.calls == [(call, "web", RestoreOptions(keep=True))])
        else:
            await until(pilot, lambda: fake.calls == [(call, "web")])


async def test_what_is_known_of_a_container_is_copied(app: WharfApp, fake: FakeEngine) -> None:
    ports = (PortMapping(container_port=80, host_port=8080), PortMapping(container_port=443, host_port=8443))
    web = fake.add("web", ports=ports)
    web.print(b"first", b"last")
    async with app.run_test(size=SIZE) as pilot:
        await until_shown(pilot, "web")
        await pilot.press("w")
        await until_shown(pilot, "http://localhost:8080/", "https://localhost:8443/")
        await pilot.press("down", "enter")
        assert app.clipboard == "https://localhost:8443/"
        await pilot.press("c", "enter")
        await until(pilot, lambda: app.clipboard == web.id)
        await pilot.press("c", "end", "enter")
        await until(pilot, lambda: app.clipboard == "first\nlast")


async def test_a_prune_shows_first_what_goes_and_takes_no_more(app: WharfApp, fake: FakeEngine) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("3", "z")
        await until_shown(pilot, "image 999999999999  7.0M", "This frees 7.0M.")
        await pilot.press("enter")
        await settled(pilot)
        assert fake.calls == [] and status(app) == ""
        await pilot.press("5", "z")
        await until_shown(pilot, "network inner", "next to nothing")
        await pilot.press("y")
        await until(pilot, lambda: len(fake.calls) == 1)
        name, plan = fake.calls[0]
        assert (name, plan.networks, plan.images) == ("prune", ("inner",), ())  # type: ignore[attr-defined]


async def test_volumes_networks_pods_and_secrets_are_made(app: WharfApp, fake: FakeEngine) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("4", "n")
        await until_shown(pilot, "New volume")
        await type_in(pilot, "name", "data")
        await type_in(pilot, "labels", "wrong")
        await until_shown(pilot, "wrong is not NAME=VALUE")
        await type_in(pilot, "labels", "tier=front")
        await pilot.press("enter")
        await until(pilot, lambda: fake.volumes.made == [("data", {"tier": "front"}, {})])
        await pilot.press("5", "n")
        await until_shown(pilot, "New network")
        await type_in(pilot, "name", "outer")
        await type_in(pilot, "subnet", "10.90.0.0/24")
        await pilot.press("enter")
        await until(pilot, lambda: fake.networks.made == [NetworkRequest(name="outer", subnets=("10.90.0.0/24",))])
        await pilot.press("2", "n")
        await until_shown(pilot, "New pod")
        await type_in(pilot, "name", "front")
        await pilot.press("enter")
        await until(pilot, lambda: len(fake.calls) == 1)
        request = fake.calls[0][1]
        assert isinstance(request, PodOptions) and request.name == "front"
        main_screen(app).action_act("new_secret")
        await until_shown(pilot, "New secret")
        await type_in(pilot, "name", "token")
        await pilot.press("enter")
        await until_shown(pilot, "a file or a text is needed")
        await type_in(pilot, "text", "sesame")
        assert "sesame" not in shown(app)
        await pilot.press("enter")
        await until(pilot, lambda: fake.calls[-1] == ("create secret", "token", b"sesame", False))


FORMS = {
    "create": create_form(KNOWN), "push": images.push_form("a"), "save": images.save_form("a"),
    "load": images.LOAD_FORM, "import": images.IMPORT_FORM, "tag": images.tag_form("a"), "login": images.LOGIN_FORM,
    "volume": volumes.volume_form(KNOWN), "export": volumes.export_form("a"), "unpack": volumes.import_form("a"),
    "network": networks.network_form(KNOWN), "connect": networks.connect_form("a", ("web",)),
    "pod": pods.pod_form(KNOWN), "secret": secrets.secret_form(), "play": kube.PLAY_FORM, "down": kube.DOWN_FORM,
}  # fmt: skip


def overlap(one: Widget, other: Widget) -> bool:
    """Whether both have a place on the screen in common."""
    return one.region.overlaps(other.region)


@pytest.mark.parametrize("size", [(60, 20), (80, 24)])
async def test_every_form_fits_a_small_window(app: WharfApp, size: tuple[int, int]) -> None:
    async with app.run_test(size=size) as pilot:
        for name, form in FORMS.items():
            await app.push_screen(FormDialog(form))
            await pilot.pause()
            screen = app.screen
            for part in ("#confirm", "#cancel"):
                region = screen.query_one(part).region
                assert region.height == 1 and screen.region.contains_region(region), (name, part, region)
            for row in list(screen.query(FieldRow))[::-1]:
                line = row.query_one(f"#field-{row.field.name}")
                screen.set_focus(line)
                rows = screen.query_one("#rows")
                await until(pilot, partial(overlap, rows, line))
            await pilot.press("escape")


def test_the_limits_of_a_container_are_a_form_that_asks_for_nothing_by_itself(fake: FakeEngine) -> None:
    picture = fake.add("web", resources=ResourceLimits(memory=100_000, pids=0, cpuset_cpus="0-1")).shown
    form: Form = update_form(picture)
    values = {field.name: field.value for field in form.fields}
    assert form.check(values) == "nothing is another than it is now"
    assert not any(field.check(field.value) for field in form.fields if field.name != "memory")


def test_the_settings_of_a_container_are_those_of_one_like_it() -> None:
    words = "wharf run -dit --name web -p 8080:80 -v data:/data --init --cpus 1.5 --label a=b demo sh -c 'sleep 9'"
    settings = cloned_words(shlex.split(words))
    values = {field.name: field.value for field in create_form(KNOWN, settings=settings).fields}
    made = run_words({**values, "name": "web2"})
    assert shlex.join(made) == (
        "run --detach --name web2 --publish 8080:80 --volume data:/data --cpus 1.5 --tty --interactive --label a=b"
        " --init demo sh -c 'sleep 9'"
    )
