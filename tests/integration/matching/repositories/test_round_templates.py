"""Templates of rounds: saved under a name that no other one has, renamed, deleted, and entered in the audit."""

import pytest

from isopolity.matching.application.ports.unit_of_work import UnitOfWorkFactory
from isopolity.matching.application.workflows.rounds.templates import change_template, delete_template, save_template
from isopolity.matching.domain.round import MOST_TEMPLATES, RoundPlan
from isopolity.matching.domain.settings import SendingPolicy
from isopolity.matching.entrypoints.rule_files.rule_file import rule_book
from isopolity.matching.errors import TemplateNameTaken, TooManyTemplates, UnknownTemplate
from tests.support.matching.fakes import FakeStore
from tests.support.matching.instance import Instance, many_wishes, network_of
from tests.support.matching.service import TestClock

RULES = RoundPlan(
    seed=3, book=rule_book({"rules": [{"across": "region", "at_least": 2}]}), never=(("city-0", "city-1"),)
)


@pytest.fixture
def running() -> Instance:
    return Instance(FakeStore(), network_of(many_wishes(2, capacity=1)), SendingPolicy.HOLD, TestClock())


async def test_a_template_is_kept_as_it_was_saved_and_found_by_name(
    unit_of_work: UnitOfWorkFactory, running: Instance
) -> None:
    async with unit_of_work() as uow:
        spring = await save_template("  Spring   round ", RULES, uow, running.surroundings)
        autumn = await save_template("Autumn", RoundPlan(), uow, running.surroundings)
        await uow.commit()
    async with unit_of_work() as uow:
        assert await uow.templates.all() == [autumn, spring]
    assert (spring.name, spring.plan) == ("Spring round", RULES)


async def test_no_two_templates_have_one_name(unit_of_work: UnitOfWorkFactory, running: Instance) -> None:
    async with unit_of_work() as uow:
        await save_template("Été", RULES, uow, running.surroundings)
        other = await save_template("Autumn", RULES, uow, running.surroundings)
        with pytest.raises(TemplateNameTaken, match="There is a template named ete already"):
            await save_template("ete", RULES, uow, running.surroundings)
        with pytest.raises(TemplateNameTaken):
            await change_template(other.template_id, "ETE", None, uow, running.surroundings)


async def test_a_template_is_renamed_replaced_and_deleted(unit_of_work: UnitOfWorkFactory, running: Instance) -> None:
    async with unit_of_work() as uow:
        saved = await save_template("Spring", RULES, uow, running.surroundings)
        renamed = await change_template(saved.template_id, "Spring 2027", None, uow, running.surroundings)
        assert (renamed.name, renamed.plan) == ("Spring 2027", RULES)
        replaced = await change_template(saved.template_id, "SPRING 2027", RoundPlan(), uow, running.surroundings)
        assert await uow.templates.all() == [replaced]
        await delete_template(saved.template_id, uow)
        assert await uow.templates.all() == []
        with pytest.raises(UnknownTemplate):
            await delete_template(saved.template_id, uow)
        with pytest.raises(UnknownTemplate):
            await uow.templates.delete(saved.template_id)


async def test_no_more_templates_are_saved_than_a_page_can_list(running: Instance) -> None:
    store = FakeStore()
    async with store.unit_of_work() as uow:
        for number in range(MOST_TEMPLATES):
            await save_template(f"Round {number}", RULES, uow, running.surroundings)
        with pytest.raises(TooManyTemplates, match=f"There are {MOST_TEMPLATES} templates"):
            await save_template("One more", RULES, uow, running.surroundings)
