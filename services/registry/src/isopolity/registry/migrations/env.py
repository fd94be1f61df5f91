"""Alembic runs this for each migration of registry; the connection comes from `isopolity.persistence.migrations`."""

from isopolity.persistence.migrations import run_in_environment
from isopolity.registry.adapters.sql.desk.desk_tables import shortlist

run_in_environment(shortlist.metadata)
