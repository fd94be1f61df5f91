"""The body, query and headers for each route, so that an admitted visitor passes the checks of its fields.

Invariant: a route that changes something and takes fields has its entry here; without one its row tells of them.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from isopolity.registry.entrypoints.examples import HANDOVER
from tests.support.access.network import Known, bearer
from tests.support.registry.access import OFFICE
from tests.support.registry.drafts import STEPS
from tests.support.registry.service import CITY, CONTACT, MERGE_PATCH, PARTNER, REQUEST

DRAFT_VERSION: Final = 2 + len(STEPS)
"""The steps of an application's draft, all saved."""
TELEPHONED: Final = {"choice": "later", "given_by": "Ana", "taken_by": "Otto", "given_on": "2026-01-01", "seen": "/"}
"""An answer by telephone from before the proposal, which is refused: the table asks who may enter one."""
QUERIES: Final[Mapping[str, Callable[[Mapping[str, str]], dict[str, str]]]] = {
    "GET /registry/v1/contacts": lambda ids: {"member_id": ids["city_id"]},
    "GET /registry/v1/contact-changes": lambda ids: {"member_id": ids["city_id"]},
    "GET /registry/v1/handovers": lambda ids: {"member_id": ids["city_id"]},
    "GET /registry/v1/invitations": lambda ids: {"city_id": ids["city_id"]},
    "GET /registry/v1/office-notes": lambda ids: {"member_id": ids["city_id"]},
    "DELETE /registry/v1/office-notes/{note_id}": lambda ids: {"member_id": ids["city_id"]},
    "GET /registry/v1/look-alikes": lambda ids: {
        "member_kind": "city",
        "kind": "city",
        "name": "Aachen",
        "country": "DE",
    },
    "GET /matching/v1/members/{member_id}/merger": lambda ids: {"duplicate_id": ids["another"]},
    "GET /matching/v1/members/{member_id}/undone-merger": lambda ids: {
        "duplicate_id": ids["another"],
        "since": "2026-11-01T09:00:00Z",
    },
    "GET /notify/v1/introductions": lambda ids: {"proposal_id": ids["proposal_id"]},
    "GET /matching/v1/drafts/{round_id}/preview": lambda ids: {"a": ids["a"], "b": ids["b"]},
    "GET /office/rounds/{round_id}/pair": lambda ids: {"a": ids["a"], "b": ids["b"]},
    "GET /office/rounds/{round_id}/why": lambda ids: {"a": ids["a"], "b": ids["b"]},
    "GET /office/rounds/{round_id}/compared": lambda ids: {"a": ids["a"], "b": ids["b"]},
    "GET /matching/v1/rounds/{round_id}/why": lambda ids: {"member": ids["a"]},
    "GET /matching/v1/network-settings/effects": lambda ids: {"answer_days": "28"},
    **{
        f"GET /{service}/v1/journal{what}": lambda ids: {"member": ids["city_id"]}
        for service in ("registry", "matching", "notify", "portal")
        for what in ("", "/counts")
    },
    "GET /matching/v1/members": lambda ids: {"attention": "silent"},
    "POST /registry/v1/imports": lambda ids: {"kind": "cities", "dry_run": "true"},
    "POST /registry/v1/prepared-imports": lambda ids: {"kind": "cities"},
}
BODIES: Final[Mapping[str, Callable[[Mapping[str, str]], Any]]] = {
    "POST /registry/v1/cities": lambda ids: CITY | {"name": "New", "geonames_id": 950, "contact": CONTACT},
    "POST /registry/v1/partners": lambda ids: PARTNER | {"name": "New", "contact": CONTACT},
    "PUT /registry/v1/partners/{partner_id}/shortlist/{city_id}": lambda ids: {"status": "shortlisted"},
    "POST /registry/v1/partners/{partner_id}/shortlist/{city_id}/notes": lambda ids: {"text": "A library."},
    "POST /registry/v1/partners/{partner_id}/selections": lambda ids: {"name": "All", "query": "region=africa"},
    "POST /registry/v1/cities/{city_id}/merge": lambda ids: {"duplicate_id": ids["another"], "confirmed": True},
    "POST /registry/v1/partners/{partner_id}/merge": lambda ids: {"duplicate_id": ids["duplicate"], "confirmed": True},
    "POST /registry/v1/requests": lambda ids: REQUEST | {"title": "More books", "city_id": ids["city_id"]},
    "POST /registry/v1/twinnings": lambda ids: {"city_a": ids["city_id"], "city_b": ids["another"]},
    "POST /registry/v1/contacts": lambda ids: CONTACT | {"member_kind": "city", "member_id": ids["city_id"]},
    "POST /registry/v1/office-notes": lambda ids: {
        "member_kind": "city",
        "member_id": ids["city_id"],
        "text": "Speaks French.",
    },
    "POST /registry/v1/saved-lists": lambda ids: {"name": "Silent", "choices": {"country": "FI"}},
    "PUT /registry/v1/saved-lists/{list_id}": lambda ids: {"name": "Silent"},
    "POST /registry/v1/contacts/{contact_id}/main": lambda ids: {"reason": "She leads now."},
    "POST /registry/v1/contacts/{contact_id}/erase": lambda ids: {"reason": "She has left."},
    "POST /registry/v1/contact-changes/look": lambda ids: {"secret": "of nobody"},
    "POST /registry/v1/contact-changes/call-by-link": lambda ids: {"secret": "of nobody"},
    "POST /registry/v1/contact-changes/consent-by-link": lambda ids: {"secret": "of nobody"},
    "POST /registry/v1/contact-changes/{change_id}/call": lambda ids: {},
    "POST /registry/v1/contact-changes/{change_id}/decide": lambda ids: {"decision": "refuse", "reason": "She stays."},
    "POST /registry/v1/invitations": lambda ids: {
        "partner_id": ids["partner_id"],
        "programme_id": ids["programme_id"],
        "city_ids": [ids["city_id"]],
    },
    "POST /registry/v1/handovers": lambda ids: HANDOVER | {"member_id": ids["city_id"]},
    "POST /registry/v1/handovers/look": lambda ids: {"secret": "of nobody"},
    "POST /registry/v1/handovers/confirm": lambda ids: {"secret": "of nobody"},
    "POST /registry/v1/contact-confirmations": lambda ids: {"secret": "of nobody"},
    "POST /registry/v1/contact-confirmations/look": lambda ids: {"secret": "of nobody"},
    "POST /registry/v1/contacts/{contact_id}/answered": lambda ids: {"version": 1},
    "POST /registry/v1/contacts/find": lambda ids: {"text": "Ana"},
    "POST /registry/v1/contacts/lookup": lambda ids: {"contact_ids": [ids["contact_id"]]},
    "POST /registry/v1/applications/{application_id}/refuse": lambda ids: {"reason": "incomplete"},
    "PUT /registry/v1/commissions/{country}": lambda ids: {"name": "Commission", "email": "natcom@nation.example"},
    "POST /registry/v1/consultations/look": lambda ids: {"secret": "of nobody"},
    "POST /registry/v1/consultations/say": lambda ids: {"secret": "of nobody", "verdict": "objects"},
    "POST /registry/v1/applications/{application_id}/ask": lambda ids: {"question": "Which district?"},
    "POST /registry/v1/confirmations": lambda ids: {"secret": ids["confirming"]},
    "POST /registry/v1/drafts": lambda ids: {"member_kind": "city", "email": "somebody@elsewhere.example"},
    "POST /registry/v1/drafts/open": lambda ids: {"secret": ids["link"]},
    "POST /registry/v1/drafts/save": lambda ids: (
        {"secret": ids["link"], "version": DRAFT_VERSION, "step": "who", "fields": STEPS["who"]}
    ),
    "POST /registry/v1/drafts/hand-in": lambda ids: {"secret": ids["link"], "version": DRAFT_VERSION},
    "POST /registry/v1/drafts/forget": lambda ids: {"secret": ids["link"]},
    "POST /registry/v1/partners/{partner_id}/programmes/{programme_id}/refuse": lambda ids: {"reason": "Not yet."},
    "POST /registry/v1/endorsements": lambda ids: {"cities": [ids["another"]]},
    "POST /registry/v1/sign-ins": lambda ids: {"email": "somebody@elsewhere.example"},
    "POST /registry/v1/sign-ins/exchange": lambda ids: {"secret": ids["secret"]},
    "POST /registry/v1/sessions/refresh": lambda ids: {"refresh_token": "of nobody"},
    "POST /registry/v1/sessions/second-factor": lambda ids: {"refresh_token": "of nobody", "code": "000000"},
    "POST /registry/v1/sessions/second-factor/enrolment": lambda ids: {"refresh_token": "of nobody", "code": "none"},
    "POST /registry/v1/sessions/second-factor/passkey-options": lambda ids: {
        "refresh_token": "of nobody",
        "code": "none",
    },
    "POST /registry/v1/sessions/second-factor/passkey": lambda ids: {
        "refresh_token": "of nobody",
        "credential": "{}",
        "name": "Key",
    },
    "POST /registry/v1/passkeys": lambda ids: {"credential": "{}", "name": "Key"},
    "POST /registry/v1/sign-ins/passkey": lambda ids: {"binding": "of-nobody-in-particular"},
    "POST /registry/v1/sign-ins/from-passkey": lambda ids: {
        "binding": "of-nobody-in-particular",
        "credential": "{}",
    },
    "POST /registry/v1/sign-ins/issuer": lambda ids: {"binding": "of-nobody-in-particular"},
    "POST /registry/v1/sign-ins/from-issuer": lambda ids: {
        "binding": "of-nobody-in-particular",
        "state": "s",
        "code": "c",
    },
    "POST /registry/v1/people": lambda ids: OFFICE,
    "POST /registry/v1/prepared-imports/{import_id}/correct": lambda ids: {"shown": ids["shown"]},
    "POST /registry/v1/prepared-imports/{import_id}/take": lambda ids: {"shown": ids["shown"]},
    "POST /registry/v1/done-imports/{run_id}/take-back": lambda ids: {"shown": ids["undone"]},
    "POST /registry/v1/revocations": lambda ids: {"subject": "nobody-in-particular"},
    "PUT /registry/v1/capacity-defaults": lambda ids: {"seen": 0, "city": 1, "programme": 1},
    "PUT /matching/v1/network-settings": lambda ids: {"seen": 0, "answer_days": 28},
    "PUT /matching/v1/amounts/{request_id}/{currency}": lambda ids: {"least": 1, "most": 2},
    "POST /matching/v1/members/in-use": lambda ids: {"member_ids": [], "since": "2026-01-01T00:00:00Z"},
    "POST /matching/v1/rules/check": lambda ids: {"text": ""},
    "POST /matching/v1/rules/trial": lambda ids: {"text": ""},
    "POST /matching/v1/rounds": lambda ids: {"seed": 2},
    "POST /matching/v1/round-templates": lambda ids: {"name": "Spring", "order": {"seed": 2}},
    "PUT /matching/v1/round-templates/{template_id}": lambda ids: {"name": "Autumn"},
    "POST /matching/v1/drafts/{round_id}/edits": lambda ids: {
        "edits": [{"act": "forbid", "pair": [ids["a"], ids["another"]]}]
    },
    "POST /matching/v1/drafts/{round_id}/trial": lambda ids: {
        "edits": [{"act": "forbid", "pair": [ids["a"], ids["another"]]}]
    },
    "POST /matching/v1/drafts/{round_id}/publish": lambda ids: {"token": "of no plan"},
    "POST /matching/v1/members/{member_id}/trial": lambda ids: {
        "city_id": ids["city_id"],
        "version": 1,
        "status": "endorsed",
        "kind": "city",
        "name": "Own",
        "country": "FI",
        "region": "europe-north-america",
    },
    "POST /matching/v1/members/{member_id}/request-trial": lambda ids: {
        "request_id": "own",
        "version": 1,
        "status": "published",
        "city_id": ids["city_id"],
        "title": "Books",
        "amount_min": 100,
        "amount_max": 200,
        "currency": "EUR",
        "subjects": ["sdg.4"],
    },
    "POST /matching/v1/members/{member_id}/interests": lambda ids: {"other_id": ids["another"]},
    "POST /matching/v1/proposals/approve": lambda ids: {"all": True},
    "POST /matching/v1/proposals/discard": lambda ids: {"all": True},
    "POST /matching/v1/proposals/take-back": lambda ids: {"proposal_ids": [ids["proposal_id"]]},
    "POST /matching/v1/partnerships/{partnership_id}/show": lambda ids: {"show": True},
    "POST /matching/v1/partnerships/{partnership_id}/end": lambda ids: {"reason": "completed"},
    "POST /notify/v1/proposals/{proposal_id}/answer": lambda ids: {"choice": "later"},
    "POST /notify/v1/telephone-answers/{proposal_id}/{member_id}": lambda ids: TELEPHONED,
    "POST /notify/v1/nudges": lambda ids: {"member_ids": [ids["city_id"]]},
    "POST /notify/v1/unarrived/preview": lambda ids: {},
    "POST /notify/v1/unarrived/again": lambda ids: {"mail_ids": []},
    "POST /notify/v1/mails/{mail_id}/resolve": lambda ids: {"as": "sent"},
}
CHANGES: Final[Mapping[str, Mapping[str, Any]]] = {
    "PATCH /registry/v1/cities/{city_id}": {"population": 7},
    "PATCH /registry/v1/partners/{partner_id}": {"web": "https://partner.example"},
    "PATCH /registry/v1/requests/{request_id}": {"amount_max": 300},
    "PATCH /registry/v1/contacts/{contact_id}": {"name": "Somebody else"},
}
"""Merge patches."""
FORMS: Final[Mapping[str, Callable[[Mapping[str, str]], dict[str, str]]]] = {
    "POST /notify/answer/{token}": lambda ids: {"choice": "later"},
    "POST /sign-in": lambda ids: {"email": "somebody@elsewhere.example"},
    "POST /sign-in/code": lambda ids: {"sign_in_id": "none", "code": "000000"},
    "POST /accounts": lambda ids: {"account_id": ids["contact_id"]},
    "POST /join": lambda ids: {"member_kind": "city", "email": "somebody@elsewhere.example"},
    "POST /join/{secret}/who": lambda ids: {"version": str(DRAFT_VERSION), "kind": "city", "name": "New"},
    "POST /join/{secret}/where": lambda ids: {"version": str(DRAFT_VERSION), "country": "JP"},
    "POST /join/{secret}/contacts": lambda ids: {"version": str(DRAFT_VERSION), "person": "Somebody"},
    "POST /join/{secret}/needs": lambda ids: {"version": str(DRAFT_VERSION), "capacity": "3"},
    "POST /join/{secret}/hand-in": lambda ids: {"version": str(DRAFT_VERSION)},
    "POST /sessions": lambda ids: {"session_id": ids["session_id"]},
    "POST /office/rounds/new": lambda ids: {"seed": "3", "mode": "quick", "twinning": "1", "do": "check"},
    "POST /me/ask": lambda ids: {"city": ids["another"], "key": "a-key"},
    "POST /me/contacts": lambda ids: (
        {name: CONTACT[name] for name in ("name", "email")} | {"role": "deputy", "language": "en"}
    ),
    "POST /me/contacts/changes/{change_id}": lambda ids: {"do": "call"},
    "POST /office/contact-changes": lambda ids: {
        "change_id": ids["change_id"],
        "do": "refuse",
        "reason": "She stays.",
    },
    "POST /me/language": lambda ids: {"language": "fr"},
    "POST /me/avoided": lambda ids: {"version": "2", "country": "NO"},
    "POST /me/capacity": lambda ids: {"version": "2", "capacity": "3"},
    "POST /me/requests": lambda ids: {"request_id": ids["request_id"]},
    "POST /me/handover": lambda ids: {name: str(HANDOVER[name]) for name in ("name", "email", "predecessor_becomes")},
    "POST /me/profile/needs": lambda ids: {"version": "2", "capacity": "3"},
    "POST /me/profile/where": lambda ids: {"version": "2", "country": "BR"},
    "POST /me/profile/who": lambda ids: {"version": "2", "kind": "city", "name": "Town A"},
    "POST /proposals/{proposal_id}": lambda ids: {"choice": "later"},
    "POST /office/people": lambda ids: {
        "name": "New",
        "email": "new@network.example",
        "language": "en",
        "staff:read": "1",
    },
    "POST /office/people/{person_id}": lambda ids: {"do": "change", "staff:read": "1"},
    "POST /operations/dead-letters": lambda ids: {"do": "try"},
    "POST /operations/events": lambda ids: {"reason": "a look at who may"},
    "POST /operations/events/{topic}/{partition}/{offset}": lambda ids: {"reason": "a look at who may"},
    "POST /operations/groups/{name}": lambda ids: {"do": "pause"},
    "POST /office/settings": lambda ids: {"seen": "0", "answer_days": "28"},
    "POST /office/imports/{import_id}": lambda ids: {"do": "take", "shown": ids["shown"]},
    "POST /me/partnerships/{partnership_id}": lambda ids: {"show": "1"},
    "POST /office/commissions": lambda ids: {"country": "BR", "name": "Commission", "email": "natcom@nation.example"},
    "POST /commission/{secret}": lambda ids: {"verdict": "objects"},
    "POST /office/applications/{application_id}": lambda ids: {"version": "3", "do": "refuse", "reason": "incomplete"},
    "POST /office/queues/{queue}": lambda ids: {"item": "one", "do": "take"},
    "POST /office/queues/{queue}/{item}": lambda ids: {"comment": "Called."},
    "POST /office/search": lambda ids: {"text": "Town"},
    "POST /office/members/cities/{city_id}": lambda ids: {"do": "remind"},
    "POST /office/members/partners/{partner_id}": lambda ids: {"do": "remind"},
    "POST /office/members/partners/{partner_id}/programmes/{programme_id}": lambda ids: {
        "do": "look",
        f"tick-{ids['city_id']}": "1",
    },
    "POST /office/members/cities/{city_id}/telephone/{proposal_id}": lambda ids: TELEPHONED,
    "POST /office/members/partners/{partner_id}/telephone/{proposal_id}": lambda ids: TELEPHONED,
    "POST /office/members/cities/{city_id}/profile/needs": lambda ids: {"version": "2", "capacity": "3"},
    "POST /office/members/cities/{city_id}/profile/where": lambda ids: {"version": "2", "country": "BR"},
    "POST /office/members/cities/{city_id}/profile/who": lambda ids: {"version": "2", "kind": "city", "name": "Town A"},
    "POST /office/members/partners/{partner_id}/profile/where": lambda ids: {"version": "2", "country": "BR"},
    "POST /office/members/partners/{partner_id}/profile/who": lambda ids: {"version": "2", "name": "Foundation"},
    "POST /office/changes": lambda ids: {"member_id": ids["city_id"], "version": "1", "do": "refuse"},
}
"""Forms of pages; the form's token is added for signed-in visitors."""


async def options_of(route: str, known: Known) -> dict[str, Any]:
    """The body, query and headers of a route, as httpx takes them."""
    options: dict[str, Any] = {"headers": {}}
    path = route.partition(" ")[2]
    if route in QUERIES:
        options["params"] = QUERIES[route](known.ids)
    if route in BODIES:
        options["json"] = BODIES[route](known.ids)
    elif route in FORMS:
        options["data"] = FORMS[route](known.ids)
    elif route in CHANGES:
        options["json"] = CHANGES[route]
        read = await known.ask("GET", path.format(**known.ids), headers=bearer("staff"))
        options["headers"] = {"Content-Type": MERGE_PATCH, "If-Match": read.headers["ETag"]}
    elif route.startswith("POST /registry/v1/changes/"):
        read = await known.ask("GET", f"/registry/v1/changes/{known.ids['member_id']}", headers=bearer("staff"))
        options["headers"] = {"If-Match": read.headers["ETag"]}
    elif route == "POST /office/imports":  # one that is read would be shown at an address of its own
        options["files"] = {"file": ("empty.csv", b"")}
        options["data"] = {"kind": "cities"}
    elif route in ("POST /registry/v1/imports", "POST /registry/v1/prepared-imports"):
        options["content"] = "kind,name,country\n"
        options["headers"] = {"Content-Type": "text/csv"}
    elif route.endswith("/dead-letters/redrive"):
        options["json"] = {"all": True, "dry_run": True}
    elif route.endswith("/dead-letters/settle"):
        options["json"] = {"all": True, "reason": "a look at who may"}
    elif route.endswith("/states/republish"):
        options["json"] = {"topic": "topic", "key": "key", "reason": "a look at who may"}
    elif route.endswith("/groups/{group_id}/reset"):
        options["json"] = {"topic": "topic", "to": "start", "dry_run": True}
    elif "/v1/groups/" in route:
        options["json"] = {"reason": "a look at who may"}
    elif route.endswith("/dead-letters/unmask"):
        options["json"] = {"id": "topic/0/1", "reason": "a look at who may"}
    elif route.endswith("/events/unmask"):
        options["json"] = {"limit": 1, "reason": "a look at who may"}
    elif route == "POST /notify/v1/previews":
        proposal = await known.ask("GET", f"/matching/v1/proposals/{known.ids['proposal_id']}", headers=bearer("staff"))
        options["json"] = proposal.json()
    return options
