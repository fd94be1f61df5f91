"""`/<service>/v1/settings`: the settings that decide what members and staff can do, with meaning and value; for staff.

Invariant: a service lists only the settings that it names here; no secret, no address and no file of the machine.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, cast

from fastapi import Depends, Request
from pydantic import BaseModel, Field, JsonValue

from isopolity.configuration.settings import Settings
from isopolity.web.routing import ServiceRouter
from isopolity.web.security import require

Subject = Literal["sending", "deadlines", "capacity", "scores", "limits", "access", "mail", "endorsement", "retention"]


@dataclass(frozen=True, slots=True)
class ListedSetting:
    """A setting that staff may see: its subject, and a function for its listed value if that is another."""

    subject: Subject
    value: Callable[[Any], JsonValue] | None = None


class SettingDocument(BaseModel):
    """A setting with its present value."""

    name: str
    subject: str = Field(
        description="sending, deadlines, capacity, scores, limits, access, mail, endorsement or retention"
    )
    meaning: str = Field(description="Its effect, in a sentence")
    value: JsonValue
    default: JsonValue = Field(description="The value that holds unless the operator sets another")
    said: bool = Field(description="Whether the operator has set it; if not, the default holds")
    variable: str = Field(description="The environment variable by which the operator sets it")


class SettingList(BaseModel):
    """The settings of a service that staff may see."""

    items: list[SettingDocument]


def settings_list(settings: Settings, listed: Mapping[str, ListedSetting]) -> SettingList:
    """The list of these settings."""
    return SettingList(items=[document_of(settings, name, each) for name, each in listed.items()])


@cache
def settings_router(service: str) -> ServiceRouter:
    """The router; it changes nothing, since settings come from the environment in which the service is started.

    It reads the list that `answer_for` puts into the application.
    """
    router = ServiceRouter(prefix=f"/{service}/v1/settings", dependencies=[Depends(require("staff"))])

    @router.get("", summary="Settings of the operator")
    async def list_settings(request: Request) -> SettingList:
        """Settings that decide what members and staff can do; those about machines are left out."""
        return cast("SettingList", request.app.state.listed_settings())

    return router


def document_of(settings: Settings, name: str, listed: ListedSetting) -> SettingDocument:
    """The document of one setting."""
    field = type(settings).model_fields[name]
    value_of = listed.value or (lambda found: getattr(found, name))
    default = type(settings).model_construct()
    return SettingDocument(
        name=name,
        subject=listed.subject,
        meaning=(field.description or "").replace("`", "").replace("\n", " "),
        value=value_of(settings),
        default=value_of(default),
        said=name in settings.model_fields_set,
        variable=f"ISOPOLITY_{name.upper()}",
    )
