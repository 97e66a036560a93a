"""Records what full-screen programs print on a container's console, for the tests of the terminal emulator.

Usage: record_streams.py FOLDER [PROGRAM ...], with vim, htop, less, tmux, mc, nano, fzf, dialog and btop installed and
the project's folder in PYTHONPATH. Each program runs in a container over the host's own /usr, and is driven
by fixed keys; every step of it ends in a mark. One asciicast a program, as the pane's recorder writes it.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from core.engine import Engine
from core.model.config import BindMount
from core.model.options import CreateOptions
from core.paths import EnginePaths
from tui.terminal.emulator import Emulator
from tui.terminal.keeper_console import Console

COLUMNS, ROWS = 80, 24
QUIET: Final = 0.5
"""Seconds without output after which a step is over."""
LONGEST_STEP: Final = 4.0
"""Seconds; a program that goes on printing is marked after this."""

Step = str | tuple[int, int]
DOWN, RIGHT, F2, F3, F4, F9, F10 = "\x1b[B", "\x1b[C", "\x1bOQ", "\x1bOR", "\x1bOS", "\x1b[20~", "\x1b[21~"
WIDER: Final = (100, 30)
NARROWER: Final = (71, 19)

TEXT = """\
#!/usr/bin/env python3
\"\"\"Wörter: 漢字かな交じり文, 한국어, emoji 🚢⚓, combining a\u0301 e\u0308.\"\"\"
import os


class Harbour:
    def __init__(self, berths: int = 12) -> None:
        self.berths = [None] * berths  # TODO: none is taken yet
\tpath = os.environ.get("HOME", "/")

    def moor(self, ship: str) -> bool:
        for number, taken in enumerate(self.berths):
            if taken is None:
                self.berths[number] = f"{ship!r} at {number:>3}"
                return True
        return False
""" + "".join(f"\n# line {number}: {'=-' * (number % 60)}" for number in range(80))

STYLES = (
    "\x1b[1mbold\x1b[0m \x1b[2mfaint\x1b[0m \x1b[3mitalic\x1b[0m \x1b[4munder\x1b[0m \x1b[4:2mdouble\x1b[0m "
    "\x1b[4:3mcurly\x1b[0m \x1b[4:4mdotted\x1b[0m \x1b[4:5mdashed\x1b[0m \x1b[5mblink\x1b[0m \x1b[7mreverse\x1b[0m "
    "\x1b[8mhidden\x1b[0m \x1b[9mstruck\x1b[0m \x1b[53mover\x1b[0m\r\n"
    + "".join(f"\x1b[48;5;{n}m \x1b[0m" for n in range(76))
    + "\r\n"
    + "".join(f"\x1b[38;2;{n * 3};128;{255 - n * 3}m#" for n in range(80))
    + "\x1b[0m\r\n\x1b[58:2::255:0:0;4:3mred curl\x1b[59m plain curl\x1b[0m\r\n"
    "wide 漢字 mixed ａｂｃ 한국어 🚢 end\r\ncombining a\u0301e\u0308o\u0303 z\u0335\r\n"
    "\x1b[44m\x1b[Kblue to the end\x1b[0m\r\n\x1b(0lqqqk\x1b(B box \x1b(0mqqqj\x1b(B\r\n"
    "tab\tstop\tstop\x1b[3g\r\x1b[10C\x1bH\r\tset\r\n\x1b[1;31;42mtwo\x1b[22;39mback\x1b[0m"
    "\x1b[18;20H\x1b[5@\x1b[2Pedit\x1b[3Xgap\x1b[19;1Hinsert\x1b[2L\x1b[1M\x1b[22;80Hwrap at the margin"
    "\x1b[5;20r\x1b[20;1H\n\n\x1b[5;1H\x1bM\x1b[r\x1b[24;1H\x1b[3 q\x1b]2;titled\x07done"
)


@dataclass(frozen=True, slots=True)
class Program:
    """What runs and what is typed at it; a pair of numbers is a new size of the terminal."""

    argv: tuple[str, ...]
    steps: tuple[Step, ...]


def program(argv: tuple[str, ...], *steps: Step) -> Program:
    return Program(argv, steps)


def shell(*lines: str) -> tuple[str, ...]:
    return ("/bin/bash", "-c", "\n".join(lines))


PROGRAMS: Final = {
    "vim": program(
        ("/usr/bin/vim", "-u", "NONE", "-N", "harbour.py"),
        *(":syntax on|set number hlsearch ruler\r", "/berths\r", ":split\r", "GoWörter 漢字 🚢\x1b", "ggVjj", WIDER),
        *("\x1b:vsplit\r", "\x06\x06", NARROWER, ":help\r", ":only\r", "ihello\x1b"),
    ),
    "htop": program(
        ("/usr/bin/htop", "--delay=100"),
        *(F4, "\x1b", DOWN + DOWN, F2, "\x1b", WIDER, "/sleep\r", NARROWER, F9),
    ),
    "less": program(
        ("/usr/bin/less", "-R", "-N", "harbour.py"),
        *(" ", "/line 2\r", "n", "G", WIDER, "-S\r", RIGHT, NARROWER, "h", " ", "q", "g"),
    ),
    "tmux": program(
        ("/usr/bin/tmux", "-f", "/dev/null", "new", "bash --norc --noprofile"),
        *('\x02"', "ls --color=always /usr\r", "\x02%", "cat harbour.py\r", WIDER, "\x02z", "\x02[\x1b[5~", "q\x02z"),
        *(NARROWER, "\x02 ", "\x02:list-keys\r"),
    ),
    "mc": program(
        ("/usr/bin/mc", "--nosubshell", "/usr", "/etc"),
        *(DOWN * 3, F9, DOWN, "\x1b\x1b", "\t", WIDER, F3, "\x1b\x1b", "\x1b\x1b", NARROWER, F2, "\x1b\x1b", F10),
    ),
    "nano": program(
        ("/usr/bin/nano", "-l", "-S", "harbour.py"),
        *(
            DOWN * 4,
            "漢字 typed 🚢",
            "\x17line 7\r",
            WIDER,
            "\x07",
            "\x18",
            NARROWER,
            "\x1ba" + DOWN * 3,
            "\x0b",
            "\x18",
        ),
    ),
    "fzf": program(
        shell("find /usr/share -maxdepth 2 | sort | fzf --multi --border --header='pick some' --preview='ls -l {}'"),
        *("doc", DOWN + "\t" + DOWN + "\t", WIDER, "\x15zone", NARROWER, "\x15"),
    ),
    "dialog": program(
        shell(
            "dialog --menu 'Where to?' 15 50 5 1 Hamburg 2 Rotterdam 3 '神戸' 4 Oakland",
            "dialog --checklist 'What is loaded' 15 50 5 a tea on b coffee off c spice on",
            "dialog --begin 3 5 --title 'Two' --infobox 'one over' 6 30 --and-widget --yesno 'the other?' 8 40",
            "dialog --inputbox 'A name, please' 10 50 'old name'",
            "(for n in 10 40 70; do echo $n; sleep 0.2; done; sleep 60) | dialog --gauge 'Loading' 8 50",
        ),
        *(DOWN + DOWN, "\r", DOWN + " ", "\r", "\t", "\r", "x\x7f!", "\r"),
    ),
    "btop": program(
        ("/usr/bin/btop", "--utf-force"), *(DOWN, "\x1b", "\x1b", WIDER, "o", "\x1b", "f", NARROWER, WIDER)
    ),
    "shell": program(
        ("/bin/bash", "--norc", "--noprofile", "-i"),
        *("ls -l --color=always /\r", "cat harbour.py\r", WIDER, "for i in {1..300}; do echo -n $i-; done\r", NARROWER),
        *("echo one two three\x1bb\x1bbX\x01# \r", "\x12cat", "\x07", "printf '%80s|\\n' x\r", "\x0c"),
    ),
    "styles": program(("/bin/bash", "-c", "stty raw -echo; cat styles; cat")),
}


def prepare_root(folder: Path) -> tuple[BindMount, ...]:
    """An almost empty root file system in `folder`, and the mounts that fill it from the host."""
    for name in ("proc", "sys", "dev", "tmp", "etc", "root/.config/btop", "var/lib"):
        (folder / name).mkdir(parents=True)
    (folder / "root/harbour.py").write_text(TEXT)
    (folder / "root/styles").write_text(STYLES, newline="")
    (folder / "root/.config/btop/btop.conf").write_text(
        'shown_boxes = "cpu mem proc"\nshow_disks = False\ncustom_cpu_name = "a processor"\nupdate_ms = 60000\n'
        "show_uptime = False\ncheck_temp = False\nshow_battery = False\nshow_coretemp = False\n"
    )
    (folder / "etc/passwd").write_text("root:x:0:0:root:/root:/bin/bash\n")
    (folder / "etc/group").write_text("root:x:0:\n")
    shared = ["/usr", *(str(entry) for entry in Path("/etc").iterdir() if entry.name in ("mc", "alternatives"))]
    for name in ("bin", "sbin", "lib", "lib64"):
        if Path("/", name).is_symlink():
            (folder / name).symlink_to(os.readlink(f"/{name}"))
        elif Path("/", name).exists():
            shared.append(f"/{name}")
    return tuple(BindMount(source=path, destination=path, options=("rbind", "ro")) for path in shared)


class Recording:
    """One console, the emulator that answers the program's questions, and the events so far."""

    def __init__(self, console: Console, title: str) -> None:
        self._console = console
        self._emulator = Emulator(COLUMNS, ROWS)
        self._undecoded = b""
        self._began = time.monotonic()
        header = {"version": 2, "width": COLUMNS, "height": ROWS, "title": title, "env": {"TERM": "xterm-256color"}}
        self.lines = [json.dumps(header)]

    def event(self, kind: str, text: str) -> None:
        self.lines.append(json.dumps([round(time.monotonic() - self._began, 2), kind, text], ensure_ascii=False))

    def settle(self) -> None:
        """Take what is printed until nothing more comes, and mark this."""
        began = heard = time.monotonic()
        while time.monotonic() - heard < QUIET and time.monotonic() - began < LONGEST_STEP and not self._console.ended:
            if data := self._console.read_batch():
                heard = time.monotonic()
                self._emulator.feed(data)
                self._console.write(self._emulator.take_replies())
                self._print(data)
            time.sleep(0.01)
        if not self._console.ended:
            self.event("m", "")

    def _print(self, data: bytes) -> None:
        data = self._undecoded + data
        end = len(data)
        while end and len(data) - end < 3 and data[end - 1] & 0xC0 == 0x80:
            end -= 1
        if end and data[end - 1] >= 0xC0:
            try:
                data[end - 1 :].decode()
                end = len(data)
            except UnicodeDecodeError:
                end -= 1
        else:
            end = len(data)
        self._undecoded = data[end:]
        self.event("o", data[:end].decode())

    def do(self, step: Step) -> None:
        if isinstance(step, tuple):
            self._emulator.resize(*step)
            self.event("r", f"{step[0]}x{step[1]}")
        else:
            self._console.write(step.encode())


def record(engine: Engine, name: str, program: Program, folder: Path, target: Path) -> None:
    """Run one program to the end of its steps and write what it printed."""
    mounts = prepare_root(folder)
    options = CreateOptions(
        rootfs=str(folder),
        name=name,
        command=program.argv,
        env=("TERM=xterm-256color", "LANG=C.UTF-8", "HOME=/root", "PATH=/usr/bin:/bin:/usr/sbin", "PS1=$ "),
        workdir="/root",
        terminal=True,
        stdin_open=True,
        hostname="harbour",
        bind_mounts=mounts,
    )
    container = engine.create(options)
    container.init()
    container.resize(COLUMNS, ROWS)
    attached = container.attach()
    try:
        recording = Recording(Console("attach", os.dup(attached.fileno())), name)
        container.start()
        recording.settle()
        for step in program.steps:
            recording.do(step)
            if isinstance(step, tuple):
                container.resize(*step)
            recording.settle()
        target.write_text("\n".join(recording.lines) + "\n")
        print(f"{target}: {target.stat().st_size} bytes")
    finally:
        attached.close()
        container.remove(force=True)


def main() -> None:
    target = Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix="wharf-streams-"))
    try:
        with Engine.open(EnginePaths(work / "root", work / "run")) as engine:
            for name in sys.argv[2:] or PROGRAMS:
                record(engine, name, PROGRAMS[name], work / name, target / f"{name}.cast")
    finally:
        shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    main()
