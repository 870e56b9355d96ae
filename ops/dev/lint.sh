#!/usr/bin/env bash
# lint.sh BUILD_DIR: layers, formatting, shell scripts, alerts; then, unless QUICK=1, clang-tidy on what changed against the
# last commit (all with ALL=1). Tests are formatted like the rest but not tidied: what is bad style elsewhere is often the
# point there.
set -euo pipefail
cd "$(dirname "$0")/../.."
build=$1

# New files count before they are added, deleted ones no more.
sources() {
  git ls-files -co --exclude-standard -- "$@" | while read -r file; do
    if [ -f "$file" ]; then echo "$file"; fi
  done
}
sources '*.cc' '*.h' | grep -v '^tests/' | xargs awk -f ops/dev/layers.awk
sources '*.cc' '*.h' | xargs clang-format --dry-run --Werror || {
  echo "lint: make format mends it" >&2
  exit 1
}
sources '*.sh' '.ci/run' | xargs shellcheck

# The vocabulary of ops/decisions/0026, as far as a line tells.
if sources '*.cc' '*.h' '*.proto' '*.sql' '*.lua' | xargs grep -nE '^ *(//|--) (What|Whoever|Of) |\bkMost[A-Z]'; then
  echo "lint: a comment says subject, verb, object; the most that there may be is kMax…" >&2
  exit 1
fi

# tests/e2e/metrics holds every service to its list of metrics. All that the code declares stand in some list; alerts and
# dashboards name none but these (of a histogram its series), and none with colons but those that rules record. The
# values of labels stand in quotes.
fail_for() {
  if [ -z "$2" ]; then return; fi
  echo "lint: $1:" "$2" >&2
  exit 1
}
served=$(grep -ohE '^[a-z0-9_]+|[a-z_]+[,}]' tests/e2e/metrics/*.txt | tr -d ',}')
served+=$'\n'$(sed -nE 's/^([a-z0-9_]+) histogram .*/\1_bucket\n\1_sum\n\1_count/p' tests/e2e/metrics/*.txt)
recorded=$(sed -nE 's/^ *- record: (.*)/\1/p' ops/prometheus/alerts.yml)
named=$(
  sed 's/\\"[^"\]*\\"//g' ops/grafana/*.json
  sed 's/"[^"]*"//g' ops/prometheus/*.yml
)
declared=$(grep -rhPzo 'Spec k\w+\{\s*"\K[a-z0-9_]+' common services | tr '\0' '\n')
fail_for "metrics of the code that no list in tests/e2e/metrics has" "$(grep -vxF "$served" <<<"$declared" || true)"
fail_for "alerts or dashboards name metrics that no service serves" \
  "$(grep -oP '(?<![:/.-])\b(baodao|grpc|process)_[a-z0-9_]+\b(?!:)' <<<"$named" | sort -u | grep -vxF "$served" || true)"
fail_for "alerts or dashboards name series that no rule records" \
  "$(grep -oP '\b[a-z_]+:[a-z0-9_]+:[a-z0-9_]+\b' <<<"$named" | sort -u | grep -vxF "$recorded" || true)"
promtool check config ops/prometheus/prometheus.yml >/dev/null
promtool test rules ops/prometheus/alerts_test.yml >/dev/null
if [ "${QUICK:-0}" = 1 ]; then
  echo "lint: clean, but for clang-tidy"
  exit
fi

tidied=('common/*.cc' 'services/*.cc' 'ops/*.cc')
# All of them are read in the batches that the build compiles, which takes a tenth of the time; only then nothing is said
# of unused using declarations and aliases. The first commit, and the only one of a shallow clone, has nothing to compare
# with.
if [ "${ALL:-0}" = 1 ] || ! git rev-parse -q --verify 'HEAD~1^{commit}' >/dev/null; then
  batches=$(ls "$build"/CMakeFiles/{baodao_common,baodao_testing,*_lib}.dir/Unity/*.cxx)
  # shellcheck disable=SC2086
  files=$batches$'\n'$(sources "${tidied[@]}" | grep -vxFf <(sed -nE "s|^#include \"$PWD/(.*)\"|\1|p" $batches))
else
  files=$(
    git diff --name-only --no-renames --diff-filter=AM HEAD~1 -- "${tidied[@]}"
    git ls-files -o --exclude-standard -- "${tidied[@]}"
  )
fi
# clang cannot read GCC's precompiled header, generated code is not ours, and clang 14 has coroutines but does not say so.
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
sed -E "s/-Winvalid-pch -include [^ ]+//g; s#-I([^ ]*/gen)( |\")#-isystem \\1\\2#g" "$build/compile_commands.json" \
  >"$scratch/compile_commands.json"
# tidy STANDARD: the files on stdin. One without a command of its own gets a neighbour's, and the solver is C++17 (0006).
tidy() {
  xargs -r -P "$(nproc)" -n 1 clang-tidy -p "$scratch" --quiet --warnings-as-errors='*' \
    --checks=-bugprone-suspicious-include --extra-arg="-std=$1" --extra-arg=-D__cpp_impl_coroutine=202002L \
    --extra-arg=-DASIO_HAS_STD_COROUTINE=1 --extra-arg=-DASIO_HAS_CO_AWAIT=1 2>>"$scratch/errors"
}
# On stderr it counts warnings of headers that are not ours, and says why it failed.
solver='^services/matching/solver/'
if ! { grep -v "$solver" <<<"$files" || true; } | tidy gnu++20 ||
  ! { grep "$solver" <<<"$files" || true; } | tidy gnu++17; then
  grep -vE '^[0-9]+ warnings? generated|^Suppressed |^Use -header-filter' "$scratch/errors" >&2 || true
  echo "lint: clang-tidy found something, or failed" >&2
  exit 1
fi
echo "lint: clean"
