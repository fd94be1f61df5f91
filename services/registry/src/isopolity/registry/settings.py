"""The settings of registry: what all services share, and its own."""

from pydantic import SecretStr

from isopolity.settings import Settings


class RegistrySettings(Settings):
    """Read from `ISOPOLITY_…`."""

    registry_database_url: SecretStr | None = None
    """`postgresql://user:password@host/database`; a SQLite file in the data folder if not set."""

    @property
    def database_url(self) -> str:
        if self.registry_database_url is not None:
            return self.registry_database_url.get_secret_value()
        return f"sqlite+aiosqlite:///{self.data / 'registry.db'}"
