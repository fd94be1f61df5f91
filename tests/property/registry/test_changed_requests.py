"""Whatever a city asks for of a request, in whatever steps: others see what staff agreed to, or less of it."""

from dataclasses import replace
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from isopolity.registry.domain.change import values_of_details, with_wanted
from isopolity.registry.domain.errors import InvalidProfile
from isopolity.registry.domain.request import Request
from isopolity.registry.domain.review import REQUEST, held_back, standing
from tests.support.examples import examples
from tests.support.registry.service import request_details

FIRST = request_details(title="Libraries", amount_min=10, amount_max=50, currency="EUR", subjects=("sdg.4", "sdg.11"))
CHANGES = st.fixed_dictionaries(
    {},
    optional={
        "title": st.sampled_from(["Libraries", "Librarries", "Librarriess", "Stadiums"]),
        "payee": st.sampled_from([None, "A trust", "A TRUST", "A truss"]),
        "amount_min": st.sampled_from([1, 10, 20]),
        "amount_max": st.sampled_from([20, 50, 90]),
        "currency": st.sampled_from(["EUR", "KWD"]),
        "beneficiaries": st.sampled_from([None, 1, 2]),
        "subjects": st.sampled_from([(), ("sdg.4",), ("sdg.4", "sdg.13")]),
    },
)


@example([{"title": "Librarries"}, {"title": "Librarriess"}])
@given(st.lists(CHANGES, max_size=8))
@examples(300)
def test_others_see_what_staff_agreed_to_or_less_of_it(steps: list[dict[str, Any]]) -> None:
    request = Request(request_id="r", version=1, status="published", city_id="c", details=FIRST)
    for changes in steps:
        agreed = request.agreed or request.details
        try:
            asked = replace(request.details, **changes)
        except InvalidProfile:
            continue
        stands = standing(REQUEST, agreed, asked)
        wanted = {name: values_of_details(asked)[name] for name in held_back(REQUEST, agreed, asked)}
        request = request.revised(stands, None if stands == agreed else agreed)
        assert held_back(REQUEST, FIRST, request.details) == ()
        assert with_wanted(request.details, wanted) == asked, "staff that agrees gives what was asked for"
