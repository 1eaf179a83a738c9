"""Who runs an installation: our own words in the reader's language, the operator's as he gave them."""

from __future__ import annotations

import pytest

from advisor.config.settings import Settings
from advisor.dialogue.host import Host
from advisor.domain.message import Channel, Visitor
from advisor.ports.storage import TELEGRAM_NAME
from advisor.replies.wording import say
from tests.dialogue.test_happening import House

OURS = Host(*(say("en", f"host.{name}") for name in ("operator", "licence", "paid")))


def test_the_settings_defaults_are_the_words_of_the_catalogue() -> None:
    settings = Settings.model_fields
    assert settings["operator"].default == OURS.operator
    assert settings["licence"].default == OURS.licence


def test_our_words_are_said_in_the_readers_language() -> None:
    for name in ("operator", "licence", "paid"):
        assert OURS.values("en-US")[name] == say("en", f"host.{name}")
        assert OURS.values("de-DE")[name] == say("de", f"host.{name}")


def test_the_operators_own_words_stay_as_given() -> None:
    own = Host("ACME Ltd, 1 May 2020", "FCA 123", "a monthly fee")
    assert (
        own.values("de-DE")
        == own.values("en")
        == {
            "operator": "ACME Ltd, 1 May 2020",
            "licence": "FCA 123",
            "paid": "a monthly fee",
            "words_leave": "",
        }
    )


@pytest.mark.parametrize("locale", ["en", "de"])
def test_privacy_says_that_words_leave_only_where_a_language_model_is_set_up(locale: str) -> None:
    leaving = say(locale, "host.language_model")
    with_one, without = (
        say(locale, "talk.privacy", **Host("a", "b", "c", language_model=there).values(locale))
        for there in (True, False)
    )
    assert with_one.endswith(leaving)
    assert leaving.strip() not in without


@pytest.mark.parametrize(("on_telegram", "name"), [(True, "genuine_bot"), (False, "genuine_bot"), (True, None)])
async def test_the_greeting_names_our_one_name_on_telegram_where_there_is_one(
    on_telegram: bool, name: str | None
) -> None:
    house = House(Host("an operator", "a licence", "by nobody", on_telegram=on_telegram))
    if name:
        await house.storage.set_note(TELEGRAM_NAME, name)
    opened = await house.dialogue.open(Channel.WEB, "somebody", Visitor())
    (greeting,) = await house.storage.history(opened.id, 0, 5)
    told = any("@genuine_bot" in block.get("text", "") for block in greeting.blocks or ())
    assert told is (on_telegram and name is not None)
    await house.offload.close()
