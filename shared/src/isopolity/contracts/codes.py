"""The code lists of the domain, with labels for people; the UNESCO region of each country; needs and offers in cells.

Codes are stable and travel as plain strings; a reader ignores a code it does not know. Only HTTP and imports refuse
one. Invariant: importing this module loads no pydantic, so that it names the fields of `Need` and `Offer` once more,
in their order; a test compares them.
"""

import csv
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Final

REGIONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "africa": "Africa",
        "arab-states": "Arab States",
        "asia-pacific": "Asia and the Pacific",
        "europe-north-america": "Europe and North America",
        "latin-america-caribbean": "Latin America and the Caribbean",
    }
)

AREAS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "area.cohesion": "individual empowerment and social cohesion",
        "area.prosperity": "economic development and cultural prosperity",
        "area.sustainability": "sustainable development of the city",
        "area.inclusive-education": "inclusive learning in the education system",
        "area.communities": "learning in families and communities",
        "area.workplace": "learning for and in the workplace",
        "area.technologies": "modern learning technologies",
        "area.quality": "quality in learning",
        "area.culture": "a culture of learning throughout life",
        "area.commitment": "political will and commitment",
        "area.governance": "governance and participation",
        "area.resources": "mobilisation and use of resources",
    }
)
"""The twelve areas of the Key Features of Learning Cities (UNESCO, Beijing 2013)."""

CLUSTERS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "cluster.sustainable-development": "education for sustainable development",
        "cluster.equity": "equity and inclusion",
        "cluster.planning": "educational planning, monitoring and evaluation",
        "cluster.citizenship": "education for global citizenship",
        "cluster.entrepreneurship": "entrepreneurship",
        "cluster.health": "learning for health and well-being",
        "cluster.literacy": "literacy",
    }
)
"""The seven thematic clusters of the UNESCO Global Network of Learning Cities."""

GOALS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "sdg.1": "no poverty",
        "sdg.2": "zero hunger",
        "sdg.3": "good health and well-being",
        "sdg.4": "quality education",
        "sdg.5": "gender equality",
        "sdg.6": "clean water and sanitation",
        "sdg.7": "affordable and clean energy",
        "sdg.8": "decent work and economic growth",
        "sdg.9": "industry, innovation and infrastructure",
        "sdg.10": "reduced inequalities",
        "sdg.11": "sustainable cities and communities",
        "sdg.12": "responsible consumption and production",
        "sdg.13": "climate action",
        "sdg.14": "life below water",
        "sdg.15": "life on land",
        "sdg.16": "peace, justice and strong institutions",
        "sdg.17": "partnerships for the goals",
    }
)
"""The Sustainable Development Goals of the United Nations."""

SUBJECTS: Final[Mapping[str, str]] = MappingProxyType({**AREAS, **CLUSTERS, **GOALS})

MODES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "study-visit": "study visit",
        "staff-exchange": "staff exchange",
        "training": "training",
        "webinar": "webinar",
        "peer-review": "peer review",
        "expert-mission": "expert mission",
        "good-practice": "good-practice transfer",
        "action-plan": "joint action plan",
        "pilot": "pilot project",
    }
)
ONLINE_MODES: Final = frozenset({"webinar", "peer-review", "good-practice", "action-plan"})
"""Modes that need no travel, so that distance does not matter to them."""

CITY_KINDS: Final[Mapping[str, str]] = MappingProxyType(
    {"city": "city", "district": "district", "county": "county", "consortium": "consortium"}
)
PARTNER_KINDS: Final[Mapping[str, str]] = MappingProxyType(
    {"foundation": "foundation", "corporation": "company", "ngo": "NGO"}
)
SUPPORTS: Final[Mapping[str, str]] = MappingProxyType(
    {"funding": "funding", "expertise": "expertise", "equipment": "equipment", "training": "training"}
)
CONTACT_ROLES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "coordinator": "coordinator",
        "deputy": "deputy",
        "approver": "approver (mayor's office)",
        "programme-officer": "programme officer",
    }
)
SIDES: Final[Mapping[str, str]] = MappingProxyType({"need": "need", "offer": "offer"})
"""Whether a city looks for a subject, or offers it."""
CREATIVE_FIELDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "crafts": "crafts and folk art",
        "design": "design",
        "film": "film",
        "gastronomy": "gastronomy",
        "literature": "literature",
        "media-arts": "media arts",
        "music": "music",
        "architecture": "architecture",
    }
)
"""The fields of the UNESCO Creative Cities Network."""


def creative_title(field: str) -> str:
    """A creative field as the title of its cities says it: “Crafts and Folk Art”."""
    words = CREATIVE_FIELDS.get(field, field).split()
    return " ".join(word if word == "and" else word.capitalize() for word in words)


@cache
def country_regions() -> Mapping[str, str]:
    """The region by ISO 3166-1 alpha-2 code."""
    return MappingProxyType({row["iso2"]: row["unesco_region"] for row in _rows("countries.csv")})


@cache
def country_incomes() -> Mapping[str, int]:
    """GDP per head in US dollars at purchasing power by ISO 3166-1 alpha-2 code; countries without a figure lack."""
    return MappingProxyType({row["iso2"]: int(row["gdp_ppp_per_head"]) for row in _rows("country_incomes.csv")})


@cache
def language_names() -> Mapping[str, str]:
    """The English name by ISO 639 code: all that have two letters, and those of countries' official languages."""
    return MappingProxyType({row["code"]: row["name"] for row in _rows("languages.csv")})


@cache
def own_language_names() -> Mapping[str, str]:
    """Names of languages in themselves, by ISO 639 code; languages whose own name is the English one are left out."""
    return MappingProxyType({row["code"]: row["own"] for row in _rows("languages.csv") if row["own"]})


def _rows(name: str) -> Iterable[dict[str, str]]:
    return csv.DictReader(files("isopolity.contracts").joinpath(name).read_text(encoding="utf-8").splitlines())


INTEREST_FIELDS: Final = ("subject", "intensity", "mode", "valid_until")


def interest_fields(text: str) -> dict[str, str]:
    """The parts of `text`, unchecked, by field; missing ones are left out, the last takes all that follows."""
    return dict(zip(INTEREST_FIELDS, text.split(":", len(INTEREST_FIELDS) - 1), strict=False))


def interest_text(fields: Mapping[str, Any]) -> str:
    """The text of a need or an offer by field; `interest_fields` reads it again."""
    return ":".join(str(fields[name]) for name in INTEREST_FIELDS if fields.get(name) not in (None, ""))
