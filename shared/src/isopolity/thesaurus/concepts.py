"""Topics by code: labels in seven languages, broader, narrower and related topics.

A code is `topic.` and the number that the concept has in the UNESCO Thesaurus. Portuguese and Chinese labels were
translated by machine (`labels_pt_zh.csv`). Invariant: neighbours are symmetric: what is broader than a topic has it
among its narrower ones, and related topics name each other.
"""

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Final

DEFAULT_LANGUAGE: Final = "en"
LANGUAGES: Final = (DEFAULT_LANGUAGE, "fr", "es", "pt", "ru", "ar", "zh")
"""The languages in which topics have labels; not every topic has one in each."""
MOST_TOPICS: Final = 3
"""How many topics a need, an offer, a request or a programme has at most."""
_OWN: Final = ("en", "fr", "es", "ru", "ar")
_TRANSLATED: Final = ("pt", "zh")


@dataclass(frozen=True, slots=True, kw_only=True)
class Concept:
    """A topic."""

    code: str
    group: str
    """Number of the thesaurus' group that the topic belongs to, such as 1.30; its first digit is the domain."""
    labels: Mapping[str, str]
    """The label by language; always one in English."""
    other_labels: Mapping[str, tuple[str, ...]]
    """Further labels by language, by which the topic is found."""
    broader: tuple[str, ...]
    narrower: tuple[str, ...]
    related: tuple[str, ...]


@cache
def concepts() -> Mapping[str, Concept]:
    """All topics by code, in the order of their numbers."""
    translated = {number: cells for number, *cells in rows_of("labels_pt_zh.csv", ("number", *_TRANSLATED))}
    rows = rows_of("concepts.csv", ("number", "group", "broader", "related", *_OWN, *(f"also_{each}" for each in _OWN)))
    codes = {row[0]: f"topic.{row[0]}" for row in rows}
    narrower: dict[str, list[str]] = {number: [] for number in codes}
    for row in rows:
        for number in row[2].split():
            narrower[number].append(codes[row[0]])
    found = [
        Concept(
            code=codes[number],
            group=group,
            labels=MappingProxyType(_filled(_OWN, cells) | _filled(_TRANSLATED, translated.get(number, ()))),
            other_labels=MappingProxyType({each: tuple(cell.split("|")) for each, cell in _filled(_OWN, also).items()}),
            broader=tuple([codes[each] for each in broader.split()]),
            narrower=tuple(narrower[number]),
            related=tuple([codes[each] for each in related.split()]),
        )
        for number, group, broader, related, *labels in rows
        for cells, also in [(labels[: len(_OWN)], labels[len(_OWN) :])]
    ]
    return MappingProxyType({each.code: each for each in found})


def concept(code: str) -> Concept:
    """The topic with this code. Raises KeyError."""
    return concepts()[code]


def is_topic(code: str) -> bool:
    """Whether there is a topic with this code."""
    return code in concepts()


def label(code: str, language: str = DEFAULT_LANGUAGE) -> str:
    """The label of a topic; in English where the language has none, and an unknown code as it is."""
    found = concepts().get(code)
    if found is None:
        return code
    return found.labels.get(column(language), found.labels[DEFAULT_LANGUAGE])


def column(language: str) -> str:
    """The language in which labels are looked up for a language tag: `pt` for `pt-BR`."""
    return language.replace("_", "-").partition("-")[0].lower()


def rows_of(name: str, columns: Sequence[str]) -> list[list[str]]:
    """The rows of a table of this folder. Raises ValueError if it has other columns."""
    text = files("isopolity.thesaurus").joinpath(name).read_text(encoding="utf-8")
    first, *rows = csv.reader(text.splitlines())
    if first != list(columns):
        raise ValueError(f"{name} has other columns than {', '.join(columns)}")
    return rows


def _filled(languages: Sequence[str], cells: Iterable[str]) -> dict[str, str]:
    """The cells that have text, by language."""
    return {language: cell for language, cell in zip(languages, cells, strict=False) if cell}
