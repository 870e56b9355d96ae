// Every key of lists. Records and their indexes lie in the shard of the record's area.
#pragma once

#include <string>
#include <string_view>

#include "common/store/keys.h"

namespace baodao::lists {

// The three lists; the names are part of the keys.
inline constexpr std::string_view kNeeds = "needs";
inline constexpr std::string_view kResources = "resources";
inline constexpr std::string_view kProjects = "projects";

// The kind of the timers that finish publications, by need …
inline constexpr std::string_view kPublishTimer = "publish";
// … and of those that move needs, resources and projects when their time has come
// (domain/deadlines.h).
inline constexpr std::string_view kDeadlineTimer = "deadline";

class ListKeys {
 public:
  explicit ListKeys(const store::Keys& keys) : keys_(keys) {}

  std::string Need(std::string_view id) const { return Record("need", id); }
  std::string Resource(std::string_view id) const { return Record("resource", id); }
  std::string Project(std::string_view id) const { return Record("project", id); }

  // What of an area's subtree lies in `shard`; with a state (not 0) only that.
  std::string Index(int shard, std::string_view list, std::string_view area_code, int state) const {
    std::string id(area_code);
    if (state != 0) id += ":" + std::to_string(state);
    return keys_.Of(shard, list, id);
  }
  // The needs in `shard` that a person raised.
  std::string Raised(int shard, std::string_view person_id) const {
    return keys_.Of(shard, "raised", person_id);
  }

  // How many things a person added to a list in a day.
  std::string AddedToday(std::string_view list, std::string_view person_id) const {
    const std::string id = std::string(list) + ":" + std::string(person_id);
    return keys_.Of(keys_.ShardOfId(person_id), "added", id);
  }

  // Who was shown which contact (Events), kept for audits when the outbox has long been trimmed.
  std::string Releases(int shard) const { return keys_.Of(shard, "releases"); }

  int shards() const { return keys_.shards(); }
  int ShardOf(std::string_view id) const { return keys_.ShardOfId(id); }

 private:
  std::string Record(std::string_view kind, std::string_view id) const {
    return keys_.Of(keys_.ShardOfId(id), kind, id);
  }

  const store::Keys& keys_;
};

}  // namespace baodao::lists
