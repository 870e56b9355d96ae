#!/usr/bin/env bash
# setup.sh [LIST...]: installs the Debian packages of the lists (default packages.txt) that are missing; does nothing,
# and needs no rights, when none is.
set -euo pipefail
cd "$(dirname "$0")/../.."

[ $# -gt 0 ] || set -- packages.txt
missing=()
while read -r package; do
  status=$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null || true)
  [ "$status" = installed ] || missing+=("$package")
done < <(cd ops/dev && grep -hvE '^(#|$)' "$@")
[ ${#missing[@]} -eq 0 ] && exit 0

if ! command -v apt-get >/dev/null; then
  echo "setup: these Debian packages are missing and there is no apt-get: ${missing[*]}" >&2
  exit 1
fi
sudo=()
if [ "$(id -u)" -ne 0 ]; then
  if ! command -v sudo >/dev/null; then
    echo "setup: run as root, or install: ${missing[*]}" >&2
    exit 1
  fi
  sudo=(sudo)
fi
echo "setup: installing ${missing[*]}"
log=$(mktemp)
# A package's own redis-server must not start, instances here are private ones: Debian asks this file first. One that is
# there already is the machine's own.
policy=/usr/sbin/policy-rc.d
if [ -e "$policy" ]; then policy=; fi
trap 'rm -f "$log"; if [ -n "$policy" ]; then "${sudo[@]}" rm -f "$policy"; fi' EXIT
install_missing() {
  if [ -n "$policy" ]; then "${sudo[@]}" install -m 755 /dev/stdin "$policy" <<<$'#!/bin/sh\nexit 101' || return 1; fi
  "${sudo[@]}" apt-get update || return 1
  "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${missing[@]}"
}
if ! install_missing >"$log" 2>&1; then
  tail -n 15 "$log" >&2
  echo "setup: installing packages failed" >&2
  exit 1
fi
