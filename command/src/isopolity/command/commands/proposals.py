"""`isopolity proposals`: what was proposed, and staff's approval of what is held."""

from typing import Annotated

import typer

from isopolity.command.options import DEFAULT_DATA, DEFAULT_URL, AsJson, Data, Limit, Token, Url, connect, print_json

app = typer.Typer(no_args_is_help=True, help="Proposals with their reasons and answers.")
_SCOPES = ("staff",)


@app.command("list")
def list_proposals(
    stage: Annotated[
        str | None,
        typer.Option(metavar="STAGE", help="held, issued, answered, agreed, declined, expired, superseded, withdrawn."),
    ] = None,
    member: Annotated[str | None, typer.Option(metavar="ID", help="With this member.")] = None,
    limit: Limit = 50,
    as_json: AsJson = False,
    url: Url = DEFAULT_URL,
    token: Token = None,
    data: Data = DEFAULT_DATA,
) -> None:
    """List proposals."""
    from isopolity.command.console import listing, output, row

    query = {"stage": stage, "member_id": member}
    found = list(connect(url, token, data, _SCOPES).pages("/matching/v1/proposals", query, limit))
    if as_json:
        print_json(found)
        return
    grid = listing("id", "kind", "stage", "score", "a", "answer", "b", "answer")
    for proposal in found:
        first, second = proposal["sides"]
        answers = [side.get("answer") for side in (first, second)]
        score = f"{proposal['score']:.2f}"
        names = (first["name"], answers[0], second["name"], answers[1])
        row(grid, proposal["proposal_id"], proposal["kind"], proposal["stage"], score, *names)
    output().print(grid if found else "No proposal fits.")


@app.command("show")
def show(
    proposal_id: Annotated[str, typer.Argument(metavar="ID")],
    as_json: AsJson = False,
    url: Url = DEFAULT_URL,
    token: Token = None,
    data: Data = DEFAULT_DATA,
) -> None:
    """Show a proposal: both sides, what each is told, and the parts of the score."""
    from isopolity.command.client.document_rendering import print_proposal

    proposal = connect(url, token, data, _SCOPES).get(f"/matching/v1/proposals/{proposal_id}")
    if as_json:
        print_json(proposal)
    else:
        print_proposal(proposal)


@app.command("approve")
def approve(
    proposal_ids: Annotated[list[str] | None, typer.Argument(metavar="[ID]...")] = None,
    of_round: Annotated[
        str | None, typer.Option("--round", metavar="ID", help="Those of this round; latest names the last one.")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Every held proposal.")] = False,
    url: Url = DEFAULT_URL,
    token: Token = None,
    data: Data = DEFAULT_DATA,
) -> None:
    """Let held proposals go out.

    Example: isopolity proposals approve --round latest
    """
    from isopolity.command.client.round_watch import find_round
    from isopolity.command.failure import ExitCode, Failure

    if [every, bool(proposal_ids), of_round is not None].count(True) != 1:
        raise Failure("Name the proposals to approve, or pass either --round or --all.", ExitCode.USAGE)
    client = connect(url, token, data, _SCOPES)
    order: dict[str, object] = {"all": True} if every else {"proposal_ids": proposal_ids}
    if of_round is not None:
        order = {"round_id": find_round(client, of_round)["round_id"]}
    done = client.post("/matching/v1/proposals/approve", order)
    for skipped in done["skipped"]:
        typer.echo(f"{skipped['proposal_id']} was not issued; {skipped['detail']}.", err=True)
    typer.echo(f"Proposals issued: {done['issued']}.")
    if done["skipped"]:
        raise typer.Exit(1)
