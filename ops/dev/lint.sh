#!/usr/bin/env bash
# lint.sh BUILD_DIR: formatting, clang-tidy on what changed against the last commit (all with ALL=1), shell scripts.
set -euo pipefail
cd "$(dirname "$0")/../.."
build=$1
git ls-files '*.cc' '*.h' | xargs clang-format --dry-run --Werror
git ls-files '*.sh' '.ci/run' | xargs shellcheck
if [ "${ALL:-0}" = 1 ]; then
  files=$(git ls-files 'common/*.cc' 'services/*.cc' 'ops/*.cc')
else
  files=$(git diff --name-only --diff-filter=AM HEAD~1 -- 'common/*.cc' 'services/*.cc' 'ops/*.cc')
fi
# clang cannot read GCC's precompiled header: the flags are taken without it.
database=$(mktemp -d)
trap 'rm -rf "$database"' EXIT
sed -E 's/-Winvalid-pch -include [^ ]+//g' "$build/compile_commands.json" >"$database/compile_commands.json"
if [ -n "$files" ]; then
  xargs -P "$(nproc)" -n 1 clang-tidy -p "$database" --quiet --warnings-as-errors='*' <<<"$files" 2>/dev/null
fi
echo "lint: clean"
