"""The claim of each reason by its code, checked against profiles and ties without the code that made it.

Invariant: `CLAIMS` fails on a sentence, or a parameter, that differs from the data of the two sides.
"""

from collections.abc import Callable, Mapping
from typing import Final

from isopolity.matching.application.candidates.pair_facts import Relation
from tests.support.matching.reason_claims.checked_reason import LANGUAGES, CheckedReason
from tests.support.matching.reason_claims.sponsorship_claims import (
    grant,
    grant_differs,
    need_fits,
    no_grant,
    place_served,
    request_fits,
)
from tests.support.matching.reason_claims.twinning_claims import (
    both_learning_cities,
    distance,
    exchanged,
    few_hours,
    low_fit,
    one_sided,
    other_size,
    same_creative_field,
    size,
    two_cities,
)

TWIN, SPONSOR, SPONSORED = Relation.TWIN, Relation.SPONSOR, Relation.SPONSORED


def tied(*relations: Relation) -> Callable[[CheckedReason], None]:
    def claim(checked: CheckedReason) -> None:
        assert checked.connection is not None
        assert checked.connection.relations == relations
        assert checked["through"] == checked.connection.names[1]
        checked.says(checked.connection.names[1])

    return claim


def tied_by_a_twin(checked: CheckedReason) -> None:
    tied(SPONSOR, TWIN)(checked)
    assert checked["other"] == checked.other_name
    you = "your partner city" if checked.me is checked.city else "You have a partnership"
    assert you in checked.reason.text


def common_language(checked: CheckedReason) -> None:
    assert checked["language"] in checked.me.languages
    assert checked["language"] in checked.other.languages
    checked.says("You both named", LANGUAGES[checked["language"]])


def no_common_language(checked: CheckedReason) -> None:
    assert (checked["mine"].split(), checked["theirs"].split()) == (
        list(checked.me.languages),
        list(checked.other.languages),
    )
    assert checked.me.languages
    assert checked.other.languages
    assert not set(checked.me.languages) & set(checked.other.languages)
    named = (LANGUAGES[code] for code in (*checked.me.languages, *checked.other.languages))
    checked.says("no working language in common", *named)
    assert checked["other"] == checked.other_name


CLAIMS: Final[Mapping[str, Callable[[CheckedReason], None]]] = {
    "need-met": lambda checked: exchanged(checked, *two_cities(checked)),
    "offer-wanted": lambda checked: exchanged(checked, *reversed(two_cities(checked))),
    "common-twin": tied(TWIN, TWIN),
    "common-partner": tied(SPONSORED, SPONSOR),
    "same-creative-field": same_creative_field,
    "both-learning-cities": both_learning_cities,
    "size": size,
    "other-size": other_size,
    "one-sided": one_sided,
    "low-fit": low_fit,
    "few-hours": few_hours,
    "distance-near": distance,
    "distance": distance,
    "common-language": common_language,
    "no-common-language": no_common_language,
    "request-fits": request_fits,
    "need-fits": need_fits,
    "grant": grant,
    "grant-differs": grant_differs,
    "no-grant": no_grant,
    "place-served": place_served,
    "partner-of-twin": tied_by_a_twin,
    "twin-of-partner": tied_by_a_twin,
}
