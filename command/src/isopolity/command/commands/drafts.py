"""`isopolity drafts`: drafts of rounds under hold: compared, edited, published, undone."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from isopolity.command.console import print_json, print_list
from isopolity.command.options import AsJson, Client, Limit, Yes, connected

app = typer.Typer(no_args_is_help=True, help="Drafts of rounds: compared, edited, published, undone.")

Draft = Annotated[str, typer.Option("--draft", metavar="ID", help="Which draft; the latest if none is named.")]
DraftId = Annotated[str, typer.Argument(metavar="[ID]", help="Which draft; the latest if none is named.")]
Pairs = Annotated[list[str], typer.Argument(metavar="A:B...", help="The pairs, each by two ids or names.")]


@app.command("list")
@connected("staff")
def list_drafts(client: Client, limit: Limit = 20, as_json: AsJson = False) -> None:
    """List drafts, the newest first."""
    from isopolity.command.client.drafts import DRAFTS
    from isopolity.command.client.rendering import moment

    def cells(draft: Mapping[str, Any]) -> Sequence[object]:
        until = moment(draft["expires_at"]) if draft["status"] == "open" else None
        value = f"{draft['value']:.2f}"
        return [draft["round_id"], draft["status"], draft["pairs"], draft["published"], value, draft["edits"], until]

    columns = ("id", "status", "pairs", "published", "value", "edits", "open until")
    found = list(client.pages(DRAFTS, {}, limit))
    print_list(found, columns, cells, empty="There is no draft; a round under hold makes one.", as_json=as_json)


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
    from isopolity.command.client.draft_rendering import print_draft, print_draft_pairs
    from isopolity.command.client.drafts import DRAFTS, find_draft
    from isopolity.command.client.member_names import find

    known = find_draft(client, draft)
    query = {"member": find(client, member).reference if member else None}
    pairs = list(client.pages(f"{DRAFTS}/{known['round_id']}/pairs", query, limit))
    if as_json:
        print_json({**known, "chosen": pairs})
        return
    print_draft(known)
    print_draft_pairs(pairs, None if member else known["pairs"])


@app.command("pin")
@connected("staff")
def pin(client: Client, pairs: Pairs, draft: Draft = "latest", as_json: AsJson = False) -> None:
    """Put pairs in, and keep them whatever is edited or improved.

    Where a member is full, its pair of least value that is not pinned goes.

    Example: isopolity drafts pin Curitiba:Manises
    """
    _edit(client, draft, "pin", pairs, as_json)


@app.command("forbid")
@connected("staff")
def forbid(client: Client, pairs: Pairs, draft: Draft = "latest", as_json: AsJson = False) -> None:
    """Take pairs out, and never choose them again in this draft."""
    _edit(client, draft, "forbid", pairs, as_json)


@app.command("leave-out")
@connected("staff")
def leave_out(client: Client, pairs: Pairs, draft: Draft = "latest", as_json: AsJson = False) -> None:
    """Take pairs out; `improve` may choose them again."""
    _edit(client, draft, "leave-out", pairs, as_json)


@app.command("put-in")
@connected("staff")
def put_in(client: Client, pairs: Pairs, draft: Draft = "latest", as_json: AsJson = False) -> None:
    """Put pairs in; where a member is full, its pair of least value that is not pinned goes."""
    _edit(client, draft, "put-in", pairs, as_json)


@app.command("free")
@connected("staff")
def free(client: Client, pairs: Pairs, draft: Draft = "latest", as_json: AsJson = False) -> None:
    """Neither pin nor forbid pairs any more."""
    _edit(client, draft, "free", pairs, as_json)


@app.command("replace")
@connected("staff")
def replace(
    client: Client,
    pair: Annotated[str, typer.Argument(metavar="A:B", help="The pair that goes.")],
    by: Annotated[str, typer.Argument(metavar="A:C", help="The pair that comes in its place.")],
    draft: Draft = "latest",
    as_json: AsJson = False,
) -> None:
    """Put any pair that no rule excludes in the place of another; `drafts show --member A` lists who would fit.

    Example: isopolity drafts replace Curitiba:Manises Curitiba:Porto
    """
    from isopolity.command.client.draft_rendering import print_edited
    from isopolity.command.client.drafts import edit_draft, named

    order = {"act": "replace", "pair": named(client, pair), "by": named(client, by)}
    print_edited(edit_draft(client, draft, [order]), as_json=as_json)


@app.command("improve")
@connected("staff")
def improve(client: Client, draft: DraftId = "latest", as_json: AsJson = False) -> None:
    """Choose the rest anew around what is pinned and published."""
    from isopolity.command.client.draft_rendering import print_edited
    from isopolity.command.client.drafts import DRAFTS, find_draft

    path = f"{DRAFTS}/{find_draft(client, draft)['round_id']}/improve"
    print_edited(client.post(path), as_json=as_json)


@app.command("edits")
@connected("staff")
def edits(client: Client, draft: DraftId = "latest", limit: Limit = 50, as_json: AsJson = False) -> None:
    """List what was edited: who did it, and what it cost."""
    from isopolity.command.client.draft_rendering import effect, pair_name
    from isopolity.command.client.drafts import DRAFTS, find_draft
    from isopolity.command.client.rendering import moment

    def cells(edit: Mapping[str, Any]) -> Sequence[object]:
        about = pair_name(edit["pair"]) if edit["pair"] else None
        return [edit["number"], moment(edit["at"]), edit["by"], edit["act"], about, effect(edit)]

    found = list(client.pages(f"{DRAFTS}/{find_draft(client, draft)['round_id']}/edits", {}, limit))
    columns = ("number", "at", "by", "edit", "pair", "effect")
    print_list(found, columns, cells, empty="Nothing was edited in this draft.", as_json=as_json)


@app.command("diff")
@connected("staff")
def diff(
    client: Client,
    first: Annotated[str, typer.Argument(metavar="[FIRST]", help="A draft; the one before if not given.")] = "",
    second: Annotated[str, typer.Argument(metavar="[SECOND]", help="Another; the latest if not given.")] = "latest",
    as_json: AsJson = False,
) -> None:
    """Tell what changed from one draft to another, in pairs and figures."""
    from isopolity.command.client.draft_rendering import print_difference
    from isopolity.command.client.drafts import DRAFTS, find_draft, find_draft_before

    after = find_draft(client, second)
    before = find_draft(client, first) if first else find_draft_before(client, after)
    found = client.get(f"{DRAFTS}/{before['round_id']}/difference/{after['round_id']}")
    if as_json:
        print_json(found)
    else:
        print_difference(found)


@app.command("preview")
@connected("staff")
def preview(
    client: Client,
    pair: Annotated[str, typer.Argument(metavar="A:B", help="A pair, by ids or names.")],
    draft: Draft = "latest",
    as_json: AsJson = False,
) -> None:
    """Show what each side would be told."""
    from isopolity.command.client.draft_rendering import print_sides
    from isopolity.command.client.drafts import DRAFTS, find_draft, named

    a, b = named(client, pair)
    found = client.get(f"{DRAFTS}/{find_draft(client, draft)['round_id']}/preview", {"a": a, "b": b})
    if as_json:
        print_json(found)
    else:
        print_sides(found)


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
    from isopolity.command.client.draft_rendering import print_plan, print_publication
    from isopolity.command.client.drafts import DRAFTS, find_draft, named
    from isopolity.command.client.questions import confirmed

    path = f"{DRAFTS}/{find_draft(client, draft)['round_id']}"
    order: dict[str, object] = {"only": [named(client, pair) for pair in only]} if only else {}
    plan = client.post(f"{path}/plan", order)
    print_plan(plan)
    if not plan["proposals"] or not confirmed(f"Publish, so that {plan['mails']} mails go out?", yes=yes):
        raise typer.Exit(1)
    done = client.post(f"{path}/publish", {**order, "token": plan["token"]})
    if as_json:
        print_json(done)
    else:
        print_publication(done)


@app.command("undo")
@connected("staff")
def undo(client: Client, draft: DraftId = "latest") -> None:
    """Take back what is published and has not gone out: nobody hears of it, and the draft can be edited again."""
    from isopolity.command.client.drafts import DRAFTS, find_draft

    done = client.post(f"{DRAFTS}/{find_draft(client, draft)['round_id']}/undo")
    typer.echo(f"{done['undone']} proposals are taken back; nobody was told of them.")


@app.command("discard")
@connected("staff")
def discard(client: Client, draft: DraftId = "latest") -> None:
    """Close a draft for good; none of its pairs is frozen by that."""
    from isopolity.command.client.drafts import DRAFTS, find_draft

    done = client.post(f"{DRAFTS}/{find_draft(client, draft)['round_id']}/discard")
    typer.echo(f"Draft {done['round_id']} is discarded; its pairs can be proposed again.")


@app.command("export")
@connected("staff")
def export(
    client: Client,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A name that ends with .xlsx or .csv.")],
    draft: Draft = "latest",
) -> None:
    """Write a draft as a table: a row a pair with its reasons, and a column for your decision.

    Write keep, leave out, pin, forbid or free there, then bring the file back with `drafts import`.
    """
    from isopolity.command.client.draft_tables import write_draft
    from isopolity.command.client.drafts import find_draft

    rows = write_draft(client, find_draft(client, draft), file)
    typer.echo(f"{rows} pairs are in {file}.")


@app.command("import")
@connected("staff")
def import_decisions(
    client: Client,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A table that `drafts export` wrote.")],
    draft: Draft = "latest",
    as_json: AsJson = False,
) -> None:
    """Make the edits that a table decides, all of them or none; what is written wrongly is told by its cell."""
    from isopolity.command.client.draft_rendering import print_edited
    from isopolity.command.client.draft_tables import read_decisions
    from isopolity.command.client.drafts import edit_draft, find_draft

    known = find_draft(client, draft)
    orders = read_decisions(client, known, file)
    if not orders:
        typer.echo("The table decides nothing new.")
        return
    print_edited(edit_draft(client, known["round_id"], orders), as_json=as_json)


def _edit(client: Client, draft: str, act: str, pairs: Sequence[str], as_json: bool) -> None:
    from isopolity.command.client.draft_rendering import print_edited
    from isopolity.command.client.drafts import edit_draft, named

    orders = [{"act": act, "pair": named(client, pair)} for pair in pairs]
    print_edited(edit_draft(client, draft, orders), as_json=as_json)
