"""Limits on senders: who counts as one, and the data that is kept of it."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from fastapi import Request

from isopolity.registry.application.limits import ApplicationLimits
from isopolity.registry.domain.errors import LimitReached
from isopolity.registry.entrypoints.http.routers.members import client_of
from isopolity.registry.settings import RegistrySettings
from tests.support.keys import keys_of
from tests.support.registry.fake_tables import FakeCounters
from tests.support.registry.service import KEY, NOW


class Counts(FakeCounters):
    """Counts in memory."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, datetime], int] = {}
        super().__init__(self.kept)


@pytest.mark.parametrize(
    ("host", "counted"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8::1", "2001:db8::"),
        ("2001:db8:0:0:ffff::1", "2001:db8::"),
        ("2001:db8:0:1::1", "2001:db8:0:1::"),
        ("testclient", "testclient"),
    ],
)
def test_a_sender_is_an_address_or_the_first_half_of_one(host: str, counted: str) -> None:
    assert client_of(Request({"type": "http", "client": (host, 1)})) == counted


async def test_a_sender_over_its_share_goes_on_once_an_hour() -> None:
    limits, counts = ApplicationLimits(per_client=1), Counts()
    for _ in range(2):
        await limits.admit(counts, client="one", email="a@city.example", now=NOW)
    with pytest.raises(LimitReached) as reached:
        await limits.admit(counts, client="one", email="b@city.example", now=NOW)
    assert reached.value.seconds == 3600
    assert await limits.admit(counts, client="other", email="b@city.example", now=NOW)
    assert await limits.admit(counts, client="one", email="b@city.example", now=NOW + timedelta(hours=1))


async def test_a_flood_of_applications_slows_each_sender_and_shuts_nobody_out() -> None:
    limits, counts = ApplicationLimits(in_all=2), Counts()
    for number in range(20):
        await limits.admit(counts, client=f"flood {number}", email=f"{number}@x.example", now=NOW)
    assert await limits.admit(counts, client="city", email="ana@city.example", now=NOW)
    with pytest.raises(LimitReached) as reached:
        await limits.admit(counts, client="city", email="ana@city.example", now=NOW + timedelta(minutes=4))
    assert reached.value.seconds == 6 * 60
    assert await limits.admit(counts, client="city", email="ana@city.example", now=NOW + timedelta(minutes=10))


async def test_a_sender_beyond_its_share_in_a_flooded_network_still_sends_one_an_hour() -> None:
    limits, counts = ApplicationLimits(per_client=1, in_all=1), Counts()
    for hours in (0, 0, 1):
        await limits.admit(counts, client="one", email="a@city.example", now=NOW + timedelta(hours=hours))
    with pytest.raises(LimitReached):
        await limits.admit(counts, client="one", email="a@city.example", now=NOW + timedelta(hours=1.5))


async def test_strangers_who_use_up_the_mails_of_an_address_leave_it_one_in_ten_minutes() -> None:
    limits, counts = ApplicationLimits(per_address=1), Counts()
    asked: dict[str, Any] = {"email": "ana@city.example", "now": NOW + timedelta(minutes=1)}
    admitted = [await limits.admit(counts, client=f"stranger {number}", **asked) for number in range(3)]
    assert admitted == [True, False, False]
    later = NOW + timedelta(minutes=10)
    assert not await limits.admit(counts, client="stranger 0", email="ana@city.example", now=later)
    assert await limits.admit(counts, client="city", email="ana@city.example", now=later)


async def test_an_address_over_its_share_is_admitted_without_a_mail() -> None:
    limits, counts = ApplicationLimits(per_address=2), Counts()
    admitted = [await limits.admit(counts, client="c", email=e, now=NOW) for e in ("a@x.example", "A@X.example") * 2]
    assert admitted == [True, True, False, False]


async def test_an_address_is_one_however_its_domain_is_written() -> None:
    limits, counts = ApplicationLimits(per_address=1), Counts()
    written = ("a@bücher.example", "a@BÜCHER.example", "a@xn--bcher-kva.example", "A@bücher。ｅxample")  # noqa: RUF001
    admitted = [await limits.admit(counts, client="c", email=e, now=NOW) for e in written]
    assert admitted == [True, False, False, False]


async def test_what_is_kept_depends_on_the_key_and_holds_no_address() -> None:
    counts = [Counts(), Counts()]
    for key, kept in zip((b"one", b"two"), counts, strict=True):
        await ApplicationLimits(key=key).admit(kept, client="192.0.2.1", email="ana@city.example", now=NOW)
    subjects = [{subject for subject, _ in each.kept} for each in counts]
    assert subjects[0] & subjects[1] == {"all"}
    assert not any("192" in subject or "ana" in subject for subject in subjects[0])


def test_limits_that_nobody_sets_are_those_of_the_settings() -> None:
    limits = RegistrySettings(**keys_of(KEY)).application_limits
    assert limits == ApplicationLimits(key=limits.key)
    assert limits.key not in (b"", KEY.encode())  # made from registry's key for this purpose
