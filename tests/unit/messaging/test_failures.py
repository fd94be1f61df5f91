"""A dead letter holds common words of its error and places in the code, and no value of an event or of a row."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from pydantic import BaseModel, ValidationError
from sqlalchemy.exc import IntegrityError

from isopolity.contracts.catalogue import CITY, PROPOSAL
from isopolity.messaging.broker import Record
from isopolity.messaging.dead_letters import DeadLetter
from isopolity.messaging.errors import Failure
from isopolity.messaging.redrive import LetterCounts
from isopolity.web.operations.letters.dead_letters import masked
from isopolity.web.operations.letters.summaries import summary

VALUE = json.dumps({"city_id": "espoo", "name": "Kauniainen", "note": {"of": ["Ana Planted"]}}).encode()
AT = datetime(2026, 12, 1, tzinfo=UTC)


class Driver(Exception):
    """A driver's error, as PostgreSQL or SQLite gives it."""

    sqlstate: str | None = None
    sqlite_errorname: str | None = None
    constraint_name: str | None = None


def integrity(text: str, **facts: str) -> IntegrityError:
    driver = Driver(text)
    for name, fact in facts.items():
        setattr(driver, name, fact)
    return IntegrityError("INSERT INTO people", {}, driver)


class Kept(BaseModel):
    """A row that is checked."""

    age: int


def invalid() -> ValidationError:
    with pytest.raises(ValidationError) as caught:
        Kept.model_validate({"age": "Ana"})
    return caught.value


def caught(error: Exception) -> Exception:
    """The error as a handler raises it."""
    try:
        raise error
    except Exception as raised:  # noqa: BLE001  # whatever the test gives
        return raised


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (ValueError("no room for Ana Planted at ana@planted.example, +358 40 1234567"), "no room for … … at … … 40 …"),
        (ValueError("invalid literal for int() with base 10: 'ana'"), "invalid literal for int() with base 10: '…'"),
        (KeyError("Ana"), "'…'"),
        (KeyError("error"), "'error'"),
        (AttributeError("'NoneType' object has no attribute 'error'"), "'NoneType' object has no attribute 'error'"),
        (ValueError("kauniainen has planted nothing"), "… has … nothing"),
        (ValueError("one line\nAna's line"), "one line"),
        (ZeroDivisionError(), ""),
        (
            integrity(
                'duplicate key breaks "people_key"\nDETAIL: (Ana)', sqlstate="23505", constraint_name="people_key"
            ),
            '23505: duplicate key breaks "people_key"',
        ),
        (integrity("invalid input syntax: ana is none", sqlstate="22P02"), "22P02: invalid input syntax"),
        (
            integrity("UNIQUE constraint failed: people.email", sqlite_errorname="SQLITE_CONSTRAINT_UNIQUE"),
            "SQLITE_CONSTRAINT_UNIQUE: … constraint failed: people.email",
        ),
        (invalid(), "age: int_parsing"),
    ],
)
def test_message_is_kept_without_quoted_values(error: Exception, message: str) -> None:
    assert Failure.of(caught(error), VALUE, "0.1.0").message == message


def test_trace_names_places_and_no_values() -> None:
    failure = Failure.of(caught(ValueError("Ana")), VALUE, "0.1.0+abc")
    (place,) = failure.trace
    assert place.endswith(" caught")
    assert __name__ in place
    assert failure.release == "0.1.0+abc"


def letter(topic: str = CITY.name, *, offset: int = 1, value: bytes = VALUE, **headers: str) -> DeadLetter:
    record = Record(topic, 0, offset, 0, "espoo", value, [(name, text.encode()) for name, text in headers.items()])
    failure = Failure(message="no room for it", trace=("isopolity.a:1 f", "isopolity.b:2 g"), release="0.1.0")
    return DeadLetter.of(record, group="g", reason="handler-failed", detail="KeyError", at=AT, failure=failure)


def test_failure_goes_with_the_letter_and_letters_of_earlier_releases_have_none() -> None:
    message = letter().to_message("dead")
    record = Record("dead", 0, 0, 0, message.key, message.value, message.headers)
    assert DeadLetter.from_record(record).failure == letter().failure
    before = [each for each in message.headers if not each[0].endswith(("_message", "_trace", "_release"))]
    assert DeadLetter.from_record(record._replace(headers=before)).failure == Failure()


def test_letters_of_one_cause_have_its_name_in_common() -> None:
    first, second = letter(offset=1), letter(offset=2)
    other = replace(first, failure=replace(first.failure, trace=("isopolity.a:1 f",)))
    assert summary(first).cause == summary(second).cause
    assert summary(first).cause != summary(other).cause


def test_no_answer_shows_in_the_words_or_the_trace_of_an_error() -> None:
    """A handler that asks for the answer fails at another line for a no than for a yes."""
    yes, no = letter(PROPOSAL.name), letter(PROPOSAL.name, offset=1)
    no = replace(no, failure=Failure(message="it is no", trace=("isopolity.c:9 on_no",), release="0.1.0"))
    assert masked(yes) == masked(no)
    assert masked(letter()).trace == ["isopolity.a:1 f", "isopolity.b:2 g"]


def test_members_whose_changes_lie_in_letters_are_counted_by_reason() -> None:
    letters = [letter(offset=1), letter(offset=2), letter(offset=3, value=b"{"), replace(letter(), reason="bad")]
    found = LetterCounts.of(each.without_value() for each in letters)
    assert found == ({"handler-failed": 3, "bad": 1}, {"handler-failed": 1, "bad": 1})


@pytest.mark.parametrize("value", [None, b"{", b"\xff", b"[" * 100_000, b"[" * 900 + b"]" * 900])
def test_failure_of_a_record_that_is_no_event_is_kept_too(value: bytes | None) -> None:
    assert Failure.of(caught(ValueError("no room \ud800 \x00")), value, "").message == "no room … …"
