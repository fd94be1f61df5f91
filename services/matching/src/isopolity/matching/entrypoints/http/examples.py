"""Example answers for the API's documentation."""

from typing import Final

from pydantic import JsonValue

_PECS: Final[dict[str, JsonValue]] = {
    "member_kind": "city",
    "member_id": "01a2120d-b801-7c11-9d1e-5f3c2a7e1001",
    "name": "Pécs",
    "country": "HU",
    "region": "europe-north-america",
    "population": 145_000,
}
_SURABAYA: Final[dict[str, JsonValue]] = {
    "member_kind": "city",
    "member_id": "01a2120d-b802-7f0a-8a4b-0c9d6e2f2002",
    "name": "Surabaya",
    "country": "ID",
    "region": "asia-pacific",
    "population": 3_018_000,
}
_GETS: Final = (
    "Surabaya is looking for an expert mission on learning for and in the workplace; Pécs offers training on it."
)
_TOLD: Final = (
    "You are looking for a good-practice transfer on equity and inclusion; Surabaya offers one and rates itself 4 of 5."
)
_PARAMETERS: Final[dict[str, JsonValue]] = {
    "other": "Surabaya",
    "subject": "cluster.equity",
    "need_mode": "good-practice",
    "offer_mode": "good-practice",
    "level": "4",
}

WAITING_ROUND: Final[dict[str, JsonValue]] = {
    "round_id": "01a2120d-c811-7574-99d4-c5772895ee12",
    "status": "waiting",
    "seed": 7,
    "mode": "quick",
    "kinds": ["twinning", "sponsorship"],
    "ordered_at": "2026-11-25T09:33:00Z",
    "done": 0.0,
}
DONE_ROUND: Final[dict[str, JsonValue]] = {
    **WAITING_ROUND,
    "status": "done",
    "started_at": "2026-11-25T09:33:00Z",
    "finished_at": "2026-11-25T09:33:01Z",
    "done": 1.0,
    "members": 538,
    "candidates": 9215,
    "proposed": 565,
    "issued": 565,
    "skipped": 0,
    "value": 363.743627,
    "bound": 363.743627,
    "gap": 0.0,
    "proved": "These 565 pairs respect all capacities and rules; their value 363.74 is the most that any choice could "
    "reach.",
    "gains": {
        "twinnings": 309,
        "sponsorships": 256,
        "cities": 465,
        "cities_by_region": {
            "africa": 43,
            "arab-states": 44,
            "asia-pacific": 129,
            "europe-north-america": 170,
            "latin-america-caribbean": 79,
        },
        "first_served": 241,
        "region_links": [],
        "country_links": 234,
        "programmes": 73,
        "before": {"alone": 241, "parts": 7, "largest": 209, "connected": 0.2016},
        "after": {"alone": 0, "parts": 10, "largest": 445, "connected": 0.9159},
    },
    "gains_told": ["309 twinnings and 256 sponsorships proposed, to 465 cities of 465."],
    "weights_version": "1f0c2a9b7d34",
    "fingerprint": "sha256:8fd2a1955c57eecbf38171ae0785d8d7db3ec0ef53493c987ac88099b444ff30",
}
PAIR: Final[dict[str, JsonValue]] = {
    "kind": "twinning",
    "status": "available",
    "score": 0.4,
    "confidence": 0.81,
    "gaps": ["Nothing is known of what Surabaya can host."],
    "paragraph": f"{_GETS} Pécs and Surabaya are both twinned with Seattle.",
    "parts": [
        {
            "name": "balance",
            "value": 0.42,
            "weight": 0.4,
            "contribution": 0.17,
            "text": "Both would gain, Surabaya more.",
        }
    ],
    "blockers": [],
    "connection": "Pécs and Surabaya are both twinned with Seattle.",
    "next_best": [
        {
            "side": "a",
            "name": "Živinice",
            "score": 0.68,
            "part": "gets",
            "text": "For Pécs, Živinice would score 0.28 more: it offers training on individual empowerment.",
        }
    ],
    "note": "A round weighs all members together, so the best partner of one may be proposed to another.",
    "a": {**_PECS, "gets": [_TOLD.replace("You are", "Pécs is")], "told": _TOLD},
    "b": {**_SURABAYA, "gets": [_GETS], "told": None},
}
SUGGESTION: Final[dict[str, JsonValue]] = {
    "kind": "twinning",
    "status": "available",
    "score": 0.4,
    "confidence": 0.81,
    "parts": [{"name": "balance", "value": 0.42, "weight": 0.4}],
    "own": _PECS,
    "other": _SURABAYA,
    "reasons": [{"code": "need-met", "text": _TOLD, "parameters": _PARAMETERS}],
}
_REASON: Final[dict[str, JsonValue]] = {"code": "need-met", "text": _TOLD, "parameters": _PARAMETERS}
_IN_PECS: Final[dict[str, JsonValue]] = {"time_zone": "Europe/Budapest", "answer_by": "2026-12-16T22:59:59Z"}
_IN_SURABAYA: Final[dict[str, JsonValue]] = {"time_zone": "Asia/Jakarta", "answer_by": "2026-12-16T16:59:59Z"}
PROPOSAL: Final[dict[str, JsonValue]] = {
    "proposal_id": "01a2120d-d913-7c0e-8f31-2b7a6c5d4003",
    "version": 2,
    "kind": "twinning",
    "stage": "issued",
    "score": 0.4,
    "parts": [{"name": "balance", "value": 0.42, "weight": 0.4}],
    "sides": [
        {**_PECS, "side": "a", "reasons": [_REASON], "answer": None, "pending_until": None, **_IN_PECS},
        {**_SURABAYA, "side": "b", "reasons": [], "answer": "yes", "pending_until": None, **_IN_SURABAYA},
    ],
    "round_id": "01a2120d-c811-7574-99d4-c5772895ee12",
    "created_at": "2026-11-25T09:33:01Z",
    "issued_at": "2026-11-25T09:33:01Z",
    "answer_by": "2026-12-16T22:59:59Z",
    "settled_at": None,
    "cause": None,
    "lapsed_by": None,
    "weights_version": "1f0c2a9b7d34",
}
OWN_PROPOSAL: Final[dict[str, JsonValue]] = {
    "proposal_id": "01a2120d-d913-7c0e-8f31-2b7a6c5d4003",
    "kind": "twinning",
    "stage": "open",
    "own": {**_PECS, "side": "a", "reasons": [_REASON], "answer": None, "pending_until": None, **_IN_PECS},
    "other": _SURABAYA,
    "issued_at": "2026-11-25T09:33:01Z",
    **_IN_PECS,
    "closes_at": "2026-12-16T22:59:59Z",
}
INTEREST: Final[dict[str, JsonValue]] = {
    "interest_id": "01a2120d-c812-7aa1-8e0f-2f5c2895aa13",
    "member_id": _PECS["member_id"],
    "other_id": _SURABAYA["member_id"],
    "other_name": "Surabaya",
    "kind": "twinning",
    "programme_id": None,
    "request_id": None,
    "openly": True,
    "asked_at": "2026-11-25T09:33:00Z",
    "hear_by": "2026-12-30",
    "hears_at": "2026-12-30T22:59:59Z",
    "time_zone": "Europe/Budapest",
    "state": "waiting",
}
PARTNERSHIP: Final[dict[str, JsonValue]] = {
    "partnership_id": "01a2120d-ea14-7d55-8c22-3f8b7d6e5004",
    "kind": "twinning",
    "stage": "exploratory",
    "members": [_PECS, _SURABAYA],
    "established_at": "2026-12-01T10:12:44Z",
    "ended_reason": None,
    "ended_at": None,
    "shown": True,
}
OWN_PARTNERSHIP: Final[dict[str, JsonValue]] = {
    "partnership_id": "01a2120d-ea14-7d55-8c22-3f8b7d6e5004",
    "proposal_id": "01a2120d-d913-7c0e-8f31-2b7a6c5d4003",
    "kind": "twinning",
    "stage": "exploratory",
    "own": _PECS,
    "other": _SURABAYA,
    "reasons": [_REASON],
    "established_at": "2026-12-01T10:12:44Z",
    "ended_at": None,
    "chosen": True,
    "shown": False,
}
APPROVAL: Final[dict[str, JsonValue]] = {
    "issued": 41,
    "skipped": [
        {
            "proposal_id": "01a2120d-d913-7c0e-8f31-2b7a6c5d4003",
            "reason": "no-capacity",
            "detail": "it stays held: one of its sides has as many proposals and partnerships as it can handle",
        }
    ],
}
DRAFT: Final[dict[str, JsonValue]] = {
    "round_id": "01a2120d-c811-7574-99d4-c5772895ee12",
    "status": "open",
    "created_at": "2026-11-25T09:33:01Z",
    "expires_at": "2027-01-24T09:33:01Z",
    "edits": 2,
    "pairs": 435,
    "published": 0,
    "value": 290.941,
    "bound": 291.7939,
    "published_at": None,
    "out_at": None,
}
_DRAFTED: Final[dict[str, JsonValue]] = {
    "a": "01a2120d-b801-7c11-9d1e-5f3c2a7e1001",
    "b": "01a2120d-b802-7f0a-8a4b-0c9d6e2f2002",
    "a_name": "Pécs",
    "b_name": "Surabaya",
}
DRAFT_PAIR: Final[dict[str, JsonValue]] = {
    **_DRAFTED,
    "kind": "twinning",
    "value": 0.842,
    "chosen": True,
    "pinned": False,
    "forbidden": False,
    "published": False,
}
DRAFT_EDIT: Final[dict[str, JsonValue]] = {
    "number": 2,
    "at": "2026-11-25T10:02:00Z",
    "by": "staff",
    "act": "leave-out",
    "pair": {**_DRAFTED},
    "by_pair": None,
    "value": -0.842,
    "added": [],
    "removed": [{**_DRAFTED}],
    "left_alone": ["Pécs"],
}
DRAFT_PLAN: Final[dict[str, JsonValue]] = {
    "proposals": 434,
    "mails": 868,
    "out_in_hours": 24.0,
    "falls_out": [{**_DRAFTED, "reason": "Pécs has no room for another twinning"}],
    "token": "4f0c1d2e3a4b5c6d",
    "broken_rules": [],
    "waiting_rules": [],
}
SUPPORTABLE_REQUEST: Final[dict[str, JsonValue]] = {
    "request_id": "0193e0a2-0000-7000-8000-000000000003",
    "title": "Books for two hundred reading corners",
    "amount_min": 20000,
    "amount_max": 35000,
    "currency": "EUR",
    "subjects": ["cluster.literacy"],
    "ends": "2027-12-31",
    "illustrative": False,
    "city_id": "0193e0a2-0000-7000-8000-000000000000",
    "city_name": "São Leopoldo",
    "country": "BR",
    "region": "latin-america-caribbean",
    "programmes_total": 1,
    "programmes": [
        {
            "programme_id": "0193e0a2-0000-7000-8000-000000000005",
            "name": "Cities that read",
            "partner_id": "0193e0a2-0000-7000-8000-000000000004",
            "partner_name": "Example Foundation for Learning",
            "grant_min": 10000,
            "grant_max": 50000,
            "currency": "EUR",
            "closes": None,
            "illustrative": False,
        }
    ],
}
