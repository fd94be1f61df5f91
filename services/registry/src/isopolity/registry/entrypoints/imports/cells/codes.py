"""Finds codes by code or name; case, accents and punctuation are ignored.

Invariant: a code always means itself, even if it is the name of another one; a name that several codes have means none.
"""

import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from functools import cache
from itertools import chain, product
from typing import Final

from babel import Locale

from isopolity.contracts import codes
from isopolity.contracts.codes import language_names
from isopolity.contracts.countries import countries, country_names
from isopolity.identity.folded_text import name_key
from isopolity.registry.entrypoints.imports.cells.subject_words import GERMAN
from isopolity.registry.entrypoints.imports.cells.synonyms import (
    WORDS,
    country_names_of_cities,
    country_synonyms,
    language_names_of_cities,
    language_synonyms,
)
from isopolity.tables.rows import shortened
from isopolity.thesaurus.concepts import DEFAULT_LANGUAGE, concepts
from isopolity.thesaurus.search import find

_LANGUAGE: Final = re.compile("[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
_LONGEST: Final = 100
"""The most characters of a text for which similar names are searched."""
_SHORTEST_PART: Final = 4
_LIKENESSES: Final = (0.85, 0.7)
"""Similarity ratios, in order: names above a lower one are suggested only if no name is above the higher one."""
_SHORT_LIST: Final = 12
"""The longest list whose codes a sentence names completely."""
_LISTED_SUBJECTS: Final = {
    "area.sustainability": ["sustainable development"],
    "cluster.health": ["health and well-being"],
}
"""Names in UNESCO's own lists, where ours is longer so that people tell two subjects apart."""


class CodeList:
    """The codes of a list with their English names, `others`, and names of `last` resort, which no other name has."""

    def __init__(
        self,
        noun: str,
        labels: Mapping[str, str],
        others: Mapping[str, Sequence[str]] | None = None,
        last: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        self.noun = noun
        self.labels = labels
        usual = _codes_by_name(others or {})
        named = _codes_by_name(last or {}) | usual
        names = {key: next(iter(meant)) for key, meant in named.items() if len(meant) == 1}
        names |= {name_key(label): code for code, label in labels.items()}
        self._codes = names | {name_key(code): code for code in labels}
        rare = names.keys() - usual.keys()
        self._searched = ([key for key in self._codes if key not in rare], [key for key in self._codes if key in rare])
        """The keys among which similar names are searched, the usual ones first."""
        self._several = {key: tuple(meant) for key, meant in named.items() if key not in self._codes}

    def code(self, text: str) -> str | None:
        """The code that `text` means, or None."""
        if text in self.labels:
            return text
        found = self._codes.get(name_key(text)) if len(text) <= _LONGEST else None
        return text if found is None and self.noun == LANGUAGE and _LANGUAGE.fullmatch(text) else found

    def near(self, text: str) -> list[str]:
        """At most three codes whose names contain `text` or are similar to it."""
        if len(text) > _LONGEST:
            return []
        key = name_key(text)
        if several := self._several.get(key):
            return list(several)
        if len(key) < _SHORTEST_PART:
            return []
        found: list[str] = []
        for keys in self._searched:
            found = found or [each for each in keys if key in each]
        for likeness, keys in product(_LIKENESSES, self._searched):
            found = found or get_close_matches(key, keys, n=5, cutoff=likeness)
        return list(dict.fromkeys(self._codes[each] for each in found))[:3]

    def unknown(self, text: str, near: Sequence[str] = ()) -> str:
        """The sentence about a text that means no code, with suggestions in `near`."""
        if len(text) <= _LONGEST and (several := self._several.get(name_key(text))):
            return f"“{text}” can mean {_either([_named(each, self.labels[each]) for each in several])}; write which."
        start = f"There is no {self.noun} “{shortened(text)}”"
        if near:
            return f"{start}; did you mean {_either([_named(code, self.labels[code]) for code in near])}?"
        if len(self.labels) <= _SHORT_LIST:
            return f"{start}; give {_either(list(self.labels))}."
        code, label = next(iter(self.labels.items()))
        return f"{start}; give one of the code list, such as {_named(code, label)}."


def _codes_by_name(names: Mapping[str, Sequence[str]]) -> dict[str, dict[str, None]]:
    named: dict[str, dict[str, None]] = {}
    for code, found in names.items():
        for name in found:
            named.setdefault(name_key(name), {})[code] = None
    return named


def _either(ways: list[str]) -> str:
    *others, last = ways
    return f"{', '.join(others)} or {last}" if others else last


def _named(code: str, label: str) -> str:
    return code if name_key(code) == name_key(label) else f"{label} ({code})"


COUNTRY: Final = "country"
LANGUAGE: Final = "language"
TOPIC: Final = "topic"


class TopicList(CodeList):
    """Topics by code or by any of their names in any language.

    A name that several have means none of them, unless it is the English name of one to the letter.
    """

    def __init__(self) -> None:
        super().__init__(TOPIC, {code: each.labels[DEFAULT_LANGUAGE] for code, each in concepts().items()})
        self._english = {label.casefold(): code for code, label in self.labels.items()}

    def code(self, text: str) -> str | None:
        if text in self.labels:
            return text
        if len(text) > _LONGEST:
            return None
        if (meant := self._english.get(text.casefold())) is not None:
            return meant
        if named := _topics_named(text):
            return named[0] if len(named) == 1 else None
        return super().code(text)

    def near(self, text: str) -> list[str]:
        return list(_topics_named(text)[:3]) or [each.code for each in find(text[:_LONGEST], limit=3)]


def _topics_named(name: str) -> Sequence[str]:
    """The topics with this label; else those with this further name."""
    key = name_key(name)
    return next((found for each in _topics_by_name() if (found := each.get(key))), ())


@cache
def _topics_by_name() -> Sequence[Mapping[str, Sequence[str]]]:
    """The codes of topics by their labels in all languages, and by their other labels."""
    first: dict[str, dict[str, None]] = {}
    others: dict[str, dict[str, None]] = {}
    for code, each in concepts().items():
        for name in each.labels.values():
            first.setdefault(name_key(name), {})[code] = None
        for name in chain.from_iterable(each.other_labels.values()):
            others.setdefault(name_key(name), {})[code] = None
    return [{key: tuple(codes) for key, codes in names.items()} for names in (first, others)]


@cache
def code_lists() -> Mapping[str, CodeList]:
    """The code lists by the noun for one of their codes."""
    lists: dict[str, Mapping[str, str]] = {
        "kind of city": codes.CITY_KINDS,
        "kind of partner": codes.PARTNER_KINDS,
        "creative field": codes.CREATIVE_FIELDS,
        "mode": codes.MODES,
        "kind of support": codes.SUPPORTS,
        "region": codes.REGIONS,
        "role": codes.CONTACT_ROLES,
        "side": codes.SIDES,
    }
    found = {noun: CodeList(noun, labels, WORDS.get(noun)) for noun, labels in lists.items()}
    subjects = CodeList(
        "subject",
        codes.SUBJECTS,
        {code: (*_LISTED_SUBJECTS.get(code, ()), *GERMAN.get(code, ())) for code in codes.SUBJECTS},
    )
    return found | {"subject": subjects, COUNTRY: _countries(), LANGUAGE: _languages(), TOPIC: TopicList()}


_TABLES_OF_KINDS: Final = {"kind of city": "cities", "kind of partner": "partners"}


def of_another_table(noun: str, text: str) -> str | None:
    """The sentence on a kind of member that another table has, such as a foundation among cities; None for others."""
    for other, table in _TABLES_OF_KINDS.items():
        if noun in _TABLES_OF_KINDS and other != noun and code_lists()[other].code(text) is not None:
            return (
                f"“{shortened(text)}” is a {other}. {table.capitalize()} are imported apart from "
                f"{_TABLES_OF_KINDS[noun]}: leave this row out here, and choose “{table}” as the kind of rows when you "
                "import a file with it."
            )
    return None


def _countries() -> CodeList:
    names, regions = country_names(), codes.country_regions()
    labels = {code: names[code] for code in countries() if code in regions}
    return CodeList(COUNTRY, labels, country_synonyms(regions), country_names_of_cities(regions))


def _languages() -> CodeList:
    more = {code.replace("_", "-"): name for code, name in sorted(Locale("en").languages.items())}
    return CodeList(LANGUAGE, {**language_names(), **more}, language_synonyms(), language_names_of_cities())
