"""Take the pictures of the README: `python -m scripts.take_screenshots` from the root of the repository; it needs Chromium.

The product is started as `make run` starts it, on the sample data. A visitor holds a first plan in the real widget, and what is on
the screen is what is kept. Nothing is drawn by hand.
"""

from __future__ import annotations

import io
import shutil
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Locator, Page

from tests.running import Server
from tests.web import journey

FOLDER = Path(__file__).parents[1] / "docs" / "images"
MOST_BYTES = 200_000
_PATIENCE = 60_000  # ms; the first plan after a start draws its pictures for the first time
# What the visitor says, by the question's slot; other questions are answered as their example says.
ANSWERS = {
    "goal": "a house in 8 years, 20k now and 500 a month",
    "horizon": "8 years",
    "currency": "USD",
    "initial_amount": "$20,000",
    "monthly_amount": "$500",
    "target_amount": "$60,000",
    "wanted_return": "skip",
    "debt": "no debts",
    "emergency_fund": "4 months",
    "income_stability": "steady",
    "share_of_savings": "about half",
    "early_need": "unlikely",
    "loss_limit": "20 %",
    "experience": "some",
    "exclusions": "none",
    "confirm_summary": "yes",
}
_RISK_ANSWER = "3"


def main() -> None:
    """Take them all."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        raise SystemExit("There is no Chromium on this machine.")
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, journey.chromium(chromium) as browser:
        server = Server(Path(folder) / "data").start()
        try:
            _desktop(browser, server.url)
            _phone(browser, server.url)
        finally:
            server.stop()


def _desktop(browser: Browser, url: str) -> None:
    page = _planned(browser, url, {"width": 1200, "height": 880}, "light", scale=1.25)
    _show_from(journey.newest(page).locator(".text, p").first)
    _keep(page.screenshot(), "plan.png")


def _phone(browser: Browser, url: str) -> None:
    page = _planned(browser, url, {"width": 400, "height": 860}, "dark", scale=2)
    _show_from(page.locator('figure[data-chart="projection"]').last)
    _keep(page.locator("#chat").screenshot(), "phone.png")


def _planned(browser: Browser, url: str, size: dict[str, int], scheme: str, *, scale: float) -> Page:
    """A visitor whose plan is on the screen."""
    page = journey.visit(
        browser, url, viewport=size, color_scheme=scheme, device_scale_factor=scale, reduced_motion="reduce"
    )
    page.set_default_timeout(_PATIENCE)
    journey.newest(page).wait_for()
    journey.walk_to_plan(page, _answer)
    for name in ("allocation", "projection"):
        if not journey.is_drawn(journey.picture(page, name)):
            raise SystemExit(f"The picture {name!r} is not on the page.")
    return page


def _answer(page: Page) -> None:
    slot = journey.slot(page)
    journey.type_answer(page, _RISK_ANSWER if slot.startswith("risk_") else ANSWERS[slot])


def _show_from(part: Locator) -> None:
    """Scroll so that this part is at the top of the conversation and the page at its own top, with no field in focus."""
    part.evaluate(
        """part => {
            let log = part.parentElement;
            while (log.scrollHeight <= log.clientHeight || getComputedStyle(log).overflowY === "visible") log = log.parentElement;
            log.scrollTop += part.getBoundingClientRect().top - log.getBoundingClientRect().top - 12;
            log.getRootNode().activeElement?.blur();
            window.scrollTo(0, 0);
        }"""
    )
    part.page.mouse.move(1, 1)
    part.page.wait_for_timeout(300)  # for scroll bars and focus rings to fade


def _keep(png: bytes, name: str) -> None:
    """Store a picture in 256 colours, chosen to cover the whole range: the median cut would paint two parts of a donut alike."""
    picture = Image.open(io.BytesIO(png)).convert("RGB")
    picture = picture.quantize(256, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    path = FOLDER / name
    picture.save(path, optimize=True)
    if path.stat().st_size > MOST_BYTES:
        raise SystemExit(f"{name} has {path.stat().st_size:,} bytes, more than {MOST_BYTES:,}.")
    print(f"{path.relative_to(FOLDER.parents[1])}: {path.stat().st_size:,} bytes, {picture.width} x {picture.height}")


if __name__ == "__main__":
    sys.exit(main())
