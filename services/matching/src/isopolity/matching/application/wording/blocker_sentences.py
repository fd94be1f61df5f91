"""Why a pair is not proposed, why a member finds no partner, and what would help, in sentences.

Invariant: what could reveal something about an answer, about capacity or about staff's rules has one sentence, “not
proposed at present”, whatever the cause. Sentences about a member's absence name no other member.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from typing import Final

from isopolity.contracts.codes import SUPPORTS
from isopolity.matching.application.candidates.absence.best_change import BestChange, Prospect
from isopolity.matching.application.candidates.absence.changes import Change
from isopolity.matching.application.candidates.absence.public_round import TOO_WEAK, BlockerCounts
from isopolity.matching.application.candidates.candidate import Candidate, TwinningCandidate
from isopolity.matching.application.candidates.market import Market
from isopolity.matching.application.candidates.pair_status import visible_blockers
from isopolity.matching.application.ports.repositories import ClosedPairs
from isopolity.matching.assignment.problem import WEIGHT_UNIT
from isopolity.matching.domain.legal_acts import NO_ACTS, LegalActs
from isopolity.matching.domain.member import City, Programme
from isopolity.matching.domain.scores.blockers import Blocker
from isopolity.wording import phrases

_OF_CITIES: Final[Mapping[str, str]] = {
    "tied-already": "{a} and {b} are partners already.",
    "own-country": "{a} and {b} lie in the same country, and do not both want a partner there.",
    "legal-act": "A binding legal act does not let {a} and {b} be partners.",
    "subjects": "Neither offers anything close to what the other is looking for.",
    "out-of-reach": "What one could offer the other needs a journey that one of them cannot make or host.",
}
_OF_PROGRAMMES: Final[Mapping[str, str]] = {
    "tied-already": "{a} is a partner of {b} already.",
    "legal-act": "A binding legal act does not let {a} support {b}.",
    "subjects": "“{programme}” supports nothing close to what {b} is looking for.",
    "region": "“{programme}” is not meant for the region that {b} lies in.",
    "country": "“{programme}” is not meant for the country that {b} lies in.",
    "population": "“{programme}” is meant for cities of another size than {b}.",
    "period": "“{programme}” takes no applications now.",
    "amount": "What {b} asks for is outside the grants of “{programme}”.",
    "no-money-asked": "“{programme}” could help {b} with money alone, and {b} has asked for none.",
}
_NO_MONEY_GRANTED: Final = "{b} asks for money, and “{programme}” grants none."
NOT_AT_PRESENT: Final = "{a} and {b} are not proposed to each other at present."

_NO_CONTACT: Final = "{name} cannot be mailed: it has no contact."
_UNCONFIRMED: Final = "{name} cannot be mailed: no contact has confirmed its address yet."
_PAUSES: Final = "{name} wants no new proposals at present."


def pair_blocker(code: str, candidate: Candidate, acts: LegalActs = NO_ACTS) -> str:
    """The sentence for the code of a blocker of this pair; `acts` are the legal acts in force, which it names."""
    if isinstance(candidate, TwinningCandidate):
        text = _OF_CITIES.get(code, NOT_AT_PRESENT).format(a=candidate.city_a.name, b=candidate.city_b.name)
    else:
        programme = candidate.programme
        sentence = _OF_PROGRAMMES.get(code, NOT_AT_PRESENT)
        if code == Blocker.AMOUNT and programme.grant_max <= 0:
            sentence = _NO_MONEY_GRANTED
        text = sentence.format(a=programme.partner_name, b=candidate.city.name, programme=programme.name)
    if code == Blocker.LEGAL_ACT:
        one, other = candidate.members
        named = [f"“{act.title}” ({act.citation})" for act in acts.between(candidate.kind, one.home, other.home)]
        text = f"{text.rstrip('.')}: {phrases.listed(named)}" if named else text
    return phrases.sentence(text)


def unmailable(name: str, *, has_contact: bool) -> str:
    """The sentence for a member that cannot be mailed: for its own eyes or staff's, since contacts are not public."""
    return phrases.sentence((_UNCONFIRMED if has_contact else _NO_CONTACT).format(name=name))


def pauses(name: str) -> str:
    """The sentence for a member that pauses: for staff's eyes only: other members do not read it."""
    return phrases.sentence(_PAUSES.format(name=name))


def exclusion(candidate: Candidate, market: Market, closed: Collection[str]) -> str | None:
    """The rule that excludes a pair whatever staff wants, in a few words; None if none does.

    `closed` are the keys of pairs that are not to be proposed. That a side avoids the other reads as such a pair does.
    """
    for member in candidate.members:
        if member.member_id in market.unmailable:
            has_contact = member.member_id in market.unconfirmed
            return unmailable(market.names[member.member_id], has_contact=has_contact).rstrip(".")
        if member.member_id in market.paused:
            return pauses(market.names[member.member_id]).rstrip(".")
    if _avoid_each_other(*candidate.members):
        closed = [candidate.key]
    closed_pairs = ClosedPairs(closed=closed, proposed=())
    found = visible_blockers(market, candidate, market.capacities.keys(), closed_pairs)
    return pair_blocker(found[0], candidate, market.profiles.legal_acts).rstrip(".") if found else None


_AMONG_CITIES: Final[Mapping[str, str]] = {
    "tied-already": "{are} {its} partner{s} already",
    "own-country": "{lie} in the country that {it} {lies} in, and not both sides want a partner there",
    "legal-act": "{lie} in countries that a binding legal act keeps apart from the country that {it} {lies} in",
    "subjects": (
        "neither {offer} anything close to what {it} {looks} for, nor {look} for anything close to what {it} {offers}"
    ),
    "out-of-reach": "could be met only by a journey that one of the two cannot make or host",
    TOO_WEAK: "{fit} {it} too little: the fit is below {minimum} of 100",
}
_FOR_PROGRAMME: Final[Mapping[str, str]] = {
    "tied-already": "{are} supported already",
    "legal-act": "{lie} in countries that a binding legal act keeps apart from the country of “{programme}”",
    "subjects": "{look} for nothing close to what “{programme}” supports",
    "region": "{lie} in regions that “{programme}” is not meant for",
    "country": "{lie} in countries that “{programme}” is not meant for",
    "population": "{are} of another size than “{programme}” is meant for",
    "amount": "{ask} for an amount outside the grants of “{programme}”",
    "no-money-asked": "could be helped by “{programme}” with money alone, and {ask} for none",
    TOO_WEAK: "{fit} “{programme}” too little: the fit is below {minimum} of 100",
}
_AMONG_PROGRAMMES: Final[Mapping[str, str]] = {
    "tied-already": "{are} of partners that {it} {has} already",
    "legal-act": "{are} of countries that a binding legal act keeps apart from the country that {it} {lies} in",
    "subjects": "{support} nothing close to what {it} {looks} for",
    "region": "{are} meant for other regions",
    "country": "{are} meant for other countries",
    "population": "{are} meant for cities of another size",
    "amount": "{grant} other amounts than {it} {asks} for, or no money",
    "no-money-asked": "could help {it} with money alone, and {it} {has} made no request",
    TOO_WEAK: "{fit} {it} too little: the fit is below {minimum} of 100",
}
_OF_PARTNERS: Final = ("are", "lie", "offer", "look", "fit", "support", "grant", "ask")
"""Verbs that agree with the number of partners."""
_CHANGES: Final[Mapping[str, str]] = {
    "topic": "{who} named the topic “{topic}” for {its} {side} {about}",
    "need": "what {who} {looks} for {about} could also be {a_mode}",
    "offer": "{who} also offered {a_mode} {about}",
    "online": "{who} also worked online",
    "language": "{who} also worked in {language}",
    "own-country": "{who} also wanted partners in {its} own country",
    "region": "{who} also served {region}",
    "country": "{who} also served {country}",
    "support": "{who} also gave {support}",
    "grant-max": "{who} granted up to {then} {currency}, not {now}",
    "grant-min": "{who} granted from {then} {currency} on, not {now}",
    "size": "{who} supported cities of any size",
}
_PHRASES: Final[Mapping[str, Callable[[str], str]]] = {
    "topic": phrases.topic,
    "language": phrases.language,
    "region": phrases.region,
    "country": phrases.country,
    "support": lambda code: SUPPORTS[code],
}
"""How the words of a change are said in its sentence."""


def fitting(counts: BlockerCounts, name: str, *, to_it: bool) -> str:
    """How many of the partners would fit: “Of 464 cities 39 would fit you.”"""
    noun = phrases.number(counts.partners, *_nouns(counts))
    those = phrases.count(counts.fitting) if counts.fitting else "none"
    return phrases.sentence(f"Of {noun} {those} would fit {'you' if to_it else name}")


def ruled_out(
    code: str, count: int, counts: BlockerCounts, minimum: float, programme: Programme | None, *, to_it: bool
) -> str:
    """How many of the partners one rule keeps out; of a city, or of this programme."""
    texts = _AMONG_PROGRAMMES if counts.are_programmes else _AMONG_CITIES if programme is None else _FOR_PROGRAMME
    words = {**phrases.forms(to_it=to_it), **_agreeing(count), "minimum": f"{100 * minimum:.0f}"}
    words["programme"] = "" if programme is None else programme.name
    return phrases.sentence(f"{phrases.number(count, *_nouns(counts))} {texts[code].format_map(words)}")


def change_sentence(found: BestChange, name: str, programme: Programme | None, *, to_it: bool) -> str:
    """The one change that would help most and what it would do; or that none would."""
    if found.change is None or found.then is None:
        if found.now.got is None:
            return "No single change that we tried would make more partners fit."
        return (
            "No single change that we tried would bring more or better proposals in a new round with public profiles "
            "alone."
        )
    reads, who = _owner(name, programme, to_it=to_it)
    parts = [*_more_fit(found.now, found.then), *_in_the_round(found.now, found.then, "you" if reads else "it")]
    return phrases.sentence(f"If {_clause(found.change, who, reads=reads)}, {'; '.join(parts)}")


def pair_change_sentence(
    change: Change | None, score: float, name: str, other: str, programme: Programme | None, *, to_it: bool
) -> str:
    """The change of one side that would make a pair fit; or that none would."""
    if change is None:
        return "No single change that we tried would make the two fit."
    reads, who = _owner(name, programme, to_it=to_it)
    clause = _clause(change, who, reads=reads)
    return phrases.sentence(f"If {clause}, {who} and {other} would fit, with a score of {score:.2f}")


def own_pause(until: date, name: str, *, to_it: bool) -> str:
    """The sentence for a member that pauses."""
    day = f"{until.day} {phrases.month(until)}"
    subject, it = ("You pause", "you") if to_it else (f"{name} pauses", "it")
    return phrases.sentence(f"{subject} until {day}: until then nothing is proposed to {it}")


def own_contact(name: str, *, to_it: bool, has_contact: bool) -> str:
    """The sentence for a member that cannot be mailed."""
    subject, it = ("You have", "you") if to_it else (f"{name} has", "it")
    if has_contact:
        return phrases.sentence(f"{subject} no contact who has confirmed the address: so nothing is proposed to {it}")
    return phrases.sentence(f"{subject} no contact who can be mailed: so nothing is proposed to {it}")


def own_capacity(kind: str, name: str, *, to_it: bool) -> str:
    """The sentence for a member that takes no pairs of a kind."""
    subject, it = ("You have", "you") if to_it else (f"{name} has", "it")
    return phrases.sentence(f"{subject} no places for {kind}s: so none are proposed to {it}")


def _owner(name: str, programme: Programme | None, *, to_it: bool) -> tuple[bool, str]:
    """Whether the owner of a change is “you” in its sentence, and its name there; a programme is never “you”."""
    if programme is not None:
        return False, f"“{programme.name}”"
    return to_it, "you" if to_it else name


def _clause(change: Change, who: str, *, reads: bool) -> str:
    words = {name: phrases.count(value) if isinstance(value, int) else value for name, value in change.words.items()}
    parts = {**phrases.forms(to_it=reads), "who": who, **words}
    if "subject" in words:
        parts["about"] = phrases.on_subjects([words["subject"]])
        parts["a_mode"] = phrases.a_mode(words["mode"])
    for name, phrase in _PHRASES.items():
        if name in words:
            parts[name] = phrase(words[name])
    return _CHANGES[change.kind].format_map(parts)


def _more_fit(now: Prospect, then: Prospect) -> Sequence[str]:
    more = [(then.cities - now.cities, "city", "cities"), (then.programmes - now.programmes, "programme", "programmes")]
    parts = [f"{phrases.count(number)} more {one if number == 1 else many}" for number, one, many in more if number > 0]
    return [f"{phrases.listed(parts)} would fit"] if parts else []


def _in_the_round(now: Prospect, then: Prospect, it: str) -> Sequence[str]:
    if now.got is None or then.got is None:
        return []
    start = f"in a new round with public profiles alone {it} would"
    if then.got.pairs != now.got.pairs:
        was = phrases.count(now.got.pairs) if now.got.pairs else "none"
        return [f"{start} get {phrases.number(then.got.pairs, 'proposal')} instead of {was}"]
    if not now.got.pairs:
        return [f"{start} still get none, because others fit better"]
    scores = [got.weight / WEIGHT_UNIT / got.pairs for got in (now.got, then.got)]
    if f"{scores[0]:.2f}" == f"{scores[1]:.2f}":
        return [f"{start} get as many proposals as now"]
    score = "a score" if now.got.pairs == 1 else "a mean score"
    better = f"with {score} of {scores[1]:.2f} instead of {scores[0]:.2f}"
    return [f"{start} get {phrases.number(then.got.pairs, 'proposal')} as now, {better}"]


def _nouns(counts: BlockerCounts) -> tuple[str, str]:
    return ("programme", "programmes") if counts.are_programmes else ("city", "cities")


def _agreeing(count: int) -> Mapping[str, str]:
    """Verbs and nouns that agree with the number of partners."""
    if count > 1:
        return {**{verb: verb for verb in _OF_PARTNERS}, "s": "s"}
    return {**{verb: f"{verb}s" for verb in _OF_PARTNERS}, "are": "is", "s": ""}


def _avoid_each_other(one: City | Programme, other: City | Programme) -> bool:
    """Whether one of the two is a city that cannot work with the country of the other."""
    pairs = ((one, other), (other, one))
    return any(isinstance(city, City) and partner.home in city.avoided_countries for city, partner in pairs)
