"""Members and events drawn at random; few codes and few ids, so that they meet often."""

from datetime import date
from typing import Any

from hypothesis import strategies as st

from isopolity.matching.arrays import Booleans
from isopolity.matching.domain.legal_acts import LegalAct, LegalActs
from isopolity.matching.domain.meaning.stems import STEMS
from isopolity.matching.domain.member import KINDS, City, Programme, Request, Topic
from isopolity.matching.domain.scores import sponsorship
from isopolity.matching.domain.scores.city_arrays import Profiles
from isopolity.matching.domain.scores.strength import MODES
from isopolity.matching.domain.scores.target_arrays import Targets

TODAY = date(2026, 11, 25)
SUBJECTS = ("cluster.literacy", "sdg.13", "sdg.4", "cluster.health", "sdg.3")
"""Subjects: literacy and goal 4 are neighbours; so are health and goal 3, which have one name."""
COUNTRIES = ("KE", "FR", "JP", "BR")
REGIONS = ("africa", "arab-states", "asia-pacific")

SIZES = (388_900, 412_300, 980_000, 1_100_000, 2_196_000, 2_480_000)
"""Numbers of people, some of them alike."""

TITLES = ("Évening classes for fishermen's families", "محو أمية الكبار", "Books. By boat")
CONCEPTS = ("topic.1480", "topic.5082", "topic.1519")
"""Topics of the UNESCO Thesaurus: adult literacy, family education, literacy."""
concepts = st.lists(st.sampled_from(CONCEPTS), unique=True, max_size=2).map(tuple)
TOPICS = ("topic.1519", "topic.1480", "topic.1518", "topic.55", "topic.57", "topic.4559", "topic.10917")
"""Literacy, of adults, functional literacy; education about the environment, and about health; climate; fishing."""
WORDS = (
    ("en", "Evening classes for fishing families", "Reading and numeracy at night, with child care."),
    ("en", "Night school in the harbour", "Reading for dock workers and fishing crews at night."),
    ("en", "Repair cafés", None),
    ("fr", "Cours du soir pour pêcheurs", "La lecture pour adultes, avec des bénévoles."),
    ("fr", None, "La lecture avec des bénévoles dans les quartiers."),
    ("ar", "محو أمية الكبار", None),
    (None, "Evening classes for fishing families", None),
    ("en", None, None),
)
"""Languages, titles and texts; some have words in common."""


def topic_with(**values: Any) -> Topic:
    """A need or an offer with its own words read."""
    return Topic(**values, words=STEMS.read(*(values.get(name) for name in ("title", "text", "language"))))


def _topics(**more: st.SearchStrategy[Any]) -> st.SearchStrategy[Topic]:
    return st.builds(
        topic_with,
        subject=st.sampled_from(SUBJECTS),
        intensity=st.integers(1, 5),
        mode=st.sampled_from(MODES),
        valid_until=st.sampled_from([None, date(2026, 1, 1), date(2027, 1, 1)]),
        **more,
    )


plain_topics = _topics()
"""Needs and offers by subject and mode alone."""
topics = _topics(
    title=st.sampled_from([None, None, *TITLES]),
    language=st.sampled_from([None, "en", "ar"]),
    topics=concepts,
)
"""Needs and offers of which many have titles and topics near to each other."""
telling_topics = st.sampled_from(WORDS).flatmap(
    lambda said: _topics(
        **dict(zip(("language", "title", "text"), map(st.just, said), strict=True)),
        topics=st.lists(st.sampled_from(TOPICS), unique=True, max_size=3).map(tuple),
    )
)
"""Needs and offers with own words and topics, near to each other or far."""
latitudes, longitudes = (st.one_of(st.none(), st.floats(-most, most)) for most in (80, 180))


def cities(city_id: str, stated: st.SearchStrategy[Topic] = topics) -> st.SearchStrategy[City]:
    """A city with this id, with such needs and offers."""
    return st.builds(
        City,
        city_id=st.just(city_id),
        version=st.just(1),
        status=st.just("endorsed"),
        kind=st.sampled_from(["city", "county"]),
        name=st.just(city_id.title()),
        country=st.sampled_from(COUNTRIES),
        region=st.sampled_from(REGIONS),
        latitude=latitudes,
        longitude=longitudes,
        time_zone=st.sampled_from([None, None, "Europe/Paris", "Asia/Kathmandu", "Pacific/Honolulu"]),
        population=st.one_of(st.none(), st.integers(1, 20_000_000), st.sampled_from(SIZES)),
        languages=st.lists(st.sampled_from(["en", "fr", "sw"]), unique=True).map(tuple),
        learning_city_since=st.sampled_from([None, 2015, 2019]),
        creative_field=st.sampled_from([None, "film", "music"]),
        can_travel=st.booleans(),
        can_host=st.booleans(),
        online_only=st.booleans(),
        wants_own_country=st.booleans(),
        shows_ratings=st.booleans(),
        capacity=st.integers(0, 3),
        sponsorship_capacity=st.none() | st.integers(0, 3),
        needs=st.lists(stated, max_size=4).map(tuple),
        offers=st.lists(stated, max_size=4).map(tuple),
    )


@st.composite
def legal_acts(draw: st.DrawFn) -> LegalActs:
    """Up to three acts between countries that the cities and partners of these strategies lie in."""

    def act() -> LegalAct:
        named = draw(st.lists(st.sampled_from([*COUNTRIES, "CH"]), min_size=2, max_size=4, unique=True))
        first = draw(st.integers(1, len(named) - 1))
        return LegalAct(
            title="Act on Exemplary Distance",
            citation="Example Gazette 2026, No. 1",
            issued_by="Assembly of Examples",
            address="https://acts.example/1",
            forbids="It forbids partnerships of the two sides.",
            starts=TODAY,
            one_side=frozenset(named[:first]),
            other_side=frozenset(named[first:]),
            kinds=draw(st.sets(st.sampled_from(KINDS), min_size=1).map(frozenset)),
        )

    return LegalActs(tuple(act() for _ in range(draw(st.integers(0, 3)))))


def networks(smallest: int, largest: int, stated: st.SearchStrategy[Topic] = topics) -> st.SearchStrategy[list[City]]:
    """Some cities with ids of their own, with such needs and offers."""
    return (
        st.integers(smallest, largest)
        .flatmap(lambda number: st.tuples(*(cities(f"c{i}", stated) for i in range(number))))
        .map(list)
    )


CURRENCIES = ("EUR", "USD", "XAF", "XOF")


subjects = st.lists(st.sampled_from(SUBJECTS), unique=True, max_size=3).map(tuple)


@st.composite
def programmes(draw: st.DrawFn) -> Programme:
    grants_money = draw(st.booleans())
    grant_min = draw(st.integers(0, 100_000)) * grants_money
    return Programme(
        programme_id="g",
        partner_id="p",
        partner_version=1,
        partner_kind="foundation",
        partner_name="Foundation P",
        status="endorsed",
        home_country="CH",
        name="Reading",
        budget=draw(st.integers(0, 1_000_000)),
        currency=draw(st.sampled_from(CURRENCIES)),
        grant_min=grant_min,
        grant_max=grant_min + draw(st.integers(0, 100_000)) * grants_money,
        languages=draw(st.sampled_from([(), ("en",), ("fr", "en")])),
        subjects=draw(subjects),
        supports=draw(st.sampled_from([(), ("funding",), ("training", "expertise"), ("funding", "equipment")])),
        regions=tuple(draw(st.lists(st.sampled_from(REGIONS), unique=True, max_size=2))),
        countries=tuple(draw(st.lists(st.sampled_from(["KE", "FR"]), unique=True, max_size=2))),
        population_min=draw(st.sampled_from([None, 100_000])),
        population_max=draw(st.sampled_from([None, 500_000])),
        topics=draw(concepts),
    )


@st.composite
def requests(draw: st.DrawFn) -> Request:
    amount_min = draw(st.integers(0, 200_000) | st.just(0))
    return Request(
        request_id="r",
        version=1,
        status="published",
        city_id="c0",
        title="Reading rooms",
        amount_min=amount_min,
        amount_max=amount_min + draw(st.integers(0, 100_000)),
        currency=draw(st.sampled_from(CURRENCIES)),
        ends=draw(st.sampled_from([None, date(2027, 1, 1)])),
        subjects=draw(subjects),
        topics=draw(concepts),
        language=draw(st.sampled_from([None, "en"])),
    )


def allowed(programme: Programme, profiles: Profiles, targets: Targets) -> Booleans:
    """Which targets the programme's rules let through."""
    return sponsorship.allowed(programme, profiles, targets, sponsorship.scores(programme, profiles, targets, -1))
