"""Questions of `isopolity status` to all parts of the network, all at once and each with a deadline.

Invariant: a part that does not answer is named with what is known of it; the others are reported all the same.
"""

from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final

import httpx

from isopolity.command.client.http_client import Client
from isopolity.command.failure import ExitCode, Failure
from isopolity.web.operations.troubles import Reports

DEADLINE: Final = 5.0
"""Seconds that a part has for each answer."""
PORTAL: Final = "portal"
_WELL: Final = "ok"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Answers of the parts."""

    reports: Reports
    """Of each service that reports: its status, or else what was sampled of its streams."""
    silent: Mapping[str, str]
    """For each part that does not answer, or says that it does not work, a sentence with what is known."""


def ask_status(client: Client, services: Sequence[str], *, seconds: float = DEADLINE) -> Asked:
    """The report of each of `services`, and how the portal is.

    Raises Failure where nothing answers at all, or the token is refused.
    """
    paths = {service: [f"/{service}/v1/status", f"/{service}/v1/streams"] for service in services}
    parts = [*services, PORTAL]
    with ThreadPoolExecutor(3 * len(parts)) as pool:
        asked = {path: pool.submit(client.get, path, seconds=seconds) for each in paths.values() for path in each}
        health = {part: pool.submit(_health, client, part, seconds) for part in parts}
    reports, silent, failures = {}, {}, list[Failure]()
    for service, (status_path, streams_path) in paths.items():
        status, streams = _answered(asked[status_path], failures), _answered(asked[streams_path], failures)
        if status is not None:
            reports[service] = _with_samples(status, streams)
        elif streams is not None:
            reports[service] = streams
        else:
            silent[service] = f"{service} does not report: {_known(health[service], str(failures[-1]))}"
    if refused := [failure for failure in failures if failure.code is ExitCode.REFUSED]:
        raise refused[0]
    if not reports and not any(_is_there(each) for each in health.values()):
        raise failures[0]
    if problem := _known(health[PORTAL], ""):
        silent[PORTAL] = f"{PORTAL} does not work: {problem}"
    return Asked(reports=reports, silent=silent)


def _answered(asked: "Future[Any]", failures: list[Failure]) -> Any:
    error = asked.exception()
    if error is None:
        return asked.result()
    if not isinstance(error, Failure):
        raise error
    failures.append(error)
    return None


def _health(client: Client, part: str, seconds: float) -> Mapping[str, str]:
    """Problems of a part, by the names of its own parts; empty where it is well."""
    answer = client.ask("GET", f"/{part}/health/ready", timeout=httpx.Timeout(seconds))
    try:
        parts: Mapping[str, str] = answer.json()["parts"]
    except (ValueError, KeyError, TypeError):
        return {"answer": f"{answer.status_code} {answer.reason_phrase}"}
    return {name: problem for name, problem in parts.items() if problem != _WELL}


def _is_there(health: "Future[Mapping[str, str]]") -> bool:
    return health.exception() is None


def _known(health: "Future[Mapping[str, str]]", otherwise: str) -> str:
    error = health.exception()
    if error is not None:
        return str(error)
    return "; ".join(f"{name}: {problem}" for name, problem in health.result().items()) or otherwise


def _with_samples(report: Mapping[str, Any], streams: Mapping[str, Any] | None) -> Mapping[str, Any]:
    """The status with the members that wait for its consumer groups, as far as they are sampled."""
    sampled = {} if streams is None else {group["group"]: group for group in streams["consumers"]}
    return {**report, "consumers": [_sampled(group, sampled.get(group["group"])) for group in report["consumers"]]}


def _sampled(group: Mapping[str, Any], sampled: Mapping[str, Any] | None) -> Mapping[str, Any]:
    """A consumer group with its members that wait, and the ages of what waits by topic."""
    if sampled is None:
        return {**group, "members_waiting": 0}
    ages = {topic["topic"]: topic["oldest_seconds"] for topic in sampled["topics"]}
    topics = [{**topic, "oldest_seconds": ages.get(topic["topic"])} for topic in group["topics"]]
    return {**group, "members_waiting": sampled["members_waiting"], "topics": topics}
