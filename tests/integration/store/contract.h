// The contract tests run on every store: memory, one Redis, and a cluster of three.
#pragma once

#include <gtest/gtest.h>

#include <asio/io_context.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/redis/client.h"
#include "common/store/memory_store.h"
#include "common/store/redis_store.h"
#include "common/testing/fake_clock.h"
#include "common/testing/loop.h"
#include "common/testing/redis_server.h"

namespace baodao::store {

enum class Backend { kMemory, kStandalone, kCluster };

inline std::string BackendName(const ::testing::TestParamInfo<Backend>& info) {
  switch (info.param) {
    case Backend::kMemory:
      return "Memory";
    case Backend::kStandalone:
      return "Standalone";
    case Backend::kCluster:
      return "Cluster";
  }
  return "";
}

// Started by the first test that needs it, stopped at the end of the process.
testing::RedisServer& SharedServer();
testing::RedisCluster& SharedCluster();

class ContractTest : public ::testing::TestWithParam<Backend> {
 protected:
  static constexpr int kShards = 16;

  ContractTest();
  ~ContractTest() override;

  bool in_memory() const { return GetParam() == Backend::kMemory; }
  Store& store() { return *stores_[0]; }
  // Another replica on the same data.
  Store& replica() { return *stores_[1]; }
  redis::Client& client() { return *client_; }
  Time Now() const;
  // Lets time pass in the store until `condition` holds: false when it does not within some
  // seconds.
  bool Await(std::function<bool()> condition);

  std::string Key(std::string_view kind, std::string_view id, int shard = 3) const {
    return store_keys().Of(shard, kind, id);
  }
  const Keys& store_keys() const { return stores_[0]->keys(); }

  template <class T>
  T Run(Task<T> task) {
    return testing::Run(loop_, std::move(task));
  }
  void Run(Task<void> task) { testing::Run(loop_, std::move(task)); }
  // Fails the test when the store does.
  template <class T>
  T Ok(Task<absl::StatusOr<T>> task) {
    absl::StatusOr<T> result = testing::Run(loop_, std::move(task));
    if (!result.ok()) throw std::runtime_error(result.status().ToString());
    return *std::move(result);
  }
  CommitOutcome Apply(Commit commit) { return Ok(store().Apply(std::move(commit))); }
  CommitOutcome::Kind ApplyKind(Commit commit) { return Apply(std::move(commit)).kind; }
  Stored Get(const std::string& key) { return Ok(store().Get(key)); }
  // Puts `bytes` over whatever is there.
  void Overwrite(const std::string& key, std::string bytes, int shard = 3);

  asio::io_context loop_;
  testing::FakeClock clock_{loop_};  // of the memory store

 private:
  MemoryData data_;
  std::unique_ptr<redis::Client> client_;
  std::vector<std::unique_ptr<Store>> stores_;
};

inline RequestKey Request(std::string id, uint64_t fingerprint = 7) {
  return {"per_1", std::move(id), fingerprint};
}

}  // namespace baodao::store
