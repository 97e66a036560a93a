"""Carrying out a Go template on data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NoReturn

from core.cli.template.functions import SIGNATURES, FunctionFailed
from core.cli.template.lexer import line_of
from core.cli.template.nodes import (
    Action,
    Branch,
    Chain,
    Command,
    Constant,
    Dot,
    Field,
    Function,
    Jump,
    Nil,
    Node,
    Pipeline,
    Text,
    Variable,
)
from core.cli.template.parser import parse
from core.cli.template.values import NO_VALUE, Record, is_true, quoted, shown, type_name
from core.errors import InvalidArgument

_GO_TYPES = {str: "string", int: "int", list: "[]string"}


class _Jumped(Exception):
    """`break` or `continue` was met."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


class Template:
    """A template that has been read, ready to be filled with data. Raises `InvalidArgument`, in Go's words."""

    def __init__(self, name: str, source: str) -> None:
        self._name = name
        self._source = source
        self._nodes = parse(name, source, SIGNATURES)

    def fill(self, data: object) -> str:
        """The text that the template gives with `data`. Raises `InvalidArgument`."""
        return _Execution(self._name, self._source, data).text(self._nodes)


class _Execution:
    def __init__(self, name: str, source: str, data: object) -> None:
        self._name = name
        self._source = source
        self._data = data
        self._variables: list[tuple[str, object]] = [("$", data)]
        self._out: list[str] = []

    def text(self, nodes: tuple[Node, ...]) -> str:
        self._run(nodes, self._data)
        return "".join(self._out)

    def _fail(self, node: Node, message: str) -> NoReturn:
        line = line_of(self._source, node.position)
        column = node.position - (self._source.rfind("\n", 0, node.position) + 1)
        where = f"{self._name}:{line}:{column}"
        raise InvalidArgument(
            f"template: {where}: executing {quoted(self._name)} at <{node}>: {message}",
            hint="see the fields with --format json",
        )

    def _run(self, nodes: tuple[Node, ...], dot: object) -> None:
        for node in nodes:
            match node:
                case Text():
                    self._out.append(node.text)
                case Action():
                    value = self._pipeline(node.pipeline, dot)
                    if not node.pipeline.variables:
                        self._out.append(shown(value))
                case Branch(kind="range"):
                    self._in_scope(node, dot, self._loop)
                case Branch():
                    self._in_scope(node, dot, self._choose)
                case Jump():
                    raise _Jumped(node.kind)

    def _in_scope(self, node: Branch, dot: object, act: Any) -> None:
        held = len(self._variables)
        try:
            act(node, dot)
        finally:
            del self._variables[held:]

    def _choose(self, node: Branch, dot: object) -> None:
        value = self._pipeline(node.pipeline, dot)
        if is_true(value):
            self._run(node.then, value if node.kind == "with" else dot)
        else:
            self._run(node.otherwise, dot)

    def _loop(self, node: Branch, dot: object) -> None:
        value = self._pipeline(node.pipeline, dot, set_variables=False)
        steps: list[tuple[object, object]]
        if isinstance(value, Mapping) and not isinstance(value, Record):
            steps = [(key, value[key]) for key in sorted(value)]
        elif isinstance(value, (list, tuple)):
            steps = list(enumerate(value))
        elif value is None or value is NO_VALUE:
            steps = []
        else:
            self._fail(node.pipeline, f"range can't iterate over {shown(value)}")
        if not steps:
            self._run(node.otherwise, dot)
        for key, element in steps:
            held = len(self._variables)
            names = node.pipeline.variables
            # One variable gets the element; two get the key and the element.
            for name, given in zip(names, (key, element) if len(names) == 2 else (element,), strict=False):
                self._set(name, given, assigns=node.pipeline.assigns)
            try:
                self._run(node.then, element)
            except _Jumped as jump:
                if jump.kind == "break":
                    break
            finally:
                del self._variables[held:]

    def _set(self, name: str, value: object, *, assigns: bool) -> None:
        if assigns:
            for place in range(len(self._variables) - 1, -1, -1):
                if self._variables[place][0] == name:
                    self._variables[place] = (name, value)
                    return
        self._variables.append((name, value))

    def _pipeline(self, node: Pipeline, dot: object, *, set_variables: bool = True) -> object:
        given: tuple[object, ...] = ()
        for command in node.commands:
            given = (self._command(command, dot, given),)
        if set_variables:
            for name in node.variables:
                self._set(name, given[0], assigns=node.assigns)
        return given[0]

    def _command(self, node: Command, dot: object, given: tuple[object, ...]) -> object:
        first, *rest = node.operands
        if isinstance(first, Function):
            return self._call(node, first, rest, dot, given)
        if isinstance(first, (Field, Chain, Variable)):
            arguments = [*(self._operand(operand, dot) for operand in rest), *given]
            return self._fields(first, dot, arguments)
        if rest or given:
            self._fail(first, f"can't give argument to non-function {first}")
        if isinstance(first, Nil):
            self._fail(first, "nil is not a command")
        return self._operand(first, dot)

    def _operand(self, node: Node, dot: object) -> object:
        match node:
            case Dot():
                return dot
            case Nil():
                return None
            case Constant():
                return node.value
            case Field() | Chain() | Variable():
                return self._fields(node, dot, [])
            case Pipeline():
                return self._pipeline(node, dot)
            case Function():
                return self._call(node, node, [], dot, ())
        raise AssertionError(node)

    def _fields(self, node: Field | Chain | Variable, dot: object, arguments: list[object]) -> object:
        match node:
            case Field():
                value = dot
            case Chain():
                value = self._operand(node.inner, dot)
            case Variable():
                value = next(held for name, held in reversed(self._variables) if name == node.name)
        if not node.names and arguments:
            self._fail(node, f"can't give argument to non-function {node}")
        for place, name in enumerate(node.names):
            last = place == len(node.names) - 1
            value = self._field(node, value, name, arguments if last else [])
        return value

    def _field(self, node: Node, value: object, name: str, arguments: list[object]) -> object:
        if value is NO_VALUE:
            return NO_VALUE
        if value is None:
            self._fail(node, f"nil data; no entry for key {quoted(name)}")
        if isinstance(value, Record):
            if name not in value:
                self._fail(node, f"can't evaluate field {name} in type {type_name(value)}")
            found = value[name]
            if callable(found):
                return self._method(node, found, name, arguments)
        elif isinstance(value, Mapping):
            found = value.get(name, NO_VALUE)
        else:
            self._fail(node, f"can't evaluate field {name} in type {type_name(value)}")
        if arguments:
            self._fail(node, f"{name} has arguments but cannot be invoked as function")
        return found

    def _method(self, node: Node, method: Any, name: str, arguments: list[object]) -> object:
        try:
            return method(*arguments)
        except TypeError:
            self._fail(node, f"wrong number or type of args for {name}: got {len(arguments)}")

    def _call(
        self, node: Node, function: Function, operands: list[Node], dot: object, given: tuple[object, ...]
    ) -> object:
        name = function.name
        act, types, least = SIGNATURES[name]
        count = len(operands) + len(given)
        if types is not None and count != len(types):
            self._fail(function, f"wrong number of args for {name}: want {len(types)} got {count}")
        if count < least:
            self._fail(function, f"wrong number of args for {name}: want at least {least} got {count}")
        if name in ("and", "or"):
            return self._short_circuit(name, operands, dot, given)
        values = [self._operand(operand, dot) for operand in operands]
        for place, value in enumerate((*values, *given)):
            wanted = (types[place] if types else object) if name != "printf" or place else str
            operand = operands[place] if place < len(operands) else function
            self._check(operand, value, wanted)
        try:
            return act(*values, *given)
        except FunctionFailed as error:
            self._fail(node, f"error calling {name}: {error}")

    def _check(self, operand: Node, value: object, wanted: type) -> None:
        if wanted is object or (isinstance(value, wanted) and not (wanted is int and isinstance(value, bool))):
            return
        if wanted is list and isinstance(value, tuple):
            return
        if isinstance(operand, Constant):
            self._fail(operand, f"expected {'integer' if wanted is int else _GO_TYPES[wanted]}; found {operand}")
        if value is None or value is NO_VALUE:
            self._fail(operand, f"invalid value; expected {_GO_TYPES[wanted]}")
        self._fail(operand, f"wrong type for value; expected {_GO_TYPES[wanted]}; got {type_name(value)}")

    def _short_circuit(self, name: str, operands: list[Node], dot: object, given: tuple[object, ...]) -> object:
        """`and` and `or` look no further than they must."""
        value: object = None
        for operand in operands:
            value = self._operand(operand, dot)
            if is_true(value) is (name == "or"):
                return value
        return given[0] if given else value
