// Two dispatch replicas on one real Redis, each with a connection, a store and caches of its own.
#pragma once

#include <gtest/gtest.h>

#include <asio/io_context.hpp>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "common/clock/clock.h"
#include "common/profiles/profile_cache.h"
#include "common/testing/service_fixture.h"
#include "services/dispatch/rpc/handlers.h"
#include "services/dispatch/workers/deadlines.h"
#include "services/dispatch/workers/standings.h"

namespace baodao::dispatch {

inline constexpr int kShards = 8;
inline constexpr char kCommunity[] = "310110001001";

class PeopleSource final : public profiles::Source {
 public:
  Task<absl::StatusOr<registration::v1::ListProfilesResponse>> List(int, std::string) override {
    co_return registration::v1::ListProfilesResponse();
  }
  // Registered at the subdistrict, unless told otherwise.
  Task<absl::StatusOr<registration::v1::Profile>> Get(rpc::CallOptions,
                                                      std::string person_id) override;
  std::map<std::string, registration::v1::Profile> people;
};

std::shared_ptr<const areas::AreaTree> TestTree();

struct Replica {
  Replica(asio::io_context& loop, store::Store& store, const crypto::KeyRing& ring,
          std::shared_ptr<const areas::AreaTree> tree);

  store::Store& store;
  PeopleSource source;
  profiles::ProfileCache profiles;
  metrics::Registry registry;
  App app;
  NearIndex near;
  TaskHandlers tasks;
  AssignmentHandlers assignments;
  ChangeHandlers changes;
  LedgerHandlers ledgers;
  Deadlines deadlines;
  Standings standings;
};

class ReplicasTest : public testing::ServiceFixture {
 protected:
  ReplicasTest();

  // Runs all of them at once and returns when all have ended.
  void RunAll(std::vector<Task<void>> tasks);

  static std::string NewPerson() { return ids::New("per", static_cast<int>(next_++ % kShards)); }
  static rpc::CallContext As(const std::string& person);
  // A coordinator of the district, and one of somewhere else.
  static rpc::CallContext Coordinator();
  static rpc::CallContext Stranger();
  // An operator of all areas.
  static rpc::CallContext Operator();
  static rpc::CallContext Lists();

  // A task that starts after `ahead` and lasts two hours.
  v1::PublishTaskRequest NewTask(Millis ahead, int slots_min, int slots_max);
  v1::Task Publish(const v1::PublishTaskRequest& request);
  Task<absl::StatusOr<v1::Assignment>> Claim(int replica, std::string person, std::string task,
                                             std::string request_id);
  v1::CalendarRecord CalendarOf(const std::string& person);

  testing::RedisServer& server_ = testing::SharedRedis();
  std::vector<std::unique_ptr<Replica>> replicas_;

 private:
  static inline unsigned next_ = 0;
};

}  // namespace baodao::dispatch
