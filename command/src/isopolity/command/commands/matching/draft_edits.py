"""`isopolity drafts`, the commands that edit one: pairs pinned, forbidden, replaced; decisions in a table."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from isopolity.command.commands.matching.drafts import Draft, DraftId, Pairs
from isopolity.command.commands.matching.drafts import app as app
from isopolity.command.console import print_list
from isopolity.command.options import AsJson, Client, Limit, connected

if TYPE_CHECKING:
    from isopolity.client.call import Call
    from isopolity.client.matching.models import EditView, PageEditView

_HELP: Final = {
    "pin": "Put pairs in, and keep them whatever else is edited.\n\n"
    "Where a member is full, its pair of least value that is not pinned goes.\n\n"
    "Example: isopolity drafts pin Curitiba:Manises",
    "forbid": "Take pairs out, and never choose them again in this draft.",
    "leave-out": "Take pairs out; `improve` leaves them out, too.",
    "put-in": "Put pairs in; where a member is full, its pair of least value that is not pinned goes.",
    "free": "Neither pin nor forbid pairs any more.",
}
"""The help of each act on pairs; its command has the name of the act."""


def _editing(act: str) -> Callable[..., None]:
    @connected("staff")
    def edit(client: Client, pairs: Pairs, draft: Draft = "latest", as_json: AsJson = False) -> None:
        from isopolity.client.matching.models import PairEditOrder
        from isopolity.command.client.directory import find_pair
        from isopolity.command.client.drafts.lookup import edit_draft
        from isopolity.command.client.drafts.rendering import print_edited

        orders = [PairEditOrder(act=act, pair=find_pair(client, pair)) for pair in pairs]
        print_edited(edit_draft(client, draft, orders), as_json=as_json)

    return edit


for _act, _help in _HELP.items():
    app.command(_act, help=_help)(_editing(_act))


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
    from isopolity.client.matching.models import By, PairEditOrder
    from isopolity.command.client.directory import find_pair
    from isopolity.command.client.drafts.lookup import edit_draft
    from isopolity.command.client.drafts.rendering import print_edited

    order = PairEditOrder(act="replace", pair=find_pair(client, pair), by=By(root=find_pair(client, by)))
    print_edited(edit_draft(client, draft, [order]), as_json=as_json)


@app.command("improve")
@connected("staff")
def improve(client: Client, draft: DraftId = "latest", as_json: AsJson = False) -> None:
    """Choose the rest anew around what was edited and published."""
    from isopolity.client.matching import drafts
    from isopolity.command.client.drafts.lookup import find_draft
    from isopolity.command.client.drafts.rendering import print_edited

    known = find_draft(client, draft).round_id
    print_edited(client.send(drafts.improve(known), patient=True), as_json=as_json)


@app.command("edits")
@connected("staff")
def edits(client: Client, draft: DraftId = "latest", limit: Limit = 50, as_json: AsJson = False) -> None:
    """List what was edited: who did it, and what it cost."""
    from isopolity.client.matching import edits as listed
    from isopolity.command.client.drafts.lookup import find_draft
    from isopolity.command.client.drafts.rendering import effect, pair_name
    from isopolity.command.console import moment

    def cells(edit: "EditView") -> Sequence[object]:
        about = pair_name(edit.pair) if edit.pair else None
        return [edit.number, moment(edit.at), edit.by, edit.act, about, effect(edit)]

    known = find_draft(client, draft).round_id

    def listing(cursor: str | None, most: int) -> "Call[PageEditView]":
        return listed.list(known, cursor=None if cursor is None else int(cursor), limit=most)

    found = list(client.every(listing, limit))
    columns = ("number", "at", "by", "edit", "pair", "effect")
    print_list(found, columns, cells, empty="Nothing was edited in this draft.", as_json=as_json)


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
    from isopolity.command.client.drafts.lookup import find_draft, write_draft

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
    from isopolity.command.client.drafts.lookup import edit_draft, find_draft, read_decisions
    from isopolity.command.client.drafts.rendering import print_edited

    known = find_draft(client, draft)
    decided = read_decisions(client, known, file)
    for sentence in decided.done:
        typer.echo(sentence, err=as_json)
    if not decided.orders:
        typer.echo("The table decides nothing new.")
        return
    print_edited(edit_draft(client, known.round_id, decided.orders), as_json=as_json)
