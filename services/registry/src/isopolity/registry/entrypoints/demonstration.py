"""Sessions without a sign-in, for a program that shows a made-up network and runs registry in its own process.

Invariant: no route leads here; without such a program there is no such session.
"""

import json
from typing import Any, Final

from fastapi import FastAPI

from isopolity.registry.application.access.accounts import accounts_of, address_of
from isopolity.registry.application.access.office import MACHINE, admitted_entry, put_in_office
from isopolity.registry.application.access.sessions import begin_session
from isopolity.registry.domain.access.account import OfficePerson
from isopolity.registry.domain.errors import NotFound
from isopolity.registry.entrypoints.http.context import RegistryContext
from isopolity.registry.entrypoints.http.routers.people.sessions import receipt_reply

STAFF: Final = OfficePerson(
    person_id="", name="Demo Staff (fictional)", email="staff@isopolity.example", language="en", scopes=("staff",)
)
"""The person in the demonstration's list of staff who acts for the office."""
OPERATOR: Final = OfficePerson(
    person_id="",
    name="Demo Operator (fictional)",
    email="operator@isopolity.example",
    language="en",
    scopes=("operator",),
)
"""The person in the demonstration's list of staff who acts as an operator."""


async def begin_demonstration(app: FastAPI, contact_id: str | None, office: OfficePerson = STAFF) -> Any:
    """A session, in the API's form, of this contact or, without an id, of the person `office`.

    Raises NotFound.
    """
    registry: RegistryContext = app.state.registry
    async with registry.unit_of_work() as uow:
        if contact_id is None:
            stored = await admitted_entry(office, MACHINE, uow)
            listed = await put_in_office(office, stored, uow, registry.surroundings)
            account_id = listed.person.person_id
        else:
            account_id = contact_id
        address = await address_of(account_id, uow)
        accounts = [] if address is None else await accounts_of(address, uow, locked=True)
        own = [account for account in accounts if account.account_id == account_id]
        if not own or registry.issuer is None:
            raise NotFound("There is nobody of this id who could look around.")
        begun = await begin_session(own, None, uow, registry.surroundings)
        receipt = receipt_reply(begun, registry.issuer)
        await uow.commit()
    return json.loads(bytes(receipt.body))
