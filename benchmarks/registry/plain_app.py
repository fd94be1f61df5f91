"""The plainest way to take in a city: FastAPI, SQLAlchemy's ORM and an outbox row, in a file.

It checks the fields as registry does (the same pydantic model) and keeps the same row and event. It has no tokens, no
problem details, no request ids, metrics or traces, no idempotency, no natural key looked up, and no relay.
"""

import os
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, FastAPI
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine

from benchmarks.registry.city_import import objects_of
from isopolity.contracts.registry import CityState
from isopolity.registry.entrypoints.inputs import CityApplication

engine = create_async_engine(os.environ["PLAIN_DATABASE_URL"], pool_size=10)
sessions = async_sessionmaker(engine)
app = FastAPI()


async def session() -> AsyncIterator[AsyncSession]:
    """A session a request."""
    async with sessions() as opened:
        yield opened


@app.post("/cities", status_code=201)
async def create(city: CityApplication, session: Annotated[AsyncSession, Depends(session)]) -> CityState:
    """Keep the city and its event."""
    state, rows = objects_of(city.profile(), status="applied", bulk=False)
    session.add_all(rows)
    await session.commit()
    return state
