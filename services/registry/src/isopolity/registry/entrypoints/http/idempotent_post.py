"""POST at registry: carried out once for each Idempotency-Key."""

from typing import Annotated

from fastapi import Depends, Request

from isopolity.idempotency.post import IdempotencyKey, IdempotentPost, keyed_request
from isopolity.registry.application.ports import RegistryUnitOfWork
from isopolity.registry.entrypoints.http.context import Registry
from isopolity.web.security import Caller

Post = IdempotentPost[RegistryUnitOfWork]


async def _post(
    request: Request, registry: Registry, principal: Caller, idempotency_key: IdempotencyKey = None
) -> Post:
    return Post(registry.unit_of_work, await keyed_request(request, principal, idempotency_key))


Posting = Annotated[Post, Depends(_post)]
