"""`isopolity proposals`: what was proposed; staff approves or discards what is held, and takes back what is out."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from isopolity.command.console import print_list
from isopolity.command.options import ALL, AsJson, Client, ListFile, ListLimit, Yes, at_most, connected

if TYPE_CHECKING:
    from isopolity.client.matching.models import ProposalView, SelectionOrder, TakeBackOrder

app = typer.Typer(no_args_is_help=True, help="Proposals with their reasons and answers.")


@app.command("list")
@connected("staff")
def list_proposals(
    client: Client,
    stage: Annotated[
        str | None,
        typer.Option(
            metavar="STAGE", help="held, scheduled, issued, answered, agreed, declined, expired, superseded, discarded."
        ),
    ] = None,
    member: Annotated[str | None, typer.Option(metavar="ID", help="With this member.")] = None,
    limit: ListLimit = None,
    output: ListFile = None,
    as_json: AsJson = False,
) -> None:
    """List proposals; in a file with names, deadlines and what each side is told."""
    from isopolity.client.matching import proposals

    found = list(
        client.every(
            lambda cursor, most: proposals.list(stage=stage, member_id=member, cursor=cursor, limit=most),
            at_most(limit, output),
        )
    )
    if output is not None:
        from isopolity.command.client.listings import PROPOSALS, save_list

        save_list(output, found, PROPOSALS)
        return
    columns = ("id", "kind", "stage", "score", "a", "answer", "b", "answer")
    print_list(found, columns, _cells, empty="No proposal fits.", as_json=as_json)


@app.command("show")
@connected("staff")
def show(client: Client, proposal_id: Annotated[str, typer.Argument(metavar="ID")], as_json: AsJson = False) -> None:
    """Show a proposal: both sides, what each is told, and the parts of the score."""
    from isopolity.client.matching import proposals
    from isopolity.client.matching.models import OwnProposalView
    from isopolity.command.client.documents import print_document
    from isopolity.command.client.pair_rendering import print_proposal

    proposal = client.send(proposals.read(proposal_id))
    if as_json or isinstance(proposal, OwnProposalView):
        print_document(proposal, as_json=as_json)
    else:
        print_proposal(proposal)


@app.command("approve")
@connected("staff")
def approve(
    client: Client,
    proposal_ids: Annotated[list[str] | None, typer.Argument(metavar="[ID]...")] = None,
    of_round: Annotated[
        str | None, typer.Option("--round", metavar="ID", help="Those of this round; latest names the last one.")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Every held proposal.")] = False,
    yes: Yes = False,
) -> None:
    """Let held proposals go out: both sides of each get a mail. It asks first.

    Example: isopolity proposals approve --round latest
    """
    from isopolity.client.matching import proposals
    from isopolity.client.matching.models import SelectionOrder
    from isopolity.command.client.questions import confirmed
    from isopolity.command.client.rounds import find_round
    from isopolity.command.failure import ExitCode, Failure

    if [every, bool(proposal_ids), of_round is not None].count(True) != 1:
        raise Failure("Name the proposals to approve, or pass either --round or --all.", ExitCode.USAGE)
    order = SelectionOrder(all=True) if every else SelectionOrder(proposal_ids=proposal_ids)
    if of_round is not None:
        order = SelectionOrder(round_id=find_round(client, of_round).round_id)
    count = _count(client, order, "held")
    if count and not confirmed(f"Let {count} proposals go out, so that both sides of each get a mail?", yes=yes):
        raise typer.Exit(1)
    done = client.send(proposals.approve(order))
    for skipped in done.skipped:
        typer.echo(f"{skipped.proposal_id} was not issued; {skipped.detail}.", err=True)
    typer.echo(f"Proposals issued: {done.issued}.")
    if done.skipped:
        raise typer.Exit(1)


@app.command("discard")
@connected("staff")
def discard(
    client: Client,
    proposal_ids: Annotated[list[str] | None, typer.Argument(metavar="[ID]...")] = None,
    every: Annotated[bool, typer.Option("--all", help="Every held proposal.")] = False,
) -> None:
    """Discard held proposals: nobody outside hears of them, and their pairs rest for a year."""
    from isopolity.client.matching import proposals
    from isopolity.client.matching.models import SelectionOrder
    from isopolity.command.failure import ExitCode, Failure

    if every == bool(proposal_ids):
        raise Failure("Name the proposals to discard, or pass --all.", ExitCode.USAGE)
    order = SelectionOrder(all=True) if every else SelectionOrder(proposal_ids=proposal_ids)
    done = client.send(proposals.discard(order))
    typer.echo(f"Proposals discarded: {done.discarded}.")


@app.command("take-back")
@connected("staff")
def take_back(
    client: Client,
    proposal_ids: Annotated[list[str] | None, typer.Argument(metavar="[ID]...")] = None,
    of_round: Annotated[
        str | None, typer.Option("--round", metavar="ID", help="All of this round that are out; latest is the last.")
    ] = None,
    yes: Yes = False,
) -> None:
    """Take back proposals that should not have gone out: both sides get a mail that says so.

    Example: isopolity proposals take-back 01a2120d-ea14-7d55-8c22-3f8b7d6e5004
    """
    from isopolity.client.matching import proposals
    from isopolity.client.matching.models import TakeBackOrder
    from isopolity.command.client.questions import confirmed
    from isopolity.command.client.rounds import find_round
    from isopolity.command.failure import ExitCode, Failure

    if bool(proposal_ids) == (of_round is not None):
        raise Failure("Name the proposals to take back, or pass --round.", ExitCode.USAGE)
    order = TakeBackOrder(proposal_ids=proposal_ids)
    if of_round is not None:
        order = TakeBackOrder(round_id=find_round(client, of_round).round_id)
    count = _count(client, order, "issued", "answered")
    if count and not confirmed(f"Take back {count} proposals, so that both sides of each get a mail?", yes=yes):
        raise typer.Exit(1)
    done = client.send(proposals.take_back(order))
    typer.echo(f"Proposals taken back: {done.taken_back}; both sides of each are told.")


def _count(client: Client, order: "SelectionOrder | TakeBackOrder", *stages: str) -> int:
    """How many proposals an order concerns: those that it names, or else those in `stages`, of its round or of all."""
    from isopolity.client.matching import proposals

    if named := order.proposal_ids:
        return len(named)

    def of_stage(stage: str) -> int:
        found = client.every(
            lambda cursor, most: proposals.list(stage=stage, round_id=order.round_id, cursor=cursor, limit=most), ALL
        )
        return sum(1 for _ in found)

    return sum(map(of_stage, stages))


def _cells(proposal: "ProposalView") -> Sequence[object]:
    sides = (cell for side in proposal.sides for cell in (side.name, side.answer))
    return [proposal.proposal_id, proposal.kind, proposal.stage, f"{proposal.score:.2f}", *sides]
