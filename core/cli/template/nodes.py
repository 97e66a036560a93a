"""What a Go template consists of. `str()` of a node is how Go writes it in an error."""

from __future__ import annotations

import msgspec


class Node(msgspec.Struct, frozen=True):
    """`position`: characters from the beginning of the template."""

    position: int


class Text(Node, frozen=True):
    text: str


class Dot(Node, frozen=True):
    def __str__(self) -> str:
        return "."


class Nil(Node, frozen=True):
    def __str__(self) -> str:
        return "nil"


class Constant(Node, frozen=True):
    """A string, a number or a truth value, and how it was written."""

    value: str | int | float | bool
    source: str

    def __str__(self) -> str:
        return self.source


class Field(Node, frozen=True):
    """`.A.B`"""

    names: tuple[str, ...]

    def __str__(self) -> str:
        return "".join(f".{name}" for name in self.names)


class Variable(Node, frozen=True):
    """`$name.A.B`; the root of the data is called `$`."""

    name: str
    names: tuple[str, ...] = ()

    def __str__(self) -> str:
        return ".".join((self.name, *self.names))


class Function(Node, frozen=True):
    name: str

    def __str__(self) -> str:
        return self.name


class Command(Node, frozen=True):
    """A function or a value, and its arguments."""

    operands: tuple[Node, ...]

    def __str__(self) -> str:
        return " ".join(f"({node})" if isinstance(node, Pipeline) else str(node) for node in self.operands)


class Pipeline(Node, frozen=True):
    """Commands, each of which gets what the one before it gave. The last value goes into the variables."""

    commands: tuple[Command, ...]
    variables: tuple[str, ...] = ()
    assigns: bool = False
    """Whether the variables are there already."""

    def __str__(self) -> str:
        sign = "=" if self.assigns else ":="
        names = f"{', '.join(self.variables)} {sign} " if self.variables else ""
        return names + " | ".join(map(str, self.commands))


class Chain(Node, frozen=True):
    """`(…).A.B`"""

    inner: Node
    names: tuple[str, ...]

    def __str__(self) -> str:
        inner = f"({self.inner})" if isinstance(self.inner, Pipeline) else str(self.inner)
        return inner + "".join(f".{name}" for name in self.names)


class Action(Node, frozen=True):
    pipeline: Pipeline


class Branch(Node, frozen=True):
    """`if`, `with` or `range`, as `kind` says."""

    kind: str
    pipeline: Pipeline
    then: tuple[Node, ...]
    otherwise: tuple[Node, ...]


class Jump(Node, frozen=True):
    """`break` or `continue`."""

    kind: str
