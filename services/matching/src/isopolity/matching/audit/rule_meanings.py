"""What the rules of a round mean for one pair: whether it counts for a rule, and whether a rule takes it out.

Invariant: it reads rules as they were sealed, and shares no code with what binds rules to a problem.
"""

from collections.abc import Mapping
from typing import Any

Member = Mapping[str, Any]
Rule = Mapping[str, Any]


def takes_out(rule: Rule, kind: str, one: Member, other: Member, km: float | None) -> bool:
    """Whether a rule takes out the pair of two members, whatever is chosen; `km` is None where it is not known."""
    match rule["rule"]:
        case "common-language":
            return is_among(rule["pairs"], kind, one, other) and not _spoken(one) & _spoken(other)
        case "distance":
            least, most = rule["km_at_least"], rule["km_at_most"]
            keeps = km is not None and (least is None or km >= least) and (most is None or km <= most)
            return is_among(rule["pairs"], kind, one, other) and not keeps
        case "count-pairs":
            return rule["at_most"] == 0 and is_among(rule["pairs"], kind, one, other)
        case "count-per-member":
            return rule["at_most"] == 0 and bool(counting_members(rule, kind, one, other))
        case _:
            return False


def counts(rule: Rule, kind: str, one: Member, other: Member, region: str) -> bool:
    """Whether the pair counts for a rule on pairs, or on those of a region."""
    if rule["rule"] == "region-floors":
        return _is_of_kind(rule["kind"], kind) and region in (one.get("region"), other.get("region"))
    return is_among(rule["pairs"], kind, one, other)


def counting_members(rule: Rule, kind: str, one: Member, other: Member) -> list[Member]:
    """The members of the pair for whom it counts by a rule for each member."""
    pairs = {
        "kind": rule["kind"],
        "within": rule["within"],
        "across": rule["across"],
        "including": None,
        "between": None,
    }
    if not is_among(pairs, kind, one, other):
        return []
    partner = rule["partner"]
    return [
        near
        for near, far in ((one, other), (other, one))
        if fits(rule["each"], near) and (partner is None or fits(partner, far))
    ]


def lowered_room(rule: Rule, kind: str, member: Member) -> int | None:
    """How many pairs a rule lets a member have in all, where it is about all its pairs of a kind; else None."""
    if rule["rule"] != "count-per-member" or rule["at_most"] is None or rule["of_one"] is not None:
        return None
    counts_all = rule["partner"] is None and rule["within"] is None and rule["across"] is None
    if counts_all and _is_of_kind(rule["kind"], kind) and fits(rule["each"], member):
        return int(rule["at_most"])
    return None


def is_among(pairs: Mapping[str, Any], kind: str, one: Member, other: Member) -> bool:
    """Whether the pair fits a filter of pairs."""
    if not _is_of_kind(pairs["kind"], kind):
        return False
    if pairs["including"] is not None and not (fits(pairs["including"], one) or fits(pairs["including"], other)):
        return False
    if pairs["between"] is not None:
        first, second = pairs["between"]
        if not ((fits(first, one) and fits(second, other)) or (fits(first, other) and fits(second, one))):
            return False
    return _is_within(pairs["within"], one, other) and _is_across(pairs["across"], one, other)


def _is_within(by: str | None, one: Member, other: Member) -> bool:
    return by is None or (_are_cities(one, other) and one[by] == other[by] and bool(one[by]))


def _is_across(by: str | None, one: Member, other: Member) -> bool:
    return by is None or (_are_cities(one, other) and one[by] != other[by] and bool(one[by]) and bool(other[by]))


def fits(of: Mapping[str, Any], member: Member) -> bool:
    """Whether a member fits every attribute that a filter names."""
    is_city = "twinning" in member["node"]
    if of["member"] is not None and of["member"] != ("city" if is_city else "programme"):
        return False
    if of["language"] and not {each.partition("-")[0] for each in of["language"]} & _spoken(member):
        return False
    if not is_city:
        named = {member["partner"], f"{member['partner']}/{member['programme']}"}
        about_cities = any(of[name] for name in ("region", "country", "kind", "needs", "offers"))
        about_cities |= any(of[name] is not None for name in ("people_at_least", "people_at_most", "without_tie"))
        return (
            not about_cities
            and (not of["partner_kind"] or member["partner_kind"] in of["partner_kind"])
            and (not of["home_country"] or member["home_country"] in of["home_country"])
            and (not of["id"] or bool(named & set(of["id"])))
        )
    if of["partner_kind"] or of["home_country"]:
        return False
    people, least, most = member["population"], of["people_at_least"], of["people_at_most"]
    if (least is not None and not (people is not None and people >= least)) or (
        most is not None and not (people is not None and people <= most)
    ):
        return False
    for name, entries in (("needs", member["needs"]), ("offers", member["offers"])):
        if of[name] and not {entry[0] for entry in entries} & set(of[name]):
            return False
    return (
        all(not of[name] or member[name] in of[name] for name in ("region", "country", "kind"))
        and (of["without_tie"] is None or member["any_tie"] != of["without_tie"])
        and (not of["id"] or member["id"] in of["id"])
    )


def _is_of_kind(asked: str, kind: str) -> bool:
    return asked == "all" or asked == f"{kind}s"


def _are_cities(one: Member, other: Member) -> bool:
    return "twinning" in one["node"] and "twinning" in other["node"]


def _spoken(member: Member) -> set[str]:
    return {each.partition("-")[0] for each in member["languages"]}
