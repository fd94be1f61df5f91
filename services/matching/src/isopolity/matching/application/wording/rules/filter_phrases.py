"""The members and the pairs that a rule is about, as phrases: “city of Africa without a tie”."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from isopolity.contracts.codes import PARTNER_KINDS, country_names
from isopolity.matching.application.wording import phrases
from isopolity.matching.domain.rules.filters import ANYBODY, MemberFilter, PairFilter, PairKind

_PAIRS: Final = {
    PairKind.ALL: "pair",
    PairKind.TWINNINGS: "twinning",
    PairKind.SPONSORSHIPS: "sponsorship",
}


_WITH_ARTICLE: Final = "AE AX BS CC CD CF CG CK DO FK FO GB GM IM IO KM KY MH MP MV NL PH SB TC TF UM US VG VI"
"""Countries whose English name takes an article: “the United States”."""


def pair_noun(kind: PairKind, number: int | None = None) -> str:
    """“pair”, “twinning”, “sponsorship”; in the plural unless `number` is 1."""
    return _PAIRS[kind] if number == 1 else f"{_PAIRS[kind]}s"


def among(kind: PairKind, of: MemberFilter) -> MemberFilter:
    """A filter as it is meant in a rule about pairs of a kind: twinnings are of cities only."""
    return replace(of, member="city") if kind is PairKind.TWINNINGS and not of.is_of_cities else of


def member_noun(of: MemberFilter, number: int) -> str:
    """What those are that fit: “city”, “programme”, “member”; in the plural unless `number` is 1."""
    noun = MemberFilter(member="city" if of.is_of_cities else "programme" if of.is_of_programmes else None)
    return one_member(noun) if number == 1 else members(noun)


def one_member(of: MemberFilter) -> str:
    """A member that fits, without an article: “city of Africa”, “programme of a foundation”."""
    return _told(of, one=True)


def members(of: MemberFilter) -> str:
    """The members that fit: “cities of Africa”."""
    return _told(of, one=False)


def a_member(of: MemberFilter) -> str:
    """A member that fits, with its article: “a city of Africa”, “any member”."""
    if of == ANYBODY:
        return "any member"
    noun = one_member(of)
    if of.id:
        return f"the {noun}"
    return f"{'an' if noun[0] in 'aeiouAEIOU' else 'a'} {noun}"


def each_member(of: MemberFilter) -> str:
    """Every member that fits, one by one: “each city of Africa”, “the member tampere”."""
    return f"the {one_member(of)}" if len(of.id) == 1 else f"each {one_member(of)}"


def which_pairs(of: PairFilter) -> str:
    """What follows the noun of the pairs that fit: “ between two cities of Africa”; nothing where all of them do."""
    told = []
    if of.within is not None:
        told.append(f"within one {of.within.value}")
    if of.across is not None:
        told.append(f"across two {_COUNTED_APART[of.across.value]}")
    if of.including is not None:
        told.append(f"with {a_member(among(of.kind, of.including))}")
    if of.between is not None:
        told.append(_between(*(among(of.kind, each) for each in of.between)))
    return "".join(f" {each}" for each in told)


_COUNTED_APART: Final = {"country": "countries", "region": "regions"}


def _between(one: MemberFilter, other: MemberFilter) -> str:
    if one == other:
        return f"between two {members(one)}"
    return f"between {a_member(one)} and {a_member(other)}"


def _told(of: MemberFilter, *, one: bool) -> str:
    named = _noun(of, one=one)
    return f"{named}{''.join(_places(of))}{''.join(_having(of))}{_that(of, one=one)}"


def _noun(of: MemberFilter, *, one: bool) -> str:
    if of.kind:
        return _either([phrases.kind(code) if one else phrases.kinds(code) for code in of.kind])
    if of.is_of_cities:
        return "city" if one else "cities"
    if of.is_of_programmes:
        return "programme" if one else "programmes"
    return "member" if one else "members"


def _places(of: MemberFilter) -> Iterator[str]:
    if of.id:
        yield f" {_either(of.id)}"
    if of.partner_kind:
        yield f" of {_either([_partner(code) for code in of.partner_kind])}"
    if of.country:
        yield f" of {_either(list(map(_country, of.country)))}"
    if of.region:
        yield f"{' in' if of.country else ' of'} {_either(list(map(phrases.region, of.region)))}"
    if of.home_country:
        yield f" from {_either(list(map(_country, of.home_country)))}"


def _having(of: MemberFilter) -> Iterator[str]:
    if of.without_tie is not None:
        yield " without a tie" if of.without_tie else " with a tie"
    least, most = of.people_at_least, of.people_at_most
    if least is not None and most is not None:
        yield f" with {phrases.count(least)} to {phrases.count(most)} people"
    elif least is not None:
        yield f" with at least {phrases.number(least, 'person', 'people')}"
    elif most is not None:
        yield f" with at most {phrases.number(most, 'person', 'people')}"


def _that(of: MemberFilter, *, one: bool) -> str:
    clauses: list[str] = []
    for verb, codes, name in _CLAUSES:
        if values := getattr(of, codes):
            clauses.append(f"{verb[0] if one else verb[1]} {_either([name(code) for code in values])}")
    return f" that {phrases.listed(clauses)}" if clauses else ""


_CLAUSES: Final[Sequence[tuple[tuple[str, str], str, Callable[[str], str]]]] = (
    (("needs help with", "need help with"), "needs", phrases.subject),
    (("offers", "offer"), "offers", phrases.subject),
    (("works in", "work in"), "language", phrases.language),
)


def _either(words: Sequence[str]) -> str:
    return " or ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))


def _country(code: str) -> str:
    name = country_names().get(code, code)
    return f"the {name}" if code in _WITH_ARTICLE.split() else name


def _partner(code: str) -> str:
    noun = PARTNER_KINDS.get(code, code)
    return f"an {noun}" if noun[0] in "aeiouN" else f"a {noun}"  # an NGO
