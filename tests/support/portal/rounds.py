"""Answers of matching and notify about a round `r1`, its draft and a pair, for pages of the office."""

import json
from typing import Any

import httpx

from isopolity.matching.entrypoints.http.view import EXAMPLES
from tests.support.portal.service import HOSTILE, OFFICE, answers, listed

R1 = "r1"
ROUND: dict[str, Any] = {
    **EXAMPLES["RoundView"][1],
    "round_id": R1,
    "objective": "most-total-fit",
    "rules": [],
    "failure": None,
    "blocked": [],
    "answers": 3,
    "price": None,
}
OPEN_DRAFT: dict[str, Any] = {**EXAMPLES["DraftView"][0], "round_id": R1}
PAIR: dict[str, Any] = {
    **EXAMPLES["DraftPairView"][0],
    "a": "p/q",
    "b": "espoo",
    "a_name": HOSTILE,
    "told_a": [HOSTILE],
    "told_b": [],
    "reason": HOSTILE,
}
RULE = {"rule": "At least one.", "told": "Rule 1: none, one asked for.", "holds": False}
SHARE = {"name": "Africa", "cities": 4, "served": 1, "first_ties": 1}
FIGURES: dict[str, Any] = {
    "twinnings": 1, "sponsorships": 0, "left": 0, "all_cities": SHARE,
    "by_region": [SHARE], "by_size": [SHARE],
    "programmes": 2, "programmes_served": 1, "expected_agreements": 0.4, "answers": 3, "unserved": [HOSTILE] * 70,
    "not_weighed": ["Newtown", "Oldtown"],
    "without_capacity": 3, "gains_told": ["One city gets its first tie."], "rules": [RULE],
}  # fmt: skip
REPORT = FIGURES | {"draft": OPEN_DRAFT}
PUBLICATION: dict[str, Any] = {
    **EXAMPLES["PublicationRecordView"][0],
    "round_id": R1,
    "number": 2,
    "pairs": 3,
    "proved_pairs": 4,
    "by": "mia",
}
UNDONE = PUBLICATION | {
    "number": 1, "pairs": 5, "undone": 5, "undone_at": "2026-11-26T12:00:00Z", "stands": False, "proved_pairs": 5,
}  # fmt: skip
TODAY = SHARE | {"cities": 3, "served": 0}
PUBLISHED = {
    "publication": PUBLICATION,
    "then": FIGURES,
    "today": FIGURES | {"twinnings": 0, "left": 1, "all_cities": TODAY, "by_region": [TODAY], "by_size": []},
    "pairs": [
        {
            "a": "gone",
            "b": "surabaya",
            "a_name": "a city in Africa with under 100,000 people",
            "b_name": "Surabaya",
            "kind": "twinning",
            "value": 0.842,
            "is_new": True,
        }
    ],
    "pairs_total": 4,
}
MAILS = [
    {"side": "a", "recipient": "Ana", "subject": "A partner", "text": f"Dear Ana\n\n{HOSTILE}"},
    {"side": "b", "recipient": "Bo", "subject": "A partner", "text": "Dear Bo"},
]
EDIT = EXAMPLES["EditView"][0] | {
    "undoes": None,
    "by": HOSTILE,
    "left_alone": [f"City {number}" for number in range(12)],
}


def tried(request: httpx.Request) -> list[dict[str, Any]]:
    """The effect of each edit; an edit that pairs Espoo with Lima is refused."""
    edits = json.loads(request.content)["edits"]
    barred = {"edit": None, "refused": "Espoo and Lima cannot be paired: Lima pauses."}
    return [barred if edit.get("by") == ["espoo", "lima"] else {"edit": EDIT, "refused": None} for edit in edits]


SERVED: dict[str, Any] = answers(OFFICE | {"scopes": ["staff"]}) | {
    "/rounds": listed(ROUND, following="r0"),
    "/rounds/r1": ROUND,
    "/rounds/r1/publications": listed(),
    "/rounds/r1/publications/2": PUBLISHED,
    "/drafts": listed(OPEN_DRAFT),
    "/drafts/r1": OPEN_DRAFT,
    "/drafts/r1/report": REPORT,
    "/drafts/r1/pairs": listed(PAIR, following="25") | {"total": 30},
    "/drafts/r1/trial": tried,
    "/drafts/r1/preview": {"sides": [{"side": "a", "name": HOSTILE}, {"side": "b", "name": "Espoo"}]},
    "/previews": MAILS,
}
