"""What the advisor can say: a closed union of blocks. A channel that lacks a renderer for one of them fails a test."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from advisor.domain.chart import ChartSpec
from advisor.domain.errors import InvalidInput

SlotKind = Literal["money", "percent", "number", "date", "duration", "choice", "multichoice", "text", "confirm"]


@dataclass(frozen=True, slots=True)
class Option:
    """One answer to choose: `id` travels back to us, `label` is shown."""

    id: str
    label: str
    hint: str = ""

    def to_json(self) -> dict[str, str]:
        """As sent to a client."""
        return {"id": self.id, "label": self.label} | ({"hint": self.hint} if self.hint else {})


@dataclass(frozen=True, slots=True)
class Text:
    """Paragraphs (blank line between), **bold** and "- " lists only."""

    kind: ClassVar[str] = "text"
    text: str


@dataclass(frozen=True, slots=True)
class Choices:
    """Buttons."""

    kind: ClassVar[str] = "choices"
    options: tuple[Option, ...]
    prompt: str = ""
    multiple: bool = False


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture, stored for its owner under `id`."""

    kind: ClassVar[str] = "chart"
    id: str
    spec: ChartSpec


@dataclass(frozen=True, slots=True)
class Column:
    """A table's column; `type` is text, money, percent or number."""

    id: str
    label: str
    type: str = "text"
    unit: str = ""

    def to_json(self) -> dict[str, str]:
        """As sent to a client."""
        return {"id": self.id, "label": self.label, "type": self.type} | ({"unit": self.unit} if self.unit else {})


@dataclass(frozen=True, slots=True)
class Table:
    """Rows keyed by column id. Money cells are `{"amount", "currency"}`, percent cells fractions, text cells strings."""

    kind: ClassVar[str] = "table"
    name: str
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that must not be overlooked."""

    kind: ClassVar[str] = "notice"
    level: Literal["info", "warning", "error"]
    text: str


@dataclass(frozen=True, slots=True)
class File:
    """A document to download."""

    kind: ClassVar[str] = "file"
    name: str
    media_type: str
    size: int
    url: str


@dataclass(frozen=True, slots=True)
class Link:
    """A place to go."""

    kind: ClassVar[str] = "link"
    label: str
    url: str


Block = Text | Choices | Chart | Table | Notice | File | Link
BLOCK_TYPES: tuple[type[Block], ...] = (Text, Choices, Chart, Table, Notice, File, Link)


@dataclass(frozen=True, slots=True)
class Expects:
    """What the advisor waits for: the open question."""

    slot: str
    kind: SlotKind
    skippable: bool
    step: int
    steps: int
    options: tuple[Option, ...] = ()
    example: str = ""

    def to_json(self) -> dict[str, Any]:
        """As sent to a client."""
        body: dict[str, Any] = {
            "slot": self.slot,
            "kind": self.kind,
            "skippable": self.skippable,
            "step": self.step,
            "steps": self.steps,
        }
        if self.options:
            body["options"] = [option.to_json() for option in self.options]
        if self.example:
            body["example"] = self.example
        return body


@dataclass(frozen=True, slots=True)
class Reply:
    """One turn of the advisor."""

    blocks: tuple[Block, ...]
    expects: Expects | None = None


def block_to_json(block: Block, chart_root: str = "/api/v1/chat/charts") -> dict[str, Any]:
    """A block as the HTTP contract writes it; chart addresses lie under `chart_root`."""
    match block:
        case Text(text=text):
            body: dict[str, Any] = {"text": text}
        case Choices():
            body = {"options": [option.to_json() for option in block.options], "multiple": block.multiple}
            if block.prompt:
                body["prompt"] = block.prompt
        case Chart(id=key, spec=spec):
            body = {
                "id": key,
                "name": spec.name,
                "title": spec.title,
                "alt": spec.alt,
                "locale": spec.locale,
                "svg_url": f"{chart_root}/{key}.svg",
                "png_url": f"{chart_root}/{key}.png",
                "data": spec.to_json()["picture"],
            }
        case Table():
            body = {
                "name": block.name,
                "caption": block.caption,
                "columns": [column.to_json() for column in block.columns],
                "rows": list(block.rows),
            }
        case Notice(level=level, text=text):
            body = {"level": level, "text": text}
        case File():
            body = {"name": block.name, "media_type": block.media_type, "size": block.size, "url": block.url}
        case Link(label=label, url=url):
            body = {"label": label, "url": url}
    return {"kind": block.kind, **body}


def block_from_json(raw: dict[str, Any]) -> Block:
    """Inverse of `block_to_json`: what was stored for a channel becomes a block again."""
    match raw["kind"]:
        case "text":
            return Text(raw["text"])
        case "choices":
            return Choices(options_from_json(raw["options"]), raw.get("prompt", ""), raw["multiple"])
        case "chart":
            spec = {key: raw[key] for key in ("name", "title", "alt", "locale")} | {"picture": raw["data"]}
            return Chart(raw["id"], ChartSpec.from_json(spec))
        case "table":
            columns = tuple(Column(c["id"], c["label"], c["type"], c.get("unit", "")) for c in raw["columns"])
            return Table(raw["name"], raw["caption"], columns, tuple(raw["rows"]))
        case "notice":
            return Notice(raw["level"], raw["text"])
        case "file":
            return File(raw["name"], raw["media_type"], raw["size"], raw["url"])
        case "link":
            return Link(raw["label"], raw["url"])
        case other:
            raise InvalidInput(f"There is no block of the kind {other!r}.")


def options_from_json(raw: list[dict[str, str]]) -> tuple[Option, ...]:
    """Options as `Option.to_json` wrote them."""
    return tuple(Option(item["id"], item["label"], item.get("hint", "")) for item in raw)


def expects_from_json(raw: dict[str, Any] | None) -> Expects | None:
    """Inverse of `Expects.to_json`; None stays None."""
    if raw is None:
        return None
    return Expects(
        raw["slot"],
        raw["kind"],
        raw["skippable"],
        raw["step"],
        raw["steps"],
        options_from_json(raw.get("options", [])),
        raw.get("example", ""),
    )
