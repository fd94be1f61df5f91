"""Blockers in blocks are the rules, pair by pair; and members see no more of them than they may know."""

from dataclasses import replace
from datetime import date
from itertools import combinations
from statistics import fmean

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from isopolity.matching.domain.legal_acts import LegalActs
from isopolity.matching.domain.member import City, Programme, Request, Topic
from isopolity.matching.domain.scores import sponsorship, subjects, twinning
from isopolity.matching.domain.scores.blockers import (
    NOT_AT_PRESENT,
    PRIVATE,
    Blocker,
    RuleColumns,
    city_rules,
    codes,
    visible_codes,
)
from isopolity.matching.domain.scores.city_arrays import Profiles
from isopolity.matching.domain.scores.fit import Fit, matches
from isopolity.matching.domain.scores.nearness import ANSWERS
from isopolity.matching.domain.scores.target_arrays import Targets
from isopolity.thesaurus.closeness import closeness
from tests.support.examples import examples
from tests.support.matching.strategies import TODAY, allowed, legal_acts, networks, programmes, requests, telling_topics


def have_a_subject_in_common(needer: City, offerer: City) -> bool:
    return any(
        subjects.share(need.subject, offer.subject) or meet_in_topics(need, offer)
        for need in needer.needs
        for offer in offerer.offers
        if need.stands(TODAY) and offer.stands(TODAY)
    )


def meet_in_topics(need: Topic, offer: Topic) -> bool:
    near = [[round(closeness(one, other) * 200) / 200 for other in offer.topics] for one in need.topics]
    if not near or not near[0]:
        return False
    of_needs, of_offers = ([max(each) for each in side] for side in (near, zip(*near, strict=True)))
    in_all = 0.4 * max(of_needs) + 0.3 * fmean(of_needs) + 0.3 * fmean(of_offers)
    return in_all >= ANSWERS


def are_apart(acts: LegalActs, kind: str, one: str, other: str) -> bool:
    sides = [({one, other} & act.one_side, {one, other} & act.other_side) for act in acts.acts if kind in act.kinds]
    return any(here and there for here, there in sides)


def rules_between(a: City, b: City, acts: LegalActs) -> set[Blocker]:
    """Every rule in words of its own."""
    against = set[Blocker]()
    if a is b:
        against.add(Blocker.SAME_CITY)
    if a.country == b.country and not (a.wants_own_country and b.wants_own_country):
        against.add(Blocker.OWN_COUNTRY)
    if are_apart(acts, "twinning", a.country, b.country):
        against.add(Blocker.LEGAL_ACT)
    if not matches(a, b, TODAY) and not matches(b, a, TODAY):
        near = have_a_subject_in_common(a, b) or have_a_subject_in_common(b, a)
        against.add(Blocker.OUT_OF_REACH if near else Blocker.SUBJECTS)
    return against


@examples(60)
@given(networks(2, 6, telling_topics), legal_acts())
def test_blockers_of_cities_are_the_rules_pair_by_pair(members: list[City], acts: LegalActs) -> None:
    profiles = Profiles.of(members, nx.MultiGraph(), TODAY, legal_acts=acts)
    fits = Fit(profiles)
    a, b = np.triu_indices(len(profiles))
    found = twinning.blockers(profiles, fits, twinning.pairs_of(fits, a, b))
    swapped = city_rules(RuleColumns.of(profiles), b, a)
    assert (swapped == found & ~(Blocker.SUBJECTS.bit | Blocker.OUT_OF_REACH.bit)).all()
    for i, j, bits in zip(a.tolist(), b.tolist(), found, strict=True):
        one, other = profiles.cities[i], profiles.cities[j]
        assert set(codes(bits)) == rules_between(one, other, acts)


@examples(80)
@given(networks(2, 4), programmes(), requests(), st.sampled_from([None, TODAY.replace(year=2020)]), legal_acts())
def test_blockers_of_a_programme_are_its_rules_one_by_one(
    members: list[City], programme: Programme, request: Request, closes: date | None, acts: LegalActs
) -> None:
    programme = replace(programme, closes=closes)
    profiles = Profiles.of(members, nx.MultiGraph(), TODAY, legal_acts=acts)
    targets = Targets.of(profiles, [request], TODAY)
    found = sponsorship.blockers(programme, profiles, targets, TODAY)
    for target, bits in zip(targets.targets, found, strict=True):
        city, against = target.city, set()
        if programme.regions and city.region not in programme.regions:
            against.add(Blocker.REGION)
        if programme.countries and city.country not in programme.countries:
            against.add(Blocker.COUNTRY)
        if are_apart(acts, "sponsorship", programme.home_country, city.country):
            against.add(Blocker.LEGAL_ACT)
        people = city.population
        if people and not (programme.population_min or 0) <= people <= (programme.population_max or people):
            against.add(Blocker.POPULATION)
        if closes:
            against.add(Blocker.PERIOD)
        near = sponsorship.shared(programme, target, TODAY)
        if not near:
            against.add(Blocker.SUBJECTS)
        asked, is_known = target.request, True
        if asked is not None and asked.amount_max > 0:
            most, is_known = min(programme.grant_max, programme.budget), asked.currency == programme.currency
            if most <= 0 or (is_known and (asked.amount_min > most or asked.amount_max < programme.grant_min)):
                against.add(Blocker.AMOUNT)
        elif near and all(each.support is None for each in near):
            against.add(Blocker.NO_MONEY_ASKED)
        if is_known:
            assert set(codes(bits)) == against
        else:
            assert set(codes(bits)) - {Blocker.AMOUNT} == against - {Blocker.AMOUNT}
    passed = allowed(programme, profiles, targets)
    assert (passed == (found & ~Blocker.PERIOD.bit == 0)).all()


def test_each_blocker_has_a_bit_of_its_own() -> None:
    assert len({blocker.bit for blocker in Blocker}) == len(Blocker)
    for one, other in combinations(Blocker, 2):
        assert codes(one.bit | other.bit) == [one, other]


@pytest.mark.parametrize("private", sorted(PRIVATE))
def test_answers_capacity_and_rules_of_staff_look_all_the_same(private: Blocker) -> None:
    assert visible_codes(private.bit) == [NOT_AT_PRESENT]
    assert visible_codes(private.bit | Blocker.OWN_COUNTRY.bit) == ["own-country", NOT_AT_PRESENT]
    assert visible_codes(private.bit | Blocker.NO_CAPACITY.bit) == [NOT_AT_PRESENT]
    assert visible_codes(0) == []
