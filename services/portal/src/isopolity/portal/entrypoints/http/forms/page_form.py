"""A form of a page: what a visitor typed, what came of sending it, and with which status the page shows it again; and
answers of services that a page can do without.

Invariant: nothing that was typed is lost; a form that was refused is shown as it was filled in.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Final, Self, TypeVar

from isopolity.portal.adapters.service_apis import (
    AskedTooOften,
    ChangedMeanwhile,
    NotAllowed,
    NotForThisVisitor,
    NothingThere,
    ServiceAway,
)
from isopolity.portal.entrypoints.http.forms.kept_forms import typed_before
from isopolity.portal.entrypoints.http.pages import Account, Request, Response, page

Answer = TypeVar("Answer")
Problems = Mapping[str, str]
"""A sentence for each wrong field, by its name; under "" what belongs to no field."""
_REFUSED: Final = HTTPStatus.UNPROCESSABLE_ENTITY


async def unless(asked: Awaitable[Answer], *errors: type[Exception]) -> Answer | None:
    """The answer; None where it is one of these errors. NotForThisVisitor passes unless it is named itself."""
    try:
        return await asked
    except NotForThisVisitor:
        if NotForThisVisitor not in errors:
            raise
        return None
    except errors:
        return None


async def behind_link(asked: Awaitable[Answer]) -> Answer | None:
    """The answer to the secret of a mailed link; None where the link has ended, or is none."""
    try:
        return await asked
    except NothingThere:
        return None
    except NotAllowed as refused:
        if "/secret" not in refused.fields:
            raise
        return None


async def if_there(asked: Awaitable[Answer]) -> Answer | None:
    """The answer; None where nothing is there."""
    return await unless(asked, NothingThere)


async def if_known(asked: Awaitable[Answer]) -> Answer | None:
    """The answer; None where the service is away, does not know of it, or does not take the question."""
    return await unless(asked, NothingThere, NotAllowed, ServiceAway)


async def if_answered(asked: Awaitable[Answer]) -> Answer | None:
    """The answer as for `if_known`; None also where it is not for this visitor."""
    return await unless(asked, NothingThere, NotAllowed, NotForThisVisitor, ServiceAway)


def names_of_pointers(faults: Mapping[str, str]) -> Problems:
    """The sentences of a refusal by the names of fields that are named as the service names them."""
    return {pointer.strip("/"): sentence for pointer, sentence in faults.items()}


def as_a_whole(_faults: Mapping[str, str]) -> Problems:
    """All sentences of a refusal in one, which belongs to no field."""
    return {}


class PageForm:
    """A form, and what came of the act that it asked for.

    A visitor without the right to act, or whose session has ended, does not see the form again: these errors pass.
    """

    def __init__(self, typed: Mapping[str, str] | None, names: Sequence[str] = (), *, was_sent: bool) -> None:
        self._all, self._names = typed or {}, names
        self.typed: Mapping[str, str] | None = typed
        """The fields as typed, those of `names` without blanks around them; None on a page that is opened first."""
        if names and typed is not None:
            self.typed = {name: self[name] for name in names}
        self.was_sent = was_sent
        self.problems: Problems = {}
        self.is_stale = False
        """Whether somebody else has changed meanwhile what the form was made from."""
        self.is_gone = False
        """Whether what the form is about is not there any more."""
        self.status = HTTPStatus.OK

    @classmethod
    async def of(cls, request: Request, account: Account | None = None, names: Sequence[str] = ()) -> Self:
        """The form that this request brings, or that was typed before the account's session ended.

        With `names` it has these fields alone.
        """
        if request.method == "POST":
            return cls(request.state.form, names, was_sent=True)
        typed = None if account is None else await typed_before(request, account)
        return cls(typed, names, was_sent=False)

    def __getitem__(self, name: str) -> str:
        """The text of any field that was sent, without blanks around it; empty where it was not sent."""
        return self._all.get(name, "").strip()

    @property
    def fields(self) -> Mapping[str, str]:
        """The fields as typed; empty on a page that is opened first."""
        return self.typed or {}

    @property
    def is_refused(self) -> bool:
        """Whether the form has to be shown again."""
        return self.status != HTTPStatus.OK

    @property
    def sentence(self) -> str:
        """All problems in one text, for a page that shows them in one place."""
        return " ".join(self.problems.values())

    def filled(self, stored: Mapping[str, str]) -> Mapping[str, str]:
        """The fields to render: as typed, or `stored` on a page that is opened first."""
        return stored if self.typed is None else self.typed

    def refuse(self, problems: Problems) -> None:
        """Show the form again with what is to be changed."""
        self.problems, self.status = problems, _REFUSED

    def page(self, request: Request, template: str, *, status: HTTPStatus | None = None, **values: object) -> Response:
        """The page that `template` makes of the form, what is wrong with it, and `values`."""
        common = {"filled": self.fields, "problems": self.problems, "problem": self.sentence, "is_stale": self.is_stale}
        return page(request, template, status or self.status, **{**common, **values})

    async def done(
        self,
        act: Awaitable[object],
        named: Callable[[Mapping[str, str]], Problems] = names_of_pointers,
        *,
        may_be_gone: bool = False,
        passes: type[NotAllowed] = NotForThisVisitor,
    ) -> bool:
        """Whether the services did what `act` asks of them; else the form says why not, as after `answer`."""
        await self.answer(act, named, may_be_gone=may_be_gone, passes=passes)
        return not self.is_refused

    async def answer(
        self,
        act: Awaitable[Answer],
        named: Callable[[Mapping[str, str]], Problems] = names_of_pointers,
        *,
        may_be_gone: bool = False,
        passes: type[NotAllowed] = NotForThisVisitor,
    ) -> Answer | None:
        """The result of `act`; None if it was refused, and then the form says why.

        Args:
            named: The sentences of a refusal, by JSON pointer, as they belong to the fields of this form.
            may_be_gone: Whether the page says that a thing has gone; else NothingThere passes.
            passes: A refusal that has a page of its own, such as AskedTooOften, which offers to send the same again.
        """
        try:
            return await act
        except NotAllowed as refused:
            if isinstance(refused, NotForThisVisitor | passes):
                raise
            self.refuse(self._sorted(named(refused.fields)) or {"": str(refused)})
            if isinstance(refused, AskedTooOften):
                self.status = HTTPStatus.TOO_MANY_REQUESTS
        except ChangedMeanwhile:
            self.is_stale, self.status = True, HTTPStatus.CONFLICT
        except NothingThere:
            if not may_be_gone:
                raise
            self.is_gone, self.status = True, HTTPStatus.CONFLICT
        return None

    def _sorted(self, problems: Problems) -> Problems:
        """The problems of the form's fields; those of others belong to no field."""
        if not self._names:
            return problems
        ours = {name: sentence for name, sentence in problems.items() if name in self._names}
        others = [sentence for name, sentence in problems.items() if name not in ours]
        return ours | ({"": " ".join(others)} if others else {})
