"""What the Telegram channel needs from the rest: the dialogue, pictures, storage, a clock and news."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, Protocol

from advisor.domain.chart import ChartSpec
from advisor.domain.message import Channel, Inbound, Turn, Visitor
from advisor.ports.limits import RateLimiter
from advisor.ports.storage import Storage
from advisor.ports.system import Bulletin, Clock
from bot.pacing import PER_CHAT_SECONDS

CHANNEL = Channel.TELEGRAM
OUTBOX_TOPIC = "outbox:telegram"
INBOX_TOPIC = "inbox:telegram"
PUBLIC_API_ROOT = "https://api.telegram.org"
WEBHOOK_PATH = "/api/v1/telegram/webhook"


class Dialogue(Protocol):
    """The one door into the dialogue."""

    async def receive(self, channel: Channel, address: str, visitor: Visitor, inbound: Inbound) -> Turn | None:
        """Handle a message of this address and commit its turn, with the reply in the outbox.

        The inbox row of `inbound.external_id` is marked as handled in the same commit; a repeat has no effect. The turn is returned
        only where it is not in the outbox, because everything was erased.
        """
        ...


class Charts(Protocol):
    """Draws pictures."""

    async def draw(self, spec: ChartSpec, fmt: Literal["svg", "png"], theme: Literal["auto", "light", "dark"]) -> bytes:
        """The picture's bytes in this format; the same spec gives the same bytes."""
        ...


@dataclass(frozen=True, slots=True)
class BotNeeds:
    """Everything the bot is given; it builds none of it. Without a `limiter` nobody's messages are held back."""

    dialogue: Dialogue
    charts: Charts
    storage: Storage
    clock: Clock
    bulletin: Bulletin
    limiter: RateLimiter | None = None


@dataclass(frozen=True, slots=True)
class BotSettings:
    """How to reach Telegram.

    `api_root` is the Bot API's root without `/bot`. In webhook mode Telegram posts to `public_url` + `WEBHOOK_PATH` with
    `webhook_secret` in a header, the api process stores the updates, and the bot only drains them. `poll_seconds` is how
    long one getUpdates call may wait at the server. `lease_seconds` is how long a reply that was under way in a crash waits
    until it is sent again; it should exceed the time that sending one message may take.
    `per_chat_seconds` is the pace within one chat: Telegram's limit, and 0 only against a server that has none.
    """

    token: str = field(repr=False)
    api_root: str = PUBLIC_API_ROOT
    mode: Literal["polling", "webhook"] = "polling"
    public_url: str = ""
    webhook_secret: str = field(default="", repr=False)
    poll_seconds: int = 25
    lease_seconds: float = 30.0
    per_chat_seconds: float = PER_CHAT_SECONDS

    @property
    def bot_id(self) -> str:
        """The public part of the token: Telegram's number of this bot."""
        return self.token.partition(":")[0]
