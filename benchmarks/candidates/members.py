"""Members like those of the demo, as many as wanted: its cities, and beyond them cities drawn from them with a seed."""

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from importlib.resources import files
from pathlib import Path
from random import Random
from typing import Any, Final

import networkx as nx

from isopolity.contracts.codes import SUBJECTS, SUPPORTS
from isopolity.matching.application.candidates.market import Market
from isopolity.matching.domain.meaning.stems import STEMS
from isopolity.matching.domain.member import City, Programme, Topic
from isopolity.matching.domain.scores.city_arrays import Profiles
from isopolity.matching.domain.scores.target_arrays import Targets
from isopolity.thesaurus.closeness import near
from isopolity.thesaurus.concepts import concepts

TODAY: Final = date(2026, 11, 25)
DEMO: Final = Path(__file__).parents[2] / "data" / "demo" / "cities.jsonl"


def cities(count: int) -> Sequence[City]:
    """So many cities, the same for everybody who asks for as many."""
    demo, random = _demo(), Random(count)  # noqa: S311  # sample data
    topics = [topic for city in demo for topic in (*city.needs, *city.offers)]
    places = [random.choice(demo) for _ in range(count - len(demo))]
    return [*demo[:count], *(_like(place, demo, topics, number, random) for number, place in enumerate(places))]


def speaking(members: Sequence[City]) -> Sequence[City]:
    """The cities with topics and own words for most of their needs and offers, in a language of the thesaurus."""
    random = Random(len(members))  # noqa: S311  # sample data
    return [
        replace(
            city,
            needs=tuple(_said(topic, city, random) for topic in city.needs),
            offers=tuple(_said(topic, city, random) for topic in city.offers),
        )
        for city in members
    ]


def _said(topic: Topic, city: City, random: Random) -> Topic:
    """The need or offer with one to three topics of its subject, seldom of another, and with words of topics nearby."""
    if random.random() < _SILENT:
        return topic
    pool = _pool(topic.subject if random.random() < _OF_ITS_SUBJECT else random.choice(sorted(SUBJECTS)))
    first = pool[min(int(random.expovariate(1 / 5)), len(pool) - 1)]
    others = random.sample(pool, 2)[: random.choice((0, 0, 1, 2))]
    spoken = [language for language in city.languages if language in _SPOKEN] or ["en"]
    language = random.choice(spoken)
    beside = list(near(first))
    said = [concepts()[code].labels.get(language, "") for code in random.choices(beside, k=12)]
    title, text = concepts()[first].labels.get(language, said[0])[:80] or None, ". ".join(said)[:500] or None
    return replace(
        topic,
        topics=tuple(dict.fromkeys((first, *others))),
        language=language,
        title=title,
        text=text,
        words=STEMS.read(title, text, language),
    )


_SILENT: Final = 0.15
_OF_ITS_SUBJECT: Final = 0.8
_SPOKEN: Final = frozenset({"en", "fr", "es", "ru", "ar"})


@cache
def _pool(subject: str) -> Sequence[str]:
    """Some thirty topics for a subject: three drawn from the thesaurus, and the nearest to each."""
    random = Random(subject)  # noqa: S311  # sample data
    seeds = random.sample(list(concepts()), 3)
    found = [sorted(near(code), key=lambda other: -near(code)[other])[:10] for code in seeds]
    return list(dict.fromkeys(code for place in zip(*found, strict=False) for code in place))


@dataclass(frozen=True, slots=True, kw_only=True)
class Members:
    """Cities, programmes and ties, before anything is drawn from them."""

    cities: Sequence[City]
    programmes: Sequence[Programme]
    ties: nx.MultiGraph

    @property
    def market(self) -> Market:
        """The market of these members."""
        profiles = Profiles.of(self.cities, self.ties, TODAY)
        return Market(
            today=TODAY,
            profiles=profiles,
            programmes=sorted(self.programmes, key=lambda programme: programme.holder),
            targets=Targets.of(profiles, (), TODAY),
            ties=self.ties,
            names={city.city_id: city.name for city in self.cities},
        )


def network(count: int, programmes: int = 0) -> Members:
    """So many cities and programmes; every other city has a tie."""
    drawn, random = cities(count), Random(count)  # noqa: S311
    ties = nx.MultiGraph()
    for number in range(count // 4):
        one, other = random.sample(drawn, 2)
        ties.add_edge(one.city_id, other.city_id, f"tie-{number}", kind="twinning")
    lines = [_programme(number, drawn, random) for number in range(programmes)]
    return Members(cities=drawn, programmes=lines, ties=ties)


@cache
def _demo() -> Sequence[City]:
    regions = _regions()
    lines = DEMO.read_text(encoding="utf-8").splitlines()
    return [_city(f"demo-{number:06d}", json.loads(line), regions) for number, line in enumerate(lines)]


def _regions() -> Mapping[str, str]:
    file = files("isopolity.contracts") / "countries.csv"
    return {row["iso2"]: row["unesco_region"] for row in csv.DictReader(file.read_text().splitlines())}


def _city(city_id: str, row: Mapping[str, Any], regions: Mapping[str, str]) -> City:
    return City(
        city_id=city_id,
        version=1,
        status="endorsed",
        kind=row["kind"],
        name=row["name"],
        country=row["country"],
        region=regions[row["country"]],
        latitude=row.get("latitude"),
        longitude=row.get("longitude"),
        population=row.get("population"),
        languages=tuple(row["languages"]),
        learning_city_since=row.get("learning_city_since"),
        creative_field=row.get("creative_field"),
        can_travel=row["can_travel"],
        can_host=row["can_host"],
        online_only=row["online_only"],
        wants_own_country=row["wants_own_country"],
        capacity=row["capacity"],
        needs=tuple(map(_topic, row["needs"])),
        offers=tuple(map(_topic, row["offers"])),
    )


def _topic(entry: Mapping[str, Any]) -> Topic:
    """A need or an offer with its own words, without its last day: all of them stand."""
    fields = {name: value for name, value in entry.items() if name != "valid_until"}
    words = STEMS.read(*(entry.get(name) for name in ("title", "text", "language")))
    return Topic(**(fields | {"topics": tuple(entry.get("topics", ())), "words": words}))


def _like(place: City, demo: Sequence[City], topics: Sequence[Topic], number: int, random: Random) -> City:
    """A city near the place, with some of the interests of another."""
    model = random.choice(demo)
    return replace(
        model,
        city_id=f"like-{number:06d}",
        name=f"New {place.name}",
        country=place.country,
        region=place.region,
        languages=place.languages,
        latitude=None if place.latitude is None else place.latitude + random.gauss(0, 0.5),
        longitude=place.longitude,
        population=place.population and round(place.population * random.lognormvariate(0, 0.7)) + 1_000,
        needs=_varied(model.needs, topics, random),
        offers=_varied(model.offers, topics, random),
    )


def _varied(given: Sequence[Topic], topics: Sequence[Topic], random: Random) -> tuple[Topic, ...]:
    drawn = (random.choice(topics) if random.random() < 0.5 else topic for topic in given)
    return tuple({topic.subject: replace(topic, intensity=random.randint(1, 5)) for topic in drawn}.values())


def _programme(number: int, members: Sequence[City], random: Random) -> Programme:
    home = random.choice(members)
    narrow = random.random()
    return Programme(
        programme_id=f"line-{number % 3}",
        partner_id=f"partner-{number // 3:06d}",
        partner_version=1,
        partner_kind="foundation",
        partner_name=f"Foundation {number // 3}",
        status="endorsed",
        home_country=home.country,
        name=f"Line {number}",
        budget=random.choice((100_000, 500_000, 2_000_000)),
        currency=random.choice(("EUR", "USD")),
        grant_min=5_000,
        grant_max=random.choice((20_000, 50_000, 200_000)),
        languages=home.languages,
        subjects=tuple(random.sample(sorted(SUBJECTS), random.randint(1, 4))),
        supports=tuple(random.sample(sorted(SUPPORTS), 2)),
        regions=() if narrow < 0.3 else (home.region,),
        countries=(home.country,) if narrow > 0.8 else (),
        cities=random.randint(1, 6),
    )
