"""Fifty visitors at once ask a portal that runs, and what it refuses is counted."""

import asyncio

from benchmarks.services.visitors import VISITORS, ask


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Every page but one."""
    request = await reader.readuntil(b"\r\n\r\n")
    status = b"429 Too Many Requests" if request.startswith(b"GET /seeking ") else b"200 OK"
    writer.write(b"HTTP/1.1 " + status + b"\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
    await writer.drain()
    writer.close()


async def test_a_page_that_is_refused_counts_once_for_each_visitor() -> None:
    server = await asyncio.start_server(_answer, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        refused, taken = await ask(f"http://127.0.0.1:{port}", "no cities")
    assert (refused.ours, refused.reached) == (VISITORS, False)
    assert refused.note == taken.note == f"{6 * VISITORS} pages"
