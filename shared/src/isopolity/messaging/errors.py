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
"""


class MessagingError(Exception):
    """Root of this package's errors."""


class RetryableError(MessagingError):
    """The effect could not be done now; the same event is tried again with back-off."""


class HeldUp(RetryableError):
    """The surroundings refuse the effect until a person mends them; the words say what is wrong and what to do."""


class PoisonMessage(MessagingError):
    """The message itself is wrong. `reason` is a code; `detail` one sentence without personal data."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


class BrokerUnavailable(MessagingError):
    """The broker did not answer in time."""


class BrokerUnwritable(BrokerUnavailable):
    """The embedded log cannot be written; the words name the file, the cause and what to do."""


class BrokerRefused(MessagingError):
    """The broker said no for a reason that trying again does not change; a person must act."""


class GroupInUse(BrokerRefused):
    """A consumer group still has members; let them leave first."""


class RecordTooLarge(BrokerRefused):
    """The broker does not take a message because of its size."""


class TopicMismatch(BrokerRefused):
    """A topic's partitions differ from the catalogue; going on would break the order per key."""


class UnreadableRecord(BrokerRefused):
    """The client cannot read a record, nor what follows it on its partition; what comes before comes one by one."""


class MessageTooLarge(MessagingError):
    """A message is larger than brokers take; shorten its texts or lists."""


class ProducerFenced(MessagingError):
    """Another producer with the same transactional id has started; this one must stop."""


class Awaiting(Exception):
    """Raised by a handler: the event must wait for the aggregate named `awaited`, and then comes again as a whole.

    What the handler wrote before stays.
    """

    def __init__(self, awaited: str) -> None:
        super().__init__(awaited)
        self.awaited = awaited
