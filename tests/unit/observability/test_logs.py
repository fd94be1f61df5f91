"""Log lines carry the ids of what happens, and never an address."""

import json
import logging
from collections.abc import Iterator
from io import StringIO

import pytest
import structlog

from isopolity.contracts.event import Lineage
from isopolity.identity.lineage import lineage_of
from isopolity.observability.logs import REDACTED, configure_logging


@pytest.fixture(autouse=True)
def undo() -> Iterator[None]:
    root = logging.getLogger()
    before = root.handlers[:], root.level
    configuration = structlog.get_config()
    yield
    structlog.configure(**configuration)
    root.handlers, root.level = before


def lines(capture: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capture.readouterr().err.splitlines()]


def test_a_line_carries_the_ids_of_what_the_task_does(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("info", "json")
    with lineage_of(Lineage("chain-1", "event-2")):
        structlog.get_logger("test").info("event_handled", event_id="event-3")
    (line,) = lines(capsys)
    assert line["event"] == "event_handled"
    assert (line["correlation_id"], line["causation_id"], line["event_id"]) == ("chain-1", "event-2", "event-3")
    assert (line["level"], line["logger"]) == ("info", "test")


def test_each_line_tells_the_release_that_wrote_it() -> None:
    stream = StringIO()
    configure_logging("info", "json", stream, release="0.1.0+3f2a91c")
    structlog.get_logger("ours").info("one")
    logging.getLogger("theirs").warning("two")
    assert [json.loads(line)["release"] for line in stream.getvalue().splitlines()] == ["0.1.0+3f2a91c"] * 2


def test_both_kinds_of_loggers_write_to_a_stream_that_is_given(capsys: pytest.CaptureFixture[str]) -> None:
    stream = StringIO()
    configure_logging("info", "json", stream)
    structlog.get_logger("ours").info("one")
    structlog.get_logger("ours").debug("below the level")
    logging.getLogger("theirs").warning("two")
    assert [json.loads(line)["event"] for line in stream.getvalue().splitlines()] == ["one", "two"]
    assert lines(capsys) == []


def test_addresses_are_redacted_wherever_they_lie(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("info", "json")
    structlog.get_logger("test").info(
        "mail to <anna@example.org>", who="ben@example.org", deep={"list": ["x", ("carl@example.org",)]}, number=3
    )
    (line,) = lines(capsys)
    assert "@" not in json.dumps(line)
    assert line["event"] == f"mail to <{REDACTED}>"
    assert line["deep"] == {"list": ["x", [REDACTED]]}
    assert line["number"] == 3


def test_addresses_in_exceptions_are_redacted(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("info", "json")
    try:
        raise ValueError("no mail box for anna@example.org")
    except ValueError as error:
        structlog.get_logger("test").error("handler_failed", exc_info=error)
    (line,) = lines(capsys)
    assert "ValueError" in str(line["exception"])
    assert "anna" not in json.dumps(line)


def test_the_standard_librarys_loggers_go_the_same_way(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("info", "json")
    with lineage_of(Lineage("chain-1")):
        logging.getLogger("uvicorn.error").error("bad request from %s", "anna@example.org")
    (line,) = lines(capsys)
    assert line["event"] == f"bad request from {REDACTED}"
    assert line["correlation_id"] == "chain-1"


def test_libraries_chatter_is_left_out_and_their_warnings_are_not(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("info", "json")
    for name in ("aiokafka.consumer", "uvicorn.error", "sqlalchemy.engine", "alembic.runtime.migration", "httpx"):
        logging.getLogger(name).info("chatter")
        logging.getLogger(name).warning("warning")
    assert [line["event"] for line in lines(capsys)] == ["warning"] * 5


def test_the_level_holds_back_what_lies_below(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("warning", "json")
    structlog.get_logger("test").info("quiet")
    structlog.get_logger("test").warning("loud")
    assert [line["event"] for line in lines(capsys)] == ["loud"]


def test_the_console_has_words_instead_of_json(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("info", "console")
    structlog.get_logger("test").info("hello", to="anna@example.org")
    text = capsys.readouterr().err
    assert "hello" in text
    assert REDACTED in text
    assert not text.startswith("{")
