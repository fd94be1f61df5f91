"""The Authenticator: codes by the time (TOTP, RFC 6238), with secrets sealed under registry's keys; and the
PasskeyReader: py_webauthn, for one relying party.

Invariants: a secret is stored only sealed; it opens with any of the keys, so that keys can be rotated. A device with a
passkey has itself verified its user; a passkey whose signature count goes back, or whose backup flags change, is
refused.
"""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from pyotp import TOTP, random_base32
from webauthn import (
    base64url_to_bytes,
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    CredentialDeviceType,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from isopolity.identity.addresses import PasskeySite
from isopolity.registry.adapters.encryption import Sealing
from isopolity.registry.application.access.ports import NewCredential, NewSecret, Signed
from isopolity.registry.domain.access.account import Account
from isopolity.registry.domain.access.second_factor import CHALLENGE_HELD, Passkey

_STEP: Final = 30
"""Seconds for which an app shows a code."""


def app_secrets(keys: Sequence[str]) -> Sealing:
    """The sealing of secrets of apps."""
    return Sealing(keys, "second-factor")


class TotpAuthenticator:
    """Makes and checks secrets that are sealed with the first of `keys` and opened with any."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._sealing = app_secrets(keys)

    def make(self, name: str) -> NewSecret:
        secret = random_base32()
        address = TOTP(secret).provisioning_uri(name=name, issuer_name="Isopolity")
        return NewSecret(secret=secret, address=address, sealed=self._sealing.sealed(secret))

    def step(self, sealed: str, code: str, now: datetime) -> int | None:
        secret = self._sealing.opened(sealed)
        if secret is None:
            return None
        for near in (-1, 0, 1):
            moment = now + timedelta(seconds=near * _STEP)
            if TOTP(secret).verify(code, for_time=moment):
                return int(moment.timestamp()) // _STEP
        return None

    def resealed(self, sealed: str) -> str:
        return self._sealing.resealed(sealed)


_NAME: Final = "Isopolity"
_MILLISECONDS: Final = CHALLENGE_HELD.seconds * 1000
_UNREADABLE: Final = (WebAuthnException, ValueError, TypeError, LookupError, RecursionError, OverflowError)
"""Errors that the library raises for malformed answers, which strangers may send."""


class WebauthnPasskeys:
    """A PasskeyReader for one site."""

    def __init__(self, site: PasskeySite) -> None:
        self._site = site

    def creation(self, challenge: bytes, account: Account, known: Sequence[str]) -> str:
        options = generate_registration_options(
            rp_id=self._site.host,
            rp_name=_NAME,
            user_id=account.account_id.encode(),
            user_name=account.email,
            user_display_name=account.name,
            challenge=challenge,
            timeout=_MILLISECONDS,
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
            ),
            exclude_credentials=[PublicKeyCredentialDescriptor(id=base64url_to_bytes(each)) for each in known],
        )
        return options_to_json(options)

    def request(self, challenge: bytes) -> str:
        return options_to_json(
            generate_authentication_options(
                rp_id=self._site.host,
                challenge=challenge,
                timeout=_MILLISECONDS,
                user_verification=UserVerificationRequirement.REQUIRED,
            )
        )

    def challenge_of(self, credential: str) -> bytes | None:
        try:
            client_data = json.loads(base64url_to_bytes(json.loads(credential)["response"]["clientDataJSON"]))
            return base64url_to_bytes(client_data["challenge"])
        except (*_UNREADABLE, AttributeError):
            return None

    def id_of(self, credential: str) -> str | None:
        try:
            named = json.loads(credential)["rawId"]
            return bytes_to_base64url(base64url_to_bytes(named))
        except (*_UNREADABLE, AttributeError):
            return None

    def made(self, credential: str, challenge: bytes) -> NewCredential | None:
        try:
            made = verify_registration_response(
                credential=credential,
                expected_challenge=challenge,
                expected_rp_id=self._site.host,
                expected_origin=self._site.origin,
                require_user_verification=True,
            )
        except _UNREADABLE:
            return None
        return NewCredential(
            credential_id=bytes_to_base64url(made.credential_id),
            public_key=bytes_to_base64url(made.credential_public_key),
            sign_count=made.sign_count,
            is_synced=made.credential_device_type is CredentialDeviceType.MULTI_DEVICE,
            is_backed_up=made.credential_backed_up,
        )

    def signed(self, credential: str, challenge: bytes, passkey: Passkey) -> Signed | None:
        if not _is_holder(credential, passkey):
            return None
        try:
            signed = verify_authentication_response(
                credential=credential,
                expected_challenge=challenge,
                expected_rp_id=self._site.host,
                expected_origin=self._site.origin,
                credential_public_key=base64url_to_bytes(passkey.public_key),
                credential_current_sign_count=passkey.sign_count,
                require_user_verification=True,
            )
        except _UNREADABLE:
            return None
        is_synced = signed.credential_device_type is CredentialDeviceType.MULTI_DEVICE
        if is_synced is not passkey.is_synced:
            return None
        return Signed(sign_count=signed.new_sign_count, is_backed_up=signed.credential_backed_up)


def _is_holder(credential: str, passkey: Passkey) -> bool:
    """Whether the answer names the passkey's account as its holder (`userHandle`)."""
    try:
        answer: Any = json.loads(credential)
        return base64url_to_bytes(answer["response"]["userHandle"]) == passkey.account_id.encode()
    except (*_UNREADABLE, AttributeError):
        return False
