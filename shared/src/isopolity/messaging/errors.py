"""The errors of messaging.

MessagingError
├── RetryableError        try again later: a peer is away, a lock is held; blocks its partition only
│   └── HeldUp            a person must mend the surroundings first: a right, a disk, a quota
├── PoisonMessage         this message can never be processed: to the dead letters at once
├── BrokerUnavailable     the broker did not answer in time; nothing is known to be lost
│   └── BrokerUnwritable  the embedded log cannot be written: its disk is full or read-only
├── BrokerRefused         the broker answered no, and will again: credentials, permissions, a message too large
│   ├── GroupInUse        a consumer group has members, and cannot be moved
│   ├── RecordTooLarge    the broker does not take one message because of its size
│   ├── TopicMismatch     a topic has another number of partitions than is set
│   └── UnreadableRecord  the client cannot read a record, nor what follows it
├── MessageTooLarge       an event of ours is larger than brokers take; the transaction must not commit
├── NotNow                a new generation of topics cannot be made now; in `new_generation`
└── ProducerFenced        a successor took over this producer's transactional id

A handler that raises anything else has a bug: it is retried a bounded number of times, then dead-lettered.
`Awaiting` is no error: it parks an event until another aggregate arrives.

A dead letter keeps the words and the trace of an error, without values of the event or of a row. An error's message may
quote anything. Only common words, small numbers, ids, and names from the code that failed are kept; the rest becomes
“…”. The trace holds places in our code, and no values. Invariant: no word is kept that is in a name in the event, and
no quotation except names of the code.
"""

import builtins
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from traceback import walk_tb
from types import CodeType
from typing import Any, Final, Self

from pydantic import ValidationError


class MessagingError(Exception):
    """Root of this package's errors."""


class RetryableError(MessagingError):
    """The effect could not be done now; the same event is tried again with back-off."""


class HeldUp(RetryableError):
    """The effect is impossible until a person mends the surroundings; the message says what is wrong and what to do."""


class PoisonMessage(MessagingError):
    """The message itself is wrong. `reason` is a code; `detail` one sentence without personal data."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


class BrokerUnavailable(MessagingError):
    """The broker did not answer in time."""


class BrokerUnwritable(BrokerUnavailable):
    """The embedded log cannot be written; the message names the file, the cause and what to do."""


class BrokerRefused(MessagingError):
    """The broker refused for a reason that another try does not change; a person must act."""


class GroupInUse(BrokerRefused):
    """A consumer group still has members; let them leave first."""


class RecordTooLarge(BrokerRefused):
    """The broker does not take a message because of its size."""


class TopicMismatch(BrokerRefused):
    """A topic's number of partitions differs from the catalogue; going on would break the order per key."""


class UnreadableRecord(BrokerRefused):
    """The client cannot read a record, nor those after it on its partition; those before it are read one by one."""


class MessageTooLarge(MessagingError):
    """A message is larger than brokers take; shorten its texts or lists."""


class ProducerFenced(MessagingError):
    """Another producer with the same transactional id has started; this one must stop."""


class Awaiting(Exception):
    """Raised by a handler: the event must wait for the aggregate named `awaited`, and then comes again as a whole.

    The handler's earlier writes stay.
    """

    def __init__(self, awaited: str) -> None:
        super().__init__(awaited)
        self.awaited = awaited


_MASK: Final = "…"
_LONGEST: Final = 300
"""The most characters of a message, and of a line of a trace."""
_MOST_FRAMES: Final = 12
_WORDS_OF_A_NAME: Final = 5
"""The most words of a name; a value with more is a text, whose words are common ones."""
_QUOTED: Final = re.compile(r"'[^']*'|\"[^\"]*\"|“[^”]*”|\u2018[^\u2019]*\u2019|`[^`]*`")
_COMMON: Final = re.compile(r"[a-z]+(?:[-'\u2019][a-z]+)*|[0-9]{1,2}")
_ID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_AROUND: Final = ".,:;()[]{}<>!?=/-"
_BUILT_IN: Final = frozenset({*dir(builtins), "NoneType"})
_DRIVERS_NAMES: Final = ("constraint_name", "table_name", "column_name", "schema_name")
"""Fields with names that PostgreSQL's errors have in addition to the message."""
_COLUMNS: Final = re.compile(r"constraint failed: ([a-z_., ]+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """The error's message, its places in our code, and the release; empty in letters of earlier releases."""

    message: str = ""
    trace: tuple[str, ...] = ()
    """Places in our code, each as `module:line function`, the innermost last."""
    release: str = ""

    @classmethod
    def of(cls, error: BaseException, value: bytes | None, release: str) -> Self:
        """The failure of the event with this value."""
        return cls(message=_message(error, value), trace=_trace(error), release=release)

    @classmethod
    def of_facts(cls, facts: Mapping[str, str]) -> Self:
        """The failure that `facts` describes."""
        trace = tuple(facts.get("trace", "").splitlines())
        return cls(message=facts.get("message", ""), trace=trace, release=facts.get("release", ""))

    def facts(self) -> Mapping[str, str]:
        """The parts of the failure by name, as texts; empty parts are left out."""
        parts = {"message": self.message, "trace": "\n".join(self.trace), "release": self.release}
        return {name: text for name, text in parts.items() if text}


NO_FAILURE: Final = Failure()
"""The failure of a letter without that information."""


def _message(error: BaseException, value: bytes | None) -> str:
    if isinstance(error, ValidationError):
        found = error.errors(include_url=False, include_context=False, include_input=False)
        return "; ".join(f"{_path(each['loc'])}: {each['type']}" for each in found)[:_LONGEST]
    names = {name for code in _codes(error) for name in _names(code)} | _BUILT_IN
    driver = getattr(error, "orig", None)
    text, prefix = str(error), ""
    if isinstance(driver, BaseException):
        text, prefix, named = _driver_words(driver)
        names |= named
    first = text.strip().partition("\n")[0]
    return (prefix + _scrubbed(first, names, _words_of(value)))[:_LONGEST]


def _driver_words(driver: BaseException) -> tuple[str, str, set[str]]:
    """A database driver's message without its details, its code, and the names of tables and columns in it."""
    cause = driver.__cause__ or driver
    text = str(cause.args[0]) if cause.args else ""
    state = getattr(driver, "sqlstate", None)
    columns = _COLUMNS.search(text)
    if columns is None and (state is None or state.startswith("22")):  # data: the text after a colon may be a value
        text = text.partition(":")[0]
    code = state or getattr(driver, "sqlite_errorname", None)
    named = {str(name) for each in _DRIVERS_NAMES if (name := getattr(cause, each, None))}
    named |= set() if columns is None else set(re.findall(r"[a-z_.]+", columns[1]))
    return text, f"{code}: " if code else "", named


def _scrubbed(text: str, names: set[str], said: set[str]) -> str:
    def quoted(match: re.Match[str]) -> str:
        inner = match[0][1:-1]
        return match[0] if inner in names and inner.casefold() not in said else match[0][0] + _MASK + match[0][-1]

    def word(match: re.Match[str]) -> str:
        core = match[0].strip(_AROUND + "'\"“”\u2018\u2019`")
        is_plain = core in names or _COMMON.fullmatch(core) or _ID.fullmatch(core)
        return match[0] if not core or core == _MASK or (is_plain and core.casefold() not in said) else _MASK

    return re.sub(r"\S+", word, _QUOTED.sub(quoted, text))


def _words_of(value: bytes | None) -> set[str]:
    """The texts that an event holds, and the words of those that may be names."""
    words: set[str] = set()
    try:
        for text in _texts(json.loads(value or b"null")):
            parts = text.casefold().split()
            words |= {text.casefold(), *(parts if len(parts) <= _WORDS_OF_A_NAME else ())}
    except (ValueError, RecursionError):  # the second where it is nested too deep
        return words
    return words


def _texts(found: Any) -> Iterator[str]:
    if isinstance(found, str):
        yield found
    elif isinstance(found, dict | list):
        for each in found.values() if isinstance(found, dict) else found:
            yield from _texts(each)


def _codes(error: BaseException) -> Iterator[CodeType]:
    return (frame.f_code for frame, _ in walk_tb(error.__traceback__))


def _names(code: CodeType) -> Iterator[str]:
    """Names and words in a function's code."""
    yield from (*code.co_names, *code.co_varnames)
    for constant in code.co_consts:
        if isinstance(constant, str):
            yield constant
            yield from (word.strip(_AROUND) for word in constant.split())


def _path(location: tuple[int | str, ...]) -> str:
    return ".".join(str(each) if isinstance(each, int) or _NAME.fullmatch(each) else _MASK for each in location)


def _trace(error: BaseException) -> tuple[str, ...]:
    frames = [
        (str(frame.f_globals.get("__name__", "")), line, frame.f_code.co_qualname)
        for frame, line in walk_tb(error.__traceback__)
    ]
    ours = [each for each in frames[:-1] if each[0].startswith("isopolity.")] + frames[-1:]
    return tuple(f"{module}:{line} {function}"[:_LONGEST] for module, line, function in ours[-_MOST_FRAMES:])
