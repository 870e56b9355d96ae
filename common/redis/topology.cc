#include "common/redis/topology.h"

#include <algorithm>
#include <charconv>

namespace baodao::redis {
namespace {

template <class Int>
bool ParseInt(std::string_view text, Int& value) {
  const char* end = text.data() + text.size();
  const std::from_chars_result result = std::from_chars(text.data(), end, value);
  return result.ec == std::errc() && result.ptr == end;
}

bool IsPort(int64_t port) { return port > 0 && port <= 65535; }

int16_t IndexOf(std::vector<Endpoint>& primaries, Endpoint endpoint) {
  const auto found = std::find(primaries.begin(), primaries.end(), endpoint);
  const auto index = static_cast<int16_t>(found - primaries.begin());
  if (found == primaries.end()) primaries.push_back(std::move(endpoint));
  return index;
}

// [first slot, last slot, [host, port, id, …] of the primary, the same of each replica …]
bool AddRange(const Reply& range, const std::string& asked_host, Topology& topology) {
  if (range.items.size() < 3 || range.items[2].items.size() < 2) return false;
  const int64_t first = range.items[0].integer;
  const int64_t last = range.items[1].integer;
  const Reply& host = range.items[2].items[0];
  const int64_t port = range.items[2].items[1].integer;
  if (first < 0 || first > last || last >= kSlots || !IsPort(port)) return false;
  const bool known = !host.text.empty() && host.text != "?";
  const int16_t index = IndexOf(
      topology.primaries, Endpoint{known ? host.text : asked_host, static_cast<uint16_t>(port)});
  std::fill(topology.owner.begin() + first, topology.owner.begin() + last + 1, index);
  return true;
}

}  // namespace

absl::StatusOr<Topology> ParseSlots(const Reply& reply, const std::string& asked_host) {
  Topology topology;
  topology.owner.assign(kSlots, Topology::kNobody);
  for (const Reply& range : reply.items) {
    if (!AddRange(range, asked_host, topology)) {
      return absl::UnavailableError("CLUSTER SLOTS has an unknown form");
    }
  }
  if (topology.primaries.empty()) return absl::UnavailableError("no node of the cluster has slots");
  return topology;
}

std::optional<Redirect> ParseRedirect(std::string_view line, const Endpoint& from) {
  Redirect redirect;
  if (line.starts_with("ASK ")) {
    redirect.ask = true;
    line.remove_prefix(4);
  } else if (line.starts_with("MOVED ")) {
    line.remove_prefix(6);
  } else {
    return std::nullopt;
  }
  const size_t space = line.find(' ');
  const size_t colon = line.rfind(':');
  if (space == std::string_view::npos || colon == std::string_view::npos || colon < space) {
    return std::nullopt;
  }
  const std::string_view host = line.substr(space + 1, colon - space - 1);
  redirect.to.host = host.empty() || host == "?" ? from.host : std::string(host);
  if (!ParseInt(line.substr(0, space), redirect.slot) || redirect.slot >= kSlots ||
      !ParseInt(line.substr(colon + 1), redirect.to.port)) {
    return std::nullopt;
  }
  return redirect;
}

}  // namespace baodao::redis
