"""Layouts that staff has chosen, remembered for the next file with the same headings."""

import asyncio
from dataclasses import replace
from datetime import datetime

from isopolity.registry.application.imports.known_layouts import KnownLayout, digest_of_headings
from isopolity.registry.application.imports.prepared import PreparedImport
from isopolity.registry.application.ports import RegistryUnitOfWork, UnitOfWorkFactory
from isopolity.registry.entrypoints.imports.layout import guessed, headings_in
from isopolity.tables.spool import Sheets


async def with_layout(
    prepared: PreparedImport, sheets: Sheets, unit_of_work: UnitOfWorkFactory, now: datetime
) -> PreparedImport:
    """The import with the layout that staff chose for the same headings, wherever they are, else with a guess."""
    places = await asyncio.to_thread(headings_in, sheets)
    async with unit_of_work() as uow:
        known = await uow.known_layouts.of(prepared.kind, places)
        if not known:
            return replace(prepared, layout=await asyncio.to_thread(guessed, prepared.kind, sheets))
        headings = next(each for each in places if each in known)
        before = replace(known[headings], used_at=now)
        await uow.known_layouts.put(before)
        await uow.commit()
    layout = await asyncio.to_thread(guessed, prepared.kind, sheets, *places[headings])
    layout = replace(layout, columns=before.columns, constants=before.constants, repeated=before.repeated)
    return replace(prepared, layout=layout, said={**before.said, **prepared.said})


async def remember(prepared: PreparedImport, uow: RegistryUnitOfWork, now: datetime) -> None:
    """Keep the layout for the next file with the same headings, if staff has chosen it."""
    layout = prepared.layout
    if layout is not None and layout.is_chosen:
        await uow.known_layouts.put(
            KnownLayout(
                kind=prepared.kind,
                headings=digest_of_headings(layout.titles),
                used_at=now,
                columns=layout.columns,
                constants=layout.constants,
                said=prepared.said,
                repeated=layout.repeated,
            )
        )
