"""Requests: the texts of `requests.toml`, each wording given to one city that needs one of its themes.

A city asks once or twice, in a language of its own or in English; the region with the fewest requests so far goes
first, so that all five get their share. No draw looks at programmes.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from demo_builder.chance import Chance
from demo_builder.countries import Nation
from demo_builder.files import Row, Table
from demo_builder.interests import DEFAULT_LANGUAGE, Interest
from demo_builder.leanings import traits
from demo_builder.members import Member
from demo_builder.partners import tidy
from demo_builder.profiles import Profile, member_languages, spoken
from demo_builder.themes import codes_of, is_language, read

TEXTS = Path(__file__).parents[1] / "requests.toml"
STARTS = (date(2027, 1, 15), date(2027, 3, 1), date(2027, 6, 1), date(2027, 9, 1))
SCALE = {"poor": 0.6, "middling": 1.0, "rich": 1.4}
"""How local prices change the amounts of a text."""

SIZE = {"small": 0.7, "large": 1.2}
"""How the size of a city changes the amounts of a text."""

MOST = 250_000
"""The largest amount that a demo's city asks for."""

MOST_REQUESTS = 2
"""How often a city asks, at most."""

DOLLARS = frozenset({"US", "CA"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A request in one language, before a city makes it its own."""

    entry: Mapping[str, Any]
    language: str

    @property
    def title(self) -> str:
        """The request's title."""
        return str(self.entry[self.language][0])

    @property
    def description(self) -> str:
        """Words about the use of the money; `{city}` stands for the city's name."""
        return str(self.entry[self.language][1])

    @property
    def topics(self) -> list[str]:
        """The codes of the request's own topics."""
        return codes_of(self.entry["topics"])

    @property
    def themes(self) -> list[str]:
        """The keys of the themes of which a city needs one to ask for this, the nearest first."""
        return str(self.entry["themes"]).split()


def read_texts() -> Iterator[Text]:
    """Yield all texts in order of their entries."""
    for entry in read(TEXTS)["request"]:
        yield from (Text(entry=entry, language=name) for name in entry if is_language(name))


def request_table(profiles: Sequence[Profile], nations: Mapping[str, Nation]) -> Table:
    """Return requests.csv: texts that few cities could ask come first, and a text that none could ask is left out.

    A city asks a second time, about another need, only where no city is left that has not asked.
    """
    texts = [(text, [profile for profile in profiles if asks(profile, text, nations)]) for text in read_texts()]
    asked: dict[tuple[str, str, str], set[str]] = {}
    load: Counter[str] = Counter()
    table: list[Row] = []
    for text, able in sorted(texts, key=lambda each: len(each[1])):
        chance = Chance("request", text.title)
        profile = choose(willing(able, text, asked), chance, load, nations)
        need = needed(profile, text) if profile else None
        if profile and need:
            member = profile.member
            asked.setdefault(member.key, set()).add(need.theme)
            load[nations[member.country].region] += 1
            table.append(request_row(profile, text, need, chance, nations[member.country]))
    return sorted(table, key=lambda row: (row["city_country"], row["city_name"]))


def willing(
    able: Sequence[Profile], text: Text, asked: Mapping[tuple[str, str, str], Collection[str]]
) -> Sequence[Profile]:
    """Return the able cities that have not asked yet; if there is none, those that asked once, for another need."""
    free = [profile for profile in able if profile.member.key not in asked]
    return free or [profile for profile in able if may_ask_again(profile, text, asked[profile.member.key])]


def may_ask_again(profile: Profile, text: Text, asked: Collection[str]) -> bool:
    """Return whether the city has asked once, for another need than the text is about."""
    need = needed(profile, text)
    return len(asked) < MOST_REQUESTS and need is not None and need.theme not in asked


def asks(profile: Profile, text: Text, nations: Mapping[str, Nation]) -> bool:
    """Return whether the city needs one of the text's themes, writes its language and is such as it supposes."""
    where, nation = text.entry.get("where", ""), nations[profile.member.country]
    fits = not where or where in traits(profile.member, nation)
    written = {*profile.languages} & {*member_languages(profile.member, nation), DEFAULT_LANGUAGE}
    return fits and text.language in written and needed(profile, text) is not None


def needed(profile: Profile, text: Text) -> Interest | None:
    """Return the city's need that the text is about, if there is one."""
    own = {need.theme: need for need in profile.needs}
    return next((own[theme] for theme in text.themes if theme in own), None)


def choose(
    profiles: Sequence[Profile], chance: Chance, load: Mapping[str, int], nations: Mapping[str, Nation]
) -> Profile | None:
    """Return one of the profiles of the region that has asked least."""
    if not profiles:
        return None
    regions = sorted({nations[profile.member.country].region for profile in profiles})
    quietest = min(regions, key=lambda region: load.get(region, 0))
    return chance.pick([each for each in profiles if nations[each.member.country].region == quietest])


def request_row(profile: Profile, text: Text, need: Interest, chance: Chance, nation: Nation) -> Row:
    """Return the text as the city's own request, its amounts at local prices."""
    member, entry = profile.member, text.entry
    present = tuple(traits(member, nation))
    scale = next(SCALE[trait] for trait in present if trait in SCALE)
    scale *= next((SIZE[trait] for trait in present if trait in SIZE), 1.0)
    least, most = (min(MOST, tidy(int(amount * scale))) for amount in entry["amounts"])
    starts = chance.pick(STARTS)
    europe = nation.region == "europe-north-america" and nation.code not in DOLLARS
    return {
        "city_kind": member.kind,
        "city_geonames_id": member.geonames_id,
        "city_country": member.country,
        "city_name": member.name,
        "title": text.title,
        "description": text.description.format(city=spoken(member.name)),
        "language": text.language,
        "topics": "|".join(text.topics),
        "amount_min": str(least),
        "amount_max": str(most),
        "currency": "EUR" if europe else "USD",
        "starts": starts.isoformat(),
        "ends": months_later(starts, entry["months"]).isoformat(),
        "beneficiaries": str(entry["people"]),
        "payee": entry.get("payee", "{body}").format(city=spoken(member.name), body=body(member)),
        "subjects": "|".join(dict.fromkeys((need.subject, *entry["subjects"].split()))),
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
