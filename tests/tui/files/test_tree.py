from __future__ import annotations

from core.model.content import ChangeKind, FileChange
from core.model.files import FileEntry, FileKind, FilePiece, TreeSize
from tui.files.file_text import file_text, hexadecimal
from tui.files.tree import FileTree


def entry(name: str, kind: FileKind = FileKind.FILE, size: int = 0) -> FileEntry:
    return FileEntry(name=name, kind=kind, size=size, mode=0o644, uid=0, gid=0, modified=0.0)


def tree() -> FileTree:
    made = FileTree()
    made.put("/", [entry("etc", FileKind.DIRECTORY), entry("var", FileKind.DIRECTORY), entry("note", size=5)])
    return made


def paths(of: FileTree) -> list[str]:
    return [node.path for node in of.rows]


def opened(of: FileTree, path: str, *entries: FileEntry) -> None:
    node = of.node(path)
    assert node is not None
    node.is_open = True
    of.put(path, entries)


def test_what_is_open_is_listed_below_its_directory() -> None:
    made = tree()
    opened(made, "/etc", entry("passwd"))
    assert paths(made) == ["/etc", "/etc/passwd", "/var", "/note"]
    assert [node.depth for node in made.rows] == [0, 1, 0, 0]


def test_a_new_reading_keeps_what_is_open_and_measured() -> None:
    made = tree()
    opened(made, "/etc", entry("passwd"))
    made.put_size("/etc", TreeSize(size=9, used=9, files=1))
    made.put("/", [entry("etc", FileKind.DIRECTORY), entry("new")])
    assert paths(made) == ["/etc", "/etc/passwd", "/new"]
    assert made.rows[0].size == 9


def test_what_differs_from_the_image_is_marked_and_what_was_deleted_is_listed() -> None:
    made = tree()
    made.put_changes(
        [
            FileChange("/etc/gone", ChangeKind.DELETED),
            FileChange("/etc/made", ChangeKind.ADDED),
            FileChange("/note", ChangeKind.CHANGED),
        ]
    )
    opened(made, "/etc", entry("made"), entry("same"))
    marks = {node.path: node.change for node in made.rows}
    assert marks == {
        "/etc": ChangeKind.CHANGED,
        "/etc/made": ChangeKind.ADDED,
        "/etc/same": None,
        "/etc/gone": ChangeKind.DELETED,
        "/var": None,
        "/note": ChangeKind.CHANGED,
    }


def test_changes_may_be_read_before_or_behind_the_files_and_what_is_there_is_never_called_deleted() -> None:
    gone = [FileChange("/note", ChangeKind.DELETED), FileChange("/old", ChangeKind.DELETED)]
    made = tree()
    made.put_changes(gone)
    assert [(node.path, node.change) for node in made.rows[2:]] == [
        ("/note", ChangeKind.CHANGED),
        ("/old", ChangeKind.DELETED),
    ]
    made.put_changes([FileChange("/note", ChangeKind.CHANGED)])
    assert paths(made) == ["/etc", "/var", "/note"]
    assert made.rows[2].change is ChangeKind.CHANGED


def test_the_largest_first() -> None:
    made = tree()
    made.put_size("/var", TreeSize(size=100, used=100, files=1))
    made.by_size = True
    assert paths(made) == ["/var", "/note", "/etc"]


def test_a_file_is_shown_as_text_or_as_bytes() -> None:
    shown = file_text(FilePiece(content=b"a\x1b[2J\n\tb", offset=0, size=100)).plain
    assert "\x1b" not in shown and "        b" in shown and "more" in shown
    assert "00000000  41 00" in file_text(FilePiece(content=b"A\0", offset=0, size=2)).plain
    assert hexadecimal(b"0123456789abcdef!").splitlines()[1].startswith("00000010  21")
