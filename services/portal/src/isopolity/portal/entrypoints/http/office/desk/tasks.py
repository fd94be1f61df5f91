"""What staff notes of a task: for the pages on which tasks are decided, and the form in which staff changes it.

Invariant: nothing is changed that a colleague has changed since the form was opened, and no service learns of it.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final

from isopolity.client import registry
from isopolity.portal.adapters.service_apis import ChangedMeanwhile
from isopolity.portal.domain.desk import LONGEST_COMMENT, Entry
from isopolity.portal.domain.typed_values import paragraph_in
from isopolity.portal.entrypoints.http.forms.page_form import PageForm, if_answered
from isopolity.portal.entrypoints.http.office.desk.queues import today_of
from isopolity.portal.entrypoints.http.pages import Account, Request, apis_of, gettext_of, surroundings_of

FIELDS: Final = ("owner", "due", "not_before", "comment", "seen", "back")
LONGEST: Final = timedelta(days=366)
"""How far ahead a task may be due or be put off."""
_OFFICE_PAGE: Final = re.compile(r"/office(/[\w.~%-]+)*(\?[\w.~%=&-]*)?(#[\w.~%-]+)?", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tasks:
    """The tasks of one queue on another page: what is noted of each, and the address of that page."""

    queue: str
    entries: Mapping[str, Entry]
    back: str
    today: date


async def tasks_of(request: Request, queue: str, items: Collection[str]) -> Tasks:
    """What is noted of these tasks, for a page of the office that lists them."""
    entries = await surroundings_of(request).desk.entries(queue, items)
    return Tasks(queue=queue, entries=entries, back=office_page(_address(request)), today=today_of(request))


def _address(request: Request) -> str:
    return f"{request.url.path}?{request.url.query}".removesuffix("?")


def office_page(text: str) -> str:
    """The text, if it is the address of a page of the office; else nothing."""
    return text if _OFFICE_PAGE.fullmatch(text) else ""


async def colleagues(request: Request, account: Account) -> Mapping[str, str]:
    """The names of all people of staff by their accounts; that of the account alone if registry does not answer."""
    found = await if_answered(apis_of(request).send(registry.people.names()))
    names = {} if found is None else {each.person_id: each.name for each in found.items}
    return {account.account_id: account.name, **names}


def typed(entry: Entry | None) -> Mapping[str, str]:
    """The fields of the form with what is noted."""
    if entry is None:
        return {}
    days = {name: day.isoformat() for name in ("due", "not_before") if (day := getattr(entry, name))}
    return {"owner": entry.owner_id, "comment": entry.comment, "seen": entry.taken_at.isoformat(), **days}


async def plan(
    request: Request, form: PageForm, queue: str, item: str, known: Entry | None, names: Mapping[str, str]
) -> None:
    """Note what the form says, or refuse the form. Raises ChangedMeanwhile."""
    _ = gettext_of(request)
    problems, comment = dict[str, str](), paragraph_in(form["comment"])
    days = {name: _day(form[name]) for name in ("due", "not_before")}
    today, now = today_of(request), surroundings_of(request).clock()
    for name, day in days.items():
        if form[name] and day is None:
            problems[name] = _("Give a day, as in 2027-02-01.")
        elif day is not None and day > today + LONGEST:
            problems[name] = _("Give a day within a year from today.")
    offered = {**names, **({known.owner_id: known.owner} if known is not None and known.owner_id else {})}
    if form["owner"] and form["owner"] not in offered:
        problems["owner"] = _("Choose somebody from the list.")
    if len(comment) > LONGEST_COMMENT:
        problems["comment"] = _("Shorten the comment.")
    if problems:
        form.refuse(problems)
        return
    not_before = days["not_before"]
    wanted = Entry(
        owner_id=form["owner"],
        owner=offered.get(form["owner"], ""),
        taken_at=now,
        due=days["due"],
        not_before=not_before if not_before is not None and not_before > today else None,
        comment=comment,
    )
    if known is not None and replace(wanted, taken_at=known.taken_at) == known:
        return
    if not await surroundings_of(request).desk.plan(queue, item, wanted, _moment(form["seen"])):
        raise ChangedMeanwhile


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None
