"""A rule book as a file: the opposite of reading one.

Invariant: the file of a book, read again, is an equal book.
"""

import json
from collections.abc import Mapping
from dataclasses import fields
from enum import StrEnum
from typing import Any, Final

from isopolity.matching.domain.rules.filters import MemberFilter, PairFilter, PairKind
from isopolity.matching.domain.rules.rule_book import (
    CommonLanguage,
    Distance,
    Objective,
    RegionFloors,
    Rule,
    RuleBook,
)

_RENAMED: Final = {"kind": "pairs"}
_LEFT_OUT: Final = (None, "", (), PairKind.ALL)


def written_rules(book: RuleBook) -> str:
    """The text of a file in TOML; empty for a book without rules, floors and objective of its own."""
    document = book_document(book)
    rules = document.pop("rules", [])
    head = [f"{name} = {_value(each)}" for name, each in document.items()]
    parts = ["\n".join(head)] if head else []
    parts += ["\n".join(["[[rules]]", *(f"{name} = {_value(each)}" for name, each in rule.items())]) for rule in rules]
    return "\n\n".join(parts) + ("\n" if parts else "")


def book_document(book: RuleBook) -> dict[str, Any]:
    """The document of a book, without what is as usual."""
    found: dict[str, Any] = {}
    if book.objective is not Objective.MOST_TOTAL_FIT:
        found["objective"] = book.objective.value
    if book.objective is Objective.AS_EVEN_AS_POSSIBLE_BY_REGION:
        found["tolerance_percent"] = book.tolerance_percent
    if book.floors is not None:
        found |= {
            "floors": [each.value for each in book.floors.by],
            "floor_tolerance_percent": book.floors.tolerance_percent,
        }
    if book.rules:
        found["rules"] = [rule_document(each) for each in book.rules]
    return found


def rule_document(rule: Rule) -> dict[str, Any]:
    """The keys of a rule as its author writes them."""
    found: dict[str, Any] = {}
    for each in fields(rule):
        given = getattr(rule, each.name)
        if each.name == "rule" or given in _LEFT_OUT:
            continue
        if each.name == "pairs":
            found |= _pairs(given, is_of_cities=isinstance(rule, Distance))
        else:
            found[_RENAMED.get(each.name, each.name)] = _plain(given)
    if isinstance(rule, CommonLanguage):
        found["common_language"] = True
    if isinstance(rule, RegionFloors):
        found["floor_by"] = "region"
    return found


def _pairs(pairs: PairFilter, *, is_of_cities: bool) -> dict[str, Any]:
    found = {each.name: getattr(pairs, each.name) for each in fields(pairs)}
    is_of_cities |= pairs.within is not None or pairs.across is not None
    if is_of_cities and pairs.kind is PairKind.TWINNINGS:
        del found["kind"]
    return {_RENAMED.get(name, name): _plain(each) for name, each in found.items() if each not in _LEFT_OUT}


def _plain(given: object) -> Any:
    if isinstance(given, MemberFilter):
        return {name: _plain(getattr(given, name)) for name in given.given}
    if isinstance(given, tuple):
        plain = [_plain(each) for each in given]
        return plain[0] if len(plain) == 1 else plain
    return given.value if isinstance(given, StrEnum) else given


def _value(given: object) -> str:
    if isinstance(given, Mapping):
        inside = ", ".join(f"{name} = {_value(each)}" for name, each in given.items())
        return f"{{ {inside} }}" if inside else "{}"
    if isinstance(given, list):
        return f"[{', '.join(map(_value, given))}]"
    # strings of JSON are basic strings of TOML, once DEL is escaped, too
    return json.dumps(given, ensure_ascii=False).replace("\x7f", "\\u007f")
