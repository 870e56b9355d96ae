#!/usr/bin/env bash
# Starts a private Redis and the six services, waits until they serve, and stays in the foreground with their logs.
# Ctrl-C drains and stops everything; the next start finds everything again.
#   BAODAO_DIR        where data, keys and logs live (default var/)
#   BAODAO_PORT_BASE  services listen at base+1 … base+6, metrics 2000 above (default 7100)
#   BAODAO_VOCABULARY the tags that records may hold (default ops/data/vocabulary.toml)
#   BAODAO_AREAS      the area tree loaded into an empty store (default ops/data/yangpu/areas.csv; empty: none)
set -euo pipefail
caller_dir=$PWD
cd "$(dirname "$0")/../.."

bin=${BUILD:-build}/bin
dir=$(realpath -m "${BAODAO_DIR:-var}")
base=${BAODAO_PORT_BASE:-7100}
areas=ops/data/yangpu/areas.csv
if [ -n "${BAODAO_AREAS+set}" ]; then
  areas=$BAODAO_AREAS
  # A file of the caller's own is named from where they are.
  case $areas in "" | /*) ;; *) areas=$caller_dir/$areas ;; esac
fi
vocabulary=ops/data/vocabulary.toml
if [ -n "${BAODAO_VOCABULARY:-}" ]; then
  vocabulary=$BAODAO_VOCABULARY
  case $vocabulary in /*) ;; *) vocabulary=$caller_dir/$vocabulary ;; esac
fi
services=(registration lists dispatch matching inbox records)
redis_pid=
service_pids=()
log_pids=()

die() {
  echo "run: $*" >&2
  exit 1
}

# die_of INDEX WHAT: with the last words of a service that ended; they are in its log when its tee has ended.
die_of() {
  local log=$dir/log/${services[$1]}.log
  await_end "${log_pids[$1]}"
  die "${services[$1]} $2: $(tail -n 1 "$log") (all of it: $log)"
}

# await_end PID…: until they have ended. `wait` may wait for ever for one that has been reaped while a signal was handled.
await_end() {
  local pid
  for pid in "$@"; do
    while kill -0 "$pid" 2>/dev/null; do sleep 0.05; done
  done
}

# Ends what was started, services first; an acknowledged write is on disk long before.
stop() {
  trap '' INT TERM
  # Not only what is written down: a signal may come between a start and its note, or while something else is awaited.
  local pid others=()
  for pid in $(jobs -p); do [ "$pid" = "$redis_pid" ] || others+=("$pid"); done
  for pid in "${others[@]}"; do kill -TERM "$pid" 2>/dev/null || true; done
  # A drain takes ten seconds at most.
  local waited=0
  for pid in "${others[@]}"; do
    while kill -0 "$pid" 2>/dev/null; do
      if [ "$waited" -ge 200 ]; then kill -KILL "$pid" 2>/dev/null || true; fi
      waited=$((waited + 1))
      sleep 0.1
    done
  done
  if [ -n "$redis_pid" ]; then
    kill -TERM "$redis_pid" 2>/dev/null || true
    await_end "$redis_pid"
  fi
  await_end "${log_pids[@]}"
}
trap stop EXIT
trap 'echo; echo "run: stopping"; exit 0' INT TERM

check_port() {
  if (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; then
    die "port $1 ($2) is taken; stop what listens there or set BAODAO_PORT_BASE"
  fi
}

check_machine() {
  if ! [[ $base =~ ^[1-9][0-9]{3,4}$ ]] || [ "$base" -lt 1024 ] || [ "$base" -gt 63000 ]; then
    die "BAODAO_PORT_BASE must be a number between 1024 and 63000, not '$base'"
  fi
  local name
  for name in "${services[@]}" baodaoctl; do
    [ -x "$bin/$name" ] || die "$bin/$name is missing; run make build"
  done
  for name in redis-server redis-cli; do
    command -v "$name" >/dev/null || die "$name is missing; run ops/dev/setup.sh"
  done
  local version
  version=$(redis-server --version | sed -E 's/.* v=([0-9]+)\..*/\1/')
  [ "$version" -ge 7 ] || die "redis-server 7 or newer is needed, found: $(redis-server --version)"
  mkdir -p "$dir/redis" "$dir/log" "$dir/keys" 2>/dev/null || die "cannot create $dir"
  chmod 700 "$dir" "$dir/keys" "$dir/redis"
  # Held until nothing of this instance is left: whatever is started below inherits it.
  { exec 9>>"$dir/lock"; } 2>/dev/null || die "cannot write $dir/lock"
  flock --nonblock 9 || die "another instance runs in $dir; stop it or set BAODAO_DIR"
  # 107 bytes is what a Unix socket's path may have.
  [ "$(printf %s "$dir" | wc -c)" -le 90 ] || die "the path of BAODAO_DIR is too long for a socket: $dir"
  local free_kb
  free_kb=$(df -Pk "$dir" | awk 'NR==2 {print $4}')
  [ "$free_kb" -ge 262144 ] || die "less than 256 MiB are free on the disk of $dir"
  local i
  for i in "${!services[@]}"; do
    check_port $((base + i + 1)) "${services[$i]}"
    check_port $((base + i + 2001)) "${services[$i]} metrics"
  done
}

# 70 % of what this machine, or the container it is, has: Redis refuses to write before anything swaps.
maxmemory() {
  local bytes limit=max
  bytes=$(awk '/^MemTotal:/ {printf "%.0f", $2 * 1024}' /proc/meminfo)
  if [ -r /sys/fs/cgroup/memory.max ]; then limit=$(</sys/fs/cgroup/memory.max); fi
  if [[ $limit =~ ^[0-9]+$ ]] && [ "$limit" -lt "$bytes" ]; then bytes=$limit; fi
  echo $((bytes * 7 / 10))
}

start_redis() {
  # In a session of its own: Ctrl-C must not end it before the services have drained.
  setsid redis-server ops/dev/redis.conf --port 0 --unixsocket "$dir/redis.sock" --unixsocketperm 700 \
    --maxmemory "${BAODAO_MAXMEMORY:-$(maxmemory)}" --dir "$dir/redis" --logfile "$dir/log/redis.log" &
  redis_pid=$!
  local answer
  until answer=$(redis-cli -s "$dir/redis.sock" ping 2>/dev/null) && [ "$answer" = PONG ]; do
    kill -0 "$redis_pid" 2>/dev/null || die "redis-server ended: $(tail -n 1 "$dir/log/redis.log")"
    sleep 0.1
  done
}

set_environment() {
  # All phones seem to come from one address here: limits per address would make no sense.
  export BAODAO_RATE_LIMITS=${BAODAO_RATE_LIMITS:-false}
  export BAODAO_VOCABULARY=$vocabulary
  export BAODAO_REDIS=$dir/redis.sock BAODAO_KEYS_DIR=$dir/keys BAODAO_CREATE_KEYS=true
  export BAODAO_LOG_FORMAT=${BAODAO_LOG_FORMAT:-text}
  # Codes lie in a file where nothing sends them.
  if [ -z "${BAODAO_REGISTRATION_SMS_URL:-}" ]; then export BAODAO_REGISTRATION_CODES_FILE=$dir/login-codes.txt; fi
  export BAODAO_RECORDS_DATABASE=${BAODAO_RECORDS_DATABASE:-$dir/records.db}
  # The demo's tasks start within a minute; in earnest nobody is offered what starts so soon.
  export BAODAO_MATCHING_MATCH_OFFER_UNTIL=${BAODAO_MATCHING_MATCH_OFFER_UNTIL:-5s}
  local i name
  for i in "${!services[@]}"; do
    name=${services[$i]}
    export "BAODAO_PEER_${name^^}=127.0.0.1:$((base + i + 1))"
  done
}

# Nothing is started on a broken configuration, and what is wrong is said once.
check_configuration() {
  local name answer
  for name in "${services[@]}"; do
    answer=$("$bin/$name" --print-config 2>&1 >/dev/null) || die "$answer"
  done
  [ -z "$areas" ] || [ -r "$areas" ] || die "cannot read $areas"
  answer=$("$bin/baodaoctl" vocabulary check "$vocabulary" 2>&1) || die "$answer"
}

# start_services INDEX…: in the order of `services`.
start_services() {
  local i name
  for i in "$@"; do
    name=${services[$i]}
    exec 8> >(exec tee -i -a "$dir/log/$name.log")
    log_pids+=($!)
    "$bin/$name" --listen "127.0.0.1:$((base + i + 1))" --metrics_listen "127.0.0.1:$((base + i + 2001))" \
      2>&8 8>&- &
    service_pids+=($!)
    exec 8>&-
  done
}

# wait_healthy SERVICE…: all of them by default.
wait_healthy() {
  "$bin/baodaoctl" --port-base "$base" health "$@" --wait 60 >"$dir/log/health.log" 2>&1 & local waiter=$!
  while kill -0 "$waiter" 2>/dev/null; do
    local i
    for i in "${!service_pids[@]}"; do
      if ! kill -0 "${service_pids[$i]}" 2>/dev/null; then
        kill "$waiter" 2>/dev/null || true
        die_of "$i" "did not start"
      fi
    done
    sleep 0.1
  done
  if ! wait "$waiter"; then
    cat "$dir/log/health.log" >&2
    die "the services are not healthy; their logs are in $dir/log"
  fi
}

load_areas() {
  [ -n "$areas" ] || return 0
  "$bin/baodaoctl" --port-base "$base" --keys "$dir/keys" areas import --if-empty "$areas" 2>"$dir/log/import.log" ||
    die "loading $areas failed: $(tail -n 1 "$dir/log/import.log")"
}

check_machine
set_environment
check_configuration
start_redis
# The tree is there before those who read it at their start: whoever serves knows it.
start_services 0
wait_healthy registration
load_areas
start_services 1 2 3 4 5
wait_healthy

# How to reach this one, where it is not the usual one.
where=
ctl=$bin/baodaoctl
if [ "$dir" != "$(realpath -m var)" ]; then where+="$(printf '%q' "BAODAO_DIR=$dir") "; fi
if [ "$base" != 7100 ]; then
  where+="BAODAO_PORT_BASE=$base "
  ctl+=" --port-base $base"
fi

cat <<TEXT

Baodao is running.
  registration 127.0.0.1:$((base + 1))   metrics http://127.0.0.1:$((base + 2001))/metrics
  lists        127.0.0.1:$((base + 2))   metrics http://127.0.0.1:$((base + 2002))/metrics
  dispatch     127.0.0.1:$((base + 3))   metrics http://127.0.0.1:$((base + 2003))/metrics
  matching     127.0.0.1:$((base + 4))   metrics http://127.0.0.1:$((base + 2004))/metrics
  inbox        127.0.0.1:$((base + 5))   metrics http://127.0.0.1:$((base + 2005))/metrics
  records      127.0.0.1:$((base + 6))   metrics http://127.0.0.1:$((base + 2006))/metrics
  data, keys, logs: $dir
Try next, in another terminal:
  ${where}make demo
      the whole loop with synthetic people
  $ctl --help
      areas, review queue, tasks, inspect
Ctrl-C stops.

TEXT

# A part that ends by itself ends the whole: half a backend must not look healthy.
while true; do
  kill -0 "$redis_pid" 2>/dev/null || die "redis-server ended: $(tail -n 1 "$dir/log/redis.log")"
  for i in "${!services[@]}"; do
    kill -0 "${service_pids[$i]}" 2>/dev/null || die_of "$i" ended
  done
  sleep 1 &
  wait $! || true
done
