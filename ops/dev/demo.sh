#!/usr/bin/env bash
# Plays the demo: against the backend of `make run` when it is up, else against a throwaway one.
set -euo pipefail
cd "$(dirname "$0")/../.."

bin=${BUILD:-build}/bin
dir=$(realpath -m "${BAODAO_DIR:-var}")
base=${BAODAO_PORT_BASE:-7100}
runner=
scratch=

stop() {
  if [ -n "$runner" ]; then
    kill -TERM "$runner" 2>/dev/null || true
    wait "$runner" 2>/dev/null || true
  fi
  if [ -n "$scratch" ]; then rm -rf "$scratch"; fi
}
trap stop EXIT
trap 'exit 130' INT TERM

if ! "$bin/baodaoctl" --port-base "$base" health >/dev/null 2>&1; then
  if (exec 3<>"/dev/tcp/127.0.0.1/$((base + 1))") 2>/dev/null; then
    "$bin/baodaoctl" --port-base "$base" health >&2 || true
    echo "demo: the backend at $((base + 1)) is not healthy" >&2
    exit 1
  fi
  echo "demo: nothing runs at $((base + 1)); starting a throwaway backend"
  scratch=$(mktemp -d)
  dir=$scratch
  base=$((20000 + RANDOM % 20000))
  BAODAO_DIR=$dir BAODAO_PORT_BASE=$base BUILD=${BUILD:-build} ops/dev/run.sh >"$dir/run.log" 2>&1 &
  runner=$!
  until grep -q '^Baodao is running' "$dir/run.log"; do
    kill -0 "$runner" 2>/dev/null || { tail -n 5 "$dir/run.log" >&2; exit 1; }
    sleep 0.2
  done
fi
"$bin/baodao-demo" --port-base "$base" --keys "$dir/keys" --codes "$dir/login-codes.txt" "$@"
