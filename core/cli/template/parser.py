"""From the tokens of a Go template to its nodes."""

from __future__ import annotations

import ast
from collections.abc import Collection
from typing import Final, NoReturn

from core.cli.template.lexer import KEYWORDS, Kind, Token, complaint, tokens
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

_UNSUPPORTED: Final = frozenset({"block", "define", "template"})


def parse(name: str, source: str, functions: Collection[str]) -> tuple[Node, ...]:
    """The nodes of a template that may call `functions`. Raises `InvalidArgument`, in Go's words."""
    parser = _Parser(name, source, functions)
    nodes, end = parser.nodes()
    if end.kind is not Kind.END:
        parser.fail(end, f"unexpected {{{{{end.text}}}}}")
    return nodes


class _Parser:
    def __init__(self, name: str, source: str, functions: Collection[str]) -> None:
        self._name = name
        self._source = source
        self._functions = functions
        self._tokens = tokens(name, source)
        self._next = 0
        self._variables = ["$"]
        self._loops = 0

    def fail(self, token: Token, message: str) -> NoReturn:
        raise complaint(self._name, self._source, token.position, message)

    def _unexpected(self, token: Token, where: str) -> NoReturn:
        self.fail(token, f"unexpected {token} in {where}")

    def _take(self) -> Token:
        token = self._tokens[self._next]
        if token.kind is not Kind.END:
            self._next += 1
        return token

    def _peek(self) -> Token:
        return self._tokens[self._next]

    def _skip_space(self) -> None:
        while self._peek().kind is Kind.SPACE:
            self._next += 1

    def nodes(self) -> tuple[tuple[Node, ...], Token]:
        """The nodes up to an `else` or `end` that is not theirs, or the end of all; and that token."""
        found: list[Node] = []
        while True:
            token = self._take()
            if token.kind is Kind.END:
                return tuple(found), token
            if token.kind is Kind.TEXT:
                found.append(Text(token.position, token.text))
                continue
            self._skip_space()
            word = self._peek()
            if word.kind is Kind.WORD and word.text in ("else", "end"):
                self._take()
                return tuple(found), word
            found.append(self._action(token))

    def _action(self, left: Token) -> Node:
        word = self._peek()
        if word.kind is Kind.WORD and word.text in KEYWORDS:
            self._take()
            if word.text in ("break", "continue"):
                if not self._loops:
                    self.fail(word, f"{{{{{word.text}}}}} outside {{{{range}}}}")
                self._close(word.text)
                return Jump(word.position, word.text)
            return self._branch(word)
        if word.kind is Kind.WORD and word.text in _UNSUPPORTED:
            self.fail(word, f"{{{{{word.text}}}}} is not supported")
        return Action(left.position, self._pipeline("command", Kind.RIGHT))

    def _close(self, where: str) -> None:
        self._skip_space()
        token = self._take()
        if token.kind is not Kind.RIGHT:
            self._unexpected(token, where)

    def _branch(self, word: Token) -> Branch:
        held = len(self._variables)
        pipeline = self._pipeline(word.text, Kind.RIGHT)
        self._loops += word.text == "range"
        then, end = self.nodes()
        self._loops -= word.text == "range"
        otherwise: tuple[Node, ...] = ()
        if end.kind is Kind.END:
            self.fail(end, "unexpected EOF")
        if end.text == "else":
            self._skip_space()
            following = self._peek()
            if word.text == "if" and following.text == "if":
                self._take()
                otherwise = (self._branch(following),)
                del self._variables[held:]
                return Branch(word.position, word.text, pipeline, then, otherwise)
            self._close("else")
            otherwise, end = self.nodes()
            if end.kind is Kind.END:
                self.fail(end, "unexpected EOF")
            if end.text != "end":
                self.fail(end, f"expected end; found {{{{{end.text}}}}}")
        self._close("end")
        del self._variables[held:]
        return Branch(word.position, word.text, pipeline, then, otherwise)

    def _pipeline(self, where: str, until: Kind) -> Pipeline:
        self._skip_space()
        start = self._peek()
        names, assigns = self._declared(where)
        commands: list[Command] = []
        while True:
            self._skip_space()
            token = self._peek()
            if token.kind is until:
                self._take()
                if not commands:
                    self.fail(token, f"missing value for {where}")
                break
            if token.kind in (Kind.RIGHT, Kind.CLOSE):
                self._unexpected(token, where)
            commands.append(self._command(where, until))
        for command in commands[1:]:
            first = command.operands[0]
            if isinstance(first, (Constant, Dot, Nil)):
                self.fail(start, f"non executable command in pipeline stage {commands.index(command) + 1}")
        self._variables += names
        return Pipeline(start.position, tuple(commands), tuple(names), assigns)

    def _declared(self, where: str) -> tuple[list[str], bool]:
        """The variables before a := or =."""
        began = self._next
        names: list[str] = []
        while self._peek().kind is Kind.VARIABLE:
            names.append(self._take().text)
            self._skip_space()
            sign = self._take()
            if sign.kind is Kind.DECLARE:
                return names, False
            if sign.kind is Kind.ASSIGN:
                for name in names:
                    self._known(name, sign)
                return names, True
            if sign.kind is not Kind.COMMA or where != "range" or len(names) == 2:
                break
            self._skip_space()
        self._next = began
        return [], False

    def _known(self, name: str, token: Token) -> None:
        if name not in self._variables:
            self.fail(token, f'undefined variable "{name}"')

    def _command(self, where: str, until: Kind) -> Command:
        start = self._peek().position
        operands: list[Node] = []
        while True:
            self._skip_space()
            operand = self._operand()
            if operand is not None:
                operands.append(operand)
            token = self._take()
            if token.kind is Kind.SPACE:
                if self._peek().kind not in (Kind.PIPE, Kind.RIGHT, Kind.CLOSE):
                    continue
                token = self._take()
            if token.kind in (until, Kind.RIGHT, Kind.CLOSE):
                self._next -= 1
                break
            if token.kind is Kind.PIPE:
                self._skip_space()
                if self._peek().kind in (until, Kind.PIPE):
                    self.fail(token, f"missing value for {where}")
                break
            self._unexpected(token, "operand")
        if not operands:
            self.fail(token, "empty command")
        return Command(start, tuple(operands))

    def _operand(self) -> Node | None:
        term = self._term()
        if term is None or self._peek().kind is not Kind.FIELD:
            return term
        position = self._peek().position
        names = []
        while self._peek().kind is Kind.FIELD:
            names.append(self._take().text[1:])
        if isinstance(term, Field):
            return Field(position, (*term.names, *names))
        if isinstance(term, Variable):
            return Variable(position, term.name, (*term.names, *names))
        if isinstance(term, (Constant, Nil)):
            self.fail(self._peek(), f'unexpected . after term "{term}"')
        return Chain(position, term, tuple(names))

    def _term(self) -> Node | None:
        token = self._take()
        position, text = token.position, token.text
        match token.kind:
            case Kind.WORD if text in ("true", "false"):
                return Constant(position, text == "true", text)
            case Kind.WORD if text == "nil":
                return Nil(position)
            case Kind.WORD if text not in KEYWORDS:
                if text not in self._functions:
                    self.fail(token, f'function "{text}" not defined')
                return Function(position, text)
            case Kind.DOT:
                return Dot(position)
            case Kind.VARIABLE:
                self._known(text, token)
                return Variable(position, text)
            case Kind.FIELD:
                return Field(position, (text[1:],))
            case Kind.OPEN:
                return self._pipeline("parenthesized pipeline", Kind.CLOSE)
            case Kind.NUMBER | Kind.STRING | Kind.RAW | Kind.CHARACTER:
                return self._constant(token)
        self._next -= token.kind is not Kind.END
        return None

    def _constant(self, token: Token) -> Constant:
        text = token.text
        if token.kind is Kind.RAW:
            return Constant(token.position, text[1:-1], text)
        try:
            if token.kind is not Kind.NUMBER:
                value = ast.literal_eval(text)
                if token.kind is Kind.CHARACTER:
                    value = ord(value)
            elif any(mark in text.lower() for mark in ".e") and not text.lstrip("+-").lower().startswith("0x"):
                value = float(text)
            else:
                value = int(text, 0)
        except (ValueError, SyntaxError, TypeError):
            self.fail(token, "invalid syntax")
        return Constant(token.position, value, text)
