"""The score of sponsorships: bounded, ruled out where a rule says so, and told by what both sides name."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isopolity.matching.application.candidates.pair_facts import SponsorshipFacts
from isopolity.matching.application.wording.pair_reasons import sponsorship_reasons
from isopolity.matching.domain.meaning.topic_closeness import best_pair
from isopolity.matching.domain.member import City, Programme, Request, Topic
from isopolity.matching.domain.money.grants import grant_span, reserved
from isopolity.matching.domain.scores import sponsorship
from isopolity.matching.domain.scores.city_arrays import Profiles
from isopolity.matching.domain.scores.subjects import share
from isopolity.matching.domain.scores.target_arrays import Target, Targets
from isopolity.matching.domain.scores.wants import SUPPORTS_OF_MODE
from isopolity.matching.domain.scores.weights import DEFAULT_WEIGHTS, Weights
from isopolity.matching.domain.side import Reason
from isopolity.wording.supports import TO_CITY, TO_PARTNER
from tests.support.examples import examples
from tests.support.matching.strategies import SUBJECTS, TODAY, allowed, cities, programmes, requests

FAR: Final = "topic.4559"
"""Climate change, which is far from the drawn topics."""


def shared(programme: Programme, target: Target, neighbours: float = 1.0) -> dict[str, float]:
    """By subject that a target names, how near the programme is to it; by the subjects and topics, in other words.

    A request counts by the greatest of these values, once.
    """
    request = target.request
    if request is None:
        named = [(need.subject, need.topics) for need in target.city.needs if need.stands(TODAY)]
    else:
        named = [(subject, request.topics) for subject in request.subjects]
    found: dict[str, float] = {}
    for subject, topics in named:
        of_subject = max((share(subject, own, neighbours) for own in programme.subjects), default=0.0)
        pair = best_pair(topics, programme.topics)
        if pair is None:
            value = of_subject * (0.25 if programme.topics else 0.8)
        else:
            value = max(of_subject, 0.8) * min(max((pair.in_all - 0.6) / 0.3, 0.0), 1.0)
        if value > 0:
            found[subject] = max(found.get(subject, 0.0), value)
    return found


def nearness_of(programme: Programme, target: Target) -> float:
    """How near the programme is to the nearest subject that a target names."""
    return max(shared(programme, target).values(), default=0.0)


def helps(programme: Programme, target: Target, neighbours: float = 1.0) -> bool:
    """Whether the programme gives something that the target can use, on something that both are about."""
    near, request = shared(programme, target, neighbours), target.request
    if request is not None and request.amount_max > 0:
        return bool(near) and programme.grant_max > 0
    given = set(programme.supports) - {"funding"}
    if not programme.supports and programme.grant_max == 0:
        given = {"training", "expertise", "equipment"}
    if request is not None:
        return bool(near) and bool(given)
    return any(
        given & set(SUPPORTS_OF_MODE[need.mode])
        for need in target.city.needs
        if need.stands(TODAY) and shared(programme, Target(replace(target.city, needs=(need,)), None), neighbours)
    )


def subjects(reason: Reason) -> Iterable[str]:
    """The subjects asked for that a reason names."""
    return reason.parameters.get("subjects", reason.parameters.get("subject", "")).split()


def market(city: City, request: Request) -> tuple[Profiles, Targets]:
    profiles = Profiles.of([city], nx.MultiGraph(), TODAY)
    return profiles, Targets.of(profiles, [request], TODAY)


@settings(deadline=None)
@given(programmes(), cities("c0"), requests())
def test_score_and_parts_lie_between_0_and_1(programme: Programme, city: City, request: Request) -> None:
    profiles, targets = market(city, request)
    scores = sponsorship.scores(programme, profiles, targets, -1)
    assert ((scores.total >= 0) & (scores.total <= 1)).all()
    assert all(((values >= 0) & (values <= 1)).all() for values in scores.parts.values())


@settings(deadline=None)
@given(programmes(), cities("c0"), requests())
def test_what_a_programme_does_not_serve_is_not_allowed(programme: Programme, city: City, request: Request) -> None:
    profiles, targets = market(city, request)
    passed = allowed(programme, profiles, targets)
    is_served = (not programme.regions or city.region in programme.regions) and (
        not programme.countries or city.country in programme.countries
    )
    people = city.population
    fits_size = people is None or (programme.population_min or 0) <= people <= (programme.population_max or np.inf)
    for target, may in zip(targets.targets, passed, strict=True):
        fits_grant, is_known = True, True
        if target.request is not None and target.request.amount_max > 0:
            limit, is_known = min(programme.grant_max, programme.budget), target.request.currency == programme.currency
            in_range = target.request.amount_min <= limit and target.request.amount_max >= programme.grant_min
            fits_grant = limit > 0 and (in_range or not is_known)
        if not (is_served and fits_size and helps(programme, target) and fits_grant):
            assert not may
        elif is_known:
            assert may


@settings(deadline=None)
@given(programmes(), cities("c0"), requests())
def test_money_is_only_in_what_asks_for_it(programme: Programme, city: City, request: Request) -> None:
    profiles, targets = market(city, request)
    passed = allowed(programme, profiles, targets)
    for target in (target for target, may in zip(targets.targets, passed, strict=True) if may):
        asked = target.request
        taken = reserved(programme, grant_span(programme, None if asked is None else asked.request_id, asked, {}))
        facts = SponsorshipFacts(programme=programme, target=target, today=TODAY, first_tie=False)
        codes = {each.code for to in (TO_PARTNER, TO_CITY) for each in sponsorship_reasons(facts, to)}
        asks_money = asked is not None and asked.amount_max > 0
        assert (taken > 0) == asks_money
        assert ("grant" in codes) == asks_money
        assert ("no-grant" in codes) == (not asks_money and programme.grant_max > 0)


@settings(deadline=None)
@given(programmes(), cities("c0"), requests())
def test_scoring_the_allowed_only_gives_them_the_same_scores(
    programme: Programme, city: City, request: Request
) -> None:
    profiles, targets = market(city, request)
    everybody = sponsorship.scores(programme, profiles, targets, -1)
    kept, scores = sponsorship.scores_of_allowed(programme, profiles, targets, -1, DEFAULT_WEIGHTS)
    assert kept.tolist() == np.flatnonzero(allowed(programme, profiles, targets)).tolist()
    assert scores.total.tolist() == everybody.total[kept].tolist()
    assert {name: values.tolist() for name, values in scores.parts.items()} == {
        name: values[kept].tolist() for name, values in everybody.parts.items()
    }


@settings(deadline=None)
@given(programmes(), cities("c0"), requests())
def test_currencies_that_cannot_be_compared_warn_and_do_not_block(
    programme: Programme, city: City, request: Request
) -> None:
    programme = replace(
        programme,
        currency="XAF",
        grant_max=programme.grant_max + 1,
        budget=1_000_000,
        subjects=("sdg.13",),
        regions=(),
        countries=(),
        population_min=None,
        population_max=None,
        topics=(),
    )
    profiles, targets = market(city, replace(request, currency="XOF", subjects=("sdg.13",), amount_max=200_001))
    assert allowed(programme, profiles, targets)[-1]
    facts = SponsorshipFacts(programme=programme, target=targets.targets[-1], today=TODAY, first_tie=False)
    assert any("we have no rate to XAF" in reason.text for reason in sponsorship_reasons(facts, TO_CITY))


@settings(deadline=None)
@given(programmes(), cities("c0"), requests())
def test_a_subject_that_is_named_is_one_of_both_and_without_it_score_and_text_change(
    programme: Programme, city: City, request: Request
) -> None:
    profiles, targets = market(city, request)
    total = sponsorship.scores(programme, profiles, targets, -1).total
    for position, target in enumerate(targets.targets):
        facts = SponsorshipFacts(programme=programme, target=target, today=TODAY, first_tie=True)
        told = [*sponsorship_reasons(facts, TO_PARTNER), *sponsorship_reasons(facts, TO_CITY)]
        named = {subject for reason in told for subject in subjects(reason)}
        assert named <= shared(programme, target).keys()
        assert bool(named) == helps(programme, target)
        for subject in named:
            subjects_left = tuple(each for each in programme.subjects if not share(subject, each))
            less = replace(programme, subjects=subjects_left, topics=(FAR,) if programme.topics else ())
            without = sponsorship.scores(less, profiles, targets, -1).total[position]
            counts = target.request is None or nearness_of(less, target) < nearness_of(programme, target)
            assert without < total[position] if counts else without == total[position]
            fewer = replace(facts, programme=less)
            assert [*sponsorship_reasons(fewer, TO_PARTNER), *sponsorship_reasons(fewer, TO_CITY)] != told


@examples(50)
@given(programmes(), cities("c0"), requests(), st.sampled_from(SUBJECTS))
def test_a_further_subject_of_a_programme_never_lowers_what_it_covers(
    programme: Programme, city: City, request: Request, subject: str
) -> None:
    profiles, targets = market(city, request)
    wider = replace(programme, subjects=(*programme.subjects, subject))
    covered = sponsorship.scores(programme, profiles, targets, -1).parts["subjects"]
    assert (sponsorship.scores(wider, profiles, targets, -1).parts["subjects"] >= covered - 1e-12).all()


@examples(50)
@given(programmes(), cities("c0"), requests(), st.sampled_from([0.0, 0.5, 1.0]))
def test_what_a_programme_covers_is_what_it_shares_with_the_target(
    programme: Programme, city: City, request: Request, neighbours: float
) -> None:
    profiles, targets = market(city, request)
    weights = Weights(neighbours=neighbours)
    covered = sponsorship.scores(programme, profiles, targets, -1, weights).parts["subjects"]
    for target, value in zip(targets.targets, covered, strict=True):
        found = sponsorship.shared(programme, target, TODAY, neighbours)
        helped = [each.strength for each in found if each.support is not None]
        assert value == pytest.approx(1 - np.prod([1 - each for each in helped]), abs=1e-12)
        near = shared(programme, target, neighbours)
        assert {subject for each in found for subject in each.supported} == near.keys()
        if target.request is not None:
            assert [each.share for each in found] == pytest.approx([max(near.values())] if near else [])
        else:
            for subject, value_of_it in near.items():
                assert max(each.share for each in found if each.subject == subject) == pytest.approx(value_of_it)
        assert bool(helped) == helps(programme, target, neighbours)


def test_a_programme_on_a_neighbouring_subject_scores_below_one_on_the_very_subject() -> None:
    city = City(city_id="c0", version=1, status="endorsed", kind="city", name="A", country="KE", region="africa")
    city = replace(city, needs=(Topic(subject="cluster.literacy", intensity=4, mode="training"),))
    profiles = Profiles.of([city], nx.MultiGraph(), TODAY)
    targets = Targets.of(profiles, [], TODAY)
    plain = Programme(
        programme_id="g",
        partner_id="p",
        partner_version=1,
        partner_kind="foundation",
        partner_name="Foundation P",
        status="endorsed",
        home_country="CH",
        name="Reading",
        budget=1_000_000,
        currency="EUR",
        grant_min=0,
        grant_max=100_000,
        supports=("training",),
    )
    totals = [
        sponsorship.scores(replace(plain, subjects=subjects), profiles, targets, -1).total[0]
        for subjects in (("cluster.literacy",), ("sdg.4",), ("sdg.13",))
    ]
    assert totals[0] > totals[1] > totals[2]
