"""Invariants of the domain: natural keys, versions, nothing personal."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

# ruff: noqa: RUF001 - letters that look alike are meant
import pytest

from isopolity.identity.folded_text import fold, sort_key
from isopolity.registry.domain.city import UNRATED, CityProfile, Need
from isopolity.registry.domain.errors import InvalidProfile, NotPossible
from isopolity.registry.domain.member import Member
from isopolity.registry.domain.review import is_slip
from isopolity.registry.domain.twinning import Twinning, in_order
from isopolity.registry.domain.wording import Worded, refuse_unfit
from tests.support.registry.service import city_profile, partner_profile, person, programme, request_details


def a_city(**changes: object) -> Member[CityProfile]:
    return Member(member_id="c1", version=1, status="applied", region="r", profile=city_profile(**changes))


def test_cities_with_the_same_geonames_id_are_the_same_whatever_their_names() -> None:
    assert city_profile(name="Munich").key == city_profile(name="München").key


def test_members_of_different_kinds_are_never_the_same() -> None:
    assert city_profile(kind="city").key != city_profile(kind="county").key


def test_a_city_without_geonames_id_is_known_by_country_and_folded_name() -> None:
    plain = city_profile(name="sao leopoldo", geonames_id=None)
    assert plain.key == city_profile(name="São  Leopoldo", geonames_id=None).key
    assert plain.key != city_profile(name="sao leopoldo", geonames_id=None, country="PT").key


def test_a_partner_is_known_by_its_registration_or_else_by_country_and_name() -> None:
    assert partner_profile(name="A").key == partner_profile(name="B").key
    assert partner_profile(name="Á", registration_id=None).key == partner_profile(name="a", registration_id=None).key


def test_revising_makes_the_next_version_and_no_change_makes_none() -> None:
    city = a_city()
    assert city.revised(city_profile(population=5), "r").version == 2
    assert city.revised(city_profile(), "r") is city


def test_others_see_neither_a_pause_nor_by_the_version_that_there_was_one() -> None:
    city, pause = a_city().endorsed(), date(2027, 2, 1)
    paused = city.revised(city_profile(paused_until=pause), "r")
    assert (paused.version, paused.profile.paused_until) == (3, pause)
    assert paused.seen_by_others() == replace(city.seen_by_others(), unseen_changes=1)
    moved = paused.revised(city_profile(paused_until=None, population=5), "r")
    assert (moved.version, moved.seen_by_others().version) == (4, 3)
    again = moved.revised(city_profile(paused_until=pause, population=5), "r")
    assert again.seen_by_others() == replace(moved.seen_by_others(), unseen_changes=2)


def test_others_see_ratings_only_if_the_city_shows_them_and_no_version_tells_that_one_changed() -> None:
    def needs(intensity: int) -> tuple[Need, ...]:
        return (Need(subject="sdg.4", intensity=intensity, mode="webinar"),)

    city = Member(
        member_id="c1", version=1, status="endorsed", region="r", profile=city_profile(needs=needs(2), offers=needs(3))
    )
    seen = city.seen_by_others().profile
    assert [each.intensity for each in (*seen.needs, *seen.offers)] == [UNRATED, UNRATED]
    rated = city.revised(city_profile(needs=needs(5), offers=needs(3)), "r")
    assert (rated.version, rated.seen_by_others()) == (2, replace(city.seen_by_others(), unseen_changes=1))
    shown = rated.revised(city_profile(needs=needs(5), offers=needs(3), shows_ratings=True), "r")
    assert shown.seen_by_others().profile == shown.profile
    assert shown.seen_by_others().version == 2


def test_a_withdrawn_member_cannot_be_revised_or_endorsed_but_applies_again() -> None:
    gone = a_city().endorsed().withdrawn()
    assert gone.withdrawn() is gone
    with pytest.raises(NotPossible):
        gone.endorsed()
    with pytest.raises(NotPossible):
        gone.revised(city_profile(population=5), "r")
    assert (gone.applied_again(city_profile(), "r").status, gone.applied_again(city_profile(), "r").version) == (
        "applied",
        4,
    )


@pytest.mark.parametrize(
    ("make", "place"),
    [
        (lambda: city_profile(name="Ana ana@city.example"), ("name",)),
        (lambda: city_profile(local_names=("x", "+49 30 1234567")), ("local_names", 1)),
        (lambda: person(name="Ana +49 30 1234567"), ("name",)),
        (lambda: city_profile(web="https://ana@city.example"), ("web",)),
        (lambda: partner_profile(name="ana@city.example"), ("name",)),
        (lambda: partner_profile(registration_id="ana@city.example"), ("registration_id",)),
        (
            lambda: partner_profile(programmes=(programme(eligibility="Ask ana@x.example"),)),
            ("programmes", 0, "eligibility"),
        ),
        (
            lambda: partner_profile(programmes=(programme(purpose="Ask ana@x.example"),)),
            ("programmes", 0, "purpose"),
        ),
        (lambda: partner_profile(programmes=(programme(name="+49 30 1234567"),)), ("programmes", 0, "name")),
        (lambda: request_details(title="ana@city.example"), ("title",)),
        (lambda: request_details(description="Call +49 30 1234567"), ("description",)),
        (lambda: request_details(payee="ana@city.example"), ("payee",)),
    ],
)
def test_nothing_personal_enters_a_profile(make: Callable[[], Worded], place: tuple[object, ...]) -> None:
    with pytest.raises(InvalidProfile) as refused:
        refuse_unfit(make())
    assert [error.path for error in refused.value.errors] == [place]


@pytest.mark.parametrize(
    ("make", "place"),
    [
        (lambda: city_profile(name=" "), ("name",)),
        (lambda: city_profile(latitude=1.0), ("longitude",)),
        (lambda: partner_profile(programmes=(programme(grant_max=5),)), ("programmes", 0, "grant_max")),
        (lambda: partner_profile(programmes=(programme(budget=20_000),)), ("programmes", 0, "grant_max")),
        (
            lambda: partner_profile(programmes=(programme(), programme(name="CITIES that read"))),
            ("programmes", 1, "name"),
        ),
        (lambda: request_details(amount_max=5), ("amount_max",)),
    ],
)
def test_fields_that_contradict_each_other_are_refused_by_place(make: object, place: tuple[object, ...]) -> None:
    with pytest.raises(InvalidProfile) as refused:
        make()  # type: ignore[operator] # a function without arguments
    assert [error.path for error in refused.value.errors] == [place]


def test_a_range_that_ends_too_early_is_told_without_names_of_fields() -> None:
    early = programme(grant_max=5, opens=date(2027, 2, 1), closes=date(2027, 1, 1))
    with pytest.raises(InvalidProfile) as refused:
        partner_profile(programmes=(early,))
    assert [error.detail for error in refused.value.errors] == [
        "Give 10,000 or more: that is where it begins.",
        "Give 2027-02-01 or a later day: that is where it begins.",
    ]


def test_a_twinning_has_one_id_whatever_the_order() -> None:
    assert in_order("b", "a") == in_order("a", "b") == ("a", "b")
    with pytest.raises(InvalidProfile):
        in_order("a", "a")
    with pytest.raises(ValueError, match="order"):
        Twinning(city_a="b", city_b="a", version=1, status="declared")


def test_folding_keeps_the_marks_of_scripts_that_need_them() -> None:
    assert fold("São Paulo") == "sao paulo"
    assert fold("Łódź") == "lodz"
    assert fold("Straße") == "strasse"
    assert fold("हिन्दी") != fold("हन्द")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("'s-Hertogenbosch", "hertogenbosch"),
        ("\u2019s-Gravenhage", "gravenhage"),
        ("'t Harde", "harde"),
        ("The Hague", "hague"),
        ("Theben", "theben"),
        ("The", "the"),
        ("La Paz", "la paz"),
        ("A Coruña", "a coruna"),
        ("“The Ark”", "ark”"),
        ("(Saint-Denis)", "saint-denis)"),
        ("—", "—"),
        ("Évora", "evora"),
        ("東京", "東京"),
    ],
)
def test_lists_sort_a_name_from_its_first_letter_and_without_some_articles(name: str, expected: str) -> None:
    assert sort_key(name) == expected


SLIPS = [
    ("We support libaries.", "We support libraries."),
    ("We suport libraries in Afrika.", "We support libraries in Africa."),
    ("Librareis", "Libraries"),
    ("Libraries, schools and museums", "libraries; schools and Museums!"),
    ("“Read” – for all", '"Read" - for all'),
    ("Bibliotheques", "Bibliothèques"),
    ("Bibliothe\u0300ques", "Bibliothèques"),
    ("Βιβλιοθηκες", "Βιβλιοθήκες"),
    ("Библиотека", "Библиотеки"),
    ("Libaries apply at https://read.example/apply.", "Libraries apply at (https://read.example/apply)!"),
    ("Up to 1,5 million", "Up to 1.5 million"),
    (None, None),
]
OTHERS = [
    ("Libraries", "Stadiums"),
    ("We support libraries.", "We do not support libraries."),
    ("We now support schools", "We not support schools"),
    ("Grants of 10 % for schools", "Grants of 90 % for schools"),
    ("Up to 1.000 EUR", "Up to 10.000 EUR"),
    ("Up to 100 €", "Up to 100 $"),
    ("for men", "for women"),
    ("a legal ground", "a regal ground"),
    ("an inclusive city", "an exclusive city"),
    ("libaries, schols, museeums", "libraries, schools, museums"),
    ("Libraries", "Libraries and stadiums"),
    ("図書館を支持する", "図書館を不支持する"),
    ("المكتبات العامة", "المكتبات الخاصة"),
    ("Apply at https://foundation.example", "Apply at https://foundations.example"),
    ("Apply at foundation.example", "Apply at foundation.examples"),
    ("Apply at https://read.example/Apply", "Apply at https://read.example/apply"),
    ("Apply at good-read.example", "Apply at good read.example"),
    ("We read more. Info follows", "We read more.info follows"),
    ("We read more. Info follows", "We read more。info follows"),
    (None, "Stadiums"),
    ("Libraries", None),
    ("Libraries", ""),
]


@pytest.mark.parametrize(("admitted", "changed"), SLIPS)
def test_a_slip_of_the_pen_says_the_same(admitted: str | None, changed: str | None) -> None:
    assert is_slip(admitted, changed)
    assert is_slip(changed, admitted)


@pytest.mark.parametrize(("admitted", "changed"), OTHERS)
def test_another_meaning_is_no_slip(admitted: str | None, changed: str | None) -> None:
    assert not is_slip(admitted, changed)
    assert not is_slip(changed, admitted)
