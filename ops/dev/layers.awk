# awk -f layers.awk FILES: may each file include what it includes? Paths are relative to the repository. Names the lines
# that break a rule, with the rule, and fails if there are any.
#
#   rpc, workers -> app -> domain, store -> common          in every service
BEGIN {
  # The rooms of a service, and which others of the same service each may use.
  uses["main.cc"] = "rpc workers app store domain"
  uses["rpc"] = "app store domain"
  uses["workers"] = "app store domain"
  uses["app"] = "store domain"
  uses["store"] = "domain"
  uses["domain"] = "solver"
  uses["solver"] = "nothing else"
  # Rules are pure: no network, no store, no loop, no log. They know a service's API by its messages only.
  impure = "^(grpc|hiredis|asio|prometheus|spdlog)|[.]grpc[.]pb[.]h$|" \
           "^common/(async|client|config|events|log|metrics|redis|rpc|service|store|timers)/"
}

function broken(rule) {
  printf "%s:%d: includes %s: %s\n", FILENAME, FNR, header, rule
  failed = 1
}

FNR == 1 {
  split(FILENAME, file, "/")
  in_service = file[1] == "services"
  room = file[3]
  if (in_service && !(room in uses)) {
    printf "%s:1: %s is not one of the rooms of a service\n", FILENAME, room
    failed = 1
  }
}

/^[ \t]*#[ \t]*include[ \t]*["<]/ {
  header = $0
  gsub(/^[^"<]*["<]|[">].*$/, "", header)
  if (in_service && room == "domain" && header ~ impure) {
    broken("domain/ knows no gRPC, Redis, store, events, loop or log")
  }
  if (split(header, other, "/") == 0 || other[1] != "services") next
  if (!in_service) {
    broken("only services/ and tests/ include services/")
  } else if (other[2] != file[2]) {
    broken("no service includes another service's headers")
  } else if (other[3] != room && index(" " uses[room] " ", " " other[3] " ") == 0) {
    broken(room "/ uses " uses[room] ", not " other[3] "/")
  }
}

END { exit failed }
