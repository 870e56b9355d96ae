#!/usr/bin/env bash
# The same claims as others would build them, in turns with ours: a PL/pgSQL function behind a service in Node, and jobs
# of BullMQ. The packages are kept in the build directory.
set -euo pipefail
cd "$(dirname "$0")/../../.."

command -v npm >/dev/null || { echo "bench-peers: npm is missing; Debian has it: apt-get install npm" >&2; exit 1; }
build=${BUILD:-build}
packages=$(realpath -m "$build/bench-peers")
mkdir -p "$packages"
cp tests/bench/peers/package.json "$packages/"
npm install --prefix "$packages" --no-package-lock --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null
NODE_PATH=$packages/node_modules "$build/bin/baodao_bench" --out "$build/bench-peers.json" \
  --rows floor_echo,claim_spread,claim_hot,peers "$@"
