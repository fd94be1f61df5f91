"""POST with an Idempotency-Key: the same key and body get the same response, and have their effect once.

Invariant: the response is kept in the transaction of the effect. What was refused is not kept: sent again it is tried
again. A caller gets no answer of another: strangers, who all look alike, share a key only if they send the same body.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Annotated

from fastapi import Depends, Header, Request, Response

from isopolity.registry.application.idempotency import KeyedRequest, StoredResponse
from isopolity.registry.application.ports import RegistryUnitOfWork
from isopolity.registry.entrypoints.http.context import Registry, RegistryContext
from isopolity.web.security import Caller

IdempotencyKey = Annotated[
    str | None,
    Header(
        description="Any text of yours, new for each thing you do; sent again with the same body it changes nothing.",
        min_length=1,
        max_length=255,
        pattern="^[\x21-\x7e]+$",
        examples=["3f1c9a52-7c1e-4f0e-9c55-1f6f0e4c1d11"],
    ),
]
_KEPT_HEADERS = ("location", "etag")

Work = Callable[[RegistryUnitOfWork], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Post:
    """Runs the work of one POST in a transaction, once per idempotency key."""

    registry: RegistryContext
    caller: str
    key: str | None
    body: bytes

    async def __call__(self, work: Work) -> Response:
        """The response of `work`, or the one that its key got before. Commits."""
        async with self.registry.unit_of_work() as uow:
            if self.key is None:
                response = await work(uow)
                await uow.commit()
                return response
            keyed = KeyedRequest(caller=self.caller, key=self.key, fingerprint=sha256(self.body).hexdigest())
            if (stored := await uow.idempotency.begin(keyed)) is not None:
                return _replayed(stored.same_as(keyed))
            response = await work(uow)
            await _keep(uow, keyed, response)
            await uow.commit()
            return response


def _replayed(stored: StoredResponse) -> Response:
    return Response(stored.body, stored.status, headers=stored.headers, media_type="application/json")


async def _keep(uow: RegistryUnitOfWork, keyed: KeyedRequest, response: Response) -> None:
    headers = {name: value for name, value in response.headers.items() if name in _KEPT_HEADERS}
    await uow.idempotency.keep(keyed, status=response.status_code, headers=headers, body=bytes(response.body))


def caller_digest(request: Request, principal: Caller) -> str:
    """Whose key it is: a key counts for one caller and one address."""
    subject = principal.subject if principal else ""
    return sha256(f"{subject}\n{request.url.path}?{request.url.query}".encode()).hexdigest()


async def _post(
    request: Request, registry: Registry, principal: Caller, idempotency_key: IdempotencyKey = None
) -> Post:
    body = await request.body()
    caller = caller_digest(request, principal)
    if principal is None:
        caller = sha256(caller.encode() + body).hexdigest()
    return Post(registry, caller, idempotency_key, body)


Posting = Annotated[Post, Depends(_post)]
