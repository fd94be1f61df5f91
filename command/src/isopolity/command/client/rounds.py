"""Rounds of a running instance: started, followed to their end, found again, and rendered."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Final

from isopolity.client.matching import models, rounds
from isopolity.command import console
from isopolity.command.client.http_client import Client, answer_of
from isopolity.command.console import Hundredths, Paragraph, Progress, View, items, moment, percent, section
from isopolity.command.failure import Failure, first_of

LATEST: Final = "latest"
OVER: Final = ("done", "failed", "cancelled")
"""States of a round after which nothing changes any more."""


def run_round(client: Client, order: models.RoundOrder, progress: Progress) -> models.RoundView:
    """Start a round, follow it, and return it once it is done. Raises Failure if it failed or was cancelled."""
    round_id = client.send(rounds.create(order)).round_id
    try:
        known = follow(client, round_id, progress)
    except KeyboardInterrupt:
        console.messages().print(f"The round goes on; `isopolity round cancel {round_id}` ends it.", markup=False)
        raise
    if known.status == "failed":
        raise Failure(known.failure or "The round failed.")
    if known.status == "cancelled":
        raise Failure("The round was cancelled; nothing of it went out.")
    return known


def follow(client: Client, round_id: str, progress: Progress) -> models.RoundView:
    """Tell `progress` how far a round is, and return it once it is over; a stream that ends early is opened again."""
    tell = Hundredths(progress)
    while True:
        for name, known in _events(client, round_id):
            if name in OVER:
                return known
            tell((known.step or f"round {known.status}").capitalize(), known.done)


def find_round(client: Client, round_id: str) -> models.RoundView:
    """The round with this id, or the latest one for `latest`. Raises Failure if there is none."""
    if round_id != LATEST:
        return client.send(rounds.read(round_id))
    found = client.send(rounds.list(limit=1)).items
    return first_of(found, "No round has been run yet; run one with `isopolity round run`.")


def _events(client: Client, round_id: str) -> Iterator[tuple[str, models.RoundView]]:
    """The name of each server-sent event about a round, and how the round is then."""
    name = ""
    with client.receive(rounds.progress(round_id), accept="text/event-stream") as response:
        for line in response.iter_lines():
            field, _, value = line.partition(":")
            if field == "event":
                name = value.strip()
            elif field == "data":
                yield name, answer_of(rounds.read(round_id), value.encode())


def render_round(known: models.RoundView) -> View:
    """A round's figures, the sentence on what is proved, and what the network gains."""
    yield console.title(f"Round {known.round_id}: {known.status}")
    yield known.failure
    yield console.table("figure, ", _figures(known))
    yield known.proved or None
    yield from items(known.blocked or (), indent=2)
    yield known.price.told if known.price else None
    yield from section("Under these rules:", _outcomes(known.rules))
    if known.floors:
        yield from section(known.floors.rule, items(known.floors.told or (), indent=2))
    if known.proposed:
        yield from section("If everybody says yes:", items(known.gains_told or (), indent=2))


def _outcomes(rules: Sequence[models.RuleView]) -> View:
    for rule, outcomes in groupby(rules, key=lambda each: each.rule):  # one by region has an outcome in each
        yield from items([rule], indent=2)
        yield from (Paragraph(each.told, 4, 2, "" if each.holds else "bold") for each in outcomes if each.told)


def render_pairs(proposals: Sequence[models.ProposalView], whole: int) -> View:
    """Some pairs of a round that has `whole` pairs."""
    rows = [(f"{each.score:.2f}", each.kind, *map(member_name, each.sides), each.stage) for each in proposals]
    yield console.table("score, kind, a, b, stage", rows)
    if len(proposals) < whole:
        yield f"{len(proposals)} of {whole} pairs; --limit shows more."


def best_first(proposals: Iterable[models.ProposalView]) -> list[models.ProposalView]:
    """The proposals in descending order of their scores."""
    return sorted(proposals, key=lambda each: (-each.score, each.proposal_id))


def _figures(known: models.RoundView) -> Iterator[tuple[str, str]]:
    kinds = " and ".join(f"{kind}s" for kind in known.kinds)
    yield "asked for", f"{kinds}, {known.mode}, seed {known.seed}"
    yield "ordered at", moment(known.ordered_at)
    if known.step:
        yield "now" if known.status == "running" else "got as far as", f"{known.step}, {known.done:.0%}"
    if known.members is None:
        return
    yield "pairs weighed", f"{known.candidates or 0:,}, of {known.members:,} members with free capacity"
    issued, skipped = known.issued or 0, known.skipped or 0
    held = (known.proposed or 0) - issued
    states = [f"{issued:,} sent"] * bool(issued) + [f"{held:,} in its draft"] * bool(held)
    yield "proposals", ", ".join(states) or "none"
    if skipped:
        yield "skipped", f"{skipped:,}, because somebody was faster"
    if known.value is not None and known.bound is not None and known.gap is not None:
        yield "value, bound", f"{known.value:.4f} of at most {known.bound:.4f}: gap {percent(known.gap)}"


def member_name(member: models.SideView | models.MemberView) -> str:
    """A member with its programme and its country."""
    programme = f": {member.programme_name}" if member.programme_name else ""
    return f"{member.name}{programme} ({member.country})"
