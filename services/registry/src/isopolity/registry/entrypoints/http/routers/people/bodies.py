"""Bodies of requests to sign in, to continue sessions and to use passkeys; only they contain secrets."""

from typing import Annotated, Self

from fastapi import Depends, Response
from pydantic import BaseModel, BeforeValidator, Field, model_validator

from isopolity.registry.application.access.ports import PasskeyReader
from isopolity.registry.entrypoints import field_types as f
from isopolity.registry.entrypoints.http.context import Registry
from isopolity.registry.entrypoints.http.replies import uncached_reply
from isopolity.registry.entrypoints.inputs import Input
from isopolity.web.problems import Problem

Browser = Annotated[str, Field(min_length=32, max_length=200)]
"""A secret stored in a browser, by which registry recognises it once somebody has signed in from it."""
BegunWith = Annotated[str | None, Field(min_length=1, max_length=80)]


class SignInRequest(Input):
    """The e-mail address of a person who wants to sign in."""

    email: f.Email
    browser: Browser | None = None


class Exchange(Input):
    """The secret of a mailed link, or the code beside it with the id of the sign-in that it was asked for."""

    secret: Annotated[str | None, Field(min_length=1, max_length=200)] = None
    sign_in_id: f.EntryId | None = None
    code: Annotated[str | None, Field(pattern="^[0-9]{6}$")] = None
    begun_with: BegunWith = None
    """The holder's program and system, shown to the holder in the list of sessions; nothing more exact."""
    browser: Browser | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        has_code = self.sign_in_id is not None and self.code is not None
        has_part = self.sign_in_id is not None or self.code is not None
        if (self.secret is None) != has_code or (self.secret is not None and has_part):
            raise ValueError("Give secret alone, or sign_in_id and code.")
        return self


Binding = Annotated[str, Field(min_length=16, max_length=200)]


class AtIssuer(Input):
    """A sign-in at the issuer; `binding` is a value that only the browser knows."""

    binding: Binding


class BackFromIssuer(AtIssuer):
    """The issuer's answer, with which it sent the same browser back."""

    state: Annotated[str, Field(min_length=1, max_length=2_000)]
    code: Annotated[str, Field(min_length=1, max_length=2_000)]
    begun_with: BegunWith = None
    """The holder's program and system, shown to the holder in the list of sessions; nothing more exact."""
    browser: Browser | None = None


class EndOthers(Input):
    """The secret of the browser that remains known."""

    browser: Browser | None = None


class Refresh(Input):
    """A session's last refresh token, and the account to continue as, if it changes."""

    refresh_token: Annotated[str, Field(min_length=1, max_length=200)]
    account_id: f.EntryId | None = None


def _without_spaces(code: object) -> object:
    return "".join(code.split()) if isinstance(code, str) else code


class Continued(Input):
    """A session's last refresh token, which stays valid."""

    refresh_token: Annotated[str, Field(min_length=1, max_length=200)]


class Enrolment(Continued):
    """The enrolment code that somebody else of the office handed over; case, spaces and hyphens do not count."""

    code: Annotated[str, Field(min_length=1, max_length=80)]


class FactorCode(Continued):
    """The code that the app of the session's holder shows now; spaces in it do not count."""

    code: Annotated[str, BeforeValidator(_without_spaces), Field(pattern="^[0-9]{6}$")]


Credential = Annotated[
    str, Field(min_length=2, max_length=20_000, description="JSON, as `PublicKeyCredential.toJSON` makes it")
]
PasskeyName = Annotated[f.Name, Field(max_length=60)]


class AskedToSign(AtIssuer):
    """A request to sign in with a passkey, in the browser with this `binding`."""


class ShownPasskey(AtIssuer):
    """The answer that the same browser got from the device."""

    credential: Credential
    begun_with: BegunWith = None
    """The holder's program and system, shown to the holder in the list of sessions; nothing more exact."""
    browser: Browser | None = None


class MadePasskey(Input):
    """The answer of a device that has made a passkey, and the name that its person gives it."""

    credential: Credential
    name: PasskeyName


class EnrolledPasskey(MadePasskey, Continued):
    """The answer of a device that has made a passkey, for a session without a second factor yet."""


class PasskeyOptions(BaseModel):
    """Options with which a browser asks a device; valid once, within five minutes."""

    options: str
    """JSON, for `PublicKeyCredential.parseRequestOptionsFromJSON` or `parseCreationOptionsFromJSON`."""


def options_reply(options: str) -> Response:
    """The answer with the options, which no cache may store."""
    return uncached_reply(PasskeyOptions(options=options))


async def _reader(registry: Registry) -> PasskeyReader:
    if registry.passkeys is None:
        sentence = "Passkeys need a public address with a name and HTTPS; sign in by mail."
        raise Problem(404, sentence, code="no-passkeys")
    return registry.passkeys


Reader = Annotated[PasskeyReader, Depends(_reader)]
