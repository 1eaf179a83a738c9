"""The history store on SQLite and PostgreSQL: prices, corporate actions, findings, statements and macro series."""
