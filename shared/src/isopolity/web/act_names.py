"""Names of operations, by their method and path alone: in the audit, in the OpenAPI documents and in clients.

Invariant: every route of a service gets its name here, so that what a new route commits is audited without its doing.
"""

from itertools import pairwise
from typing import Final

from fastapi import Depends, Request

from isopolity.identity.actors import amend_act

VERBS: Final = {"POST": "create", "PUT": "change", "PATCH": "change", "DELETE": "delete"}
"""The methods that may change something, and what they do where the path does not say it."""


def operation_name(path: str, method: str) -> str:
    """`GET /registry/v1/cities` is `cities.list`, `GET /registry/v1/cities/{city_id}` is `cities.read`, and
    `GET /registry/v1/cities/places` is `cities.places`; what may change something is named as in the audit.
    """
    if method in VERBS:
        return action_name(path, method)
    words = [word for word in path.split("/")[2:] if word != "v1"]
    plain = [word for word in words if not word.startswith("{")]
    if words[-1].endswith("}"):
        return f"{plain[-1]}.read"
    return f"{plain[0]}.{plain[-1] if len(plain) > 1 else 'list'}"


def action_name(path: str, method: str) -> str:
    """`POST /registry/v1/cities/{city_id}/endorse` is `cities.endorse`, `PATCH /registry/v1/cities/{city_id}` is
    `cities.change`: the path's first word is the resource, its last the verb; the method is the verb of what ends with
    an id. Within another resource that which an id follows last counts: `programmes.endorse` of a partner.
    """
    words = [word for word in path.split("/")[2:] if word != "v1"]
    plain = [word for word in words if not word.startswith("{")]
    with_id = [word for word, following in pairwise(words) if word in plain and following.endswith("_id}")]
    if len(plain) == 1:
        return f"{plain[0]}.{VERBS[method]}"
    if words[-1].endswith("_id}"):
        return f"{with_id[-1]}.{VERBS[method]}"
    return f"{with_id[-1] if len(with_id) > 1 else plain[0]}.{plain[-1]}"


async def _named(request: Request) -> None:
    """Names the act, and the last thing that the path names by an id: a link's token is none."""
    if request.method not in VERBS:
        return
    ids = [(name[:-3], value) for name, value in request.path_params.items() if name.endswith("_id")]
    kind, identifier = ids[-1] if ids else (None, None)
    action = action_name(request.scope["route"].path, request.method)
    amend_act(action=action, subject_kind=kind, subject_id=identifier)


NAMED_ACT: Final = Depends(_named)
"""A dependency that every route has."""
