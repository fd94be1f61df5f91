"""Texts of an explanation: how two members are connected, what profiles lack, and a pair in one paragraph.

Invariant: a connection names its members and ties and nothing else: a partnership of a sponsor and a city may have
begun with a conversation only, so it is not called support. A gap is one that the confidence counts; a full, fresh
profile has none. A paragraph begins with what speaks against the pair, and then the sides get none.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from typing import Final

from isopolity.contracts.matching import TO_MIND
from isopolity.matching.application.candidates.pair_facts import Connection, Relation, TwinningFacts
from isopolity.matching.application.wording.exchange_sentences import in_brief
from isopolity.matching.domain.member import City, Programme, Topic
from isopolity.matching.domain.scores.wants import lacks_amounts
from isopolity.matching.domain.side import Side
from isopolity.wording import phrases
from isopolity.wording.exchanges import Party

_VERBS: Final[Mapping[Relation, tuple[str, str]]] = {
    Relation.TWIN: ("is twinned with", "with"),
    Relation.SPONSOR: ("is a partner of", ""),
    Relation.SPONSORED: ("is a partner of", ""),
}
"""The verb of each relation, and how it is shortened where it was just said; empty if it is not."""


def connected(found: Connection) -> str:
    """The connection in a sentence for anybody."""
    names, relations = found.names, found.relations
    match relations:
        case [Relation.TWIN]:
            text = f"{names[0]} and {names[1]} are twinned already"
        case [only]:
            text = f"{names[0]} {_verb(only)} {names[1]} already"
        case [Relation.TWIN, Relation.TWIN]:
            text = f"{names[0]} and {names[2]} are both twinned with {names[1]}"
        case [Relation.SPONSORED, Relation.SPONSOR]:
            text = f"{names[1]} is a partner of both {names[0]} and {names[2]}"
        case [first, second]:
            text = f"{names[0]} {_verb(first)} {names[1]}, which {_verb(second)} {names[2]}"
        case _:
            text = _chain(names, relations)
    return phrases.sentence(text)


def _chain(names: Sequence[str], relations: Sequence[Relation]) -> str:
    clauses = [
        f"{names[i]} {_again(relation) if i and relations[i - 1] is relation else _verb(relation)} {names[i + 1]}"
        for i, relation in enumerate(relations)
    ]
    return f"{', '.join(clauses[:-1])}, and {clauses[-1]}"


def _verb(relation: Relation) -> str:
    return _VERBS[relation][0]


def _again(relation: Relation) -> str:
    """The verb where it was just said: “Lyon is twinned with Graz, Graz with Pisa”."""
    verb, again = _VERBS[relation]
    return again or verb


_OLD_DAYS: Final = 365
"""From this age on a profile is worth asking about."""
_GAPS: Final[Mapping[str, str]] = {
    "needs": "{name} has not {needs_said} what it is looking for",
    "offers": "{name} has not {offers_said} what it offers",
    "subjects": "{name} names no subjects",
    "grant": "{name} names no amounts",
    "supports": "{name} does not say how it supports",
    "population": "The population of {name} is not known",
    "place": "Where {name} lies on the map is not known",
    "languages": "The working languages of {speaker} are not known",
}
_NOT_SAID_BY_CITY: Final[Mapping[str, str]] = {
    "needs": "what {it} {looks} for now",
    "offers": "what {it} {offers} now",
    "topics": "which topics {its} needs and offers are about",
    "words": "in {its} own words what {it} {looks} for and {offers}",
    "languages": "in which languages {it} {works}",
    "population": "how many inhabitants {it} {has}",
    "place": "where {it} {lies} on the map",
}
_NOT_SAID_BY_PROGRAMME: Final[Mapping[str, str]] = {
    "subjects": "which subjects it supports",
    "topics": "which topics it is about",
    "grant": "how much it grants",
    "supports": "how it supports",
    "languages": "in which languages one may write to it",
}


def gaps(members: Sequence[City | Programme], today: date) -> Sequence[str]:
    """The gaps of all `members` that the confidence counts, for anybody."""
    return [phrases.sentence(text) for each in members for text in (*_gaps(each, today), *_age(each, today))]


def missing(owner: City | Programme, today: date, *, to_it: bool) -> Sequence[str]:
    """The gaps of one profile that the score reads; if `to_it`, the city reads of itself as “you”."""
    lacking = _lacking(owner, today)
    if isinstance(owner, Programme):
        texts = [
            f"“{owner.name}” does not say {text}" for item, text in _NOT_SAID_BY_PROGRAMME.items() if item in lacking
        ]
    else:
        does, forms = "You do" if to_it else f"{owner.name} does", phrases.forms(to_it=to_it)
        unsaid = [text.format_map(forms) for item, text in _NOT_SAID_BY_CITY.items() if item in lacking]
        texts = [f"{does} not say {text}" for text in unsaid]
    return [phrases.sentence(text) for text in texts]


def _lacking(member: City | Programme, today: date) -> Collection[str]:
    """The items that are missing in a profile, as the sentences above call them."""
    found = _lacking_in_city(member, today) if isinstance(member, City) else _lacking_in_programme(member)
    return {item for item, is_lacking in found.items() if is_lacking}


def _lacking_in_city(city: City, today: date) -> Mapping[str, bool]:
    needs, offers = ([each for each in topics if each.stands(today)] for topics in (city.needs, city.offers))
    stated = [*needs, *offers]
    return {
        "needs": not needs,
        "offers": not offers,
        "topics": bool(stated) and not any(each.topics for each in stated),
        "words": bool(stated) and not any(each.title or each.text for each in stated),
        "languages": not city.languages,
        "population": city.population is None,
        "place": city.latitude is None or city.longitude is None,
    }


def _lacking_in_programme(programme: Programme) -> Mapping[str, bool]:
    return {
        "subjects": not programme.subjects,
        "topics": not programme.topics,
        "grant": lacks_amounts(programme),
        "supports": not programme.supports,
        "languages": not programme.languages,
    }


def _gaps(member: City | Programme, today: date) -> Sequence[str]:
    if isinstance(member, City):
        said = {"needs_said": _said(member.needs), "offers_said": _said(member.offers)}
        words = {"name": member.name, "speaker": member.name, **said}
    else:
        words = {"name": _name(member), "speaker": member.partner_name}
    lacking = _lacking(member, today)
    return [text.format_map(words) for item, text in _GAPS.items() if item in lacking]


def _said(topics: Sequence[Topic]) -> str:
    """The verb for needs or offers of which none stands."""
    return "renewed" if topics else "said"


def _age(member: City | Programme, today: date) -> Iterator[str]:
    if member.told_on is None:
        yield f"The age of the profile of {_name(member)} is not known"
    elif (today - member.told_on).days > _OLD_DAYS:
        yield f"The profile of {_name(member)} is of {phrases.month(member.told_on)}"


def _name(member: City | Programme) -> str:
    return member.name if isinstance(member, City) else f"“{member.name}”"


_MOST_BESIDES: Final = 2
_BESIDES: Final[Mapping[str, float]] = {
    "grant": 0.0,
    "focus": 0.7,
    "setting": 0.6,
    "network": 0.3,
    "language": 0.8,
    "size": 0.95,
    "distance": 0.9,
}
"""Parts that a paragraph mentions from this value on, beside what can be given; the most telling first."""
_WHAT: Final = frozenset({"need-met", "offer-wanted", "request-fits", "need-fits"})
"""The codes of reasons that say what one side could give the other."""
_IN_ANY_CASE: Final = TO_MIND - {"distance", "other-size"}
"""The codes of reasons to bear in mind that a paragraph gives in any case."""


def exchanged(facts: TwinningFacts, *, reads: bool) -> Sequence[str]:
    """The best exchanges of two cities, for anybody or, if `reads`, for the city of the facts."""
    me, other = Party(name=facts.me.name, reads=reads), Party(name=facts.other.name)
    return in_brief(facts.met, facts.wanted, me, other)


def paragraph(
    against: Sequence[str],
    what: Sequence[str],
    connection: str | None,
    parts: Mapping[str, tuple[float, str]],
    *,
    no_language: bool,
) -> str:
    """The pair in one paragraph for anybody; `parts` are the values and sentences of the score's parts by name.

    If there is `no_language` that both work in, the paragraph says so in any case.
    """
    one_sided = [parts["balance"][1]] if len(what) == 1 and "balance" in parts else []
    if against or not what:
        return " ".join([*against, *what, *one_sided])
    besides = [parts[name][1] for name, least in _BESIDES.items() if name in parts and parts[name][0] >= least]
    path = [] if connection is None else [connection]
    apart = [parts["language"][1]] if no_language else []
    return " ".join([*what, *one_sided, *path, *besides[: _MOST_BESIDES - len(apart)], *apart])


def paragraph_for(side: Side, what: Sequence[str], against: Sequence[str]) -> str:
    """The pair in one paragraph for a side: what the two could give each other, and its weightiest other reasons.

    It is empty where something speaks against the pair.
    """
    if against:
        return ""
    besides = [reason.text for reason in side.reasons if reason.code not in _WHAT | _IN_ANY_CASE]
    apart = [reason.text for reason in side.reasons if reason.code in _IN_ANY_CASE]
    return " ".join([*what, *besides[: max(0, _MOST_BESIDES - len(apart))], *apart])


def supported(side: Side) -> Sequence[str]:
    """The support of a sponsorship, for a side: the weightiest of its reasons."""
    return [reason.text for reason in side.reasons if reason.code in _WHAT][:1]
