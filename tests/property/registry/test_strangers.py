"""Whatever strangers do, the holder of an address gets in: by the last link, and in a known browser by code."""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any, Final

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from isopolity.registry.application.access.rules import SignInRules
from isopolity.registry.application.access.sign_ins import (
    Issued,
    exchange_code,
    exchange_secret,
    issue_sign_in,
    request_sign_in,
)
from isopolity.registry.application.ports import Surroundings
from isopolity.registry.domain.access.account import OfficePerson
from isopolity.registry.domain.access.session import LINK_VALID, MAIL_GAP
from isopolity.registry.domain.errors import Gone, LimitReached
from tests.support.examples import examples
from tests.support.registry.fakes import FakeStore
from tests.support.registry.service import NOW

MIA: Final = OfficePerson(person_id="p1", name="Mia", email="mia@n.example", language="en", scopes=("staff",))
BROWSER: Final = "the browser of Mia"
RULES: Final = SignInRules(key=b"k" * 32, per_address=3, per_day=8, guesses_per_day=12, second_factor=False)
CLIENTS: Final = st.sampled_from(["stranger 1", "stranger 2", "the office"])


@dataclass
class Mailed:
    """A mail in the box of the holder."""

    at: datetime
    issued: Issued
    is_used: bool = False


@dataclass
class Network:
    """registry, with one person of staff, and her mail box."""

    store: FakeStore = field(default_factory=FakeStore)
    now: datetime = NOW
    box: list[Mailed] = field(default_factory=list)
    ids: Any = field(default_factory=lambda: count(1))

    @property
    def surroundings(self) -> Surroundings:
        return Surroundings(ids=lambda: f"id-{next(self.ids)}", regions={}, clock=lambda: self.now, sign_in_rules=RULES)

    async def enter(self) -> None:
        async with self.store.unit_of_work() as uow:
            await uow.office.put(MIA)
            await uow.commit()

    async def ask(self, client: str, browser: str | None = None) -> str:
        """Ask for a mail, which comes at once if one is sent. Raises LimitReached."""
        async with self.store.unit_of_work() as uow:
            sign_in_id = await request_sign_in(MIA.email, client, uow, self.surroundings, browser)
            await uow.commit()
        async with self.store.unit_of_work() as uow:
            try:
                issued = await issue_sign_in(sign_in_id, uow, self.surroundings)
            except Gone:
                return sign_in_id
            await uow.commit()
        self.box.append(Mailed(at=self.now, issued=issued))
        return sign_in_id

    async def try_code(self, sign_in_id: str, code: str, browser: str | None = None) -> bool:
        async with self.store.unit_of_work() as uow:
            begun = await exchange_code(sign_in_id, code, None, uow, self.surroundings, browser)
            await uow.commit()
        return begun is not None

    async def open_link(self, mail: Mailed, browser: str | None = None) -> bool:
        async with self.store.unit_of_work() as uow:
            begun = await exchange_secret(mail.issued.secret, None, uow, self.surroundings, browser)
            await uow.commit()
        mail.is_used = True
        return begun is not None

    def fresh(self) -> list[Mailed]:
        """The mails whose links still count."""
        return [mail for mail in self.box if not mail.is_used and self.now < mail.at + LINK_VALID]


class Strangers(RuleBasedStateMachine):
    """Strangers ask and guess, from the holder's own network, too; the holder signs in now and then."""

    def __init__(self) -> None:
        super().__init__()
        self.network, self.of_strangers = Network(), [""]
        self.is_known = False
        self.do(self.network.enter())

    def do(self, step: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run(step)

    @rule(client=CLIENTS, times=st.integers(1, 30))
    def strangers_ask(self, client: str, times: int) -> None:
        for _ in range(times):
            with suppress(LimitReached):
                self.of_strangers.append(self.do(self.network.ask(client, "another browser")))

    @rule(times=st.integers(1, 30), number=st.integers(0, 999_999))
    def strangers_guess(self, times: int, number: int) -> None:
        codes = {mail.issued.code for mail in self.network.box}
        for guess in range(number, number + times):
            code = f"{guess % 1_000_000:06}"
            if code not in codes:
                assert not self.do(self.network.try_code(self.of_strangers[-1], code, "another browser"))

    @rule(minutes=st.integers(1, 40))
    def time_passes(self, minutes: int) -> None:
        self.network.now += timedelta(minutes=minutes)

    @precondition(lambda self: self.network.fresh())
    @rule(known=st.booleans())
    def the_holder_opens_a_link_whoever_asked_for_its_mail(self, known: bool) -> None:
        mail = self.network.fresh()[-1]
        assert self.do(self.network.open_link(mail, BROWSER if known else None))
        assert not self.do(self.network.open_link(mail, BROWSER))
        self.is_known |= known

    @precondition(lambda self: self.is_known)
    @rule()
    def the_holder_signs_in_by_code_in_a_known_browser(self) -> None:
        sign_in_id = self.do(self.network.ask("the office", BROWSER))
        mail = self.network.fresh()[-1]
        assert mail.at + MAIL_GAP > self.network.now
        assert self.do(self.network.try_code(sign_in_id, mail.issued.code, BROWSER))
        mail.is_used = True

    @rule()
    def the_holder_asks_in_an_unknown_browser_and_has_a_link_or_waits_an_hour_at_most(self) -> None:
        try:
            self.do(self.network.ask("a train"))
        except LimitReached as slowed:
            waited = timedelta(seconds=slowed.seconds)
            self.network.now += min(waited, timedelta(hours=1))
            self.do(self.network.ask("a train"))
        mail = self.network.fresh()[-1]
        assert self.do(self.network.open_link(mail))

    @invariant()
    def one_mail_in_ten_minutes_unless_it_was_used(self) -> None:
        for earlier, later in zip(self.network.box, self.network.box[1:], strict=False):
            assert earlier.is_used or later.at - earlier.at >= MAIL_GAP


Strangers.TestCase.settings = examples(40, stateful_step_count=30, deadline=None)
TestStrangers = Strangers.TestCase
