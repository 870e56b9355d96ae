// Records of the three lists, their indexes and their events: the only code that knows how they are
// kept.
#pragma once

#include <absl/status/statusor.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "baodao/lists/v1/records.pb.h"
#include "common/areas/tree.h"
#include "common/async/task.h"
#include "common/status/macros.h"
#include "common/store/mutate.h"
#include "common/store/store.h"
#include "services/lists/store/keys.h"
#include "services/lists/store/listing.h"
#include "services/lists/store/metrics.h"

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

// One commit, and what Put found to change its state in it.
struct Changes {
  explicit Changes(int shard) : commit(shard) {}
  store::Commit commit;
  std::vector<Moved> moved;
};

// What a handler decided: what to write, and what to answer once it is on disk.
template <class Response>
struct Decision {
  Changes changes;
  Response response;
};

// Loop thread only.
class ListsStore {
 public:
  ListsStore(store::Store& store, metrics::Registry& metrics)
      : store_(store), keys_(store.keys()), metrics_(metrics) {}

  store::Store& store() { return store_; }
  const ListKeys& keys() const { return keys_; }

  // NOT_FOUND when there is none.
  Task<absl::StatusOr<Loaded<v1::NeedRecord>>> LoadNeed(std::string id);
  Task<absl::StatusOr<Loaded<v1::ResourceRecord>>> LoadResource(std::string id);
  Task<absl::StatusOr<Loaded<v1::ProjectRecord>>> LoadProject(std::string id);

  // Writes what became of `before`: the record, its place in the indexes, and an event if anything
  // shows.
  void Put(Changes* changes, const Loaded<v1::NeedRecord>& before, const v1::NeedRecord& after,
           const Origin& origin);
  void Put(Changes* changes, const Loaded<v1::ResourceRecord>& before,
           const v1::ResourceRecord& after, const Origin& origin);
  void Put(Changes* changes, const Loaded<v1::ProjectRecord>& before,
           const v1::ProjectRecord& after, const Origin& origin);

  // The only ways to commit what Put wrote: both count its changes of state once they are on disk.
  Task<absl::StatusOr<store::CommitOutcome>> Apply(Changes changes);
  // See store::Mutate, also for `replayed`.
  template <class Response>
  Task<absl::StatusOr<Response>> Mutate(
      store::RequestKey key, int caller_shard, int shard,
      std::function<Task<absl::StatusOr<Decision<Response>>>()> decide, bool* replayed = nullptr);

  // The areas in whose lists something of `area_code` appears: itself and all above.
  static std::vector<std::string> ListAreas(const areas::AreaTree& tree,
                                            const std::string& area_code);
  // The indexes that together hold an area's subtree and what it has taken over from closed areas.
  // `state` 0: any.
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
  Metrics metrics_;
};

template <class Response>
Task<absl::StatusOr<Response>> ListsStore::Mutate(
    store::RequestKey key, int caller_shard, int shard,
    std::function<Task<absl::StatusOr<Decision<Response>>>()> decide, bool* replayed) {
  using Decided = store::Decision<Response>;
  std::vector<Moved> moved;  // of the latest try
  std::function<Task<absl::StatusOr<Decided>>()> attempt = [&]() -> Task<absl::StatusOr<Decided>> {
    CO_ASSIGN_OR_RETURN(Decision<Response> decision, co_await decide());
    moved = std::move(decision.changes.moved);
    co_return Decided{std::move(decision.changes.commit), std::move(decision.response)};
  };
  bool known = false;
  CO_ASSIGN_OR_RETURN(Response response,
                      co_await store::Mutate<Response>(store_, std::move(key), caller_shard, shard,
                                                       std::move(attempt), &known));
  if (!known) metrics_.Count(moved);
  if (replayed != nullptr) *replayed = known;
  co_return response;
}

}  // namespace baodao::lists
