"""A programme's portfolio, printed for people."""

from collections.abc import Mapping, Sequence
from typing import Any

from isopolity.command.console import output, paragraph, row, table


def print_portfolio(known: Mapping[str, Any]) -> None:
    """Print what it says in sentences, then the grants, the best first."""
    console = output()
    paragraph(console, f"“{known['programme_name']}”", style="bold")
    for sentence in known["told"]:
        paragraph(console, sentence, hanging=2)
    if known["grants"]:
        grid = table("city", "for", "score", "first tie", "least", "most", f"amount ({known['currency']})")
        for grant in known["grants"]:
            row(grid, *_cells(grant))
        console.print(grid)


def _cells(grant: Mapping[str, Any]) -> Sequence[object]:
    amounts = [f"{grant[name]:,}" for name in ("least", "most", "amount")]
    who = f"{grant['city_name']} ({grant['country']})"
    return [who, grant["request_title"] or "its needs", f"{grant['score']:.2f}", grant["first_tie"], *amounts]
