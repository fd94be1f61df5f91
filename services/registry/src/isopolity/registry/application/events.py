"""Publishes events of aggregates; each event holds the whole state at a version."""

from dataclasses import fields, replace
from datetime import datetime
from typing import Any, Final

from pydantic import TypeAdapter
from pydantic_core import to_json

from isopolity.contracts.catalogue import CITY, PARTNER, REQUEST, TWINNING
from isopolity.contracts.event_types import CONFIRMATION_REQUESTED, CONTACT_CHANGED, CONTACT_ERASED, SIGN_IN_REQUESTED
from isopolity.contracts.registry import (
    CityState,
    ConfirmationRequested,
    ContactState,
    PartnerState,
    RequestState,
    SignInRequested,
    TwinningState,
)
from isopolity.persistence.unit_of_work import Outbox
from isopolity.registry.domain.access.session import SignIn
from isopolity.registry.domain.city import CityProfile
from isopolity.registry.domain.contact import Contact
from isopolity.registry.domain.handover import Handover
from isopolity.registry.domain.joining.application import Application, Draft
from isopolity.registry.domain.joining.letter import Letter
from isopolity.registry.domain.member import City, Member, Partner
from isopolity.registry.domain.partner import INTERNAL_FIELDS, PartnerProfile
from isopolity.registry.domain.request import Request, RequestDetails
from isopolity.registry.domain.twinning import Twinning

_PROFILE: Final = TypeAdapter(CityProfile)
_CITY_FIELDS: Final = tuple(field.name for field in fields(CityProfile) if field.name not in INTERNAL_FIELDS)
_PARTNER_FIELDS: Final = tuple(each.name for each in fields(PartnerProfile) if each.name not in INTERNAL_FIELDS)
_REQUEST_FIELDS: Final = tuple(field.name for field in fields(RequestDetails))
NOBODY: Final = "unknown"


def city_state(city: City, *, bulk: bool = False) -> CityState:
    """The city's whole state, for its event; callers pass a profile that its readers may see."""
    values = city_values(city) | {"bulk": bulk, "avoided_countries": city.profile.avoided_countries}
    return CityState.model_validate(values, from_attributes=True)


def city_values(city: City) -> dict[str, Any]:
    """The fields of a city's state that answers may show, with the domain's needs and offers."""
    values: dict[str, Any] = {name: getattr(city.profile, name) for name in _CITY_FIELDS}
    return values | _city_head(city)


def city_json(city: City, *, bulk: bool) -> bytes:
    """The JSON of `city_state` without hidden words, with the countries that the city avoids, and without pydantic's
    checks; imports publish many.
    """
    profile = _PROFILE.dump_json(city.profile.shown(), exclude_none=True, exclude={"hidden"})
    return to_json(_city_head(city) | {"bulk": bulk})[:-1] + b"," + profile[1:]


def _city_head(city: City) -> dict[str, Any]:
    head = {"city_id": city.member_id, "version": city.version, "status": city.status, "region": city.region}
    dated = {} if city.changed_on is None else {"changed_on": city.changed_on}
    return head | dated | _merged(city)


def partner_state(partner: Partner, *, bulk: bool = False) -> PartnerState:
    """The partner's whole state, with all its programmes; callers pass a profile that others may see."""
    values: dict[str, Any] = {name: getattr(partner.profile, name) for name in _PARTNER_FIELDS}
    values |= {"partner_id": partner.member_id, "version": partner.version, "status": partner.status, "bulk": bulk}
    values |= {"changed_on": partner.changed_on} | _merged(partner)
    return PartnerState.model_validate(values, from_attributes=True)


def _merged(member: Member[Any]) -> dict[str, Any]:
    """Fields that name the entry in which a merged member continues, or did; for others an empty `moved_ids`."""
    if (merged := member.merged) is None or (member.status != "withdrawn" and not merged.undone):
        return {"moved_ids": []}
    moved = [{"former": former, "now": now} for former, now in sorted(merged.moved_ids.items())]
    if merged.undone:
        return {"parted_from": merged.into, "moved_ids": moved}
    return {"merged_into": merged.into, "merged_version": merged.version, "moved_ids": moved}


def request_state(request: Request, *, bulk: bool = False) -> RequestState:
    """The request's whole state, for its event."""
    values: dict[str, Any] = {name: getattr(request.details, name) for name in _REQUEST_FIELDS}
    values |= {"request_id": request.request_id, "version": request.version, "status": request.status}
    return RequestState.model_validate(
        values | {"city_id": request.city_id, "moved_to": request.moved_to, "bulk": bulk}
    )


def twinning_state(twinning: Twinning) -> TwinningState:
    """The twinning's whole state, for its event."""
    return TwinningState(
        twinning_id=twinning.identifier,
        version=twinning.version,
        status=twinning.status,
        city_a=twinning.city_a,
        city_b=twinning.city_b,
        since=twinning.since,
    )


def contact_state(contact: Contact, *, version: int, status: str) -> ContactState:
    """The state of a changed or erased contact: ids and role, nothing personal."""
    return ContactState(
        contact_id=contact.contact_id,
        version=version,
        status=status,
        member_kind=contact.member_kind,
        member_id=contact.member_id,
        role=contact.person.role,
        confirmed=contact.is_confirmed if status == "changed" else None,
    )


def publish_member(
    outbox: Outbox, verb: str, member: Member[Any], *, bulk: bool = False, gave_back_to: str | None = None
) -> None:
    """Publish that a city or partner was registered, revised, endorsed or withdrawn.

    `gave_back_to`: the entry to which a partner gives its programmes back by this change.
    """
    if member.profile.member_kind == "city":
        event_type = CITY.type_named(verb)
        outbox.publish_json(event_type, member.member_id, city_json(member, bulk=bulk))
    else:
        visible = replace(member, profile=member.profile.endorsed())
        state = partner_state(visible, bulk=bulk).model_copy(update={"gave_back_to": gave_back_to})
        outbox.publish(PARTNER.type_named(verb), state)


def publish_request(outbox: Outbox, verb: str, request: Request, *, bulk: bool = False) -> None:
    """Publish that a request was published, revised or closed."""
    outbox.publish(REQUEST.type_named(verb), request_state(request, bulk=bulk))


def publish_twinning(outbox: Outbox, twinning: Twinning) -> None:
    """Publish that the twinning was declared or retracted, according to its status."""
    outbox.publish(TWINNING.type_named(twinning.status), twinning_state(twinning))


def publish_contact(outbox: Outbox, contact: Contact) -> None:
    """Publish that the contact was added or changed."""
    state = contact_state(contact, version=contact.version, status="changed")
    outbox.publish(CONTACT_CHANGED, state)


def publish_erasure(outbox: Outbox, contact: Contact, merged_into: str | None = None) -> None:
    """Publish that the contact was erased, or continues as `merged_into`, a contact of the same person."""
    state = contact_state(contact, version=contact.version + 1, status="erased")
    state = state.model_copy(update={"merged_into": merged_into})
    outbox.publish(CONTACT_ERASED, state)


def publish_tombstone(outbox: Outbox, contact_id: str, version: int) -> None:
    """Publish again that a contact was erased; its member is no longer known."""
    state = ContactState(
        contact_id=contact_id, version=version, status="erased", member_kind=NOBODY, member_id=NOBODY, role=NOBODY
    )
    outbox.publish(CONTACT_ERASED, state)


def publish_confirmation(outbox: Outbox, application: Application) -> None:
    """Order a mail with a link to the applicant; the confirmation has the application's id."""
    _order(outbox, application.application_id, application.received_at)


def publish_draft(outbox: Outbox, draft: Draft) -> None:
    """Order a mail with the link of a draft."""
    _order(outbox, draft.draft_id, draft.started_at, about="draft")


def publish_letter(outbox: Outbox, letter: Letter) -> None:
    """Order the mail of a letter of the office."""
    _order(outbox, letter.letter_id, letter.written_at, about=letter.about)


def publish_handover(outbox: Outbox, handover: Handover) -> None:
    """Order a mail with a link to the successor, as for an applicant's confirmation."""
    _order(outbox, handover.handover_id, handover.started_at)


def publish_contact_confirmation(outbox: Outbox, contact: Contact, before: Contact | None, now: datetime) -> None:
    """Order a mail with a link to the contact, if a new confirmation was requested since the state `before`."""
    if contact.asked is not None and (before is None or before.asked != contact.asked):
        _order(outbox, contact.asked, now)


def _order(outbox: Outbox, confirmation_id: str, at: datetime, **about: str) -> None:
    """Order a mail; its text is fetched from registry when it is sent."""
    requested = ConfirmationRequested(confirmation_id=confirmation_id, requested_at=at, **about)
    outbox.publish(CONFIRMATION_REQUESTED, requested)


def publish_sign_in(outbox: Outbox, sign_in: SignIn) -> None:
    """Order a mail with a link and a code, whether or not an account has the address."""
    requested = SignInRequested(sign_in_id=sign_in.sign_in_id, requested_at=sign_in.requested_at)
    outbox.publish(SIGN_IN_REQUESTED, requested)
