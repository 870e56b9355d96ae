// Two replicas of dispatch on one store in memory, under one clock, in one thread: what simulations
// drive and check.
#pragma once

#include <asio/io_context.hpp>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "common/areas/tree.h"
#include "common/crypto/key_ring.h"
#include "common/ids/ids.h"
#include "common/store/memory_store.h"
#include "common/testing/fake_clock.h"
#include "services/dispatch/rpc/handlers.h"
#include "services/dispatch/rpc/unit_claim_handlers.h"
#include "services/dispatch/workers/deadlines.h"
#include "services/dispatch/workers/standings.h"

namespace baodao::dispatch {

// Everybody whom the world has made, asked as registration would be.
class PeopleSource final : public profiles::Source {
 public:
  Task<absl::StatusOr<registration::v1::ListProfilesResponse>> List(int, std::string) override {
    co_return registration::v1::ListProfilesResponse();
  }
  Task<absl::StatusOr<registration::v1::Profile>> Get(rpc::CallOptions,
                                                      std::string person_id) override;
  std::map<std::string, registration::v1::Profile> people;
};

// The units of the world: everybody in them speaks for them.
class UnitSource final : public Identities {
 public:
  Task<absl::StatusOr<std::vector<registration::v1::Identity>>> List(
      rpc::CallOptions, std::vector<std::string>) override {
    co_return std::vector<registration::v1::Identity>();
  }
  Task<absl::StatusOr<registration::v1::Unit>> Unit(rpc::CallOptions, std::string unit_id) override;
  Task<absl::StatusOr<std::vector<auth::RoleGrant>>> Roles(rpc::CallOptions, std::string) override {
    co_return std::vector<auth::RoleGrant>();
  }
  std::map<std::string, registration::v1::Unit> units;
};

struct Replica {
  Replica(asio::io_context& loop, store::MemoryData& data, testing::FakeClock& clock,
          const crypto::KeyRing& ring, PeopleSource& source, UnitSource& units,
          std::shared_ptr<const areas::AreaTree> tree, std::function<uint64_t()> random);

  store::MemoryStore store;
  profiles::ProfileCache profiles;
  metrics::Registry registry;
  App app;
  NearIndex near;
  TaskHandlers tasks;
  AssignmentHandlers assignments;
  ChangeHandlers changes;
  UnitClaimHandlers claims;
  Deadlines deadlines;
  Standings standings;
};

class World {
 public:
  static constexpr int kShards = 4;
  static constexpr char kCommunity[] = "310110001001";

  explicit World(uint64_t seed);
  ~World();

  uint64_t Random() { return random_(); }
  // [0, n)
  int Below(int n) { return static_cast<int>(random_() % static_cast<uint64_t>(n)); }
  bool Chance(int percent) { return Below(100) < percent; }

  // Whether the store may fail, stall and conflict from now on.
  void SetFaults(bool on) { faults_ = on; }
  // Runs whatever can run at this moment.
  void Settle();
  // Moves time, waking sleepers one after the other.
  void Advance(Millis duration);
  // Fires what is due, on a random replica.
  void FireTimers();

  const std::string& NewPerson();
  // A coroutine that counts as outstanding until it ends.
  void Spawn(Task<void> task);
  int outstanding() const { return outstanding_; }

  // Tasks and people as stored.
  v1::TaskRecord TaskOf(const std::string& id);
  std::map<std::string, v1::AssignmentRecord> PeopleOn(const std::string& id);
  // Timers still armed, in all shards.
  std::vector<std::string> Timers();

  asio::io_context loop;
  testing::FakeClock clock;
  store::MemoryData data;
  crypto::KeyRing ring;
  PeopleSource source;
  UnitSource units;
  std::shared_ptr<const areas::AreaTree> tree;
  DispatchKeys keys;
  std::vector<std::unique_ptr<Replica>> replicas;
  std::vector<std::string> people;

 private:
  store::Fault Draw(std::string_view method);

  std::mt19937_64 random_;
  // Ids must not differ from run to run either.
  ids::Generator ids_;
  bool faults_ = false;
  int outstanding_ = 0;
};

}  // namespace baodao::dispatch
