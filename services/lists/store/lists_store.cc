#include "services/lists/store/lists_store.h"

#include <utility>

#include "common/ids/ids.h"
#include "common/status/macros.h"
#include "common/status/status.h"

namespace baodao::lists {
namespace {

template <class Record>
Task<absl::StatusOr<Loaded<Record>>> Load(store::Store& store, std::string type, std::string prefix,
                                          std::string key, std::string id) {
  if (!ids::IsValid(id, prefix)) co_return NotFound(type, id);
  CO_ASSIGN_OR_RETURN(const store::Stored stored, co_await store.Get(std::move(key)));
  if (!stored.exists()) co_return NotFound(type, id);
  Loaded<Record> loaded;
  loaded.version = stored.version;
  if (!loaded.record.ParseFromString(stored.bytes)) {
    co_return absl::DataLossError("the record of " + id + " cannot be parsed");
  }
  co_return loaded;
}

template <class Record>
Task<absl::StatusOr<std::vector<Record>>> LoadMany(store::Store& store,
                                                   std::vector<std::string> keys) {
  std::vector<Record> records;
  if (keys.empty()) co_return records;
  CO_ASSIGN_OR_RETURN(const auto stored, co_await store.GetMany(std::move(keys)));
  for (const store::Stored& one : stored) {
    if (!one.exists()) continue;
    if (!records.emplace_back().ParseFromString(one.bytes)) {
      co_return absl::DataLossError("a record cannot be parsed");
    }
  }
  co_return records;
}

}  // namespace

Task<absl::StatusOr<Loaded<v1::NeedRecord>>> ListsStore::LoadNeed(std::string id) {
  return Load<v1::NeedRecord>(store_, "need", "ned", keys_.Need(id), id);
}

Task<absl::StatusOr<Loaded<v1::ResourceRecord>>> ListsStore::LoadResource(std::string id) {
  return Load<v1::ResourceRecord>(store_, "resource", "res", keys_.Resource(id), id);
}

Task<absl::StatusOr<Loaded<v1::ProjectRecord>>> ListsStore::LoadProject(std::string id) {
  return Load<v1::ProjectRecord>(store_, "project", "prj", keys_.Project(id), id);
}

Task<absl::StatusOr<store::CommitOutcome>> ListsStore::Apply(Changes changes) {
  CO_ASSIGN_OR_RETURN(store::CommitOutcome outcome,
                      co_await store_.Apply(std::move(changes.commit)));
  if (outcome.kind == store::CommitOutcome::Kind::kApplied) metrics_.Count(changes.moved);
  co_return outcome;
}

Task<absl::StatusOr<std::vector<v1::NeedRecord>>> ListsStore::LoadNeeds(
    std::vector<std::string> ids) {
  for (std::string& id : ids) id = keys_.Need(id);
  return LoadMany<v1::NeedRecord>(store_, std::move(ids));
}

Task<absl::StatusOr<std::vector<v1::ResourceRecord>>> ListsStore::LoadResources(
    std::vector<std::string> ids) {
  for (std::string& id : ids) id = keys_.Resource(id);
  return LoadMany<v1::ResourceRecord>(store_, std::move(ids));
}

Task<absl::StatusOr<std::vector<v1::ProjectRecord>>> ListsStore::LoadProjects(
    std::vector<std::string> ids) {
  for (std::string& id : ids) id = keys_.Project(id);
  return LoadMany<v1::ProjectRecord>(store_, std::move(ids));
}

std::vector<std::string> ListsStore::ListAreas(const areas::AreaTree& tree,
                                               const std::string& area_code) {
  std::vector<std::string> codes{area_code};
  for (const areas::Area* ancestor : tree.Ancestors(area_code)) codes.push_back(ancestor->code());
  return codes;
}

std::vector<std::string> ListsStore::IndexKeys(const areas::AreaTree& tree, std::string_view list,
                                               const std::string& area_code, int state) const {
  std::vector<std::string> keys;
  for (const std::string& code : tree.IndexedUnder(area_code)) {
    if (tree.SubdistrictOf(code) != nullptr) {
      keys.push_back(keys_.Index(tree.ShardOf(code, store_.keys()), list, code, state));
      continue;
    }
    for (int shard = 0; shard < keys_.shards(); ++shard) {
      keys.push_back(keys_.Index(shard, list, code, state));
    }
  }
  return keys;
}

std::vector<std::string> ListsStore::RaisedKeys(const std::string& person_id) const {
  std::vector<std::string> keys;
  keys.reserve(static_cast<size_t>(keys_.shards()));
  for (int shard = 0; shard < keys_.shards(); ++shard) {
    keys.push_back(keys_.Raised(shard, person_id));
  }
  return keys;
}

}  // namespace baodao::lists
