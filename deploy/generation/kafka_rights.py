"""Rights on Kafka: which user may write, read and look at what, as commands of Kafka's own tool, from the catalogue.

Invariant: a service may write what it publishes and, to send dead letters again, what its group reads; it reads that,
what it reads without a group, and its own topics, of which it samples what waits for others. Nothing else is given.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from isopolity.contracts.catalogue import EVENT_TOPICS, GROUPS, REVOCATION, dead_letter_topic, published_by
from isopolity.contracts.event_types import SERVICES

PORTAL: Final = "portal"
"""It has no topic and no group; it verifies tokens, and so reads which are revoked."""
TOPICS_JOB: Final = "topics"
"""The user of `python -m isopolity.runtime.create_topics` and `…raise_partitions`, which fills a new generation."""
COMMAND: Final = "command"
"""The user of `isopolity doctor`, `events tail` and `republish`, which read only."""
_EVERYTHING: Final = ("--resource-pattern-type", "prefixed", "--topic", "isopolity.")
_ALL_GROUPS: Final = ("--resource-pattern-type", "prefixed", "--group", "isopolity.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Right:
    """One operation on some resources, for one user."""

    user: str
    operation: str
    resources: Sequence[str]
    """As options of `kafka-acls.sh`."""


def rights() -> Iterator[Right]:
    """All rights, user by user."""
    for service in (*SERVICES, PORTAL):
        yield from _of_service(service)
    yield Right(user=TOPICS_JOB, operation="Create", resources=_EVERYTHING)
    yield Right(user=TOPICS_JOB, operation="Describe", resources=_EVERYTHING)
    yield Right(user=TOPICS_JOB, operation="Write", resources=_EVERYTHING)
    yield Right(user=TOPICS_JOB, operation="Read", resources=_EVERYTHING)
    yield Right(user=TOPICS_JOB, operation="Read", resources=_ALL_GROUPS)
    yield Right(user=COMMAND, operation="Read", resources=_EVERYTHING)
    yield Right(user=COMMAND, operation="Describe", resources=_ALL_GROUPS)


def _of_service(service: str) -> Iterator[Right]:
    own = published_by(service)
    groups = [group for group in GROUPS if group.service == service]
    letters = (dead_letter_topic(service).name,) if groups else ()
    read = [topic.name for topic in EVENT_TOPICS if service in topic.consumers]
    if service == PORTAL:
        read.append(REVOCATION.name)
    redriven = [topic for group in groups for topic in group.topics]
    others = [g for g in GROUPS if g.service != service and set(g.topics) & {*own}]
    relay = ("--transactional-id", f"isopolity.{service}.relay")
    yield Right(user=service, operation="Write", resources=(*_options("--topic", (*own, *letters, *redriven)), *relay))
    yield Right(
        user=service,
        operation="Read",
        resources=(
            *_options("--topic", (*own, *letters, *read)),
            *_options("--group", [group.name for group in groups]),
        ),
    )
    if others:
        yield Right(user=service, operation="Describe", resources=_options("--group", [group.name for group in others]))


def _options(option: str, names: Sequence[str]) -> tuple[str, ...]:
    return tuple(part for name in dict.fromkeys(names) for part in (option, name))


def script() -> str:
    """The commands, as a program for bash."""
    blocks = [_block(right) for right in rights()]
    return f"{_HEAD}\n" + "\n".join(blocks)


def _block(right: Right) -> str:
    user = f'"${{{right.user.upper()}_PRINCIPAL:-User:{right.user}}}"'
    is_exact = right.resources[0] != "--resource-pattern-type"
    pairs = [
        f'    {option} "{name}$generation"' if option == "--topic" and is_exact else f"    {option} {name}"
        for option, name in zip(right.resources[::2], right.resources[1::2], strict=True)
    ]
    return " \\\n".join([f"allow {user} {right.operation}", *pairs]) + "\n"


_HEAD: Final = """\
#!/usr/bin/env bash
# Generated from the catalogue: change that and run `make generate`.
#
# Gives each service the rights on Kafka that it needs, and no others. Given twice they do no harm; a right that a
# release before had given and this one does not name stays.
#
#   rights.sh --bootstrap-server kafka:9092 --command-config admin.properties
#
# KAFKA_ACLS is the path of Kafka's kafka-acls.sh; REGISTRY_PRINCIPAL=User:CN=registry and so on name other users.
# The rights are those on the topics of the generation that ISOPOLITY_TOPIC_GENERATION names, the first without it.
set -euo pipefail
connection=("$@")
generation=${ISOPOLITY_TOPIC_GENERATION:-1}
if [[ $generation == 1 ]]; then generation=""; else generation=.g$generation; fi

allow() { # PRINCIPAL OPERATION RESOURCES…
    local principal=$1 operation=$2
    shift 2
    "${KAFKA_ACLS:-kafka-acls.sh}" "${connection[@]}" --add --allow-principal "$principal" --operation "$operation" "$@"
}
"""
