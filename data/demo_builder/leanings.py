"""What makes a city likelier to need or to offer a subject: weights that add up over what the city is.

They are judgement, not data: no member published them, which is why every row built from them says illustrative.
"""

import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path

from demo_builder.countries import Nation
from demo_builder.members import Member

AREAS = (
    "cohesion prosperity sustainability inclusive-education communities workplace "
    "technologies quality culture commitment governance resources"
)
CLUSTERS = "sustainable-development equity planning citizenship entrepreneurship health literacy"
ALL_SUBJECTS = (
    *(f"area.{name}" for name in AREAS.split()),
    *(f"cluster.{name}" for name in CLUSTERS.split()),
    *(f"sdg.{number}" for number in range(1, 18)),
)
PLACES = Path(__file__).parents[1] / "city_traits.toml"

NEEDS = {
    "everyone": "area.resources area.quality area.workplace sdg.4 sdg.11 sdg.17",
    "learning": "cluster.planning area.quality area.communities cluster.sustainable-development area.technologies",
    "creative": "area.culture area.commitment sdg.4 cluster.entrepreneurship sdg.8",
    "poor": "sdg.1 sdg.6 sdg.7 sdg.2 area.technologies cluster.entrepreneurship area.inclusive-education sdg.3",
    "middling": "sdg.8 sdg.11 sdg.13 area.workplace cluster.equity sdg.16 area.governance",
    "rich": "sdg.10 cluster.equity area.cohesion cluster.health sdg.12 sdg.13 cluster.citizenship",
    "unlettered": "cluster.literacy cluster.literacy sdg.4 sdg.5 area.communities",
    "small": "area.workplace sdg.8 cluster.entrepreneurship area.technologies sdg.9",
    "large": "sdg.11 sdg.10 cluster.equity area.governance area.cohesion sdg.12",
    "coastal": "sdg.14 sdg.13",
    "africa": "sdg.5 sdg.15 cluster.health sdg.13",
    "arab-states": "sdg.6 sdg.5 cluster.entrepreneurship sdg.13",
    "asia-pacific": "cluster.health cluster.citizenship sdg.12 area.communities",
    "europe-north-america": "sdg.7 area.governance cluster.citizenship area.cohesion",
    "latin-america-caribbean": "sdg.16 area.inclusive-education sdg.5 sdg.15",
}
OFFERS = {
    "everyone": "area.culture area.communities sdg.17 sdg.11",
    "learning": "area.commitment area.culture cluster.sustainable-development sdg.4 area.inclusive-education",
    "coordinator": " ".join(["cluster.sustainable-development"] * 8),
    "awarded": "cluster.planning area.quality area.commitment area.culture",
    "creative": "area.prosperity cluster.entrepreneurship sdg.8",
    "crafts": "area.prosperity sdg.8 sdg.12 cluster.entrepreneurship area.workplace",
    "design": "sdg.11 sdg.9 area.prosperity area.governance",
    "film": "area.technologies cluster.citizenship sdg.16 area.prosperity",
    "gastronomy": "sdg.12 sdg.2 cluster.health sdg.15",
    "literature": "cluster.literacy cluster.literacy area.culture sdg.4 cluster.citizenship",
    "media-arts": "area.technologies area.technologies sdg.9 area.workplace",
    "music": "area.cohesion area.communities cluster.equity sdg.10",
    "poor": "area.communities sdg.5 area.cohesion sdg.15 cluster.literacy",
    "middling": "area.cohesion sdg.5 area.inclusive-education cluster.entrepreneurship cluster.health",
    "rich": "sdg.7 sdg.9 sdg.13 area.technologies area.workplace sdg.6 cluster.planning",
    "small": "area.communities sdg.15 cluster.health sdg.2",
    "large": "sdg.11 area.governance area.resources sdg.9 sdg.13",
    "coastal": "sdg.14",
    "africa": "cluster.entrepreneurship sdg.5 area.communities area.governance",
    "arab-states": "cluster.literacy sdg.6 area.resources area.technologies",
    "asia-pacific": "sdg.3 area.technologies area.quality sdg.13",
    "europe-north-america": "sdg.12 sdg.16 cluster.equity area.workplace",
    "latin-america-caribbean": "area.cohesion sdg.16 area.governance cluster.equity sdg.1",
}


def traits(member: Member, nation: Nation) -> Iterator[str]:
    """Yield what the city is, in the words of the tables above."""
    yield "everyone"
    yield nation.region
    yield "poor" if nation.income < 9_000 else "middling" if nation.income < 32_000 else "rich"
    if nation.literacy < 75:
        yield "unlettered"
    if member.learning:
        yield "learning"
    if member.awarded:
        yield "awarded"
    if "cluster coordinator" in member.themes:  # of education for sustainable development, the one theme in the source
        yield "coordinator"
    if member.creative_field:
        yield from ("creative", member.creative_field)
    population = int(member.population or 0)
    if population >= 750_000:
        yield "large"
    if 0 < population < 120_000:
        yield "small"
    yield from (trait for trait, names in places().items() if member.name in names)


@cache
def places() -> Mapping[str, frozenset[str]]:
    """Return the members' names by what their place is like: by the sea, on a river, dry."""
    with PLACES.open("rb") as stream:
        return {trait: frozenset(names) for trait, names in tomllib.load(stream).items()}


def weigh(table: dict[str, str], present: Iterable[str]) -> dict[str, float]:
    """Return a weight for every subject: a little for all but the sea, more for each trait that leans to it."""
    leanings = Counter(subject for trait in present for subject in table.get(trait, "").split())
    return {subject: leanings[subject] + (0.0 if subject == "sdg.14" else 0.15) for subject in ALL_SUBJECTS}
