"""What somebody takes along: all of it, in a form that programs, spreadsheets and people can read; and consents over time."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.adapters.db.schema import metadata
from advisor.adapters.system.offload import LocalOffload
from advisor.domain.documents import document
from advisor.domain.identity import ConsentKind
from advisor.domain.message import Channel, Turn
from advisor.domain.personal_data import ARCHIVE, ZIP, flat, spreadsheet_safe
from advisor.replies.personal import readme
from advisor.replies.wording import known, locales, say
from advisor.services.people import PeopleService
from tests.storage_fake import MemoryStorage
from tests.world import HandClock

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def service(storage: MemoryStorage, wording: str = "1") -> PeopleService:
    return PeopleService(storage, HandClock(NOW), LocalOffload(processes=1), readme, wording=wording)


async def ann(storage: MemoryStorage) -> str:
    greeting = Turn(1, "advisor", NOW, blocks=({"kind": "text", "text": "=cmd()|Hällo"},))
    return (await storage.open_conversation(Channel.WEB, "here", {"locale": "en"}, greeting, push=False)).user_id


def files(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


async def test_equal_data_at_the_same_moment_give_equal_bytes() -> None:
    storage = MemoryStorage()
    user = await ann(storage)
    made = [await service(storage).export(user, "en") for _ in range(2)]
    assert made[0].archive == made[1].archive
    assert made[0].name == "smartinvest-my-data-2026-11-20.zip"


async def test_there_is_a_table_for_every_theme_and_the_whole_as_json() -> None:
    storage = MemoryStorage()
    user = await ann(storage)
    made = await service(storage).export(user, "en")
    found = files(made.archive)
    everything = json.loads(found["everything.json"])
    assert everything == made.everything
    assert {name.removesuffix(".csv") for name in found if name.endswith(".csv")} == set(everything)
    for table, rows in everything.items():
        read = list(csv.DictReader(io.StringIO(found[f"{table}.csv"].decode("utf-8-sig"))))
        assert len(read) == len(rows), table


@pytest.mark.parametrize("locale", locales())
async def test_the_page_inside_speaks_the_investor_s_language_and_names_every_table(locale: str) -> None:
    storage = MemoryStorage()
    made = await service(storage).export(await ann(storage), locale)
    page = files(made.archive)["README.txt"].decode()
    assert page.startswith(say(locale, "personal.readme.title"))
    assert all(table in page for table in made.everything)


@pytest.mark.parametrize("locale", locales())
def test_every_table_of_the_database_that_names_somebody_is_explained(locale: str) -> None:
    owned = {
        name for name, table in metadata.tables.items() if {"user_id", "conversation_id"} & set(table.columns.keys())
    }
    assert len(owned) > 10
    assert [name for name in sorted(owned) if not known(locale, f"personal.readme.about.{name}")] == []


async def test_a_document_is_there_as_a_file_and_an_earlier_export_by_its_name_only() -> None:
    storage = MemoryStorage()
    user = await ann(storage)
    await storage.save_document(user, document(user, "report.pdf", "application/pdf", b"%PDF-1"))
    await storage.save_document(user, document(user, f"{ARCHIVE}-2026-01-01.zip", ZIP, b"PK" * 1000))
    made = await service(storage).export(user, "en")
    found = {name: content for name, content in files(made.archive).items() if name.startswith("documents/")}
    assert list(found.values()) == [b"%PDF-1"]
    assert len(made.everything["documents"]) == 2
    assert b"UEtQS1BL" not in files(made.archive)["everything.json"]


async def test_what_looks_like_a_formula_is_none_in_the_table_and_exact_in_the_json() -> None:
    storage = MemoryStorage()
    found = files((await service(storage).export(await ann(storage), "en")).archive)
    assert "=cmd()|Hällo" in found["everything.json"].decode()
    for row in csv.DictReader(io.StringIO(found["turns.csv"].decode("utf-8-sig"))):
        assert not [value for value in row.values() if value.startswith("=")]


async def test_an_unknown_user_has_nothing_to_export_or_erase() -> None:
    people = service(MemoryStorage())
    assert await people.everything("nobody") == {}
    assert not await people.erase("nobody")


async def test_consents_stand_as_they_were_last_given_and_are_not_kept_twice() -> None:
    storage = MemoryStorage()
    user = await ann(storage)
    people = service(storage)
    for given_now in (True, True, False, True):
        await people.consent(user, ConsentKind.MESSAGES, given=given_now)
    assert [it.given for it in await storage.consents(user)] == [True, False, True]
    (standing,) = await people.consents(user)
    assert (standing.kind, standing.given, standing.wording) == (ConsentKind.MESSAGES, True, "1")
    await service(storage, wording="2").consent(user, ConsentKind.MESSAGES, given=True)
    assert [it.wording for it in await storage.consents(user)] == ["1", "1", "1", "2"]


JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text(max_size=5), JSON, max_size=5))
def test_any_row_becomes_one_line_of_texts(row: dict[str, Any]) -> None:
    made = flat(row)
    assert all(isinstance(name, str) and isinstance(cell, str) for name, cell in made.items())


@given(st.text())
def test_no_cell_begins_like_a_formula_unless_it_is_a_number(cell: str) -> None:
    safe = spreadsheet_safe(cell)
    assert safe.removeprefix("'") == cell.removeprefix("'") if safe != cell else True
    if safe[:1] in tuple("=+-@\t\r"):
        float(safe)


def test_numbers_stay_numbers() -> None:
    assert [spreadsheet_safe(cell) for cell in ("-12.5", "+3", "1e5", "=1+1", "-cmd")] == [
        "-12.5",
        "+3",
        "1e5",
        "'=1+1",
        "'-cmd",
    ]
