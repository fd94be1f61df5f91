"""Staff asks an applicant back over HTTP: the application is the applicant's, as a draft, until it is answered."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from isopolity.contracts.registry import ConfirmationRequested
from isopolity.registry.settings import RegistrySettings
from tests.support.keys import keys_of
from tests.support.registry.applications import APPLICATIONS, apply, apply_and_confirm
from tests.support.registry.drafts import ADDRESS, STEPS, begun, filled_in, post, save
from tests.support.registry.service import KEY, NOW, RegistryUnderTest, bearer, open_under_test, staff

QUESTION = "Which of the two districts\nwould take part?"
LETTERS = "/registry/v1/letters"


@pytest.fixture
async def application_id(registry: RegistryUnderTest) -> str:
    """One that was handed in step by step, with another contact."""
    secret = await begun(registry)
    handed = await post(registry, "hand-in", secret, version=await filled_in(registry, secret))
    return str(handed.json()["application_id"])


async def ask(registry: RegistryUnderTest, application_id: str, question: str = QUESTION) -> httpx.Response:
    path = f"{APPLICATIONS}/{application_id}/ask"
    return await registry.client.post(path, json={"question": question}, headers=staff())


async def mailed(registry: RegistryUnderTest) -> httpx.Response:
    """The letter that was asked for last, as notify reads it just before it writes the mail."""
    asked = [one.data for one in await registry.events() if isinstance(one.data, ConfirmationRequested)]
    told = [data for data in asked if data.about != "welcome"][-1]
    assert told.about == "question"
    path = f"{LETTERS}/{told.confirmation_id}/issue"
    return await registry.client.post(path, headers=bearer("contacts:read"))


async def read(registry: RegistryUnderTest, application_id: str) -> dict[str, Any]:
    found: dict[str, Any] = (await registry.client.get(f"{APPLICATIONS}/{application_id}", headers=staff())).json()
    return found


async def listed(registry: RegistryUnderTest, **asked: str) -> list[str]:
    answer = await registry.client.get(APPLICATIONS, params=asked, headers=staff())
    return [each["status"] for each in answer.json()["items"]]


async def test_a_question_is_answered_and_the_application_corrected(
    registry: RegistryUnderTest, application_id: str
) -> None:
    asked = (await ask(registry, application_id)).json()
    assert (asked["status"], (await read(registry, application_id))["exchanges"][0]["question"]) == ("asked", QUESTION)
    assert (await listed(registry), await listed(registry, status="asked")) == ([], ["asked"])
    letter = (await mailed(registry)).json()
    assert (letter["about"], letter["words"], letter["email"]) == ("question", QUESTION, ADDRESS)
    draft = (await post(registry, "open", letter["secret"])).json()
    assert (draft["question"], draft["email"], list(draft["steps"])) == (QUESTION, ADDRESS, list(STEPS))
    assert draft["steps"]["who"]["name"] == "Vila Nova"
    who = draft["steps"]["who"] | {"name": "Vila Nova do Norte"}
    saved = (await save(registry, letter["secret"], "who", who, draft["version"])).json()
    answered = await post(registry, "hand-in", letter["secret"], version=saved["version"], answer="The north.")
    assert (answered.status_code, answered.json()["application_id"]) == (202, application_id)
    known = await read(registry, application_id)
    assert (known["status"], known["name"], known["country"]) == ("confirmed", "Vila Nova do Norte", "PT")
    assert [one["name"] for one in known["others"]] == ["Rui Melo"]
    (exchange,) = known["exchanges"]
    assert (exchange["answer"], exchange["answered_at"], known["answered_at"]) == ("The north.",) + 2 * (
        known["waits_since"],
    )
    assert await listed(registry) == ["confirmed"]
    assert (await post(registry, "open", letter["secret"])).status_code == 410


async def test_staff_decides_about_the_version_that_it_has_read(
    registry: RegistryUnderTest, application_id: str
) -> None:
    await ask(registry, application_id)
    seen = {"If-Match": f'"{(await read(registry, application_id))["version"]}"'}
    secret = (await mailed(registry)).json()["secret"]
    draft = (await post(registry, "open", secret)).json()
    who = draft["steps"]["who"] | {"name": "Vila Nova do Norte"}
    saved = (await save(registry, secret, "who", who, draft["version"])).json()
    await post(registry, "hand-in", secret, version=saved["version"])
    for decision, body in (("endorse", None), ("refuse", {"reason": "other"})):
        path = f"{APPLICATIONS}/{application_id}/{decision}"
        late = await registry.client.post(path, json=body, headers=staff(**seen))
        assert (late.status_code, late.json()["code"]) == (412, "stale-version")
    known = await read(registry, application_id)
    path, current = f"{APPLICATIONS}/{application_id}/endorse", {"If-Match": f'"{known["version"]}"'}
    assert (await registry.client.post(path, headers=staff(**current))).status_code == 200
    assert (await registry.client.post(path, headers=staff(**seen))).status_code == 409, "it is decided already"


async def test_nothing_is_lost_on_the_way_to_the_applicant_and_back(
    registry: RegistryUnderTest, application_id: str
) -> None:
    before = await read(registry, application_id)
    await ask(registry, application_id)
    secret = (await mailed(registry)).json()["secret"]
    version = (await post(registry, "open", secret)).json()["version"]
    silent = await post(registry, "hand-in", secret, version=version)
    assert (silent.status_code, silent.json()["errors"][0]["pointer"]) == (422, "/answer")
    assert (await post(registry, "hand-in", secret, version=version, answer="Yes.")).status_code == 202
    after = await read(registry, application_id)
    same = ("profile", "contact", "others", "region", "received_at")
    assert {name: after[name] for name in same} == {name: before[name] for name in same}


async def test_an_application_that_came_whole_is_asked_about_too(on_sqlite: RegistryUnderTest) -> None:
    application_id = await apply_and_confirm(on_sqlite, sponsorship_capacity=3)
    before = await read(on_sqlite, application_id)
    assert (await ask(on_sqlite, application_id)).status_code == 200
    secret = (await mailed(on_sqlite)).json()["secret"]
    version = (await post(on_sqlite, "open", secret)).json()["version"]
    assert (await post(on_sqlite, "hand-in", secret, version=version, answer="Yes.")).status_code == 202
    assert (await read(on_sqlite, application_id))["profile"] == before["profile"]


async def test_only_an_application_that_waits_for_staff_is_asked_about(on_sqlite: RegistryUnderTest) -> None:
    unconfirmed, waiting = await apply(on_sqlite), await apply_and_confirm(on_sqlite, geonames_id=2)
    assert (await ask(on_sqlite, unconfirmed)).status_code == 409
    assert (await ask(on_sqlite, waiting)).status_code == 200
    twice = await ask(on_sqlite, waiting)
    assert (twice.status_code, "wait for the answer" in twice.json()["detail"]) == (409, True)
    assert (await ask(on_sqlite, "nowhere")).status_code == 404


@pytest.mark.parametrize("decision", ["endorse", "refuse"])
async def test_staff_decides_all_the_same_and_the_link_ends(
    registry: RegistryUnderTest, application_id: str, decision: str
) -> None:
    await ask(registry, application_id)
    letter = await mailed(registry)
    body = {"reason": "other", "mail": False} if decision == "refuse" else None
    place = f"{APPLICATIONS}/{application_id}/{decision}"
    assert (await registry.client.post(place, json=body, headers=staff())).status_code == 200
    assert (await post(registry, "open", letter.json()["secret"])).status_code == 410
    assert (await mailed(registry)).status_code == 410
    assert (await read(registry, application_id))["exchanges"] == []


async def test_the_applicant_takes_the_application_back(registry: RegistryUnderTest, application_id: str) -> None:
    await ask(registry, application_id)
    secret = (await mailed(registry)).json()["secret"]
    assert (await post(registry, "forget", secret)).status_code == 204
    known = await read(registry, application_id)
    assert (known["status"], known["contact"], known["others"], known["exchanges"]) == ("withdrawn", None, [], [])
    assert (await ask(registry, application_id)).status_code == 409
    assert (await post(registry, "open", secret)).status_code == 410


async def test_without_an_answer_it_waits_for_staff_again_and_may_be_asked_about_once_more(
    url: str, tmp_path: Path
) -> None:
    now = NOW
    settings = RegistrySettings(database_url=SecretStr(url), **keys_of(KEY))
    async with open_under_test(url, tmp_path, settings=settings, clock=lambda: now) as registry:
        application_id = await apply_and_confirm(registry)
        await ask(registry, application_id)
        first = (await mailed(registry)).json()["secret"]
        now = NOW + timedelta(days=29)
        assert await listed(registry) == []
        now = NOW + timedelta(days=30)
        assert await listed(registry) == ["asked"]
        assert (await post(registry, "open", first)).status_code == 410
        assert (await ask(registry, application_id, "Are you still there?")).status_code == 200
        assert await listed(registry) == []
        letter = (await mailed(registry)).json()
        draft = (await post(registry, "open", letter["secret"])).json()
        assert (draft["question"], letter["words"]) == 2 * ("Are you still there?",)
        answered = await post(registry, "hand-in", letter["secret"], version=draft["version"], answer="Yes.")
        assert answered.status_code == 202
        asked = [each["question"] for each in (await read(registry, application_id))["exchanges"]]
        assert asked == [QUESTION, "Are you still there?"]


async def test_what_was_asked_and_answered_stands_in_no_event_and_no_audit(
    on_sqlite: RegistryUnderTest,
) -> None:
    application_id = await apply_and_confirm(on_sqlite)
    await ask(on_sqlite, application_id)
    secret = (await mailed(on_sqlite)).json()["secret"]
    version = (await post(on_sqlite, "open", secret)).json()["version"]
    await post(on_sqlite, "hand-in", secret, version=version, answer="Only the north.")
    audit = (await on_sqlite.client.get("/registry/v1/audit", headers=staff())).text
    told = audit + "".join(str(one.data) for one in await on_sqlite.events())
    assert "applications.ask" in audit
    assert all(hidden not in told for hidden in ("two districts", "Only the north."))
