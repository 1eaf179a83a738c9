#!/bin/sh
# Puts the named lock files of requirements/ and this project into .venv. Says nothing and needs no network if they are there.
#   scripts/install.sh base train
# PYTHON=/path/to/python chooses the interpreter of a new .venv.
set -eu
cd "$(dirname "$0")/.."

# What this tree wants, to compare with what was installed: the lock file itself, and for the project its name and packages.
wanted() {
    if [ "$1" = project ]; then { cat pyproject.toml; ls -d ./*/__init__.py 2>/dev/null; pwd; }; else cat "requirements/$1.txt"; fi | cksum
}

missing=''
for part in "$@" project; do
    if [ "$(cat ".venv/.installed-$part" 2>/dev/null || true)" != "$(wanted "$part")" ]; then missing="$missing $part"; fi
done
if [ -z "$missing" ] && .venv/bin/python -c '' 2>/dev/null; then exit 0; fi

suits() {
    # A pyenv shim exists for versions that are not selected, and Debian may lack venv: only running it tells.
    "$1" -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' >/dev/null 2>&1
}

# Several times faster where it is installed; where it fails, pip has the last word.
with_uv() {
    UV_PYTHON_DOWNLOADS=never uv pip install --quiet --compile-bytecode --python .venv/bin/python --require-hashes "$@" 2>/dev/null
}

if ! suits .venv/bin/python; then
    found=''
    for candidate in ${PYTHON:-python3 python3.13 python3.12 python3.11 python}; do
        if suits "$candidate"; then found=$candidate; break; fi
    done
    if [ -z "$found" ]; then
        echo "SmartInvest needs Python 3.11, 3.12 or 3.13 with its venv module. Not found: ${PYTHON:-nothing on PATH suits}." >&2
        echo "Install it (on Debian: apt install python3 python3-venv), or name it: make run PYTHON=/path/to/python3.12" >&2
        exit 1
    fi
    echo "Creating .venv with $("$found" --version) ..."
    rm -rf .venv
    "$found" -m venv .venv
    missing=" $* project"
fi

locks=''
for part in $missing; do
    rm -f ".venv/.installed-$part"
    if [ "$part" != project ]; then locks="$locks -r requirements/$part.txt"; fi
done
quiet=--quiet
if [ -t 1 ]; then quiet=''; fi # a person likes to see it move
.venv/bin/python -m pip --version >/dev/null 2>&1 || .venv/bin/python -m ensurepip >/dev/null
if [ -n "$locks" ]; then
    echo "Installing$(echo "$missing" | sed 's/ project//') from the lock files; the first time takes some minutes ..."
    # shellcheck disable=SC2086 # lists of options
    with_uv $locks || .venv/bin/python -m pip install $quiet --disable-pip-version-check --require-hashes $locks
fi
# setuptools is in the lock, so that building needs nothing from the network.
.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
# Compiled now, also where Python is told not to write bytecode: compiling at every start would take longer than all else together.
.venv/bin/python -m compileall -q -j 0 advisor api bot migrations prompts smartinvest web || true
for part in $missing; do wanted "$part" >".venv/.installed-$part"; done
