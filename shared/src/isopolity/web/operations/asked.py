"""The vitals of the service that is asked: routes for operators are made once, and look for them in the application."""

from typing import Annotated, cast

from fastapi import Depends, Request

from isopolity.web.operations.vitals import Vitals


async def _vitals(request: Request) -> Vitals:
    return cast("Vitals", request.app.state.vitals)


AskedVitals = Annotated[Vitals, Depends(_vitals)]
