"""Draws what members do not publish: needs, offers, languages, capacity; to some it lends a sentence as their own.

All of it is marked illustrative.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from demo_builder.chance import Chance
from demo_builder.countries import WIDELY_USED, Nation
from demo_builder.files import Line, read_table
from demo_builder.interests import DEFAULT_LANGUAGE, Interest, Speaker, draw_interests, written
from demo_builder.leanings import traits
from demo_builder.members import Member, plain
from demo_builder.wordings import Drawn

ABOUT = Path(__file__).parents[1] / "about_texts.csv"
"""Sentences written for the demo; the cities never said them."""

OFFICES = {True: "Learning City Office", False: "Creative City Office"}
ENGLISH_ALSO = {
    "africa": 0.5,
    "arab-states": 0.75,
    "asia-pacific": 0.8,
    "europe-north-america": 0.85,
    "latin-america-caribbean": 0.5,
}
"""How often a city works in English where it is not official, by region."""

FRENCH_ALSO = ("MA", "TN", "DZ", "LB", "MR", "RO", "BE", "CH", "LU", "CA")
RUSSIAN_ALSO = ("AM", "AZ", "GE", "KZ", "KG", "TJ", "TM", "UZ", "MN", "BY", "EE", "LV", "LT")
SPANISH_ALSO = ("US", "BR", "PT")


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A member with what was drawn for it."""

    member: Member
    languages: tuple[str, ...]
    online_only: bool
    can_travel: bool
    can_host: bool
    wants_own_country: bool
    capacity: int
    needs: tuple[Interest, ...]
    offers: tuple[Interest, ...]


def draw_profile(member: Member, nation: Nation, drawn: Drawn) -> Profile:
    """Return the member's profile, in words that earlier ones have used least."""
    chance = Chance("profile", *member.key)
    online_only = chance.happens(0.08)
    can_travel = not online_only and chance.happens(0.85)
    can_host = not online_only and (not can_travel or chance.happens(0.9))
    languages = draw_languages(chance, member, nation)
    speaker = Speaker(
        name=spoken(member.name),
        present=frozenset((*traits(member, nation), *(("hosts",) if can_host else ()))),
        languages=languages,
        own_languages=member_languages(member, nation),
        population=int(member.population or 0),
        can_travel=can_travel,
        can_host=can_host,
        online_only=online_only,
    )
    offers = draw_interests(chance, speaker, "offers", drawn)
    return Profile(
        member=member,
        languages=languages,
        online_only=online_only,
        can_travel=can_travel,
        can_host=can_host,
        wants_own_country=chance.happens(0.07),
        capacity=(1, 1, 1, 1, 2, 2)[chance.number(0, 5)],
        needs=draw_interests(chance, speaker, "needs", drawn, offers),
        offers=offers,
    )


def spoken(name: str) -> str:
    """Return a member's name as a sentence says it: Kara for `Kara - Commune de Kozah 1`."""
    bare = name.split(" (")[0].split(" - ")[0]
    for ending in (" Town Council", " Consortium", " County", " Industrial City", " 1er"):
        bare = bare.removesuffix(ending)
    return bare


def draw_languages(chance: Chance, member: Member, nation: Nation) -> tuple[str, ...]:
    """Return up to four working languages: official ones, then widely used ones that many there speak.

    A city in none of whose own languages the bank has words works in English, too.
    """
    official = member_languages(member, nation)
    also = [code for code in nation.spoken if code in WIDELY_USED]
    for code, countries in (("fr", FRENCH_ALSO), ("ru", RUSSIAN_ALSO), ("es", SPANISH_ALSO)):
        if member.country in countries and chance.happens(0.5):
            also.append(code)
    if chance.happens(ENGLISH_ALSO[nation.region]) or not written().intersection(official):
        also.insert(0, DEFAULT_LANGUAGE)
    return tuple(dict.fromkeys([*official, *also]))[:4]


def member_languages(member: Member, nation: Nation) -> tuple[str, ...]:
    """Return at most two of the country's languages; in a country of several, the ones of the place if known."""
    return LOCAL_LANGUAGES.get(member.name, nation.official[:2])


LOCAL_LANGUAGES = {
    "Liège": ("fr",),
    "Namur": ("fr",),
    "Ghent": ("nl",),
    "Kortrijk": ("nl",),
    "Lausanne": ("fr",),
    "Montreux": ("fr",),
    "Fribourg": ("fr", "de"),
    "Bolzano": ("de", "it"),
    "Montréal": ("fr",),
    "Québec City": ("fr",),
    "Slemani": ("ku", "ar"),
    "Girona": ("ca", "es"),
    "Modi'in": ("he",),
    "Tel Aviv-Yafo": ("he",),
    "Terrassa": ("ca", "es"),
    "Bilbao": ("es", "eu"),
    "Chennai": ("ta", "en"),
    "Hyderabad": ("te", "ur"),
    "Kozhikode": ("ml", "en"),
    "Macao": ("zh", "pt"),
    "Mumbai": ("mr", "hi"),
    "Nilambur": ("ml", "en"),
    "Srinagar": ("ks", "ur"),
    "Thrissur": ("ml", "en"),
    "Warangal": ("te", "en"),
}
"""Cities whose language is not the first of their country's list."""


def city_lines(profiles: Iterable[Profile]) -> list[Line]:
    """Return cities.jsonl in the fields of registry's import."""
    words = {("city", text["country"], text["name"]): text["about"] for text in read_table(ABOUT)}
    named = [(profile, (profile.member.kind, profile.member.country, profile.member.name)) for profile in profiles]
    return [city_line(profile, words.get(name, "")) for profile, name in named]


def city_line(profile: Profile, about: str) -> Line:
    """Return one city; its contact is an office at an address that cannot exist. Empty fields are left out."""
    member = profile.member
    line: Line = {
        "kind": member.kind,
        "name": member.name,
        "local_names": list(member.local_names),
        "country": member.country,
        "geonames_id": number(member.geonames_id),
        "latitude": float(member.latitude) if member.latitude else None,
        "longitude": float(member.longitude) if member.longitude else None,
        "population": number(member.population),
        "languages": list(profile.languages),
        "learning_city_since": number(member.since),
        "creative_field": member.creative_field,
        "about": about,
        "can_travel": profile.can_travel,
        "can_host": profile.can_host,
        "online_only": profile.online_only,
        "wants_own_country": profile.wants_own_country,
        "capacity": profile.capacity,
        "needs": [need.entry for need in profile.needs],
        "offers": [offer.entry for offer in profile.offers],
        "illustrative": True,
        "contact": {
            "name": f"{OFFICES[member.learning]}, {member.name}",
            "email": f"coordinator@{domain_label(member.name)}-{member.country.lower()}.example",
            "role": "coordinator",
        },
    }
    return {name: value for name, value in line.items() if value is False or value}


def number(cell: str) -> int | None:
    """Return the whole number of a cell, if it has one."""
    return int(cell) if cell else None


def domain_label(name: str) -> str:
    """Return the name as part of a host name: letters a-z, digits and single hyphens."""
    letters = (letter if letter.isascii() and letter.isalnum() else " " for letter in plain(name))
    return "-".join("".join(letters).split())
