"""Alembic migrations, applied at start. One file per change, named by date, verb and noun."""
