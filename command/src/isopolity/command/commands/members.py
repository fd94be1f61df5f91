"""`isopolity members`: who is in the network."""

from typing import Annotated, Any

import typer

from isopolity.command.console import print_list
from isopolity.command.options import AsJson, Client, Limit, connected

app = typer.Typer(no_args_is_help=True, help="Cities and partners of the network.")


@app.command("list")
@connected("staff")
def list_members(
    client: Client,
    partners: Annotated[bool, typer.Option("--partners", help="Partners instead of cities.")] = False,
    country: Annotated[str | None, typer.Option(metavar="CODE", help="ISO code, e.g. FI.")] = None,
    region: Annotated[str | None, typer.Option(metavar="CODE", help="E.g. africa.")] = None,
    subject: Annotated[str | None, typer.Option(metavar="CODE", help="With a need or offer of it, e.g. sdg.4.")] = None,
    status: Annotated[str | None, typer.Option(metavar="STATUS", help="endorsed, applied, withdrawn or any.")] = None,
    text: Annotated[str | None, typer.Option(help="Words in the name; accents do not matter.")] = None,
    limit: Limit = 50,
    as_json: AsJson = False,
) -> None:
    """List members.

    Example: isopolity members list --region africa --text "sao"
    """
    from isopolity.command.client.member_names import member_country, member_id

    kind = "partners" if partners else "cities"
    query = {"country": country, "region": region, "subject": subject, "status": status, "text": text}
    found = list(client.pages(f"/registry/v1/{kind}", query, limit))
    print_list(
        found,
        ("id", "name", "kind", "country", "status"),
        lambda each: [member_id(each), each["name"], each["kind"], member_country(each), each["status"]],
        empty="No member fits.",
        as_json=as_json,
    )


@app.command("show")
@connected("staff")
def show(client: Client, member_id: Annotated[str, typer.Argument(metavar="ID")], as_json: AsJson = False) -> None:
    """Show a city or partner whole."""
    from isopolity.command.client.rendering import print_document
    from isopolity.command.failure import Failure

    member: Any = None
    for kind in ("cities", "partners"):
        response = client.attempt(f"/registry/v1/{kind}/{member_id}")
        member = member or response
    if member is None:
        raise Failure(f"There is no member {member_id}; find it with `isopolity members list --text NAME`.")
    print_document(member, as_json=as_json)
