"""Strangers at the portal try to keep somebody from signing in: registry, notify and portal together."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import httpx
import pytest

from tests.support.access.network import COOKIE, URL, Known, mails_to
from tests.support.polling import until

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]
HOLDER: Final = "other@city.example"
UNKNOWN: Final = "nobody@elsewhere.example"
_ID: Final = re.compile(r'name="sign_in_id" value="([^"]+)"')
_MADE_FOR_ONE: Final = re.compile(r'<input type="hidden" name="(?:form|sign_in_id)"[^>]*>')
"""What each page has of its own."""
_CODE: Final = re.compile(r"^(\d{6})$", re.MULTILINE)


@asynccontextmanager
async def browser_at(known: Known, network: str) -> AsyncIterator[httpx.AsyncClient]:
    """A browser at this network address."""
    transport = httpx.ASGITransport(known.network.app, client=(network, 4711))
    headers = {"Sec-Fetch-Site": "same-origin"}
    async with httpx.AsyncClient(transport=transport, base_url=URL, headers=headers, timeout=60) as browser:
        yield browser


async def ask(browser: httpx.AsyncClient, email: str = HOLDER) -> httpx.Response:
    return await browser.post("/sign-in", data={"email": email})


def id_in(page: httpx.Response) -> str:
    found = _ID.search(page.text)
    assert found is not None, page.text
    return found[1]


async def type_code(browser: httpx.AsyncClient, sign_in_id: str, code: str) -> int:
    return (await browser.post("/sign-in/code", data={"sign_in_id": sign_in_id, "code": code})).status_code


async def mailed_codes(known: Known, number: int) -> list[str]:
    """The codes in all mails to the holder, the last one last; there are so many."""

    async def have_come() -> bool:
        return len(mails_to(known.folder, HOLDER)) >= number

    await until(have_come, what=f"{number} mails")
    mails = sorted(mails_to(known.folder, HOLDER), key=lambda mail: mail.stat().st_mtime_ns)
    assert len(mails) == number
    return [code for mail in mails for code in _CODE.findall(mail.read_text("latin-1"))]


async def test_whatever_strangers_ask_and_guess_the_holder_signs_in(known: Known) -> None:
    before = len(mails_to(known.folder, HOLDER))
    async with browser_at(known, "192.0.2.66") as stranger:
        pages = [await ask(stranger) for _ in range(25)]
        assert [page.status_code for page in pages] == [200] * 21 + [429] * 4
        assert "Open the link of a mail that has come" in pages[-1].text
    async with browser_at(known, "192.0.2.67") as stranger:
        others = [await ask(stranger, UNKNOWN) for _ in range(25)]
    shown = [[_MADE_FOR_ONE.sub("", one.text).replace(UNKNOWN, HOLDER) for one in each] for each in (pages, others)]
    assert shown[0] == shown[1]
    async with browser_at(known, "192.0.2.1") as holder:
        mine = id_in(await ask(holder))
        code = (await mailed_codes(known, before + 1))[-1]
        assert await type_code(holder, mine, code) == 303
        del holder.cookies[COOKIE]  # the session is over, the browser stays
        mine = id_in(await ask(holder))
        code = (await mailed_codes(known, before + 2))[-1]
        async with browser_at(known, "192.0.2.68") as stranger:
            theirs = id_in(await ask(stranger))
            wrong = [f"{(int(code) + number) % 1_000_000:06}" for number in range(1, 21)]
            assert {await type_code(stranger, theirs, one) for one in wrong} == {422}
            assert await type_code(stranger, theirs, code) == 422
        assert await type_code(holder, mine, code) == 303
