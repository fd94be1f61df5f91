"""An OpenID Connect issuer in this process, with claims that a test sets."""

import base64
import hashlib
import time
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from fastapi import FastAPI, HTTPException, Request

ISSUER = "https://login.example"
CLIENT = "isopolity"


class StaffIssuerUnderTest:
    """The issuer; `claims` are added to its next ID token."""

    def __init__(self) -> None:
        self.claims: dict[str, Any] = {"sub": "mia", "email": "Mia@network.example", "email_verified": True}
        self.told: dict[str, Any] = {}
        self.is_away = False
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.signing = self.key
        self._codes: dict[str, dict[str, str]] = {}
        app = FastAPI()
        app.get("/.well-known/openid-configuration")(self._configuration)
        app.get("/keys")(self._keys)
        app.post("/token")(self._token)
        app.get("/me")(self._me)
        self.transport = httpx.ASGITransport(app)

    def signs_in(self, address: str) -> dict[str, str]:
        """Sign in at the address that the browser was sent to; returns the parameters that it comes back with."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert (asked["response_type"], asked["code_challenge_method"]) == ("code", "S256")
        assert asked["redirect_uri"].endswith("/sign-in/office/back")
        code = f"code-{len(self._codes)}"
        self._codes[code] = asked
        return {"state": asked["state"], "code": code}

    async def _configuration(self) -> dict[str, str]:
        if self.is_away:
            raise HTTPException(503)
        paths = {"authorization": "auth", "token": "token", "userinfo": "me"}
        endpoints = {f"{name}_endpoint": f"{ISSUER}/{path}" for name, path in paths.items()}
        return {"issuer": ISSUER, "jwks_uri": f"{ISSUER}/keys", **endpoints}

    async def _keys(self) -> dict[str, Any]:
        return {"keys": [jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key(), as_dict=True) | {"kid": "one"}]}

    async def _token(self, request: Request) -> dict[str, Any]:
        form = {name: values[0] for name, values in parse_qs((await request.body()).decode()).items()}
        asked = self._codes.pop(form["code"], None)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).rstrip(b"=")
        if asked is None or asked["code_challenge"] != challenge.decode():
            raise HTTPException(400, {"error": "invalid_grant"})
        now = int(time.time())
        claims = {"iss": ISSUER, "aud": CLIENT, "nonce": asked["nonce"], "iat": now, "exp": now + 300} | self.claims
        token = jwt.encode(claims, self.signing, algorithm="RS256", headers={"kid": "one"})
        return {"access_token": "access", "token_type": "Bearer", "id_token": token}

    async def _me(self, request: Request) -> dict[str, Any]:
        assert request.headers["authorization"] == "Bearer access"
        return self.told
