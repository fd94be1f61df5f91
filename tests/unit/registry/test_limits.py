"""Limits on senders: who counts as one, and the data that is kept of it."""

from collections import Counter
from datetime import datetime

import pytest
from fastapi import Request

from isopolity.registry.application.limits import ApplicationLimits
from isopolity.registry.domain.errors import LimitReached
from isopolity.registry.entrypoints.http.routers.members import client_of
from isopolity.registry.settings import RegistrySettings
from tests.support.keys import keys_of
from tests.support.registry.service import KEY, NOW


class Counts:
    """Counts in memory, whatever the day."""

    def __init__(self) -> None:
        self.kept: Counter[str] = Counter()

    async def count(self, subject: str, day: datetime) -> int:
        assert (day.hour, day.minute) == (0, 0)
        self.kept[subject] += 1
        return self.kept[subject]


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


async def test_a_sender_over_its_share_may_go_on_after_midnight() -> None:
    limits, counts = ApplicationLimits(per_client=1), Counts()
    await limits.admit(counts, client="one", email="a@city.example", now=NOW)
    with pytest.raises(LimitReached) as reached:
        await limits.admit(counts, client="one", email="b@city.example", now=NOW)
    assert reached.value.seconds == 12 * 3600 + 1
    assert await limits.admit(counts, client="other", email="b@city.example", now=NOW)


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
    assert set(counts[0].kept) & set(counts[1].kept) == {"all"}
    assert not any("192" in subject or "ana" in subject for subject in counts[0].kept if len(subject) != 64)


def test_limits_that_nobody_sets_are_those_of_the_settings() -> None:
    limits = RegistrySettings(**keys_of(KEY)).application_limits
    assert limits == ApplicationLimits(key=limits.key)
    assert limits.key not in (b"", KEY.encode())  # made from registry's key for this purpose
