"""Somebody's own data in the talk, on every channel alike: export, erasure, linking, sign-ins, silence."""

from __future__ import annotations

import io
import secrets
import zipfile
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from advisor.container import Container, open_container
from advisor.domain.identity import ConsentKind
from advisor.domain.message import Channel, Conversation, Inbound, Turn, Visitor
from advisor.ports.identity_storage import ChatSession
from tests.transcripts.players import settings_in

EVERYWHERE = pytest.mark.parametrize("channel", list(Channel))


@pytest_asyncio.fixture
async def house(tmp_path: Path) -> AsyncIterator[Container]:
    async with open_container(await settings_in(tmp_path)) as container:
        yield container


async def begin(house: Container, channel: Channel, address: str = "a", locale: str = "en-US") -> Conversation:
    return await house.dialogue.open(channel, address, Visitor(locale))


async def say(house: Container, talk: Conversation, *texts: str) -> Turn:
    for text in texts:
        turn = await house.dialogue.handle(talk.id, Inbound(secrets.token_hex(8), text=text))
    return turn


def words(turn: Turn) -> str:
    return "\n".join(block.get("text", "") for block in turn.blocks or ())


def asked(turn: Turn) -> str | None:
    return turn.expects["slot"] if turn.expects else None


async def code_of(house: Container, talk: Conversation) -> str:
    return words(await say(house, talk, "/link")).partition("**")[2].partition("**")[0]


@EVERYWHERE
async def test_the_export_is_a_document_of_the_talk(house: Container, channel: Channel) -> None:
    talk = await begin(house, channel)
    turn = await say(house, talk, "a house", "export my data")
    (file,) = [block for block in turn.blocks or () if block["kind"] == "file"]
    stored = await house.storage.document(talk.user_id, file["url"].rpartition("/")[2])
    assert stored is not None
    with zipfile.ZipFile(io.BytesIO(stored.content)) as archive:
        assert "a house" in archive.read("turns.csv").decode("utf-8-sig")
    assert asked(turn) == "horizon", "the question stays open"


async def test_the_export_speaks_german_to_a_german(house: Container) -> None:
    talk = await begin(house, Channel.WEB, locale="de-DE")
    turn = await say(house, talk, "/export")
    assert "gespeichert" in words(turn)


@EVERYWHERE
async def test_delete_asks_first_and_no_keeps_everything(house: Container, channel: Channel) -> None:
    talk = await begin(house, channel)
    assert asked(await say(house, talk, "a house", "/delete")) == "confirm_erase"
    assert asked(await say(house, talk, "no")) == "horizon"
    assert await house.storage.conversation(talk.id) is not None


@EVERYWHERE
async def test_after_a_yes_nothing_is_left_and_the_next_word_begins_anew(house: Container, channel: Channel) -> None:
    talk = await begin(house, channel)
    turn = await say(house, talk, "a house", "/delete", "yes")
    assert ("gone" in words(turn), turn.expects) == (True, None)
    assert await house.storage.conversation(talk.id) is None
    assert await house.storage.find_conversation(channel, "a") is None
    assert (await house.people.everything(talk.user_id)) == {}
    anew = await begin(house, channel)
    assert anew.user_id != talk.user_id


@EVERYWHERE
async def test_a_code_from_one_channel_links_the_web_after_two_times_yes(house: Container, channel: Channel) -> None:
    here, there = await begin(house, channel, "here"), await begin(house, Channel.WEB, "there")
    await say(house, there, "a car", "3 years")
    code = await code_of(house, here)
    assert asked(await say(house, there, f"/link {code}")) == "link_join"
    waiting = await say(house, there, "yes")
    assert asked(waiting) == "initial_amount", "the talk goes on meanwhile"
    last = await house.storage.conversation(here.id)
    assert last is not None
    (question,) = await house.storage.history(here.id, last.turn - 1, 1)
    assert asked(question) == "link_confirm"
    done = await say(house, here, "yes")
    assert asked(done) == "initial_amount", "the richer of the two goes on"
    for address in ((channel, "here"), (Channel.WEB, "there")):
        found = await house.storage.find_conversation(*address)
        assert found is not None
        assert (found.id, found.user_id) == (here.id, here.user_id)


async def test_a_deep_link_is_offered_where_the_bot_is_known_and_not_on_telegram_itself(house: Container) -> None:
    await house.storage.set_note("telegram:name", "smart_bot")
    for channel, offered in ((Channel.WEB, True), (Channel.TERMINAL, True), (Channel.TELEGRAM, False)):
        turn = await say(house, await begin(house, channel), "/link")
        links = [block["url"] for block in turn.blocks or () if block["kind"] == "link"]
        assert bool(links) is offered, channel
        assert all(url.startswith("https://t.me/smart_bot?start=link_") for url in links)


@pytest.mark.parametrize("code", ["mfrggzdfmztwq2lknnwg23tpoa", "own"])
async def test_a_code_that_cannot_be_used_is_told_so_and_asks_nothing(house: Container, code: str) -> None:
    talk = await begin(house, Channel.WEB)
    if code == "own":
        code = await code_of(house, talk)
    turn = await say(house, talk, f"/link {code}")
    assert "cannot use this code" in words(turn)
    assert asked(turn) == "goal"


async def test_a_no_on_either_side_links_nothing(house: Container) -> None:
    here, there = await begin(house, Channel.TELEGRAM), await begin(house, Channel.WEB)
    code = await code_of(house, here)
    await say(house, there, f"/link {code}", "no")
    assert await house.links.joined(here.id) is None
    await say(house, there, f"/link {code}", "yes")
    refused = await say(house, here, "no")
    assert "Nothing was linked" in words(refused)
    linked = await house.storage.find_conversation(Channel.WEB, "a")
    assert linked is not None
    assert linked.user_id == there.user_id


async def test_a_yes_that_comes_too_late_changes_nothing(house: Container) -> None:
    here, there = await begin(house, Channel.TELEGRAM), await begin(house, Channel.WEB)
    await say(house, there, f"/link {await code_of(house, here)}", "yes")
    link = await house.links.joined(here.id)
    assert link is not None
    await house.storage.settle_link(link.code_hash)
    assert "run out" in words(await say(house, here, "yes"))
    assert (await house.storage.find_conversation(Channel.WEB, "a")).user_id == there.user_id  # type: ignore[union-attr]


async def test_a_crash_between_the_rows_and_the_turn_is_made_good_by_the_repeat(house: Container) -> None:
    here, there = await begin(house, Channel.TELEGRAM), await begin(house, Channel.WEB)
    await say(house, there, "a car", "3 years", f"/link {await code_of(house, here)}", "yes")
    await house.storage.absorb(here.user_id, there.user_id, here.id, house.clock.now())
    turn = await say(house, here, "yes")
    assert asked(turn) == "initial_amount"
    assert "one now" in words(turn)


async def test_unlinking_takes_the_other_places_away_and_keeps_this_one(house: Container) -> None:
    here, there = await begin(house, Channel.TELEGRAM), await begin(house, Channel.WEB)
    await say(house, there, f"/link {await code_of(house, here)}", "yes")
    await say(house, here, "yes")
    assert "the web" in words(await say(house, here, "unlink"))
    assert await house.storage.find_conversation(Channel.WEB, "a") is None
    assert (await house.storage.find_conversation(Channel.TELEGRAM, "a")) is not None
    assert "No other place" in words(await say(house, here, "unlink"))


async def test_sign_ins_are_numbered_and_a_number_ends_what_was_shown_under_it(house: Container) -> None:
    talk = await begin(house, Channel.WEB)
    now = house.clock.now()
    for name in ("one", "two"):
        session = ChatSession(name, talk.user_id, talk.id, now + timedelta(days=1))
        await house.storage.add_session(session, f"hash-{name}")
    turn = await say(house, talk, "/sessions")
    (table,) = [block for block in turn.blocks or () if block["kind"] == "table"]
    assert [row["number"] for row in table["rows"]] == ["1", "2"]
    shown = [it.id for it in await house.people.sign_ins(talk.user_id)]
    await house.storage.add_session(ChatSession("three", talk.user_id, talk.id, now + timedelta(days=1)), "hash-three")
    assert "Ended" in words(await say(house, talk, "end session 2"))
    left = {it.id for it in await house.people.sign_ins(talk.user_id)}
    assert left == {shown[0], "three"}
    for text in ("end session 2", "/sessions 9"):
        assert "no sign-in" in words(await say(house, talk, text))
    assert asked(await say(house, talk, "/sessions")) == "goal"


async def test_silence_is_kept_as_a_consent_taken_back_and_given_again(house: Container) -> None:
    talk = await begin(house, Channel.TELEGRAM)
    await say(house, talk, "stop messages")
    (standing,) = await house.people.consents(talk.user_id)
    assert (standing.kind, standing.given) == (ConsentKind.MESSAGES, False)
    await say(house, talk, "/wake")
    assert [it.given for it in await house.storage.consents(talk.user_id)] == [False, True]
