"""`smartinvest keys`: a new secret key in front, and everything sealed under an older one brought under it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from advisor.domain.errors import SettingsError
from smartinvest.people import agreed
from smartinvest.supervisor import healthy

if TYPE_CHECKING:
    from advisor.config import Settings

_RUNNING = (
    "SmartInvest is running at {url}. It does not know the new key and could not read what is sealed under it. "
    "Stop it first, and start it again afterwards."
)
_BACKUPS = "The old key stays behind it: backups from before need it."


def rotate(settings: Settings, *, sure: bool) -> int:
    """Make a new key. Kept in the data directory, it is put in front and everything is rewrapped; 1 if the operator says no.

    Keys that come from the settings are not ours to change: what to put there is printed, and `rewrap` does the rest.

    Raises:
        SettingsError: if the product is running with the old keys, or the key file cannot be written.
    """
    from advisor.adapters.vault import generate_key, load_or_create_keys, put_in_front

    if settings.secret_keys:
        given = ",".join(key.get_secret_value() for key in settings.secret_keys)
        print("The keys come from SMARTINVEST_SECRET_KEYS. Put this there, in every process's settings:\n")
        print(f"SMARTINVEST_SECRET_KEYS={generate_key()},{given}\n")
        print("Restart every process, then run `smartinvest keys rewrap`. " + _BACKUPS)
        return 0
    if healthy(settings.host, settings.port):
        raise SettingsError(_RUNNING.format(url=settings.url))
    load_or_create_keys(settings.data_dir)
    if not agreed(f"This makes a new secret key in {settings.data_dir} and seals every user's key anew.", sure=sure):
        return 1
    put_in_front(settings.data_dir, generate_key())
    return rewrap(settings)


def rewrap(settings: Settings) -> int:
    """Bring every user's key, and all else that is sealed under an older secret key, under the first one. Safe to run again.

    Raises:
        SmartInvestError: if the database cannot be opened with these keys.
    """
    count = asyncio.run(_rewrap(settings))
    print(f"Done: the keys of {count} users are under the first secret key now. {_BACKUPS}")
    return 0


def forget(settings: Settings, *, sure: bool) -> int:
    """Drop all keys of the data directory but the first, once everything is under it; 1 if the operator says no.

    Raises:
        SettingsError: if the keys come from the settings, or the file cannot be written.
    """
    from advisor.adapters.vault import keep_first

    if settings.secret_keys:
        raise SettingsError("The keys come from SMARTINVEST_SECRET_KEYS. Take the old ones out there.")
    said = "This drops all secret keys but the newest. Backups made before the last rotation cannot be read any more."
    if not agreed(said, sure=sure):
        return 1
    asyncio.run(_rewrap(settings))
    dropped = keep_first(settings.data_dir)
    print(f"Dropped: {dropped}." if dropped else "There was only one key.")
    return 0


async def _rewrap(settings: Settings) -> int:
    """With the database alone: no market is asked for a change of keys."""
    from advisor.adapters.db.storage import open_storage
    from advisor.container import open_vault

    storage = await open_storage(settings.database_url.get_secret_value(), open_vault(settings))
    try:
        return await storage.rewrap_keys()
    finally:
        await storage.close()
