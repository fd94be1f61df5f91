"""`isopolity amounts`: what requests in other currencies come to, as staff sets it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from isopolity.command.console import print_list
from isopolity.command.options import AsJson, Client, Limit, connected

if TYPE_CHECKING:
    from isopolity.client.matching.models import SetAmountView, WaitingAmountView

app = typer.Typer(no_args_is_help=True, help="What requests in other currencies come to, as staff sets it.")

RequestId = Annotated[str, typer.Argument(metavar="REQUEST", help="The id of an open request.")]
Currency = Annotated[str, typer.Argument(metavar="CURRENCY", help="The currency of programmes, such as EUR.")]


@app.command("waiting")
@connected("staff")
def waiting(client: Client, limit: Limit = 50, as_json: AsJson = False) -> None:
    """List open requests that programmes in another currency could support, without an amount in it.

    Until you set one, no round pairs them with these programmes.
    """
    from isopolity.client.matching import amounts

    def cells(each: "WaitingAmountView") -> Sequence[object]:
        asked = f"{each.amount_min:,} to {each.amount_max:,} {each.currency}"
        wanted = ", ".join(f"{currency} ({number})" for currency, number in each.programmes.items())
        return [each.request_id, each.title, f"{each.city_name} ({each.country})", asked, wanted]

    found = list(client.every(lambda cursor, most: amounts.waiting(cursor=cursor, limit=most), limit))
    columns = ("request", "title", "city", "asks for", "programmes in")
    print_list(found, columns, cells, empty="No request waits for an amount.", as_json=as_json)


@app.command("list")
@connected("staff")
def list_amounts(client: Client, as_json: AsJson = False) -> None:
    """List the amounts that are set, and what each request asked for then; if it asks for else, they hold no more."""
    from isopolity.client.matching import amounts

    def cells(each: "SetAmountView") -> Sequence[object]:
        asked = f"{each.asked_min:,} to {each.asked_max:,} {each.asked_currency}"
        figures = [f"{amount:,}" for amount in (each.least, each.most, each.co_funding)]
        return [each.request_id, each.currency, *figures, asked]

    columns = ("request", "currency", "least", "most", "co-funding", "asked for")
    print_list(client.send(amounts.list()), columns, cells, empty="No amount is set.", as_json=as_json)


@app.command("set")
@connected("staff")
def set_amount(
    client: Client,
    request_id: RequestId,
    currency: Currency,
    least: Annotated[int, typer.Argument(min=0, metavar="LEAST", help="Least that would help.")],
    most: Annotated[int, typer.Argument(min=1, metavar="MOST", help="Most that is asked for.")],
    co_funding: Annotated[int, typer.Option(min=0, help="What of it the city or others pay.")] = 0,
) -> None:
    """Set what a request comes to in a currency; it holds while the request asks for the same.

    Enter as co-funding only what sponsors may know.

    Example: isopolity amounts set 01a2120d-ea14-7d55-8c22-3f8b7d6e5004 EUR 20000 35000 --co-funding 5000
    """
    from isopolity.client.matching import amounts
    from isopolity.client.matching.models import AmountInput

    body = AmountInput(least=least, most=most, co_funding=co_funding)
    client.send(amounts.change(request_id, currency, body))
    typer.echo(f"The request comes to {max(least - co_funding, 0):,} to {most - co_funding:,} {currency} for sponsors.")


@app.command("clear")
@connected("staff")
def clear_amount(client: Client, request_id: RequestId, currency: Currency) -> None:
    """Forget what is set for a request in a currency."""
    from isopolity.client.matching import amounts

    client.send(amounts.delete(request_id, currency))
    typer.echo(f"No amount in {currency} is set for the request any more.")
