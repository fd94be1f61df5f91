"""Questions of `isopolity status` to all parts of the network, all at once and each with a deadline.

Invariant: a part that does not answer is named with what is known of it; the other parts are still reported.
"""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Final, TypeVar

from isopolity.client.call import UnexpectedAnswer
from isopolity.client.operations import health, status, streams
from isopolity.client.operations.models import ProcessReport, StatusReport, StreamsReport
from isopolity.command.client.http_client import AWAY, Client
from isopolity.command.console import fields_of
from isopolity.command.failure import LATE, ExitCode, Failure
from isopolity.web.operations.troubles import Reports

DEADLINE: Final = 5.0
"""Seconds that a part has for each answer."""
PORTAL: Final = "portal"
WELL: Final = "ok"
_OF_PARTS: Final = {"database": "its database", "broker": "its broker"}
_GROUPS: Final = "isopolity."
"""Start of the names of consumer groups; their troubles are in the report of their service."""
_SAMPLE: Final[dict[str, object]] = {
    **dict.fromkeys(("sampled_at", "age_seconds")),
    "problem": "",
    **dict.fromkeys(("readers", "topics", "processes"), ()),
}
_GROUP: Final[dict[str, object]] = {"problem": "", "more": False, "members": []}
_TOPIC: Final[dict[str, object]] = {"oldest_seconds": None, "more": False, "members": 0, "partitions": []}
"""The fields of samples of a service, a group and a topic that a status does not have."""
Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The answers of all parts to one run of `isopolity status`."""

    reports: Reports
    """By service that reports: its status in the form of samples, or else the samples of its streams."""
    documents: Mapping[str, Mapping[str, object]]
    """The reports as JSON: a status with what was sampled of its groups, or the samples."""
    health: Mapping[str, Mapping[str, str]]
    """For each answering part, the portal included, the health of its own parts: `ok` or a sentence."""
    processes: Mapping[str, Sequence[ProcessReport]]
    """By part that reports them: its processes, each with its release and the age of its sample."""
    silent: Mapping[str, str]
    """For each part that does not answer, or says that it does not work, a sentence with what is known."""


def ask_status(client: Client, services: Sequence[str], *, seconds: float = DEADLINE) -> Asked:
    """The report of each of `services`, and the health of the portal.

    Raises Failure if nothing answers, or the token is refused.
    """
    parts = [*services, PORTAL]
    with ThreadPoolExecutor(3 * len(parts)) as pool:
        send = partial(client.send, seconds=seconds)
        states = {part: pool.submit(_tried, partial(send, status.read(part))) for part in services}
        samples = {part: pool.submit(_tried, partial(send, streams.list(part))) for part in parts}
        ready = {part: pool.submit(_tried, partial(_health, client, part, seconds)) for part in parts}
    reports, documents = dict[str, StreamsReport](), dict[str, Mapping[str, object]]()
    processes, working = dict[str, Sequence[ProcessReport]](), dict[str, Mapping[str, str]]()
    silent, failures = dict[str, str](), list[Failure]()
    for part in parts:
        state = states[part].result() if part in states else None
        sample, of_parts = samples[part].result(), ready[part].result()
        sampled = None if isinstance(sample, Failure) else sample
        own = [each for each in (state, sample) if isinstance(each, Failure)]
        if sampled is not None:
            processes[part] = sampled.processes
        if isinstance(state, StatusReport):
            reports[part], documents[part] = _with_samples(state, sampled)
        elif sampled is not None and part != PORTAL:
            reports[part], documents[part] = sampled, fields_of(sampled)
        if not isinstance(of_parts, Failure):
            working[part] = of_parts
        failures += own if part != PORTAL else []
        if sentence := _silence(part, of_parts, own, is_heard=part in reports or part == PORTAL):
            silent[part] = sentence
    if refused := [failure for failure in failures if failure.code is ExitCode.REFUSED]:
        raise refused[0]
    if not reports and not working:
        if failures[0].code is not ExitCode.UNREACHABLE or failures[0].why != LATE:
            raise failures[0]
        sentence = f"No part of the network answered within {seconds:g} s: its processes are frozen, or not reached."
        raise Failure(sentence, ExitCode.UNREACHABLE)
    return Asked(reports=reports, documents=documents, health=working, processes=processes, silent=silent)


def _tried(ask: Callable[[], Answer]) -> Answer | Failure:
    """The answer, or the failure to get one."""
    try:
        return ask()
    except Failure as failure:
        return failure


def _silence(
    part: str, ready: Mapping[str, str] | Failure, failures: Sequence[Failure], *, is_heard: bool
) -> str | None:
    """A sentence on a part that does not report, or reports that it does not work; None if it works."""
    if isinstance(ready, Failure):
        return None if is_heard and part != PORTAL else f"{part} does not answer: {ready.why}."
    problems = "; ".join(
        _OF_PARTS.get(name, name) + (f" {problem}" if problem == "does not answer" else f": {problem}")
        for name, problem in ready.items()
        if problem != WELL and not (is_heard and name.startswith(_GROUPS))
    )
    if is_heard:
        return f"{part} does not work: {problems}." if problems else None
    return f"{part} does not report: {problems or failures[-1].why}."


def _health(client: Client, part: str, seconds: float) -> Mapping[str, str]:
    """The health of a part, by the names of its own parts: `ok` or a sentence."""
    call = health.ready(part)
    answer = client.ask(call, seconds=seconds)
    try:
        return call.read(answer.content).parts
    except UnexpectedAnswer:
        if answer.status_code in AWAY:  # an answer of a proxy
            raise Failure("", ExitCode.UNREACHABLE, why=f"the proxy says {answer.status_code}") from None
        return {"answer": f"{answer.status_code} {answer.reason_phrase}"}


def _with_samples(report: StatusReport, sample: StreamsReport | None) -> tuple[StreamsReport, Mapping[str, object]]:
    """The status in the form of samples, and as JSON; both with what was sampled of its groups and processes."""
    groups = {} if sample is None else {group.group: group for group in sample.consumers}
    consumers, listed = list[Mapping[str, object]](), list[Mapping[str, object]]()
    for group in report.consumers:
        known = groups.get(group.group)
        ages = {} if known is None else {topic.topic: topic.oldest_seconds for topic in known.topics}
        topics = [
            topic.model_dump() | ({} if sample is None else {"oldest_seconds": ages.get(topic.topic)})
            for topic in group.topics
        ]
        fields = group.model_dump(mode="json") | {"members_waiting": 0 if known is None else known.members_waiting}
        listed.append(fields | {"topics": topics})
        whole = [_TOPIC | topic for topic in topics]
        consumers.append(_GROUP | fields | {"service": report.service, "topics": whole})
    processes = {} if sample is None else {"processes": [each.model_dump(mode="json") for each in sample.processes]}
    document = report.model_dump(mode="json") | processes
    return StreamsReport.model_validate(_SAMPLE | document | {"consumers": consumers}), document | {"consumers": listed}
