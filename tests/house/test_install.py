"""`make run` installs what the lock files say, only when they changed, and says plainly when there is no Python to do it with."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
# Stands in for the environment's Python: answers whether it suits, and notes what pip was asked instead of installing it.
PYTHON = """#!/bin/sh
case "$1 $2" in
    "-m pip") shift 2; echo "$*" >> "{calls}"; if [ "$1" = install ]; then exit {status}; fi ;;
    *) exec "{python}" "$@" ;;
esac
"""
TOOLS = ("sh", "ls", "cat", "cksum", "dirname", "sed", "rm", "make")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with lock files, and an environment whose pip only takes notes."""
    root = tmp_path / "project"
    (root / "scripts").mkdir(parents=True)
    (root / "requirements").mkdir()
    (root / "advisor").mkdir()
    (root / "advisor" / "__init__.py").touch()
    shutil.copy(REPOSITORY / "scripts" / "install.sh", root / "scripts")
    shutil.copy(REPOSITORY / "Makefile", root)
    (root / "pyproject.toml").write_text("[project]\n")
    for part in ("base", "train"):
        (root / "requirements" / f"{part}.txt").write_text(f"{part}==1\n")
    environment(root, status=0)
    return root


def environment(root: Path, status: int) -> None:
    folder = root / ".venv" / "bin"
    folder.mkdir(parents=True, exist_ok=True)
    program = folder / "python"
    program.write_text(PYTHON.format(calls=root / "calls", python=sys.executable, status=status))
    program.chmod(0o755)


@pytest.fixture
def path(tmp_path: Path) -> str:
    """A PATH with the tools of a plain system: no Python, no uv."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for tool in TOOLS:
        found = shutil.which(tool)
        assert found is not None, f"{tool} is needed by make run"
        (folder / tool).symlink_to(found)
    return str(folder)


def install(root: Path, path: str, *parts: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [root / "scripts" / "install.sh", *parts],
        env={"PATH": path, **variables},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def installs(root: Path) -> list[str]:
    """What pip was asked to install so far; the notes are then torn off."""
    notes = root / "calls"
    lines = notes.read_text().splitlines() if notes.exists() else []
    notes.unlink(missing_ok=True)
    return [line for line in lines if line.startswith("install")]


def test_it_installs_from_the_locks_with_hashes_then_never_again(project: Path, path: str) -> None:
    assert install(project, path, "base", "train").returncode == 0
    locks, own = installs(project)
    assert "--require-hashes -r requirements/base.txt -r requirements/train.txt" in locks
    assert "--no-deps --no-build-isolation -e ." in own
    again = install(project, path, "base", "train")
    assert (again.returncode, again.stdout, again.stderr, installs(project)) == (0, "", "", [])


def test_a_changed_lock_is_installed_alone_and_a_subset_needs_nothing(project: Path, path: str) -> None:
    install(project, path, "base", "train")
    installs(project)
    (project / "requirements" / "train.txt").write_text("train==2\n")
    assert install(project, path, "base").returncode == 0
    assert installs(project) == []
    assert install(project, path, "base", "train").returncode == 0
    locks, _ = installs(project)
    assert "train.txt" in locks
    assert "base.txt" not in locks


def test_a_new_package_of_the_project_is_made_known(project: Path, path: str) -> None:
    install(project, path, "base")
    installs(project)
    (project / "newcomer").mkdir()
    (project / "newcomer" / "__init__.py").touch()
    assert install(project, path, "base").returncode == 0
    [own] = installs(project)
    assert own.endswith("-e .")


def test_a_failed_install_is_tried_again_the_next_time(project: Path, path: str) -> None:
    environment(project, status=1)
    assert install(project, path, "base").returncode != 0
    environment(project, status=0)
    installs(project)
    assert install(project, path, "base").returncode == 0
    assert len(installs(project)) == 2


@pytest.mark.parametrize(
    ("variables", "said"), [({}, "nothing on PATH suits"), ({"PYTHON": "/bin/false"}, "/bin/false")]
)
def test_without_a_python_that_suits_it_says_what_to_do(
    project: Path, path: str, variables: dict[str, str], said: str
) -> None:
    shutil.rmtree(project / ".venv")
    done = install(project, path, "base", **variables)
    assert done.returncode == 1
    assert said in done.stderr
    assert "make run PYTHON=" in done.stderr
    assert not (project / ".venv").exists()


def test_a_python_that_is_too_old_is_passed_over(project: Path, path: str, tmp_path: Path) -> None:
    shutil.rmtree(project / ".venv")
    old = tmp_path / "bin" / "python3"
    old.write_text("#!/bin/sh\nexit 1\n")  # as a pyenv shim of a version that is not selected does
    old.chmod(0o755)
    new = tmp_path / "bin" / "python3.12"
    new.write_text(
        f'#!/bin/sh\nif [ "$2" = venv ]; then echo "made by 3.12"; exit 7; fi\nexec "{sys.executable}" "$@"\n'
    )
    new.chmod(0o755)
    done = install(project, path, "base")
    assert "made by 3.12" in done.stdout
    assert done.returncode == 7


def test_make_run_adds_next_to_nothing_once_installed(project: Path, path: str) -> None:
    install(project, path, "base", "train")
    installs(project)
    program = project / ".venv" / "bin" / "smartinvest"
    program.write_text("#!/bin/sh\necho started $1\n")
    program.chmod(0o755)
    done = subprocess.run(
        ["make", "run"], cwd=project, env={"PATH": path, "MAKEFLAGS": ""}, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "started run\n")
    assert installs(project) == []


def test_scripts_can_be_run() -> None:
    for name in ("scripts/install.sh", "scripts/check.sh", ".ci/run"):
        assert os.access(REPOSITORY / name, os.X_OK), name
