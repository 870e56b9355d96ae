#!/usr/bin/env bash
# throwaway.sh COMMAND [ARGUMENT…]: runs a command beside a backend of its own that is gone afterwards. The command
# finds it by BAODAO_DIR and BAODAO_PORT_BASE; its exit code is the answer.
set -euo pipefail
run=$(dirname "$(realpath "$0")")/run.sh
scratch=$(mktemp -d)
runner=
command=

stop() {
  trap '' INT TERM
  local pid
  for pid in $command $runner; do
    kill -TERM "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
  done
  rm -rf "$scratch"
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# Whether it came up at `base`.
start() {
  : >"$scratch/run.log"
  BAODAO_DIR=$scratch BAODAO_PORT_BASE=$base "$run" >"$scratch/run.log" 2>&1 &
  runner=$!
  until grep -q '^Baodao is running' "$scratch/run.log"; do
    if ! kill -0 "$runner" 2>/dev/null; then return 1; fi
    sleep 0.1
  done
}

# Below the range that outgoing connections take their ports from, and those that tests take (common/testing/ports.h);
# somebody else may listen there nevertheless.
for attempt in 1 2 3 4 5; do
  base=$((10000 + RANDOM % 190 * 10))
  if start; then break; fi
  if [ "$attempt" = 5 ] || ! grep -q 'is taken' "$scratch/run.log"; then
    tail -n 5 "$scratch/run.log" >&2
    exit 1
  fi
done

# In the background: a signal is honoured while a shell waits, not while it runs something.
BAODAO_DIR=$scratch BAODAO_PORT_BASE=$base "$@" &
command=$!
wait "$command"
