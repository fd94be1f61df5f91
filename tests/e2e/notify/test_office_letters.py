"""What the office writes about an application: registry and notify together, one mail, and no address after it."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path

from tests.support.notify.letters import parts
from tests.support.notify.with_registry import Both, both_services
from tests.support.polling import until
from tests.support.registry.applications import APPLICATIONS, CITIES
from tests.support.registry.service import CITY, CONTACT, staff

LINK = re.compile(r"http://notify(/notify/confirm/\S+)")
EMAIL = CONTACT["email"]


async def an_application(both: Both) -> str:
    """The id of one whose address is confirmed by the mailed link."""
    applied = await both.registry.post(CITIES, json=CITY | {"contact": CONTACT})

    async def is_mailed() -> bool:
        return both.mailer.recipients() == [EMAIL]

    await until(is_mailed, what="the mail that confirms")
    found = LINK.search(both.mailer.text_to(EMAIL))
    assert found is not None
    assert (await both.pages.post(found[1])).status_code == 200
    return str(applied.json()["application_id"])


async def test_who_is_refused_hears_why_once_and_is_forgotten(tmp_path: Path) -> None:
    async with both_services(tmp_path) as both:
        application_id = await an_application(both)
        body = {"reason": "incomplete", "words": "Please tell us what the city looks for."}
        refused = await both.registry.post(f"{APPLICATIONS}/{application_id}/refuse", json=body, headers=staff())
        assert refused.json()["is_mailed"] is True

        async def is_mailed() -> bool:
            return len(both.mailer.delivered) > 1

        await until(is_mailed, what="the mail that refuses")
        plain, _ = parts(both.mailer.delivered[-1])
        for expected in ("too much is missing", body["words"], "we delete your name and your address"):
            assert expected in " ".join(plain.split())

        async def is_forgotten() -> bool:
            return letters_in(tmp_path / "registry.db") == 0

        await until(is_forgotten, what="registry has forgotten whom it wrote to")
        assert both.mailer.recipients() == [EMAIL, EMAIL]


def letters_in(database: Path) -> int:
    """How many letters registry keeps."""
    with closing(sqlite3.connect(database)) as connection:
        (number,) = connection.execute("SELECT count(*) FROM letters").fetchone()
    return int(number)
