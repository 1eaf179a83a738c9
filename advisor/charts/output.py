"""A drawn figure as bytes: an SVG that reads aloud and follows the theme, or a small PNG."""

from __future__ import annotations

import re
from collections.abc import Mapping
from io import BytesIO
from xml.sax.saxutils import escape

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from PIL import Image

from advisor.charts.canvas import HEIGHT, WIDTH
from advisor.domain.chart import ChartSpec

_HEAD = re.compile(r"\A.*?<svg[^>]*?(viewBox=\"[^\"]*\")[^>]*>", re.DOTALL)
_TAG_STYLE = re.compile(r"(<[^<>]*? style=\")([^\"]*)(\")")
_FONT = re.compile(r" ?font-family: [^;\"]*;?")
_HEX = re.compile(r"#[0-9a-f]{6}")
# What XML 1.0 cannot hold at all.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LARGEST_PNG = 60_000
_PACKING = ((128, 4), (128, 8), (64, 8), (32, 8))  # (colours, zlib level): 9 takes six times as long as 8 saves
_METADATA = ("Date", "Creator", "Format", "Type")  # left out: a date would make equal pictures differ


def to_svg(figure: Figure, spec: ChartSpec, both: Mapping[str, str] | None = None) -> bytes:
    """UTF-8 SVG with title and description. Text stays text in the reader's sans-serif.

    `both` maps the colours drawn (for light) to those for dark; with it one file follows `prefers-color-scheme`.
    """
    buffer = BytesIO()
    FigureCanvasSVG(figure).print_svg(buffer, metadata=dict.fromkeys(_METADATA))  # type: ignore[no-untyped-call]  # matplotlib's gap
    body = buffer.getvalue().decode()
    head = _HEAD.match(body)
    if head is None:
        raise RuntimeError("matplotlib's SVG has no opening tag where it used to be")
    names = {light: f"--c{i}" for i, light in enumerate(both or {})}

    def restyle(match: re.Match[str]) -> str:
        style = _FONT.sub("", match[2])
        return match[1] + _HEX.sub(lambda hit: f"var({names[hit[0]]})" if hit[0] in names else hit[0], style) + match[3]

    styled = _TAG_STYLE.sub(restyle, body[head.end() :])
    opening = (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="{WIDTH}" '
        f'height="{HEIGHT}" {head[1]} role="img" aria-labelledby="title desc">\n'
        f'<title id="title">{_xml(spec.title)}</title>\n<desc id="desc">{_xml(spec.alt)}</desc>\n'
        f"<style>{_style_sheet(both or {}, names)}</style>"
    )
    return (opening + styled).encode()


def to_png(figure: Figure) -> bytes:
    """PNG of 1280 x 800 pixels in at most 128 colours: a quarter of the bytes, and no difference to the eye.

    A crowded picture is packed harder until it is below 60 kB, or was drawn in 32 colours.
    """
    canvas = FigureCanvasAgg(figure)
    canvas.draw()  # type: ignore[no-untyped-call]  # matplotlib's gap
    pixels = canvas.buffer_rgba()  # type: ignore[no-untyped-call]  # matplotlib's gap
    image = Image.frombuffer("RGBA", canvas.get_width_height(), pixels, "raw", "RGBA", 0, 1).convert("RGB")
    packed = b""
    for colours, effort in _PACKING:
        packed = _packed(image, colours, effort)
        if len(packed) < _LARGEST_PNG:
            break
    return packed


def _packed(image: Image.Image, colours: int, effort: int) -> bytes:
    reduced = image.quantize(colours, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    # The octree averages near neighbours: keep the background exactly what it is, or it shows beside a page of that colour.
    palette = reduced.getpalette() or []
    ground = 3 * reduced.crop((0, 0, 1, 1)).tobytes()[0]
    palette[ground : ground + 3] = image.crop((0, 0, 1, 1)).tobytes()
    reduced.putpalette(palette)
    buffer = BytesIO()
    reduced.save(buffer, "PNG", compress_level=effort)
    return buffer.getvalue()


def _style_sheet(both: Mapping[str, str], names: Mapping[str, str]) -> str:
    sheet = "text{font-family:system-ui,sans-serif}"
    if not both:
        return sheet
    light = "".join(f"{names[colour]}:{colour};" for colour in both)
    dark = "".join(f"{names[colour]}:{other};" for colour, other in both.items())
    return f"{sheet}:root{{{light}}}@media(prefers-color-scheme:dark){{:root{{{dark}}}}}"


def _xml(words: str) -> str:
    return escape(_NOT_XML.sub(" ", words))
