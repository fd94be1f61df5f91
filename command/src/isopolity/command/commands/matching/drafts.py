"""`isopolity drafts`: drafts of rounds under hold: compared, edited, published, undone."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from isopolity.command.console import fields_of, print_json, print_list
from isopolity.command.options import AsJson, Client, Limit, Yes, connected

if TYPE_CHECKING:
    from isopolity.client.matching.models import DraftView

app = typer.Typer(no_args_is_help=True, help="Drafts of rounds: compared, edited, published, undone.")

Draft = Annotated[str, typer.Option("--draft", metavar="ID", help="Which draft; the latest if none is named.")]
DraftId = Annotated[str, typer.Argument(metavar="[ID]", help="Which draft; the latest if none is named.")]
Pairs = Annotated[list[str], typer.Argument(metavar="A:B...", help="The pairs, each by two ids or names.")]


@app.command("list")
@connected("staff")
def list_drafts(client: Client, limit: Limit = 20, as_json: AsJson = False) -> None:
    """List drafts, the newest first."""
    from isopolity.client.matching import drafts
    from isopolity.command.console import moment

    def cells(draft: "DraftView") -> Sequence[object]:
        until = moment(draft.expires_at) if draft.status == "open" else None
        value = f"{draft.value:.2f}"
        return [draft.round_id, draft.status, draft.pairs, draft.published, value, draft.edits, until]

    columns = ("id", "status", "pairs", "published", "value", "edits", "open until")
    found = list(client.every(lambda cursor, most: drafts.list(cursor=cursor, limit=most), limit))
    print_list(
        found,
        columns,
        cells,
        empty="There is no draft: `isopolity round run` makes one, unless rounds go out automatically.",
        as_json=as_json,
    )


@app.command("show")
@connected("staff")
def show(
    client: Client,
    draft: DraftId = "latest",
    member: Annotated[
        str | None, typer.Option(metavar="A", help="All candidates of this member instead, chosen or not.")
    ] = None,
    limit: Limit = 20,
    as_json: AsJson = False,
) -> None:
    """Show a draft: what it is worth, and its pairs, the best first.

    Example: isopolity drafts show --member Curitiba
    """
    from isopolity.command.client.directory import find
    from isopolity.command.client.drafts.lookup import find_draft, pairs_of
    from isopolity.command.client.drafts.rendering import print_draft, print_draft_pairs

    known = find_draft(client, draft)
    reference = find(client, member).reference if member else None
    pairs = list(pairs_of(client, known, limit=limit, member=reference))
    if as_json:
        print_json({**fields_of(known), "chosen": pairs})
        return
    print_draft(known)
    print_draft_pairs(pairs, None if member else known.pairs)


@app.command("diff")
@connected("staff")
def diff(
    client: Client,
    first: Annotated[str, typer.Argument(metavar="[FIRST]", help="A draft; the one before if not given.")] = "",
    second: Annotated[str, typer.Argument(metavar="[SECOND]", help="Another; the latest if not given.")] = "latest",
    as_json: AsJson = False,
) -> None:
    """Tell what changed from one draft to another, in pairs and figures."""
    from isopolity.client.matching import difference
    from isopolity.command.client.drafts.lookup import find_draft, find_draft_before
    from isopolity.command.client.drafts.rendering import print_difference

    after = find_draft(client, second)
    before = find_draft(client, first) if first else find_draft_before(client, after)
    found = client.send(difference.read(before.round_id, after.round_id))
    if as_json:
        print_json(found)
    else:
        print_difference(found)


@app.command("report")
@connected("staff")
def report(
    client: Client,
    draft: DraftId = "latest",
    publication: Annotated[
        int | None,
        typer.Option(min=1, metavar="N", help="Of this publication; of the last one that stands if not given."),
    ] = None,
    now: Annotated[bool, typer.Option("--now", help="Of the draft as it is now, whatever is published of it.")] = False,
    file: Annotated[
        Path | None,
        typer.Option("--output", metavar="FILE", help="Save it there: .html, a page to print; .xlsx; .json."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Tell who is served by region and size, who gets a first tie, who got none, and how near the best it is.

    Once pairs are published it is the report of that moment, which stays, with the figures of today beside.

    Example: isopolity drafts report --output report.html
    """
    from isopolity.command.client.drafts.lookup import find_report
    from isopolity.command.client.drafts.report import print_report, save_report

    found = find_report(client, draft, publication, as_now=now)
    if file is not None:
        save_report(found, file)
        typer.echo(f"The report is in {file}.")
    elif as_json:
        print_json(found.document)
    else:
        print_report(found)


@app.command("preview")
@connected("staff")
def preview(
    client: Client,
    pair: Annotated[str, typer.Argument(metavar="A:B", help="A pair, by ids or names.")],
    draft: Draft = "latest",
    as_json: AsJson = False,
) -> None:
    """Show the mails as both would read them; nothing is sent."""
    from isopolity.client.matching import drafts
    from isopolity.client.notify import previews
    from isopolity.client.notify.models import ProposalState
    from isopolity.command.client.directory import find_pair
    from isopolity.command.client.drafts.lookup import find_draft
    from isopolity.command.client.drafts.rendering import print_mails

    a, b = find_pair(client, pair)
    proposal = client.send(drafts.preview(find_draft(client, draft).round_id, a=a, b=b))
    mails = client.send(previews.create(ProposalState.model_validate(fields_of(proposal))))
    if as_json:
        print_json(mails)
    else:
        print_mails(mails)


@app.command("publish")
@connected("staff")
def publish(
    client: Client,
    draft: DraftId = "latest",
    only: Annotated[
        list[str] | None, typer.Option("--only", metavar="A:B", help="Only this pair; give it again for another.")
    ] = None,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Publish a draft, or some of it: tells what falls out, asks, then binds capacity; mails go out later.

    Until they do, `drafts undo` takes all of it back.
    """
    from isopolity.client.matching import drafts
    from isopolity.client.matching.models import ConfirmedPublishOrder, OnlyItem, PublishOrder
    from isopolity.command.client.directory import find_pair
    from isopolity.command.client.drafts.lookup import find_draft
    from isopolity.command.client.drafts.rendering import print_plan, print_publication
    from isopolity.command.client.questions import confirmed

    known = find_draft(client, draft).round_id
    pairs = [OnlyItem(root=find_pair(client, pair)) for pair in only] if only else None
    order = PublishOrder() if pairs is None else PublishOrder(only=pairs)
    plan = client.send(drafts.plan(known, order), patient=True)
    print_plan(plan)
    if not plan.proposals or not confirmed(f"Publish, so that {plan.mails} mails go out?", yes=yes):
        raise typer.Exit(1)
    token = plan.token
    confirmed_order = (
        ConfirmedPublishOrder(token=token) if pairs is None else ConfirmedPublishOrder(only=pairs, token=token)
    )
    done = client.send(drafts.publish(known, confirmed_order), patient=True)
    if as_json:
        print_json(done)
    else:
        print_publication(done, plan)


@app.command("undo")
@connected("staff")
def undo(client: Client, draft: DraftId = "latest") -> None:
    """Take back what is published and has not gone out: nobody hears of it, and the draft can be edited again."""
    from isopolity.client.matching import drafts
    from isopolity.command.client.drafts.lookup import find_draft

    done = client.send(drafts.undo(find_draft(client, draft).round_id))
    typer.echo(f"{done.undone} proposals are taken back; nobody was told of them.")


@app.command("discard")
@connected("staff")
def discard(client: Client, draft: DraftId = "latest") -> None:
    """Close a draft for good; none of its pairs is frozen by that."""
    from isopolity.client.matching import drafts
    from isopolity.command.client.drafts.lookup import find_draft

    done = client.send(drafts.discard(find_draft(client, draft).round_id))
    typer.echo(f"Draft {done.round_id} is discarded; its pairs can be proposed again.")
