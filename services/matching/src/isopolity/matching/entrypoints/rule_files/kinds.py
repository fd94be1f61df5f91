"""The kind of a rule by its keys, and the keys that exclude each other.

Invariant: an accepted rule has one meaning, and at least one pair of members could fit it.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from isopolity.matching.domain.rules.filters import ANYBODY, Grouping, MemberFilter, PairFilter, PairKind
from isopolity.matching.domain.rules.rule_book import (
    CommonLanguage,
    CountPairs,
    CountPerMember,
    Distance,
    RegionFloors,
    Rule,
    ServeMembers,
)

_NAMES_A_KIND: Final = ("each", "serve", "common_language", "floor_by", "km_at_least", "km_at_most")
_WHICH_PAIRS: Final = ("name", "pairs", "including", "between", "within", "across")
_MAY_HAVE: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "each": ("name", "pairs", "each", "partner", "within", "across", "at_least", "at_most", "of_one"),
        "serve": ("name", "pairs", "serve", "at_least", "at_least_percent"),
        "common_language": (*_WHICH_PAIRS, "common_language"),
        "km_at_least": (*_WHICH_PAIRS, "km_at_least", "km_at_most"),
        "km_at_most": (*_WHICH_PAIRS, "km_at_least", "km_at_most"),
        "floor_by": ("name", "pairs", "floor_by", "tolerance_percent"),
    }
)
_PLAIN: Final = (*_WHICH_PAIRS, "at_least", "at_most")


def rule_of(given: Mapping[str, Any]) -> Rule:
    """The rule of these keys, whose values are those of the domain. Raises ValueError that says what to change."""
    named = [key for key in _NAMES_A_KIND if key in given]
    kind = named[0] if named else None
    allowed = _PLAIN if kind is None else _MAY_HAVE[kind]
    for key in given:
        if key not in allowed:
            raise ValueError(_out_of_place(key, kind, allowed))
    _refuse_empty_range(given, "at_least", "at_most")
    _refuse_empty_range(given, "km_at_least", "km_at_most")
    _refuse_nothing(given)
    return _MAKERS[kind](given)


def refusal_of_filter(of: MemberFilter) -> str | None:
    """The reason for which no member can fit a filter; None if a member can."""
    if of.is_of_cities and of.is_of_programmes:
        cities = next((name for name in of.given if MemberFilter(**{name: getattr(of, name)}).is_of_cities), "member")
        programmes = next(name for name in of.given if MemberFilter(**{name: getattr(of, name)}).is_of_programmes)
        return (
            f"Nobody fits: `{cities}` is of cities and `{programmes}` of programmes. "
            "Take one of them out, or write two filters."
        )
    if of.people_at_least is not None and of.people_at_most is not None and of.people_at_least > of.people_at_most:
        return "Nobody fits: `people_at_least` is greater than `people_at_most`. Swap the two."
    return None


def _out_of_place(key: str, kind: str | None, allowed: tuple[str, ...]) -> str:
    if kind is None:
        needed = next((each for each, keys in _MAY_HAVE.items() if key in keys), "each")
        return f"`{key}` goes with `{needed}` only. Add `{needed}`, or take `{key}` out."
    other = ", ".join(f"`{each}`" for each in allowed if each not in ("name", kind))
    return f"`{key}` does not go with `{kind}`. Take it out; a rule with `{kind}` may also have {other}."


def _refuse_empty_range(given: Mapping[str, Any], least: str, most: str) -> None:
    if least in given and most in given and given[least] > given[most]:
        raise ValueError(f"`{least}` is greater than `{most}`, so that nothing can keep the rule. Swap the two.")


def _refuse_nothing(given: Mapping[str, Any]) -> None:
    for key in ("at_least", "at_least_percent"):
        if given.get(key) == 0 and "at_most" not in given:
            raise ValueError(f"`{key} = 0` asks for nothing. Write 1 or more, or take the rule out.")


def _refuse_wrong_number(between: object) -> None:
    if isinstance(between, tuple) and len(between) != 2:
        has = f"{len(between)} {'filter' if len(between) == 1 else 'filters'}"
        raise ValueError(f'`between` has {has}. Write two, such as `[{{ region = "africa" }}, {{}}]`.')


def _pairs(given: Mapping[str, Any], kind: PairKind = PairKind.ALL) -> PairFilter:
    kind = given.get("pairs", kind)
    _refuse_wrong_number(given.get("between"))
    found = PairFilter(
        kind=_kind_that_fits(given, kind),
        including=given.get("including"),
        between=given.get("between"),
        within=given.get("within"),
        across=given.get("across"),
    )
    if found.including is not None and found.between is not None:
        raise ValueError("`including` and `between` do not go together. Take one of them out.")
    _refuse_nowhere(found.within, found.across)
    if found.between is not None:
        _refuse_impossible(found.between, found.kind)
    if found.including is not None:
        _refuse_impossible((found.including, ANYBODY), found.kind)
    return found


def _refuse_nowhere(within: Grouping | None, across: Grouping | None) -> None:
    if within is not None and within == across:
        raise ValueError(f"No pair is both within and across a {within.value}. Take one of the two out.")
    if within is Grouping.COUNTRY and across is Grouping.REGION:
        raise ValueError("All cities of one country are of one region. Take `within` or `across` out.")


def _kind_that_fits(given: Mapping[str, Any], kind: PairKind) -> PairKind:
    """`kind`, narrowed to twinnings if a key is about two cities: `within`, `across` or a distance."""
    for key in ("within", "across", "km_at_least", "km_at_most"):
        if key in given and kind is PairKind.SPONSORSHIPS:
            raise ValueError(f'`{key}` is about two cities, and a sponsorship has one. Write `pairs = "twinnings"`.')
        if key in given:
            return PairKind.TWINNINGS
    return kind


def _refuse_impossible(between: tuple[MemberFilter, MemberFilter], kind: PairKind) -> None:
    programmes = sum(each.is_of_programmes for each in between)
    cities = sum(each.is_of_cities for each in between)
    if programmes == 2:
        raise ValueError("Two programmes are never paired. Write a filter of cities in place of one.")
    if programmes and kind is PairKind.TWINNINGS:
        raise ValueError("A twinning is of two cities. Take the filter of programmes out, or ask for other pairs.")
    if cities == 2 and kind is PairKind.SPONSORSHIPS:
        raise ValueError(
            'A sponsorship is of a programme and a city. Write `{ member = "programme" }` for one of them.'
        )


def _count_pairs(given: Mapping[str, Any]) -> Rule:
    if "at_least" not in given and "at_most" not in given:
        raise ValueError("It does not say how many. Add `at_least`, `at_most`, or both.")
    return CountPairs(
        name=given.get("name", ""), pairs=_pairs(given), at_least=given.get("at_least"), at_most=given.get("at_most")
    )


def _count_per_member(given: Mapping[str, Any]) -> Rule:
    least, most, of_one = (given.get(key) for key in ("at_least", "at_most", "of_one"))
    if least is None and most is None:
        raise ValueError("It does not say how many each may have. Add `at_least`, `at_most`, or both.")
    if of_one is not None and most is None:
        raise ValueError(
            f"`of_one` goes with `at_most`. Say how many partners of one {of_one.value} a member may have."
        )
    if of_one is not None and least is not None:
        raise ValueError("`of_one` and `at_least` do not go together. Write two rules.")
    kind = _kind_that_fits(given, given.get("pairs", PairKind.ALL))
    each, partner, within, across = given["each"], *(given.get(key) for key in ("partner", "within", "across"))
    _refuse_nowhere(within, across)
    _refuse_impossible((each, partner or ANYBODY), kind)
    return CountPerMember(
        name=given.get("name", ""),
        each=each,
        kind=kind,
        partner=partner,
        within=within,
        across=across,
        at_least=least,
        at_most=most,
        of_one=of_one,
    )


def _serve_members(given: Mapping[str, Any]) -> Rule:
    if "at_least" in given and "at_least_percent" in given:
        raise ValueError("`at_least` and `at_least_percent` do not go together. Write one of them, not both.")
    if "at_least" not in given and "at_least_percent" not in given:
        raise ValueError("Say how many are to be served: either `at_least`, or `at_least_percent`.")
    kind = given.get("pairs", PairKind.ALL)
    _refuse_impossible((given["serve"], ANYBODY), kind)
    return ServeMembers(
        name=given.get("name", ""),
        serve=given["serve"],
        kind=kind,
        at_least=given.get("at_least"),
        at_least_percent=given.get("at_least_percent"),
    )


def _distance(given: Mapping[str, Any]) -> Rule:
    return Distance(
        name=given.get("name", ""),
        pairs=_pairs(given, PairKind.TWINNINGS),
        km_at_least=given.get("km_at_least"),
        km_at_most=given.get("km_at_most"),
    )


def _common_language(given: Mapping[str, Any]) -> Rule:
    if not given["common_language"]:
        raise ValueError("`common_language = false` asks for nothing. Write `true`, or take the rule out.")
    return CommonLanguage(name=given.get("name", ""), pairs=_pairs(given))


def _region_floors(given: Mapping[str, Any]) -> Rule:
    kind = given.get("pairs", PairKind.ALL)
    tolerance = {key: given[key] for key in ("tolerance_percent",) if key in given}
    return RegionFloors(name=given.get("name", ""), kind=kind, **tolerance)


_MAKERS: Final[Mapping[str | None, Callable[[Mapping[str, Any]], Rule]]] = MappingProxyType(
    {
        None: _count_pairs,
        "each": _count_per_member,
        "serve": _serve_members,
        "common_language": _common_language,
        "km_at_least": _distance,
        "km_at_most": _distance,
        "floor_by": _region_floors,
    }
)
