"""Staff's acts on rounds, drafts, proposals and partnerships are entered with who did it and what it changed."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from isopolity.identity.actors import Act, acting
from isopolity.matching.adapters.sql import tables
from isopolity.matching.application.workflows.amounts import AmountOrder, clear_amount, set_amount
from isopolity.matching.application.workflows.issuance import Selection
from isopolity.matching.application.workflows.new_interest import Wish, ask, drawn_interest
from isopolity.matching.application.workflows.queries.pair_fit import current_market
from isopolity.matching.application.workflows.rounds.templates import change_template, delete_template, save_template
from isopolity.matching.application.workflows.settings import choose
from isopolity.matching.application.workflows.settlement import choose_to_show, end_partnership
from isopolity.matching.domain.draft import Act as Edit
from isopolity.matching.domain.partnership import Partnership
from isopolity.matching.domain.round import RoundPlan
from isopolity.matching.domain.settings import ChosenSettings, SendingPolicy
from isopolity.persistence.database import Database
from tests.support.matching.instance import Instance, many_wishes, network_of
from tests.support.matching.networks import network_of as network_with
from tests.support.matching.service import NOW, TestClock, city, request


def by_staff(action: str) -> Any:
    return acting(Act(actor_kind="staff", actor="anna", token_id="token-1", action=action))


async def entries(database: Database) -> list[tuple[Any, ...]]:
    columns = tables.messaging.audit.c
    query = select(columns.action, columns.subject_kind, columns.before, columns.after).order_by(columns.id)
    async with database.reading() as connection:
        return [tuple(row) for row in await connection.execute(query)]


async def test_staffs_acts_on_rounds_and_proposals_are_entered_and_the_work_of_the_process_is_not(
    database: Database,
) -> None:
    running = Instance(database, network_of(many_wishes(4, capacity=1)), SendingPolicy.HOLD, TestClock(), None)
    with by_staff("rounds.create"):
        ordered = await running.order(RoundPlan(seed=3))
    await running.runner.work()
    await running.issue(running.new_proposals())
    async with running.unit_of_work() as uow:
        first, second, *_ = sorted(await uow.proposals.held(None))
    with by_staff("proposals.approve"):
        await running.approve(Selection(proposal_ids=[first]))
    with by_staff("proposals.discard"):
        await running.discard(Selection(proposal_ids=[second]))
    async with running.unit_of_work() as uow:
        agreed = await uow.proposals.get(first)
        assert agreed is not None
        await uow.partnerships.add(Partnership.established("partnership", agreed, NOW))
        await uow.commit()
    with by_staff("partnerships.show"):
        async with running.unit_of_work() as uow:
            await choose_to_show("partnership", agreed.a.member_id, uow, show=True)
            await uow.commit()
    with by_staff("partnerships.end"):
        async with running.unit_of_work() as uow:
            await end_partnership("partnership", "completed", uow, NOW)
            await uow.commit()
    with by_staff("rounds.create"):
        waiting = await running.order(RoundPlan())
    with by_staff("rounds.cancel"):
        await running.cancel(waiting.round_id)
    found = await entries(database)
    assert [entry[:2] for entry in found] == [
        ("rounds.create", "round"),
        ("proposals.approve", "proposal"),
        ("proposals.discard", "proposal"),
        ("partnerships.show", "partnership"),
        ("partnerships.end", "partnership"),
        ("rounds.create", "round"),
        ("rounds.cancel", "round"),
    ]
    assert '"seed":3' in found[0][3]
    assert [entry[2:] for entry in found[1:3]] == [
        ('{"stage":"held"}', '{"stage":"issued"}'),
        ('{"stage":"held"}', '{"stage":"discarded"}'),
    ]
    assert found[3][2:] == ('{"shown":false}', '{"shown":true}')
    assert found[4][2:] == ('{"stage":"exploratory"}', '{"stage":"ended","reason":"completed"}')
    assert found[6][2:] == ('{"status":"waiting"}', '{"status":"cancelled"}')
    assert ordered.round_id != waiting.round_id


async def test_templates_are_entered_with_their_rules_before_and_after(database: Database) -> None:
    running = Instance(database, network_of(many_wishes(2, capacity=1)), SendingPolicy.HOLD, TestClock())
    with by_staff("round-templates.create"):
        async with running.unit_of_work() as uow:
            saved = await save_template("Spring", RoundPlan(seed=3), uow, running.surroundings)
            await uow.commit()
    with by_staff("round-templates.change"):
        async with running.unit_of_work() as uow:
            await change_template(saved.template_id, "Autumn", None, uow, running.surroundings)
            await uow.commit()
    with by_staff("round-templates.delete"):
        async with running.unit_of_work() as uow:
            await delete_template(saved.template_id, uow)
            await uow.commit()
    found = await entries(database)
    assert [entry[:2] for entry in found] == [
        (f"round-templates.{act}", "round-template") for act in ("create", "change", "delete")
    ]
    assert '"seed":3' in found[0][3]
    assert ('"Spring"' in found[1][2], '"Autumn"' in found[1][3], '"Autumn"' in found[2][2]) == (True, True, True)


async def test_staffs_acts_on_a_draft_are_entered_and_stay_when_its_publication_is_undone(database: Database) -> None:
    network = network_of(many_wishes(2, capacity=1))
    running = Instance(database, network, SendingPolicy.HOLD, TestClock(), undo_window=timedelta(hours=24))
    draft = await running.run_draft()
    with by_staff("drafts.edits"):
        await running.edit(draft.round_id, Edit.PIN, ("city-0", "city-1"))
    with by_staff("drafts.improve"):
        await running.improve(draft.round_id)
    with by_staff("drafts.undo-edit"):
        await running.undo_edit(draft.round_id)
    with by_staff("drafts.publish"):
        await running.publish(draft.round_id)
    with by_staff("drafts.undo"):
        await running.undo(draft.round_id)
    with by_staff("drafts.discard"):
        await running.discard_draft(draft.round_id)
    found = [entry for entry in await entries(database) if entry[1] == "draft"]
    assert [entry[0] for entry in found] == [
        "drafts.edits",
        "drafts.improve",
        "drafts.undo-edit",
        "drafts.publish",
        "drafts.undo",
        "drafts.discard",
    ]
    assert found[3][2:] == (
        '{"status":"open","pairs":1,"published":0}',
        '{"status":"published","pairs":1,"published":1}',
    )
    assert '"status":"discarded"' in found[5][3]


async def test_what_staff_takes_back_is_entered_with_its_cause(database: Database) -> None:
    network = network_of(many_wishes(2, capacity=1))
    running = Instance(database, network, SendingPolicy.ROUNDS_ONLY, TestClock())
    await running.run_round()
    (issued,) = await running.proposals("issued")
    with by_staff("proposals.take-back"):
        await running.take_back([issued.proposal_id])
    assert [entry[2:] for entry in await entries(database)] == [
        ('{"stage":"issued"}', '{"stage":"superseded","cause":"taken-back"}')
    ]


async def test_what_staff_chooses_is_entered_with_what_held_before(database: Database) -> None:
    running = Instance(database, network_of([]), SendingPolicy.HOLD, TestClock())
    with by_staff("network-settings.change"):
        async with running.unit_of_work() as uow:
            await choose(ChosenSettings(answer_days=28), 0, "tester", uow, running.surroundings)
            await uow.commit()
    assert await entries(database) == [
        (
            "network-settings.change",
            "network-settings",
            '{"answer_days":null,"weights":null,"sending_policy":null}',
            '{"answer_days":28,"weights":null,"sending_policy":null}',
        )
    ]


async def test_the_amounts_that_staff_sets_and_clears_are_entered(database: Database) -> None:
    state = request("rooms", "city-0", currency="KES")
    running = Instance(database, network_with([city("city-0")], [state]), SendingPolicy.HOLD, TestClock())
    market = await current_market(running.surroundings)
    order = AmountOrder(request_id="rooms", currency="EUR", least=1, most=9, co_funding=2)
    with by_staff("amounts.change"):
        async with running.unit_of_work() as uow:
            await set_amount(order, market, NOW, uow)
            await uow.commit()
    with by_staff("amounts.delete"):
        async with running.unit_of_work() as uow:
            await clear_amount("rooms", "EUR", uow)
            await uow.commit()
    told = '{"currency":"EUR","least":1,"most":9,"co_funding":2}'
    assert await entries(database) == [
        ("amounts.change", "request", None, told),
        ("amounts.delete", "request", told, None),
    ]


async def test_who_asks_to_be_introduced_is_entered_with_the_pair(database: Database) -> None:
    running = Instance(database, network_of(many_wishes(2, capacity=1)), SendingPolicy.HOLD, TestClock(), None)
    market, wish = await current_market(running.surroundings), Wish(member_id="city-0", other_id="city-1", openly=True)
    drawn = await drawn_interest(wish, market, running.surroundings)
    with acting(Act(actor_kind="member", actor="contact-1", token_id="token-1", action="members.interests")):
        async with running.unit_of_work() as uow:
            await ask(wish, drawn, market, uow, running.surroundings)
            await uow.commit()
    assert await entries(database) == [
        ("members.interests", "interest", None, '{"pair":"city-0:city-1","openly":true}')
    ]
