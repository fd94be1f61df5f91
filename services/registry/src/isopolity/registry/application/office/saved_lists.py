"""Lists of members that staff saves under a name.

Invariant: a list that is not shared is seen and changed by its owner alone.
"""

from collections.abc import Mapping
from dataclasses import replace

from isopolity.registry.application.ports import RegistryRepositories, Surroundings
from isopolity.registry.domain.errors import NotFound, NotPossible
from isopolity.registry.domain.member import MOST_SAVED, SavedList


async def save_list(
    name: str,
    choices: Mapping[str, str],
    by: str,
    uow: RegistryRepositories,
    surroundings: Surroundings,
    *,
    shared: bool,
) -> SavedList:
    """Store a list. Raises NotPossible if its owner has `MOST_SAVED` already."""
    if sum(each.owner == by for each in await uow.saved_lists.all_for(by)) >= MOST_SAVED:
        raise NotPossible(f"One person keeps at most {MOST_SAVED} lists; delete some first.")
    saved = SavedList(
        list_id=surroundings.ids(), owner=by, name=name, choices=choices, shared=shared, saved_at=surroundings.clock()
    )
    await uow.saved_lists.put(saved)
    uow.audit.note("saved-list", saved.list_id, after={"shared": shared})
    return saved


async def change_list(list_id: str, name: str, by: str, uow: RegistryRepositories, *, shared: bool) -> SavedList:
    """Rename a list, share it, or share it no more. Raises NotFound, NotPossible."""
    stored = await saved_list(list_id, by, uow)
    if stored.owner != by and not shared:
        raise NotPossible("Only who saved this list can stop sharing it.")
    changed = replace(stored, name=name, shared=shared)
    await uow.saved_lists.put(changed)
    uow.audit.note("saved-list", list_id, before={"shared": stored.shared}, after={"shared": shared})
    return changed


async def delete_list(list_id: str, by: str, uow: RegistryRepositories) -> None:
    """Delete a list. Raises NotFound."""
    stored = await saved_list(list_id, by, uow)
    await uow.saved_lists.remove(list_id)
    uow.audit.note("saved-list", list_id, before={"shared": stored.shared})


async def saved_list(list_id: str, by: str, uow: RegistryRepositories) -> SavedList:
    """A list that this person may see. Raises NotFound."""
    found = await uow.saved_lists.get(list_id)
    if found is None or not found.is_for(by):
        raise NotFound("There is no list with this id; it may have been deleted.")
    return found
