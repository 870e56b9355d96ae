// Records of the three lists, their indexes and their events: the only code that knows how they are
// kept.
#pragma once

#include <absl/status/statusor.h>

#include <string>
#include <vector>

#include "baodao/lists/v1/records.pb.h"
#include "common/areas/tree.h"
#include "common/async/task.h"
#include "common/store/store.h"
#include "services/lists/store/keys.h"
#include "services/lists/store/listing.h"

namespace baodao::lists {

// A record and the version it was read at; 0 for one that is to be made.
template <class Record>
struct Loaded {
  uint64_t version = 0;
  Record record;
};

// Who changes something, for its event.
struct Origin {
  std::string actor_id;
  std::string trace_id;
  Time now;
};

// Loop thread only.
class ListsStore {
 public:
  explicit ListsStore(store::Store& store) : store_(store), keys_(store.keys()) {}

  store::Store& store() { return store_; }
  const ListKeys& keys() const { return keys_; }

  // NOT_FOUND when there is none.
  Task<absl::StatusOr<Loaded<v1::NeedRecord>>> LoadNeed(std::string id);
  Task<absl::StatusOr<Loaded<v1::ResourceRecord>>> LoadResource(std::string id);
  Task<absl::StatusOr<Loaded<v1::ProjectRecord>>> LoadProject(std::string id);

  // Writes what became of `before`: the record, its place in the indexes, and an event if anything
  // shows.
  void Put(store::Commit* commit, const Loaded<v1::NeedRecord>& before, const v1::NeedRecord& after,
           const Origin& origin);
  void Put(store::Commit* commit, const Loaded<v1::ResourceRecord>& before,
           const v1::ResourceRecord& after, const Origin& origin);
  void Put(store::Commit* commit, const Loaded<v1::ProjectRecord>& before,
           const v1::ProjectRecord& after, const Origin& origin);

  // The areas in whose lists something of `area_code` appears: itself and all above.
  static std::vector<std::string> ListAreas(const areas::AreaTree& tree,
                                            const std::string& area_code);
  // The indexes that together hold an area's subtree. `state` 0: any.
  std::vector<std::string> IndexKeys(const areas::AreaTree& tree, std::string_view list,
                                     const std::string& area_code, int state) const;
  std::vector<std::string> RaisedKeys(const std::string& person_id) const;

  // In the order asked; ids without a record are left out.
  Task<absl::StatusOr<std::vector<v1::NeedRecord>>> LoadNeeds(std::vector<std::string> ids);
  Task<absl::StatusOr<std::vector<v1::ResourceRecord>>> LoadResources(std::vector<std::string> ids);
  Task<absl::StatusOr<std::vector<v1::ProjectRecord>>> LoadProjects(std::vector<std::string> ids);

 private:
  store::Store& store_;
  ListKeys keys_;
};

}  // namespace baodao::lists
