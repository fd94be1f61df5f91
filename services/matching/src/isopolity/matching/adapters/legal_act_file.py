"""The file with the network's list of binding legal acts, TOML: a table `[[act]]` for each.

Invariant: a file with any mistake is refused as a whole, with a sentence for each mistake.
"""

import tomllib
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from isopolity.contracts.countries import countries
from isopolity.matching.domain.legal_acts import MOST_ACTS, LegalAct, LegalActs
from isopolity.matching.domain.member import KINDS
from isopolity.matching.errors import InvalidLegalActs

_TEXTS: Final = {
    "title": "its title",
    "citation": "its citation, such as number and date of the official journal",
    "issued_by": "the body that issued it",
    "address": "the web address of its text",
    "forbids": "what it forbids, in one sentence",
}
"""The texts that each act has, with what a sentence says where one is missing."""
_SIDES: Final = ("one_side", "other_side")
_ENTRIES: Final = (*_TEXTS, "from", "until", *_SIDES, "kinds")
_LONGEST: Final = 500
"""Characters of a text."""


def read_legal_acts(path: Path) -> LegalActs:
    """The acts in the file. Raises InvalidLegalActs, OSError."""
    try:
        document = tomllib.loads(path.read_bytes().decode())
    except (ValueError, RecursionError) as error:
        raise InvalidLegalActs(f"The legal acts in {path} are no TOML: {error}.") from None
    acts = document.get("act", [])
    if set(document) - {"act"} or not isinstance(acts, list) or not all(isinstance(act, dict) for act in acts):
        raise InvalidLegalActs(f"{path} holds something besides legal acts; write a table [[act]] for each act.")
    mistakes = [f"Legal act {number}: {each}." for number, act in enumerate(acts, 1) for each in _mistakes(act)]
    if len(acts) > MOST_ACTS:
        mistakes.append(f"There are {len(acts)} legal acts; list at most {MOST_ACTS}.")
    if mistakes:
        raise InvalidLegalActs(" ".join(mistakes))
    return LegalActs(tuple(_act(each) for each in acts))


def _act(entries: Mapping[str, Any]) -> LegalAct:
    """The act of entries without a mistake."""
    return LegalAct(
        **{name: entries[name].strip() for name in _TEXTS},
        one_side=frozenset(entries["one_side"]),
        other_side=frozenset(entries["other_side"]),
        starts=entries["from"],
        ends=entries.get("until"),
        kinds=frozenset(entries.get("kinds", KINDS)),
    )


def _mistakes(entries: Mapping[str, Any]) -> Iterator[str]:
    for name in entries:
        if name not in _ENTRIES:
            yield f"there is no entry {name!r}; the entries are {', '.join(_ENTRIES)}"
    yield from _text_mistakes(entries)
    yield from _day_mistakes(entries)
    yield from _side_mistakes(entries)
    kinds = entries.get("kinds", list(KINDS))
    if not isinstance(kinds, list) or not kinds or any(kind not in KINDS for kind in kinds):
        yield f"kinds is a list of {' and '.join(KINDS)}, or left out for both"


def _text_mistakes(entries: Mapping[str, Any]) -> Iterator[str]:
    for name, meaning in _TEXTS.items():
        text = entries.get(name)
        if not isinstance(text, str) or not text.strip():
            yield f"{name} is missing; give {meaning}"
        elif len(text) > _LONGEST:
            yield f"{name} is too long; give at most {_LONGEST} characters"
        elif name == "address" and not _is_web_address(text.strip()):
            yield f"{text!r} is no web address; give one that starts with https://"


def _day_mistakes(entries: Mapping[str, Any]) -> Iterator[str]:
    starts, ends = entries.get("from"), entries.get("until")
    if not _is_day(starts):
        yield "from is missing; give the first day on which it holds, as 2026-01-31 without quotes"
    if ends is not None and not _is_day(ends):
        yield "until is no day; give the last day on which it holds, as 2026-01-31 without quotes, or leave it out"
    elif _is_day(starts) and ends is not None and ends < starts:
        yield f"it ends on {ends}, before it starts on {starts}; correct one of the two days"


def _side_mistakes(entries: Mapping[str, Any]) -> Iterator[str]:
    sides = [entries.get(name) for name in _SIDES]
    for name, side in zip(_SIDES, sides, strict=True):
        if not isinstance(side, list) or not side or not all(isinstance(code, str) for code in side):
            yield f'{name} is missing; give the codes of its countries, as ["BR", "KE"]'
            return
        for code in side:
            if code not in countries():
                yield f"there is no country {code!r}; give two letters of ISO 3166-1, such as BR"
    for code in sorted({*sides[0]} & {*sides[1]}):  # type: ignore[misc]  # both are lists of texts, as looked at above
        yield f"{code} stands on both sides; name it on one"


def _is_day(value: object) -> bool:
    return isinstance(value, date) and not isinstance(value, datetime)


def _is_web_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and not set(text) & set(" \n\t\"'<>")
