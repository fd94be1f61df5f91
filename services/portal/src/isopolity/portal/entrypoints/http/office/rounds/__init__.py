"""Rounds of the network, as staff works with them: drafts looked at, edited, published, followed.

- `frame`: all rounds and drafts; what all pages of one round show, and until when its publication can be undone.
- `gone_members`: members that rules or pairs name, and that are no longer in the network.
- `kept_orders`: rules and settings used again: those of a round, with its remedies, and templates.
- `rule_sentences`: rules in that form, one sentence with fields at a time, and tried.
- `new_round`: a round with its rules is started, or called off.
- `summary`: a round with its draft: figures, fairness, gains, rules, who falls short; what became of each proposal.
- `pairs`: the pairs of a draft, each as both sides would read of it, and what could stand in its place.
- `compared_pairs`: two pairs side by side, and what it costs to swap one for the other.
- `why_not`: why the round did not choose a pair that staff names.
- `edits`: pairs left out, put in, pinned, forbidden, swapped; the rest improved; edits undone.
- `publication`: all of a draft or some of it is published, and taken back.
- `tables`: a draft as a workbook with decisions, there and back.
- `results`: the publications with their frozen reports, the difference from another draft, the proof.
"""

from typing import Final

from isopolity.portal.entrypoints.http.office.rounds import (
    compared_pairs,
    edits,
    frame,
    kept_orders,
    new_round,
    pairs,
    publication,
    results,
    summary,
    tables,
    why_not,
)

MODULES: Final = (
    frame,
    kept_orders,
    new_round,
    tables,
    summary,
    pairs,
    compared_pairs,
    why_not,
    edits,
    publication,
    results,
)
"""The modules whose routes are pages."""
BODY_LIMITS: Final = {new_round.NEW: new_round.BODY_LIMIT, tables.DECISIONS: tables.BODY_LIMIT}
"""Limits in bytes of those that take a file."""
