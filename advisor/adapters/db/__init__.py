"""The storage port on SQLite and PostgreSQL."""
