"""A waiting programme keeps the day on which it was handed in, whatever else its partner changes."""

from dataclasses import replace
from datetime import date
from itertools import count
from typing import Any

from isopolity.registry.application.revised_profiles import Wait, with_internal_fields
from isopolity.registry.domain.partner import PartnerProfile, Programme, Refusal
from tests.support.registry.service import partner_profile

WAITS = Wait(new=True, changed=True)
FIRST, SECOND = (date(2026, 11, day) for day in (3, 20))
NUMBERS = count()


def programme(name: str, **changes: Any) -> Programme:
    return replace(
        Programme(programme_id="", name=name, budget=900, currency="EUR", grant_min=10, grant_max=50), **changes
    )


def handed_in(stored: PartnerProfile, day: date, *programmes: Programme, **changes: Any) -> PartnerProfile:
    wanted = replace(stored, programmes=programmes or stored.programmes, **changes)
    revised: PartnerProfile = with_internal_fields(wanted, stored, lambda: f"q{next(NUMBERS)}", wait=WAITS)
    return revised.handed_in_since(stored, day)


def days(profile: PartnerProfile) -> list[date]:
    return [each.handed_in_on for each in profile.handed_in]


def test_another_change_of_the_partner_leaves_the_day() -> None:
    waiting = handed_in(partner_profile(programmes=()), FIRST, programme("Read"))
    changed = handed_in(waiting, SECOND, about="Another sentence.")
    assert (days(waiting), days(changed)) == ([FIRST], [FIRST])
    (known,) = changed.programmes
    assert days(handed_in(changed, SECOND, replace(known, purpose="To read."), programme("Write"))) == [FIRST, SECOND]


def test_a_refused_programme_that_is_handed_in_again_has_a_new_day() -> None:
    waiting = handed_in(partner_profile(programmes=()), FIRST, programme("Read"))
    (known,) = waiting.programmes
    refused = replace(waiting, refused=(Refusal(programme_id=known.programme_id, reason="Why?", refused_on=FIRST),))
    assert days(handed_in(refused, SECOND, about="Another sentence.")) == [FIRST], "it still is refused"
    assert days(handed_in(refused, SECOND, replace(known, purpose="To read."))) == [SECOND]


def test_others_do_not_see_the_day() -> None:
    waiting = handed_in(partner_profile(programmes=()), FIRST, programme("Read"))
    assert waiting.seen_by_others().handed_in == ()
    assert handed_in(waiting, SECOND, programme("Other")).seen_by_others() == waiting.seen_by_others()
