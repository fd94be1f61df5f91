"""Sides that tell who the other is: what members, programmes and requests say of themselves reaches the event."""

from datetime import date

from isopolity.contracts.matching import ProgrammeSummary, RequestSummary
from isopolity.matching.application.candidates.pair_facts import SponsorshipFacts, TwinningFacts
from isopolity.matching.application.candidates.parsed_members import city_from, programmes_from, request_from
from isopolity.matching.application.wording.sides import sponsorship_sides, twinning_sides
from isopolity.matching.application.workflows.published_states import side_state
from isopolity.matching.domain.scores import fit
from isopolity.matching.domain.scores.target_arrays import Target
from tests.support.matching.service import city, need, offer, partner, programme, request

TODAY = date(2026, 11, 25)
TITLES = {
    "about": "A city of silk and of evening schools.",
    "web": "https://lyon.example",
    "learning_city_since": 2019,
    "creative_field": "media-arts",
}


def test_the_city_reads_what_the_programme_says_of_itself_and_the_sponsor_what_the_request_says() -> None:
    line = programme(
        "reading",
        purpose="Rooms where adults learn to read.",
        eligibility="Municipal libraries.",
        countries=("FR",),
        population_min=100_000,
        closes=date(2027, 3, 31),
    )
    asked = request(
        "rooms",
        "lyon",
        description="Evening courses.",
        starts=date(2027, 2, 1),
        ends=date(2027, 12, 15),
        beneficiaries=1200,
        payee="Ville de Lyon",
    )
    funder = programmes_from(partner("halcyon", [line], web="https://halcyon.example", about="We read."))[0]
    target = Target(city_from(city("lyon", **TITLES)), request_from(asked))
    sides = sponsorship_sides(SponsorshipFacts(programme=funder, target=target, today=TODAY, first_tie=True))
    a, b = (side_state(side) for side in sides)
    summary = {name: getattr(line, name) for name in ProgrammeSummary.model_fields}
    assert (a.about, a.web) == ("We read.", "https://halcyon.example")
    assert (a.programme, a.request) == (ProgrammeSummary(**summary), None)
    summary = {name: getattr(asked, name) for name in RequestSummary.model_fields}
    assert (b.request, b.programme) == (RequestSummary(**summary), None)
    assert {name: getattr(b, name) for name in TITLES} == TITLES


def test_two_cities_read_each_others_site_and_titles() -> None:
    a, b = (
        city_from(city(name, needs=(need("sdg.13"),), offers=(offer("sdg.13"),), **titles))
        for name, titles in (("lyon", TITLES), ("graz", {}))
    )
    met, wanted = fit.matches(a, b, TODAY), fit.matches(b, a, TODAY)
    facts = TwinningFacts(
        me=a, other=b, met=met, wanted=wanted, km=None, my_first_tie=True, their_first_tie=True, joins=True
    )
    lyon, graz = (side_state(side) for side in twinning_sides(facts))
    assert {name: getattr(lyon, name) for name in TITLES} == TITLES
    assert {getattr(graz, name) for name in TITLES} == {None}
