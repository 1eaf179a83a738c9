"""The command line. Each command imports what it needs when it runs, so that `--help` answers at once."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated

import typer

from advisor.domain.errors import InvalidInput, SettingsError, SmartInvestError
from smartinvest import lifeline
from smartinvest.lifeline import AWAY_EXIT, SETTINGS_EXIT

if TYPE_CHECKING:
    from advisor.config import Settings

app = typer.Typer(
    help="An investment advisor people talk to: on Telegram, on the web, in a terminal and by REST. It advises; it never trades.",
    epilog="Settings come from the environment and from .env; .env.example lists them all.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,  # a trace that prints local variables would print secrets
    context_settings={"help_option_names": ["-h", "--help"]},
)


keys = typer.Typer(help="Change the secret keys.", no_args_is_help=True)
app.add_typer(keys, name="keys")

_BEFORE_THE_CRASH = datetime(2008, 1, 2)  # noqa: DTZ001 a day of the market, as Typer reads one


class Part(StrEnum):
    """What the doctor can look at by itself."""

    DATA = "data"
    AUDIT = "audit"


@app.callback()
def _before() -> None:
    """A child process ends with its parent."""
    lifeline.hold_on()


@app.command(epilog="Example: PORT=8080 smartinvest run")
def run() -> None:
    """Run everything on this machine: database, api, worker, and the bot where a token is set."""
    from smartinvest.run import run as run_all

    settings = _settings("run")
    raise typer.Exit(run_all(settings))


@app.command(epilog="Example: SMARTINVEST_DATABASE_URL=postgresql://me@db/invest smartinvest api")
def api() -> None:
    """Serve the chat, the widget and the REST API over HTTP."""
    settings = _settings("api")
    from smartinvest import processes

    processes.api(settings)


@app.command(epilog="Example: SMARTINVEST_TELEGRAM_TOKEN_FILE=token.txt smartinvest bot")
def bot() -> None:
    """Talk to people on Telegram."""
    settings = _settings("bot")
    from smartinvest import processes

    processes.bot(settings)


@app.command(epilog="Example: smartinvest worker")
def worker() -> None:
    """Run the jobs: market data, the nightly scan, deliveries."""
    settings = _settings("worker")
    from smartinvest import processes

    processes.worker(settings)


@app.command(epilog="Example: SMARTINVEST_MARKET_DATA=sample smartinvest chat")
def chat() -> None:
    """Talk to the advisor in this terminal."""
    settings = _settings("chat")
    from smartinvest import processes

    processes.chat(settings)


@app.command(epilog="Example: SMARTINVEST_DATABASE_URL=postgresql://me@db/invest smartinvest migrate")
def migrate() -> None:
    """Bring the database to the newest schema. Safe to run again, and from several machines at once."""
    settings = _settings("migrate")
    import asyncio

    from advisor.adapters.db.migrate import migrate as bring_up
    from advisor.config import prepare_data_dir

    prepare_data_dir(settings)
    changed = asyncio.run(bring_up(settings.database_url.get_secret_value()))
    print("The database was brought up to date." if changed else "The database is up to date.")


@app.command(epilog="Example: smartinvest ingest --universe us_etf_usd --symbol AAPL")
def ingest(
    *,
    universe: Annotated[
        list[str] | None, typer.Option(help="Only the instruments of this universe; may be repeated.")
    ] = None,
    symbol: Annotated[list[str] | None, typer.Option(help="Only this symbol; may be repeated.")] = None,
    whole: Annotated[bool, typer.Option("--whole", help="Fetch the whole history again.")] = False,
    macro: Annotated[bool, typer.Option(help="Also fetch macro series.")] = True,
    facts: Annotated[bool, typer.Option("--facts", help="Also fetch companies' statements.")] = False,
    confirm: Annotated[
        bool | None,
        typer.Option(
            help="Keep, or do not keep, how a folder of files is read in its layout.yaml; asked at a terminal."
        ),
    ] = None,
) -> None:
    """Bring stored prices and macro series up to date. It goes on where it was stopped, and may run twice at once."""
    settings = _settings("ingest")
    from smartinvest.ingesting import Extras
    from smartinvest.ingesting import ingest as bring_in

    raise typer.Exit(bring_in(settings, universe or (), symbol or (), Extras(whole, macro, facts, confirm)))


@app.command(epilog="Example: smartinvest replay --from 2008-01-02 --speed 1")
def replay(
    start: Annotated[
        datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="The market's first day.")
    ] = _BEFORE_THE_CRASH,
    speed: Annotated[float, typer.Option(min=0, max=10_000, help="Days of the market in a second of ours.")] = 1.0,
) -> None:
    """Run everything, with the market's "today" walking through stored history. Chat, tokens and timers keep our time."""
    settings = _settings("replay")
    from smartinvest.run import replay as run_replay

    raise typer.Exit(run_replay(settings, start.date(), speed))


@app.command(epilog="Example: smartinvest export --address telegram:4711 --output ann.zip")
def export(
    *,
    user: Annotated[str | None, typer.Option(help="The person's id.")] = None,
    address: Annotated[str | None, typer.Option(help="Channel and address, such as telegram:4711.")] = None,
    email: Annotated[str | None, typer.Option(help="The e-mail address of the account.")] = None,
    output: Annotated[Path | None, typer.Option(help="The file to write; by default one in this folder.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Write all that is stored of a person to a zip file, unencrypted: for whoever asks the operator for it."""
    settings = _settings("export")
    from smartinvest.people import Who
    from smartinvest.people import export as write

    raise typer.Exit(write(settings, Who(user, address, email), output, sure=yes))


@app.command(epilog="Example: smartinvest erase --address telegram:4711")
def erase(
    *,
    user: Annotated[str | None, typer.Option(help="The person's id.")] = None,
    address: Annotated[str | None, typer.Option(help="Channel and address, such as telegram:4711.")] = None,
    email: Annotated[str | None, typer.Option(help="The e-mail address of the account.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Remove all that is stored of a person, and the key to it, for good."""
    settings = _settings("erase")
    from smartinvest.people import Who
    from smartinvest.people import erase as remove

    raise typer.Exit(remove(settings, Who(user, address, email), sure=yes))


@keys.command(epilog="Example: smartinvest keys rotate")
def rotate(yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False) -> None:
    """Put a new secret key in front, and seal every user's key under it."""
    settings = _settings("keys")
    from smartinvest import secret_keys

    raise typer.Exit(secret_keys.rotate(settings, sure=yes))


@keys.command(epilog="Example: smartinvest keys rewrap")
def rewrap() -> None:
    """Seal every user's key under the first of the secret keys: after SMARTINVEST_SECRET_KEYS was changed. Safe to run again."""
    settings = _settings("keys")
    from smartinvest import secret_keys

    raise typer.Exit(secret_keys.rewrap(settings))


@keys.command(epilog="Example: smartinvest keys forget")
def forget(yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False) -> None:
    """Drop the old secret keys of the data directory. Backups from before the last rotation become unreadable."""
    settings = _settings("keys")
    from smartinvest import secret_keys

    raise typer.Exit(secret_keys.forget(settings, sure=yes))


@app.command(epilog="Example: smartinvest outbox --retry 5f2c...:3:1")
def outbox(
    *,
    days: Annotated[int, typer.Option(min=1, max=3650, help="How far back.")] = 7,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
    retry: Annotated[list[str] | None, typer.Option(help="Try again what was given up; may be repeated.")] = None,
    bury: Annotated[list[str] | None, typer.Option(help="Give up what waits; may be repeated.")] = None,
) -> None:
    """List what was not, or not certainly, delivered: unknown, dead or waiting. Exit status 1 if an id was not there."""
    settings = _settings("outbox")
    from smartinvest.outbox import Wanted
    from smartinvest.outbox import outbox as show

    raise typer.Exit(show(settings, Wanted(days, as_json, retry or (), bury or ())))


@app.command(epilog="Example: smartinvest doctor; smartinvest doctor data --symbol SPY; smartinvest doctor audit")
def doctor(
    part: Annotated[
        Part | None,
        typer.Argument(
            help="`data`: what is stored and what is wrong with it. `audit`: every record against the audit chain."
        ),
    ] = None,
    symbol: Annotated[
        list[str] | None, typer.Option(help="With `data`: tell all about this one; may be repeated.")
    ] = None,
) -> None:
    """Say what is configured, what can be reached, and what is missing. Exit status 1 if something needed is missing."""
    settings = _settings("doctor")
    if part is Part.DATA:
        from smartinvest.doctor_data import report as report_data

        report_data(settings, symbol or ())
        return
    if part is Part.AUDIT:
        from smartinvest.doctor_audit import report as report_audit

        raise typer.Exit(report_audit(settings))
    from smartinvest.doctor import examine, report

    checks = examine(settings)
    print(report(checks))
    raise typer.Exit(int(any(check.state == "fail" for check in checks)))


def _settings(process: str) -> Settings:
    """The settings, with the log set up; a misspelt variable is told once, by the process a person started."""
    from advisor.config import load_settings, unknown_variables
    from smartinvest.logs import configure_logs

    settings = load_settings()
    configure_logs(settings, process)
    if not lifeline.held():
        for line in unknown_variables():
            print(f"smartinvest: {line}", file=sys.stderr)
    return settings


def _stop(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - the signature is Python's
    """Being told to stop is no error."""
    sys.exit(0)


def main() -> None:
    """The `smartinvest` command."""
    guard(lambda: app(prog_name="smartinvest"))


def guard(command: Callable[[], object]) -> None:
    """Run a command the way people and supervisors expect.

    An error of ours is one line on standard error: exit status 2 for a wrong setting or option, 75 for what may be
    mended by trying again, such as a database that is away. SIGTERM is a clean end, also before the command has its own
    handler. Ctrl-C is quiet.
    """
    signal.signal(signal.SIGTERM, _stop)
    try:
        command()
    except SmartInvestError as error:
        print(f"smartinvest: {error.message}", file=sys.stderr)
        sys.exit(SETTINGS_EXIT if isinstance(error, SettingsError | InvalidInput) else AWAY_EXIT)
    except KeyboardInterrupt:
        sys.exit(130)
