#!/usr/bin/env bash
# build.sh DIR TYPE SANITIZERS JOBS: configures once, then builds; quiet unless something fails.
set -euo pipefail
cd "$(dirname "$0")/../.."
dir=$1 type=$2 sanitizers=$3 jobs=$4

mkdir -p "$dir"
log=$dir/build.log
if ! cmake -S . -B "$dir" -G Ninja -DCMAKE_BUILD_TYPE="$type" -DBAODAO_SANITIZE="$sanitizers" >"$log" 2>&1; then
  tail -n 30 "$log" >&2
  echo "configuring failed; the whole log is $log" >&2
  exit 1
fi
if [ -t 1 ]; then
  ninja -C "$dir" -j "$jobs"
elif ! ninja -C "$dir" -j "$jobs" >>"$log" 2>&1; then
  grep -E -A12 'FAILED|error' "$log" | tail -n 80 >&2
  echo "building failed; the whole log is $log" >&2
  exit 1
fi
