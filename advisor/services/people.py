"""What somebody may do with his or her own data: take all of it along, have it removed, and see and end sign-ins."""

from __future__ import annotations

import base64
import csv
import io
import json
import zipfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from advisor.domain.identity import Consent, ConsentKind, Identity, SignIn
from advisor.domain.personal_data import ARCHIVE, ZIP, flat, spreadsheet_safe
from advisor.ports.storage import Storage
from advisor.ports.system import Clock, Offload

Everything = dict[str, list[dict[str, Any]]]
"""All that is stored of somebody: by table, rows as JSON values."""


@dataclass(frozen=True, slots=True)
class Export:
    """All that is stored of somebody at a moment, and the same as a zip file."""

    at: datetime
    everything: Everything
    archive: bytes

    @property
    def name(self) -> str:
        """The zip file's name."""
        return f"{ARCHIVE}-{self.at:%Y-%m-%d}.zip"


@dataclass(frozen=True, slots=True)
class Known:
    """What an investor may see of how he or she is known: addresses, consents as they stand now, and the number of sign-ins."""

    identities: tuple[Identity, ...]
    consents: tuple[Consent, ...]
    sign_ins: int


class PeopleService:
    """`readme(locale, at, rows)` is the page that explains an export: `rows` says how many each table has."""

    def __init__(
        self,
        storage: Storage,
        clock: Clock,
        offload: Offload,
        readme: Callable[[str, datetime, Mapping[str, int]], str],
        *,
        wording: str,
    ) -> None:
        self._storage = storage
        self._clock = clock
        self._offload = offload
        self._readme = readme
        self._wording = wording

    async def everything(self, user_id: str) -> Everything:
        """All that is stored of a user. Earlier exports are named without their content, which is this same data again."""
        found = await self._storage.everything(user_id)
        return {table: [_without_export(row) for row in rows] for table, rows in sorted(found.items())}

    async def export(self, user_id: str, locale: str) -> Export:
        """The same as a zip file: everything.json, a CSV file a table, and a page that explains them in the user's language.

        Equal data at the same moment give equal bytes.
        """
        at, everything = self._clock.now(), await self.everything(user_id)
        page = self._readme(locale, at, {table: len(rows) for table, rows in everything.items()})
        return Export(at, everything, await self._offload.thread(_zip, everything, page, at))

    async def erase(self, user_id: str) -> bool:
        """Remove a user with all that is his or hers, and the key to it; False if there is no such user."""
        return await self._storage.erase_user(user_id, self._clock.now())

    async def sign_ins(self, user_id: str) -> list[SignIn]:
        """Where the user is signed in now, newest first."""
        return await self._storage.sign_ins(user_id, self._clock.now())

    async def end_sign_in(self, user_id: str, sign_in_id: str) -> bool:
        """End one of them; False if it is not the user's or has ended."""
        return await self._storage.end_sign_in(user_id, sign_in_id, self._clock.now())

    async def known(self, user_id: str) -> Known:
        """How a user is known."""
        identities = sorted(await self._storage.identities(user_id), key=lambda it: (it.channel, it.address))
        consents = await self.consents(user_id)
        return Known(tuple(identities), tuple(consents), len(await self.sign_ins(user_id)))

    async def consents(self, user_id: str) -> list[Consent]:
        """What the user agreed to or took back, as it stands now, by kind."""
        latest = {consent.kind: consent for consent in await self._storage.consents(user_id)}
        return [latest[kind] for kind in ConsentKind if kind in latest]

    async def consent(self, user_id: str, kind: ConsentKind, *, given: bool) -> None:
        """Keep what the user agrees to or takes back, with the version of the words; what stands already is not kept again."""
        standing = {consent.kind: consent for consent in await self.consents(user_id)}.get(kind)
        if standing is None or (standing.given, standing.wording) != (given, self._wording):
            await self._storage.set_consent(Consent(user_id, kind, given, self._wording, self._clock.now()))


def _without_export(row: dict[str, Any]) -> dict[str, Any]:
    if row.get("media_type") != ZIP or not str(row.get("name", "")).startswith(ARCHIVE):
        return row
    return {name: value for name, value in row.items() if name != "content"}


def _zip(everything: Everything, page: str, at: datetime) -> bytes:
    """Files in a fixed order, each dated with the moment of the export."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in _files(everything, page):
            entry = zipfile.ZipInfo(name, at.timetuple()[:6])
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
            archive.writestr(entry, content)
    return out.getvalue()


def _files(everything: Everything, page: str) -> Iterable[tuple[str, bytes]]:
    yield "README.txt", page.encode()
    text = json.dumps(everything, sort_keys=True, indent=1, ensure_ascii=False, allow_nan=False)
    yield "everything.json", text.encode("utf-8", "backslashreplace")
    for table, rows in everything.items():
        yield f"{table}.csv", _csv(rows)
    for row in everything.get("documents", []):
        if isinstance(row.get("content"), str):
            yield f"documents/{row['id']}-{row['name']}", base64.b64decode(row["content"])


def _csv(rows: list[dict[str, Any]]) -> bytes:
    """One row a record, one column a field; what lies deeper has its path as its name."""
    flattened = [flat(row) for row in rows]
    columns = list(dict.fromkeys(name for row in flattened for name in row))
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, columns, restval="")
    writer.writeheader()
    writer.writerows({name: spreadsheet_safe(value) for name, value in row.items()} for row in flattened)
    # With the mark at its beginning, spreadsheets read the file as UTF-8.
    return out.getvalue().encode("utf-8-sig", "backslashreplace")
