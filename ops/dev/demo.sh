#!/usr/bin/env bash
# Plays the demo: against the backend of `make run` when it is up, else against a throwaway one.
set -euo pipefail
cd "$(dirname "$0")/../.."

bin=${BUILD:-build}/bin
dir=$(realpath -m "${BAODAO_DIR:-var}")
base=${BAODAO_PORT_BASE:-7100}

if "$bin/baodaoctl" --port-base "$base" health >/dev/null 2>&1; then
  exec "$bin/baodao-demo" --port-base "$base" --keys "$dir/keys" --codes "$dir/login-codes.txt" "$@"
fi
if (exec 3<>"/dev/tcp/127.0.0.1/$((base + 1))") 2>/dev/null; then
  "$bin/baodaoctl" --port-base "$base" health >&2 || true
  echo "demo: the backend at $((base + 1)) is not healthy" >&2
  exit 1
fi
echo "demo: nothing runs at $((base + 1)); starting a throwaway backend"
exec ops/dev/throwaway.sh ops/dev/demo.sh "$@"
