"""Explanations of pairs: what they say, and what cannot be read from them."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

import pytest

from isopolity.contracts.registry import CityState, PartnerState, RequestState
from isopolity.matching.adapters.first_stage.compiled_first_stage import CompiledFirstStage
from isopolity.matching.application.candidates.candidate_search import CandidateSearch
from isopolity.matching.application.candidates.parsed_members import city_from
from isopolity.matching.application.ports.repositories import ClosedPairs
from isopolity.matching.application.wording.explanation import PairExplanation
from isopolity.matching.application.wording.explanation_texts import gaps
from isopolity.matching.application.workflows.queries.pair_fit import explain_pair
from isopolity.matching.errors import NoPair, UnknownMember
from tests.support.matching.instance import surroundings_of
from tests.support.matching.networks import network_of, taken_by
from tests.support.matching.service import NOW, city, need, offer, partner, programme, request

NOTHING = ClosedPairs(closed=frozenset(), proposed=frozenset())
LYON = city("lyon", country="FR", needs=(need("cluster.literacy", "study-visit"),), offers=(offer("sdg.13"),))
GRAZ = city(
    "graz",
    country="AT",
    population=290_000,
    needs=(need("sdg.13"),),
    offers=(offer("cluster.literacy", "study-visit", 5),),
)
KYIV = city("kyiv", country="UA", offers=(offer("cluster.literacy", "study-visit"),))
PISA = city("pisa", country="IT")
ANY = CandidateSearch(stage=CompiledFirstStage(), minimum_score=0.1)
HALCYON = partner("halcyon", [programme("reading", name="Reading", regions=("africa",))], name="Halcyon")


def why(
    one: str,
    other: str,
    members: Sequence[CityState | PartnerState] = (LYON, GRAZ, KYIV, PISA, HALCYON),
    requests: Sequence[RequestState] = (),
    ties: Sequence[tuple[str, str]] = (),
    closed_pairs: ClosedPairs = NOTHING,
    candidate_search: CandidateSearch | None = None,
    taken: Mapping[str, int] | None = None,
) -> PairExplanation:
    network = network_of(members, requests, ties)
    surroundings = surroundings_of(network, search=candidate_search)
    return asyncio.run(explain_pair(one, other, closed_pairs, taken_by(taken or {}), surroundings))


def test_a_pair_of_cities_is_told_part_by_part() -> None:
    found = why("city/lyon", "city/graz", ties=[("lyon", "pisa"), ("pisa", "graz")])
    assert {part.name: part.text for part in found.parts} == {
        "needs-a": "Lyon meets some of what Graz is looking for, on climate action.",
        "needs-b": "Graz meets some of what Lyon is looking for, on literacy.",
        "balance": "Both would gain about equally.",
        "size": "They are of similar size: 290,000 and 400,000 people.",
        "setting": "Both are cities.",
        "distance": "They lie next to each other; travel counts for a study visit.",
        "hours": "They have 8 working hours in common; that counts for a webinar.",
        "language": "Both work in English.",
        "network": "The network connects the two already, within one region.",
    }
    assert sum(part.contribution for part in found.parts) == pytest.approx(found.score)
    assert found.connection == "Graz and Lyon are both twinned with Pisa."
    assert found.gets_b == ["Lyon is looking for a study visit on literacy; Graz offers one."]
    assert found.paragraph == (
        "Graz is looking for a webinar on climate action, and Lyon offers one. "
        "In turn, Lyon is looking for a study visit on literacy, and Graz offers one. "
        "Graz and Lyon are both twinned with Pisa. Both work in English. "
        "They are of similar size: 290,000 and 400,000 people."
    )
    assert found.told_b == (
        "You are looking for a study visit on literacy, and Graz offers one. "
        "In turn, Graz is looking for a webinar on climate action, and you offer one. "
        "You are both partner cities of Pisa. You both named English as a working language."
    )


def test_it_says_what_decides_between_this_pair_and_the_next_best() -> None:
    kyiv = KYIV.model_copy(update={"needs": (need("sdg.13", intensity=1),)})
    found = why("city/graz", "city/lyon", members=(LYON, GRAZ, kyiv))
    assert [(each.side, each.name, each.part) for each in found.next_best] == [("b", "Kyiv", "gives")]
    assert found.next_best[0].text.startswith("For Lyon, Kyiv would score 0.")
    assert found.next_best[0].text.endswith(" less: it is looking for less of what Lyon offers.")
    assert found.note is None


def test_what_nobody_looks_for_is_named() -> None:
    wants_more = LYON.model_copy(update={"offers": (offer("sdg.13", intensity=5), offer("cluster.health"))})
    kyiv = KYIV.model_copy(update={"needs": (need("cluster.health", intensity=2),)})
    found = why("city/graz", "city/lyon", members=(wants_more, GRAZ, kyiv))
    assert found.next_best[0].text.endswith(" less: nobody there looks for climate action.")


def test_the_three_best_exchanges_are_told_each_way() -> None:
    subjects = ("sdg.13", "sdg.1", "sdg.6", "sdg.9")
    lyon = city("lyon", needs=tuple(map(need, subjects)))
    found = why("city/graz", "city/lyon", members=(lyon, city("graz", offers=tuple(map(offer, subjects)))))
    assert sorted([len(found.gets_a), len(found.gets_b)]) == [0, 3]


def test_a_sponsorships_next_best_are_told_to_the_programme_and_to_the_city() -> None:
    reading = partner("halcyon", [programme("reading", name="Reading")], name="Halcyon")
    books = partner("rival", [programme("books", name="Books", countries=("FR",))], name="Rival")
    lyon = LYON.model_copy(update={"needs": (need("cluster.literacy", intensity=5),)})
    kyiv = city("kyiv", country="UA", needs=lyon.needs, languages=("uk",))
    found = why("programme/halcyon/reading", "city/lyon", members=(lyon, kyiv, reading, books))
    assert [(each.side, each.text.partition(": ")[2]) for each in found.next_best] == [
        ("a", "it shares no working language with “Reading”."),
        ("b", "it is meant for the country of Lyon in particular."),
    ]


def test_a_better_partner_is_told_with_what_makes_it_better() -> None:
    better = GRAZ.model_copy(update={"needs": (need("sdg.13"), need("cluster.health"))})
    lyon = LYON.model_copy(update={"offers": (*LYON.offers, offer("cluster.health"))})
    kyiv = KYIV.model_copy(update={"needs": (need("sdg.13"),)})
    found = why("city/kyiv", "city/lyon", members=(lyon, better, kyiv))
    assert " more: it is looking for a webinar on learning for health and well-being." in found.next_best[0].text
    assert found.note is not None


def test_a_programme_and_a_city_are_explained_too() -> None:
    asked = request("rooms", "lyon")
    found = why(
        "programme/halcyon/reading", "city/lyon", requests=[asked], ties=[("halcyon", "pisa"), ("pisa", "lyon")]
    )
    assert (found.a.programme_name, found.b.request_title, found.status) == ("Reading", "Reading rooms", "available")
    assert found.connection == "Halcyon is a partner of Pisa, which is twinned with Lyon."
    assert found.paragraph == (
        "Halcyon could support Lyon with “Reading”. "
        "Lyon asks for support for “Reading rooms”, on literacy, which “Reading” supports. "
        "Halcyon is a partner of Pisa, which is twinned with Lyon. "
        "Lyon asks for 20,000 to 50,000 EUR; the grants run from 10,000 to 100,000 EUR. "
        "“Reading” is meant for Africa."
    )


def test_a_pair_that_a_rule_excludes_says_which() -> None:
    far = HALCYON.model_copy(update={"programmes": (programme("far", regions=("asia-pacific",), countries=("JP",)),)})
    assert [each.text for each in why("programme/halcyon/far", "city/lyon", members=(LYON, far)).blockers] == [
        "“Far” is not meant for the region that Lyon lies in.",
        "“Far” could help Lyon with money alone, and Lyon has asked for none.",
    ]
    found = why("city/lyon", "city/pisa")
    assert (found.status, [each.code for each in found.blockers]) == ("ruled out", ["subjects"])
    assert found.paragraph == "Neither offers anything close to what the other is looking for."
    assert found.told_a == found.told_b == ""


def test_partners_already_are_told_so() -> None:
    found = why("city/lyon", "city/graz", ties=[("lyon", "graz")])
    assert [each.text for each in found.blockers] == ["Graz and Lyon are partners already."]


def test_a_weak_pair_is_told_so() -> None:
    far = KYIV.model_copy(update={"offers": (offer("cluster.literacy", intensity=1),), "languages": ("uk",)})
    found = why("city/lyon", "city/kyiv", members=(LYON, far))
    assert found.status == "scores too low"
    assert found.paragraph.startswith("Kyiv and Lyon score 0.0")
    assert "less than the 0.35 from which pairs are proposed." in found.paragraph
    assert found.paragraph.endswith("Only Lyon would gain.")


def test_a_score_that_two_decimals_do_not_tell_from_the_least_is_a_little_less() -> None:
    near = CandidateSearch(stage=CompiledFirstStage(), minimum_score=why("city/lyon", "city/graz").score + 0.0001)
    found = why("city/lyon", "city/graz", candidate_search=near)
    assert found.paragraph.startswith("Graz and Lyon score a little less than the 0.")


def test_a_weak_pair_is_told_so_and_no_more_when_it_is_closed() -> None:
    far = KYIV.model_copy(update={"offers": (offer("cluster.literacy", intensity=1),), "languages": ("uk",)})
    closed = replace(NOTHING, closed=frozenset({"kyiv:lyon"}))
    members = (LYON, far)
    assert why("city/lyon", "city/kyiv", members, closed_pairs=closed) == why("city/lyon", "city/kyiv", members)


def test_what_a_programme_could_do_is_not_said_of_a_city_that_it_excludes() -> None:
    far = HALCYON.model_copy(update={"programmes": (programme("far", name="Far", regions=("asia-pacific",)),)})
    lyon = LYON.model_copy(update={"needs": (need("cluster.literacy", "training"),)})
    found = why("programme/halcyon/far", "city/lyon", members=(lyon, far))
    assert found.paragraph == (
        "“Far” is not meant for the region that Lyon lies in. "
        "Lyon is looking for training on literacy; “Far” supports this subject and gives training."
    )


def test_how_many_times_as_large_agrees_with_the_numbers_beside_it() -> None:
    members = (
        LYON.model_copy(update={"population": 1_948_626}),
        GRAZ.model_copy(update={"population": 30_508}),
    )
    texts = {part.name: part.text for part in why("city/lyon", "city/graz", members).parts}
    assert texts["size"] == "Lyon is 61 times as large, 1.9 million people to 31,000; size counts for a study visit."


def test_two_cities_of_one_unesco_network_are_not_called_cities_besides() -> None:
    titles = {"creative_field": "media-arts", "learning_city_since": 2019}
    members = [each.model_copy(update=titles) for each in (LYON, GRAZ)]
    texts = {part.name: part.text for part in why("city/lyon", "city/graz", members).parts}
    assert texts["setting"] == "Both are UNESCO Learning Cities and UNESCO Creative Cities of Media Arts."


def test_two_districts_of_one_unesco_network_are_called_districts_first() -> None:
    members = [each.model_copy(update={"kind": "district", "learning_city_since": 2019}) for each in (LYON, GRAZ)]
    texts = {part.name: part.text for part in why("city/lyon", "city/graz", members).parts}
    assert texts["setting"] == "Both are districts and UNESCO Learning Cities."


def test_amounts_that_hardly_meet_are_told_as_such() -> None:
    def grant(least: int) -> str:
        funder = partner("halcyon", [programme("reading", grant_min=least, grant_max=900_000, budget=10**6)])
        found = why("programme/halcyon/reading", "city/lyon", (LYON, funder), [request("rooms", "lyon")])
        return next(part.text for part in found.parts if part.name == "grant")

    assert grant(20_000).endswith("run from 20,000 to 900,000 EUR.")
    assert grant(30_000).endswith("EUR, which fits in part.")
    assert grant(49_000).endswith("EUR, which barely fits.")


def test_a_closed_pair_looks_the_same_whatever_the_cause() -> None:
    closed = replace(NOTHING, closed=frozenset({"graz:lyon"}))
    full = {"city/graz": 1}
    assert why("city/lyon", "city/graz", closed_pairs=closed) == why("city/lyon", "city/graz", taken=full)
    found = why("city/lyon", "city/graz", closed_pairs=closed)
    assert (found.status, [each.code for each in found.blockers]) == ("not proposed at present", ["not-at-present"])
    assert found.paragraph.startswith("Graz and Lyon are not proposed to each other at present.")


def test_a_closed_pair_does_not_show_in_what_is_next_best() -> None:
    closed = replace(NOTHING, closed=frozenset({"kyiv:lyon"}))
    kyiv = KYIV.model_copy(update={"needs": (need("sdg.13"),)})
    members = (LYON, GRAZ, kyiv)
    assert why("city/lyon", "city/graz", members=members, closed_pairs=closed, taken={"city/kyiv": 1}) == why(
        "city/lyon", "city/graz", members=members
    )


def test_its_own_open_proposal_is_no_secret() -> None:
    closed_pairs = ClosedPairs(closed=frozenset({"graz:lyon"}), proposed=frozenset({"graz:lyon"}))
    found = why("city/lyon", "city/graz", closed_pairs=closed_pairs, taken={"city/lyon": 1, "city/graz": 1})
    assert (found.status, list(found.blockers)) == ("proposed", [])


def test_a_missing_common_language_is_never_left_out() -> None:
    found = why(
        "city/lyon", "city/graz", members=(LYON, GRAZ.model_copy(update={"languages": ("de",)})), candidate_search=ANY
    )
    assert found.paragraph.endswith("They have no working language in common.")
    for told in (found.told_a, found.told_b):
        assert "You named no working language in common" in told


def test_it_says_what_the_profiles_do_not_tell() -> None:
    bare = city("bare", population=None, latitude=None, languages=())
    found = why("city/bare", "city/lyon", members=(bare, LYON))
    assert found.gaps[:5] == [
        "Bare has not said what it is looking for.",
        "Bare has not said what it offers.",
        "The population of Bare is not known.",
        "Where Bare lies on the map is not known.",
        "The working languages of Bare are not known.",
    ]
    assert found.confidence < 0.5


def test_a_full_and_fresh_profile_has_no_gaps() -> None:
    lyon = city_from(LYON, NOW.date())
    assert gaps([lyon], NOW.date()) == []
    assert gaps([replace(lyon, told_on=date(2025, 3, 1))], NOW.date()) == ["The profile of Lyon is of March 2025."]
    stale = replace(lyon, needs=tuple(replace(topic, valid_until=date(2026, 1, 1)) for topic in lyon.needs))
    assert gaps([stale], NOW.date()) == ["Lyon has not renewed what it is looking for."]


def test_what_is_no_pair_gets_one_sentence() -> None:
    two = partner("halcyon", [programme("reading", name="Reading"), programme("health", name="Health")])
    for one, other, error, text in (
        ("city/lyon", "city/lyon", NoPair, "Lyon is no partner of itself; name two members."),
        (
            "programme/halcyon/reading",
            "programme/halcyon/health",
            NoPair,
            "“Reading” and “Health” are both programmes; name a city on one side.",
        ),
        ("city/lyon", "city/x", UnknownMember, "There is no endorsed city or open programme x; correct the id."),
    ):
        with pytest.raises(error) as caught:
            why(one, other, members=(LYON, two))
        assert str(caught.value) == text
