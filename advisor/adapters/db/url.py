"""Database addresses as people write them, turned into what the drivers take."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import unquote

from advisor.domain.errors import SettingsError

Kind = Literal["sqlite", "postgresql"]

_SCHEMES: dict[str, Kind] = {
    "sqlite": "sqlite",
    "sqlite+pysqlite": "sqlite",
    "sqlite+aiosqlite": "sqlite",
    "postgres": "postgresql",
    "postgresql": "postgresql",
    "postgresql+asyncpg": "postgresql",
}


@dataclass(frozen=True, slots=True)
class DatabaseUrl:
    """A database's address: `path` is the SQLite file, `dsn` the PostgreSQL address as libpq and asyncpg read it.

    The address holds a password: it is never shown.
    """

    kind: Kind
    path: Path = Path()
    dsn: str = ""


def parse_url(url: str) -> DatabaseUrl:
    """Read `sqlite:///file`, `postgres://...` or `postgresql://...`, with or without a driver's name.

    Nothing here imports a driver: a start that finds nothing to migrate stays quick.

    Raises:
        SettingsError: for another kind of database, or an SQLite address without a file.
    """
    scheme, separator, location = url.strip().partition("://")
    kind = _SCHEMES.get(scheme.lower())
    if not separator or kind is None:
        raise SettingsError("DATABASE_URL must start with sqlite:/// or postgresql://.", field="DATABASE_URL")
    if kind == "postgresql":
        return DatabaseUrl(kind, dsn=f"postgresql://{location}")
    # After "//" comes an empty host, then the path: three slashes are relative, four absolute, as SQLAlchemy has it.
    file = unquote(location.partition("?")[0])
    if not file.startswith("/") or file in ("/", "/:memory:"):
        raise SettingsError("DATABASE_URL must name a file, as in sqlite:///var/smartinvest.db.", field="DATABASE_URL")
    return DatabaseUrl(kind, path=Path(file[1:]))
