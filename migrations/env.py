"""Alembic's entry: runs the migrations on the connection it is given, for SQLite and PostgreSQL alike."""

from alembic import context

from backend.adapters.tables import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
