"""`isopolity members`: who is in the network."""

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from isopolity.command.options import DEFAULT_DATA, DEFAULT_URL, AsJson, Data, Limit, Token, Url, connect, print_json

app = typer.Typer(no_args_is_help=True, help="Cities and partners of the network.")
_SCOPES = ("staff",)


@app.command("list")
def list_members(
    partners: Annotated[bool, typer.Option("--partners", help="Partners instead of cities.")] = False,
    country: Annotated[str | None, typer.Option(metavar="CODE", help="ISO code, e.g. FI.")] = None,
    region: Annotated[str | None, typer.Option(metavar="CODE", help="E.g. africa.")] = None,
    subject: Annotated[str | None, typer.Option(metavar="CODE", help="With a need or offer of it, e.g. sdg.4.")] = None,
    status: Annotated[str | None, typer.Option(metavar="STATUS", help="endorsed, applied, withdrawn or any.")] = None,
    text: Annotated[str | None, typer.Option(help="Words in the name; accents do not matter.")] = None,
    limit: Limit = 50,
    as_json: AsJson = False,
    url: Url = DEFAULT_URL,
    token: Token = None,
    data: Data = DEFAULT_DATA,
) -> None:
    """List members.

    Example: isopolity members list --region africa --text "sao"
    """
    from isopolity.command.console import listing, output, row

    kind = "partners" if partners else "cities"
    query = {"country": country, "region": region, "subject": subject, "status": status, "text": text}
    found = list(connect(url, token, data, _SCOPES).pages(f"/registry/v1/{kind}", query, limit))
    if as_json:
        print_json(found)
        return
    grid = listing("id", "name", "kind", "country", "status")
    for member in found:
        country_code = member.get("country", member.get("home_country"))
        row(grid, _id(member), member["name"], member["kind"], country_code, member["status"])
    output().print(grid if found else "No member fits.")


@app.command("show")
def show(
    member_id: Annotated[str, typer.Argument(metavar="ID")],
    as_json: AsJson = False,
    url: Url = DEFAULT_URL,
    token: Token = None,
    data: Data = DEFAULT_DATA,
) -> None:
    """Show a city or partner whole."""
    from isopolity.command.client.document_rendering import print_document
    from isopolity.command.failure import Failure

    client = connect(url, token, data, _SCOPES)
    member: Any = None
    for kind in ("cities", "partners"):
        response = client.attempt(f"/registry/v1/{kind}/{member_id}")
        member = member or response
    if member is None:
        raise Failure(f"There is no member {member_id}; find it with `isopolity members list --text NAME`.")
    if as_json:
        print_json(member)
    else:
        print_document(member)


def _id(member: Mapping[str, Any]) -> str:
    return str(member.get("city_id") or member.get("partner_id"))
