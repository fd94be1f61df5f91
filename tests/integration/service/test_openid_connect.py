"""Every service takes the tokens of the OpenID Connect issuer that the settings name."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest

from isopolity.configuration.settings import Settings
from isopolity.matching.bootstrap import open_matching
from isopolity.matching.settings import MatchingSettings
from isopolity.notify.bootstrap import open_notify
from isopolity.notify.settings import NotifySettings
from isopolity.registry.bootstrap import open_registry
from isopolity.registry.settings import RegistrySettings
from isopolity.runtime.service import Service
from isopolity.web.tokens import TokensByIssuer
from tests.support.keys import keys_of
from tests.support.shared.migrated import filled_with_tables

Open = Callable[[Any], AbstractAsyncContextManager[Service]]


@pytest.mark.parametrize(
    ("kind", "open_service"),
    [(RegistrySettings, open_registry), (MatchingSettings, open_matching), (NotifySettings, open_notify)],
)
async def test_an_issuer_in_the_settings_is_asked(tmp_path: Path, kind: type[Settings], open_service: Open) -> None:
    settings = kind(data=tmp_path, **keys_of("k" * 32), oidc_issuer="https://login.example")
    await filled_with_tables(settings.database_url, kind.__module__.removesuffix(".settings"))
    async with open_service(settings) as service:
        assert isinstance(service.app.state.tokens.verifier, TokensByIssuer)
