"""Why a round failed because of its rules, and what to change, in sentences for staff.

Invariant: a sentence says of what is not proved that it is not. Members stand in it as holders, for `with_names`.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from isopolity.matching.application.rules.ruled_choice import Shortfall, UnkeptBook
from isopolity.matching.application.wording.rule_outcomes import source_name, source_sentence
from isopolity.matching.application.wording.rule_sentences import rule_sentence
from isopolity.matching.domain.rules.changes import WHOLE, Remedy, RuleChange, loosened
from isopolity.matching.domain.rules.pair_rules import Pair
from isopolity.matching.domain.rules.rule_book import RuleBook, Source
from isopolity.wording import phrases

_NAMED_PAIRS: Final = 3
"""Pairs that a sentence names."""


def unmet_sentences(book: RuleBook, unmet: UnkeptBook, pair_of: Callable[[int], Pair]) -> Sequence[str]:
    """Why no choice keeps the rules: which are short, by how much, and which cannot hold together.

    `pair_of` has the holders of an edge, which stand in the sentences.
    """
    sentences = ["No round was found that keeps all rules; nothing went out."]
    sentences += [_short(book, each) for each in _gathered(unmet.shortfalls)]
    sentences.append(_conflict(book, unmet, pair_of))
    return sentences


def _gathered(shortfalls: Sequence[Shortfall]) -> Iterator[Shortfall]:
    """One of each source: what is missing of limits for each member is added up."""
    by_source = dict[Source, Shortfall]()
    for each in shortfalls:
        known = by_source.get(each.source)
        missing = each.missing + (0 if known is None else known.missing)
        by_source[each.source] = Shortfall(
            source=each.source, at_least=each.at_least, at_most=each.at_most, missing=missing
        )
    yield from by_source.values()


def _short(book: RuleBook, short: Shortfall) -> str:
    name, missing = source_name(book, short.source), phrases.count(short.missing)
    rule = source_sentence(book, short.source).rstrip(".")
    if short.source.is_of_members:
        return f"{name} ({rule}) is missed by {phrases.number(short.missing, 'pair')} in the best attempt."
    if short.at_most is not None and not short.at_least:
        return f"{name} ({rule}) is exceeded by {missing} in the best attempt."
    if short.at_most is not None:
        return f"{name} ({rule}) is missed by {missing} in the best attempt."
    reached = phrases.count(max(0, short.at_least - short.missing))
    return (
        f"{name} ({rule}) is short by {missing}: the best attempt reaches {reached} of {phrases.count(short.at_least)}."
    )


def _conflict(book: RuleBook, unmet: UnkeptBook, pair_of: Callable[[int], Pair]) -> str:
    if not unmet.conflict:
        if unmet.is_proved:
            return "It is proved that no choice among the candidates keeps them all; loosen one of them."
        return "No set of rules that conflict was found; loosen the rule that is short, or run it in exact mode."
    names = _names(book, unmet.conflict)
    narrowing = [_lower(source_name(book, source)) for source in unmet.narrowing]
    narrowing += _pairs_told("forbidden", unmet.pairs.forbidden, pair_of)
    narrowing += _pairs_told("required", unmet.pairs.required, pair_of)
    others = phrases.listed(narrowing)
    is_one = len(narrowing) == 1 and len(unmet.pairs.forbidden) <= _NAMED_PAIRS >= len(unmet.pairs.required)
    left = f"with the candidates and the room that {others} {'leaves' if is_one else 'leave'}"
    if len(unmet.conflict) == 1:
        start = f"{names[0].upper()}{names[1:]} cannot be kept"
        if others:
            return f"{start} {left}; loosen one of them."
        return f"{start} even alone, with these members and candidates; loosen it."
    proved = "That they cannot hold together is proved" if unmet.is_proved else "They were not found to hold together"
    return f"In conflict: {names}{f', {left}' if others else ''}. {proved}; loosen one of them."


def _pairs_told(word: str, edges: Sequence[int], pair_of: Callable[[int], Pair]) -> list[str]:
    """The pairs by their holders; only their number where they are many."""
    if len(edges) > _NAMED_PAIRS:
        return [f"{phrases.count(len(edges))} {word} pairs"]
    return [f"the {word} pair {' and '.join(pair_of(edge))}" for edge in edges]


def _names(book: RuleBook, sources: Sequence[Source]) -> str:
    return phrases.listed([_lower(source_name(book, source)) for source in sources])


def _lower(name: str) -> str:
    return f"{name[0].lower()}{name[1:]}"


def remedy_sentence(remedy: Remedy, book: RuleBook) -> str:
    """The changes of a remedy, with holders in place of names, and whether it is proved that no less is enough."""
    sentences = [_changed(change, book) for change in remedy.changes]
    sure = "it is proved that" if remedy.is_smallest else "it is not proved that"
    return " ".join([*sentences, f"With the candidates of this round, {sure} changing less of this is not enough."])


def _changed(change: RuleChange, book: RuleBook) -> str:
    if change.pair is not None:
        verb = "Allow" if change.is_forbidden else "No longer require"
        return f"{verb} the pair {' and '.join(change.pair)}."
    rule = book.rules[change.position or 0]
    name, asked = book.name(change.position or 0), rule_sentence(rule).rstrip(".")
    if change.number is None or change.limit == WHOLE:
        return f"Leave out {name} ({asked})."
    after = rule_sentence(loosened(rule, change.limit, int(change.number))).rstrip(".")
    return f"Change {name} from “{asked}” to “{after}”."
