"""`isopolity portfolio`: whom a programme's budget would support best, and what would change that."""

from typing import Annotated

import typer

from isopolity.command.console import print_json
from isopolity.command.options import AsJson, Client, connected


@connected("staff")
def portfolio(
    client: Client,
    programme: Annotated[str, typer.Argument(metavar="PROGRAMME", help="As PARTNER/PROGRAMME, by ids or names.")],
    budget: Annotated[
        int | None, typer.Option(min=1, help="What if the whole budget were this, in the programme's currency.")
    ] = None,
    least: Annotated[int | None, typer.Option("--grant-min", min=0, help="What if no grant were less.")] = None,
    most: Annotated[int | None, typer.Option("--grant-max", min=0, help="What if no grant were more.")] = None,
    cities: Annotated[int | None, typer.Option(min=0, help="What if it could take so many cities at a time.")] = None,
    as_json: AsJson = False,
) -> None:
    """Tell whom a programme would support best with what is left of its budget, and what that reaches.

    Then who comes in with more money, who goes out first with less, and what 10 % more or less would change. Nothing
    is proposed to anybody.

    Example: isopolity portfolio "Foundation Halcyon/Cities that read" --budget 300000
    """
    from isopolity.client.matching import programmes
    from isopolity.command.client.directory import find_programme
    from isopolity.command.client.pair_rendering import print_portfolio

    found = find_programme(client, programme)
    supposed = programmes.portfolio(
        found.member_id, found.programme_id or "", budget=budget, grant_min=least, grant_max=most, cities=cities
    )
    known = client.send(supposed)
    if as_json:
        print_json(known)
    else:
        print_portfolio(known)
