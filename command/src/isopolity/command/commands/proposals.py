"""`isopolity proposals`, `isopolity partnerships`, which come of proposals, and `isopolity feedback` on them."""

from collections.abc import Sequence
from functools import partial
from typing import Annotated

import typer

from isopolity.client.matching import models, partnerships, proposals
from isopolity.client.notify import feedback
from isopolity.client.notify.models import FeedbackOut
from isopolity.client.registry import contacts
from isopolity.command import console
from isopolity.command.client import documents
from isopolity.command.client.directory import find_member
from isopolity.command.client.http_client import Client
from isopolity.command.client.rounds import find_round, member_name
from isopolity.command.console import Result, Row, View, columns, counted, fields_of, listed, rendered
from isopolity.command.failure import ExitCode, Failure
from isopolity.command.options import ALL, Limit, ListFile, ListLimit, Verbs, Yes, at_most, confirm, option, require_one

app, partnerships_app, feedback_app = Verbs(), Verbs(), Verbs()
ProposalIds = Annotated[list[str] | None, option("[ID]...")]
Every = Annotated[bool, option("--all: Every held proposal.")]
PartnershipId = Annotated[str, option("ID")]


@columns("id, kind, stage, score, a, answer, b, answer", "No proposal fits.")
def _columns(each: models.ProposalView) -> Row:
    answers = (cell for side in each.sides for cell in (side.name, side.answer))
    return each.proposal_id, each.kind, each.stage, f"{each.score:.2f}", *answers


@app.verb("list", "staff")
def list_proposals(
    client: Client,
    stage: str | None = None,
    member: str | None = None,
    legal_act: bool = False,
    limit: ListLimit = None,
    output: ListFile = None,
) -> Result | View:
    """List proposals; in a file with names, deadlines and the reasons that each side reads.

    Options:
        --stage STAGE: held, scheduled, issued, answered, agreed, declined, expired, superseded, discarded.
        --member ID: With this member.
        --legal-act: Only those whose two sides a legal act in force keeps apart.
    """
    found = client.every(
        partial(proposals.list, stage=stage, member_id=member, legal_act=legal_act or None), at_most(limit, output)
    )
    return documents.listed_or_saved(found, output, _columns, documents.columns_of_proposals)


@app.verb("show", "staff")
def show(client: Client, proposal_id: str) -> Result:
    """Show a proposal: both sides, the reasons that each reads, and the parts of the score.

    Options:
        ID
    """
    proposal = client.send(proposals.read(proposal_id))
    if isinstance(proposal, models.OwnProposalView):
        return rendered(proposal, documents.render_document)
    return rendered(proposal, _render_proposal)


def _render_proposal(proposal: models.ProposalView) -> View:
    """The two sides of a proposal, the reasons that each reads, and the parts of the score."""
    first, second = proposal.sides
    yield console.title(f"{proposal.kind}: {first.name} and {second.name}")
    until = f", answers until {console.moment(proposal.answer_by)}" if proposal.answer_by else ""
    yield f"{proposal.stage}, score {proposal.score:.2f}{until}"
    for side in (first, second):
        yield from ("", f"{side.name} ({side.country}), answer: {side.answer or '-'}")
        yield from console.items((reason.text for reason in side.reasons), indent=2)
    parts = [(part.name, f"{part.value:.2f}", f"{part.weight:.2f}") for part in proposal.parts]
    yield console.table("part of the score, value, weight", parts)


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
    order = models.SelectionOrder(all=True) if every else models.SelectionOrder(proposal_ids=proposal_ids)
    if of_round is not None:
        order = models.SelectionOrder(round_id=find_round(client, of_round).round_id)
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
    order = models.SelectionOrder(all=True) if every else models.SelectionOrder(proposal_ids=proposal_ids)
    return f"Proposals discarded: {client.send(proposals.discard(order)).discarded}."


@app.verb("take-back", "staff")
def take_back(client: Client, proposal_ids: ProposalIds = None, of_round: str | None = None, yes: Yes = False) -> str:
    """Take back proposals that should not have gone out: both sides get a mail that says so.

    Example: isopolity proposals take-back 01a2120d-ea14-7d55-8c22-3f8b7d6e5004

    Options:
        --round ID: All of this round that are out; latest is the last.
    """
    require_one("Name the proposals to take back, or pass --round.", proposal_ids, of_round is not None)
    order = models.TakeBackOrder(proposal_ids=proposal_ids)
    if of_round is not None:
        order = models.TakeBackOrder(round_id=find_round(client, of_round).round_id)
    if count := _count(client, order, "issued", "answered"):
        confirm(f"Withdraw {counted(count, 'proposal')} and tell both sides by mail?", yes=yes)
    done = client.send(proposals.take_back(order))
    return f"Proposals withdrawn: {done.taken_back}. Both sides are told."


def _count(client: Client, order: models.SelectionOrder | models.TakeBackOrder, *stages: str) -> int:
    """How many proposals an order concerns: those that it names, or else those in `stages`, of its round or of all."""
    if named := order.proposal_ids:
        return len(named)
    pages = [partial(proposals.list, stage=stage, round_id=order.round_id) for stage in stages]
    return sum(1 for each in pages for _ in client.every(each, ALL))


@columns("at, who, about, answer, words, proposal", "There are no comments with answers.")
def _columns_of_feedback(each: FeedbackOut) -> Row:
    who = (member.name if member else "" for member in (each.member, each.other))
    return each.answered_at, *who, each.choice, each.reason, each.proposal_id


@feedback_app.verb("list", "staff")
def list_feedback(client: Client, limit: Limit = 50) -> Result:
    """List what people wrote, the newest first; the other side never reads it."""
    return listed(client.every(feedback.list, limit), _columns_of_feedback)


@columns("id, kind, stage, a, b, since, ended, reason", "No partnership fits.")
def _columns_of_partnerships(each: models.PartnershipView) -> Row:
    end = each.ended_at, each.ended_reason
    return each.partnership_id, each.kind, each.stage, *map(member_name, each.members), each.established_at, *end


@partnerships_app.verb("list", "staff")
def list_partnerships(
    client: Client,
    member: str | None = None,
    ended: bool | None = None,
    limit: ListLimit = None,
    output: ListFile = None,
) -> Result | View:
    """List partnerships, the newest first.

    Example: isopolity partnerships list --member Lyon --standing

    Options:
        --member MEMBER: Of this member, by name or id.
        --ended/--standing: Those that have ended, or those that stand.
    """
    member_id = find_member(client, member).identifier if member else None
    standing = None if ended is None else not ended
    pages = partial(partnerships.list, member_id=member_id, standing=standing)
    found = client.every(pages, at_most(limit, output))
    return documents.listed_or_saved(found, output, _columns_of_partnerships, documents.columns_of_partnerships)


@partnerships_app.verb("show", "staff")
def show_partnership(client: Client, partnership_id: PartnershipId) -> Result:
    """Show a partnership."""
    known = client.send(partnerships.read(partnership_id))
    fields = fields_of(known)
    if not isinstance(known, models.OwnPartnershipView):
        a, b = map(member_name, known.members)
        fields = {**{name: value for name, value in fields.items() if name != "members"}, "a": a, "b": b}
    return Result(known, documents.render_document(fields))


@partnerships_app.verb("end", "staff")
def end(client: Client, partnership_id: PartnershipId, reason: str, yes: Yes = False) -> str:
    """End a partnership for good: both sides have a slot free again, and a mail tells each, with the reason.

    It asks first, and says how many mails go out: a side that has no contact gets none.

    Example: isopolity partnerships end 01a2120d-ea14-7d55-8c22-3f8b7d6e5004 --reason completed

    Options:
        --reason CODE: completed, side-ended, inactive, entered-by-mistake or other.
    """
    known = client.send(partnerships.read(partnership_id))
    if isinstance(known, models.OwnPartnershipView):
        raise Failure("A member's token ends no partnership; use one of staff.", ExitCode.REFUSED)
    who = " and ".join(map(member_name, known.members))
    if known.stage == "ended":
        raise Failure(f"The partnership of {who} has ended already.")
    confirm(f"End the partnership of {who}, for good? {_mails(client, known.members)}", yes=yes)
    client.send(partnerships.end(partnership_id, models.EndOrder(reason=reason)))
    return f"The partnership of {who} has ended."


def _mails(client: Client, members: Sequence[models.MemberView]) -> str:
    """A sentence with the number of mails that the end makes, and the reason if a side gets none."""
    reached = [client.send(contacts.list(member_id=each.member_id)).items for each in members]
    silent = " and ".join(member_name(each) for each, known in zip(members, reached, strict=True) if not known)
    count = ("No mail goes out", "1 mail goes out", "2 mails go out")[sum(map(bool, reached))]
    return f"{count}, since {silent} cannot be mailed without a contact." if silent else f"{count}, one to each side."
