"""How a folder of files is read, agreed with the operator before anything of it is stored."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from rich.console import Console

if TYPE_CHECKING:
    from advisor.container.market import Feed


async def confirmed(console: Console, feed: Feed, *, wish: bool | None) -> bool:
    """Show how the files are understood, and keep it in the folder's `layout.yaml`; False if the operator says it is wrong.

    Sources that are no folder, and folders with a `layout.yaml`, need no agreement. `wish` is the answer given on the command
    line: True keeps the reading without a question, False keeps nothing and goes on. Without it a person at a terminal is asked,
    and where there is none the reading is used as it is.

    Raises:
        MarketDataError: if the folder cannot be read or written to.
    """
    reading = feed.reading
    asked = wish is None and sys.stdin.isatty() and console.is_terminal
    if reading is None or reading.file.exists() or not (wish or asked):
        return True
    for line in await feed.remarks():
        console.print(line, markup=False)
    if asked:
        console.print(f"If this is right, it is kept in {reading.file}, where you can change it.")
        if console.input("Is this right? y or N: ").strip().casefold() not in ("y", "yes"):
            console.print(
                f"Nothing was stored. `smartinvest ingest --confirm` writes this reading to {reading.file}, "
                "and `smartinvest ingest` follows what you change in it.",
            )
            return False
    console.print(f"Kept in {await reading.write()}.")
    return True
