"""POST requests of matching, which take effect once per Idempotency-Key."""

from typing import Annotated

from fastapi import Depends, Request

from isopolity.matching.application.ports.unit_of_work import UnitOfWork
from isopolity.matching.entrypoints.http.context import Matching
from isopolity.web.idempotent_posts import IdempotencyKey, IdempotentPost, keyed_request
from isopolity.web.security import Caller

Post = IdempotentPost[UnitOfWork]


async def _post(
    request: Request, matching: Matching, principal: Caller, idempotency_key: IdempotencyKey = None
) -> Post:
    return Post(matching.unit_of_work, await keyed_request(request, principal, idempotency_key))


Posting = Annotated[Post, Depends(_post)]
