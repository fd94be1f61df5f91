"""The server on a real socket: slow clients are let go, crowds are told so, forwarded headers need a trusted proxy."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import httpx
import pytest
import uvicorn
from starlette.types import Message, Receive, Scope, Send

from isopolity.web.server import BoundedProtocol, configuration
from tests.support.polling import until

Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]
GET = b"GET / HTTP/1.1\r\nHost: network.example\r\n\r\n"


class Few(BoundedProtocol):
    """The protocol that takes few connections, and is soon tired of who reads nothing."""

    head_seconds = 60.0
    stalled_seconds = 0.3
    max_connections = 3


class Impatient(Few):
    """It soon closes what says nothing, too: also where this machine stands still before it is said."""

    head_seconds = 0.3


async def _client(scope: Scope, _receive: Receive, send: Send) -> None:
    """Answers with the client's address and the scheme."""
    await _answer(send, f"{scope['client'][0]} {scope['scheme']}".encode())


async def _long(_scope: Scope, _receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    for _ in range(500):
        await send({"type": "http.response.body", "body": b"x" * 100_000, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


async def _answer(send: Send, body: bytes) -> None:
    length = str(len(body)).encode()
    start: Message = {"type": "http.response.start", "status": 200, "headers": [(b"content-length", length)]}
    await send(start)
    await send({"type": "http.response.body", "body": body})


@asynccontextmanager
async def _served(app: Any, protocol: type[Few] = Few, **options: Any) -> AsyncIterator[int]:
    config = configuration(app, port=0, graceful=1, **options)
    config.http = protocol
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    try:
        await until(lambda: server.started)
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        await serving


@pytest.fixture
async def port() -> AsyncIterator[int]:
    async with _served(_client) as opened:
        yield opened


@pytest.fixture
async def impatient() -> AsyncIterator[int]:
    async with _served(_client, Impatient) as opened:
        yield opened


@asynccontextmanager
async def _connected(port: int) -> AsyncIterator[Connection]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield reader, writer
    finally:
        writer.close()


async def _dribble(port: int, start: bytes, piece: bytes) -> bytes:
    """The bytes that come back until the end, while `piece` is sent again and again."""
    async with asyncio.timeout(60), _connected(port) as (reader, writer):
        writer.write(start)

        async def dribbling() -> None:
            while True:
                writer.write(piece)
                await asyncio.sleep(0.02)

        sending = asyncio.create_task(dribbling())
        received = b""
        with suppress(ConnectionError):
            while block := await reader.read(1_000):
                received += block
        sending.cancel()
        return received


async def _answered(port: int, start: bytes, piece: bytes) -> bytes:
    """As `_dribble`; again where the connection was closed before `start` had come."""
    async with asyncio.timeout(60):
        while not (answer := await _dribble(port, start, piece)):
            pass
    return answer


async def test_a_head_that_comes_byte_by_byte_is_not_waited_for(impatient: int) -> None:
    assert await _dribble(impatient, b"GET / HTTP/1.1\r\nX: ", b"a") == b""


async def test_neither_is_one_of_a_connection_that_has_been_answered(impatient: int) -> None:
    answer = await _answered(impatient, GET + b"GET / HTTP/1.1\r\nX: ", b"a")
    assert answer.count(b"200 OK") == 1


async def test_a_body_that_nobody_reads_any_more_is_not_waited_for(impatient: int) -> None:
    answer = await _answered(impatient, b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n", b"a")
    assert answer.startswith(b"HTTP/1.1 200")


async def test_a_silent_connection_is_closed(impatient: int) -> None:
    assert await _dribble(impatient, b"", b"") == b""


async def test_who_reads_no_answer_is_let_go() -> None:
    async with _served(_long) as port, asyncio.timeout(60), _connected(port) as (reader, writer):
        writer.write(GET)
        await reader.readexactly(1)  # from here on the reader takes what it holds, and no more
        with suppress(ConnectionError):  # else the test is out of time
            while True:
                writer.write(b" ")
                await writer.drain()
                await asyncio.sleep(0.01)


async def test_an_answer_that_takes_long_is_not_cut() -> None:
    async def slow(_scope: Scope, _receive: Receive, send: Send) -> None:
        await asyncio.sleep(3 * Impatient.head_seconds)
        await _answer(send, b"done")

    async def is_whole() -> bool:
        with suppress(httpx.TransportError):  # the request came too late
            return (await client.get(f"http://127.0.0.1:{port}/")).text == "done"
        return False

    async with _served(slow, Impatient) as port, httpx.AsyncClient(timeout=60) as client:
        await until(is_whole)


async def test_more_connections_than_there_may_be_are_told_so_and_closed(port: int) -> None:
    connections = [await asyncio.open_connection("127.0.0.1", port) for _ in range(4)]
    try:
        reader, _ = connections[-1]
        async with asyncio.timeout(60):
            answer = await reader.read()
        head, _, body = answer.partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 503 ")
        assert b"retry-after: 5" in head.lower()
        assert b"application/problem+json" in head
        assert b"as many connections as it takes" in body
    finally:
        for _, writer in connections:
            writer.close()


async def test_what_is_no_http_is_a_problem_with_the_headers_of_all(port: int) -> None:
    for rubbish in (b"rubbish\r\n\r\n", b"GET / HTTP/1.1\r\nX: " + b"a" * 20_000):
        async with asyncio.timeout(60), _connected(port) as (reader, writer):
            writer.write(rubbish)
            answer = await reader.read()
        assert answer.startswith(b"HTTP/1.1 400 ")
        assert b"application/problem+json" in answer
        assert b"X-Content-Type-Options: nosniff" in answer


FORWARDED = {"X-Forwarded-For": "198.51.100.9, 203.0.113.7", "X-Forwarded-Proto": "https"}


@pytest.mark.parametrize(
    ("proxies", "seen"),
    [
        ((), "127.0.0.1 http"),
        (("10.0.0.0/8",), "127.0.0.1 http"),
        (("127.0.0.0/8",), "203.0.113.7 https"),
        (("127.0.0.1/32", "203.0.113.0/24"), "198.51.100.9 https"),
    ],
)
async def test_forwarded_headers_are_believed_from_trusted_proxies_only(proxies: tuple[str, ...], seen: str) -> None:
    async with _served(_client, trusted_proxies=proxies) as port, httpx.AsyncClient(timeout=60) as client:
        assert (await client.get(f"http://127.0.0.1:{port}/", headers=FORWARDED)).text == seen
