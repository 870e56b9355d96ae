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
# clang cannot read GCC's precompiled header, generated code is not ours, and clang 14 has coroutines but does not say so.
database=$(mktemp -d)
trap 'rm -rf "$database"' EXIT
sed -E "s/-Winvalid-pch -include [^ ]+//g; s#-I([^ ]*/gen)( |\")#-isystem \\1\\2#g" "$build/compile_commands.json" \
  >"$database/compile_commands.json"
if [ -n "$files" ]; then
  xargs -P "$(nproc)" -n 1 clang-tidy -p "$database" --quiet --warnings-as-errors='*' \
    --extra-arg=-D__cpp_impl_coroutine=202002L --extra-arg=-DASIO_HAS_STD_COROUTINE=1 \
    --extra-arg=-DASIO_HAS_CO_AWAIT=1 <<<"$files" 2>/dev/null
fi
promtool check config ops/prometheus/prometheus.yml >/dev/null
promtool test rules ops/prometheus/alerts_test.yml >/dev/null
echo "lint: clean"
