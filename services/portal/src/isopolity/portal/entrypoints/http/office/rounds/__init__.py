"""Rounds of the network, as staff works with them: drafts looked at, edited, published, followed.

- `overview`: all rounds and drafts.
- `new_round`: a round with its rules is started, or called off.
- `frame`: what all pages of one round show, and until when its publication can be undone.
- `summary`: a round with its draft: figures, fairness, gains, rules, who falls short.
- `pairs`: the pairs of a draft, and each as both sides would read of it.
- `swaps`: what could stand in the place of a pair, and what it is worth.
- `edits`: pairs left out, put in, pinned, forbidden, swapped; the rest improved; edits undone.
- `meanwhile`: what was edited of pairs since somebody opened a page.
- `publication`: all of a draft or some of it is published, and taken back.
- `tables`: a draft as a workbook with decisions, there and back.
- `published`: the publications of a round, and the frozen report of one.
- `results`: the difference from another draft, the report, the proof.
- `answers`: what became of each proposal.
"""

from typing import Final

from isopolity.portal.entrypoints.http.office.rounds import (
    answers,
    edits,
    new_round,
    overview,
    pairs,
    publication,
    results,
    summary,
    tables,
)

MODULES: Final = (overview, new_round, tables, summary, pairs, edits, publication, results, answers)
"""The modules whose routes are pages."""
BODY_LIMITS: Final = {new_round.NEW: new_round.BODY_LIMIT, tables.DECISIONS: tables.BODY_LIMIT}
"""Limits in bytes of those that take a file."""
