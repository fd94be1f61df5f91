"""The reasons read as a coordinator would say them."""

from dataclasses import replace
from datetime import date
from typing import Any

from isopolity.contracts.codes import MODES
from isopolity.matching.application.candidates.pair_facts import (
    Connection,
    Relation,
    SponsorshipFacts,
    TwinningFacts,
)
from isopolity.matching.application.candidates.parsed_members import city_from, programmes_from, request_from
from isopolity.matching.application.wording.exchange_sentences import distinct_matches, exchange
from isopolity.matching.application.wording.explanation_texts import connected
from isopolity.matching.application.wording.pair_reasons import sponsorship_reasons, twinning_reasons
from isopolity.matching.domain.member import Topic
from isopolity.matching.domain.scores import fit
from isopolity.matching.domain.scores.fit import Match
from isopolity.matching.domain.scores.programme_eligibility import converted
from isopolity.matching.domain.scores.target_arrays import Target
from isopolity.wording import phrases
from isopolity.wording.exchanges import Party
from isopolity.wording.supports import TO_CITY, TO_PARTNER
from tests.support.matching.service import city, need, offer, partner, programme, request

TODAY = date(2026, 11, 25)


def reasons(mine: dict[str, Any], theirs: dict[str, Any], **facts: Any) -> list[str]:
    me, other = city_from(city("lyon", **mine)), city_from(city("medellín", **theirs))
    known = {"km": 1240.0, "my_first_tie": False, "their_first_tie": False, "joins": False} | facts
    met, wanted = fit.matches(me, other, TODAY), fit.matches(other, me, TODAY)
    return [each.text for each in twinning_reasons(TwinningFacts(me=me, other=other, met=met, wanted=wanted, **known))]


def test_a_need_met_in_its_own_mode() -> None:
    texts = reasons(
        {"needs": (need("cluster.literacy", "study-visit"),)}, {"offers": (offer("cluster.literacy", "study-visit"),)}
    )
    assert texts[0] == "You are looking for a study visit on literacy; Medellín offers one."
    assert texts[-1] == "We found nothing that you could give Medellín."


def test_all_that_must_be_minded_is_told_beyond_the_four() -> None:
    mine: dict[str, Any] = {"needs": (need("sdg.13"), need("sdg.4")), "offers": (offer("sdg.3", intensity=1),)}
    theirs: dict[str, Any] = {"offers": (offer("sdg.13"), offer("sdg.4")), "needs": (need("cluster.health"),)}
    one = mine | {"languages": ("fr",), "population": 20_000}
    other = theirs | {"languages": ("es",), "population": 900_000}
    assert reasons(one, other, common_hours=1.0)[-4:] == [
        "You named no working language in common: you named French, Medellín named Spanish.",
        "Medellín would gain much less from this than you.",
        "Your working days and those of Medellín have less than two hours in common; "
        "a webinar needs both of you at the same time.",
        "Medellín is far larger: 900,000 people to your 20,000.",
    ]


def test_an_offer_wanted_in_another_mode() -> None:
    texts = reasons({"offers": (offer("sdg.13", "training"),)}, {"needs": (need("sdg.13", "expert-mission"),)})
    assert texts[0] == ("Medellín is looking for an expert mission on climate action; you offer training on it.")


def test_sizes_are_told_in_numbers() -> None:
    shared = {"needs": (need("sdg.13"),), "offers": (offer("sdg.13"),)}
    alike = reasons({**shared, "population": 412_345}, {**shared, "population": 388_900})
    assert "You are of similar size: 412,000 and 389,000 people." in alike
    large = reasons({**shared, "population": 2_480_000}, {**shared, "population": 2_196_000})
    assert "You are of similar size: 2.5 and 2.2 million people." in large
    half = reasons({**shared, "population": 1_442_000}, {**shared, "population": 693_000})
    assert "Medellín is smaller: 693,000 people to your 1.4 million." in half
    unlike = reasons({**shared, "population": 41_000}, {**shared, "population": 3_889_000})
    assert "Medellín is far larger: 3.9 million people to your 41,000." in unlike


def test_a_missing_common_language_warns() -> None:
    shared = {"needs": (need("sdg.13"),), "offers": (offer("sdg.13"),)}
    texts = reasons({**shared, "languages": ("fr",)}, {**shared, "languages": ("es", "ca")})
    assert texts[-1] == (
        "You named no working language in common: you named French, Medellín named Spanish and Catalan."
    )


def test_varieties_of_a_language_are_one_language() -> None:
    texts = reasons(MEETS | {"languages": ("fr", "pt-BR")}, MEETS | {"languages": ("pt", "es")})
    assert "You both named Portuguese as a working language." in texts
    assert not any("no working language" in text for text in texts)


def test_a_distance_is_told_only_to_those_who_would_travel() -> None:
    assert not any("km" in text for text in reasons(MEETS, MEETS))
    for mode in MODES:
        shared = {"needs": (need("sdg.13", mode),), "offers": (offer("sdg.13", mode),), "online_only": True}
        assert not any("km" in text for text in reasons(shared, shared))


def test_neighbours_are_told_how_near_they_are() -> None:
    assert "You lie about 120 km apart." in reasons(MEETS, MEETS, km=120.0)
    assert "You lie next to each other." in reasons(MEETS, MEETS, km=0.4)


def test_one_subject_is_named_once() -> None:
    texts = reasons(
        {
            "needs": (
                need("cluster.health", "study-visit", 5),
                need("sdg.3", "webinar", 4),
                need("sdg.13", "training", 1),
            )
        },
        {"offers": (offer("sdg.3", "study-visit"), offer("sdg.3", "webinar"), offer("sdg.13", "training"))},
    )
    assert texts[:2] == [
        "You are looking for a webinar on good health and well-being; Medellín offers one.",
        "You are looking for training on climate action; Medellín offers it.",
    ]


def test_one_need_is_named_once() -> None:
    texts = reasons({"needs": (need("sdg.3"),)}, {"offers": (offer("sdg.2", intensity=5), offer("sdg.6"))})
    assert len([text for text in texts if text.startswith("You are looking for")]) == 1


def test_subjects_that_are_nearly_alike_have_names_that_tell_them_apart() -> None:
    texts = reasons({"needs": (need("cluster.health"),)}, {"offers": (offer("sdg.3"),)})
    assert texts[0] == (
        "You are looking for a webinar on learning for health and well-being; Medellín offers one on a related "
        "subject, good health and well-being."
    )


def test_nothing_in_common_is_no_reason() -> None:
    assert reasons({}, {}) == []


def test_a_city_that_cannot_host_offers_no_study_visit() -> None:
    texts = reasons(
        {"needs": (need("cluster.literacy", "study-visit"),)},
        {"offers": (offer("cluster.literacy", "study-visit"),), "can_host": False},
    )
    assert texts == []


def test_a_grant_is_told_in_both_currencies() -> None:
    funder = programmes_from(partner("halcyon", [programme("reading", name="Reading", currency="EUR")]))[0]
    asked = request_from(request("rooms", "lyon", currency="USD", amount_min=23_000, amount_max=46_000))
    facts = SponsorshipFacts(
        programme=funder, target=Target(city_from(city("lyon")), asked), today=TODAY, first_tie=False
    )
    to_city = [reason.text for reason in sponsorship_reasons(facts, TO_CITY)]
    assert to_city[0] == ("You ask for support for “Reading rooms”, on literacy, which “Reading” supports.")
    assert to_city[1] == (
        "You ask for 23,000 to 46,000 USD (about 20,000 to 40,000 EUR). "
        "The programme gives 10,000 to 100,000 EUR a grant."
    )
    assert sponsorship_reasons(facts, TO_PARTNER)[0].text == (
        "Lyon asks for support for “Reading rooms”, on literacy, which “Reading” supports."
    )


def test_both_are_told_that_a_city_without_a_request_gets_no_money() -> None:
    funder = programmes_from(partner("halcyon", [programme("reading", name="Reading", countries=("LY",))]))[0]
    needs = (need("cluster.literacy", "study-visit", 5), need("cluster.literacy"))
    lyon = city_from(city("lyon", needs=needs))
    facts = SponsorshipFacts(programme=funder, target=Target(lyon, None), today=TODAY, first_tie=True)
    assert [reason.text for reason in sponsorship_reasons(facts, TO_PARTNER)] == [
        "Lyon is looking for a webinar on literacy; “Reading” supports this subject and gives training.",
        "You both named English as a working language.",
        "Lyon lies in a country that “Reading” serves.",
        "Lyon asks for no money, so this comes with none: “Reading” grants money only on a request.",
    ]
    assert [reason.text for reason in sponsorship_reasons(facts, TO_CITY)] == [
        "You are looking for a webinar on literacy; “Reading” supports this subject and gives training.",
        "You both named English as a working language.",
        "“Reading” serves cities in your country.",
        "You ask for no money, so this comes with none: “Reading” grants money only on a request.",
    ]


def test_a_programme_that_names_no_amount_is_not_said_to_give_nothing() -> None:
    funder = programmes_from(partner("halcyon", [programme("reading", grant_min=0, grant_max=0)]))[0]
    lyon = city_from(city("lyon", needs=(need("cluster.literacy"),)))
    facts = SponsorshipFacts(programme=funder, target=Target(lyon, None), today=TODAY, first_tie=True)
    assert not any(
        reason.code == "grant"
        for reason in (*sponsorship_reasons(facts, TO_PARTNER), *sponsorship_reasons(facts, TO_CITY))
    )


def test_a_request_without_an_amount_has_not_asked_for_one() -> None:
    funder = programmes_from(partner("halcyon", [programme("reading", name="Reading")]))[0]
    for most, text in (
        (0, "You ask for no money, so this comes with none: “Reading” grants money only on a request."),
        (9_000, "You ask for up to 9,000 EUR. The programme gives 10,000 to 100,000 EUR a grant."),
    ):
        asked = request_from(request("rooms", "lyon", currency="EUR", amount_min=0, amount_max=most))
        facts = SponsorshipFacts(
            programme=funder, target=Target(city_from(city("lyon")), asked), today=TODAY, first_tie=False
        )
        assert text in [reason.text for reason in sponsorship_reasons(facts, TO_CITY)]


def test_a_sponsor_on_a_neighbouring_subject_is_told_as_one() -> None:
    funder = programmes_from(partner("halcyon", [programme("schools", name="Schools", subjects=("sdg.4",))]))[0]
    lyon = city_from(city("lyon", needs=(need("cluster.literacy", "expert-mission"),)))
    facts = SponsorshipFacts(programme=funder, target=Target(lyon, None), today=TODAY, first_tie=False)
    assert [reason.text for reason in sponsorship_reasons(facts, TO_PARTNER)][::2] == [
        "Lyon is looking for an expert mission on literacy; “Schools” supports a related subject, quality education, "
        "and gives expertise.",
        "Lyon asks for no money, so this comes with none: “Schools” grants money only on a request.",
    ]
    assert sponsorship_reasons(facts, TO_CITY)[0].text == (
        "You are looking for an expert mission on literacy; “Schools” supports a related subject, quality education, "
        "and gives expertise."
    )
    asked = replace(facts, target=Target(lyon, request_from(request("rooms", "lyon", currency="EUR"))))
    assert sponsorship_reasons(asked, TO_PARTNER)[0].text == (
        "Lyon asks for support for “Reading rooms”, on literacy; “Schools” supports related work, on quality education."
    )
    assert sponsorship_reasons(asked, TO_CITY)[0].text == (
        "You ask for support for “Reading rooms”, on literacy; “Schools” supports related work, on quality education."
    )


def test_grants_are_told_as_what_they_are() -> None:
    told = [phrases.run_from(low, high, "EUR") for low, high in ((5_000, 9_000), (0, 9_000), (9_000, 9_000))]
    assert told == ["run from 5,000 to 9,000 EUR", "go up to 9,000 EUR", "are 9,000 EUR"]


def test_a_currency_without_a_rate_is_not_converted() -> None:
    assert converted(5, "XAF", "EUR") is None
    assert converted(5, "XAF", "XAF") == 5


def test_codes_that_this_release_does_not_know_are_left_out() -> None:
    read = city_from(city("lyon", needs=(need("sdg.99"), need("sdg.4", "telepathy"), need("sdg.4"))))
    assert [topic.subject for topic in read.needs] == ["sdg.4"]


def test_subjects_are_named_as_one_would_say_them() -> None:
    codes = ("sdg.1", "sdg.10", "cluster.literacy")
    assert phrases.on_subjects(codes) == "on ending poverty and on reducing inequalities and on literacy"


def test_kinds_and_sizes_take_their_forms() -> None:
    assert [phrases.kinds(kind) for kind in ("city", "county", "district", "consortium")] == [
        "cities",
        "counties",
        "districts",
        "consortia",
    ]
    times = [phrases.times(ratio) for ratio in (1.7, 1.8, 2.1, 2.2, 2.5, 3.0, 12.4)]
    assert times == ["1.7 times", "twice", "twice", "2.2 times", "2.5 times", "3 times", "12 times"]
    assert [phrases.number(count, "city", "cities") for count in (1, 1_204)] == ["1 city", "1,204 cities"]


def test_numbers_are_rounded_for_people() -> None:
    assert [phrases.people(number) for number in (412_345, 1_234, 87)] == ["412,000", "1,200", "87"]
    assert [phrases.people(number) for number in (999_499, 999_500, 12_449_000)] == [
        "999,000",
        "1 million",
        "12.4 million",
    ]
    assert phrases.two_populations(1_100_000, 980_000) == "1.1 million and 980,000 people"


TWIN, SPONSOR, SPONSORED = Relation.TWIN, Relation.SPONSOR, Relation.SPONSORED
MEETS = {"needs": (need("sdg.13"),), "offers": (offer("sdg.13"),)}


def match(need_subject: str, offer_subject: str, mode: str = "webinar", offer_mode: str = "webinar") -> Match:
    wanted = Topic(subject=need_subject, intensity=4, mode=mode)
    return Match(wanted, Topic(subject=offer_subject, intensity=3, mode=offer_mode), 0.5)


def test_a_common_twin_could_introduce_the_two() -> None:
    found = Connection(names=("Lyon", "Pisa", "Medellín"), relations=(TWIN, TWIN))
    assert reasons(MEETS, MEETS, connection=found)[2] == "You are both partner cities of Pisa."


def test_a_common_sponsor_could_introduce_the_two() -> None:
    found = Connection(names=("Lyon", "Halcyon", "Medellín"), relations=(SPONSORED, SPONSOR))
    assert reasons(MEETS, MEETS, connection=found)[2] == "You both have a partnership with Halcyon."


def test_a_longer_way_is_no_reason() -> None:
    found = Connection(names=("Lyon", "Pisa", "Graz", "Medellín"), relations=(TWIN, TWIN, TWIN))
    assert reasons(MEETS, MEETS, connection=found) == reasons(MEETS, MEETS)


def test_connections_are_told_by_what_they_are() -> None:
    for names, relations, text in (
        ("Lyon Graz", (TWIN,), "Lyon and Graz are twinned already."),
        ("Halcyon Graz", (SPONSOR,), "Halcyon is a partner of Graz already."),
        ("Lyon Pisa Graz", (TWIN, TWIN), "Lyon and Graz are both twinned with Pisa."),
        ("Lyon Halcyon Graz", (SPONSORED, SPONSOR), "Halcyon is a partner of both Lyon and Graz."),
        ("Halcyon Pisa Graz", (SPONSOR, TWIN), "Halcyon is a partner of Pisa, which is twinned with Graz."),
        ("Lyon Pisa Kyiv Graz", (TWIN,) * 3, "Lyon is twinned with Pisa, Pisa with Kyiv, and Kyiv with Graz."),
        (
            "Lyon Halcyon Kyiv Graz",
            (SPONSORED, SPONSOR, TWIN),
            "Lyon is a partner of Halcyon, Halcyon is a partner of Kyiv, and Kyiv is twinned with Graz.",
        ),
    ):
        assert connected(Connection(names=tuple(names.split()), relations=relations)) == text


def test_an_offer_on_a_related_subject_names_both_subjects() -> None:
    lyon, graz = Party(name="Lyon", reads=True), Party(name="Graz")
    near = match("cluster.literacy", "area.communities", offer_mode="training")
    assert exchange(near, lyon, graz) == (
        "You are looking for a webinar on literacy; Graz offers training on a related subject, "
        "learning in families and communities."
    )
    same = match("cluster.literacy", "area.communities", "webinar", "webinar")
    assert "; Graz offers one on a related subject, learning in families and communities." in exchange(same, lyon, graz)
    uncounted = match("cluster.literacy", "area.communities", "training", "training")
    assert "; Graz offers training on a related subject, " in exchange(uncounted, lyon, graz)
    assert exchange(match("sdg.13", "sdg.13", "training", "training"), Party(name="Graz"), Party(name="Lyon")) == (
        "Graz is looking for training on climate action; Lyon offers it."
    )


def test_learning_cities_are_told_since_when() -> None:
    def texts(mine: int, theirs: int) -> list[str]:
        plain = MEETS | {"population": None}
        return reasons(plain | {"learning_city_since": mine}, plain | {"learning_city_since": theirs})

    assert "You are both UNESCO Learning Cities, both since 2019." in texts(2019, 2019)
    assert "You are both UNESCO Learning Cities, you since 2019, Medellín since 2022." in texts(2019, 2022)


def test_each_need_is_told_once() -> None:
    matches = [
        match("sdg.4", "sdg.4"),
        match("sdg.4", "area.quality"),
        match("sdg.13", "sdg.13"),
        match("sdg.1", "sdg.1"),
    ]
    assert [each.need.subject for each in distinct_matches(matches, 2)] == ["sdg.4", "sdg.13"]


def test_the_least_helpful_sentences_are_left_out() -> None:
    rich = MEETS | {"learning_city_since": 2015, "creative_field": "film", "languages": ("fr",)}
    texts = reasons(rich, rich | {"languages": ("es",)}, my_first_tie=True)
    assert texts[2:] == [
        "You are both UNESCO Creative Cities of Film.",
        "You named no working language in common: you named French, Medellín named Spanish.",
    ]


def test_of_two_needs_each_way_the_weakest_is_left_out() -> None:
    mine = {
        "needs": (need("sdg.13", intensity=5), need("sdg.4", intensity=5)),
        "offers": (offer("sdg.9"), offer("sdg.14")),
    }
    theirs = {
        "offers": (offer("sdg.13"), offer("sdg.4")),
        "needs": (need("sdg.9", intensity=5), need("sdg.14", intensity=1)),
    }
    texts = reasons(mine, theirs)
    assert len(texts) == 4
    assert [text.partition(" ")[0] for text in texts[:3]] == ["You", "You", "Medellín"]
    assert "industry" in texts[2]


def test_a_sponsor_learns_that_it_supports_a_twin_of_the_city() -> None:
    funder = programmes_from(partner("halcyon", [programme("reading", name="Reading")], name="Halcyon"))[0]
    lyon = city_from(city("lyon", needs=(need("cluster.literacy"),)))
    found = Connection(names=("Halcyon", "Graz", "Lyon"), relations=(SPONSOR, TWIN))
    facts = SponsorshipFacts(
        programme=funder, target=Target(lyon, None), today=TODAY, first_tie=False, connection=found
    )
    assert sponsorship_reasons(facts, TO_PARTNER)[1].text == "You have a partnership with Graz, a partner city of Lyon."
    assert sponsorship_reasons(facts, TO_CITY)[1].text == "Halcyon has a partnership with Graz, your partner city."


def test_words_are_listed_and_sentences_end_once() -> None:
    assert [phrases.listed(words) for words in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == [
        "",
        "a",
        "a and b",
        "a, b and c",
    ]
    assert phrases.sentence("It is  near\nWashington D.C.") == "It is near Washington D.C."
