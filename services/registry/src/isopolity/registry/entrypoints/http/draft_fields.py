"""Reads and checks the fields of a draft's steps, and combines them to an application.

Invariant: a wrong field is reported with its path in its step, and with the same sentence as in an application.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Annotated, Any, Final

from pydantic import Field, ValidationError

from isopolity.contracts.validation_sentences import sentence
from isopolity.identity.addresses import address_key
from isopolity.registry.domain.contact import Person
from isopolity.registry.domain.errors import FieldError, InvalidProfile
from isopolity.registry.domain.joining.application import STEPS, Application, Draft, Fields
from isopolity.registry.domain.member import USUAL, CapacityDefaults
from isopolity.registry.entrypoints.inputs import FIELDS_OF_STEPS, CityInput, PartnerInput, PersonInput


class _CityFields(CityInput):
    contact: PersonInput
    others: Annotated[tuple[PersonInput, ...], Field(max_length=10)] = ()


class _PartnerFields(PartnerInput):
    contact: PersonInput
    others: Annotated[tuple[PersonInput, ...], Field(max_length=10)] = ()


_MODELS: Final[Mapping[str, type[_CityFields | _PartnerFields]]] = {"city": _CityFields, "partner": _PartnerFields}
_PLACEHOLDERS: Final[Mapping[str, Mapping[str, Fields]]] = {
    "city": {"who": {"kind": "city", "name": "Name"}, "where": {"country": "FR"}},
    "partner": {"who": {"kind": "foundation", "name": "Name"}, "where": {"home_country": "FR"}},
}
"""By kind of member and step, placeholders for required fields of an application, except the contact."""
_CONTACT: Final = {"name": "Name"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """The parts of an application that fields of a draft result in."""

    profile: Any
    person: Person
    others: tuple[Person, ...]


def filled_step(draft: Draft, step: str, fields: Fields) -> Filled:
    """The application from one step, with placeholders for the others. Raises InvalidProfile."""
    others = {name: value for name, value in _PLACEHOLDERS[draft.member_kind].items() if name != step}
    if step != "contacts":
        others["contacts"] = {"contact": _CONTACT}
    return _filled(draft, [*others.values(), fields])


def filled_draft(draft: Draft, usual: CapacityDefaults = USUAL) -> Filled:
    """The application from all steps. Raises InvalidProfile."""
    draft.require_complete()
    return _filled(draft, [draft.steps[step] for step in STEPS if step in draft.steps], usual)


def steps_of(application: Application, values: Fields) -> dict[str, Fields]:
    """The steps of a draft that results in this application, from the values of its profile."""
    person, kind = application.person, application.profile.member_kind
    known = {name: value for name, value in values.items() if value is not None and name in _MODELS[kind].model_fields}
    steps: dict[str, Fields] = {
        step: {name: known.pop(name) for name in names if name in known} for step, names in FIELDS_OF_STEPS.items()
    }
    if person is not None:
        others = [asdict(one) for one in application.others]
        steps["contacts"] = {"contact": asdict(person), "others": others}
    steps["needs" if kind == "city" else "programmes"] = known
    return {step: steps[step] for step in STEPS if step in steps}


def _filled(draft: Draft, steps: list[Fields], usual: CapacityDefaults = USUAL) -> Filled:
    """Raises InvalidProfile."""
    values = {name: value for step in steps for name, value in step.items()}
    if isinstance(values.get("contact"), dict):
        values["contact"] = {"language": draft.language, "email": draft.email, **values["contact"]}
    entered = _entered(draft.member_kind, values)
    filled = Filled(
        profile=entered.profile(usual=usual),
        person=entered.contact.person(place=("contact",)),
        others=tuple(one.person(place=("others", place)) for place, one in enumerate(entered.others)),
    )
    if errors := _wrong_addresses(draft, filled):
        raise InvalidProfile(errors)
    return filled


def _entered(member_kind: str, values: Fields) -> _CityFields | _PartnerFields:
    try:
        return _MODELS[member_kind].model_validate(values)
    except ValidationError as error:
        entries = error.errors(include_url=False, include_input=False)
        raise InvalidProfile([FieldError(entry["loc"], sentence(entry)) for entry in entries]) from None


@contextmanager
def placed(*place: str) -> Iterator[None]:
    """Prefix `place` to the paths of wrong fields found within the context."""
    try:
        yield
    except InvalidProfile as wrong:
        errors = [FieldError((*place, *error.path), error.detail) for error in wrong.errors]
        raise InvalidProfile(errors) from None


def _wrong_addresses(draft: Draft, filled: Filled) -> list[FieldError]:
    """Errors if the applicant's address is not that of the link, or if two people have the same address."""
    own = address_key(draft.email)
    errors = []
    if filled.person.address != own:
        sentence = "Keep the address that the link was mailed to, or begin anew with the other one."
        errors.append(FieldError(("contact", "email"), sentence))
    known = {own}
    for place, one in enumerate(filled.others):
        if one.address in known:
            errors.append(FieldError(("others", place, "email"), "Give each person an address of its own."))
        known.add(one.address)
    return errors
