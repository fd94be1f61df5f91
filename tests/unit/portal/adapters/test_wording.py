"""What services refuse is said by code and parameters, in any language; what is not known, in the service's words."""

import re
from pathlib import Path
from textwrap import fill
from typing import Any, Final

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from isopolity.client import registry
from isopolity.contracts import validation_sentences
from isopolity.portal.adapters.service_apis import NotAllowed, ServiceApis
from isopolity.portal.adapters.wording import SENTENCES, doer, sentence_of, unwrapped
from isopolity.web import problems
from tests.support.portal.service import ADDRESSES

SAYS_MORE: Final = {
    "already-asked", "already-registered", "answer-invalid", "concurrent-change", "invalid-amount", "invalid-request",
    "bad-rows", "invalid-choice", "invalid-weights", "invalid-what-if",
    "limit-reached", "mail-not-again", "no-pair", "not-possible", "refused", "rests", "ruled-out",
    "template-name-taken", "too-many-interests", "too-many-templates", "you-declined",
}  # fmt: skip
"""Their sentences say what is in the way, which no parameters tell."""
NOT_MET: Final = {
    "charset", "contradictory-rules", "draft-closed", "if-match-missing", "mail-not-unknown",
    "mail-without-link", "no-proof", "not-json", "nothing-chosen", "round-failed", "round-over", "too-slow",
}  # fmt: skip
"""Of routes that the portal does not ask, and of requests that it does not send."""
TOLD_OTHERWISE: Final = {
    "changed-meanwhile", "chosen-meanwhile", "edited-meanwhile", "gives-up-introductions",
    "erased", "gone", "graph-not-ready", "issuer-away", "member-left", "no-issuer", "no-mail", "no-token-keys",
    "keys-unknown", "not-found", "query-too-slow",
    "revocations-unknown", "stale-version", "unavailable", "unknown-draft",
    "unknown-member", "unknown-partnership", "unknown-proposal", "unknown-request", "unknown-round",
    "unknown-template", "unwritable",
}  # fmt: skip
"""By their status: nothing is there, the service is away, or somebody else was first. The portal has pages for them."""
NOT_TYPED: Final = {
    "extra-forbidden", "form-of-ascii", "form-of-id", "json-invalid", "list-type", "model-attributes-type",
    "model-type", "string-pattern-mismatch", "string-unicode", "tuple-type",
}  # fmt: skip
"""Of fields that no form of the portal has."""


def codes_of_services() -> set[str]:
    """Codes of all refusals: those of the tables, and those that a route names."""
    root = Path(problems.__file__).parents[4]
    sources = [*(root / "shared").rglob("src/**/*.py"), *(root / "services").rglob("src/**/*.py")]
    told = re.compile(r'code="([a-z-]+)"|\(4\d\d, "([a-z-]+)"\)|\(503, "([a-z-]+)"\)')
    found = (match for source in sources for match in told.finditer(source.read_text(encoding="utf-8")))
    return {next(filter(None, match.groups())) for match in found}


def test_each_code_that_the_portal_can_meet_has_a_sentence() -> None:
    assert codes_of_services() - SAYS_MORE - NOT_MET - TOLD_OTHERWISE <= SENTENCES.keys()


def test_each_code_of_a_field_that_is_typed_has_a_sentence() -> None:
    assert validation_sentences.codes() - NOT_TYPED <= SENTENCES.keys()


def test_no_sentence_is_of_a_code_that_no_service_gives() -> None:
    assert SENTENCES.keys() <= codes_of_services() | validation_sentences.codes()


async def refused(problem: dict[str, Any], status: int = 422) -> NotAllowed:
    """What the portal makes of a problem, in a language of capitals."""
    answer = httpx.MockTransport(lambda _request: httpx.Response(status, json=problem))
    async with httpx.AsyncClient(transport=answer) as client:
        with pytest.raises(NotAllowed) as found:
            await (
                ServiceApis(client, ADDRESSES)
                .in_words_of(lambda text: text.upper().replace("S)S", "s)s"))
                .send(registry.cities.list())
            )
    return found.value


async def test_a_refusal_is_said_in_the_visitors_language_with_its_parameters() -> None:
    problem = {"code": "too-many-requests", "parameters": {"seconds": "7"}, "detail": "Too many."}
    assert sentence_of(problem, str) == "You have tried too often. Try again in 7 seconds."
    for one in (1, "1"):
        assert sentence_of(problem | {"parameters": {"seconds": one}}, str).endswith("Try again in a second.")
    assert str(await refused({"code": "approver", "detail": "An approver …"})).startswith("AS AN APPROVER")


async def test_a_wrong_field_is_told_in_the_visitors_language_beside_its_place() -> None:
    missing = {"pointer": "/name", "code": "missing", "parameters": {}, "detail": "Give it."}
    other = {"pointer": "/web", "detail": "Take it out."}
    problem = await refused({"code": "invalid-request", "detail": "Correct them.", "errors": [missing, other]})
    assert problem.fields == {"/name": "GIVE A VALUE.", "/web": "Take it out."}


@pytest.mark.parametrize(
    "problem",
    [
        {"detail": "Its own."},
        {"code": "of a later release", "detail": "Its own."},
        {"code": "too-many-requests", "detail": "Its own."},
        {"code": "too-many-requests", "parameters": ["odd"], "detail": "Its own."},
        {"code": ["odd"], "detail": "Its own."},
    ],
)
async def test_what_is_not_known_is_told_in_the_services_own_words(problem: dict[str, Any]) -> None:
    assert str(await refused(problem)) == "Its own."


@pytest.mark.parametrize(
    ("actor", "expected"),
    [
        ("p1", "Mia"),
        ("p2", "p2"),
        ("command:root@server", "root@server, with the isopolity command"),
        ("command:p1", "Mia, with the isopolity command"),
        ("isopolity-command", "Somebody with the isopolity command"),
    ],
)
def test_who_ran_the_command_is_named(actor: str, expected: str) -> None:
    assert doer(actor, {"p1": "Mia"}, str) == expected


PARAGRAPH = "Porto and Tampere are both looking for partners, and each of them offers what the other one asks for: " * 2


def test_a_paragraph_becomes_one_line_and_short_lines_and_lists_stay() -> None:
    entry = fill(PARAGRAPH.strip(), 76, initial_indent="- ", subsequent_indent="  ")
    text = f"Dear Ana\n\n{fill(PARAGRAPH.strip(), 76)}\n\n{entry}\n- Short.\n\nYours\nThe office"
    whole = PARAGRAPH.strip()
    assert unwrapped(text) == f"Dear Ana\n\n{whole}\n\n- {whole}\n- Short.\n\nYours\nThe office"


@given(st.text(alphabet="ab -1.\n", max_size=300))
def test_no_word_is_changed(text: str) -> None:
    assert unwrapped(text).split() == text.split()
