"""Pictures of every kind: whole, legible, repeatable, in both formats and themes."""

from __future__ import annotations

import re
import typing
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from io import BytesIO
from itertools import combinations

import matplotlib as mpl
import numpy as np
import pytest
from lxml import etree  # type: ignore[import-untyped]  # no stubs
from matplotlib.textpath import TextPath
from PIL import Image

from advisor.charts import draw, render
from advisor.charts.canvas import DPI, font
from advisor.charts.marks import Words
from advisor.charts.palette import BACKGROUND, INK, MUTED, contrast
from advisor.charts.png import painted
from advisor.domain import chart
from advisor.domain.chart import Bars, ChartSpec, Donut, Fan, FrontierPlot, Lines
from advisor.domain.errors import InvalidInput

pytestmark = pytest.mark.slow

SVG = "{http://www.w3.org/2000/svg}"


def simple(picture: chart.Picture, *, title: str = "A title", alt: str = "In words", locale: str = "en") -> ChartSpec:
    return ChartSpec("a", title, alt, picture, locale)


def texts(spec: ChartSpec) -> list[str]:
    """What a reader sees written in the SVG."""
    root = etree.fromstring(render(spec, "svg", "light"))
    return ["".join(node.itertext()) for node in root.iter(f"{SVG}text")]


def test_every_kind_of_picture_is_among_the_cases(request: pytest.FixtureRequest) -> None:
    from .conftest import CASES

    assert {type(item.picture) for item in CASES.values()} == set(typing.get_args(chart.Picture))


def test_equal_specs_give_equal_bytes(spec: ChartSpec) -> None:
    again = ChartSpec.from_json(spec.to_json())
    assert render(spec, "svg", "auto") == render(again, "svg", "auto")
    assert render(spec, "png", "dark") == render(again, "png", "dark")


def test_threads_draw_the_same_bytes_as_one_after_another() -> None:
    from .conftest import CASES

    specs = [CASES[name] for name in ("donut", "fan", "lines", "bars")] * 3
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda item: render(item, "svg", "auto") + render(item, "png", "light"), specs))
    assert together == [render(item, "svg", "auto") + render(item, "png", "light") for item in specs]


@pytest.mark.parametrize("theme", ["light", "dark", "auto"])
def test_svg_is_well_formed_and_reads_aloud(spec: ChartSpec, theme: typing.Literal["light", "dark", "auto"]) -> None:
    root = etree.fromstring(render(spec, "svg", theme))
    assert root.tag == f"{SVG}svg"
    assert root.get("role") == "img"
    assert root.findtext(f"{SVG}title") == spec.title
    assert root.findtext(f"{SVG}desc") == spec.alt
    assert root[0].tag == f"{SVG}title"
    assert (root.get("width"), root.get("height")) == ("1280", "800")


def test_svg_holds_no_date_no_script_and_no_font_of_one_machine(spec: ChartSpec) -> None:
    body = render(spec, "svg", "auto").decode()
    assert not re.search(r"<metadata|<script|DejaVu|dc:date", body)
    assert len(body) < 120_000


def test_auto_svg_carries_both_themes_and_no_colour_outside_them(spec: ChartSpec) -> None:
    body = render(spec, "svg", "auto").decode()
    sheet = re.search(r"<style>(.*?)</style>", body)
    assert sheet is not None
    light, _, dark = sheet[1].partition("@media(prefers-color-scheme:dark)")
    names = re.findall(r"(--c\d+):", light)
    assert re.findall(r"(--c\d+):", dark) == names
    assert set(re.findall(r"var\((--c\d+)\)", body)) <= set(names)
    drawn = re.findall(r'style="[^"]*(#[0-9a-f]{6})', body[sheet.end() :])
    assert drawn == []


def test_nothing_reads_nan_or_inf(spec: ChartSpec) -> None:
    assert not re.search(r"\b(nan|inf)\b", render(spec, "svg", "light").decode(), re.IGNORECASE)


@pytest.mark.parametrize("theme", ["light", "dark", "auto"])
def test_png_is_1280_by_800_and_small(spec: ChartSpec, theme: typing.Literal["light", "dark", "auto"]) -> None:
    body = render(spec, "png", theme)
    image = Image.open(BytesIO(body))
    assert image.size == (1280, 800)
    assert len(image.getcolors() or ()) <= 128
    assert len(body) < 60_000
    expected = BACKGROUND[theme == "dark"]
    assert "#{:02x}{:02x}{:02x}".format(*image.convert("RGB").getpixel((0, 0))) == expected  # type: ignore[misc]  # an RGB pixel is a triple


def written(spec: ChartSpec, *, dark: bool = False) -> list[Words]:
    """Every line of text of a picture but its watermark."""
    return [mark for mark in draw(spec, dark=dark).marks if isinstance(mark, Words) and mark.opacity == 1]


def ink(words: Words) -> tuple[float, float, float, float]:
    """Left, bottom, right and top of the outlines of its letters, as matplotlib lays them out."""
    with mpl.rc_context({"text.parse_math": False}):  # "$5 to $10" is text and not mathematics
        path = TextPath((0, 0), words.text, size=words.size, prop=font(12.0, bold=words.bold))
    box = path.get_extents()
    left = words.x - {"left": 0.0, "center": 0.5, "right": 1.0}[words.align] * box.x1
    return left + box.x0, words.y + box.y0, left + box.x1, words.y + box.y1


def test_labels_lie_inside_and_never_overlap(spec: ChartSpec) -> None:
    labels = [words for words in written(spec) if words.text.strip()]
    assert labels
    boxes = {f"{i} {words.text}": ink(words) for i, words in enumerate(labels)}
    for name, box in boxes.items():
        assert box[0] >= 0 and box[1] >= 0 and box[2] <= 1280 and box[3] <= 800, name  # noqa: PT018  # one box, one claim
    for (one, first), (two, second) in combinations(boxes.items(), 2):
        across = min(first[2], second[2]) - max(first[0], second[0])
        up = min(first[3], second[3]) - max(first[1], second[1])
        assert across <= 0 or up <= 1, (one, two)


def test_a_png_holds_the_letters_where_the_marks_say(spec: ChartSpec) -> None:
    canvas = draw(spec)
    shapes = [mark for mark in canvas.marks if not isinstance(mark, Words)]
    with_text = painted([*shapes, *written(spec)], canvas.background).astype(int)
    changed = np.abs(with_text - painted(shapes, canvas.background).astype(int)).max(axis=2) > 60
    inside = np.zeros_like(changed)
    for words in (words for words in written(spec) if words.text.strip()):
        left, bottom, right, top = ink(words)
        box = (slice(800 - int(top) - 3, 803 - int(bottom)), slice(max(0, int(left) - 3), int(right) + 4))
        inside[box] = True
        assert changed[box].any(), words.text
    assert not (changed & ~inside).any()


def test_labels_are_large_enough_for_a_phone(spec: ChartSpec) -> None:
    assert min(words.size * 72 / DPI for words in written(spec)) >= 14 - 1e-9


def test_text_colours_have_contrast_in_both_themes() -> None:
    for side in (0, 1):
        for ink in (INK, MUTED):
            assert contrast(ink[side], BACKGROUND[side]) >= 4.5


def test_text_is_drawn_in_inks_only(spec: ChartSpec) -> None:
    for side, dark in enumerate((False, True)):
        assert {words.colour for words in written(spec, dark=dark)} <= {INK[side], MUTED[side]}


def test_the_watermark_is_written_once_across_the_picture_over_all_else() -> None:
    from .conftest import CASES

    for name in ("donut of twelve", "fan", "frontier", "many bars"):
        marks = draw(CASES[name]).marks
        faint = [mark for mark in marks if isinstance(mark, Words) and mark.opacity < 1]
        assert [mark.text for mark in faint] == [CASES[name].picture.watermark]
        assert 0.05 <= faint[0].opacity <= 0.2
        assert marks[-1] is faint[0]
        assert f"opacity:{faint[0].opacity}" in render(CASES[name], "svg", "light").decode()
        without = replace(CASES[name], picture=replace(CASES[name].picture, watermark=""))
        assert render(CASES[name], "png", "light") != render(without, "png", "light")
    assert all(mark.opacity == 1 for mark in draw(CASES["donut"]).marks if isinstance(mark, Words))


def test_a_donut_lists_every_part_with_its_share() -> None:
    from .conftest import CASES

    words = texts(CASES["donut"])
    assert {"US shares", "60%", "Treasuries", "39%", "Cash", "1%", "$20,000"} <= set(words)
    assert "29 others" in texts(CASES["donut of forty"])


def test_a_fan_labels_ten_fifty_and_ninety_the_target_and_what_was_paid_in() -> None:
    from .conftest import CASES

    words = texts(CASES["fan"])
    picture = CASES["fan"].picture
    assert isinstance(picture, Fan)
    for caption in ("1 in 10 do better", "the middle", "1 in 10 do worse", "target", "paid in", "in today's money"):
        assert caption in words
    assert {"$100K", "$74K", f"${picture.bands['p50'][-1] / 1000:.0f}K"} <= set(words)
    assert "in today's money" not in texts(replace(CASES["fan"], picture=replace(picture, real=False)))


def test_a_frontier_names_every_point() -> None:
    from .conftest import CASES

    assert {"Your plan", "60/40", "Equal parts (1/N)", "Cash"} <= set(texts(CASES["frontier"]))


def test_dollars_percents_and_markup_are_text() -> None:
    nasty = "Pay $5 & 10% of $_bad <b>\x00 ^{2}"
    words = texts(simple(Bars(((nasty, 1.0), ("b", 2.0)), "index"), title=nasty))
    assert "Pay $5 & 10% of $_bad <b>  ^{2}" in " ".join(words)


def test_signs_the_font_lacks_and_control_characters_do_not_stop_a_picture() -> None:
    spec = simple(Donut((("शेयर \u202e 🙂", 1.0, "equity"),)), title="標題\x07", alt="x\x00\ufffey")
    assert etree.fromstring(render(spec, "svg", "auto")).findtext(f"{SVG}desc") == "x  y"
    assert render(spec, "png", "light").startswith(b"\x89PNG")


def test_numbers_follow_the_locale() -> None:
    bars = Bars((("a", 120_000.0), ("b", -0.0)), "money", "EUR")
    assert "€120K" in texts(simple(bars))
    assert "120.000\u00a0€" in texts(simple(bars, locale="de-DE"))
    assert "€120K" in texts(simple(bars, locale="xx"))


@pytest.mark.parametrize(
    "picture",
    [
        Donut(()),
        Donut((("a", 0.5, "bond"),)),
        Donut((("a", 1.2, "bond"), ("b", -0.2, "cash"))),
        Donut((("a", float("nan"), "bond"),)),
        Fan((0.0, 1.0), {"p10": (1.0, 2.0)}, (1.0, 1.0), "USD"),
        Fan((0.0, 1.0), {"p50": (1.0,)}, (1.0, 1.0), "USD"),
        Fan((0.0, 1.0), {"p50": (1.0, float("inf"))}, (1.0, 1.0), "USD"),
        FrontierPlot((), ()),
        Lines(("2020-01-01",), {"a": (1.0,)}, "index"),
        Lines(("2020-01-01", "2020-01-02"), {"a": (1.0,)}, "index"),
        Lines(("2020-01-01", "2020-01-02"), {"a": (float("nan"), float("nan"))}, "index"),
        Lines(("2020-01-01", "2020-01-02"), {}, "index"),
        Bars((), "money"),
        Bars((("a", float("nan")),), "money"),
    ],
)
def test_what_cannot_be_drawn_is_refused(picture: chart.Picture) -> None:
    with pytest.raises(InvalidInput):
        render(simple(picture), "svg")
