"""A dead letter in a list says of which record it is a copy, if a header names a place on the letter's own topic."""

from datetime import UTC, datetime

import pytest

from isopolity.messaging.dead_letters import COPY_OF, DeadLetter
from isopolity.web.operations.letters.summaries import summary

TOPIC = "isopolity.registry.city"


@pytest.mark.parametrize(
    ("header", "told"),
    [
        (None, ""),
        (f"{TOPIC}/0/3", f"{TOPIC}/0/3"),
        (f"{TOPIC}/0/9", ""),
        (f"{TOPIC}/0/Anna", ""),
        ("isopolity-registry-city/0/3", ""),
        ("anna@espoo.example", ""),
    ],
)
def test_a_copy_names_the_record_that_was_given_up_first(header: str | None, told: str) -> None:
    headers = [] if header is None else [(COPY_OF, header.encode())]
    at = datetime(2026, 11, 28, tzinfo=UTC)
    letter = DeadLetter(
        topic=TOPIC, partition=0, offset=9, key="espoo", value=b"{}", headers=headers, group="isopolity.matching",
        reason="unknown-type", detail="", at=at,
    )  # fmt: skip
    assert summary(letter).copy_of == told
