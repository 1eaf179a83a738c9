"""The local Bot API server refuses what the real one refuses, in its words."""

from __future__ import annotations

import asyncio
import io
import json
import sys
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.error import BadRequest, Conflict, Forbidden, InvalidToken, NetworkError, RetryAfter

from tests.bot_api_server import TOKEN, BotApiServer
from tests.bot_api_server.entities import ParseError, parse_html

pytestmark = pytest.mark.slow

Send = Callable[..., Awaitable[Any]]


@pytest.fixture
async def server() -> AsyncIterator[BotApiServer]:
    async with BotApiServer() as running:
        yield running


@pytest.fixture
async def bot(server: BotApiServer) -> AsyncIterator[Bot]:
    async with Bot(TOKEN, base_url=f"{server.url}/bot") as client:
        yield client


@pytest.fixture
async def chat(server: BotApiServer) -> int:
    """Somebody who has written once."""
    await server.user(7).send("/start")
    return 7


def keyboard(*rows: int, data: str = "x", text: str = "B") -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup([[InlineKeyboardButton(text, callback_data=data)] * count for count in rows])


def picture(width: int, height: int) -> bytes:
    drawn = io.BytesIO()
    Image.new("1", (width, height)).save(drawn, "PNG")
    return drawn.getvalue()


async def test_updates_come_in_order_and_an_offset_confirms_them(server: BotApiServer, bot: Bot) -> None:
    for text in ("a", "b", "c"):
        await server.user(7).send(text)
    first = await bot.get_updates(timeout=0)
    assert [update.message.text for update in first if update.message] == ["a", "b", "c"]
    assert isinstance(first[0], Update)
    rest = await bot.get_updates(offset=first[1].update_id, timeout=0)
    assert [update.update_id for update in rest] == [update.update_id for update in first[1:]]
    assert len(server.state.updates) == 2


async def test_a_long_poll_waits_for_the_next_update(server: BotApiServer, bot: Bot) -> None:
    polling = asyncio.create_task(bot.get_updates(timeout=10))
    await server.state.until(lambda: server.state.poll_number == 1)
    await server.user(7).send("now")
    assert len(await polling) == 1


async def test_a_second_poll_ends_the_first_with_a_conflict(server: BotApiServer, bot: Bot) -> None:
    polling = asyncio.create_task(bot.get_updates(timeout=10))
    await server.state.until(lambda: server.state.poll_number == 1)
    async with Bot(TOKEN, base_url=f"{server.url}/bot") as other:
        await other.get_updates(timeout=0)
    with pytest.raises(Conflict, match="terminated by other getUpdates"):
        await polling


async def test_polling_with_a_webhook_set_is_a_conflict(server: BotApiServer, bot: Bot) -> None:
    await bot.set_webhook("http://127.0.0.1:1/hook", secret_token="s")
    assert (await bot.get_webhook_info()).url == "http://127.0.0.1:1/hook"
    with pytest.raises(Conflict, match="webhook is active"):
        await bot.get_updates(timeout=0)
    await bot.delete_webhook()
    await bot.get_updates(timeout=0)


async def test_a_wrong_token_is_unauthorised(server: BotApiServer) -> None:
    async with httpx.AsyncClient() as client:
        answer = await client.post(f"{server.url}/bot1:wrong/getMe")
    assert (answer.status_code, answer.json()["description"]) == (401, "Unauthorized")


@pytest.mark.parametrize(
    ("text", "mode", "refusal"),
    [
        ("x" * 4097, None, "Message is too long"),
        ("😀" * 2049, None, "Message is too long"),
        ("   \n", None, "Message text is empty"),
        ("<b></b>", "HTML", "Message text is empty"),
        ("<b>x", "HTML", "Can't parse entities: can't find end tag corresponding to start tag \"b\""),
        ("a <nope>", "HTML", 'Can\'t parse entities: unsupported start tag "nope" at byte offset 2'),
        ("ü</b>", "HTML", "Can't parse entities: unexpected end tag at byte offset 2"),
        ("<b>x</i>", "HTML", 'unmatched end tag at byte offset 4, expected "</b>", found "</i>"'),
    ],
)
async def test_refused_texts(bot: Bot, chat: int, text: str, mode: str | None, refusal: str) -> None:
    with pytest.raises(BadRequest) as raised:
        await bot.send_message(chat, text, parse_mode=mode)
    assert refusal.lower() in str(raised.value).lower()


@pytest.mark.parametrize(
    ("markup", "refusal"),
    [
        (keyboard(1, data="x" * 65), "BUTTON_DATA_INVALID"),
        (keyboard(*[8] * 13), "Reply markup is too long"),
        (keyboard(9), "Reply markup is too long"),
        (keyboard(*[5] * 18, data="x" * 60, text="y" * 60), "Reply markup is too long"),
        (InlineKeyboardMarkup([[InlineKeyboardButton("L", url="http://localhost/x")]]), "Wrong HTTP URL"),
    ],
)
async def test_refused_keyboards(bot: Bot, chat: int, markup: InlineKeyboardMarkup, refusal: str) -> None:
    with pytest.raises(BadRequest, match=f"(?i){refusal}"):
        await bot.send_message(chat, "x", reply_markup=markup)


async def test_limits_are_not_reached_by_what_just_fits(bot: Bot, server: BotApiServer, chat: int) -> None:
    await bot.send_message(
        chat, "<b>" + "x" * 4096 + "</b>", parse_mode="HTML", reply_markup=keyboard(8, 8, data="x" * 64)
    )
    await bot.send_photo(chat, picture(40, 40), caption="x" * 1024)
    assert [len(message.text) for message in server.user(chat).messages()] == [4096, 1024]


async def test_photos_are_held_to_size_and_form_and_come_again_by_file_id(
    bot: Bot, server: BotApiServer, chat: int
) -> None:
    for content, refusal in (
        (b"no picture", "IMAGE_PROCESS_FAILED"),
        (picture(9000, 1001), "PHOTO_INVALID_DIMENSIONS"),
        (picture(2100, 100), "PHOTO_INVALID_DIMENSIONS"),
    ):
        with pytest.raises(BadRequest, match=f"(?i){refusal}"):
            await bot.send_photo(chat, content)
    with pytest.raises(BadRequest, match="caption is too long"):
        await bot.send_photo(chat, picture(40, 40), caption="x" * 1025)
    with pytest.raises(BadRequest, match="Wrong file identifier"):
        await bot.send_photo(chat, "AgACunknown")
    sent = await bot.send_photo(chat, picture(40, 40))
    again = await bot.send_photo(chat, sent.photo[-1].file_id)
    assert again.photo[-1].file_id == sent.photo[-1].file_id


async def test_who_cannot_be_written_to(bot: Bot, server: BotApiServer, chat: int) -> None:
    with pytest.raises(BadRequest, match="Chat not found"):
        await bot.send_message(99, "x")
    server.user(8)
    with pytest.raises(Forbidden, match="can't initiate conversation"):
        await bot.send_message(8, "x")
    await server.user(chat).block()
    with pytest.raises(Forbidden, match="bot was blocked by the user"):
        await bot.send_message(chat, "x")
    server.user(chat).deactivate()
    with pytest.raises(Forbidden, match="user is deactivated"):
        await bot.send_message(chat, "x")


async def test_a_chat_that_gets_too_much_is_told_when_to_go_on(bot: Bot, server: BotApiServer, chat: int) -> None:
    for _ in range(server.state.flood.burst):
        await bot.send_message(chat, "x")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the library announces another type for retry_after
        with pytest.raises(RetryAfter):
            await bot.send_message(chat, "x")
    await server.user(8).send("/start")
    await bot.send_message(8, "x")


async def test_editing(bot: Bot, server: BotApiServer, chat: int) -> None:
    sent = await bot.send_message(chat, "x", reply_markup=keyboard(1))
    await bot.edit_message_reply_markup(chat, sent.message_id, reply_markup=keyboard(2))
    with pytest.raises(BadRequest, match="not modified"):
        await bot.edit_message_reply_markup(chat, sent.message_id, reply_markup=keyboard(2))
    with pytest.raises(BadRequest, match="Message to edit not found"):
        await bot.edit_message_reply_markup(chat, 999, reply_markup=None)
    await bot.edit_message_text("y", chat, sent.message_id)
    assert (server.user(chat).messages()[0].text, server.user(chat).messages()[0].keyboard) == ("y", [])


async def test_what_cannot_be_edited(bot: Bot, server: BotApiServer, chat: int) -> None:
    photo = await bot.send_photo(chat, picture(40, 40), caption="x")
    with pytest.raises(BadRequest, match="no text in the message to edit"):
        await bot.edit_message_text("y", chat, photo.message_id)
    await bot.edit_message_caption(chat, photo.message_id, caption="y")
    text = await bot.send_message(chat, "x")
    with pytest.raises(BadRequest, match="no caption in the message to edit"):
        await bot.edit_message_caption(chat, text.message_id, caption="y")
    server.user(chat).remove(text.message_id)
    with pytest.raises(BadRequest, match="Message to edit not found"):
        await bot.edit_message_text("y", chat, text.message_id)
    server.state.edit_seconds = 0.0
    with pytest.raises(BadRequest, match="can't be edited"):
        await bot.edit_message_reply_markup(chat, photo.message_id, reply_markup=keyboard(1))
    await server.user(chat).block()
    with pytest.raises(Forbidden, match="bot was blocked"):
        await bot.edit_message_caption(chat, photo.message_id, caption="z")


async def test_a_file_keeps_its_kind(bot: Bot, chat: int) -> None:
    photo, file = await bot.send_photo(chat, picture(40, 40)), await bot.send_document(chat, b"%PDF")
    assert file.document is not None
    again = await bot.send_document(chat, file.document.file_id)
    assert again.document == file.document
    with pytest.raises(BadRequest, match=r"(?i)type Document as Photo"):
        await bot.send_photo(chat, file.document.file_id)
    with pytest.raises(BadRequest, match=r"(?i)type Photo as Document"):
        await bot.send_document(chat, photo.photo[-1].file_id)
    with pytest.raises(BadRequest, match="non-empty"):
        await bot.send_document(chat, b"", filename="empty")


async def test_the_menu_is_kept_by_language_and_held_to_its_limits(bot: Bot, server: BotApiServer) -> None:
    await bot.set_my_commands([("start", "Begin")])
    await bot.set_my_commands([("start", "Anfangen")], language_code="de")
    kept = server.state.settings["setMyCommands"]
    assert {code: menu[0]["description"] for code, menu in kept.items()} == {"": "Begin", "de": "Anfangen"}
    for command, text in (("Start", "x"), ("x" * 33, "x"), ("start", "")):
        with pytest.raises(BadRequest, match=r"(?i)BOT_COMMAND"):
            await bot.set_my_commands([(command, text)])
    with pytest.raises(BadRequest, match=r"(?i)LANG_CODE_INVALID"):
        await bot.set_my_commands([("start", "x")], language_code="deutsch")
    with pytest.raises(BadRequest, match="too long"):
        await bot.set_my_short_description("x" * 121)


async def test_a_deep_link_brings_its_payload_and_takes_no_other_signs(server: BotApiServer, bot: Bot) -> None:
    await server.user(7).open_link("link_aZ-9")
    (update,) = await bot.get_updates(timeout=0)
    assert update.message is not None
    assert update.message.text == "/start link_aZ-9"
    for payload in ("", "a b", "x" * 65):
        with pytest.raises(LookupError):
            await server.user(7).open_link(payload)


async def test_a_tap_can_be_answered_once_and_not_too_late(bot: Bot, server: BotApiServer, chat: int) -> None:
    await bot.send_message(chat, "x", reply_markup=keyboard(1, data="t1:a"))
    await server.user(chat).tap("B")
    update = (await bot.get_updates(timeout=0))[-1]
    assert update.callback_query is not None
    assert update.callback_query.data == "t1:a"
    await update.callback_query.answer()
    with pytest.raises(BadRequest, match="Query is too old"):
        await update.callback_query.answer()
    await server.user(chat).tap("B")
    server.state.query_seconds = 0.0
    late = (await bot.get_updates(timeout=0))[-1].callback_query
    assert late is not None
    with pytest.raises(BadRequest, match="Query is too old"):
        await late.answer()


async def test_faults_can_be_ordered(bot: Bot, server: BotApiServer, chat: int) -> None:
    server.disturb("sendMessage", "drop_after")
    with pytest.raises(NetworkError):
        await bot.send_message(chat, "done, but not answered")
    server.disturb("sendMessage", "drop_before")
    with pytest.raises(NetworkError):
        await bot.send_message(chat, "not done")
    assert server.user(chat).texts() == ["done, but not answered"]


def test_entities_are_counted_in_utf16_units() -> None:
    text, entities = parse_html("😀 <b>a &amp; <i>b</i></b> &#128512; &nbsp;")
    assert text == "😀 a & b 😀 &nbsp;"
    assert entities == [{"type": "bold", "offset": 3, "length": 5}, {"type": "italic", "offset": 7, "length": 1}]
    with pytest.raises(ParseError, match="Unclosed start tag at byte offset 0"):
        parse_html("<b")


async def test_it_runs_as_a_process_of_its_own_driven_over_http() -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.bot_api_server", cwd=Path(__file__).parents[2], stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    started = json.loads(await process.stdout.readline())
    try:
        async with (
            httpx.AsyncClient(base_url=started["url"]) as client,
            Bot(started["token"], base_url=f"{started['url']}/bot") as bot,
        ):
            assert (await client.post("/control/users/7/send", json={"text": "/start"})).json() == {"update_id": 1000}
            await bot.send_message(7, "hello", reply_markup=keyboard(1))
            shown = (await client.get("/control/users/7/messages?count=1")).json()["messages"]
            assert [(message["text"], message["keyboard"][0][0]["text"]) for message in shown] == [("hello", "B")]
            assert (await client.post("/control/users/7/tap", json={"label": "B"})).json() == {"update_id": 1001}
            missing = await client.post("/control/users/7/tap", json={"label": "nope"})
            assert missing.status_code == 409
            await client.post("/control/fail", json={"method": "getMe", "code": 401, "description": "Unauthorized"})
            with pytest.raises(InvalidToken):
                await bot.get_me()
            calls = (await client.get("/control/calls?method=sendMessage")).json()["calls"]
            assert [call["ok"] for call in calls] == [True]
    finally:
        process.terminate()
        assert await process.wait() == 0
