"""POST with an Idempotency-Key: a repeated key and body get the response of the first request; its effect is done once.

Invariant: the response is kept in the transaction of the effect. A refusal is not kept: the next request is tried anew.
A caller never gets another caller's response: callers without a token share a key only if they send equal bodies.
"""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from hashlib import sha256
from typing import Annotated, Final, Generic, Protocol, TypeVar

from fastapi import Header, Request, Response
from pydantic import BaseModel

from isopolity.persistence.idempotency_keys import IdempotencyKeys, KeyedRequest, KeyReused, StoredResponse
from isopolity.web.problems import Problem
from isopolity.web.tokens import Principal

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
_KEPT_HEADERS: Final = ("location", "etag")


class KeyedUnitOfWork(Protocol):
    """A unit of work that keeps keys and responses in the transaction of the effect."""

    @property
    def idempotency(self) -> IdempotencyKeys: ...

    async def commit(self) -> None: ...


UnitT = TypeVar("UnitT", bound=KeyedUnitOfWork)
PreparedT = TypeVar("PreparedT")


@dataclass(frozen=True)  # without slots: a generic class called with a type argument sets an attribute on its instance
class IdempotentPost(Generic[UnitT]):
    """Runs the work of one POST in a transaction, once per idempotency key."""

    unit_of_work: Callable[[], AbstractAsyncContextManager[UnitT]]
    request: KeyedRequest | None
    """None without a key."""

    async def __call__(self, work: Callable[[UnitT], Awaitable[Response]]) -> Response:
        """The response of `work`, or the response that is kept for its key. Commits. Raises KeyReused."""
        async with self.unit_of_work() as uow:
            if self.request is None:
                response = await work(uow)
                await uow.commit()
                return response
            if (stored := await uow.idempotency.begin(self.request)) is not None:
                return _replayed(stored.same_as(self.request))
            response = await work(uow)
            headers = {name: value for name, value in response.headers.items() if name in _KEPT_HEADERS}
            body = bytes(response.body)
            await uow.idempotency.keep(self.request, status=response.status_code, headers=headers, body=body)
            await uow.commit()
            return response

    async def prepared(
        self, prepare: Callable[[], Awaitable[PreparedT]], work: Callable[[UnitT, PreparedT], Awaitable[Response]]
    ) -> Response:
        """The response of `work` to the result of `prepare`, which runs before the transaction; or the kept one."""
        if (stored := await self._stored()) is not None:
            return stored
        try:
            found = await prepare()
        except Exception:  # of two requests at once, the first may have changed the data that the second reads
            if (stored := await self._stored()) is not None:
                return stored
            raise
        return await self(lambda uow: work(uow, found))

    async def _stored(self) -> Response | None:
        """The response that is kept for the key; None for a new key."""
        if self.request is None:
            return None
        async with self.unit_of_work() as uow:
            stored = await uow.idempotency.find(self.request)
        return None if stored is None else _replayed(stored.same_as(self.request))


async def keyed_request(request: Request, principal: Principal | None, key: str | None) -> KeyedRequest | None:
    """The request under its key, for this caller and this path; None without a key."""
    if key is None:
        return None
    body = await request.body()
    caller = caller_digest(request, principal)
    if principal is None:
        caller = sha256(caller.encode() + body).hexdigest()
    return KeyedRequest(caller=caller, key=key, fingerprint=sha256(body).hexdigest())


def caller_digest(request: Request, principal: Principal | None) -> str:
    """Digest of the caller's subject and the request's path and query: a key counts only within it."""
    subject = principal.subject if principal else ""
    return sha256(f"{subject}\n{request.url.path}?{request.url.query}".encode()).hexdigest()


def json_response(view: BaseModel, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """The JSON response of a view, as it is sent and kept."""
    return Response(view.model_dump_json(), status, headers=headers, media_type="application/json")


def problem_of(error: KeyReused) -> Problem:
    """The problem details for a key that was used for another request."""
    return Problem(422, str(error), code="idempotency-key-reused")


def _replayed(stored: StoredResponse) -> Response:
    return Response(stored.body, stored.status, headers=stored.headers, media_type="application/json")
