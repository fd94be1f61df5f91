"""The services' APIs over HTTP, asked with the rights of a visitor.

Invariant: whatever a service or the way to it does, a caller gets an answer of the type of its call, or one of the
errors below.
"""

from collections.abc import AsyncIterable, Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from hashlib import sha256
from tempfile import TemporaryFile
from typing import BinaryIO, Final, TypeVar
from urllib.parse import urlencode

import httpx
from httpx import codes

from isopolity.client import operations
from isopolity.client.call import Call, UnexpectedAnswer
from isopolity.identity.lineage import current_lineage
from isopolity.portal.adapters.kept_answers import Answer as KeptAnswer
from isopolity.portal.adapters.kept_answers import KeptAnswers, seconds_of
from isopolity.portal.adapters.patience import REFUSED, SILENT, Patience, reason_in
from isopolity.portal.adapters.wording import REFUSED as REFUSAL
from isopolity.portal.adapters.wording import sentence_of


class NothingThere(Exception):
    """The service knows nothing of that name, or nothing that this visitor may see."""


class NotAllowed(Exception):
    """The service refuses; the message says what to change, `fields` of each wrong field, by its JSON pointer."""

    def __init__(self, message: str, fields: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.fields = fields or {}


class NotForThisVisitor(NotAllowed):
    """This visitor may not do this, whatever the request holds."""


class NotSignedIn(NotForThisVisitor):
    """The visitor's token counts no more: the session was ended elsewhere, or its account is gone."""


class AskedTooOften(NotAllowed):
    """The visitor has asked for this as often as one may for now; the message says when it goes on."""


Answer = TypeVar("Answer")
Made = TypeVar("Made")


def _as_it_is(answer: Answer) -> Answer:
    return answer


_REFUSALS: Final[Mapping[int, type[NotAllowed]]] = {
    codes.UNAUTHORIZED: NotSignedIn,
    codes.FORBIDDEN: NotForThisVisitor,
    codes.TOO_MANY_REQUESTS: AskedTooOften,
}
_LONG: Final = httpx.Timeout(10.0, read=280.0, write=60.0)
"""Seconds to wait for what is done with tens of thousands of rows; the proxy waits for 300."""


class ChangedMeanwhile(Exception):
    """Somebody else has changed the entry since the visitor read it."""


class ServiceAway(Exception):
    """The service does not answer now, or not as it should; the message names it, `reason` the part that fails."""

    def __init__(self, service: str, reason: str = SILENT) -> None:
        super().__init__(service)
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class SentFile:
    """A file that a service sent, on disk; who asked for it closes it."""

    content: BinaryIO
    media_type: str


@dataclass(frozen=True, slots=True)
class ServiceApis:
    """The APIs of the services at `addresses`, by their names, asked for one visitor or for nobody."""

    client: httpx.AsyncClient
    addresses: Mapping[str, str]
    headers: Mapping[str, str] = field(default_factory=dict)
    kept: KeptAnswers = field(default_factory=KeptAnswers)
    form: str = ""
    """The opening of a form for which they are asked; empty without one."""
    gettext: Callable[[str], str] = str
    patience: Patience | None = None

    def asked_for(self, visitor: str) -> "ServiceApis":
        """These APIs, asked for a visitor at this network address, so that the services' limits count by visitor."""
        return replace(self, headers={**self.headers, "X-Forwarded-For": visitor})

    def with_token(self, token: str) -> "ServiceApis":
        """These APIs, asked with the rights of this token."""
        return replace(self, headers={**self.headers, "Authorization": f"Bearer {token}"})

    def acting_for(self, form: str) -> "ServiceApis":
        """These APIs, asked for one opened form: its POSTs get Idempotency-Keys, so a form sent twice acts once."""
        return replace(self, form=form)

    def within(self, patience: Patience) -> "ServiceApis":
        """These APIs, asked for one page, with the deadlines of `patience`.

        A request that only reads is given up at its deadline. A request that changes something, or may take long, is
        sent only to a service that answers.
        """
        return replace(self, patience=patience)

    def in_words_of(self, gettext: Callable[[str], str]) -> "ServiceApis":
        """These APIs, whose refusals are translated as far as they are known."""
        return replace(self, gettext=gettext)

    async def send(self, call: Call[Answer], *, key: str | None = None, is_long: bool = False) -> Answer:
        """The answer to `call`; sent again with the same `key`, or for the same form, it changes nothing.

        A call that `is_long` may take minutes. Raises NothingThere, NotAllowed, ChangedMeanwhile, ServiceAway.
        """
        content, headers = call.content, dict(call.typed_headers)
        if key is None and self.form:
            key = "\n".join((self.form, call.method, call.path, repr(call.parameters), repr(content)))
        if key and call.method == "POST":  # any text may be a form's key
            headers["Idempotency-Key"] = sha256(key.encode()).hexdigest()
        return self.read(call, await self._sent(call, headers, content, is_long=is_long))

    async def public_answer(self, call: Call[Answer]) -> Answer:
        """The answer that everybody gets, kept for as long as its Cache-Control allows. Raises as `send`."""
        return await self.public_page(call, _as_it_is)

    async def public_page(self, call: Call[Answer], made: Callable[[Answer], Made]) -> Made:
        """`made(answer)` of the answer that everybody gets; the result is kept as `public_answer` keeps it."""
        stranger = replace(
            self, headers={name: value for name, value in self.headers.items() if name != "Authorization"}
        )

        async def ask() -> KeptAnswer[Made]:
            answer = await stranger._sent(call, call.headers, None)
            return made(self.read(call, answer)), seconds_of(answer.headers)

        address = f"{call.path}?{urlencode(sorted(call.parameters.items()), doseq=True)} {made.__qualname__}"
        return await self.kept.get(address, ask)

    async def download(self, call: Call[bytes]) -> SentFile:
        """The file that answers `call`, written to disk as it comes. Raises as `send`."""
        self._check(call)
        content = TemporaryFile()  # noqa: SIM115 - the caller closes it
        try:
            async with self.client.stream(
                call.method,
                self._root(call.service, call.path),
                headers=self._complete(call.headers),
                params=call.parameters,
                timeout=_LONG,
            ) as answer:
                if answer.is_error:
                    await answer.aread()
                    raise self._error(call, answer)
                async for block in answer.aiter_bytes():
                    content.write(block)
        except httpx.HTTPError as error:
            content.close()
            raise ServiceAway(call.service) from error
        except BaseException:
            content.close()
            raise
        return SentFile(content=content, media_type=answer.headers.get("content-type", ""))

    async def send_file(self, call: Call[Answer], blocks: AsyncIterable[bytes]) -> Answer:
        """The answer to a file, which is sent as it is read. Raises as `send`."""
        headers = {**call.headers, "Content-Type": "application/octet-stream"}
        return self.read(call, await self._sent(call, headers, blocks, is_long=True))

    async def _sent(
        self,
        call: Call[Answer],
        headers: Mapping[str, str],
        content: bytes | AsyncIterable[bytes] | None,
        *,
        is_long: bool = False,
    ) -> httpx.Response:
        """The response to a call. Raises what `send` raises for an error response."""
        self._check(call)
        ask = partial(
            self.client.request,
            call.method,
            self._root(call.service, call.path),
            headers=self._complete(headers),
            params=call.parameters or None,
            content=content,
            timeout=_LONG if is_long else self.client.timeout,
        )
        is_short = call.method == "GET" and not is_long
        live = self._root(call.service, operations.health.live(call.service).path)
        probe = None if is_short else partial(self.client.get, live)
        try:
            answer = await (ask() if self.patience is None else self.patience.ask(call.service, ask, probe))
        except (httpx.HTTPError, TimeoutError) as error:
            raise self._away(call.service, SILENT) from error
        if answer.is_error:
            raise self._error(call, answer)
        return answer

    def _check(self, call: Call[Answer]) -> None:
        if call.leads_astray:  # an id of a visitor's making
            raise NothingThere(call.path)

    def read(self, call: Call[Answer], answer: httpx.Response) -> Answer:
        """The answer by the type of its call. Raises ServiceAway where it is of no such type."""
        try:
            return call.read(answer.content)
        except UnexpectedAnswer as error:
            raise self._away(call.service, SILENT) from error

    def _away(self, service: str, reason: str) -> ServiceAway:
        if self.patience is not None:
            self.patience.reasons[service] = reason
        return ServiceAway(service, reason)

    def _complete(self, headers: Mapping[str, str]) -> Mapping[str, str]:
        """The headers with the visitor's, and the lineage of the request for a page: its id finds what follows."""
        headers = {**self.headers, **headers}
        if (lineage := current_lineage()) is not None:
            headers["X-Correlation-ID"] = lineage.correlation_id
            if lineage.traceparent is not None:
                headers["traceparent"] = lineage.traceparent
        return headers

    def _root(self, service: str, path: str) -> str:
        return f"{self.addresses[service].rstrip('/')}{path}"

    def _error(self, call: Call[Answer], answer: httpx.Response) -> Exception:
        """The exception to raise for an error response: one of those that `send` names."""
        try:
            problem: object = answer.json() if answer.content else None
        except ValueError:
            return self._away(call.service, SILENT)
        if answer.status_code in (codes.NOT_FOUND, codes.GONE):
            return NothingThere(call.path)
        if answer.is_server_error:
            return self._away(call.service, reason_in(problem))
        if answer.status_code == codes.PRECONDITION_FAILED:
            return ChangedMeanwhile(call.path)
        if self.patience is not None:
            self.patience.reasons.setdefault(call.service, REFUSED)
        return _refusal(problem, _REFUSALS.get(answer.status_code, NotAllowed), self.gettext)


def _refusal(problem: object, kind: type[NotAllowed], gettext: Callable[[str], str]) -> NotAllowed:
    """The sentences of a problem's wrong fields, or else its own."""
    known = problem if isinstance(problem, dict) else {}
    fields = {str(error.get("pointer", "")): sentence_of(error, gettext) for error in known.get("errors", ())}
    return kind(" ".join(fields.values()) or sentence_of(known, gettext) or gettext(REFUSAL), fields)
