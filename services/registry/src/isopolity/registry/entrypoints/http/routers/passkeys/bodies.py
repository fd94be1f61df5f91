"""What is sent of passkeys, and what is answered; and the reader of a device's answers."""

from typing import Annotated

from fastapi import Depends, Response
from pydantic import BaseModel, Field

from isopolity.registry.application.access.passkey_ports import PasskeyReader
from isopolity.registry.entrypoints import field_types as f
from isopolity.registry.entrypoints.http.context import Registry
from isopolity.registry.entrypoints.http.sign_in_bodies import AtIssuer, Browser, Continued
from isopolity.registry.entrypoints.inputs import Input
from isopolity.web.problems import Problem

Credential = Annotated[
    str, Field(min_length=2, max_length=20_000, description="JSON, as `PublicKeyCredential.toJSON` makes it")
]
PasskeyName = Annotated[f.Name, Field(max_length=60)]


class AskedToSign(AtIssuer):
    """That somebody signs in with a passkey, in the browser that `binding` stands for."""


class ShownPasskey(AtIssuer):
    """What the same browser got of the device."""

    credential: Credential
    begun_with: Annotated[str | None, Field(min_length=1, max_length=80)] = None
    """As of `Exchange`."""
    browser: Browser | None = None


class MadePasskey(Input):
    """What a browser got of the device that has made a passkey, and what its person calls it."""

    credential: Credential
    name: PasskeyName


class EnrolledPasskey(MadePasskey, Continued):
    """As of `MadePasskey`, for a session that acts for nobody of the office yet."""


class PasskeyOptions(BaseModel):
    """What a browser needs to ask a device; they count once, within five minutes."""

    options: str
    """JSON, for `PublicKeyCredential.parseRequestOptionsFromJSON` or `parseCreationOptionsFromJSON`."""


def options_reply(options: str) -> Response:
    """The options, in an answer that no cache keeps."""
    document = PasskeyOptions(options=options).model_dump_json()
    return Response(document, media_type="application/json", headers={"Cache-Control": "no-store"})


async def _reader(registry: Registry) -> PasskeyReader:
    if registry.passkeys is None:
        sentence = "Passkeys need a public address with a name and HTTPS; sign in by mail."
        raise Problem(404, sentence, code="no-passkeys")
    return registry.passkeys


Reader = Annotated[PasskeyReader, Depends(_reader)]
