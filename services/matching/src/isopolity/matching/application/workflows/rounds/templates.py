"""Templates of rounds: saved under a name, renamed, replaced, deleted; each act is noted for the audit.

Invariant: no two templates have one name, however accents and case are written.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from isopolity.matching.application.ports.unit_of_work import UnitOfWork
from isopolity.matching.application.workflows.surroundings import Surroundings
from isopolity.matching.domain.round import MOST_TEMPLATES, RoundPlan, RoundTemplate
from isopolity.matching.errors import TemplateNameTaken, TooManyTemplates, UnknownTemplate

_KIND: Final = "round-template"


async def save_template(name: str, plan: RoundPlan, uow: UnitOfWork, surroundings: Surroundings) -> RoundTemplate:
    """Save a plan under a new name. Raises TemplateNameTaken, TooManyTemplates."""
    await uow.templates.alone()
    known = await uow.templates.all()
    if len(known) >= MOST_TEMPLATES:
        raise TooManyTemplates(f"There are {MOST_TEMPLATES} templates, and no more can be saved. Delete one first.")
    template = RoundTemplate(
        template_id=surroundings.ids(), name=" ".join(name.split()), plan=plan, changed_at=surroundings.clock()
    )
    _refuse_name(template, known)
    await uow.templates.put(template)
    uow.audit.note(_KIND, template.template_id, after={"name": template.name, "plan": plan})
    return template


async def change_template(
    template_id: str, name: str, plan: RoundPlan | None, uow: UnitOfWork, surroundings: Surroundings
) -> RoundTemplate:
    """Rename a template, and replace its plan where one is given. Raises UnknownTemplate, TemplateNameTaken."""
    await uow.templates.alone()
    known = await uow.templates.all()
    before = _among(known, template_id)
    changed = replace(before, name=" ".join(name.split()), plan=plan or before.plan)
    if changed == before:
        return before
    _refuse_name(changed, known)
    changed = replace(changed, changed_at=surroundings.clock())
    await uow.templates.put(changed)
    uow.audit.note(
        _KIND,
        template_id,
        before={"name": before.name, "plan": before.plan},
        after={"name": changed.name, "plan": changed.plan},
    )
    return changed


async def delete_template(template_id: str, uow: UnitOfWork) -> None:
    """Delete a template. Raises UnknownTemplate."""
    before = _among(await uow.templates.all(), template_id)
    await uow.templates.delete(template_id)
    uow.audit.note(_KIND, template_id, before={"name": before.name, "plan": before.plan})


def _among(known: Sequence[RoundTemplate], template_id: str) -> RoundTemplate:
    found = next((each for each in known if each.template_id == template_id), None)
    if found is None:
        raise UnknownTemplate("There is no template with this id.")
    return found


def _refuse_name(template: RoundTemplate, known: Sequence[RoundTemplate]) -> None:
    if any(each.name_key == template.name_key and each.template_id != template.template_id for each in known):
        raise TemplateNameTaken(f"There is a template named {template.name} already. Choose another name.")
