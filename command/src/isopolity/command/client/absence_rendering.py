"""Answers on why there is none, printed for people."""

from isopolity.client.matching.models import AbsenceView, StandingView
from isopolity.command.console import output, paragraph


def print_absence(found: AbsenceView) -> None:
    """Print why a member finds nobody: how many each rule keeps out, and the one change that would help most."""
    console = output()
    paragraph(console, f"Why {found.name} finds nobody, or few", style="bold")
    for sentence in found.own:
        paragraph(console, sentence)
    for owner in found.owners:
        for partners in owner.partners:
            console.print()
            paragraph(console, partners.text)
            for each in partners.ruled_out:
                paragraph(console, each.text, indent=2, hanging=2)
        if owner.change_text:
            console.print()
            paragraph(console, owner.change_text)


def print_standing(found: StandingView) -> None:
    """Print why a member, or a pair, is not in a round."""
    console = output()
    for sentence in found.told:
        paragraph(console, sentence, hanging=2)
    if not found.told:
        paragraph(console, "All candidates that it had are forbidden in this round.")
