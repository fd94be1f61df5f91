"""The state of the network rendered: its parts, each hop of the events, the services' counts, and the troubles.

Invariant: a part without an answer, or without a sample, is shown as not known, never as working.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Final

from rich.text import Text

from isopolity.client.operations.models import GroupReport, ProcessReport, StreamsReport
from isopolity.command.client.status.questions import WELL, Asked
from isopolity.command.console import View, alarm, table
from isopolity.web.operations import troubles as limits

_WORDS: Final = {
    "members_city": "member cities",
    "members_partner": "member partners",
    "drafts_open_pairs": "pairs in open drafts",
    "mails_stale": "mails not sent because no longer true",
}
"""Words for counts whose names do not show what is counted."""
_MANY: Final = (
    *("members", "partners", "requests", "twinnings", "applications", "changes", "contacts", "proposals"),
    *("partnerships", "drafts", "pairs", "mails"),
)
_ONE: Final = {"cities": "city", **{word: word.removesuffix("s") for word in _MANY}}
"""Words for a count of one."""


def troubles(reports: limits.Reports, said: Collection[str] = ()) -> Iterator[str]:
    """A sentence for each thing that does not flow, except for a missing broker of the services in `said`.

    `said`: services whose sentence is printed already.
    """
    for each in limits.troubles_of(reports):
        if each.kind == "broker-away" and each.service in said:
            continue
        follows = f" This is caused by the problem of {each.because}." if each.because else ""
        yield _sentence(each) + follows


_SENTENCES: Final = {
    "unwritable": "{service}: {detail}.",
    "slow": "{service}: {detail}",
    "cannot-publish": "{service} cannot publish: {events}, {oldest}.",
    "stopped": "{service} gets no events: {detail}{wait}.",
    "held": "{service} holds events back{held}: {detail}.",
    "paused": "{service} is paused: {events}{members}; see `isopolity offsets resume {service}`.",
    "behind": "{service} is behind: {events}, {oldest}{members}.",
    "behind-canaries": "{service} is behind: only canaries are pending, the oldest for {age}.",
    "canary-late": "{service} last saw the canary {age} ago: events do not reach it.",
    "dead-letters": "{service} has {count} dead letter{s} ({detail}){people}; see `isopolity dead-letters list`.",
    "canary-not-back": "The canary last came back from notify {age} ago: answers do not reach matching.",
    "answers-incomplete": "Answers are complete only up to {age} ago, so deadlines since then are not settled: "
    "notify is stuck, or a process of it froze in the middle of an answer.",
    "answers-unknown": "notify has not reported up to when answers are complete, so {count} proposal{s} cannot be "
    "settled.",
    "mails-unknown": "Of {count} mail{s} nobody knows whether {they} arrived; see `isopolity mail list --state "
    "unknown`.",
    "mail-server-away": "The mail server has taken no mail for {age} ({detail}): {mails}; see `isopolity doctor`.",
    "mails-late": "Mails are late: {count} {late} {age} ago.",
    "broker-away": "The broker does not answer {service} ({detail}): its figures are old.",
    "unsampled": "{service} has taken no sample of its streams for {age}, so its figures are that old.",
    "process-missing": "{count} of {total} processes of {service} answer; the one at {detail} last answered {age} ago.",
    "parked-long": "{service} keeps {count} event{s} that came too early, {oldest}.",
}
"""By kind of trouble: the sentence, with the words that `_sentence` counts out."""


def _sentence(found: limits.Trouble) -> str:
    count, age, is_one = found.count, age_of(found.seconds), found.count == 1
    members = f", about {found.members} member{'s' * (found.members > 1)}" if found.members else ""
    events = "1 event waits" if is_one else f"{count} events wait"
    people = "city or programme waits" if found.members == 1 else "cities and programmes wait"
    kind = "behind-canaries" if found.kind == "behind" and not count else found.kind
    return _SENTENCES.get(kind, "{service}: {kind}.").format(
        **{name: getattr(found, name) for name in ("kind", "service", "detail", "count", "total")},
        age=age,
        events=events,
        members=members,
        oldest=f"for {age}" if is_one else f"the oldest for {age}",
        wait=f"; {count} wait{'s' * is_one}{members}" if count else "",
        held=f" ({events}{members})" if count else "",
        people=f": {found.members} {people} for a person" if found.members else "",
        s="s" * (not is_one),
        they="it" if is_one else "they",
        late="was due" if is_one else "were due, the first",
        mails=_mails_waiting(found),
    )


def _mails_waiting(found: limits.Trouble) -> str:
    if not found.count:
        return "no mail waits"
    mails, oldest = ("mail waits", "for") if found.count == 1 else ("mails wait", "the oldest for")
    return f"{found.count} {mails}, {oldest} {age_of(found.oldest_seconds)}"


def render_status(reports: limits.Reports, found: Sequence[str], silent: Sequence[str] = ()) -> View:
    """Each hop, the services' counts, backlogs, and the troubles in `found`.

    `silent`: services without a report, named in a sentence of their own.
    """
    hops = (hop for service, report in reports.items() for hop in _hops(service, report))
    yield table("hop, flows, waiting, members, oldest, why", hops)
    for service, report in reports.items():
        yield Text(f"{service:<9} {', '.join(_counted(report.counts)) or 'nothing yet'}")
    yield from ("", Text(_oldest(reports, silent)))
    yield from map(Text, found or ["Everything works. There are no dead letters and no unknown mails."])


def _hops(service: str, report: StreamsReport) -> Iterator[tuple[object, ...]]:
    outbox, has_broker = report.outbox, not report.problem
    yield (
        f"{service} → log",
        _yes((outbox.oldest_seconds or 0) <= limits.OLD and has_broker),
        _waits(outbox.depth),
        "",
        _age(outbox.oldest_seconds),
        "" if has_broker else "the broker does not answer",
    )
    for consumer in report.consumers:
        yield f"log → {service}", *_reading(consumer)
    for parked in report.parked_for[:5]:
        age, why = _age(parked.oldest_seconds), f"waiting for {parked.awaited}"
        yield f"{service} parked", "", _waits(parked.count), "", age, why
    yield from _sighting(f"canary → {service}", report.canary_seconds, limits.CANARY_LATE)
    counts = report.counts
    yield from _sighting("canary, back from notify", counts.get("canary_returned_seconds"), limits.CANARY_LATE)
    yield from _sighting("answers, complete", counts.get("answers_complete_seconds"), limits.ANSWERS_LATE)


def _reading(group: GroupReport) -> tuple[object, ...]:
    """Cells of a consumer group: whether it reads, its backlog without canaries, members, age, and reason."""
    is_behind = (group.oldest_seconds or 0) > limits.OLD
    stands_still = not group.ready or group.state == "paused"
    waits = limits.without_canaries(group.topics)
    count = sum(topic.lag for topic in waits)
    ages = [seconds for topic in waits if (seconds := topic.oldest_seconds) is not None]
    age = _age(max(ages, default=group.oldest_seconds)) if count else ""
    why = group.reason if stands_still else "it is behind" if is_behind else ""
    # members are of the last sample, some seconds old: if all is read by now, no member waits
    members = group.members_waiting if count else 0
    return _yes(not stands_still and not is_behind), _waits(count), _waits(members), age, why


def _sighting(hop: str, seconds: float | None, late: float) -> Iterator[tuple[object, ...]]:
    if seconds is not None:
        yield hop, _yes(seconds <= late), "", "", f"{age_of(seconds)} ago", ""


def _oldest(reports: limits.Reports, silent: Sequence[str]) -> str:
    """Sentences on how long events and mails have waited, and on services of which that is not known."""
    ages = [report.outbox.oldest_seconds for report in reports.values()]
    ages += [group.oldest_seconds for report in reports.values() for group in report.consumers]
    ages += [parked.oldest_seconds for report in reports.values() for parked in report.parked_for]
    waiting = [age for age in ages if age is not None]
    mails = [age for report in reports.values() if (age := report.counts.get("mails_waiting_seconds")) is not None]
    unknown = [*silent, *(service for service, report in reports.items() if report.problem)]
    sentences = [f"The oldest event has waited for {age_of(max(waiting))}."] if waiting else []
    sentences += [f"The oldest mail has waited for {age_of(max(mails))}."] if mails else []
    sentences += [f"It is not known how many events wait for {service}." for service in unknown]
    return " ".join(sentences) or "Nothing is pending."


def _counted(counts: Mapping[str, object]) -> Iterator[str]:
    """The counts in words, without those that are 0."""
    for name, value in counts.items():
        if isinstance(value, Mapping):
            yield from (_number(number, f"{inner} {name}") for inner, number in value.items() if number)
        elif isinstance(value, int) and value and not name.endswith("_members"):
            yield _number(value, _WORDS.get(name, name.replace("_", " ")))


def _number(count: int, words: str) -> str:
    """The count in words, which are those of many."""
    noun = next((word for word in words.split() if word in _ONE), None)
    return f"{count:,} {words if noun is None or count != 1 else words.replace(noun, _ONE[noun], 1)}"


def _yes(flows: bool) -> object:
    return "yes" if flows else alarm("no")


def _waits(count: int) -> str:
    return f"{count:,}" if count else ""


def _age(seconds: float | None) -> str:
    return "" if seconds is None else age_of(seconds)


_UNKNOWN: Final = "not known"
_MAILS: Final = "notify"
"""The service that knows the mail server."""


def render_parts(asked: Asked, parts: Sequence[str]) -> View:
    """The health of each part, as far as it is known."""
    yield table("part, answers, database, broker, processes, release", (_part(asked, part) for part in parts))
    yield Text(mail_server(asked.reports.get(_MAILS)))


def _part(asked: Asked, part: str) -> tuple[object, ...]:
    processes = asked.processes.get(part)
    return (
        *(part, _yes(part in asked.health or part in asked.reports)),
        *(_health(asked, part, "database"), _health(asked, part, "broker")),
        _UNKNOWN if processes is None else _number_answering(processes),
        _UNKNOWN if processes is None else _releases(processes),
    )


def mail_server(report: StreamsReport | None) -> str:
    """A sentence on the mail server, by the counts of notify. It counts as away after `AWAY` seconds without answer."""
    counts = {} if report is None else report.counts
    if "mail_server_away_seconds" not in counts:
        return f"Whether the mail server takes mails is not known: {_MAILS} does not report it."
    away = counts["mail_server_away_seconds"] or 0.0
    if away <= limits.AWAY:
        return "The mail server takes mails."
    reason = f" ({counts['mail_server_reason']})" if counts.get("mail_server_reason") else ""
    waiting = counts.get("mails_without_server") or 0
    mails = "no mail waits" if not waiting else "1 mail waits" if waiting == 1 else f"{waiting:,} mails wait"
    return f"The mail server has taken no mail for {age_of(away)}{reason}; {mails} for it."


def _health(asked: Asked, part: str, of_part: str) -> object:
    found = asked.health.get(part, {}).get(of_part)
    if found is None:
        return _UNKNOWN
    return WELL if found == WELL else alarm(found)


def _number_answering(processes: Sequence[ProcessReport]) -> object:
    """The number of processes that answer, and of all of them where some are missing."""
    answering = sum(each.age_seconds <= limits.FRESH for each in processes)
    missing = sum(each.is_missing for each in processes)
    return f"{answering}" if not missing else alarm(f"{answering} of {answering + missing}")


def _releases(processes: Sequence[ProcessReport]) -> str:
    """Releases of the processes that answer; several during an upgrade."""
    found = {each.release for each in processes if each.age_seconds <= limits.FRESH}
    return ", ".join(sorted(release for release in found if release)) or _UNKNOWN


def age_of(seconds: float) -> str:
    """An age in words: seconds, or minutes."""
    return f"{seconds:.0f} s" if seconds < 60 else f"{seconds / 60:.0f} min"
