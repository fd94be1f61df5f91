"""A request to sponsors as a form.

Invariant: what the form shows of a request, it reads again as that request. A request without amounts asks for other
help than money.
"""

from collections.abc import Mapping
from datetime import date
from typing import Final

from isopolity.client.registry.models import RequestEntry
from isopolity.portal.domain.steps.fields import Form, Line, Ticks, Topics
from isopolity.portal.domain.steps.step import Step
from isopolity.portal.domain.typed_values import amount_in, count_in, is_day, paragraph_in, texts_in

Stated = Mapping[str, object]
"""A request as a form states it or registry takes it, right or wrong, by the names of its fields."""
AMOUNTS: Final = ("amount_min", "amount_max")
REQUEST: Final = Step(
    "request",
    (
        Line("title"),
        Line("description", paragraph_in),
        Line("language"),
        Topics("topics"),
        Ticks("subjects"),
        Line("amount_min", amount_in),
        Line("amount_max", amount_in),
        Line("currency", str.upper),
        Line("starts"),
        Line("ends"),
        Line("beneficiaries", count_in),
        Line("payee"),
    ),
)
_RANGES: Final = (AMOUNTS, ("starts", "ends"))


def filled_with(entry: RequestEntry) -> dict[str, str]:
    """The form as it shows the request; amounts of 0 are left empty."""
    filled = REQUEST.filled(entry.model_dump(mode="json"))
    return {**filled, **{name: "" for name in AMOUNTS if filled[name] == "0"}}


def change_in(form: Form) -> dict[str, object]:
    """The request that the form states, as a JSON Merge Patch; an empty amount is 0."""
    change = REQUEST.change(form)
    return {**change, **{name: 0 for name in AMOUNTS if change[name] is None}}


def stated_in(form: Form) -> dict[str, object]:
    """The request that the form states; what is empty is left out."""
    return {name: value for name, value in change_in(form).items() if value is not None}


def is_in(entry: RequestEntry, form: Form) -> bool:
    """Whether the request says already what the form holds."""
    return filled_with(entry) == {**filled_with(entry), **REQUEST.filled(change_in(form)), **_amounts_in(form)}


def _amounts_in(form: Form) -> dict[str, str]:
    change = change_in(form)
    return {name: "" if change[name] == 0 else str(change[name]) for name in AMOUNTS}


def codes_in(stated: Stated) -> list[str]:
    """The subjects and topics that it states."""
    return [*texts_in(stated.get("subjects")), *texts_in(stated.get("topics"))]


def crossed(stated: Stated) -> list[str]:
    """The names of the fields that are less than the one that they must not be less than."""
    return [most for least, most in _RANGES if _is_less(stated.get(most), stated.get(least))]


def is_over(stated: Stated, before: RequestEntry | None, today: date) -> bool:
    """Whether it states a last day that is over; the one that the request had may stay."""
    text = stated.get("ends")
    if not isinstance(text, str) or not is_day(text):
        return False
    day = date.fromisoformat(text)
    return day < today and (before is None or before.ends != day)


def _is_less(one: object, other: object) -> bool:
    """Whether the one of two numbers or days is less; what is neither is left to registry."""
    if isinstance(one, str) and isinstance(other, str) and is_day(one) and is_day(other):
        return date.fromisoformat(one) < date.fromisoformat(other)
    return isinstance(one, int) and isinstance(other, int) and one < other
