"""Member cities: learning and creative cities merged by GeoNames id, but only within one kind.

A district that shares its city's GeoNames id stays a member of its own, and so does one without an id.
"""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace

from demo_builder.files import Row, Table

KINDS = {
    "city": "city",
    "district": "district",
    "county": "county",
    "consortium": "consortium",
    "governorate": "county",
}
FIELDS = {
    "Crafts and Folk Art": "crafts",
    "Design": "design",
    "Film": "film",
    "Gastronomy": "gastronomy",
    "Literature": "literature",
    "Media Arts": "media-arts",
    "Music": "music",
}
WRONG_PLACES = {
    ("Parma", "511196"): ("3171457", "IT"),  # was Perm
    ("London", "2643743"): ("6058560", "CA"),  # the City of Music is in Ontario
    ("Perth", "2063523"): ("2640358", "GB"),  # the City of Crafts is in Scotland
    ("Óbidos", "3393768"): ("2265485", "PT"),  # was Óbidos in Pará
    ("Santa Fe", "3836277"): ("5490263", "US"),  # the City of Crafts is in New Mexico
    ("Al-Ahsa", "3163410"): ("109571", "SA"),  # its main town, Al Hufūf
}
"""Creative cities that the source places in a namesake; by name and wrong id."""

PRESENT_NAMES = {"Odessa": "Odesa"}
"""Cities that have since asked for another spelling."""

LATIN = "BO BR CA CO EC EE ES FR IT LT LV MX NO PE PL PT PY RO SE TG VN"
LATIN_NAMES = frozenset(LATIN.split())
"""Countries whose own spelling, accents and all, is the one to print."""

ROMANIAN_COMMAS = str.maketrans("şţŞŢ", "șțȘȚ")
PLAIN_LETTERS = str.maketrans({"ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "ı": "i", "đ": "d", "Đ": "D", "ß": "ss"})  # noqa: RUF001 - the letters are the point


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One member city with what is publicly known of it."""

    kind: str
    name: str
    country: str
    geonames_id: str = ""
    local_names: tuple[str, ...] = ()
    latitude: str = ""
    longitude: str = ""
    population: str = ""
    since: str = ""
    awarded: bool = False
    learning: bool = False
    themes: str = ""
    creative_field: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        """What makes the member itself: its kind and GeoNames id, or its country and name."""
        return (self.kind, self.geonames_id or self.country, "" if self.geonames_id else self.name)


def merge_members(*, learning: Table, creative: Table, places: Iterable[Row]) -> list[Member]:
    """Return all members in order of country, name and kind."""
    by_id = {row.get("id") or row["geonames_id"]: row for row in places}
    members: dict[tuple[str, str, str], Member] = {}
    for member in map(learning_member, learning):
        members[member.key] = member
    for city in map(creative_member, creative):
        known = members.get(city.key)
        members[city.key] = join(known, city) if known else city
    placed = (place(member, by_id.get(member.geonames_id)) for member in members.values())
    return sorted(placed, key=lambda member: (member.country, plain(member.name), member.kind))


def learning_member(row: Row) -> Member:
    """Return a learning city; its first award stands in for an unknown year of joining."""
    awards = [year for year in row["award_years"].split("|") if year]
    return Member(
        kind=KINDS[row["kind"]],
        name=row["name"],
        country=row["country"],
        geonames_id=row["geonameid"],
        local_names=other_names(row["name"], row["geonames_name"]),
        latitude=row["lat"],
        longitude=row["lon"],
        population=row["population"],
        since=row["year_joined"] or min(awards, default=""),
        awarded=bool(awards),
        learning=True,
        themes=row["themes"],
    )


def creative_member(row: Row) -> Member:
    """Return a creative city, moved from a namesake to the place that is meant."""
    moved = WRONG_PLACES.get((row["city"], row["geonameid"]))
    geonames_id, country = moved or (row["geonameid"], row["country"])
    return Member(
        kind="city",
        name=PRESENT_NAMES.get(row["city"], row["city"]),
        country=country,
        geonames_id=geonames_id,
        creative_field=FIELDS[row["creative_field"]],
    )


def join(learning: Member, creative: Member) -> Member:
    """Return the learning city with its creative field and the other network's spelling."""
    names = (*learning.local_names, *other_names(learning.name, creative.name))
    return replace(learning, creative_field=creative.creative_field, local_names=tuple(dict.fromkeys(names)))


def place(member: Member, row: Row | None) -> Member:
    """Return the member with what GeoNames knows where its network said nothing."""
    known = row or {}
    spellings = [printed(name, member.country) for name in (*member.local_names, known.get("name", "")) if name]
    own = printed(member.name, member.country)
    name = next((other for other in spellings if adds_accents(own, other, member.country)), own)
    return replace(
        member,
        name=name,
        local_names=other_names(name, own, *spellings),
        latitude=member.latitude or known.get("lat") or known.get("latitude", ""),
        longitude=member.longitude or known.get("lon") or known.get("longitude", ""),
        population=member.population or known.get("population", "").lstrip("0"),
    )


def printed(name: str, country: str) -> str:
    """Return the name with the comma below that Romanian prints where older lists have a cedilla."""
    return name.translate(ROMANIAN_COMMAS) if country == "RO" else name


def adds_accents(name: str, other: str, country: str) -> bool:
    """Return whether the other spelling is the same name with the accents left out: Bogotá for Bogota."""
    return country in LATIN_NAMES and name.isascii() and not other.isascii() and plain(name) == plain(other)


def other_names(name: str, *spellings: str) -> tuple[str, ...]:
    """Return the spellings that differ from the name by more than an apostrophe, each once."""
    return tuple(dict.fromkeys(other for other in spellings if other and straight(other) != straight(name)))


def straight(name: str) -> str:
    """Return the name with straight apostrophes, or none at the end."""
    return name.replace("’", "'").replace("‘", "'").rstrip("'")  # noqa: RUF001 - the marks are the point


def plain(name: str) -> str:
    """Return the name in lower case without accents: `sao paulo` for São Paulo."""
    letters = unicodedata.normalize("NFKD", name.translate(PLAIN_LETTERS))
    return "".join(letter for letter in letters if not unicodedata.combining(letter)).lower()


def pair_twins(members: Iterable[Member], pairs: Table) -> Table:
    """Return the twinnings between two members that are cities; a district does not inherit its city's."""
    cities = {member.geonames_id for member in members if member.kind == "city" and member.geonames_id}
    inside = [(row["city_a"], row["city_b"]) for row in pairs if {row["city_a"], row["city_b"]} <= cities]
    return [
        {"a_kind": "city", "a_geonames_id": first, "b_kind": "city", "b_geonames_id": second, "since": ""}
        for first, second in inside
    ]
