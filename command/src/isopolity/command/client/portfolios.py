"""A programme's portfolio, printed for people."""

from collections.abc import Sequence

from isopolity.client.matching.models import GrantView, PortfolioView
from isopolity.command.console import output, paragraph, row, table


def print_portfolio(known: PortfolioView) -> None:
    """Print what it says in sentences, then the grants, the best first."""
    console = output()
    paragraph(console, f"“{known.programme_name}”", style="bold")
    for sentence in known.told:
        paragraph(console, sentence, hanging=2)
    if known.grants:
        grid = table("city", "for", "score", "first tie", "least", "most", f"amount ({known.currency})")
        for grant in known.grants:
            row(grid, *_cells(grant))
        console.print(grid)


def _cells(grant: GrantView) -> Sequence[object]:
    amounts = [f"{amount:,}" for amount in (grant.least, grant.most, grant.amount or 0)]
    who = f"{grant.city_name} ({grant.country})"
    return [who, grant.request_title or "its needs", f"{grant.score:.2f}", grant.first_tie, *amounts]
