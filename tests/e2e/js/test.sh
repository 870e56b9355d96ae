#!/usr/bin/env bash
# The API as others see it: buf's rules for the protos, and the whole loop and a week of five people with grpc-js, each
# against a throwaway backend. The packages are kept in the build directory.
set -euo pipefail
cd "$(dirname "$0")/../../.."

command -v npm >/dev/null || { echo "test-js: npm is missing; Debian has it: apt-get install npm" >&2; exit 1; }
packages=$(realpath -m "${BUILD:-build}/js")
mkdir -p "$packages"
cp tests/e2e/js/package.json "$packages/"
npm install --prefix "$packages" --no-package-lock --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null
"$packages/node_modules/.bin/buf" lint protos
for story in loop week; do
  NODE_PATH=$packages/node_modules ops/dev/throwaway.sh node "tests/e2e/js/$story.js"
done
