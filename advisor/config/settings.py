"""The record of all settings."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, model_validator

from advisor.config import values
from advisor.config.variables import variable
from advisor.domain.errors import SettingsError
from advisor.domain.replay import Replay

Address = Annotated[str, AfterValidator(values.address)]


class Settings(BaseModel):
    """All that an operator can set. Each description says what a right value looks like, and is shown when one is wrong."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    host: Annotated[str, AfterValidator(values.host)] = Field(
        "127.0.0.1", description="an address of this machine, such as 127.0.0.1, or 0.0.0.0 for all of them"
    )
    port: int = Field(8000, ge=1, le=65535, description="a number from 1 to 65535, such as 8000")
    data_dir: Annotated[Path, AfterValidator(values.data_dir)] = Field(
        default_factory=lambda: Path("var").absolute(), description="a directory for our files, such as ./var"
    )
    database_url: Annotated[SecretStr, AfterValidator(values.database)] = Field(
        default_factory=lambda so_far: SecretStr(f"sqlite:///{so_far['data_dir'] / 'smartinvest.db'}"),
        description="sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME",
    )
    redis_url: Annotated[SecretStr, AfterValidator(values.redis)] | None = Field(
        None, description="an address such as redis://127.0.0.1:6379/0, or empty to do without Redis"
    )
    market_data: Literal["auto", "yahoo", "alphavantage", "csv", "sample"] = Field(
        "auto", description="auto, yahoo, alphavantage, csv or sample"
    )
    csv_dir: Annotated[Path, AfterValidator(values.csv_dir)] | None = Field(
        None, description="a directory of CSV files: the date, then a column per symbol"
    )
    macro_dir: Annotated[Path, AfterValidator(values.csv_dir)] | None = Field(
        None, description="a directory of CSV files with macro series: date, series, value"
    )
    max_price_age_days: int = Field(
        30,
        ge=1,
        le=3650,
        description="a number of days from 1 to 3650: older prices of a live source are not advised on",
    )
    keep_raw_days: int = Field(0, ge=0, le=3650, description="a number of days from 0 to 3650; 0 keeps none")
    yahoo_url: Address | None = Field(
        None, description="an address in place of Yahoo's hosts, or empty for Yahoo itself"
    )
    alphavantage_url: Address = Field(
        "https://www.alphavantage.co", description="the address of Alpha Vantage or a mirror"
    )
    fred_url: Address = Field("https://fred.stlouisfed.org", description="the address of FRED or a mirror")
    replay: Annotated[Replay, BeforeValidator(values.replay)] | None = Field(
        None, description="a day, a moment and a speed; `smartinvest replay` sets it"
    )
    alphavantage_key: Annotated[SecretStr, values.matching(r"\S+")] | None = Field(
        None, description="a key without blanks"
    )
    alphavantage_per_minute: int = Field(
        5, ge=1, le=1200, description="how many requests a minute the key allows: 5 for a free one, more for a paid one"
    )
    telegram_token: Annotated[SecretStr, values.matching(r"\d+:\S+")] | None = Field(
        None, description="a bot's token as BotFather gives it: digits, a colon, text"
    )
    telegram_api_url: Annotated[str, AfterValidator(values.telegram_root)] = Field(
        "https://api.telegram.org",
        description="the root of a Bot API server without /bot, such as https://api.telegram.org",
    )
    telegram_mode: Literal["polling", "webhook"] = Field("polling", description="polling or webhook")
    telegram_webhook_secret: Annotated[SecretStr, values.matching(r"[A-Za-z0-9_-]{1,256}")] | None = Field(
        None, description="1 to 256 letters, digits, _ or -"
    )
    public_url: Address | None = Field(
        None, description="the address people reach us at, such as https://invest.example.org"
    )
    llm_model: Annotated[str, Field(pattern=r"^[\w-]+:\S+$")] | None = Field(
        None, description="provider:model, such as openai:gpt-5-mini, or empty to do without a language model"
    )
    llm_base_url: Address | None = Field(None, description="an address such as http://127.0.0.1:11434/v1")
    secret_keys: Annotated[
        tuple[Annotated[SecretStr, AfterValidator(values.key)], ...], BeforeValidator(values.split)
    ] = Field((), description="keys of 32 bytes in URL-safe base64, separated by commas, the one that encrypts first")
    allowed_origins: Annotated[
        tuple[Annotated[str, AfterValidator(values.origin)], ...], BeforeValidator(values.split)
    ] = Field((), description="origins of sites such as https://shop.example.org, separated by commas, or *")
    vapid_subject: Annotated[str, Field(pattern=r"^(mailto:\S+@\S+|https://\S+)$")] | None = Field(
        None, description="whom push services may write to: mailto:NAME@HOST or an https address"
    )
    rate_limits: Annotated[bool, BeforeValidator(values.switch)] = Field(
        default_factory=lambda so_far: not values.is_loopback(so_far["host"]), description="on or off"
    )
    log_format: Literal["console", "json"] = Field("console", description="console or json")
    timezone: Annotated[str, AfterValidator(values.timezone)] = Field(
        "UTC", description="a time zone's name, such as Europe/London"
    )
    operator: str = Field(
        "a private person, for testing", max_length=200, description="who runs this advisor, in at most 200 letters"
    )
    licence: str = Field(
        "unlicensed, educational",
        max_length=200,
        description="the operator's licence to advise, in at most 200 letters",
    )
    operator_contact: str = Field(
        "",
        max_length=200,
        description="where a person of the operator's can be reached, in at most 200 letters, or empty if nowhere",
    )
    operator_webhook: Annotated[SecretStr, AfterValidator(values.webhook)] | None = Field(
        None, description="an https address that is told who wishes to talk to a person, or empty"
    )
    operator_webhook_secret: Annotated[SecretStr, values.matching(r"\S{8,}")] | None = Field(
        None, description="8 or more characters without blanks, which the webhook's receiver knows as well"
    )

    @model_validator(mode="after")
    def _complete(self) -> Settings:
        """A choice brings along what it needs."""
        needs = (
            (self.market_data == "csv", "csv_dir", "market_data"),
            (self.market_data == "alphavantage", "alphavantage_key", "market_data"),
            (self.operator_webhook is not None, "operator_webhook_secret", "operator_webhook"),
            (self.telegram_token is not None and self.telegram_mode == "webhook", "public_url", "telegram_mode"),
            (
                self.telegram_token is not None and self.telegram_mode == "webhook",
                "telegram_webhook_secret",
                "telegram_mode",
            ),
        )
        for wanted, needed, because in needs:
            if wanted and getattr(self, needed) is None:
                right = type(self).model_fields[needed].description
                raise SettingsError(
                    f"{variable(needed)} is missing: {variable(because)}={getattr(self, because)} needs it. Set it to {right}.",
                    field=needed,
                )
        return self

    @property
    def url(self) -> str:
        """Where a browser on this machine finds us."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104 - compared, not bound to
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"
