"""Requests: one for each text of request_texts.csv, given to a city that drew the text's subject as a need.

A city asks once; the region with the fewest requests so far goes first, so that all five get their share.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from demo_builder.chance import Chance
from demo_builder.countries import Nation
from demo_builder.files import Row, Table, read_table
from demo_builder.leanings import traits
from demo_builder.members import Member
from demo_builder.partners import tidy
from demo_builder.profiles import Profile

TEXTS = Path(__file__).parents[1] / "request_texts.csv"
STARTS = (date(2027, 1, 15), date(2027, 3, 1), date(2027, 6, 1), date(2027, 9, 1))
SCALE = {"poor": 0.6, "middling": 1.0, "rich": 1.6}
"""How local prices change the amounts of a text."""

DOLLARS = frozenset({"US", "CA"})


def request_table(profiles: Sequence[Profile], nations: Mapping[str, Nation]) -> Table:
    """Return requests.csv; a text whose subject no free city needs is left out."""
    taken: set[tuple[str, str, str]] = set()
    load: Counter[str] = Counter()
    table: list[Row] = []
    for text in read_table(TEXTS):
        chance = Chance("request", text["title"])
        willing = [profile.member for profile in profiles if asks_for(profile, text, nations)]
        member = choose([member for member in willing if member.key not in taken], chance, load, nations)
        if member:
            taken.add(member.key)
            load[nations[member.country].region] += 1
            table.append(request_row(member, text, chance, nations[member.country]))
    return sorted(table, key=lambda row: (row["city_country"], row["city_name"]))


def asks_for(profile: Profile, text: Row, nations: Mapping[str, Nation]) -> bool:
    """Return whether the city needs the text's subject and is such as the text supposes."""
    needed = {need.subject for need in profile.needs}
    fits = not text["where"] or text["where"] in traits(profile.member, nations[profile.member.country])
    return fits and text["subject"] in needed


def choose(
    members: Sequence[Member], chance: Chance, load: Mapping[str, int], nations: Mapping[str, Nation]
) -> Member | None:
    """Return one of the members of the region that has asked least."""
    if not members:
        return None
    regions = sorted({nations[member.country].region for member in members})
    quietest = min(regions, key=lambda region: load.get(region, 0))
    return chance.pick([member for member in members if nations[member.country].region == quietest])


def request_row(member: Member, text: Row, chance: Chance, nation: Nation) -> Row:
    """Return the text as the city's own request, its amounts at local prices."""
    scale = next(SCALE[trait] for trait in traits(member, nation) if trait in SCALE)
    starts = chance.pick(STARTS)
    europe = nation.region == "europe-north-america" and nation.code not in DOLLARS
    words = {"city": member.name, "body": body(member)}
    return {
        "city_kind": member.kind,
        "city_geonames_id": member.geonames_id,
        "city_country": member.country,
        "city_name": member.name,
        "title": text["title"],
        "description": text["description"].format(**words),
        "amount_min": str(tidy(int(int(text["amount_min"]) * scale))),
        "amount_max": str(tidy(int(int(text["amount_max"]) * scale))),
        "currency": "EUR" if europe else "USD",
        "starts": starts.isoformat(),
        "ends": months_later(starts, int(text["months"])).isoformat(),
        "beneficiaries": text["beneficiaries"],
        "payee": text["payee"].format(**words),
        "subjects": f"{text['subject']}|{text['also']}",
        "illustrative": "yes",
    }


def body(member: Member) -> str:
    """Return the public body that speaks for the member."""
    named = member.kind != "city" or "Commune" in member.name or "Council" in member.name
    return member.name if named else f"Municipality of {member.name}"


def months_later(day: date, months: int) -> date:
    """Return the same day of a later month; starts lie before the 28th."""
    years, month = divmod(day.month - 1 + months, 12)
    return day.replace(year=day.year + years, month=month + 1)
