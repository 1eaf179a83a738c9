"""Files in a chat: sent as files, to their owner only, and named in words where they cannot be."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from advisor.domain.documents import PDF, document, document_id, file_block
from advisor.domain.message import Channel, Turn
from advisor.domain.records import Document
from advisor.domain.reply import Choices, File, Option, Text
from bot.render import DocumentPart, MessagePart
from tests.bot.conftest import Bench, always, asks
from tests.bot.test_render import labels, shown
from tests.bot_api_server import BotApiServer

CONTENT = b"%PDF-1.4 of a plan"


async def stored(bench: Bench, chat: str) -> Document:
    """A document of the person in this chat."""
    greeting = Turn(1, "advisor", datetime.now(UTC), blocks=())
    conversation = await bench.storage.open_conversation(Channel.TELEGRAM, chat, {}, greeting, push=False)
    made = document(conversation.user_id, "plan.pdf", PDF, CONTENT)
    await bench.storage.save_document(conversation.user_id, made)
    return made


def test_a_stored_file_is_a_part_of_its_own_between_the_words() -> None:
    block = file_block(document("owner", "plan.pdf", PDF, CONTENT))
    before, file, after = shown(Text("Here it is."), block, Text("Anything else?"), expects=asks(skippable=True))
    assert isinstance(before, MessagePart)
    assert isinstance(file, DocumentPart)
    assert (file.document, file.name) == (document_id(block), "plan.pdf")
    assert "plan.pdf" in file.plain
    assert labels(after) == ["Skip", "Why?"]


def test_buttons_after_a_file_hang_on_it() -> None:
    block = file_block(document("owner", "plan.pdf", PDF, CONTENT))
    (file,) = shown(block, Choices((Option("a", "A"),)))
    assert isinstance(file, DocumentPart)
    assert labels(file) == ["A"]


def test_the_id_of_a_file_follows_from_its_owner_and_its_content() -> None:
    made = document("owner", "plan.pdf", PDF, CONTENT)
    assert document("owner", "plan.pdf", PDF, CONTENT) == made
    others = [document("other", "plan.pdf", PDF, CONTENT), document("owner", "plan.pdf", PDF, CONTENT + b".")]
    assert len({made.id, *(other.id for other in others)}) == 3
    assert document_id(file_block(made)) == made.id
    assert document_id(File("r.pdf", PDF, 1, "https://example.org/r.pdf")) == ""


@pytest.mark.slow
async def test_the_file_arrives_with_its_bytes_and_its_name(bench: Bench, server: BotApiServer) -> None:
    made = await stored(bench, "7")
    bench.dialogue.script = always(Text("Here it is."), file_block(made))
    bench.start()
    await server.user(7).send("report")
    messages = await server.user(7).wait_count(2)
    assert [message.text for message in messages] == ["Here it is.", ""]
    assert server.state.files[messages[1].document] == CONTENT
    await bench.until(lambda: bench.statuses() == ["sent"])


@pytest.mark.slow
async def test_a_file_of_somebody_else_is_named_and_never_sent(bench: Bench, server: BotApiServer) -> None:
    made = await stored(bench, "8")
    bench.dialogue.script = always(file_block(made))
    bench.start()
    await server.user(7).send("report")
    (message,) = await server.user(7).wait_count(1)
    assert "plan.pdf" in message.text
    assert server.calls("sendDocument") == []


@pytest.mark.slow
async def test_a_file_that_telegram_refuses_is_named_in_words(bench: Bench, server: BotApiServer) -> None:
    made = await stored(bench, "7")
    bench.dialogue.script = always(file_block(made))
    server.fail("sendDocument", 400, "Bad Request: wrong file", chat_id=7)
    bench.start()
    await server.user(7).send("report")
    (message,) = await server.user(7).wait_count(1)
    assert "plan.pdf" in message.text


@pytest.mark.slow
async def test_a_file_sent_again_goes_by_telegrams_own_copy_even_over_a_restart(
    bench: Bench, server: BotApiServer
) -> None:
    made = await stored(bench, "7")
    bench.dialogue.script = always(file_block(made))
    for count in (1, 2):
        bench.start()
        await server.user(7).send("report")
        await server.user(7).wait_count(count)
        await bench.until(lambda count=count: bench.statuses() == ["sent"] * count)  # type: ignore[misc]
        await bench.stop()
    first, second = server.calls("sendDocument")
    assert isinstance(first.arguments["document"], bytes)
    assert second.arguments["document"] == server.user(7).messages()[0].document


@pytest.mark.slow
@pytest.mark.parametrize("known", ["from another bot", "a photo"])
async def test_a_copy_of_a_file_that_telegram_no_longer_takes_is_sent_anew(
    bench: Bench, server: BotApiServer, known: str
) -> None:
    made = await stored(bench, "7")
    file_id = server.state.add_file(b"a picture") if known == "a photo" else known
    bench.storage.notes[f"telegram:document:4242:{made.id}:7"] = file_id
    bench.dialogue.script = always(file_block(made))
    bench.start()
    await server.user(7).send("report")
    (message,) = await server.user(7).wait_count(1)
    assert server.state.files[message.document] == CONTENT
    await bench.until(lambda: bench.storage.notes[f"telegram:document:4242:{made.id}:7"] == message.document)
