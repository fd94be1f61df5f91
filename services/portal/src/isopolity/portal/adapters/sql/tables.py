"""The portal's tables."""

from sqlalchemy import MetaData

from isopolity.persistence.tables import messaging_tables

metadata = MetaData()
messaging = messaging_tables(metadata)
