"""registry's adapters: `sql`, the database."""
