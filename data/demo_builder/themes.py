"""The bank of themes: what cities look for and offer in words of their own, with topics, and whom each theme suits.

Written by hand for the demo, in `data/themes`; no city published them. A theme's topics are named by the English label
of the UNESCO Thesaurus, which becomes a code here.
"""

import csv
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[1] / "themes"
WAYS = "ways"
"""The file with last sentences, by mode of working together."""

LETTERS_OF_LANGUAGE = 2
CONCEPTS = Path(__file__).parents[2] / "shared/src/isopolity/thesaurus/concepts.csv"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """A title and a text of one or two sentences; `only` names traits one of which a city must have to say them."""

    title: str
    text: str
    only: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """A theme as a need, or as an offer: the traits that make it likelier or are required, its words by language."""

    leanings: frozenset[str]
    only: frozenset[str]
    words: Mapping[str, Sequence[Wording]]

    def said(self, language: str, present: frozenset[str]) -> list[Wording]:
        """Return the wordings in the language that a city with these traits can say."""
        return [each for each in self.words.get(language, ()) if not each.only or each.only & present]


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    """One theme; the first subject fits best. `where` names traits one of which a city must have."""

    key: str
    subjects: Sequence[str]
    topics: Sequence[str]
    modes: Sequence[str]
    where: frozenset[str]
    sides: Mapping[str, Side]

    def suits(self, side: str, present: frozenset[str]) -> bool:
        """Return whether a city with these traits could have the theme as a need or as an offer."""
        return all(not asked or asked & present for asked in (self.where, self.sides[side].only))


@cache
def themes() -> Sequence[Theme]:
    """Return all themes, in order of files and of their places in them."""
    files = sorted(path for path in FOLDER.glob("*.toml") if path.stem != WAYS)
    return [theme_of(key, table) for path in files for key, table in read(path).items()]


@cache
def ways() -> Mapping[str, Mapping[str, Mapping[str, Sequence[str]]]]:
    """Return last sentences by mode, side and language."""
    return read(FOLDER / f"{WAYS}.toml")


def theme_of(key: str, table: Mapping[str, Any]) -> Theme:
    """Return the theme that a table describes."""
    return Theme(
        key=key,
        subjects=table["subjects"].split(),
        topics=codes_of(table["topics"]),
        modes=table["modes"].split(),
        where=words(table, "where"),
        sides={
            side: Side(
                leanings=words(table, leaning),
                only=words(table, f"{leaning}_only"),
                words={language: [wording(each) for each in said] for language, said in table[side].items()},
            )
            for side, leaning in (("needs", "need"), ("offers", "offer"))
        },
    )


def codes_of(labels: Iterable[str]) -> list[str]:
    """Return the codes of topics with these English labels. Raises KeyError for a label that is none."""
    return [topic_codes()[label] for label in labels]


@cache
def topic_codes() -> Mapping[str, str]:
    """Return the code of each topic by its English label."""
    with CONCEPTS.open(encoding="utf-8", newline="") as stream:
        return {row["en"]: f"topic.{row['number']}" for row in csv.DictReader(stream)}


def read(path: Path) -> dict[str, Any]:
    """Return the file's tables."""
    with path.open("rb") as stream:
        return tomllib.load(stream)


def is_language(field: str) -> bool:
    """Return whether a field of an entry holds its words in a language, of which it has the two letters."""
    return len(field) == LETTERS_OF_LANGUAGE


def words(table: Mapping[str, Any], name: str) -> frozenset[str]:
    """Return the words of an optional entry."""
    return frozenset(table.get(name, "").split())


def wording(entry: Sequence[str]) -> Wording:
    """Return the wording of an entry: title, text and, optionally, traits."""
    title, text, *only = entry
    return Wording(title=title, text=text, only=frozenset(" ".join(only).split()))
