"""Three servers with one route: what makes a turn durable is all that differs.

    ours       the application as it is, on SQLite with synchronous=FULL
    memory     the same application over a storage in memory: route, understanding and engine, nothing durable
    langgraph  the same route, understanding and engine as a LangGraph graph with AsyncSqliteSaver as its checkpointer

The peer is spared what it has no part for: it keeps no history, no inbox and no encryption, and its sessions are in memory.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, TypedDict

import uvicorn
from fastapi import FastAPI
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver
from langgraph.graph import END, START, StateGraph

from advisor.config import Settings
from advisor.container import Container, open_container
from advisor.dialogue import asking, engine
from advisor.dialogue.conversation import Dialogue
from advisor.dialogue.state import State
from advisor.dialogue.understand import understand
from advisor.domain.message import Channel, Conversation, Inbound, Turn, Visitor
from advisor.domain.reply import Text, block_to_json
from api import errors
from api.routes import chat
from tests.storage_fake import MemoryStorage


class _Graphed(TypedDict):
    said: dict[str, Any]
    state: dict[str, Any]
    reply: dict[str, Any]


class GraphDialogue:
    """The dialogue's door with LangGraph behind it: one graph run a message, one thread a conversation."""

    def __init__(self, container: Container, saver: AsyncSqliteSaver) -> None:
        self._container = container
        graph = StateGraph(_Graphed)
        graph.add_node("answer", self._answer)
        graph.add_edge(START, "answer")
        graph.add_edge("answer", END)
        self._graph: Any = graph.compile(checkpointer=saver)

    async def open(self, channel: Channel, address: str, visitor: Visitor) -> Conversation:
        """As `Dialogue.open`: the state it begins with goes into the first checkpoint."""
        opened = await self._container.dialogue.open(channel, address, visitor)
        await self._graph.aupdate_state(_thread(opened.id), {"state": opened.state})
        return opened

    async def handle(self, conversation_id: str, inbound: Inbound, *, reply_to: object = None) -> Turn:  # noqa: ARG002
        """As `Dialogue.handle`."""
        said = {"id": inbound.external_id, "text": inbound.text, "choice": inbound.choice}
        done = await self._graph.ainvoke({"said": said}, _thread(conversation_id))
        state = State.from_json(done["state"])
        reply = done["reply"]
        return Turn(
            state.turn, "advisor", self._container.clock.now(), blocks=tuple(reply["blocks"]), expects=reply["expects"]
        )

    async def _answer(self, held: _Graphed) -> dict[str, Any]:
        container, flow = self._container, self._container.flow
        state, said = State.from_json(held["state"]), held["said"]
        inbound = Inbound(said["id"], said["text"], tuple(said["choice"]) if said["choice"] else None)
        moved = engine.step(state, understand(inbound, state, flow, container.clock.now().date()), flow)
        nobody = Conversation("bench", "bench", Channel.WEB, "bench", 0, state.turn, {})
        done = await container.dialogue._actions.perform(moved.effects, moved.state, nobody)
        after = replace(done.state, turn=state.turn + 2)
        question, expected = asking.words(after, flow), asking.expects(after, flow)
        blocks = (*done.blocks, *((Text(question),) if question else ()))
        reply = {
            "blocks": [block_to_json(block) for block in blocks],
            "expects": expected.to_json() if expected else None,
        }
        return {"state": after.to_json(), "reply": reply}


def _thread(conversation_id: str) -> RunnableConfig:
    return {"configurable": {"thread_id": conversation_id}}


def application(kind: str, folder: Path) -> FastAPI:
    """The chat route over one kind of dialogue."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        settings = Settings(data_dir=folder, market_data="sample")
        async with open_container(settings) as container:
            await container.warm()
            if kind == "ours":
                app.state.container = container
                yield
                return
            held = _in_memory(container)
            if kind == "memory":
                app.state.container = held
                yield
                return
            async with AsyncSqliteSaver.from_conn_string(str(folder / "graph.db")) as saver:
                await saver.conn.execute("PRAGMA synchronous=FULL")
                app.state.container = replace(held, dialogue=GraphDialogue(held, saver))  # type: ignore[arg-type]
                yield

    app = FastAPI(lifespan=lifespan)
    app.include_router(chat.router)
    errors.install(app)
    return app


def _in_memory(container: Container) -> Container:
    storage: Any = MemoryStorage()
    dialogue = Dialogue(
        storage=storage,
        market=container.market,
        actions=container.dialogue._actions,
        clock=container.clock,
        bulletin=container.bulletin,
        host=container.dialogue._host,
        flow=container.flow,
        today=container.sources.today,
    )
    return replace(container, storage=storage, dialogue=dialogue)


if __name__ == "__main__":
    uvicorn.run(
        application(sys.argv[1], Path(sys.argv[2])), port=int(sys.argv[3]), log_level="warning", access_log=False
    )
