"""What lies in the repository beside code: lock files, settings by example, links, pages of decisions, and nothing of a machine."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from advisor.config import Settings
from advisor.config.variables import SECRETS, variable

REPOSITORY = Path(__file__).parents[2]
LOCKS = sorted((REPOSITORY / "requirements").glob("*.txt"))
PAGES = sorted((REPOSITORY / "docs" / "decisions").glob("*.md"))
HEADINGS = ["Rule", "Why", "Trade-off", "Held by"]
CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)  # what looks like a link there is none
# What is not text; everything else is read.
BINARY = frozenset({".npz", ".png", ".ico", ".gz", ".woff2", ".pdf", ".onnx"})


def files() -> list[Path]:
    """What is committed or would be."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode != 0:
        pytest.skip(reason="this is no git checkout, so what belongs to the repository cannot be told")
    return [path for name in listed.stdout.split("\0") if name and (path := REPOSITORY / name).is_file()]


def texts() -> list[tuple[str, str]]:
    """Path and content of every text file but this one, which holds what it looks for."""
    found = [path for path in files() if path.suffix not in BINARY and path != Path(__file__)]
    return [(path.relative_to(REPOSITORY).as_posix(), path.read_text("utf-8")) for path in found]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_a_lock_file_pins_everything_with_hashes_and_holds_no_address(lock: Path) -> None:
    content = lock.read_text()
    assert "://" not in content
    assert " @ " not in content
    assert not re.search(r"^--(index|extra|find|trusted)", content, re.MULTILINE)
    pins = re.split(r"\n(?=\S)", re.sub(r"^\s*#.*\n?", "", content, flags=re.MULTILINE).strip())
    assert len(pins) > 20
    assert [pin.splitlines()[0] for pin in pins if "==" not in pin or "--hash=sha256:" not in pin] == []


def test_lock_files_agree_on_every_version() -> None:
    versions: dict[tuple[str, str], set[str]] = {}
    pin = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)(?: ; ([^\\\n]+))?", re.MULTILINE)
    for lock in LOCKS:
        for name, version, marker in pin.findall(lock.read_text()):
            versions.setdefault((name, marker.strip()), set()).add(version)
    assert {pinned: found for pinned, found in versions.items() if len(found) > 1} == {}


def test_no_file_names_a_path_of_somebodys_machine() -> None:
    machine = re.compile(r"(?<![\w.])/(work|root|home/\w+|Users/\w+)/\w")
    assert [(name, found.group()) for name, text in texts() if (found := machine.search(text))] == []


def test_no_file_names_a_package_index() -> None:
    index = re.compile(r"files\.pythonhosted|pypi\.org/simple|registry\.npmjs|\bindex-url\s*=|extra-index-url")
    assert [(name, found.group()) for name, text in texts() if (found := index.search(text))] == []


def test_the_example_of_settings_lists_every_setting_and_no_other() -> None:
    listed = re.findall(r"^#?([A-Z_]+)=", (REPOSITORY / ".env.example").read_text(), re.MULTILINE)
    assert sorted(listed) == sorted(variable(name) for name in Settings.model_fields)


def test_the_example_of_settings_shows_the_defaults() -> None:
    shown = dict(re.findall(r"^#SMARTINVEST_([A-Z_]+)=(.+)$", (REPOSITORY / ".env.example").read_text(), re.MULTILINE))
    defaults = Settings()
    assert shown.pop("DATA_DIR") == "./var"
    assert shown == {name: str(getattr(defaults, name.lower())) for name in shown}
    assert not {name.lower() for name in shown} & SECRETS


def test_every_setting_and_command_of_the_compose_file_exists() -> None:
    compose = (REPOSITORY / "docker-compose.yml").read_text()
    known = {variable(name) for name in Settings.model_fields} | {f"{variable(name)}_FILE" for name in SECRETS}
    assert set(re.findall(r"\b(SMARTINVEST_[A-Z_]+)\b", compose)) <= known
    dockerfile = (REPOSITORY / "Dockerfile").read_text()
    assert set(re.findall(r"\b(SMARTINVEST_[A-Z_]+)\b", dockerfile)) <= known


def test_relative_links_of_the_documentation_lead_somewhere() -> None:
    pages = [(path, path.read_text("utf-8")) for path in files() if path.suffix == ".md"]
    links = [(path, target) for path, text in pages for target in re.findall(r"\]\(([^)\s]+)\)", CODE.sub("", text))]
    relative = [(path, target.partition("#")[0]) for path, target in links if not re.match(r"[a-z]+:|#", target)]
    broken = [
        (path.relative_to(REPOSITORY).as_posix(), target)
        for path, target in relative
        if not (path.parent / target).exists()
    ]
    assert broken == []


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.stem)
def test_a_decision_has_a_rule_a_reason_a_price_and_something_that_holds_it(page: Path) -> None:
    text = page.read_text()
    headings = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert [heading for heading in headings if heading in HEADINGS] == HEADINGS, "others may stand between"
    assert len(re.findall(r"^# .+$", text, re.MULTILINE)) == 1
    assert len(text.splitlines()) <= 80, "a decision is one page"


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.stem)
def test_what_holds_a_decision_exists(page: Path) -> None:
    held = page.read_text().partition("## Held by")[2]
    named = [name for name in re.findall(r"`([\w./-]+)`", held) if "/" in name or name.startswith(".")]
    assert named, "it names no file"
    assert [name for name in named if not (REPOSITORY / name).exists()] == []
