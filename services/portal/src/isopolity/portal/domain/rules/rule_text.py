"""The text of a file of rules, in TOML or JSON: one rule is added, changed or taken out.

Invariant: the text of every other rule, with its comments, stays as it was written. Only a file in another form than
`[[rules]]` below each other, such as JSON, is written anew.
"""

import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Final

Rule = Mapping[str, object]
_HEADER: Final = re.compile(r"^(?:[ \t]*#[^\n]*\n)*[ \t]*\[\[[ \t]*rules[ \t]*\]\]", re.MULTILINE)
"""The line above a rule, with comments directly above it."""


def document_in(text: str) -> dict[str, object] | None:
    """The document in a text; None for a text that is neither TOML nor JSON."""
    try:
        found = json.loads(text) if text.lstrip().startswith("{") else tomllib.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def rules_in(text: str) -> Sequence[Rule]:
    """The rules of a text, in their order; none of a text without readable rules."""
    found = (document_in(text) or {}).get("rules")
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def with_rule(text: str, rule: Rule, at: int | None = None) -> str:
    """The text with a rule in place of rule `at`, or behind all others."""
    head, blocks = _parts(text)
    if at is None or at >= len(blocks):
        blocks = [*blocks, written_rule(rule)]
    else:
        comments = _HEADER.match(blocks[at])
        above = comments[0].rpartition("[[")[0] if comments else ""
        blocks[at] = above + written_rule(rule)
    return _joined(head, blocks)


def without_rule(text: str, at: int) -> str:
    """The text without rule `at`."""
    head, blocks = _parts(text)
    return _joined(head, [block for position, block in enumerate(blocks) if position != at])


def written_rule(rule: Rule) -> str:
    """A rule as TOML."""
    return "\n".join(["[[rules]]", *(f"{name} = {_value(each)}" for name, each in rule.items())])


def _parts(text: str) -> tuple[str, list[str]]:
    """The text above the rules, and that of each rule."""
    starts = [found.start() for found in _HEADER.finditer(text)]
    blocks = [text[start:end] for start, end in pairwise((*starts, len(text)))]
    head, document = text[: starts[0]] if starts else text, document_in(text) or {}
    given = document.pop("rules", [])
    rules = given if isinstance(given, list) else []
    if document_in(head) == document and [rules_in(each) for each in blocks] == [[each] for each in rules]:
        return head, blocks
    above = "\n".join(f"{name} = {_value(each)}" for name, each in document.items())
    return above, [written_rule(each) for each in rules if isinstance(each, dict)]


def _joined(head: str, blocks: Sequence[str]) -> str:
    parts = [each.strip("\n") for each in (head, *blocks)]
    return "\n\n".join(each for each in parts if each.strip()) + ("\n" if any(parts) else "")


def _value(given: object) -> str:
    if isinstance(given, Mapping):
        inside = ", ".join(f"{_key(name)} = {_value(each)}" for name, each in given.items())
        return f"{{ {inside} }}" if inside else "{}"
    if isinstance(given, list | tuple):
        return f"[{', '.join(map(_value, given))}]"
    # strings of JSON are basic strings of TOML, once DEL is escaped, too
    return json.dumps(given, ensure_ascii=False, default=str).replace("\x7f", "\\u007f")


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name, re.ASCII) else _value(name)
