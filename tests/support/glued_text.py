"""Finds where a template glues a word to the one before it: Jinja drops the line break after a statement.

Invariant: a place is reported only where the template has a line break between two words, and some way through its
branches writes nothing in place of that break. A break that a minus takes away is meant.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, NamedTuple

from jinja2 import Environment

INLINE: Final = frozenset(
    {
        *("a", "abbr", "b", "bdi", "cite", "code", "data", "dfn", "em", "i", "input", "kbd", "label", "mark", "q"),
        *("s", "samp", "small", "span", "strong", "sub", "sup", "time", "u", "var"),
    }
)
"""Elements that stand in a line of text and part no words; `input`, since the hidden ones write nothing."""
_WORDS: Final = frozenset(["button", "img", "meter", "output", "progress", "select", "svg", "textarea"])
"""Elements that stand in a line of text as a word does."""
_OPENING: Final = "([{“«„/\"'\u2018"
_CLOSING: Final = ")]}”».,;:!?…/\"'\u2019"
_PIECE: Final = re.compile(r"<!--.*?-->|</?[a-zA-Z][\w-]*|/?>|\s+|[^<>\s]+|<", re.DOTALL)
_MACRO: Final = re.compile(r"\{%-?\s*macro (\w+)\(.*?%\}(.*?)\{%-?\s*endmacro", re.DOTALL)
_STATEMENT: Final = re.compile(r"\{%.*?%\}|\s+", re.DOTALL)


class _Token(NamedTuple):
    line: int
    kind: str
    """`data`, `value` or `statement`."""
    text: str
    """What is written, or the words of the statement or value with spaces between."""
    minus: bool = False
    """Whether a minus takes away the white space before it."""
    dropped: bool = False
    """Whether a line break after it is dropped."""

    @property
    def name(self) -> str:
        return self.text.split(" ", 1)[0] if self.kind == "statement" else ""


@dataclass(frozen=True, slots=True)
class _Place:
    """What one way through a template wrote last."""

    joins: bool = False
    """Whether a word, or an attribute, stands last."""
    dropped: bool = False
    """Whether a line break was dropped after it."""
    text: "_Place | None" = None
    """Within a tag: the place in the text around it."""


_Places = frozenset[_Place]
_START: Final = frozenset([_Place()])


@dataclass(slots=True)
class _Branches:
    """An open statement with the places before it, those at the ends of its branches, and where its body begins."""

    before: _Places
    body: int
    may_skip: bool
    """Whether none of its branches may be taken."""
    begins_with_break: bool = False
    """Whether the line break at the beginning of its body is dropped."""
    ends: _Places = frozenset()
    repeated: bool = False


@dataclass(slots=True)
class _Reader:
    blocks: frozenset[str]
    """Names of macros that write a block, not a word."""
    places: _Places = _START
    found: set[int] = field(default_factory=set)
    opened: list[_Branches] = field(default_factory=list)

    def write(self, text: str, line: int) -> None:
        for piece in _PIECE.finditer(text):
            at = line + text.count("\n", 0, piece.start())
            self.places = frozenset(self._after(each, piece.group(), at) for each in self.places)

    def value(self, expression: str, line: int) -> None:
        called = re.match(r"(?:\w+ \. )?(\w+) \(", expression)
        if called and called.group(1) in self.blocks:
            self.places = frozenset(replace(each, joins=False, dropped=False) for each in self.places)
        else:
            self.write(" " if expression.strip("\"'").isspace() else "x", line)

    def break_dropped(self) -> None:
        self.places = frozenset(replace(each, dropped=each.joins) for each in self.places)

    def break_meant(self) -> None:
        self.places = frozenset(replace(each, dropped=False) for each in self.places)

    def statement(self, token: _Token, following: int) -> int:
        """Follows a statement; gives the number of the token to go on with."""
        match token.name:
            case "if" | "for" | "trans" as name:
                self.opened.append(_Branches(self.places, following, name != "trans", token.dropped))
            case "elif" | "else" | "pluralize" as name:
                branches = self.opened[-1]
                branches.ends |= self.places
                branches.may_skip = branches.may_skip and name == "elif"
                self.places = branches.before
            case "endfor" if not self.opened[-1].repeated:
                self.opened[-1].repeated = True
                if self.opened[-1].begins_with_break:
                    self.break_dropped()
                return self.opened[-1].body
            case "endif" | "endfor" | "endtrans":
                branches = self.opened.pop()
                self.places |= branches.ends | (branches.before if branches.may_skip else frozenset())
            case "macro" | "call" | "filter":
                self._apart(following)
            case "set" if "=" not in token.text:
                self._apart(following)
            case "endmacro" | "endset":
                self.places = self.opened.pop().before
            case "endcall" | "endfilter":
                self.opened.pop()
                self.places = _START
            case "block" | "endblock" | "include" | "extends":
                self.places = _START
        if token.dropped:
            self.break_dropped()
        return following

    def _apart(self, following: int) -> None:
        self.opened.append(_Branches(self.places, following, may_skip=False))
        self.places = _START

    def _after(self, place: _Place, piece: str, line: int) -> _Place:
        if piece.isspace():
            return replace(place, joins=False, dropped=False)
        if piece.startswith("<!--"):
            return place
        if place.text is not None:
            return place.text if piece in {">", "/>"} else self._word(place, piece, line)
        if len(piece) > 1 and piece.startswith("<"):
            name = piece.strip("</").lower()
            if name in _WORDS and not piece.startswith("</"):
                place = self._word(place, "x", line)
            return _Place(joins=True, text=place if name in _WORDS | INLINE else _Place())
        return self._word(place, piece, line)

    def _word(self, place: _Place, word: str, line: int) -> _Place:
        if place.dropped and word[0] not in _CLOSING:
            self.found.add(line)
        return replace(place, joins=word[-1] not in _OPENING, dropped=False)


def glued_lines(source: str, environment: Environment, blocks: frozenset[str] = frozenset()) -> list[int]:
    """The lines of a template with a word that is glued to the one before it; `blocks` names macros that write a block.

    Text in `trans` loses the white space at its ends, as `ext.i18n.trimmed` has it.
    """
    tokens = list(_tokens(source, environment))
    reader, at = _Reader(blocks), 0
    while at < len(tokens):
        token, before, after = tokens[at], tokens[at - 1] if at else None, [*tokens, None][at + 1]
        at += 1
        if token.minus:
            reader.break_meant()
        if token.kind == "statement":
            at = reader.statement(token, at)
        elif token.kind == "value":
            reader.value(token.text, token.line)
        else:
            _write(reader, token, before, after)
    return sorted(reader.found)


def _write(reader: _Reader, token: _Token, before: _Token | None, after: _Token | None) -> None:
    text, line = token.text, token.line
    if before and before.name in {"trans", "pluralize"}:
        text = text.lstrip()
        line += token.text.count("\n", 0, len(token.text) - len(text))
    ends = after is not None and after.name in {"endtrans", "pluralize"}
    reader.write(text.rstrip() if ends else text, line)
    if ends and "\n" in text[len(text.rstrip()) :]:
        reader.break_dropped()


def _tokens(source: str, environment: Environment) -> Iterator[_Token]:
    words: list[str] = []
    minus = False
    for line, kind, text in environment.lex(source):
        match kind:
            case "data":
                yield _Token(line, "data", text)
            case "variable_begin" | "block_begin":
                words, minus = [], text.endswith("-")
            case "variable_end":
                yield _Token(line, "value", " ".join(words), minus)
            case "block_end":
                yield _Token(line, "statement", " ".join(words), minus, dropped=text == "%}\n")
            case "comment_begin" | "comment" | "comment_end" | "whitespace":
                pass
            case _:
                words.append(text)


def glued_in(sources: Sequence[tuple[str, str]], environment: Environment) -> list[str]:
    """The places, as `name:line`, at which templates, each with its name, glue a word to the one before it."""
    everywhere = _macros(source for _, source in sources)
    return [
        f"{name}:{line}"
        for name, source in sources
        for line in glued_lines(source, environment, _blocks({**everywhere, **_macros([source])}))
    ]


def _macros(sources: Iterable[str]) -> dict[str, bool]:
    """Whether a macro writes a block first, by its name; one of several of a name that does not decides."""
    found: dict[str, bool] = {}
    for name, body in (each for source in sources for each in _MACRO.findall(source)):
        found[name] = found.get(name, True) and _writes_block(body)
    return found


def _blocks(macros: dict[str, bool]) -> frozenset[str]:
    return frozenset(name for name, is_block in macros.items() if is_block)


def _writes_block(body: str) -> bool:
    first = re.match(r"<([a-z][a-z0-9]*)", _STATEMENT.sub("", body))
    return first is not None and first.group(1) not in INLINE | _WORDS
