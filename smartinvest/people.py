"""`smartinvest export` and `smartinvest erase`: what an operator does for a person who asks for his or her data, or for its end."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from advisor.domain.errors import InvalidInput, NotFound
from advisor.domain.message import Channel

if TYPE_CHECKING:
    from advisor.config import Settings
    from advisor.container import Container

_LOCALE = "en"


class Who:
    """A person as an operator knows him or her: by our id, by an address on a channel, or by the e-mail address of an account."""

    def __init__(self, user: str | None, address: str | None, email: str | None) -> None:
        given = [name for name, value in (("--user", user), ("--address", address), ("--email", email)) if value]
        if len(given) != 1:
            raise InvalidInput(
                "Say who: --user ID, or --address telegram:CHAT, or --email ADDRESS, and only one of them."
            )
        self._user, self._address, self._email = user, address, email

    async def find(self, container: Container) -> str:
        """The person's id.

        Raises:
            NotFound: if there is none.
        """
        found = await self._found(container)
        if found is None:
            raise NotFound("There is no such person in this database.")
        return found

    async def _found(self, container: Container) -> str | None:
        if self._email:
            account = await container.storage.account_of(self._email.strip().casefold())
            return account.user_id if account else None
        if self._address:
            channel, _, place = self._address.partition(":")
            if channel not in set(Channel) or not place:
                names = ", ".join(Channel)
                raise InvalidInput(f"An address is a channel ({names}), a colon and the address: telegram:4711.")
            conversation = await container.storage.find_conversation(Channel(channel), place)
            return conversation.user_id if conversation else None
        known = self._user and any((await container.storage.everything(self._user)).values())
        return self._user if known else None


def export(settings: Settings, who: Who, output: Path | None, *, sure: bool) -> int:
    """Write everything that is stored of a person to a zip file; 1 if the operator says no.

    Raises:
        InvalidInput: if it is not said who, or the file cannot be written.
        NotFound: if there is no such person.
    """
    return asyncio.run(_export(settings, who, output, sure=sure))


def erase(settings: Settings, who: Who, *, sure: bool) -> int:
    """Remove everything that is stored of a person, and the key to it; 1 if the operator says no.

    Raises:
        InvalidInput: if it is not said who.
        NotFound: if there is no such person.
    """
    return asyncio.run(_erase(settings, who, sure=sure))


async def _export(settings: Settings, who: Who, output: Path | None, *, sure: bool) -> int:
    from advisor.container import open_container

    async with open_container(settings) as container:
        user_id = await who.find(container)
        made = await container.people.export(user_id, _LOCALE)
        file = (output or Path(made.name)).absolute()
        rows = sum(len(entries) for entries in made.everything.values())
        if not agreed(f"This writes {rows} entries of {user_id} to {file}, unencrypted.", sure=sure):
            return 1
        _write(file, made.archive)
    print(f"Written to {file}, readable by you alone. Delete it once the person has it.")
    return 0


async def _erase(settings: Settings, who: Who, *, sure: bool) -> int:
    from advisor.container import open_container

    async with open_container(settings) as container:
        user_id = await who.find(container)
        known = await container.people.known(user_id)
        places = ", ".join(dict.fromkeys(it.channel.value for it in known.identities)) or "no channel"
        said = f"This removes everything of {user_id} ({places}) and the key to it, for good. Plans, talk, account: all of it."
        if not agreed(said, sure=sure):
            return 1
        await container.people.erase(user_id)
    print("Gone. What stays are digests in the audit chain, which nobody can read any more. Backups: docs/privacy.md.")
    return 0


def agreed(said: str, *, sure: bool) -> bool:
    """Whether the operator agrees: by an option, or at the terminal. Where there is none, it is no."""
    print(said)
    if sure:
        return True
    if not sys.stdin.isatty():
        print("Nothing was done. Add --yes to go on without a question.", file=sys.stderr)
        return False
    agreed = input("Go on? y or N: ").strip().casefold() in ("y", "yes")
    if not agreed:
        print("Nothing was done.")
    return agreed


def _write(file: Path, content: bytes) -> None:
    """A new file that its owner alone may read."""
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise InvalidInput(f"{file} cannot be written: {error.strerror}. Name another with --output.") from None
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(content)
