"""Why a member finds nobody, and the one change that would help it most."""

import asyncio
from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest

from isopolity.contracts.registry import CityState, PartnerState
from isopolity.matching.adapters.engine import candidate_search
from isopolity.matching.application.candidates.absence.changes import city_changes
from isopolity.matching.application.candidates.absence.public_round import own_pairs
from isopolity.matching.application.candidates.candidate_search import CandidateSearch
from isopolity.matching.application.workflows.queries.why_none import why_none
from isopolity.matching.domain.member import City
from isopolity.matching.domain.network import Network, Tie
from isopolity.matching.entrypoints.http.absence import AbsenceView
from isopolity.matching.errors import UnknownMember
from tests.support.matching.instance import surroundings_of
from tests.support.matching.networks import market_of, network_of
from tests.support.matching.service import city, need, offer, partner, programme, request

HEALTH, LITERACY, CLIMATE = "cluster.health", "cluster.literacy", "sdg.13"
UNSAID: dict[str, Any] = {"languages": (), "population": None, "latitude": None, "longitude": None}


ONE_SIDED = candidate_search(0.13)
"""It finds pairs that only one of the two would gain from, too, if the modes are the same."""


def sentence_about(
    network: Network, member_id: str, *, to_it: bool = True, search: CandidateSearch | None = None, **asked: Any
) -> AbsenceView:
    found = asyncio.run(why_none(member_id, surroundings_of(network, search=search), **asked))
    return AbsenceView.of(found, to_it=to_it)


def told(members: Sequence[CityState | PartnerState], member_id: str, **asked: Any) -> AbsenceView:
    return sentence_about(network_of(members), member_id, **asked)


def exchanging(number: int, **changes: Any) -> list[CityState]:
    """Cities in Ghana that look for health and offer literacy, each with a partner that has them already."""
    return [
        city(f"c{i}", country="GH", needs=(need(HEALTH),), offers=(offer(LITERACY),), **changes) for i in range(number)
    ]


def test_each_partner_is_counted_once_and_the_most_frequent_reason_comes_first() -> None:
    members = [
        city("lyon", country="FR", needs=(need(LITERACY),), offers=(offer(HEALTH),)),
        *exchanging(2),
        city("nice", country="FR", needs=(need(HEALTH),), offers=(offer(LITERACY),)),
        *(city(f"x{i}", country="EG", needs=(need("sdg.14"),), offers=(offer("sdg.14"),)) for i in range(3)),
    ]
    (partners,) = told(members, "lyon").owners[0].partners
    assert partners.text == "Of 6 cities 2 would fit you."
    assert [(each.code, each.count) for each in partners.ruled_out] == [("subjects", 3), ("own-country", 1)]
    assert partners.ruled_out[0].text == (
        "3 cities neither offer anything close to what you look for, nor look for anything close to what you offer."
    )
    assert partners.ruled_out[1].text == (
        "1 city lies in the country that you lie in, and not both sides want a partner there."
    )


def test_to_staff_the_member_is_named() -> None:
    found = told([city("lyon", country="FR"), *exchanging(1)], "lyon", to_it=False)
    assert found.owners[0].partners[0].text == "Of 1 city none would fit Lyon."


def test_a_city_that_can_make_no_journey_is_told_to_work_online() -> None:
    same = {"topics": ("topic.1480",)}
    journeys = tuple(need(each, "study-visit", 5).model_copy(update=same) for each in (LITERACY, CLIMATE))
    gives = offer(HEALTH, "study-visit", 5).model_copy(update=same)
    at_home = {"can_travel": False, "can_host": False}
    members = [
        city("lyon", country="FR", needs=journeys, offers=(gives,), **at_home),
        *(
            city(
                f"c{i}",
                country="GH",
                needs=(need(HEALTH, intensity=5).model_copy(update=same),),
                offers=tuple(offer(each, "study-visit", 5).model_copy(update=same) for each in (LITERACY, CLIMATE)),
            )
            for i in range(3)
        ),
    ]
    owner = told(members, "lyon", search=ONE_SIDED).owners[0]
    assert owner.partners[0].ruled_out[0].code == "out-of-reach"
    assert owner.change is not None
    assert owner.change.code in {"offer", "online"}
    assert owner.now is not None
    assert owner.now.proposals == 0
    assert owner.change.then.proposals == 1
    assert owner.change_text is not None
    assert "in a new round with public profiles alone you would get 1 proposal instead of none" in owner.change_text


def test_a_city_reads_in_which_other_mode_what_it_looks_for_could_be_met() -> None:
    members = [
        city("lyon", country="FR", needs=(need(LITERACY, "pilot", 2),), offers=(offer(HEALTH, intensity=1),)),
        *exchanging(3),
    ]
    owner = told(members, "lyon").owners[0]
    assert owner.change is not None
    assert (owner.change.code, owner.change.subject, owner.change.mode) == ("need", LITERACY, "webinar")
    assert owner.change_text is not None
    assert owner.change_text.startswith("If what you look for on literacy could also be a webinar, ")


def test_no_change_names_a_subject_that_the_city_does_not_or_takes_more_than_it_has_room_for() -> None:
    members = [
        city("lyon", country="FR", needs=(need(LITERACY, intensity=5),), offers=(offer(HEALTH, intensity=5),)),
        *exchanging(3),
        *(city(f"x{i}", country="EG", needs=(need("sdg.14"),), offers=(offer(CLIMATE),)) for i in range(9)),
    ]
    owner = told(members, "lyon").owners[0]
    assert owner.now is not None
    assert owner.now.proposals == 1
    assert owner.partners[0].fitting == 3
    assert owner.change is None


def test_a_city_that_shares_no_language_with_others_reads_which_would_help() -> None:
    members = [
        city("lyon", country="FR", needs=(need(LITERACY),), offers=(offer(HEALTH),), languages=("fr",)),
        *exchanging(3, languages=("en",)),
    ]
    owner = told(members, "lyon").owners[0]
    assert owner.change is not None
    assert (owner.change.code, owner.change.language) == ("language", "en")
    assert owner.change_text is not None
    assert owner.change_text.startswith("If you also worked in English, ")


def test_what_the_profile_does_not_say_is_told_apart() -> None:
    found = told([city("lyon", needs=(need(LITERACY),), **UNSAID), *exchanging(1)], "lyon").owners[0]
    assert found.missing == [
        "You do not say what you offer now.",
        "You do not say which topics your needs and offers are about.",
        "You do not say in your own words what you look for and offer.",
        "You do not say in which languages you work.",
        "You do not say how many inhabitants you have.",
        "You do not say where you lie on the map.",
    ]
    theirs = told([city("lyon"), *exchanging(1)], "lyon", to_it=False).owners[0]
    assert theirs.missing[0] == "Lyon does not say what it looks for now."


def test_a_city_reads_which_topic_others_name_for_what_it_looks_for() -> None:
    named = offer(LITERACY).model_copy(update={"topics": ("topic.1480",)})
    given = [city(f"c{i}", country="GH", needs=(need(HEALTH),), offers=(named,)) for i in range(3)]
    market = market_of([city("lyon", country="FR", needs=(need(LITERACY),), offers=(offer(HEALTH),)), *given])
    lyon = market.city("lyon")
    changes = city_changes(market, lyon, own_pairs(market, lyon).partners[0])
    first = changes[0]
    assert (first.kind, first.words["topic"], first.words["side"]) == ("topic", "topic.1480", "need")
    assert isinstance(first.member, City)
    assert first.member.needs[0].topics == ("topic.1480",)
    assert first.member.needs[0].subject == LITERACY
    assert {each.words.get("subject", LITERACY) for each in changes} <= {LITERACY, HEALTH}


def test_a_new_programme_that_finds_nobody_reads_why_without_names() -> None:
    members: list[CityState | PartnerState] = [
        *exchanging(3),
        city("lyon", country="FR", region="europe-north-america", needs=(need(CLIMATE),)),
        partner("halcyon", [programme("sea", name="Sea", subjects=(HEALTH,), regions=("europe-north-america",))]),
    ]
    owner = told(members, "halcyon").owners[0]
    assert owner.programme_name == "Sea"
    (partners,) = owner.partners
    assert partners.text == "Of 4 cities none would fit “Sea”."
    assert [each.text for each in partners.ruled_out] == [
        "3 cities lie in regions that “Sea” is not meant for.",
        "1 city looks for nothing close to what “Sea” supports.",
    ]
    assert owner.change is not None
    assert (owner.change.code, owner.change.region) == ("region", "africa")
    assert owner.change_text is not None
    assert owner.change_text.startswith("If “Sea” also served Africa, 3 more cities would fit")
    everything = owner.model_dump_json()
    assert not any(name in everything for name in ("C0", "C1", "C2", "Lyon"))


def test_a_programme_is_told_which_grants_would_reach_a_request() -> None:
    members: list[CityState | PartnerState] = [
        city("accra", country="GH"),
        partner("halcyon", [programme("rooms", name="Rooms", grant_min=1_000, grant_max=30_000, subjects=(LITERACY,))]),
    ]
    asked = request("books", "accra", amount_min=47_300, amount_max=60_000, subjects=(LITERACY,))
    owner = sentence_about(network_of(members, [asked]), "halcyon").owners[0]
    assert owner.partners[0].ruled_out[0].code in {"amount", "subjects"}
    assert owner.change_text is not None
    assert owner.change_text.startswith("If “Rooms” granted up to 48,000 ")


def test_what_the_member_itself_states_is_told_first() -> None:
    members = [city("lyon", capacity=0, paused_until=date(2027, 3, 1)), *exchanging(1)]
    assert told(members, "lyon").own == [
        "You pause until 1 March 2027: until then nothing is proposed to you.",
        "You have no places for twinnings: so none are proposed to you.",
        "You have no places for sponsorships: so none are proposed to you.",
    ]


def test_no_change_is_named_where_none_helps() -> None:
    owner = told([city("lyon")], "lyon").owners[0]
    assert owner.change is None
    assert (
        owner.change_text
        == "No single change that we tried would bring more or better proposals in a new round with public profiles "
        "alone."
    )


def test_in_a_large_network_the_change_is_told_by_who_would_fit_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    members = [
        city("lyon", country="FR", needs=(need(LITERACY, "study-visit", 3),), offers=(), can_travel=False),
        *exchanging(3),
    ]
    monkeypatch.setattr("isopolity.matching.application.workflows.queries.why_none.SOLVED", len(members))
    change = told(members, "lyon", search=ONE_SIDED).owners[0].change
    assert change is not None
    assert change.then.proposals is not None
    monkeypatch.setattr("isopolity.matching.application.workflows.queries.why_none.SOLVED", len(members) - 1)
    owner = told(members, "lyon", search=ONE_SIDED).owners[0]
    assert owner.change_text == "If what you look for on literacy could also be a webinar, 3 more cities would fit."
    assert owner.change is not None
    assert owner.change.then.proposals is None
    monkeypatch.setattr("isopolity.matching.application.workflows.queries.why_none.SOLVED", 0)
    alone = told([city("lyon")], "lyon").owners[0]
    assert alone.change_text == "No single change that we tried would make more partners fit."


def test_the_change_is_left_out_where_it_is_not_asked_for() -> None:
    owner = told([city("lyon"), *exchanging(1)], "lyon", with_change=False).owners[0]
    assert (owner.now, owner.change, owner.change_text) == (None, None, None)
    assert owner.partners[0].partners == 1


def test_whoever_is_unknown_is_told_so() -> None:
    with pytest.raises(UnknownMember):
        told([city("lyon")], "nobody")


def test_nothing_changes_by_the_pauses_the_contacts_or_the_hidden_ties_of_others() -> None:
    members = [city("lyon", country="FR", needs=(need("sdg.14"),), offers=(offer(HEALTH),)), *exchanging(3)]
    expected = told(members, "lyon")
    pause = {"paused_until": date(2027, 3, 1)}
    resting = [*members[:2], members[2].model_copy(update=pause), members[3]]
    network = network_of(resting)
    network.put_tie(Tie("t", 1, True, "c0", "c1", "twinning", is_public=False))
    assert sentence_about(network, "lyon") == expected


def test_nothing_changes_by_whether_others_have_a_contact_but_its_own_is_told() -> None:
    members = [city("lyon", country="FR", needs=(need(LITERACY),), offers=(offer(HEALTH),)), *exchanging(3)]

    def with_contacts_of(named: Sequence[CityState]) -> Network:
        network = Network(contacts_count=True)
        for each in members:
            network.put_member("city", each.city_id, 1, "endorsed", each.model_dump_json().encode())
        for each in named:
            network.put_contact(f"contact-of-{each.city_id}", 1, each.city_id)
        return network

    expected = sentence_about(with_contacts_of(members), "lyon")
    assert sentence_about(with_contacts_of(members[:1]), "lyon") == expected
    mute = sentence_about(with_contacts_of(members[1:]), "lyon")
    assert mute.own == ["You have no contact who can be mailed: so nothing is proposed to you."]
    assert mute.owners == expected.owners
    waiting = with_contacts_of(members[1:])
    waiting.put_contact("contact-of-lyon", 1, "lyon", confirmed=False)
    assert sentence_about(waiting, "lyon").own == [
        "You have no contact who has confirmed the address: so nothing is proposed to you."
    ]
