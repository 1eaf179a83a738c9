"""Alembic's entry. The caller opens the connection, holds the lock and commits: see advisor/adapters/db/migrate.py."""

from alembic import context

from advisor.adapters.db.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
