"""`isopolity drafts`: drafts of rounds under hold: compared, edited pair by pair or by a table, published, undone."""

from functools import partial
from pathlib import Path
from typing import Annotated, Final

import typer

from isopolity.client.matching import difference, drafts, models
from isopolity.client.matching import edits as edits_made
from isopolity.client.notify import previews
from isopolity.client.notify.models import ProposalState
from isopolity.command.client import draft_pairs
from isopolity.command.client.directory import find, find_pair
from isopolity.command.client.draft_report import render_report, save_report
from isopolity.command.client.http_client import Client, numbered
from isopolity.command.console import Result, Row, columns, counted, fields_of, listed, print_view, rendered
from isopolity.command.options import AsJson, Limit, Positive, Verbs, Yes, confirm, option

app = Verbs()

Draft = Annotated[str, option("--draft ID: Which draft; the latest if none is named.")]
DraftId = Annotated[str, option("[ID]: Which draft; the latest if none is named.")]
Pairs = Annotated[list[str], option("A:B...: The pairs, each by two ids or names.")]

_ACTS: Final = {
    "pin": "Put pairs in, and keep them whatever else is edited.\n\n"
    "Where a member is full, its pair of least value that is not pinned goes.\n\n"
    "Example: isopolity drafts pin Curitiba:Manises",
    "forbid": "Take pairs out, and never choose them again in this draft.",
    "leave-out": "Take pairs out; `improve` leaves them out, too.",
    "put-in": "Put pairs in; where a member is full, its pair of least value that is not pinned goes.",
    "free": "Neither pin nor forbid pairs any more.",
}
"""The help of each act on pairs; its command has the name of the act."""


@columns("id, status, pairs, published, value, edits, open until", draft_pairs.NO_DRAFT)
def _columns(each: models.DraftView) -> Row:
    until = each.expires_at if each.status == "open" else None
    return each.round_id, each.status, each.pairs, each.published, f"{each.value:.2f}", each.edits, until


@app.verb("list", "staff")
def list_drafts(client: Client, limit: Limit = 20) -> Result:
    """List drafts, the newest first."""
    return listed(client.every(drafts.list, limit), _columns)


@app.verb("show", "staff")
def show(client: Client, draft: DraftId = "latest", member: str | None = None, limit: Limit = 20) -> Result:
    """Show a draft: what it is worth, and its pairs, the best first.

    Example: isopolity drafts show --member Curitiba

    Options:
        --member A: All candidates of this member instead, chosen or not.
    """
    known = draft_pairs.find_draft(client, draft)
    reference = find(client, member).reference if member else None
    pairs = list(draft_pairs.pairs_of(client, known, limit, reference))

    view = (*draft_pairs.render_draft(known), *draft_pairs.render_draft_pairs(pairs, None if member else known.pairs))
    return Result({**fields_of(known), "chosen": pairs}, view)


@app.verb("diff", "staff")
def diff(client: Client, first: str = "", second: str = "latest") -> Result:
    """Tell what changed from one draft to another, in pairs and figures.

    Options:
        [FIRST]: A draft; the one before if not given.
        [SECOND]: Another; the latest if not given.
    """
    after = draft_pairs.find_draft(client, second)
    before = draft_pairs.find_draft(client, first) if first else draft_pairs.find_draft_before(client, after)
    return rendered(client.send(difference.read(before.round_id, after.round_id)), draft_pairs.render_difference)


@app.verb("report", "staff")
def report(
    client: Client,
    draft: DraftId = "latest",
    publication: Positive | None = None,
    now: bool = False,
    file: Path | None = None,
) -> Result | None:
    """Tell who is served by region and size, who gets a first tie, who got none, and how near the best it is.

    Once pairs are published it is the report of that moment, which stays, with the figures of today beside.

    Example: isopolity drafts report --output report.html

    Options:
        --publication N: Of this publication; of the last one that stands if not given.
        --now: Of the draft as it is now, whatever is published of it.
        --output FILE: Save it to this file: .html (a page to print), .xlsx or .json.
    """
    found = draft_pairs.find_report(client, draft, publication, as_now=now)
    if file is None:
        return Result(found.document, render_report(found))
    save_report(found, file)
    typer.echo(f"The report is in {file}.")
    return None


@app.verb("preview", "staff")
def preview(client: Client, pair: str, draft: Draft = "latest") -> Result:
    """Show the mails as both would read them; nothing is sent.

    Options:
        A:B: A pair, by ids or names.
    """
    a, b = find_pair(client, pair)
    proposal = client.send(drafts.preview(draft_pairs.find_draft(client, draft).round_id, a=a, b=b))
    mails = client.send(previews.create(ProposalState.model_validate(fields_of(proposal))))
    return rendered(mails, draft_pairs.render_mails)


@app.verb("publish", "staff")
def publish(client: Client, draft: DraftId = "latest", only: list[str] | None = None, yes: Yes = False) -> Result:
    """Publish a draft, or some of it: tells what falls out, asks, then binds capacity; mails go out later.

    Until they do, `drafts undo` takes all of it back.

    Options:
        --only A:B: Only this pair; give it again for another.
    """
    known = draft_pairs.find_draft(client, draft).round_id
    pairs = [models.OnlyItem(root=find_pair(client, pair)) for pair in only or ()]
    order = models.PublishOrder(only=pairs) if pairs else models.PublishOrder()
    plan = client.send(drafts.plan(known, order), patient=True)
    print_view(draft_pairs.render_plan(plan))
    if not plan.proposals:
        raise typer.Exit(1)
    confirm(f"Publish and send {counted(plan.mails, 'mail')}?", yes=yes)
    agreed = models.ConfirmedPublishOrder.model_validate({**fields_of(order), "token": plan.token})
    done = client.send(drafts.publish(known, agreed), patient=True)
    return Result(done, draft_pairs.render_publication(done, plan))


@app.verb("undo", "staff")
def undo(client: Client, draft: DraftId = "latest") -> str:
    """Take back what is published and has not gone out: nobody hears of it, and the draft can be edited again."""
    done = client.send(drafts.undo(draft_pairs.find_draft(client, draft).round_id))
    return f"Withdrawn: {counted(done.undone, 'proposal')}. No member was told."


@app.verb("discard", "staff")
def discard(client: Client, draft: DraftId = "latest") -> str:
    """Close a draft for good; its pairs can be proposed again."""
    done = client.send(drafts.discard(draft_pairs.find_draft(client, draft).round_id))
    return f"Draft {done.round_id} is discarded. Its pairs can be proposed again."


def _edit(act: str, client: Client, pairs: Pairs, draft: Draft = "latest") -> Result:
    orders = [models.PairEditOrder(act=act, pair=find_pair(client, pair)) for pair in pairs]
    return rendered(draft_pairs.edit_draft(client, draft, orders), draft_pairs.render_edited)


for _act, _help in _ACTS.items():
    app.verb(_act, "staff", about=_help)(partial(_edit, _act))


@app.verb("replace", "staff")
def replace(client: Client, pair: str, by: str, draft: Draft = "latest") -> Result:
    """Put any pair that no rule excludes in the place of another; `drafts show --member A` lists who would fit.

    Example: isopolity drafts replace Curitiba:Manises Curitiba:Porto

    Options:
        A:B: The pair that goes.
        A:C: The pair that comes in its place.
    """
    order = models.PairEditOrder(act="replace", pair=find_pair(client, pair), by=models.By(root=find_pair(client, by)))
    return rendered(draft_pairs.edit_draft(client, draft, [order]), draft_pairs.render_edited)


@app.verb("improve", "staff")
def improve(client: Client, draft: DraftId = "latest") -> Result:
    """Choose the rest anew around what was edited and published."""
    call = drafts.improve(draft_pairs.find_draft(client, draft).round_id)
    return rendered(client.send(call, patient=True), draft_pairs.render_edited)


@columns("number, at, by, edit, pair, effect", "This draft has no edits.")
def _columns_of_edits(each: models.EditView) -> Row:
    pair = draft_pairs.pair_name(each.pair) if each.pair else None
    return each.number, each.at, each.by, each.act, pair, draft_pairs.effect(each)


@app.verb("edits", "staff")
def edits(client: Client, draft: DraftId = "latest", limit: Limit = 50) -> Result:
    """List what was edited: who did it, and what it cost."""
    known = draft_pairs.find_draft(client, draft).round_id
    return listed(client.every(numbered(partial(edits_made.list, known)), limit), _columns_of_edits)


@app.verb("export", "staff")
def export(client: Client, file: Path, draft: Draft = "latest") -> str:
    """Write a draft as a table: a row for each pair with its reasons, and a column for your decision.

    Write keep, leave out, pin, forbid or free there, then bring the file back with `drafts import`.

    Options:
        FILE: A name that ends with .xlsx or .csv.
    """
    rows = draft_pairs.write_draft(client, draft_pairs.find_draft(client, draft), file)
    return f"Written to {file}: {counted(rows, 'pair')}."


@app.verb("import", "staff")
def import_decisions(client: Client, file: Path, draft: Draft = "latest", as_json: AsJson = False) -> None:
    """Make the edits that a table decides, all of them or none; it names each cell that must be corrected.

    Options:
        FILE: A table that `drafts export` wrote.
    """
    known = draft_pairs.find_draft(client, draft)
    decided = draft_pairs.read_decisions(client, known, file)
    for sentence in decided.done:
        typer.echo(sentence, err=as_json)
    if decided.orders:
        edited = draft_pairs.edit_draft(client, known.round_id, decided.orders)
        rendered(edited, draft_pairs.render_edited).print(as_json=as_json)
    else:
        typer.echo("The table has no new decisions.")
