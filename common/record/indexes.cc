#include "common/record/indexes.h"

#include <algorithm>
#include <utility>

#include "common/ids/ids.h"
#include "common/status/macros.h"
#include "common/status/status.h"

namespace baodao::record {
namespace {

using Kind = Places::Place::Kind;

struct Filing {
  const IndexKeys& keys;
  const areas::AreaTree& tree;
  const google::protobuf::EnumDescriptor* states;
  int shard;
};

// The lists that one place stands for.
absl::StatusOr<std::vector<std::string>> ListsOf(const Filing& filing, const Places::Place& place) {
  std::vector<std::string> lists;
  if (place.kind == Kind::kAll) lists.push_back(filing.keys.All(filing.shard));
  if (place.kind == Kind::kOwner) lists.push_back(filing.keys.Of(filing.shard, place.code));
  if (place.kind != Kind::kArea) return lists;
  if (filing.tree.Find(place.code) == nullptr) {
    return Refuse(Reason::AREA_UNKNOWN, {{"area", place.code}});
  }
  const auto add = [&](std::string_view area) {
    lists.push_back(filing.keys.InArea(filing.shard, area, ""));
    if (place.state == 0) return;
    lists.push_back(filing.keys.InArea(filing.shard, area, StateName(*filing.states, place.state)));
  };
  add(place.code);
  for (const areas::Area* above : filing.tree.Ancestors(place.code)) add(above->code());
  return lists;
}

// Those of all places that `other` has not, each once: a person may be at two areas of one street.
absl::StatusOr<std::vector<std::string>> ListsBeyond(const Filing& filing, const Indexed* one,
                                                     const Indexed* other) {
  std::vector<std::string> lists;
  if (one == nullptr) return lists;
  for (const Places::Place& place : one->places.places()) {
    ASSIGN_OR_RETURN(std::vector<std::string> more, ListsOf(filing, place));
    std::move(more.begin(), more.end(), std::back_inserter(lists));
  }
  std::ranges::sort(lists);
  lists.erase(std::unique(lists.begin(), lists.end()), lists.end());
  if (other == nullptr) return lists;
  ASSIGN_OR_RETURN(const std::vector<std::string> kept, ListsBeyond(filing, other, nullptr));
  std::erase_if(lists, [&](const auto& list) { return std::ranges::binary_search(kept, list); });
  return lists;
}

std::string MemberOf(const Indexed& indexed) { return indexed.id + '|' + indexed.places.tag(); }

}  // namespace

double CreatedAt(std::string_view id) {
  const std::optional<Time> time = ids::TimeOf(id);
  return time ? static_cast<double>(time->time_since_epoch().count()) : 0;
}

std::string IndexKeys::InArea(int shard, std::string_view area_code, std::string_view state) const {
  std::string id(area_code);
  if (!state.empty()) id.append(":").append(state);
  return keys_.Of(shard, type_ + "-in", id);
}

std::string IndexKeys::Of(int shard, std::string_view owner_id) const {
  return keys_.Of(shard, type_ + "-of", owner_id);
}

std::string IndexKeys::All(int shard) const { return keys_.Of(shard, type_ + "-all"); }

bool IsElsewhere(const areas::AreaTree& tree, std::string_view area_code, const Places& places) {
  bool anywhere = false;
  for (const Places::Place& place : places.places()) {
    if (place.kind != Kind::kArea) continue;
    if (!tree.IsElsewhere(area_code, place.code)) return false;
    anywhere = true;
  }
  return anywhere;
}

absl::Status Reindex(const IndexKeys& keys, const areas::AreaTree& tree,
                     const google::protobuf::EnumDescriptor* states, const Indexed* before,
                     const Indexed* after, store::Commit* commit) {
  const bool both = before != nullptr && after != nullptr;
  // Under another tag it is another member of every list.
  const bool renamed = both && before->places.tag() != after->places.tag();
  if (both && !renamed && before->places.places() == after->places.places()) {
    return absl::OkStatus();
  }
  const Filing filing{keys, tree, states, commit->shard()};
  const auto left = ListsBeyond(filing, before, renamed ? nullptr : after);
  const auto entered = ListsBeyond(filing, after, renamed ? nullptr : before);
  for (const auto* lists : {&left, &entered}) {
    if (lists->ok()) continue;
    const bool known = before != nullptr && Is(lists->status(), Reason::AREA_UNKNOWN);
    return known ? Refuse(Reason::PEER_UNAVAILABLE) : lists->status();
  }
  for (const std::string& list : *left) commit->IndexRemove(list, MemberOf(*before));
  for (const std::string& list : *entered) {
    commit->IndexAdd(list, CreatedAt(after->id), MemberOf(*after));
  }
  return absl::OkStatus();
}

}  // namespace baodao::record
