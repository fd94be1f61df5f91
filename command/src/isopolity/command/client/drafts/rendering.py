"""Drafts printed for people: figures, pairs, the cost of edits, and the plan of a publication."""

from collections.abc import Iterator, Sequence

from isopolity.client.matching import models
from isopolity.client.notify.models import MailPreviewOut
from isopolity.command.console import counted, moment, output, paragraph, row, table


def print_draft(draft: models.DraftView) -> None:
    """Print a draft's figures."""
    console = output()
    paragraph(console, f"Draft {draft.round_id}: {draft.status}", style="bold")
    grid = table("figure", "")
    for name, value in _figures(draft):
        row(grid, name, value)
    console.print(grid)


def print_draft_pairs(pairs: Sequence[models.DraftPairView], whole: int | None) -> None:
    """Print some pairs of a draft that has `whole` pairs; None for a list that is whole."""
    console = output()
    grid = table("value", "kind", "a", "b", "")
    for pair in pairs:
        marks = [name for name, is_so in _standing(pair) if is_so]
        row(grid, f"{pair.value:.2f}", pair.kind, pair.a_name, pair.b_name, ", ".join(marks))
    console.print(grid)
    if whole is not None and len(pairs) < whole:
        console.print(f"{len(pairs)} of {whole} pairs; --limit shows more.", markup=False)


def _standing(pair: models.DraftPairView) -> Iterator[tuple[str, bool]]:
    yield "chosen", pair.chosen
    yield "pinned", pair.pinned
    yield "forbidden", pair.forbidden
    yield "published", pair.published


def print_edited(edited: models.EditedView) -> None:
    """Print the effect of each edit, and the draft's present value."""
    console, draft = output(), edited.draft
    for edit in edited.edits:
        about = f"{pair_name(edit.pair)}: " if edit.pair else ""
        paragraph(console, f"{about}{effect(edit)}")
    print_broken_rules(edited)
    worth = f"{draft.value:.2f} of at most {draft.bound:.2f}"
    paragraph(console, f"The draft has {draft.pairs} pairs, worth {worth}.")


def effect(edit: models.EditView) -> str:
    """The effect of an edit, in sentences."""
    return " ".join(_effects(edit))


def pair_name(pair: models.ChosenPairView | models.FallsOutView) -> str:
    """The names of both members of a pair."""
    return f"{pair.a_name} and {pair.b_name}"


def print_difference(found: models.DifferenceView) -> None:
    """Print what changed from one draft to another."""
    console, first, second = output(), found.first, found.second
    grid = table("", "first", "second")
    row(grid, "id", first.round_id, second.round_id)
    row(grid, "status", first.status, second.status)
    row(grid, "pairs", first.pairs, second.pairs)
    row(grid, "edits", first.edits, second.edits)
    row(grid, "value", f"{first.value:.2f}", f"{second.value:.2f}")
    if found.same:
        row(grid, "value of pairs in both", f"{found.same_value_first:.2f}", f"{found.same_value_second:.2f}")
    row(grid, "known answers", found.answers_first, found.answers_second)
    console.print(grid)
    console.print(f"In both: {counted(found.same, 'pair')}.", markup=False)
    for heading, pairs in (("Only in the first:", found.only_first), ("Only in the second:", found.only_second)):
        if pairs:
            console.print(f"\n{heading}", style="bold", markup=False)
            for pair in pairs:
                paragraph(console, pair_name(pair), indent=2, hanging=2)
    for heading, names in (
        ("Paired in the first only:", found.alone_in_second),
        ("Paired in the second only:", found.alone_in_first),
    ):
        if names:
            console.print()
            paragraph(console, f"{heading} {', '.join(names)}.")


def print_mails(mails: Sequence[MailPreviewOut]) -> None:
    """Print the mails to both sides."""
    console = output()
    for mail in mails:
        paragraph(console, f"To {mail.recipient}: {mail.subject}", style="bold")
        console.print(f"\n{mail.text.strip()}\n", markup=False)


def print_plan(plan: models.PlanView) -> None:
    """Print what publishing would do."""
    console = output()
    print_falling_out(plan.falls_out)
    print_broken_rules(plan)
    hours = plan.out_in_hours
    when = f"in {hours:g} hours; until then it can be undone" if hours else "at once, which cannot be undone"
    paragraph(console, f"{counted(plan.proposals, 'proposal')} would go out {when}.")


def print_publication(done: models.PublicationView, plan: models.PlanView) -> None:
    """Print how much was published, and the pairs that fell out since the plan was made."""
    console, draft = output(), done.draft
    seen = {(each.a, each.b) for each in plan.falls_out}
    print_falling_out([each for each in done.falls_out if (each.a, each.b) not in seen])
    when = "" if draft.out_at is None else f", to go out at {moment(draft.out_at)}"
    paragraph(console, f"Published: {counted(done.published, 'proposal')}{when}.")


def print_broken_rules(answer: models.EditedView | models.PlanView) -> None:
    """Print the rules of the round that do not hold."""
    for sentence in answer.broken_rules:
        paragraph(output(), sentence, hanging=2)
    if waiting := () if isinstance(answer, models.EditedView) else answer.waiting_rules:
        paragraph(output(), "These rules are kept only once the rest of the draft is published:")
        for sentence in waiting:
            paragraph(output(), sentence, hanging=2)


def print_falling_out(falls_out: Sequence[models.FallsOutView]) -> None:
    """Print the pairs that are not published, and why."""
    console = output()
    for each in falls_out:
        paragraph(console, f"{pair_name(each)} cannot be published: {each.reason}.", hanging=2)


def _figures(draft: models.DraftView) -> Iterator[tuple[str, str]]:
    yield "made at", moment(draft.created_at)
    if draft.status == "open":
        yield "open until", moment(draft.expires_at)
    published = f", {draft.published:,} of them published" if draft.published else ""
    yield "pairs", f"{draft.pairs:,}{published}"
    yield "value, bound", f"{draft.value:.4f} of at most {draft.bound:.4f}"
    if draft.edits:
        yield "edits", f"{draft.edits:,}"
    if draft.out_at:
        yield "out at", moment(draft.out_at)


def _effects(edit: models.EditView) -> Iterator[str]:
    value = edit.value
    if not edit.added and not edit.removed:
        yield "The pairs stay as they are."
        return
    if len(edit.added) + len(edit.removed) > 4:
        yield f"Removed: {counted(len(edit.removed), 'pair')}; added: {counted(len(edit.added), 'pair')}."
    else:
        for pair in edit.removed:
            yield f"Removed: {pair_name(pair)}."
        for pair in edit.added:
            yield f"Added: {pair_name(pair)}."
    yield f"The value rises by {value:.2f}." if value >= 0 else f"The value falls by {-value:.2f}."
    if edit.left_alone:
        verb = "has" if len(edit.left_alone) == 1 else "have"
        yield f"{', '.join(edit.left_alone)} {verb} no pair left."
