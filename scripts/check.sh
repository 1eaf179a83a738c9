#!/bin/sh
# Everything a machine can say about the tree without running it. All checks run; the exit status tells if one complained.
set -u
cd "$(dirname "$0")/.."
status=0

step() {
    name=$1
    shift
    if output=$("$@" 2>&1); then echo "ok    $name"; else
        echo "FAIL  $name"
        echo "$output"
        status=1
    fi
}

skip() { echo "skip  $1: $2"; }

step 'style' .venv/bin/ruff check --quiet .
step 'format' .venv/bin/ruff format --quiet --check .
step 'types' .venv/bin/mypy
step 'import contracts' .venv/bin/lint-imports --no-logo
for script in scripts/*.sh; do step "syntax of $script" sh -n "$script"; done
step 'syntax of .ci/run' bash -n .ci/run
if docker compose version >/dev/null 2>&1; then
    step 'compose file' docker compose config --quiet
elif command -v docker-compose >/dev/null 2>&1; then
    step 'compose file' docker-compose config --quiet
else
    skip 'compose file' 'neither docker compose nor docker-compose is installed'
fi
exit $status
