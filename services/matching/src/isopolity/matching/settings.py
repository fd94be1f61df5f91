"""The settings of matching: what all services share, and its own."""

from isopolity.settings import Settings
from pydantic import SecretStr


class MatchingSettings(Settings):
    """Read from `ISOPOLITY_…`."""

    matching_database_url: SecretStr | None = None
    """`postgresql://user:password@host/database`; a SQLite file in the data folder if not set."""

    @property
    def database_url(self) -> str:
        if self.matching_database_url is not None:
            return self.matching_database_url.get_secret_value()
        return f"sqlite+aiosqlite:///{self.data / 'matching.db'}"
