"""Topics proposed from one's own words: those whose label, or an entry word, stands in the text.

Proposals are few and sure rather than many: all words of a label must stand close together, the longer label wins where
two share words, and words that are common in labels propose nothing alone. Invariant: nothing is set by it, people
choose.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from isopolity.thesaurus.closeness import closeness
from isopolity.thesaurus.concepts import LANGUAGES, column, concepts
from isopolity.thesaurus.index import Index, Label, index
from isopolity.thesaurus.search import Found, may_be
from isopolity.thesaurus.words import folded, stems, stop_words, vague_words, words

_BETWEEN: Final = 1
"""How many other words may stand between the words of a label."""
_TELLING: Final = 0.45
"""The least weight of a label."""
_TITLE: Final = 10
"""How many words at the beginning of a text tell more than the others, and may propose a topic alone."""
_FIRST: Final = 1.3
_APART: Final = 0.75
"""Factor for a label with another word between its words."""
_INFLECTED: Final = 0.6
"""Factor for a label with a word in another form than that of the text, beyond singular, plural and gender."""
_DOMAINS: Final = {"1": 1.25, "2": 0.8, "3": 1.0, "4": 1.15, "5": 0.8, "6": 0.9}
"""Factors for topics of the domains: cities write about education and social life; science and media have many words
that mean something else in daily life."""
_TOGETHER: Final = 0.3
"""How much a topic gains by another that is proposed and near to it."""
_OF_A_WORD: Final = 2
"""How many topics one entry word proposes."""
_LEAST: Final = 0.4
"""The least fit of a topic, as a share of that of the first one."""
_ENDINGS: Final = frozenset(
    {"", "s", "es", "x", "o", "a", "e", "os", "as", "y", "ies", "al", "aux", "ales", "is", "ais"}
)
"""Endings of the same word in singular and plural and for men and women, in languages with Latin letters."""


@dataclass(frozen=True, slots=True)
class _Place:
    """A label with the places in the text where its words stand."""

    label: Label
    places: frozenset[int]
    fit: float


def proposed(text: str, language: str | None = None, limit: int = 5) -> Sequence[Found]:
    """Topics that a text is about, at most `limit`, the likeliest first.

    Without a language, or in one that has no labels, labels of all languages with its letters count.
    """
    best: dict[str, _Place] = {}
    indexes = [*_indexes(column(language or ""), text)]
    small = frozenset[str]().union(*(stop_words(each.language) for each in indexes))
    for indexed in indexes:
        for place in _longest(_places(indexed, text, small)):
            code = place.label.code
            if code not in best or place.fit > best[code].fit:
                best[code] = place
    fits = {code: place.fit + _TOGETHER * _company(code, best) for code, place in best.items() if _is_sure(place, best)}
    first = sorted(fits, key=lambda code: (-fits[code], code))
    least = _LEAST * fits[first[0]] if first else 0
    chosen = [code for code in first if fits[code] >= least][:limit]
    return [Found(code=code, matched=best[code].label.text, fit=round(fits[code], 3)) for code in chosen]


def _indexes(spoken: str, text: str) -> Iterator[Index]:
    if spoken in LANGUAGES:
        yield index(spoken)
    else:
        yield from (index(each) for each in LANGUAGES if may_be(each, text))


def _company(code: str, others: Collection[str]) -> float:
    """How near the other topics are."""
    return sum(closeness(code, other) for other in others if other != code)


def _is_sure(place: _Place, others: Collection[str]) -> bool:
    """Whether a label has several words, stands at the beginning, or has a near topic in the text."""
    return len(place.places) > 1 or min(place.places) < _TITLE or _company(place.label.code, others) > 0


def _places(indexed: Index, text: str, small: frozenset[str]) -> Iterator[_Place]:
    """The labels that stand in the text, but for those of which only small words of another language stand there."""
    ignored, vague = stop_words(indexed.language), vague_words(indexed.language)
    telling = [word for each in words(text) if (word := folded(each)) not in ignored]
    where: dict[str, list[int]] = {}
    for place, each in enumerate(stems(telling, indexed.language)):
        for stem in each:
            where.setdefault(stem, []).append(place)
    candidates = {number for stem in where for number in indexed.postings.get(stem, ())}
    for number in sorted(candidates):
        label = indexed.labels[number]
        if label.weight >= _TELLING and label.rank < _OF_A_WORD:
            for places in _stands(label.stems, where):
                written = {telling[each] for each in places}
                is_vague = written <= vague and (len(places) == 1 or max(places) - min(places) >= len(places))
                if not (is_vague or written <= small) and (
                    not label.text.isupper() or label.text in text
                ):  # “IS” is not “is”
                    yield _Place(label, places, _fit(label, places, written))


def _stands(wanted: Sequence[Collection[str]], where: Mapping[str, Sequence[int]]) -> Iterator[frozenset[int]]:
    """Where all words of a label stand close together, in any order."""
    spots = [sorted({place for stem in each for place in where.get(stem, ())}) for each in wanted]
    if all(spots):
        for first in spots[0]:
            near = {min(each, key=lambda place: abs(place - first)) for each in spots}
            if len(near) == len(spots) and max(near) - min(near) < len(spots) + _BETWEEN:
                yield frozenset(near)


def _fit(label: Label, places: Collection[int], written: Collection[str]) -> float:
    fit = label.weight * 0.8**label.rank
    fit *= _DOMAINS[concepts()[label.code].group[0]]
    if min(places) < _TITLE:
        fit *= _FIRST
    if max(places) - min(places) >= len(places):
        fit *= _APART
    named = [folded(word) for word in words(label.text)]
    if not all(any(_is_same(word, each) for each in named) for word in written):
        fit *= _INFLECTED
    return fit


def _is_same(one: str, other: str) -> bool:
    """Whether two words differ by their number or gender only; always so where words have other letters."""
    if one == other or not (one.isascii() and other.isascii()):
        return True
    common = next(
        (place for place, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )
    return one[common:] in _ENDINGS and other[common:] in _ENDINGS


def _longest(found: Iterator[_Place]) -> Iterator[_Place]:
    """The labels that stand in the text, without those whose words are all part of a longer one."""
    taken: dict[int, int] = {}
    for each in sorted(found, key=lambda one: (-len(one.places), -one.fit)):
        if min(taken.get(place, 0) for place in each.places) <= len(each.places):
            yield each
        for place in each.places:
            taken[place] = max(taken.get(place, 0), len(each.places))
