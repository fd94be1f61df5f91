"""Texts of an explanation: how two members are connected, what profiles lack, and a pair in one paragraph.

Invariant: a connection names its members and ties and nothing else: a partnership of a sponsor and a city may have
begun with a conversation only, so it is not called support. A gap is one that the confidence counts; a full, fresh
profile has none. A paragraph begins with what speaks against the pair, and then the sides get none.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Final

from isopolity.contracts.matching import TO_MIND
from isopolity.matching.application.candidates.pair_facts import Connection, Relation, TwinningFacts
from isopolity.matching.application.wording import phrases
from isopolity.matching.application.wording.exchange_sentences import Party, in_brief
from isopolity.matching.domain.member import City, Programme, Topic
from isopolity.matching.domain.side import Side

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


def gaps(members: Sequence[City | Programme], today: date) -> Sequence[str]:
    """The gaps of all `members`."""
    return [phrases.sentence(text) for member in members for text in _of(member, today)]


def _of(member: City | Programme, today: date) -> Iterator[str]:
    yield from _of_city(member, today) if isinstance(member, City) else _of_programme(member)
    if member.told_on is None:
        yield f"The age of the profile of {_name(member)} is not known"
    elif (today - member.told_on).days > _OLD_DAYS:
        yield f"The profile of {_name(member)} is of {phrases.month(member.told_on)}"


def _of_city(city: City, today: date) -> Iterator[str]:
    for topics, what in ((city.needs, "is looking for"), (city.offers, "offers")):
        if not any(topic.stands(today) for topic in topics):
            yield f"{city.name} {_silence(topics, what)}"
    if city.population is None:
        yield f"The population of {city.name} is not known"
    if city.latitude is None or city.longitude is None:
        yield f"Where {city.name} lies on the map is not known"
    if not city.languages:
        yield f"The working languages of {city.name} are not known"


def _of_programme(programme: Programme) -> Iterator[str]:
    name = _name(programme)
    if not programme.subjects:
        yield f"{name} names no subjects"
    if programme.grant_max <= 0:
        yield f"{name} names no amounts"
    if not programme.supports:
        yield f"{name} does not say how it supports"
    if not programme.languages:
        yield f"The working languages of {programme.partner_name} are not known"


def _silence(topics: Sequence[Topic], what: str) -> str:
    return f"has not renewed what it {what}" if topics else f"has not said what it {what}"


def _name(member: City | Programme) -> str:
    return member.name if isinstance(member, City) else f"“{member.name}”"


def missing(owner: City | Programme, today: date, *, to_it: bool) -> Sequence[str]:
    """What the profile of a city, or a programme, does not say and the score reads; empty where nothing is missing."""
    lacks = _city_lacks(owner, today) if isinstance(owner, City) else _programme_lacks(owner)
    if isinstance(owner, Programme):
        return [phrases.sentence(f"“{owner.name}” does not say {each}") for each in lacks]
    does, forms = "You do" if to_it else f"{owner.name} does", phrases.forms(to_it=to_it)
    return [phrases.sentence(f"{does} not say {each.format_map(forms)}") for each in lacks]


def _city_lacks(city: City, today: date) -> Iterator[str]:
    needs, offers = ([each for each in topics if each.stands(today)] for topics in (city.needs, city.offers))
    if not needs:
        yield "what {it} {looks} for now"
    if not offers:
        yield "what {it} {offers} now"
    yield from _words_lack([*needs, *offers])
    if not city.languages:
        yield "in which languages {it} {works}"
    if city.population is None:
        yield "how many inhabitants {it} {has}"
    if city.latitude is None or city.longitude is None:
        yield "where {it} {lies} on the map"


def _words_lack(stated: Sequence[Topic]) -> Iterator[str]:
    if stated and not any(each.topics for each in stated):
        yield "which topics {its} needs and offers are about"
    if stated and not any(each.title or each.text for each in stated):
        yield "in {its} own words what {it} {looks} for and {offers}"


def _programme_lacks(programme: Programme) -> Iterator[str]:
    if not programme.subjects:
        yield "which subjects it supports"
    if not programme.topics:
        yield "which topics it is about"
    if programme.grant_max <= 0:
        yield "how much it grants"
    if not programme.supports:
        yield "how it supports"
    if not programme.languages:
        yield "in which languages one may write to it"


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
