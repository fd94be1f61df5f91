"""Draws what members do not publish: needs, offers, languages, capacity; to some it lends a sentence as their own.

All of it is marked illustrative.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from demo_builder.chance import Chance
from demo_builder.countries import WIDELY_USED, Nation
from demo_builder.files import Row, Table, read_table
from demo_builder.leanings import NEEDS, OFFERS, traits, weigh
from demo_builder.members import Member, plain

ABOUT = Path(__file__).parents[1] / "about_texts.csv"
"""Sentences written for the demo; the cities never said them."""

NEED_MODES = {
    "training": 3.0,
    "good-practice": 3.0,
    "study-visit": 3.0,
    "expert-mission": 2.0,
    "webinar": 2.0,
    "pilot": 2.0,
    "peer-review": 1.0,
    "staff-exchange": 1.0,
    "action-plan": 1.0,
}
OFFER_MODES = {
    "good-practice": 4.0,
    "study-visit": 3.0,
    "training": 3.0,
    "webinar": 2.0,
    "peer-review": 2.0,
    "expert-mission": 1.0,
    "staff-exchange": 1.0,
    "action-plan": 1.0,
    "pilot": 1.0,
}
ONLINE_MODES = ("webinar", "peer-review", "good-practice", "action-plan")
VISITS = ("study-visit", "staff-exchange")
LAST_DAYS = ("2027-06-30", "2027-09-30", "2027-12-31", "2028-06-30", "2028-12-31")
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
class Wish:
    """A need or an offer."""

    subject: str
    intensity: int
    mode: str
    valid_until: str

    def __str__(self) -> str:
        """Return the cell's form, `subject:intensity:mode[:valid_until]`."""
        return ":".join(part for part in (self.subject, str(self.intensity), self.mode, self.valid_until) if part)


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
    needs: tuple[Wish, ...]
    offers: tuple[Wish, ...]


def draw_profile(member: Member, nation: Nation) -> Profile:
    """Return the member's profile; the same member always draws the same."""
    chance = Chance("profile", *member.key)
    present = tuple(traits(member, nation))
    online_only = chance.happens(0.08)
    can_travel = not online_only and chance.happens(0.85)
    can_host = not online_only and (not can_travel or chance.happens(0.9))
    offers = draw_wishes(chance, weigh(OFFERS, present), modes_for(OFFER_MODES, online_only, visits=can_host))
    offered = {offer.subject for offer in offers}
    wanted = {subject: weight for subject, weight in weigh(NEEDS, present).items() if subject not in offered}
    return Profile(
        member=member,
        languages=draw_languages(chance, member, nation),
        online_only=online_only,
        can_travel=can_travel,
        can_host=can_host,
        wants_own_country=chance.happens(0.07),
        capacity=(1, 1, 1, 1, 2, 2)[chance.number(0, 5)],
        needs=draw_wishes(chance, wanted, modes_for(NEED_MODES, online_only, visits=can_travel)),
        offers=offers,
    )


def modes_for(modes: Mapping[str, float], online_only: bool, *, visits: bool) -> Mapping[str, float]:
    """Return the modes that the city can keep: who needs a visit travels, who offers one hosts."""
    if online_only:
        return {mode: modes[mode] for mode in ONLINE_MODES}
    return {mode: weight for mode, weight in modes.items() if visits or mode not in VISITS}


def draw_wishes(chance: Chance, weights: Mapping[str, float], modes: Mapping[str, float]) -> tuple[Wish, ...]:
    """Return two to four needs or offers, the strongest first."""
    subjects = chance.weighted(weights, chance.pick((2, 3, 3, 4, 4)))
    intensities = sorted((chance.number(2, 5) for _ in subjects), reverse=True)
    return tuple(
        Wish(
            subject=subject,
            intensity=intensity,
            mode=chance.weighted(modes, 1)[0],
            valid_until=chance.pick(LAST_DAYS) if chance.happens(0.3) else "",
        )
        for subject, intensity in zip(subjects, intensities, strict=True)
    )


def draw_languages(chance: Chance, member: Member, nation: Nation) -> tuple[str, ...]:
    """Return up to four working languages: official ones, then widely used ones that many there speak."""
    official = member_languages(member, nation)
    also = [code for code in nation.spoken if code in WIDELY_USED]
    for code, countries in (("fr", FRENCH_ALSO), ("ru", RUSSIAN_ALSO), ("es", SPANISH_ALSO)):
        if member.country in countries and chance.happens(0.5):
            also.append(code)
    if chance.happens(ENGLISH_ALSO[nation.region]):
        also.append("en")
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


def city_table(profiles: Iterable[Profile]) -> Table:
    """Return cities.csv in the columns of registry's import."""
    words = {("city", text["country"], text["name"]): text["about"] for text in read_table(ABOUT)}
    named = [(profile, (profile.member.kind, profile.member.country, profile.member.name)) for profile in profiles]
    return [city_row(profile, words.get(name, "")) for profile, name in named]


def city_row(profile: Profile, about: str) -> Row:
    """Return one city; its contact is an office at an address that cannot exist."""
    member = profile.member
    return {
        "kind": member.kind,
        "name": member.name,
        "local_names": "|".join(member.local_names),
        "country": member.country,
        "geonames_id": member.geonames_id,
        "latitude": member.latitude,
        "longitude": member.longitude,
        "population": member.population,
        "languages": "|".join(profile.languages),
        "learning_city_since": member.since,
        "creative_field": member.creative_field,
        "about": about,
        "web": "",
        "can_travel": yes_no(profile.can_travel),
        "can_host": yes_no(profile.can_host),
        "online_only": yes_no(profile.online_only),
        "wants_own_country": yes_no(profile.wants_own_country),
        "capacity": str(profile.capacity),
        "needs": "|".join(map(str, profile.needs)),
        "offers": "|".join(map(str, profile.offers)),
        "illustrative": "yes",
        "contact_name": f"{OFFICES[member.learning]}, {member.name}",
        "contact_email": f"coordinator@{domain_label(member.name)}-{member.country.lower()}.example",
        "contact_role": "coordinator",
    }


def yes_no(value: bool) -> str:
    """Return the word a spreadsheet shows."""
    return "yes" if value else "no"


def domain_label(name: str) -> str:
    """Return the name as part of a host name: letters a-z, digits and single hyphens."""
    letters = (letter if letter.isascii() and letter.isalnum() else " " for letter in plain(name))
    return "-".join("".join(letters).split())
