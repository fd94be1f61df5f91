"""A form of a page: what is read of it, and what comes of the act that it asks for."""

from collections.abc import Mapping
from http import HTTPStatus

import pytest
from starlette.requests import Request

from isopolity.portal.adapters.service_apis import (
    AskedTooOften,
    ChangedMeanwhile,
    NotAllowed,
    NotForThisVisitor,
    NothingThere,
    NotSignedIn,
    ServiceAway,
)
from isopolity.portal.domain.session import Account
from isopolity.portal.entrypoints.http.forms.page_form import (
    PageForm,
    as_a_whole,
    behind_link,
    if_answered,
    if_there,
    unless,
)

ACCOUNT = Account(
    account_id="a",
    kind="contact",
    name="Ann",
    scopes=(),
    member_kind="city",
    member_id="espoo",
    member_name="Espoo",
    role="coordinator",
)


async def taken() -> str:
    return "taken"


async def refused(error: Exception) -> str:
    raise error


async def sent(names: tuple[str, ...] = (), **fields: str) -> PageForm:
    request = Request({"type": "http", "method": "POST", "query_string": b"", "headers": []})
    request.state.form = fields
    return await PageForm.of(request, ACCOUNT, names)


async def test_a_page_that_is_opened_first_shows_what_is_stored() -> None:
    request = Request({"type": "http", "method": "GET", "query_string": b"", "headers": []})
    form = await PageForm.of(request, ACCOUNT, ("name",))
    assert not form.was_sent
    assert form.typed is None
    assert form.fields == {}
    assert form["name"] == ""
    assert form.filled({"name": "Espoo"}) == {"name": "Espoo"}
    assert form.status == HTTPStatus.OK


async def test_a_sent_form_has_its_named_fields_without_blanks() -> None:
    form = await sent(("name", "email"), name=" Ann ", do=" save ")
    assert form.was_sent
    assert form.fields == {"name": "Ann", "email": ""}
    assert form.filled({"name": "Bo"}) == form.fields
    assert form["do"] == "save"


async def test_a_form_without_names_is_shown_as_it_was_typed() -> None:
    assert (await sent(name=" Ann ")).fields == {"name": " Ann "}


async def test_an_act_that_is_done_leaves_the_form_as_it_is() -> None:
    form = await sent(name="Ann")
    assert await form.answer(taken()) == "taken"
    assert await form.done(taken())
    assert not form.is_refused


@pytest.mark.parametrize(
    ("faults", "problems"),
    [
        ({"/name": "Too long."}, {"name": "Too long."}),
        ({"/name": "Too long.", "/member": "Gone."}, {"name": "Too long.", "": "Gone."}),
        ({}, {"": "It is refused."}),
    ],
)
async def test_a_refusal_stands_beside_its_fields(faults: Mapping[str, str], problems: Mapping[str, str]) -> None:
    form = await sent(("name",), name="Ann")
    assert not await form.done(refused(NotAllowed("It is refused.", faults)))
    assert form.problems == problems
    assert form.status == HTTPStatus.UNPROCESSABLE_ENTITY
    assert form.sentence == " ".join(problems.values())
    assert form.fields == {"name": "Ann"}


async def test_a_page_may_name_its_fields_otherwise_than_the_service() -> None:
    form = await sent(size="1")
    await form.done(
        refused(NotAllowed("", {"/population": "Too small."})), lambda faults: {"size": faults["/population"]}
    )
    assert form.problems == {"size": "Too small."}


async def test_a_page_may_show_a_refusal_in_one_place() -> None:
    form = await sent(size="1")
    await form.done(refused(NotAllowed("Too small.", {"/population": "Too small."})), as_a_whole)
    assert form.problems == {"": "Too small."}


async def test_asking_too_often_has_its_own_status() -> None:
    form = await sent()
    await form.done(refused(AskedTooOften("Wait a minute.")))
    assert (form.status, form.problems) == (HTTPStatus.TOO_MANY_REQUESTS, {"": "Wait a minute."})


async def test_a_refusal_may_have_a_page_of_its_own() -> None:
    form = await sent()
    with pytest.raises(AskedTooOften):
        await form.done(refused(AskedTooOften("Wait a minute.")), passes=AskedTooOften)
    with pytest.raises(NotForThisVisitor):
        await form.done(refused(NotForThisVisitor("No.")), passes=AskedTooOften)


async def test_a_change_of_somebody_else_makes_the_form_stale() -> None:
    form = await sent()
    assert await form.answer(refused(ChangedMeanwhile())) is None
    assert (form.status, form.is_stale, form.is_gone) == (HTTPStatus.CONFLICT, True, False)


async def test_a_page_may_say_that_the_thing_has_gone() -> None:
    form = await sent()
    assert not await form.done(refused(NothingThere()), may_be_gone=True)
    assert (form.status, form.is_stale, form.is_gone) == (HTTPStatus.CONFLICT, False, True)


async def test_what_the_page_finds_wrong_refuses_the_form() -> None:
    form = await sent()
    form.refuse({"day": "It is over."})
    assert (form.status, form.problems) == (HTTPStatus.UNPROCESSABLE_ENTITY, {"day": "It is over."})


@pytest.mark.parametrize(
    "error", [NothingThere(), NotForThisVisitor("No."), NotSignedIn("No."), ServiceAway("registry")]
)
async def test_other_errors_pass(error: Exception) -> None:
    form = await sent()
    with pytest.raises(type(error)):
        await form.done(refused(error))


async def test_an_optional_answer_is_none_where_it_is_one_of_the_named_errors() -> None:
    assert await unless(taken(), NothingThere) == "taken"
    assert await if_there(refused(NothingThere())) is None
    assert await unless(refused(ServiceAway("registry")), NothingThere, ServiceAway) is None
    with pytest.raises(ServiceAway):
        await if_there(refused(ServiceAway("registry")))


@pytest.mark.parametrize("error", [NothingThere(), NotSignedIn("No."), NotAllowed("No."), ServiceAway("registry")])
async def test_a_page_goes_without_what_a_service_does_not_give(error: Exception) -> None:
    assert await if_answered(taken()) == "taken"
    assert await if_answered(refused(error)) is None


async def test_a_kind_of_refusal_is_named_by_itself() -> None:
    with pytest.raises(NotForThisVisitor):
        await unless(refused(NotForThisVisitor("No.")), NotAllowed)


async def test_a_mailed_link_that_has_ended_or_is_none_opens_nothing() -> None:
    assert await behind_link(taken()) == "taken"
    assert await behind_link(refused(NothingThere())) is None
    assert await behind_link(refused(NotAllowed("", {"/secret": "It has another form."}))) is None
    with pytest.raises(NotAllowed):
        await behind_link(refused(NotAllowed("", {"/words": "Too long."})))
