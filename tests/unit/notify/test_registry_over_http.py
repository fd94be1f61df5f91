"""Registry over HTTP: contacts in bulk, applicants, and the meaning of each answer."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import jwt
import pytest
from pydantic import SecretStr

from isopolity.messaging.errors import RetryableError
from isopolity.notify.adapters.http_registry import (
    HttpApplicants,
    HttpContactDirectory,
    RegistryCalls,
    authorized,
    signed_authorization,
)
from isopolity.notify.domain.errors import RegistryAway
from isopolity.notify.domain.mail import MailState
from isopolity.web.network_tokens import LocalTokens
from tests.support.complete_answers import complete
from tests.support.notify.events import FakeClock, contact

Answer = Callable[[httpx.Request], httpx.Response]
SECRET = "s3cret"


def registry(answer: Answer) -> RegistryCalls:
    client = httpx.AsyncClient(transport=httpx.MockTransport(answer))
    return RegistryCalls(client, "http://registry.example/", lambda: "token")


def document(name: str) -> dict[str, Any]:
    known = contact(name)
    return {field: getattr(known, field) for field in known.__slots__}


async def test_contacts_are_looked_up_500_in_a_call() -> None:
    calls: list[int] = []

    def answer(request: httpx.Request) -> httpx.Response:
        assert (request.method, request.url.path) == ("POST", "/registry/v1/contacts/lookup")
        assert request.headers["authorization"] == "Bearer token"
        asked = json.loads(request.content)["contact_ids"]
        calls.append(len(asked))
        known = [document(name.removeprefix("contact-")) for name in asked if not name.endswith("7")]
        return httpx.Response(200, json={"items": known, "gone": [name for name in asked if name.endswith("7")]})

    found = await HttpContactDirectory(registry(answer)).fetch_all([f"contact-{number}" for number in range(1200)])
    assert calls == [500, 500, 200]
    assert len(found) == 1200
    assert found["contact-7"] is None
    assert found["contact-8"] == contact("8")


@pytest.mark.parametrize(("told", "used"), [("pt", "pt"), ("", "en")])
async def test_a_contact_or_applicant_without_a_language_reads_english(told: str, used: str) -> None:
    known = {**document("a"), "language": told}
    found = await HttpContactDirectory(
        registry(lambda _: httpx.Response(200, json={"items": [known], "gone": []}))
    ).fetch_all([known["contact_id"]])
    assert found == {known["contact_id"]: replace(contact("a"), language=used)}
    person = {"name": "Ana", "email": "ana@city.example", "language": told, "member_name": "Évora"}
    issued = {**person, "secret": SECRET, "valid_until": "2026-12-01T00:00:00Z"}
    applicant = await HttpApplicants(registry(lambda _: httpx.Response(200, json=issued))).issue("confirmation-1")
    assert applicant is not None
    assert applicant.language == used


@pytest.mark.parametrize("status", [404, 405])
async def test_a_registry_without_the_bulk_route_is_asked_one_by_one(status: int) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            return httpx.Response(status)
        name = request.url.path.rpartition("-")[2]
        return httpx.Response(410) if name == "b" else httpx.Response(200, json=document(name))

    found = await HttpContactDirectory(registry(answer)).fetch_all(["contact-a", "contact-b"])
    assert found == {"contact-a": contact("a"), "contact-b": None}


@pytest.mark.parametrize(
    "response",
    [
        httpx.Response(503),
        httpx.Response(401),
        httpx.Response(200, text="<html>"),
        httpx.Response(200, json={"items": [], "gone": []}),
        httpx.Response(200, json={"items": [{"contact_id": "contact-a"}], "gone": []}),
    ],
)
async def test_what_registry_does_not_say_is_asked_again(response: httpx.Response) -> None:
    with pytest.raises(RetryableError):
        await HttpContactDirectory(registry(lambda _: response)).fetch_all(["contact-a"])


@pytest.mark.parametrize(("told", "kept"), [("fr", "fr"), ("", "en")])
async def test_whoever_has_named_no_language_is_written_to_in_english(told: str, kept: str) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/issue"):
            person = {"name": "Ana", "email": "a@b.example", "member_name": "M", "secret": SECRET}
            return httpx.Response(200, json={**person, "valid_until": "2027-01-01T00:00:00+00:00", "language": told})
        return httpx.Response(200, json={**document("a"), "language": told})

    fetched = await HttpContactDirectory(registry(answer)).fetch("contact-a")
    applicant = await HttpApplicants(registry(answer)).issue("confirmation-1")
    assert fetched is not None
    assert applicant is not None
    assert (fetched.language, applicant.language) == (kept, kept)


async def test_a_registry_that_is_not_there_is_asked_again() -> None:
    def nobody(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)

    with pytest.raises(RetryableError):
        await HttpContactDirectory(registry(nobody)).fetch_all(["contact-a"])
    with pytest.raises(RegistryAway):
        await HttpApplicants(registry(nobody)).issue("confirmation-1")
    with pytest.raises(RegistryAway):
        await HttpApplicants(registry(nobody)).confirm(SECRET)


async def test_an_applicant_is_issued_a_secret() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        assert (request.method, request.url.path) == ("POST", "/registry/v1/confirmations/confirmation-1/issue")
        assert request.headers["authorization"] == "Bearer token"
        person = {"name": "Ana", "email": "ana@city.example", "language": "", "member_name": "Évora"}
        return httpx.Response(200, json={**person, "secret": SECRET, "valid_until": "2026-12-01T00:00:00Z"})

    found = await HttpApplicants(registry(answer)).issue("confirmation-1")
    assert found is not None
    assert (found.email, found.language, found.secret, found.valid_until.year) == (
        "ana@city.example",
        "en",
        SECRET,
        2026,
    )


async def test_a_draft_is_issued_a_secret() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        assert (request.method, request.url.path) == ("POST", "/registry/v1/drafts/draft-1/issue")
        assert request.headers["authorization"] == "Bearer token"
        draft = {"email": "ana@city.example", "language": "pt", "secret": SECRET}
        return httpx.Response(200, json={**draft, "valid_until": "2026-12-01T00:00:00Z"})

    found = await HttpApplicants(registry(answer)).issue_draft("draft-1")
    assert found is not None
    assert (found.email, found.language, found.secret) == ("ana@city.example", "pt", SECRET)


@pytest.mark.parametrize("status", [404, 410])
async def test_a_draft_that_has_ended_has_no_link(status: int) -> None:
    assert await HttpApplicants(registry(lambda _: httpx.Response(status))).issue_draft("draft-1") is None


@pytest.mark.parametrize("response", [httpx.Response(503), httpx.Response(200, json={}), httpx.Response(200, text="<")])
async def test_an_answer_without_a_draft_is_asked_for_again(response: httpx.Response) -> None:
    with pytest.raises(RegistryAway):
        await HttpApplicants(registry(lambda _: response)).issue_draft("draft-1")


@pytest.mark.parametrize("status", [404, 410])
async def test_a_confirmation_that_has_ended_has_no_applicant(status: int) -> None:
    assert await HttpApplicants(registry(lambda _: httpx.Response(status))).issue("confirmation-1") is None


@pytest.mark.parametrize(
    "response",
    [httpx.Response(500), httpx.Response(401), httpx.Response(200, json={}), httpx.Response(200, text="<html>")],
)
async def test_an_answer_without_an_applicant_is_asked_for_again(response: httpx.Response) -> None:
    with pytest.raises(RegistryAway):
        await HttpApplicants(registry(lambda _: response)).issue("confirmation-1")


@pytest.mark.parametrize(("status", "confirmed"), [(204, True), (410, False), (404, False), (422, False)])
async def test_a_secret_goes_in_the_body_with_our_token_and_counts_or_not(status: int, confirmed: bool) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        assert str(request.url) == "http://registry.example/registry/v1/confirmations"
        assert json.loads(request.content) == {"secret": SECRET}
        assert request.headers["authorization"] == "Bearer token"
        return httpx.Response(status)

    assert await HttpApplicants(registry(answer)).confirm(SECRET) is confirmed


def test_a_token_is_used_for_half_its_life() -> None:
    clock = FakeClock()
    authorization = signed_authorization(LocalTokens(["k" * 32], clock), clock, lifetime=timedelta(minutes=10))
    first = authorization()
    clock.advance(minutes=4, seconds=59)
    assert authorization() == first
    clock.advance(seconds=1)
    second = authorization()
    assert second != first
    assert authorization() == second


def test_a_token_that_was_given_is_used_as_it_is() -> None:
    assert authorized(SecretStr("given"), SecretStr("k" * 32), [], FakeClock())() == "given"
    assert authorized(None, SecretStr("k" * 32), [], FakeClock())() != "given"


def test_calls_are_signed_with_notifys_own_key_and_with_the_shared_one_before_there_is_one() -> None:
    for own, earlier, algorithm in ((SecretStr("k" * 32), ["e" * 32], "EdDSA"), (None, ["e" * 32], "HS256")):
        token = authorized(None, own, earlier, FakeClock())()
        assert jwt.get_unverified_header(token)["alg"] == algorithm


async def test_who_signs_in_is_issued_a_secret_and_a_code() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        assert (request.method, request.url.path) == ("POST", "/registry/v1/sign-ins/s-1/issue")
        assert request.headers["authorization"] == "Bearer token"
        person = {"name": "Ana", "email": "ana@city.example", "language": "", "minutes": 30}
        return httpx.Response(200, json={**person, "secret": SECRET, "code": "000042"})

    found = await HttpApplicants(registry(answer)).issue_sign_in("s-1")
    assert found is not None
    assert (found.email, found.language, found.secret, found.code, found.minutes) == (
        *("ana@city.example", "en"),
        *(SECRET, "000042", 30),
    )


@pytest.mark.parametrize("status", [404, 410])
async def test_nobody_is_mailed_for_a_sign_in_that_has_ended(status: int) -> None:
    assert await HttpApplicants(registry(lambda _: httpx.Response(status))).issue_sign_in("s-1") is None


@pytest.mark.parametrize(
    "response",
    [httpx.Response(500), httpx.Response(401), httpx.Response(200, json={}), httpx.Response(200, text="<html>")],
)
async def test_an_answer_without_who_signs_in_is_asked_for_again(response: httpx.Response) -> None:
    with pytest.raises(RegistryAway):
        await HttpApplicants(registry(lambda _: response)).issue_sign_in("s-1")


async def test_a_letter_of_the_office_is_read_and_forgotten() -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        if request.url.path.endswith("/forget"):
            assert json.loads(request.content) == {"outcome": "failed"}
            return httpx.Response(204)
        letter = {"name": "Ana", "email": "ana@city.example", "language": "pt", "member_name": "São Leopoldo"}
        document = {**letter, "about": "refusal", "reason": "other", "words": None}
        return httpx.Response(200, json=complete("registry", request.method, request.url.path, 200, document))

    found = await HttpApplicants(registry(answer)).issue_letter("letter-1")
    assert found is not None
    assert (found.email, found.member_name, found.reason, found.words) == (
        "ana@city.example",
        "São Leopoldo",
        "other",
        None,
    )
    await HttpApplicants(registry(answer)).forget_letter("letter-1", MailState.FAILED)
    assert asked == ["/registry/v1/letters/letter-1/issue", "/registry/v1/letters/letter-1/forget"]


@pytest.mark.parametrize("status", [404, 410])
async def test_a_letter_that_registry_does_not_know_is_forgotten_already(status: int) -> None:
    there = HttpApplicants(registry(lambda _: httpx.Response(status)))
    assert await there.issue_letter("letter-1") is None
    await there.forget_letter("letter-1", MailState.FAILED)


async def test_registry_is_told_again_of_a_letter_that_it_could_not_forget() -> None:
    with pytest.raises(RegistryAway):
        await HttpApplicants(registry(lambda _: httpx.Response(503))).forget_letter("letter-1", MailState.FAILED)
