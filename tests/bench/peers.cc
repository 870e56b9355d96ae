#include "tests/bench/peers.h"

#include "common/async/for_each.h"
#include "common/testing/paths.h"

namespace baodao::bench {
namespace {

std::vector<std::string> Node(const std::string& script) {
  return {"/usr/bin/env", "node", testing::SourceFile("tests/bench/peers/" + script)};
}

Task<void> Publish(Program& peer, std::string token, dispatch::v1::PublishTaskRequest request,
                   std::string& id) {
  const auto task = co_await demo::Must(peer[0].tasks, &client::Tasks::PublishTask, token, request);
  id = task.task_id();
}

}  // namespace

Peers::Peers(Scene& scene)
    : scene_(scene),
      postgres_({.fsync = true}),
      sql_(scene.town().loop, Node("postgres.js"), {postgres_.NewDatabase()}),
      jobs_(scene.town().loop, Node("bullmq.js"), {std::to_string(redis_.port())}),
      peers_{{"postgres", sql_, postgres_.pid()}, {"bullmq", jobs_, redis_.pid()}} {}

Load Peers::LoadOf(const Peer& peer, const std::string& name, std::vector<std::string> task_ids) {
  Load load;
  load.name = peer.name + name;
  load.processes = {peer.program.pid()};
  load.store = peer.store;
  load.calls = scene_.scale().people;
  load.call = [&scene = scene_, &program = peer.program, ids = std::move(task_ids)](size_t i) {
    return Claim(scene, program[i].assignments, i, ids[i % ids.size()]);
  };
  return load;
}

std::vector<Load> Peers::Spread() {
  std::vector<Load> loads;
  const std::string token = scene_.world().OperatorToken();
  for (const Peer& peer : peers_) {
    std::vector<std::string> ids(scene_.scale().people);
    auto publish = [&](size_t i) {
      return Publish(
          peer.program, token,
          scene_.town().NewTask(scene_.world().people[i].community, 2, std::chrono::hours(48)),
          ids[i]);
    };
    scene_.town().Run(ForEach(ids.size(), 64, publish));
    loads.push_back(LoadOf(peer, "_spread", std::move(ids)));
  }
  return loads;
}

std::vector<Load> Peers::Hot() {
  std::vector<Load> loads;
  const std::string token = scene_.world().OperatorToken();
  for (const Peer& peer : peers_) {
    std::string id;
    scene_.town().Run(Publish(peer.program, token, TaskForAll(scene_), id));
    loads.push_back(LoadOf(peer, "_hot", {id}));
  }
  return loads;
}

}  // namespace baodao::bench
