"""The directories that are open, as rows: what is known so far, and what differs from the image. Draws nothing."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from core.model.content import ChangeKind, FileChange
from core.model.files import FileEntry, FileKind, TreeSize


@dataclass(slots=True)
class FileNode:
    """`entry`: None for what was deleted. `children`: None until they are read. `change`: against the image; of a
    directory CHANGED also stands for a change below it.
    """

    path: str
    name: str
    depth: int
    entry: FileEntry | None
    change: ChangeKind | None = None
    children: list[FileNode] | None = None
    is_open: bool = False
    measured: TreeSize | None = None
    trouble: str = field(default="")

    @property
    def is_directory(self) -> bool:
        """Whether it can be opened: links to directories can, too."""
        return self.entry is not None and (self.entry.kind is FileKind.DIRECTORY or self.entry.leads_to_directory)

    @property
    def size(self) -> int:
        """Bytes: of a file, or of a directory that was measured; 0 where it is not known."""
        if self.measured is not None:
            return self.measured.size
        return self.entry.size if self.entry is not None and self.entry.kind is FileKind.FILE else 0


class FileTree:
    """Keeps what is open through new readings."""

    def __init__(self) -> None:
        self.root = FileNode("/", "/", 0, None, is_open=True)
        self._changes: dict[str, ChangeKind] = {}
        self._deleted: dict[str, list[str]] = {}
        """A directory → the paths in it that are only in the image."""
        self._changed_below: set[str] = set()
        self._nodes: dict[str, FileNode] = {"/": self.root}
        self.by_size = False

    def node(self, path: str) -> FileNode | None:
        return self._nodes.get(path)

    @property
    def rows(self) -> list[FileNode]:
        """What is open, from the top; without the root itself."""
        rows: list[FileNode] = []
        self._collect(self.root, rows)
        return rows

    def _collect(self, node: FileNode, rows: list[FileNode]) -> None:
        children = self._children(node)
        if self.by_size:
            children = sorted(children, key=lambda child: -child.size)
        for child in children:
            rows.append(child)
            if child.is_open:
                self._collect(child, rows)

    def _children(self, node: FileNode) -> list[FileNode]:
        """What a directory holds, and behind that what was deleted from it."""
        if node.children is None:
            return []
        there = {child.path for child in node.children}
        depth = 0 if node.path == "/" else node.depth + 1
        deleted = (path for path in self._deleted.get(node.path, ()) if path not in there)
        gone = [FileNode(path, posixpath.basename(path), depth, None, ChangeKind.DELETED) for path in deleted]
        return [*node.children, *gone]

    def put(self, path: str, entries: Iterable[FileEntry]) -> None:
        """What a directory holds."""
        node = self._nodes.get(path)
        if node is None:
            return
        node.trouble = ""
        depth = 0 if path == "/" else node.depth + 1
        node.children = [self._child(path, entry, depth) for entry in entries]

    def _child(self, folder: str, entry: FileEntry, depth: int) -> FileNode:
        path = posixpath.join(folder, entry.name)
        known = self._nodes.get(path)
        child = FileNode(path, entry.name, depth, entry, self._change(path))
        if known is not None and known.is_directory and child.is_directory:
            child.children, child.is_open, child.measured = known.children, known.is_open, known.measured
        self._nodes[path] = child
        return child

    def put_changes(self, changes: Sequence[FileChange]) -> None:
        """What differs from the image."""
        self._changes = {change.path: change.kind for change in changes}
        self._changed_below = set()
        self._deleted = {}
        for change in changes:
            if change.kind is ChangeKind.DELETED:
                self._deleted.setdefault(posixpath.dirname(change.path), []).append(change.path)
            folder = posixpath.dirname(change.path)
            while folder not in self._changed_below and folder != "/":
                self._changed_below.add(folder)
                folder = posixpath.dirname(folder)
        for path, node in self._nodes.items():
            node.change = self._change(path)

    def _change(self, path: str) -> ChangeKind | None:
        own = self._changes.get(path)
        if own is ChangeKind.DELETED:
            # It is there: it was made anew after the changes were read.
            return ChangeKind.CHANGED
        return own or (ChangeKind.CHANGED if path in self._changed_below else None)

    def put_size(self, path: str, measured: TreeSize) -> None:
        if (node := self._nodes.get(path)) is not None:
            node.measured = measured

    def put_trouble(self, path: str, text: str) -> None:
        """Why a directory can't be read."""
        if (node := self._nodes.get(path)) is not None:
            node.trouble = text
            node.is_open = path == "/"
