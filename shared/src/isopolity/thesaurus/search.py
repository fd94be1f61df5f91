"""Topics found by typing: by words, the beginning of the last word, and words with typing errors, in any language.

A label fits the better, the more of what was typed it has, and the less else. Words weigh by how rare they are in
labels; words that no label has leave the order as it is.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from rapidfuzz.distance import OSA
from rapidfuzz.process import extract

from isopolity.thesaurus.concepts import LANGUAGES, column
from isopolity.thesaurus.index import Index, Label, index
from isopolity.thesaurus.words import folded, stems, stop_words, words

_SCRIPTS: Final = {"ru": ("\u0400", "\u052f"), "ar": ("\u0600", "\u06ff"), "zh": ("\u3400", "\u9fff")}
"""The first and last letter of the script in which a language is written; others are written in Latin letters."""
_ELSE: Final = 0.5
"""How much a word of a label that was not typed weighs, compared with one that was."""
_OTHER_LANGUAGE: Final = 0.8
"""Factor for labels in other languages than the one that is named."""
_LEAST: Final = 0.15
"""Labels that fit less are not found."""
_ERRORS: Final = {5: 1, 8: 2}
"""How many typing errors a word may have, by its least length."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A topic that was found."""

    code: str
    matched: str
    """The label or entry word by which it was found."""
    fit: float
    """From 0 to 1."""


def find(text: str, language: str | None = None, limit: int = 10) -> Sequence[Found]:
    """The topics that fit best what was typed, at most `limit`, the best first.

    The last word may be half typed, unless a space follows. With a language, labels in it come first.
    """
    spoken = column(language) if language else None
    best: dict[str, tuple[float, int, str]] = {}
    for indexed, typed in _read(text):
        factor = 1 if spoken in (None, indexed.language) else _OTHER_LANGUAGE
        for label, fit in _fits(indexed, typed):
            found = (factor * fit, -label.rank, label.text)
            if found > best.get(label.code, (_LEAST, 0, "")):
                best[label.code] = found
    first = sorted(best.items(), key=lambda each: (-each[1][0], -each[1][1], len(each[1][2]), each[0]))[:limit]
    return [Found(code=code, matched=matched, fit=round(fit, 3)) for code, (fit, _, matched) in first]


_Typed = Sequence[Mapping[str, float]]
"""For each word the stems that it may stand for, with how sure that is; empty for a word that no label has."""


def _read(text: str) -> Iterator[tuple[Index, _Typed]]:
    """The indexes of the languages that the text may be in, with its words as they stand there."""
    found = words(text)
    is_complete = text[-1:].isspace()
    indexes = [index(language) for language in LANGUAGES if may_be(language, text)]
    known = {word for word in found for each in indexes if folded(word) in each.vocabulary}
    for indexed in indexes:
        ignored = stop_words(indexed.language)
        telling = [word for word in found if folded(word) not in ignored] or found
        meant = []
        for word, each in zip(telling, stems(telling, indexed.language), strict=True):
            begun = word == found[-1] and not is_complete
            meant.append(_meaning(indexed, word, each, begun=begun, misspelt=word not in known))
        yield indexed, meant


def may_be(language: str, text: str) -> bool:
    """Whether a text has letters in which the language is written."""
    written = {script for script, (first, last) in _SCRIPTS.items() if any(first <= each <= last for each in text)}
    return language in written or (
        language not in _SCRIPTS and any(each.isalpha() and each < "\u0250" for each in text)
    )


def _meaning(indexed: Index, word: str, exact: Collection[str], *, begun: bool, misspelt: bool) -> Mapping[str, float]:
    sure = dict.fromkeys(exact, 1.0)
    plain = folded(word)
    meant: dict[str, float] = {}
    if begun and len(plain) > 1:
        for longer in indexed.completed(plain):
            for stem in indexed.vocabulary[longer]:
                meant[stem] = max(meant.get(stem, 0), 0.5 + 0.4 * len(plain) / len(longer))
    if misspelt and not meant and not any(stem in indexed.postings for stem in exact):
        errors = max((most for length, most in _ERRORS.items() if len(plain) >= length), default=0)
        near = (
            extract(plain, indexed.completed(plain[0]), scorer=OSA.distance, score_cutoff=errors, limit=5)
            if errors
            else ()
        )
        for other, distance, _ in near:
            meant |= dict.fromkeys(indexed.vocabulary[other], 0.9 - 0.15 * distance)
    return {stem: trust for stem, trust in (meant | sure).items() if stem in indexed.postings}  # stop words are not


def _fits(indexed: Index, typed: _Typed) -> Iterator[tuple[Label, float]]:
    """The labels that have something of what was typed, with how well they fit."""
    weights = [max(map(indexed.weight, _surest(meant)), default=1.0) for meant in typed]
    whole = sum(weights)
    had: dict[int, list[float]] = {}
    for place, meant in enumerate(typed):
        hits: dict[int, tuple[float, float]] = {}
        for stem, sure in meant.items():
            weight = indexed.weight(stem)
            for number in indexed.postings[stem]:
                hits[number] = max(hits.get(number, (0.0, 0.0)), (sure, weight))
        for number, (sure, weight) in hits.items():
            sums = had.setdefault(number, [0.0, 0.0])
            sums[0] += weights[place] * sure
            sums[1] += weight
    for number, (covered, weight) in had.items():
        label = indexed.labels[number]
        yield label, covered / (whole + _ELSE * max(0.0, label.weight - weight))


def _surest(meant: Mapping[str, float]) -> Iterable[str]:
    """The stems that a word stands for surely, else all that it may stand for."""
    return [stem for stem, sure in meant.items() if sure == 1] or meant
