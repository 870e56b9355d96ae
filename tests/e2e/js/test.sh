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
export NODE_PATH=$packages/node_modules
ops/dev/throwaway.sh node tests/e2e/js/loop.js
# Time passes in a week; what is below lives by a clock that the story moves.
"${CXX:-c++}" -std=c++20 -O2 -shared -fPIC -o "$packages/clock.so" tests/e2e/js/preload/clock.cc
STORY_CLOCK=$packages/clock
head -c 8 /dev/zero >"$STORY_CLOCK"
export STORY_CLOCK
# In a week people agree to a text about privacy, and sign in more than once a minute; a gateway reaches their phones.
BAODAO_PRIVACY_VERSION=2026-11 BAODAO_REGISTRATION_PRIVACY_URL=https://example.org/privacy \
  BAODAO_REGISTRATION_PRIVACY_SHA256=$(printf %064d 0) BAODAO_REGISTRATION_PRIVACY_SINCE='2026-11-01 00:00' \
  BAODAO_REGISTRATION_LOGIN_CODE_INTERVAL=1ms LD_PRELOAD=$packages/clock.so \
  node tests/e2e/js/gateway.js ops/dev/throwaway.sh node tests/e2e/js/week.js
