#include "tests/integration/events/events_fixture.h"

#include <algorithm>
#include <utility>

namespace baodao::events {

using testing::Backend;

EventsTest::EventsTest()
    : StoreFixture(GetParam() ? Backend::kCluster : Backend::kRedis, "s", kShards) {
  OpenStore();
}

redis::Reply EventsTest::Do(const std::string& key, const std::vector<std::string>& args) {
  redis::Command command(key);
  command.AddAll(args);
  return Ok(client().Call(std::move(command)));
}

void EventsTest::Emit(int shard, const std::string& name) {
  v1::Event event;
  event.set_actor_id(name);
  store::Commit commit(shard);
  commit.Emit(event.SerializeAsString());
  Ok(store().Apply(std::move(commit)));
}

GroupOptions EventsTest::Options(std::string consumer) {
  GroupOptions options;
  options.group = group_;
  options.services = {service_};
  options.shards = kShards;
  options.consumer = std::move(consumer);
  options.heartbeat = Millis(50);
  options.claim_idle = Millis(400);
  options.save_every = Millis(20);
  options.max_deliveries = 3;
  options.retry_min = Millis(5);
  options.retry_max = Millis(20);
  return options;
}

Task<void> EventsTest::RunToEnd(Consumer* consumer) {
  co_await consumer->Run();
  running_.erase(std::find(running_.begin(), running_.end(), consumer));
}

std::shared_ptr<void> EventsTest::Start(Consumer& consumer) {
  running_.push_back(&consumer);
  asio::co_spawn(loop_, RunToEnd(&consumer), asio::detached);
  return std::shared_ptr<void>(nullptr, [this, &consumer](void*) { Stop(consumer); });
}

void EventsTest::Stop(Consumer& consumer) {
  consumer.Stop();
  EXPECT_TRUE(Await(
      [&] { return std::find(running_.begin(), running_.end(), &consumer) == running_.end(); }));
}

void Recorder::Fail(const std::string& name, int times, absl::Status status) {
  failures_[name] = {times, std::move(status)};
}

void Recorder::Release() {
  held_ = false;
  for (const auto& hold : holding_) hold->Notify();
}

Task<absl::Status> Recorder::Handle(Delivery delivery) {
  const std::string name = delivery.event.actor_id();
  delivered.push_back(std::move(delivery));
  if (held_) {
    const Executor executor = co_await asio::this_coro::executor;
    const auto hold = holding_.emplace_back(std::make_shared<Signal>(executor.context()));
    co_await hold->Wait();
  }
  const auto failing = failures_.find(name);
  if (failing != failures_.end() && failing->second.first-- > 0) co_return failing->second.second;
  names.push_back(name);
  co_return absl::OkStatus();
}

}  // namespace baodao::events
