"""The office: the list of staff and operators, with the rights of each.

Operators keep the list; staff that may manage keeps the entries that hold no right of operators. Invariant: a person
who is removed, or gets other rights or another address, loses all sessions in the same transaction. A change locks the
whole list, so that two keepers who leave at once do not rely on each other. The audit has ids, scopes and names of
fields, never a name or an address. `second_person` decides which changes need two people.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Final

from isopolity.registry.application.access.second_factors import opened_factor
from isopolity.registry.application.access.session_ends import end_account, end_sessions_of_holder, forget_sign_ins
from isopolity.registry.application.ports import RegistryRepositories, Surroundings
from isopolity.registry.domain.access.account import OfficePerson
from isopolity.registry.domain.access.second_factor import SecondFactor
from isopolity.registry.domain.errors import NotFound, NotPossible, OperatorsOnly
from isopolity.rights import holds, whole_of

_TOLD: Final = ("person_id", "scopes", "second_factor", "issuer_subject")
_OPERATOR: Final = "operator"
_KEPT: Final[Mapping[str, str]] = {
    _OPERATOR: "Nobody else on the list has all rights of an operator; give them to somebody else first.",
    "staff:manage": "Nobody else on the list may manage it; give somebody else this right first.",
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
        details={"fields": [name for name in changed if name not in _TOLD]},
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
    await forget_sign_ins(stored.address, uow, of=person_id)
    await end_account(person_id, uow)
    uow.audit.note("person", person_id, before={"scopes": sorted(stored.scopes)})


async def kept_person(person_id: str, keeper: Keeper, uow: RegistryRepositories) -> OfficePerson:
    """A person whose entry the keeper may change. Raises NotFound, OperatorsOnly."""
    stored = await uow.office.get(person_id)
    if stored is None:
        raise NotFound("There is nobody with this id on the list of staff and operators.")
    require_keeper(keeper, stored.scopes)
    return stored


def require_keeper(keeper: Keeper, scopes: Collection[str]) -> None:
    """Raise OperatorsOnly unless the keeper may grant and revoke these scopes."""
    if not keeper.keeps(scopes):
        raise OperatorsOnly("Only an operator with all rights gives rights of operators, and changes who has them.")


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
