"""Bodies of requests and answers about passkeys, and the reader of a device's answers."""

from typing import Annotated

from fastapi import Depends, Response
from pydantic import BaseModel, Field

from isopolity.registry.application.access.passkey_ports import PasskeyReader
from isopolity.registry.entrypoints import field_types as f
from isopolity.registry.entrypoints.http.context import Registry
from isopolity.registry.entrypoints.http.replies import uncached_reply
from isopolity.registry.entrypoints.http.sign_in_bodies import AtIssuer, BegunWith, Browser, Continued
from isopolity.registry.entrypoints.inputs import Input
from isopolity.web.problems import Problem

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
