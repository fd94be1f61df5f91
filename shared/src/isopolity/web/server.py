"""The HTTP server's configuration, with limits on the number of connections and on slow clients.

| what is slow | after | what happens |
|---|---|---|
| the head of a request | 10 s | the connection is closed |
| a body | 30 s in all, or 60 s of silence (web/request_limits.py) | 408 |
| a body whose request is answered already | 10 s | the connection is closed |
| reading an answer | 60 s | the connection is closed |
| the next request | 5 s | the connection is closed |
"""

import asyncio
from collections.abc import Sequence
from typing import Final

import h11
import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from isopolity.web.application import HEADERS
from isopolity.web.problems import Problem
from isopolity.web.request_limits import HEADER_BYTES

KEEP_ALIVE_SECONDS: Final = 5


class BoundedProtocol(H11Protocol):
    """uvicorn's protocol, with deadlines for slow clients, and problem details for requests that are not HTTP."""

    head_seconds = 10.0
    stalled_seconds = 60.0
    max_connections = 1_000
    _deadline: asyncio.TimerHandle | None = None
    _stalled: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in uvicorn
        super().connection_made(transport)
        if len(self.connections) > self.max_connections:
            sentence = "The server has as many connections as it takes; try again in some seconds."
            self._refuse(Problem(503, sentence, code="unavailable", headers={"Retry-After": "5"}))
        else:
            self._watch()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._watch()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._watch()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._stalled = self.loop.call_later(self.stalled_seconds, self.transport.abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._stalled is not None:
            self._stalled.cancel()

    def connection_lost(self, exc: Exception | None) -> None:
        for timer in (self._deadline, self._stalled):
            if timer is not None:
                timer.cancel()
        super().connection_lost(exc)

    def send_400_response(self, msg: str) -> None:
        self._refuse(Problem(400, "This is no HTTP request that can be read; correct it and send it again."))

    def _watch(self) -> None:
        """Run the deadline while the head of a request, or the body of an answered request, is incomplete."""
        answered = self.cycle is not None and self.cycle.response_complete
        owes = self.conn.their_state is h11.IDLE or (answered and self.conn.their_state is h11.SEND_BODY)
        if not owes and self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
        elif owes and self._deadline is None and not self.transport.is_closing():
            self._deadline = self.loop.call_later(self.head_seconds, self.transport.close)

    def _refuse(self, problem: Problem) -> None:
        """Answer on the connection itself, unless an answer has begun, and close it."""
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE, h11.ERROR):
            self.transport.write(_as_bytes(problem))
        self.transport.close()


def _as_bytes(problem: Problem) -> bytes:
    response = problem.response()
    headers = {**HEADERS, **dict(response.headers), "connection": "close"}
    head = [f"HTTP/1.1 {response.status_code} ", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*head, "", ""]).encode("latin-1") + bytes(response.body)


def configuration(
    app: ASGIApp, *, host: str = "127.0.0.1", port: int = 8000, trusted_proxies: Sequence[str] = (), graceful: int = 15
) -> uvicorn.Config:
    """The uvicorn configuration of every process.

    Only forwarded headers from the addresses and networks in `trusted_proxies` are believed; requests in flight get
    `graceful` seconds when the server stops.
    """
    return uvicorn.Config(
        app,
        host=host,
        port=port,
        http=BoundedProtocol,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(trusted_proxies),
        forwarded_allow_ips=list(trusted_proxies),
        h11_max_incomplete_event_size=HEADER_BYTES,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=graceful,
    )
