"""Access to a partner's desk, which only its own contacts have.

Invariant: the audit, which staff reads, names the partner and the act, but not the city.
"""

from typing import Annotated, Final

from fastapi import Depends, Path

from isopolity.act import amend_act
from isopolity.registry.application.ports import RegistryRepositories
from isopolity.registry.entrypoints import field_types as f
from isopolity.registry.entrypoints.http.context import MEMBER, is_own
from isopolity.web.problems import Problem
from isopolity.web.security import require
from isopolity.web.tokens import Principal

Reader = Annotated[Principal, Depends(require(MEMBER, approvers=True))]
"""Admits members, including approvers; `require_its_own` then checks whose desk it is."""
Writer = Annotated[Principal, Depends(require(MEMBER))]
PartnerId = Annotated[f.EntryId, Path(description="The id of the partner")]
PREFIX: Final = "/registry/v1/partners"


def require_its_own(principal: Principal, partner_id: str) -> None:
    """Raise Problem 403 unless the caller acts for the partner: a desk is not even for staff."""
    if not is_own(principal, partner_id):
        raise Problem(403, "A partner keeps this for itself; nobody else reads it.", code="not-your-own")
    amend_act(subject_kind="partner", subject_id=partner_id)


async def names_of(partner_id: str, uow: RegistryRepositories) -> dict[str, str]:
    """The names of the partner's present contacts, by id."""
    return {each.contact_id: each.person.name for each in await uow.contacts.of_members([partner_id])}
