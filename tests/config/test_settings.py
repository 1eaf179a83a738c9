"""Settings are read from the environment and `.env`, checked, and a wrong one is named in one line that holds no secret."""

from __future__ import annotations

import base64
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from advisor.config import Settings, load_settings, prepare_data_dir, unknown_variables
from advisor.config.values import is_loopback
from advisor.config.variables import SECRETS, variable
from advisor.domain.errors import SettingsError

EVERYWHERE = "0.0.0.0"  # noqa: S104 - a value under test, nothing is bound
KEY = base64.urlsafe_b64encode(b"k" * 32).decode()
CANARY = "hunter2-canary"


@pytest.fixture(autouse=True)
def _clean(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of this machine, and no `.env`."""
    monkeypatch.chdir(tmp_path)
    for name in [key for key in os.environ if key.startswith("SMARTINVEST_")] + ["HOST", "PORT"]:
        monkeypatch.delenv(name, raising=False)


def read(monkeypatch: pytest.MonkeyPatch, **variables: str) -> Settings:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return load_settings()


def complaint(monkeypatch: pytest.MonkeyPatch, **variables: str) -> str:
    with pytest.raises(SettingsError) as caught:
        read(monkeypatch, **variables)
    assert "\n" not in caught.value.message
    assert caught.value.__cause__ is None, "a chained error would print what pydantic saw"
    return caught.value.message


def test_nothing_set_gives_a_start_on_this_machine_alone(tmp_path: Path) -> None:
    settings = load_settings()
    assert (settings.host, settings.port, settings.url) == ("127.0.0.1", 8000, "http://127.0.0.1:8000")
    assert settings.data_dir == tmp_path / "var"
    assert settings.database_url.get_secret_value() == f"sqlite:///{tmp_path}/var/smartinvest.db"
    assert settings.market_data == "auto"
    assert settings.redis_url is None
    assert settings.telegram_token is None
    assert settings.rate_limits is False
    assert settings.licence == "unlicensed, educational"


def test_empty_values_mean_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    empty = {variable(name): " " for name in Settings.model_fields} | {"HOST": "", "PORT": ""}
    assert read(monkeypatch, **empty) == load_settings(env_file=None)


def test_the_database_follows_the_data_directory(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    settings = read(monkeypatch, SMARTINVEST_DATA_DIR="elsewhere")
    assert settings.database_url.get_secret_value() == f"sqlite:///{tmp_path}/elsewhere/smartinvest.db"


@pytest.mark.parametrize(
    ("host", "limited"), [("127.0.0.1", False), ("::1", False), ("localhost", False), (EVERYWHERE, True)]
)
def test_rate_limits_are_on_unless_only_this_machine_can_reach_us(
    monkeypatch: pytest.MonkeyPatch, host: str, limited: bool
) -> None:
    assert read(monkeypatch, HOST=host).rate_limits is limited
    assert read(monkeypatch, HOST=host, SMARTINVEST_RATE_LIMITS="on").rate_limits is True
    assert read(monkeypatch, HOST=host, SMARTINVEST_RATE_LIMITS="Off").rate_limits is False


@pytest.mark.parametrize(
    ("host", "url"),
    [
        (EVERYWHERE, "http://127.0.0.1:8000"),
        ("::", "http://[::1]:8000"),
        ("::1", "http://[::1]:8000"),
        ("box", "http://box:8000"),
    ],
)
def test_the_url_is_one_a_browser_here_can_open(monkeypatch: pytest.MonkeyPatch, host: str, url: str) -> None:
    assert read(monkeypatch, HOST=host).url == url


def test_plain_port_works_and_the_prefixed_one_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read(monkeypatch, PORT="9001").port == 9001
    assert read(monkeypatch, PORT="9001", SMARTINVEST_PORT="9002").port == 9002


def test_the_environment_wins_over_the_file_under_either_name(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("SMARTINVEST_PORT=7001\nSMARTINVEST_LOG_FORMAT=json\nHOST=localhost\n")
    assert (load_settings().port, load_settings().log_format, load_settings().host) == (7001, "json", "localhost")
    assert read(monkeypatch, PORT="7002").port == 7002


def test_dollar_signs_in_the_file_are_kept(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("SMARTINVEST_TELEGRAM_TOKEN=1:a${HOME}b\n")
    token = load_settings().telegram_token
    assert token is not None
    assert token.get_secret_value() == "1:a${HOME}b"


@pytest.mark.parametrize("name", sorted(SECRETS))
def test_a_secret_may_lie_in_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str) -> None:
    samples = {
        "database_url": "postgresql://u:p@h/d",
        "redis_url": "redis://:p@h",
        "telegram_token": "1:x",
        "secret_keys": KEY,
        "operator_webhook": "https://desk.example.org/told?by=us",
        "operator_webhook_secret": "a-shared-secret",
    }
    if name == "operator_webhook":
        monkeypatch.setenv("SMARTINVEST_OPERATOR_WEBHOOK_SECRET", "a-shared-secret")
    (tmp_path / "secret").write_text(f"{samples.get(name, 'abc')}\n")
    from_file = read(monkeypatch, **{f"{variable(name)}_FILE": str(tmp_path / "secret")})
    monkeypatch.delenv(f"{variable(name)}_FILE")
    assert from_file == read(monkeypatch, **{variable(name): samples.get(name, "abc")})
    assert f"{variable(name)} and {variable(name)}_FILE are both set" in complaint(
        monkeypatch, **{f"{variable(name)}_FILE": str(tmp_path / "secret")}
    )


@pytest.mark.parametrize(
    ("content", "word"), [(None, "cannot be read"), (b"", "empty file"), (b"\xff\xfe", "not text")]
)
def test_a_secret_file_that_cannot_be_used_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: bytes | None, word: str
) -> None:
    path = tmp_path / "token"
    if content is not None:
        path.write_bytes(content)
    said = complaint(monkeypatch, SMARTINVEST_TELEGRAM_TOKEN_FILE=str(path))
    assert said.startswith("SMARTINVEST_TELEGRAM_TOKEN_FILE")
    assert word in said


WRONG = {
    "HOST": "two words",
    "SMARTINVEST_HOST": "a/b",
    "PORT": "99999",
    "SMARTINVEST_PORT": "eighty",
    "SMARTINVEST_DATABASE_URL": "mysql://u:" + CANARY + "@h/d",
    "SMARTINVEST_REDIS_URL": "http://" + CANARY,
    "SMARTINVEST_DATA_DIR": "a-file",
    "SMARTINVEST_CSV_DIR": "not/there",
    "SMARTINVEST_MARKET_DATA": "bloomberg",
    "SMARTINVEST_ALPHAVANTAGE_KEY": CANARY + " x",
    "SMARTINVEST_ALPHAVANTAGE_PER_MINUTE": "0",
    "SMARTINVEST_ALPHAVANTAGE_URL": "ftp://" + CANARY,
    "SMARTINVEST_YAHOO_URL": "https://u:" + CANARY + "@h",
    "SMARTINVEST_FRED_URL": CANARY,
    "SMARTINVEST_MACRO_DIR": "not/there",
    "SMARTINVEST_MAX_PRICE_AGE_DAYS": "none",
    "SMARTINVEST_KEEP_RAW_DAYS": "-1",
    "SMARTINVEST_REPLAY": "2008-01-02,yesterday,fast",
    "SMARTINVEST_TELEGRAM_TOKEN": CANARY,
    "SMARTINVEST_TELEGRAM_API_URL": "https://api.telegram.org/bot",
    "SMARTINVEST_TELEGRAM_MODE": "pigeon",
    "SMARTINVEST_TELEGRAM_WEBHOOK_SECRET": CANARY + "!",
    "SMARTINVEST_PUBLIC_URL": "https://u:" + CANARY + "@h",
    "SMARTINVEST_LLM_MODEL": CANARY,
    "SMARTINVEST_LLM_BASE_URL": "ftp://" + CANARY,
    "SMARTINVEST_SECRET_KEYS": KEY + "," + CANARY,
    "SMARTINVEST_ALLOWED_ORIGINS": "https://shop.example.org/path",
    "SMARTINVEST_VAPID_SUBJECT": "me",
    "SMARTINVEST_RATE_LIMITS": "maybe",
    "SMARTINVEST_LOG_FORMAT": "xml",
    "SMARTINVEST_TIMEZONE": "Mars/Olympus",
    "SMARTINVEST_OPERATOR": "x" * 201,
    "SMARTINVEST_LICENCE": "x" * 201,
    "SMARTINVEST_OPERATOR_CONTACT": "x" * 201,
    "SMARTINVEST_OPERATOR_WEBHOOK": "http://desk.example.org/" + CANARY,
    "SMARTINVEST_OPERATOR_WEBHOOK_SECRET": "hunter2",
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_value_is_named_with_what_would_be_right_and_never_repeats_a_secret(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    (tmp_path / "a-file").touch()
    said = complaint(monkeypatch, **{name: WRONG[name]})
    assert said.startswith(f"{name} is wrong: ")
    assert "It must be " in said
    assert CANARY not in said
    assert len(said) < 300


def test_every_setting_has_a_wrong_value_in_the_table_above() -> None:
    assert {variable(name) for name in Settings.model_fields} <= WRONG.keys()


@pytest.mark.parametrize("name", ["", ".", "..", "/etc", "America"])
def test_odd_time_zones_are_refused_or_mean_not_set(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    if not name:
        assert read(monkeypatch, SMARTINVEST_TIMEZONE=name).timezone == "UTC"
    else:
        assert "SMARTINVEST_TIMEZONE" in complaint(monkeypatch, SMARTINVEST_TIMEZONE=name)


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///", "sqlite:///:memory:", "sqlite+aiosqlite:///:memory:"])
def test_a_database_in_memory_is_refused(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    assert "names no file" in complaint(monkeypatch, SMARTINVEST_DATABASE_URL=url)


@pytest.mark.parametrize(
    ("address", "fits"),
    [
        ("https://desk.example.org/told", True),
        ("http://127.0.0.1:9000/told", True),
        ("http://localhost/told", True),
        ("http://10.0.0.7/told", False),
        ("https://me:pw@desk.example.org/", False),
        ("mailto:desk@example.org", False),
    ],
)
def test_a_webhook_is_told_under_encryption_or_on_this_machine(
    monkeypatch: pytest.MonkeyPatch, address: str, fits: bool
) -> None:
    told = {"SMARTINVEST_OPERATOR_WEBHOOK": address, "SMARTINVEST_OPERATOR_WEBHOOK_SECRET": "a-shared-secret"}
    if fits:
        webhook = read(monkeypatch, **told).operator_webhook
        assert webhook is not None
        assert webhook.get_secret_value() == address
    else:
        assert complaint(monkeypatch, **told).startswith("SMARTINVEST_OPERATOR_WEBHOOK is wrong: ")


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({"SMARTINVEST_MARKET_DATA": "csv"}, "SMARTINVEST_CSV_DIR"),
        ({"SMARTINVEST_MARKET_DATA": "alphavantage"}, "SMARTINVEST_ALPHAVANTAGE_KEY"),
        ({"SMARTINVEST_OPERATOR_WEBHOOK": "https://h/told"}, "SMARTINVEST_OPERATOR_WEBHOOK_SECRET"),
        ({"SMARTINVEST_TELEGRAM_MODE": "webhook", "SMARTINVEST_TELEGRAM_TOKEN": "1:x"}, "SMARTINVEST_PUBLIC_URL"),
        (
            {
                "SMARTINVEST_TELEGRAM_MODE": "webhook",
                "SMARTINVEST_TELEGRAM_TOKEN": "1:x",
                "SMARTINVEST_PUBLIC_URL": "https://h",
            },
            "SMARTINVEST_TELEGRAM_WEBHOOK_SECRET",
        ),
    ],
)
def test_a_choice_that_needs_another_setting_says_which(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str], missing: str
) -> None:
    assert complaint(monkeypatch, **given).startswith(f"{missing} is missing: ")


def test_lists_are_split_and_keys_stay_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = read(
        monkeypatch,
        SMARTINVEST_SECRET_KEYS=f"{KEY}, {KEY}",
        SMARTINVEST_ALLOWED_ORIGINS="https://a.example.org, http://127.0.0.1:3000",
    )
    assert [key.get_secret_value() for key in settings.secret_keys] == [KEY, KEY]
    assert settings.allowed_origins == ("https://a.example.org", "http://127.0.0.1:3000")
    assert KEY not in repr(settings) + str(settings) + settings.model_dump_json()


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(ValidationError):
        load_settings().port = 1  # type: ignore[misc]


def test_a_misspelt_variable_is_told_with_the_one_that_was_meant(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SMARTINVEST_TELEGRAM_TOKN", "1:x")
    monkeypatch.setenv("SMARTINVEST_TELEGRAM_TOKEN_FILE", "fine")
    (tmp_path / ".env").write_text("SMARTINVEST_PROT=1\nOTHER=2\n")
    assert unknown_variables() == [
        "SMARTINVEST_PROT is not a setting and is ignored. Did you mean SMARTINVEST_PORT?",
        "SMARTINVEST_TELEGRAM_TOKN is not a setting and is ignored. Did you mean SMARTINVEST_TELEGRAM_TOKEN?",
    ]


def test_an_unreadable_env_file_is_told(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"SMARTINVEST_OPERATOR=\xff\xfe\n")
    with pytest.raises(SettingsError, match=r"\.env cannot be read"):
        load_settings()


def test_the_data_directory_is_made_for_its_owner_only(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = prepare_data_dir(read(monkeypatch, SMARTINVEST_DATA_DIR="deep/er"))
    assert path == tmp_path / "deep" / "er"
    assert path.stat().st_mode & 0o077 == 0


def test_a_data_directory_that_cannot_be_made_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    settings = read(monkeypatch, SMARTINVEST_DATA_DIR="late/file")
    (tmp_path / "late").touch()
    with pytest.raises(SettingsError, match=r"SMARTINVEST_DATA_DIR: .* cannot be made"):
        prepare_data_dir(settings)


@given(st.ip_addresses())
def test_loopback_is_what_the_standard_says(address: object) -> None:
    assert is_loopback(str(address)) is address.is_loopback  # type: ignore[attr-defined]


def test_a_replay_is_read_as_the_replay_command_writes_it(monkeypatch: pytest.MonkeyPatch) -> None:
    walk = read(monkeypatch, SMARTINVEST_REPLAY="2008-01-02,1700000000.500,5").replay
    assert walk is not None
    assert str(walk) == "2008-01-02,1700000000.500,5"
    assert "is not a day, a moment and a speed" in complaint(monkeypatch, SMARTINVEST_REPLAY="2008-01-02")
    assert "is not a day, a moment and a speed" in complaint(monkeypatch, SMARTINVEST_REPLAY="2008-01-02,0,-1")


@pytest.mark.parametrize(
    ("name", "wrong", "right"),
    [
        ("MAX_PRICE_AGE_DAYS", "0", "1"),
        ("MAX_PRICE_AGE_DAYS", "3651", "3650"),
        ("KEEP_RAW_DAYS", "-1", "0"),
        ("ALPHAVANTAGE_PER_MINUTE", "0", "75"),
        ("YAHOO_URL", "yahoo", "http://127.0.0.1:8190"),
        ("ALPHAVANTAGE_URL", "ftp://x", "https://mirror.example.org"),
        ("FRED_URL", "fred", "http://127.0.0.1:8191"),
        ("MACRO_DIR", "/nowhere/at/all", "."),
    ],
)
def test_market_settings_have_bounds_that_are_told(
    name: str, wrong: str, right: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    variable_name = f"SMARTINVEST_{name}"
    told = complaint(monkeypatch, **{variable_name: wrong})
    assert told.startswith(f"{variable_name} is wrong: the value")
    set_right = getattr(read(monkeypatch, **{variable_name: right}), name.lower())
    assert str(set_right) == (str(tmp_path) if right == "." else right)


def test_what_an_example_file_says_is_what_the_settings_are() -> None:
    example = (Path(__file__).parents[2] / ".env.example").read_text()
    named = {line[1:].partition("=")[0] for line in example.splitlines() if line.startswith("#SMARTINVEST_")}
    assert named == {variable(name) for name in Settings.model_fields}
