"""The shortlist, saved selections, files and the pipeline of a partner."""

import csv
import json
from io import BytesIO, StringIO
from typing import Any

import httpx
import openpyxl
import pytest

from isopolity.client.matching.models import OwnProposalView
from isopolity.portal.domain.programmes.shortlist import pipeline
from tests.support.complete_answers import complete
from tests.support.portal.partners import REACH, served
from tests.support.portal.service import HOSTILE, city, form_token, listed, portal, signed_in

NOTE = {"note_id": "n1", "text": HOSTILE, "written_at": "2026-11-20T09:00:00Z", "written_by": "Ana"}
ENTRY: dict[str, Any] = {
    "city_id": "espoo",
    "city_name": HOSTILE,
    "country": "FI",
    "status": "in-conversation",
    "programme_id": "p1",
    "diligence_on": "2026-11-10",
    "diligence_by": None,
    "changed_at": "2026-11-20T09:00:00Z",
    "changed_by": "Ana",
    "note_count": 2,
    "notes": [NOTE, NOTE | {"note_id": "n2", "written_by": None}],
}
SAVED = {"selection_id": "s1", "name": HOSTILE, "query": "region=africa&evil=1", "saved_at": "2026-11-20T09:00:00Z"}
FOUND: dict[str, Any] = {
    "city_id": "espoo",
    "name": "=HYPERLINK(1)",
    "country": "FI",
    "region": "europe-north-america",
    "population": None,
    "illustrative": False,
    "fits": True,
    "score": 0.5,
    "blockers": ["region", "country"],
    "confidence": 0.5,
    "first_tie": False,
    **dict.fromkeys(("request_id", "request_title", "amount_min", "amount_max", "currency", "beneficiaries")),
    **dict.fromkeys(("starts", "ends", "payee")),
}


def desk(*entries: Any, answer: Any = None) -> dict[str, Any]:
    """The services; what changes a shortlist or a selection gets this answer."""

    sums = REACH | {"fits": [0] * 10, "sizes": [0] * 4, "blocked": {}}
    return served([]) | {
        "/cities/espoo": city(),
        "/partners/fund/shortlist": {"items": [each | {"notes": None} for each in entries]},
        "/partners/fund/shortlist/espoo": entries[0] if entries else 404,
        "PUT /partners/fund/shortlist/espoo": answer or ENTRY,
        "DELETE /partners/fund/shortlist/espoo": httpx.Response(204),
        "/partners/fund/shortlist/espoo/notes": answer or {"note_id": "n2"},
        "/partners/fund/shortlist/espoo/notes/n1": httpx.Response(204),
        "/partners/fund/selections": {"items": [SAVED | {"saved_by": "Ana"}]},
        "POST /partners/fund/selections": answer or SAVED,
        "/partners/fund/selections/s1": httpx.Response(204),
        "/partners/fund/cities": {"total": 1, "sums": sums, "items": [FOUND], "places": [], "placed": 0},
    }


async def shown(known: dict[str, Any], path: str) -> httpx.Response:
    async with portal(known) as browser:
        await signed_in(browser)
        return await browser.get(path)


async def sent(known: dict[str, Any], seen: list[httpx.Request], path: str, **typed: str) -> httpx.Response:
    async with portal(known, seen) as browser:
        await signed_in(browser)
        token = form_token(await browser.get("/me/shortlist/espoo"))
        return await browser.post(path, data=typed | {"form": token})


def _below_menus(page: str) -> str:
    return page.partition("<h1>")[2]


async def test_the_list_tells_how_far_one_is_who_looked_into_it_and_who_wrote_what() -> None:
    page = await shown(desk(ENTRY), "/me/shortlist")
    for expected in ("in conversation", "Due diligence on 10 November 2026", "2 notes"):
        assert expected in page.text
    assert HOSTILE not in page.text
    assert "somebody who has left" in (await shown(desk(ENTRY), "/me/shortlist/espoo")).text
    assert "espoo" not in (await shown(desk(ENTRY), "/me/shortlist?status=set-aside")).text


async def test_a_city_is_put_there_changed_and_taken_away_and_notes_are_written() -> None:
    seen: list[httpx.Request] = []
    path = "/me/shortlist/espoo"
    known = desk(ENTRY)
    typed = {"status": "set-aside", "programme_id": "", "diligence_on": "2026-11-20", "do": "put"}
    for form, done in ((typed | {"text": " A library. "}, "saved"), ({"do": "erase:n1"}, "erased")):
        assert (await sent(known, seen, path, **form)).headers["location"] == f"{path}?done={done}"
    assert (await sent(known, seen, path, do="remove")).headers["location"] == "/me/shortlist?done=removed"
    own = "/registry/v1/partners/fund/shortlist"
    changed = [each for each in seen if each.url.path.startswith(own) and each.method != "GET"]
    did = [(each.method, each.url.path, each.content) for each in changed]
    assert [(method, path.rpartition("/")[2]) for method, path, _ in did] == [
        ("PUT", "espoo"),
        ("POST", "notes"),
        ("DELETE", "n1"),
        ("DELETE", "espoo"),
    ]
    assert json.loads(did[0][2]) == {"status": "set-aside", "diligence_on": "2026-11-20"}
    assert json.loads(did[1][2]) == {"text": "A library."}


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/me/shortlist/espoo?done=saved", "Saved."),
        ("/me/shortlist/espoo?done=erased", "The note is deleted."),
        ("/me/shortlist?done=removed", "Taken off the shortlist, with its notes."),
    ],
)
async def test_what_was_done_on_the_shortlist_is_said(path: str, told: str) -> None:
    said = f'role="status">{told}'
    assert said in (await shown(desk(ENTRY), path)).text
    assert said not in (await shown(desk(ENTRY), path.partition("?")[0])).text


async def test_of_many_long_notes_the_page_shows_how_they_begin_and_leads_to_older_ones() -> None:
    long = "We spoke with the library. " * 40
    notes = [NOTE | {"note_id": f"n{each}", "text": f"{each}. {long}"} for each in range(1, 26)]
    known = desk(ENTRY | {"notes": notes, "note_count": 25})
    newest = (await shown(known, "/me/shortlist/espoo")).text
    older = (await shown(known, "/me/shortlist/espoo?older=20")).text
    assert newest.index("25. We") < newest.index("6. We")
    assert "5. We spoke" not in newest.replace("25. We", "").replace("15. We", "")
    assert _below_menus(newest).count("<details") == 20
    assert 'href="/me/shortlist/espoo?older=20"' in newest
    assert (_below_menus(older).count("<details"), "Older notes" in older) == (5, False)
    assert len(newest) < 60_000
    few = (await shown(desk(ENTRY | {"notes": notes[:5]}), "/me/shortlist/espoo?older=x")).text
    assert "<details" not in _below_menus(few)


async def test_one_button_saves_all_that_was_typed() -> None:
    page = (await shown(desk(ENTRY), "/me/shortlist/espoo")).text
    form = page.partition('name="seen_at"')[2].partition("</form>")[0]
    assert all(f'name="{name}"' in form for name in ("status", "programme_id", "diligence_on", "text"))
    assert _below_menus(page).count('name="text"') == 1


async def test_a_note_that_is_refused_is_kept_as_it_was_typed() -> None:
    fault = {"pointer": "/text", "detail": "Too long."}
    refused = desk(ENTRY, answer=httpx.Response(422, json={"detail": "Wrong.", "errors": [fault]}))
    page = await sent(refused, [], "/me/shortlist/espoo", do="put", status="shortlisted", text=HOSTILE)
    assert (page.status_code, "Too long." in page.text, "&lt;script&gt;" in page.text) == (422, True, True)
    assert HOSTILE not in page.text


async def test_a_note_about_a_city_that_was_taken_off_meanwhile_is_kept_and_goes_with_it_when_it_is_put_back() -> None:
    gone = desk(answer=httpx.Response(404, json={"detail": "This city is not on your shortlist."}))
    page = await sent(gone, [], "/me/shortlist/espoo", do="put", status="shortlisted", text="A library.", seen_at="x")
    assert (page.status_code, "A library.</textarea>" in page.text) == (409, True)
    assert "It was taken off the shortlist meanwhile; put it there first." in page.text
    seen: list[httpx.Request] = []
    typed = {"status": "shortlisted", "do": "put", "text": "A library.", "seen_at": ""}
    back = await sent(desk(), seen, "/me/shortlist/espoo", **typed)
    changes = [json.loads(each.content) for each in seen if each.method in ("PUT", "POST") and "espoo" in each.url.path]
    assert (back.status_code, changes) == (303, [{"status": "shortlisted", "seen_at": None}, {"text": "A library."}])


async def test_who_saves_an_older_page_is_told_and_does_not_wipe_the_day_of_another() -> None:
    changed = desk(ENTRY, answer=httpx.Response(412, json={"detail": "Somebody has changed this."}))
    seen: list[httpx.Request] = []
    typed = {
        "status": "set-aside",
        "programme_id": "",
        "diligence_on": "",
        "do": "put",
        "seen_at": "2026-11-01T09:00:00Z",
    }
    page = await sent(changed, seen, "/me/shortlist/espoo", **typed)
    put = next(json.loads(each.content) for each in seen if each.method == "PUT")
    assert put == {"status": "set-aside", "seen_at": "2026-11-01T09:00:00Z"}
    assert (page.status_code, "Somebody has changed this since you opened the page." in page.text) == (409, True)
    for expected in ('value="set-aside" selected', 'value="2026-11-10"', 'name="seen_at" value="2026-11-20T09:00:00Z"'):
        assert expected in page.text


async def test_a_city_that_is_new_can_be_put_there_and_one_that_is_not_known_is_not() -> None:
    assert "Put it on the shortlist" in (await shown(desk(), "/me/shortlist/espoo?programme=p1")).text
    assert (await shown(desk(), "/me/shortlist/of-nobody")).status_code == 404


async def test_selections_are_saved_found_again_and_deleted() -> None:
    page = await shown(desk(), "/me/explore/saved?query=region%3Dafrica%26evil%3D1")
    assert 'name="query" value="region=africa"' in page.text
    assert 'href="/me/explore?region=africa"' in page.text
    assert HOSTILE not in page.text
    seen: list[httpx.Request] = []
    saved = await sent(desk(ENTRY), seen, "/me/explore/saved", name="Libraries", query="region=africa&evil=1")
    assert saved.headers["location"] == "/me/explore/saved?done=saved"
    made = [each for each in seen if each.url.path.endswith("/selections") and each.method == "POST"]
    bodies = [json.loads(each.content) for each in made]
    assert bodies == [{"name": "Libraries", "query": "region=africa"}]
    asked = await shown(desk(ENTRY), "/me/explore/saved?delete=s1")
    assert "This cannot be undone." in asked.text
    assert 'name="delete" value="s1"' in asked.text
    assert '<form action="/me/explore/saved" method="get"><button class="link"' in page.text, "one click only asks"
    gone = await sent(desk(ENTRY), seen, "/me/explore/saved", delete="s1")
    assert gone.headers["location"] == "/me/explore/saved?done=deleted"
    assert any(each.method == "DELETE" and each.url.path.endswith("/s1") for each in seen)


@pytest.mark.parametrize("form", ["csv", "xlsx"])
async def test_a_selection_is_a_file_without_formulas(form: str) -> None:
    answer = await shown(desk(ENTRY), f"/me/explore/file.{form}?region=africa")
    assert answer.headers["content-disposition"] == f'attachment; filename="cities.{form}"'
    if form == "csv":
        rows = answer.text.splitlines()
        assert "'=HYPERLINK(1)" in rows[1]
        assert "in-conversation" in rows[1]
    else:
        sheet = openpyxl.load_workbook(BytesIO(answer.content)).active
        assert sheet is not None
        assert sheet["B2"].data_type == "s"


@pytest.mark.parametrize(
    ("entries", "programme_id", "status", "with_you"),
    [
        ((), None, "new", "new"),
        ((ENTRY,), None, "in-conversation", "in conversation"),
        ((), "p1", "", "proposed to you, answer by 20 December 2026, 23:59 (Helsinki time)"),
        (
            (ENTRY,),
            "p1",
            "in-conversation",
            "in conversation · proposed to you, answer by 20 December 2026, 23:59 (Helsinki time)",
        ),
        (
            (),
            "p2",
            "",
            "proposed to you, answer by 20 December 2026, 23:59 (Helsinki time) (in another of your programmes)",
        ),
    ],
)
async def test_a_file_says_what_is_under_way_with_a_city_as_the_page_does(
    entries: tuple[Any, ...], programme_id: str | None, status: str, with_you: str
) -> None:
    proposal: dict[str, Any] = {
        "proposal_id": "x",
        "stage": "open",
        "kind": "sponsorship",
        "answer_by": "2026-12-20T21:59:59Z",
        "time_zone": "Europe/Helsinki",
    }
    proposal |= {"own": {"answer": None, "programme_id": programme_id}, "other": {"member_id": "espoo"}}
    told = desk(*entries) | {"/members/fund/proposals": listed(*([proposal] if programme_id else []))}
    (row,) = csv.DictReader(StringIO((await shown(told, "/me/explore/file.csv")).text))
    assert (row["status"], row["with_you"]) == (status, with_you)


async def test_a_file_says_about_how_much_a_request_asks_in_the_currency_of_the_programme() -> None:
    asks = FOUND | {"amount_min": 72, "amount_max": 180, "currency": "USD", "about_min": 63, "about_max": 157}
    known = desk()
    known["/partners/fund/cities"] = known["/partners/fund/cities"] | {"items": [asks]}
    head, row = (await shown(known, "/me/explore/file.csv")).text.splitlines()
    told = dict(zip(head.split(","), row.split(","), strict=True))
    assert (told["about_min"], told["about_max"], told["about_currency"]) == ("63", "157", "EUR")


async def test_a_file_says_of_each_city_that_does_not_fit_what_blocks_it() -> None:
    weak = FOUND | {"fits": False, "blockers": []}
    known = desk()
    known["/partners/fund/cities"] = known["/partners/fund/cities"] | {"items": [weak]}
    rows = (await shown(known, "/me/explore/file.csv?with_blocked=1")).text.splitlines()
    assert dict(zip(rows[0].split(","), rows[1].split(","), strict=True))["blockers"] == "score"


async def test_the_pipeline_tells_what_we_did_and_nothing_of_the_other_before_agreement() -> None:
    other = {"member_kind": "city", "member_id": "espoo", "name": HOSTILE}
    asked = {"asked_at": "2026-11-01T09:00:00Z", "other_id": "espoo", "other_name": "Espoo", "programme_id": "p1"}
    asked |= {"hear_by": "2026-12-01", "hears_at": "2026-12-01T21:59:59Z", "time_zone": "Europe/Helsinki"}
    proposal: dict[str, Any] = {
        "proposal_id": "x",
        "issued_at": "2026-11-05T09:00:00Z",
        "answer_by": "2026-11-25T09:00:00Z",
    }
    proposal |= {
        "stage": "closed",
        "own": {"answer": "later", "answered_at": "2026-11-06T09:00:00Z", "programme_name": "Read"},
        "other": other,
    }
    partnership = {"established_at": "2026-11-10T09:00:00Z", "ended_at": None, "other": other}
    known = served([]) | {
        "/members/fund/interests": listed(asked | {"state": "waiting", "kind": "sponsorship"}),
        "/members/fund/proposals": listed(proposal),
        "/members/fund/partnerships": listed(partnership),
    }
    page = await shown(known, "/me/pipeline")
    days = ["10 November 2026", "5 November 2026", "1 November 2026"]
    assert sorted(days, key=page.text.index) == days
    for expected in (
        "What silence means",
        "you said later on 6 November 2026",
        "both said yes, and you were introduced",
        "you hear by 1 December 2026, 23:59 (Helsinki time) · Read",
    ):
        assert expected in page.text
    assert HOSTILE not in page.text


def test_the_pipeline_tells_the_newest_moment_first_and_one_moment_from_a_to_z() -> None:
    def proposal(name: str, moment: str) -> OwnProposalView:
        told = {"issued_at": f"2026-11-05T{moment}Z", "other": {"member_id": name, "name": name}}
        (completed,) = complete("matching", "GET", "/matching/v1/members/fund/proposals", 200, listed(told))["items"]
        return OwnProposalView.model_validate(completed)

    moments = (("Cali", "09:00:00"), ("Accra", "09:00:00.5"), ("Bern", "09:00:00"), ("Zug", "10:00:00"))
    steps = pipeline([], [proposal(*each) for each in moments], [])
    assert [each.name for each in steps] == ["Zug", "Accra", "Bern", "Cali"]
