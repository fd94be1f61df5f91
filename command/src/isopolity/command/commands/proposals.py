"""`isopolity proposals`: proposals, approved or discarded while held, taken back when out; and `isopolity feedback`."""

from functools import partial
from typing import Annotated

import typer

from isopolity.client.matching import proposals
from isopolity.client.matching.models import OwnProposalView, SelectionOrder, TakeBackOrder
from isopolity.client.notify import feedback
from isopolity.command.client.documents import render_document
from isopolity.command.client.http_client import Client
from isopolity.command.client.listings import PROPOSALS, save_list
from isopolity.command.client.pair_rendering import render_proposal
from isopolity.command.client.rounds import find_round
from isopolity.command.console import Result, View, counted, listed, rendered
from isopolity.command.options import ALL, Limit, ListFile, ListLimit, Verbs, Yes, at_most, confirm, option, require_one

app, feedback_app = Verbs(), Verbs()
ProposalIds = Annotated[list[str] | None, option("[ID]...")]
Every = Annotated[bool, option("--all: Every held proposal.")]


@app.verb("list", "staff")
def list_proposals(
    client: Client,
    stage: str | None = None,
    member: str | None = None,
    limit: ListLimit = None,
    output: ListFile = None,
) -> Result | View:
    """List proposals; in a file with names, deadlines and the reasons that each side reads.

    Options:
        --stage STAGE: held, scheduled, issued, answered, agreed, declined, expired, superseded, discarded.
        --member ID: With this member.
    """
    found = client.every(partial(proposals.list, stage=stage, member_id=member), at_most(limit, output))
    if output is not None:
        return save_list(output, found, PROPOSALS)
    return listed(
        found,
        "id, kind, stage, score, a, answer, b, answer",
        lambda each: (
            *(each.proposal_id, each.kind, each.stage, f"{each.score:.2f}"),
            *(cell for side in each.sides for cell in (side.name, side.answer)),
        ),
        "No proposal fits.",
    )


@app.verb("show", "staff")
def show(client: Client, proposal_id: str) -> Result:
    """Show a proposal: both sides, the reasons that each reads, and the parts of the score.

    Options:
        ID
    """
    proposal = client.send(proposals.read(proposal_id))
    if isinstance(proposal, OwnProposalView):
        return rendered(proposal, render_document)
    return rendered(proposal, render_proposal)


@app.verb("approve", "staff")
def approve(
    client: Client,
    proposal_ids: ProposalIds = None,
    of_round: str | None = None,
    every: Every = False,
    yes: Yes = False,
) -> None:
    """Let held proposals go out: both sides of each get a mail. It asks first.

    Example: isopolity proposals approve --round latest

    Options:
        --round ID: Those of this round; latest names the last one.
    """
    require_one(
        "Name the proposals to approve, or pass either --round or --all.", every, proposal_ids, of_round is not None
    )
    order = SelectionOrder(all=True) if every else SelectionOrder(proposal_ids=proposal_ids)
    if of_round is not None:
        order = SelectionOrder(round_id=find_round(client, of_round).round_id)
    if count := _count(client, order, "held"):
        confirm(f"Send {counted(count, 'proposal')} by mail to both sides?", yes=yes)
    done = client.send(proposals.approve(order))
    for skipped in done.skipped:
        typer.echo(f"{skipped.proposal_id} was not sent: {skipped.detail}.", err=True)
    typer.echo(f"Proposals issued: {done.issued}.")
    if done.skipped:
        raise typer.Exit(1)


@app.verb("discard", "staff")
def discard(client: Client, proposal_ids: ProposalIds = None, every: Every = False) -> str:
    """Discard held proposals: nobody outside hears of them, and their pairs rest for a year."""
    require_one("Name the proposals to discard, or pass --all.", every, proposal_ids)
    order = SelectionOrder(all=True) if every else SelectionOrder(proposal_ids=proposal_ids)
    return f"Proposals discarded: {client.send(proposals.discard(order)).discarded}."


@app.verb("take-back", "staff")
def take_back(client: Client, proposal_ids: ProposalIds = None, of_round: str | None = None, yes: Yes = False) -> str:
    """Take back proposals that should not have gone out: both sides get a mail that says so.

    Example: isopolity proposals take-back 01a2120d-ea14-7d55-8c22-3f8b7d6e5004

    Options:
        --round ID: All of this round that are out; latest is the last.
    """
    require_one("Name the proposals to take back, or pass --round.", proposal_ids, of_round is not None)
    order = TakeBackOrder(proposal_ids=proposal_ids)
    if of_round is not None:
        order = TakeBackOrder(round_id=find_round(client, of_round).round_id)
    if count := _count(client, order, "issued", "answered"):
        confirm(f"Withdraw {counted(count, 'proposal')} and tell both sides by mail?", yes=yes)
    done = client.send(proposals.take_back(order))
    return f"Proposals withdrawn: {done.taken_back}. Both sides are told."


def _count(client: Client, order: SelectionOrder | TakeBackOrder, *stages: str) -> int:
    """How many proposals an order concerns: those that it names, or else those in `stages`, of its round or of all."""
    if named := order.proposal_ids:
        return len(named)
    pages = [partial(proposals.list, stage=stage, round_id=order.round_id) for stage in stages]
    return sum(1 for each in pages for _ in client.every(each, ALL))


@feedback_app.verb("list", "staff")
def list_feedback(client: Client, limit: Limit = 50) -> Result:
    """List what people wrote, the newest first; the other side never reads it."""
    return listed(
        client.every(feedback.list, limit),
        "at, who, about, answer, words, proposal",
        lambda each: (
            *(each.answered_at, each.member.name if each.member else "", each.other.name if each.other else ""),
            *(each.choice, each.reason, each.proposal_id),
        ),
        "There are no comments with answers.",
    )
