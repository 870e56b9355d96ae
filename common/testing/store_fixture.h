// Tests on the store in memory, on a real Redis, or on a cluster of three.
#pragma once

#include <gtest/gtest.h>

#include <asio/io_context.hpp>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "common/async/gather.h"
#include "common/redis/client.h"
#include "common/store/memory_store.h"
#include "common/store/redis_store.h"
#include "common/testing/fake_clock.h"
#include "common/testing/loop.h"
#include "common/testing/redis_server.h"

namespace baodao::testing {

enum class Backend { kMemory, kRedis, kCluster };

// "Memory", "Redis" or "Cluster": the names of INSTANTIATE_TEST_SUITE_P.
std::string BackendName(const ::testing::TestParamInfo<Backend>& info);

// Started by the first test that needs them, stopped at the end of the process.
RedisServer& SharedRedis();
RedisCluster& SharedCluster();

// One test's data: nothing of earlier tests is there.
class StoreFixture : public ::testing::Test {
 protected:
  // `service` names the keys.
  StoreFixture(Backend backend, std::string service, int shards);

  // Closes the connections while everything that may wait for an answer is still there. Call it
  // last where it is overridden.
  void TearDown() override;

  // The store of one more replica on the same data, with a connection of its own.
  store::Store& OpenStore();
  // The connection of a replica's store; not in memory.
  redis::Client& client(size_t replica = 0) { return *clients_.at(replica); }
  int shards() const { return keys_.shards(); }
  // All servers of the data; not in memory.
  redis::Config config() const;

  template <class T>
  T Run(Task<T> task) {
    return testing::Run(loop_, std::move(task));
  }
  // All at once; their results in order.
  template <class T>
  std::vector<T> RunAll(std::vector<Task<T>> tasks) {
    return Run(Gather(std::move(tasks)));
  }
  // The value; throws std::runtime_error for an error.
  template <class T>
  static T Ok(absl::StatusOr<T> result) {
    if (!result.ok()) throw std::runtime_error(result.status().ToString());
    return *std::move(result);
  }
  template <class T>
  T Ok(Task<absl::StatusOr<T>> task) {
    return Ok(Run(std::move(task)));
  }
  // Runs the loop until `condition` holds; false when it does not within `limit`.
  bool Await(const std::function<bool()>& condition, Millis limit = std::chrono::seconds(30)) {
    return testing::Await(loop_, condition, limit);
  }

  asio::io_context loop_;
  FakeClock clock_{loop_};  // also of the store in memory
  store::MemoryData data_;
  std::vector<std::unique_ptr<store::Store>> stores_;

 private:
  const Backend backend_;
  const store::Keys keys_;
  std::vector<std::unique_ptr<redis::Client>> clients_;  // of stores_
};

}  // namespace baodao::testing
