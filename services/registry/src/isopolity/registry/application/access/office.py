"""The office: the list of staff and operators, with the rights of each; some changes of it one keeper requests and a
second one confirms.

Operators keep the list; staff that may manage keeps the entries that hold no right of operators. Invariants: a person
who is removed, or gets other rights or another address, loses all sessions in the same transaction. A change locks the
whole list, so that two keepers who leave at once do not rely on each other. The audit has ids, scopes and names of
fields, never a name or an address. Nobody confirms their own request, and both people are on the list and keep it.
Only the command needs no second person.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Final

from isopolity.identity.actors import holds, whole_of
from isopolity.registry.application.access.second_factors import open_enrolment, opened_factor
from isopolity.registry.application.access.session_ends import end_accounts, end_sessions_of_holder, forget_sign_ins
from isopolity.registry.application.ports import RegistryRepositories, Surroundings
from isopolity.registry.domain.access.account import APP, RIGHTS, OfficePerson, OfficeRequest, keeps_list, needs_second
from isopolity.registry.domain.access.second_factor import SecondFactor
from isopolity.registry.domain.errors import Gone, NotFound, NotPossible, OperatorsOnly

_NOT_NAMED: Final = ("person_id", "scopes", "second_factor", "issuer_subject")
_OPERATOR: Final = "operator"
_KEPT: Final[Mapping[str, str]] = {
    _OPERATOR: "No other person on the list has all rights of an operator. Give them to somebody else first.",
    "staff:manage": "No other person on the list can manage it. Give somebody else this right first.",
}
"""Rights that the last person who holds them cannot give up, with the sentence that refuses it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeper:
    """A keeper of the list: an operator with all rights, or staff with the right to manage."""

    subject: str
    is_operator: bool
    scopes: Collection[str] = ()
    """The scopes that the keeper holds."""
    is_command: bool = False
    """Whether it is the command on the network's machine, which never needs a second person."""
    is_signed_in: bool = False
    """Whether it is a person with a session."""

    def keeps(self, scopes: Collection[str]) -> bool:
        """Whether it may grant and revoke these scopes, and see who holds them."""
        return self.is_operator or all(whole_of(scope) != _OPERATOR for scope in scopes)


MACHINE: Final = Keeper(subject="", is_operator=True, is_command=True)
"""The keeper for a program that runs registry in its own process."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A person on the list."""

    person: OfficePerson
    enrolment_code: str | None = field(default=None, repr=False)
    """The code with which the person enrols a second factor, to be handed over; None if the entry existed before, and
    in a network without second factors.
    """


async def admitted_entry(wanted: OfficePerson, keeper: Keeper, uow: RegistryRepositories) -> OfficePerson | None:
    """The entry that the wanted one would change, or None for a new one; locks the list.

    Raises OperatorsOnly, NotPossible.
    """
    await uow.office.lock()
    stored = await uow.office.by_address(wanted.address)
    require_keeper(keeper, wanted.scopes)
    if stored is not None:
        require_keeper(keeper, stored.scopes)
        await _require_another(keeper, stored, wanted.scopes, uow)
    return stored


async def put_in_office(
    wanted: OfficePerson, stored: OfficePerson | None, uow: RegistryRepositories, surroundings: Surroundings
) -> Listed:
    """Store a person in place of the `stored` entry of its address; a new one gets its `person_id` here."""
    person_id = stored.person_id if stored else surroundings.ids()
    asks = surroundings.sign_in_rules.second_factor
    opened, code = opened_factor(person_id, surroundings) if asks else (SecondFactor(), None)
    person = replace(
        wanted,
        person_id=person_id,
        second_factor=stored.second_factor if stored else opened,
        issuer_subject=stored.issuer_subject if stored else None,
    )
    if person == stored:
        return Listed(person=stored)
    await uow.office.put(person)
    if stored is not None and set(stored.scopes) != set(person.scopes):
        await end_sessions_of_holder(person.person_id, uow)
    changed = [
        one.name for one in fields(person) if stored is None or getattr(stored, one.name) != getattr(person, one.name)
    ]
    uow.audit.note(
        "person",
        person.person_id,
        before=None if stored is None else {"scopes": sorted(stored.scopes)},
        after={"scopes": sorted(person.scopes)},
        details={"fields": [name for name in changed if name not in _NOT_NAMED]},
    )
    return Listed(person=person, enrolment_code=None if stored else code)


async def remove_from_office(person_id: str, keeper: Keeper, uow: RegistryRepositories) -> None:
    """Take a person off the list and delete the personal data. Raises NotFound, OperatorsOnly, NotPossible."""
    await uow.office.lock()
    stored = await kept_person(person_id, keeper, uow)
    await _require_another(keeper, stored, (), uow)
    await end_sessions_of_holder(person_id, uow)
    await uow.office.remove(person_id)
    await uow.office_requests.remove_of(stored)
    await uow.saved_lists.remove_own(person_id)
    await forget_sign_ins({person_id: stored.address}, uow)
    await end_accounts([person_id], uow)
    uow.audit.note("person", person_id, before={"scopes": sorted(stored.scopes)})


async def kept_person(person_id: str, keeper: Keeper, uow: RegistryRepositories) -> OfficePerson:
    """A person whose entry the keeper may change. Raises NotFound, OperatorsOnly."""
    stored = await uow.office.get(person_id)
    if stored is None:
        raise NotFound("No person with this id is on the list of staff and operators.")
    require_keeper(keeper, stored.scopes)
    return stored


def require_keeper(keeper: Keeper, scopes: Collection[str]) -> None:
    """Raise OperatorsOnly unless the keeper may grant and revoke these scopes."""
    if not keeper.keeps(scopes):
        raise OperatorsOnly("Only an operator with all rights can change the rights of operators.")


async def _require_another(
    keeper: Keeper, stored: OfficePerson, scopes: Collection[str], uow: RegistryRepositories
) -> None:
    """Raise NotPossible if the keeper, left with `scopes`, gives up a right that nobody else holds."""
    if keeper.subject != stored.person_id:
        return
    others = [one.scopes for one in await uow.office.all() if one.person_id != stored.person_id]
    for right, sentence in _KEPT.items():
        is_lost = holds(stored.scopes, right) and not holds(scopes, right)
        if is_lost and not any(holds(other, right) or _OPERATOR in other for other in [*others, scopes]):
            raise NotPossible(sentence)


_SIGN_IN: Final = (
    "This needs a second person, so ask for it as a person who has signed in, or run `isopolity people` on the"
    " network's machine."
)


async def add_to_office(
    wanted: OfficePerson, keeper: Keeper, uow: RegistryRepositories, surroundings: Surroundings
) -> Listed | OfficeRequest:
    """Store a person, or a request if that needs two people; if the address is on the list, its entry changes.

    Raises OperatorsOnly, NotPossible.
    """
    stored = await admitted_entry(wanted, keeper, uow)
    before = () if stored is None else stored.scopes
    if keeper.is_command or not needs_second(keeper.scopes, before, wanted.scopes):
        return await put_in_office(wanted, stored, uow, surroundings)
    person = replace(wanted, person_id="" if stored is None else stored.person_id)
    return await _asked(RIGHTS, person, keeper, uow, surroundings)


async def reset_factor(
    person_id: str, keeper: Keeper, uow: RegistryRepositories, surroundings: Surroundings
) -> Listed | OfficeRequest:
    """Let a person enrol another app, or store a request if that needs two people.

    The enrolment code and the person's mail box are enough to act as the person.

    Raises NotFound, OperatorsOnly, NotPossible.
    """
    await uow.office.lock()
    person = await kept_person(person_id, keeper, uow)
    if keeper.is_command or person_id == keeper.subject or not needs_second(keeper.scopes, (), person.scopes):
        return await _reset(person, keeper, uow, surroundings)
    return await _asked(APP, person, keeper, uow, surroundings)


async def confirm_request(
    request_id: str, keeper: Keeper, uow: RegistryRepositories, surroundings: Surroundings
) -> Listed:
    """Carry out a request of another keeper; returns the enrolment code, if there is one, to the confirming keeper.

    Raises NotFound, Gone, OperatorsOnly, NotPossible.
    """
    await uow.office.lock()
    request = await _waiting(request_id, keeper, uow)
    if request.is_over(surroundings.clock()) or not await _keeps(request.asked_by, uow):
        raise Gone("This request is too old, or the person who asked no longer manages the list. Ask again.")
    if not keeper.is_command:
        if keeper.subject == request.asked_by:
            raise NotPossible("You asked for this yourself. Another person who manages the list must confirm it.")
        if not keeper.is_signed_in or not await _keeps(keeper.subject, uow):
            raise NotPossible("Only a person on the list confirms this, who has signed in.")
    await uow.office_requests.remove(request_id)
    uow.audit.note("office-request", request_id, before=_audited(request))
    if request.wants == APP:
        person = await kept_person(request.person.person_id, keeper, uow)
        return await _reset(person, keeper, uow, surroundings)
    stored = await admitted_entry(request.person, keeper, uow)
    if (stored.person_id if stored else "") != request.person.person_id:
        raise Gone("The list has changed since this was asked for. Ask again.")
    return await put_in_office(request.person, stored, uow, surroundings)


async def refuse_request(request_id: str, keeper: Keeper, uow: RegistryRepositories) -> None:
    """Delete a request; the keeper who made it may do so too. Raises NotFound, OperatorsOnly."""
    await uow.office.lock()
    request = await _waiting(request_id, keeper, uow)
    await uow.office_requests.remove(request_id)
    uow.audit.note("office-request", request_id, before=_audited(request))


async def _waiting(request_id: str, keeper: Keeper, uow: RegistryRepositories) -> OfficeRequest:
    request = await uow.office_requests.get(request_id)
    if request is None:
        raise NotFound("This request no longer exists: it was confirmed, declined or made again.")
    require_keeper(keeper, request.person.scopes)
    return request


async def _keeps(person_id: str, uow: RegistryRepositories) -> bool:
    person = await uow.office.get(person_id)
    return person is not None and keeps_list(person.scopes)


async def _asked(
    wants: str, person: OfficePerson, keeper: Keeper, uow: RegistryRepositories, surroundings: Surroundings
) -> OfficeRequest:
    if not keeper.is_signed_in or not await _keeps(keeper.subject, uow):
        raise NotPossible(_SIGN_IN)
    request = OfficeRequest(
        request_id=surroundings.ids(),
        wants=wants,
        person=person,
        asked_by=keeper.subject,
        asked_at=surroundings.clock(),
    )
    await uow.office_requests.put(request)
    uow.audit.note("office-request", request.request_id, after=_audited(request))
    return request


async def _reset(person: OfficePerson, keeper: Keeper, uow: RegistryRepositories, surroundings: Surroundings) -> Listed:
    code = await open_enrolment(person.person_id, keeper.subject, uow, surroundings)
    return Listed(person=person, enrolment_code=code)


def _audited(request: OfficeRequest) -> dict[str, object]:
    """The request for the audit: ids and scopes, without names and addresses."""
    return {
        "wants": request.wants,
        "person_id": request.person.person_id or None,
        "asked_by": request.asked_by,
        "scopes": sorted(request.person.scopes),
    }
