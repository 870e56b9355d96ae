// Events written through the store and read through Redis: standalone and in a cluster of three.
#pragma once

#include <gtest/gtest.h>

#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/io_context.hpp>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "common/async/signal.h"
#include "common/events/dead_letters.h"
#include "common/events/group_consumer.h"
#include "common/events/tail.h"
#include "common/events/trimmer.h"
#include "common/testing/store_fixture.h"

namespace baodao::events {

class EventsTest : public testing::StoreFixture,
                   public ::testing::WithParamInterface<bool> {  // whether in a cluster
 protected:
  static constexpr int kShards = 4;

  EventsTest();

  bool in_cluster() const { return GetParam(); }
  store::Store& store() { return *stores_[0]; }

  // A Redis command, on the node of `key`.
  redis::Reply Do(const std::string& key, const std::vector<std::string>& args);

  // Appends an event whose actor is `name`.
  void Emit(int shard, const std::string& name);
  // The options of this test's group: quick, for tests.
  GroupOptions Options(std::string consumer);
  // Runs it on the loop until it is stopped: at the latest when the result is destroyed.
  [[nodiscard]] std::shared_ptr<void> Start(Consumer& consumer);
  // Stops it and waits for its end.
  void Stop(Consumer& consumer);

  const std::string service_ = "s";
  std::string group_ = "g";

 private:
  Task<void> RunToEnd(Consumer* consumer);

  std::vector<Consumer*> running_;
};

// Notes what it is given.
class Recorder {
 public:
  Handler handler() {
    return [this](const Delivery& delivery) { return Handle(delivery); };
  }
  // How often the event of this name is to fail, and how.
  void Fail(const std::string& name, int times, absl::Status status = absl::InternalError("no"));

  // From now on handling ends only with Release.
  void Hold() { held_ = true; }
  void Release();

  std::vector<std::string> names;   // as handled, in order
  std::vector<Delivery> delivered;  // all, failures too

 private:
  Task<absl::Status> Handle(Delivery delivery);

  std::map<std::string, std::pair<int, absl::Status>> failures_;
  bool held_ = false;
  std::vector<std::shared_ptr<Signal>> holding_;
};

}  // namespace baodao::events
