"""A member leaves the network; its contacts may be erased with it.

Invariant: in this way a contact of the member cannot erase a coordinator whom it could not erase directly.
"""

from collections.abc import Collection, Sequence

from isopolity.registry.application.commands import WithdrawMember
from isopolity.registry.application.members import AnyMember, member, withdraw_member
from isopolity.registry.application.ports import RegistryRepositories, Surroundings
from isopolity.registry.application.replacement.new_addresses import moving
from isopolity.registry.application.replacement.together import tell_erased, tell_withdrawn
from isopolity.registry.domain.contact import Contact
from isopolity.registry.domain.errors import NotPossible
from isopolity.registry.domain.replacement.rights import Doer, takes_place_of


async def withdraw(
    command: WithdrawMember, doer: Doer, uow: RegistryRepositories, surroundings: Surroundings
) -> AnyMember:
    """Withdraw a member, and mail each erased contact except the doer. Raises NotFound, NotPossible.

    Without erasures, and if the doer is not staff, the main contact is mailed: no contact can sign in for the member
    any more, and only the office can readmit it.
    """
    stored = await member(uow, command.member_kind, command.member_id)  # members are locked before their contacts
    before = await uow.contacts.of_members([command.member_id])
    if not command.erase_contacts:
        gone = await withdraw_member(command, uow)
        if gone is not stored and not doer.is_staff:
            await tell_withdrawn(before, doer, uow, surroundings)
        return gone
    moved = moving(before, await uow.contact_changes.of_member(command.member_id))
    _require_erasable(before, doer, moved)
    gone = await withdraw_member(command, uow)
    await tell_erased(before, doer, uow, surroundings)
    return gone


def _require_erasable(contacts: Sequence[Contact], doer: Doer, moved: Collection[str]) -> None:
    """Raise NotPossible if a member erases all its contacts, including another person who is a coordinator."""
    if doer.is_staff:
        return
    others = [one for one in contacts if one.contact_id != doer.contact_id]
    if any(takes_place_of(one, None) or one.contact_id in moved for one in others):
        raise NotPossible(
            "The member has a coordinator who has not agreed to be erased; leave without erasing the contacts, "
            "or ask the network's office."
        )
