"""Whatever a partner and staff do to programmes: others see what staff admitted, or less of it."""

from dataclasses import replace
from itertools import count
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from isopolity.registry.application.revised_profiles import NO_WAIT, Wait, with_internal_fields
from isopolity.registry.domain.errors import InvalidProfile
from isopolity.registry.domain.partner import PartnerProfile, Programme
from isopolity.registry.domain.review import PROGRAMME, held_back, standing
from tests.support.examples import examples
from tests.support.registry.service import partner_profile

WAIT = Wait(new=True, changed=True)
CHANGES = st.fixed_dictionaries(
    {},
    optional={
        "name": st.sampled_from(["Read", "Reading", "Readings", "Write", "Play"]),
        "purpose": st.sampled_from([None, "Libraries", "Librarries", "Librarriess", "Stadiums"]),
        "budget": st.sampled_from([100, 200, 300]),
        "grant_max": st.sampled_from([50, 100]),
        "currency": st.sampled_from(["EUR", "KWD"]),
        "subjects": st.sampled_from([(), ("sdg.4",), ("sdg.4", "sdg.11")]),
        "regions": st.sampled_from([(), ("africa",), ("africa", "arab-states")]),
        "countries": st.sampled_from([(), ("KE",)]),
        "population_max": st.sampled_from([None, 10, 20]),
        "cities": st.sampled_from([1, 9]),
    },
)
FIRST = Programme(
    programme_id="", name="Read", purpose="Libraries", budget=200, currency="EUR", grant_min=10, grant_max=50,
    subjects=("sdg.4",), regions=("africa",),
)  # fmt: skip
STEPS = st.tuples(st.sampled_from(["partner", "staff", "endorses", "adds", "removes"]), st.integers(0, 2), CHANGES)


def programmes_after(profile: PartnerProfile, act: str, place: int, changes: dict[str, Any]) -> tuple[Programme, ...]:
    kept = list(profile.programmes)
    if act == "adds":
        return (*kept, replace(FIRST, **changes))
    if place < len(kept):
        kept[place : place + 1] = [] if act == "removes" else [replace(kept[place], **changes)]
    return tuple(kept)


@example([("partner", 0, {"purpose": "Librarries"}), ("partner", 0, {"purpose": "Librarriess"})])
@example([("partner", 0, {"purpose": "Stadiums"}), ("staff", 0, {"budget": 300}), ("partner", 0, {"cities": 9})])
@given(st.lists(STEPS, max_size=12))
@examples(400)
def test_others_see_what_staff_admitted_or_less_of_it(steps: list[tuple[str, int, dict[str, Any]]]) -> None:
    numbers = count(1)
    ids = lambda: f"p{next(numbers)}"  # noqa: E731 - a factory
    profile = with_internal_fields(partner_profile(programmes=(FIRST,)), None, ids)
    admitted = {each.programme_id: each for each in profile.programmes}
    for act, place, changes in steps:
        try:
            if act == "endorses":
                if place < len(profile.programmes):
                    one = profile.programmes[place]
                    admitted[one.programme_id] = one
                    rest = {
                        name: tuple(each for each in getattr(profile, name) if _id(each) != one.programme_id)
                        for name in ("waiting", "refused", "admitted")
                    }
                    profile = replace(profile, **rest)
            else:
                changed = replace(profile, programmes=programmes_after(profile, act, place, changes))
                wait = NO_WAIT if act == "staff" else WAIT
                revised = with_internal_fields(changed, profile, ids, wait=wait)
                for each in revised.programmes if act == "staff" else ():
                    if each.programme_id not in revised.waiting and each not in profile.programmes:
                        admitted[each.programme_id] = each
                profile = revised
        except InvalidProfile:
            continue
        public = profile.endorsed()
        assert public.endorsed() == public
        for each in public.programmes:
            assert held_back(PROGRAMME, admitted[each.programme_id], each) == ()
        for each in profile.programmes:
            before = profile.before(each.programme_id)
            if before is not None:
                assert standing(PROGRAMME, before, each) in public.programmes
        assert len({each.programme_id for each in profile.programmes}) == len(profile.programmes)
        assert set(profile.waiting) <= {each.programme_id for each in profile.programmes}


def _id(each: Any) -> str:
    return each if isinstance(each, str) else str(each.programme_id)
