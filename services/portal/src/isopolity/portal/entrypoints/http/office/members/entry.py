"""Staff enters a city or a partner by hand, with its main contact.

Invariant: members that look like the new one are listed before it is entered, and once more if the list has changed by
then.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Final

from isopolity.client import registry
from isopolity.client.registry.models import CityApplication, CityEntry, LookAlike, PartnerApplication, PartnerEntry
from isopolity.portal.adapters.service_apis import ServiceApis
from isopolity.portal.application.form_help import Looked
from isopolity.portal.domain.steps.fields import Form
from isopolity.portal.domain.steps.order import LANGUAGES, STEPS
from isopolity.portal.domain.steps.step import Step
from isopolity.portal.entrypoints.http.admission import ENDORSE, for_staff_to
from isopolity.portal.entrypoints.http.forms.page_form import PageForm, Problems
from isopolity.portal.entrypoints.http.known_members import FOLDERS, KINDS, address_of
from isopolity.portal.entrypoints.http.office.members.lists import PATH
from isopolity.portal.entrypoints.http.pages import Account, Request, Response, Route, apis_of, see_other
from isopolity.portal.entrypoints.http.profile_steps import asked_for

_NEW: Final = f"{PATH}/new"
_FORMS: Final[Mapping[str, Step]] = {
    kind: Step("new", (*steps["who"].fields, *steps["where"].fields)) for kind, steps in STEPS.items()
}
"""The fields of the two steps on who and where the member is; the others are filled in on its page afterwards."""
_PERSON: Final = ("name", "email", "role", "language")
_USUAL: Final = {"contact-role": "coordinator", "contact-language": "en", "admit": "1"}
_ENTER: Final = "make"
"""The button that enters the member; the other button looks for similar members."""


@for_staff_to(ENDORSE)
async def entry(request: Request, account: Account) -> Response:
    """Render the form; POST lists the members that look like the new one, or enters it."""
    kind = KINDS[request.url.path.rpartition("/")[2]]
    form = await PageForm.of(request, account)
    if not form.was_sent:
        return _rendered(request, kind, form, form.fields or {**_FORMS[kind].filled({}), **_USUAL})
    if (asked := await asked_for(form.fields)) is not None:
        return _rendered(request, kind, form, asked.form, looked=asked)
    stated = _stated(kind, form)
    named = partial(_problems, kind=kind, form=form.fields)
    alike = await form.answer(_alike(apis_of(request), kind, stated), named)
    if alike is None:
        return _rendered(request, kind, form, form.fields)
    was_seen = form["do"] == _ENTER and form["seen"] == _ids(alike)
    if not was_seen or any(_is_present(each) for each in alike):
        return _rendered(request, kind, form, form.fields, alike=alike)
    made = await form.answer(_enter(apis_of(request), kind, stated, endorse=bool(form["admit"])), named)
    if made is None:
        return _rendered(request, kind, form, form.fields, alike=alike)
    return see_other(f"{address_of(kind, made)}?done=entered")


def _stated(kind: str, form: PageForm) -> dict[str, object]:
    """The fields of the member and of its contact as registry takes them, without those that are empty."""
    stated = {part: value for part, value in _FORMS[kind].change(form.fields).items() if value is not None}
    if form["contact-name"] or form["contact-email"]:
        stated["contact"] = {name: form[f"contact-{name}"] for name in _PERSON}
    return stated


async def _alike(apis: ServiceApis, kind: str, stated: Mapping[str, object]) -> Sequence[LookAlike]:
    """The members that look like the new one. Raises NotAllowed for a form without a name or a country."""
    number = stated.get("geonames_id" if kind == "city" else "registration_id")
    asked = registry.look_alikes.list(
        member_kind=kind,
        kind=str(stated.get("kind", "")),
        name=str(stated.get("name", "")),
        country=str(stated.get("country" if kind == "city" else "home_country", "")),
        number=None if number is None else str(number),
    )
    return (await apis.send(asked)).items


async def _enter(apis: ServiceApis, kind: str, stated: Mapping[str, object], *, endorse: bool) -> str:
    """Enter the member and return its id. Raises NotAllowed."""
    if kind == "city":
        city = await apis.send(registry.cities.create(CityApplication.unchecked(stated), endorse=endorse))
        assert isinstance(city, CityEntry)  # noqa: S101 - staff enters a member, others apply
        return city.city_id
    partner = await apis.send(registry.partners.create(PartnerApplication.unchecked(stated), endorse=endorse))
    assert isinstance(partner, PartnerEntry)  # noqa: S101 - as above
    return partner.partner_id


def _problems(faults: Mapping[str, str], kind: str, form: Form) -> Problems:
    """The problems by the names of the form's fields.

    Registry names a field of the contact by a path with `/contact/`; for a question about look-alikes, and only for
    that, it calls a partner's country `country`.
    """
    of_contact = {
        f"contact-{pointer.rpartition('/')[2]}": text for pointer, text in faults.items() if "/contact/" in pointer
    }
    country = {"country": "home_country"} if kind == "partner" else {}
    others = {
        f"/{country.get(pointer.strip('/'), pointer.strip('/'))}": text
        for pointer, text in faults.items()
        if "/contact/" not in pointer
    }
    return {**_FORMS[kind].problems(others, form), **of_contact}


def _is_present(each: LookAlike) -> bool:
    """Whether it is the same member and has not left the network: then the form cannot enter it a second time."""
    return each.is_same and each.status != "withdrawn"


def _ids(alike: Sequence[LookAlike]) -> str:
    return " ".join(sorted(each.member_id for each in alike))


def _rendered(
    request: Request,
    kind: str,
    form: PageForm,
    filled: Form,
    *,
    looked: Looked | None = None,
    alike: Sequence[LookAlike] | None = None,
) -> Response:
    return form.page(
        request,
        "office/members/entry.html",
        step="new",
        member_kind=kind,
        folder=FOLDERS[kind],
        filled=filled,
        language_fields=LANGUAGES.names(filled),
        found={} if looked is None else looked.found,
        alike=alike,
        seen=None if alike is None else _ids(alike),
        is_present=any(_is_present(each) for each in alike or ()),
        scripts=("left.js",),
    )


routes = [Route(f"{_NEW}/{folder}", entry, methods=["GET", "POST"]) for folder in KINDS]
