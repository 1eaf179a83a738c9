"""The import contracts hold, and each of them notices the import it is there to notice."""

from __future__ import annotations

import configparser
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow  # import-linter over the whole tree, once a contract

REPOSITORY = Path(__file__).parents[2]
PACKAGES = ("smartinvest", "bot", "api", "advisor")

# Contract -> (a new module, what it imports).
VIOLATIONS = {
    "Channels sit on top and do not know each other": ("bot/planted.py", "import api"),
    "Inside advisor, imports only point down": ("advisor/domain/planted.py", "import advisor.analysis"),
    "Adapters know ports and domain words only": ("advisor/adapters/planted.py", "import advisor.optimizer"),
    "An adapter does not know another kind of adapter": (
        "advisor/adapters/db/planted.py",
        "import advisor.adapters.market",
    ),
    "Numerics and wording are pure": ("advisor/replies/planted.py", "import advisor.ports.storage"),
    "The thinking half never meets a framework": ("advisor/dialogue/planted.py", "import httpx"),
    "A service never imports a service": ("advisor/services/planted.py", "import advisor.services.forecast"),
    "Nothing that answers an investor knows TensorFlow": ("advisor/forecast/planted.py", "import tensorflow"),
    "Only bot knows Telegram": ("api/planted.py", "import telegram"),
    "Only api knows FastAPI": ("smartinvest/planted.py", "from starlette.applications import Starlette"),
    "Only the process that serves knows its server": ("api/planted.py", "import uvicorn"),
    "Only charts knows matplotlib": ("bot/planted.py", "from matplotlib.figure import Figure"),
    "Only report knows reportlab": ("advisor/charts/planted.py", "import reportlab"),
    "Only the database adapter knows SQLAlchemy and the drivers": (
        "advisor/adapters/market/planted.py",
        "import asyncpg",
    ),
    "Only the Redis adapter knows Redis": ("smartinvest/planted.py", "import redis.asyncio"),
    "Only the limiting adapter knows the library that counts": ("api/planted.py", "import limits"),
    "Only the market adapter knows Yahoo's client": ("advisor/services/planted.py", "import yfinance"),
    "Only the market adapter knows the exchanges' calendars": (
        "advisor/services/planted.py",
        "import exchange_calendars",
    ),
    "Only the features know TA-Lib": ("advisor/forecast/planted.py", "import talib"),
    "Only the general solver knows PyPortfolioOpt": ("advisor/optimizer/planted.py", "import pypfopt"),
    "Only the auth adapter knows argon2 and JWT": ("advisor/services/planted.py", "import jwt"),
    "Only the vault encrypts": ("advisor/adapters/db/planted.py", "from cryptography.fernet import Fernet"),
    "Channels never touch the database, Redis or an adapter": ("bot/planted.py", "import advisor.adapters.db"),
}


def names() -> set[str]:
    """The contracts there are."""
    parser = configparser.ConfigParser()
    parser.read(REPOSITORY / ".importlinter")
    return {parser[section]["name"] for section in parser.sections() if section.startswith("importlinter:contract:")}


def verdicts(tree: Path) -> dict[str, str]:
    """KEPT or BROKEN for each contract, as the checker says in this tree."""
    checker = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([checker, "--no-cache", "--no-logo"], cwd=tree, capture_output=True, text=True, check=False)
    found = dict(re.findall(r"^(\S.*) (KEPT|BROKEN)\b", done.stdout, re.MULTILINE))
    assert found, done.stdout + done.stderr
    return found


@pytest.fixture(scope="session")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the packages, to break."""
    root = tmp_path_factory.mktemp("tree")
    for package in PACKAGES:
        shutil.copytree(REPOSITORY / package, root / package, ignore=shutil.ignore_patterns("__pycache__", "data"))
    shutil.copy(REPOSITORY / ".importlinter", root)
    return root


@pytest.fixture
def planted(tree: Path, request: pytest.FixtureRequest) -> Iterator[Path]:
    """The copy with a violation in it, taken out again afterwards."""
    file, statement = VIOLATIONS[request.param]
    path = tree / file
    path.write_text(f"{statement}\n")
    yield tree
    path.unlink()


def test_the_tree_keeps_every_contract() -> None:
    assert {name for name, verdict in verdicts(REPOSITORY).items() if verdict != "KEPT"} == set()


def test_every_contract_has_a_violation_below() -> None:
    assert names() == VIOLATIONS.keys()


@pytest.mark.parametrize(("planted", "name"), [(name, name) for name in VIOLATIONS], indirect=["planted"])
def test_a_planted_violation_breaks_its_contract(planted: Path, name: str) -> None:
    assert verdicts(planted)[name] == "BROKEN"


def test_a_new_package_of_advisor_has_to_be_given_its_layer(tree: Path) -> None:
    package = tree / "advisor" / "novelty"
    package.mkdir()
    (package / "__init__.py").touch()
    try:
        assert verdicts(tree)["Inside advisor, imports only point down"] == "BROKEN"
    finally:
        shutil.rmtree(package)
