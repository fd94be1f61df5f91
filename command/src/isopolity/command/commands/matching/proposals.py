"""`isopolity proposals`: what was proposed; staff approves or discards what is held, and takes back what is out."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer

from isopolity.command.console import print_json, print_list
from isopolity.command.options import ALL, AsJson, Client, ListFile, ListLimit, Yes, at_most, connected

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
    query = {"stage": stage, "member_id": member}
    found = list(client.pages("/matching/v1/proposals", query, at_most(limit, output)))
    if output is not None:
        from isopolity.command.client.files.listings import PROPOSALS
        from isopolity.command.client.files.table_files import save_list

        save_list(output, found, PROPOSALS)
        return
    columns = ("id", "kind", "stage", "score", "a", "answer", "b", "answer")
    print_list(found, columns, _cells, empty="No proposal fits.", as_json=as_json)


@app.command("show")
@connected("staff")
def show(client: Client, proposal_id: Annotated[str, typer.Argument(metavar="ID")], as_json: AsJson = False) -> None:
    """Show a proposal: both sides, what each is told, and the parts of the score."""
    from isopolity.command.client.rendering import print_proposal

    proposal = client.get(f"/matching/v1/proposals/{proposal_id}")
    if as_json:
        print_json(proposal)
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
    from isopolity.command.client.questions import confirmed
    from isopolity.command.client.round_watch import find_round
    from isopolity.command.failure import ExitCode, Failure

    if [every, bool(proposal_ids), of_round is not None].count(True) != 1:
        raise Failure("Name the proposals to approve, or pass either --round or --all.", ExitCode.USAGE)
    order: dict[str, object] = {"all": True} if every else {"proposal_ids": proposal_ids}
    if of_round is not None:
        order = {"round_id": find_round(client, of_round)["round_id"]}
    count = _count(client, order, "held")
    if count and not confirmed(f"Let {count} proposals go out, so that both sides of each get a mail?", yes=yes):
        raise typer.Exit(1)
    done = client.post("/matching/v1/proposals/approve", order)
    for skipped in done["skipped"]:
        typer.echo(f"{skipped['proposal_id']} was not issued; {skipped['detail']}.", err=True)
    typer.echo(f"Proposals issued: {done['issued']}.")
    if done["skipped"]:
        raise typer.Exit(1)


@app.command("discard")
@connected("staff")
def discard(
    client: Client,
    proposal_ids: Annotated[list[str] | None, typer.Argument(metavar="[ID]...")] = None,
    every: Annotated[bool, typer.Option("--all", help="Every held proposal.")] = False,
) -> None:
    """Discard held proposals: nobody outside hears of them, and their pairs rest for a year."""
    from isopolity.command.failure import ExitCode, Failure

    if every == bool(proposal_ids):
        raise Failure("Name the proposals to discard, or pass --all.", ExitCode.USAGE)
    done = client.post("/matching/v1/proposals/discard", {"all": True} if every else {"proposal_ids": proposal_ids})
    typer.echo(f"Proposals discarded: {done['discarded']}.")


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
    from isopolity.command.client.questions import confirmed
    from isopolity.command.client.round_watch import find_round
    from isopolity.command.failure import ExitCode, Failure

    if bool(proposal_ids) == (of_round is not None):
        raise Failure("Name the proposals to take back, or pass --round.", ExitCode.USAGE)
    order: dict[str, object] = {"proposal_ids": proposal_ids}
    if of_round is not None:
        order = {"round_id": find_round(client, of_round)["round_id"]}
    count = _count(client, order, "issued", "answered")
    if count and not confirmed(f"Take back {count} proposals, so that both sides of each get a mail?", yes=yes):
        raise typer.Exit(1)
    done = client.post("/matching/v1/proposals/take-back", order)
    typer.echo(f"Proposals taken back: {done['taken_back']}; both sides of each are told.")


def _count(client: Client, order: Mapping[str, Any], *stages: str) -> int:
    """How many proposals an order concerns: those that it names, or else those in `stages`, of its round or of all."""
    if named := order.get("proposal_ids"):
        return len(named)
    queries = [{"stage": stage, "round_id": order.get("round_id")} for stage in stages]
    return sum(1 for query in queries for _ in client.pages("/matching/v1/proposals", query, ALL))


def _cells(proposal: Mapping[str, Any]) -> Sequence[object]:
    sides = (cell for side in proposal["sides"] for cell in (side["name"], side.get("answer")))
    return [proposal["proposal_id"], proposal["kind"], proposal["stage"], f"{proposal['score']:.2f}", *sides]
