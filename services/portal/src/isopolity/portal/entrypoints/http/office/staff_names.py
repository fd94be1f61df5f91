"""The names of people of the office, staff and operators, for pages that tell who did something.

Invariant: a visitor without the right to read names reads ids, and a page is shown without names if they are missing.
"""

from collections.abc import Mapping
from typing import Final

from starlette.requests import Request

from isopolity.client import registry
from isopolity.portal.domain.session import Account
from isopolity.portal.entrypoints.http.forms.optional_answers import if_answered
from isopolity.portal.entrypoints.http.office.admission import MANAGE
from isopolity.portal.entrypoints.http.visitors import apis_of

_OPERATES: Final = "operator:read"
"""The right with which the names alone may be read."""
_MANAGE_ALL: Final = "operator:manage"
"""The right that operators with all rights have, and nobody else."""


async def staff_names(request: Request, account: Account) -> Mapping[str, str]:
    """The names by the ids that acts have; none where the visitor may not read them, or registry does not answer."""
    has_list = account.may(MANAGE) or account.may(_MANAGE_ALL)
    if not has_list and not account.may(_OPERATES):
        return {}
    apis = apis_of(request)
    if has_list:
        people = await if_answered(apis.send(registry.people.list()))
        return {} if people is None else {one.person_id: one.name for one in people.items}
    names = await if_answered(apis.send(registry.people.names()))
    return {} if names is None else {one.person_id: one.name for one in names.items}
