"""How many cities and requests fit a programme's criteria as they are typed."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from starlette.requests import Request

from isopolity.client import matching
from isopolity.client.matching.models import SumsView
from isopolity.portal.adapters.problem_sentences import sentence_of
from isopolity.portal.adapters.service_apis import NothingThere, ServiceAway
from isopolity.portal.adapters.templates import translations_of
from isopolity.portal.domain.programmes.criteria import criteria_in, no_numbers
from isopolity.portal.domain.programmes.form import Stated
from isopolity.portal.domain.session import Account
from isopolity.portal.domain.steps.fields import count_fault
from isopolity.portal.entrypoints.http.forms.optional_answers import unless
from isopolity.portal.entrypoints.http.forms.page_form import PageForm
from isopolity.portal.entrypoints.http.rendering import language_of
from isopolity.portal.entrypoints.http.visitors import apis_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """What fits, or why that cannot be told; nothing at all where it cannot be counted now."""

    reach: SumsView | None = None
    problems: Mapping[str, str] = field(default_factory=dict)
    """A sentence by the name of what is wrong, empty where that is no field."""


async def counted(request: Request, account: Account, stated: Stated) -> Count:
    """What fits the criteria that a form states."""
    gettext = translations_of(language_of(request)).gettext
    if wrong := no_numbers(stated):
        return Count(problems={name: sentence_of(count_fault(text), gettext) for name, text in wrong.items()})
    form = PageForm(None, was_sent=False)
    asked = apis_of(request).send(matching.partners.reach(account.member, **criteria_in(stated)))
    reach = await form.answer(unless(asked, NothingThere, ServiceAway), _named)
    return Count(reach=reach, problems=form.problems)


def _named(faults: Mapping[str, str]) -> Mapping[str, str]:
    return {_name(pointer): sentence for pointer, sentence in faults.items()}


def _name(pointer: str) -> str:
    """The name of the parameter that a JSON pointer leads into."""
    return next((part for part in reversed(pointer.split("/")) if part and not part.isdigit()), "")
