// The same claims as others would build them: a function in PostgreSQL behind a service in Node,
// and jobs of BullMQ. See tests/bench/peers/.
#pragma once

#include "common/testing/postgres_server.h"
#include "common/testing/redis_server.h"
#include "tests/bench/scenarios.h"

namespace baodao::bench {

// Needs node, and NODE_PATH with the packages of tests/bench/peers/package.json.
class Peers {
 public:
  explicit Peers(Scene& scene);

  // Claims of a task for everybody, and claims of one task, by each peer. The tasks are published
  // first. The peers must outlive the loads.
  std::vector<Load> Spread();
  std::vector<Load> Hot();

 private:
  struct Peer {
    std::string name;
    Program& program;
    pid_t store;
  };
  Load LoadOf(const Peer& peer, const std::string& name, std::vector<std::string> task_ids);

  Scene& scene_;
  testing::PostgresServer postgres_;
  testing::RedisServer redis_;
  Program sql_;
  Program jobs_;
  const std::vector<Peer> peers_;
};

}  // namespace baodao::bench
