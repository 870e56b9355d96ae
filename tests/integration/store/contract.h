// The contract tests run on every store: memory, one Redis, and a cluster of three.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "common/testing/store_fixture.h"

namespace baodao::store {

using testing::Backend;
using testing::BackendName;

class ContractTest : public testing::StoreFixture, public ::testing::WithParamInterface<Backend> {
 protected:
  static constexpr int kShards = 16;

  ContractTest();

  bool in_memory() const { return GetParam() == Backend::kMemory; }
  Store& store() { return *stores_[0]; }
  // Another replica on the same data.
  Store& replica() { return *stores_[1]; }
  Time Now() const;
  // Lets time pass in the store until `condition` holds: false when it does not within some
  // seconds.
  bool Await(std::function<bool()> condition);

  std::string Key(std::string_view kind, std::string_view id, int shard = 3) const {
    return store_keys().Of(shard, kind, id);
  }
  const Keys& store_keys() const { return stores_[0]->keys(); }

  CommitOutcome Apply(Commit commit) { return Ok(store().Apply(std::move(commit))); }
  CommitOutcome::Kind ApplyKind(Commit commit) { return Apply(std::move(commit)).kind; }
  Stored Get(const std::string& key) { return Ok(store().Get(key)); }
  // Puts `bytes` over whatever is there.
  void Overwrite(const std::string& key, std::string bytes, int shard = 3);
};

inline RequestKey Request(std::string id, uint64_t fingerprint = 7) {
  return {"per_1", std::move(id), fingerprint};
}

}  // namespace baodao::store
