#include "common/testing/service_fixture.h"

#include <algorithm>

namespace baodao::testing {
namespace {

// "<kind>|<id>[|extra]".
timers::Timer TimerOf(const store::DueTimer& due, int shard) {
  timers::Timer timer;
  timer.member = due.member;
  timer.shard = shard;
  timer.due = due.due;
  const size_t first = due.member.find('|');
  const size_t second = std::min(due.member.find('|', first + 1), due.member.size());
  timer.kind = due.member.substr(0, first);
  timer.id = due.member.substr(first + 1, second - first - 1);
  if (second < due.member.size()) timer.extra = due.member.substr(second + 1);
  return timer;
}

}  // namespace

void ServiceFixture::Serve(rpc::Router& router, metrics::Registry& metrics,
                           rpc::AccessPolicy access) {
  rpc::ServerOptions options = TestServerOptions(tokens_, metrics);
  options.access = std::move(access);
  options.clock = &clock_;
  servers_.push_back(
      std::make_unique<RpcServer>(loop_, router, std::move(options), /*attempts=*/1));
}

void ServiceFixture::StopServing() {
  for (const auto& server : servers_) Run(server->server().Drain(Millis(1000)));
  servers_.clear();
}

void ServiceFixture::TearDown() {
  StopServing();
  StoreFixture::TearDown();
}

std::string ServiceFixture::NewPerson() { return ids::New("per", people_++ % shards()); }

std::vector<events::v1::Event> ServiceFixture::Events() {
  store::Store& store = *stores_.at(0);
  std::vector<events::v1::Event> events;
  for (int shard = 0; shard < store.shards(); ++shard) {
    for (const store::StreamEntry& entry :
         Ok(store.ReadStream(store.keys().Events(shard), "", false, 10'000))) {
      if (!events.emplace_back().ParseFromString(entry.bytes)) {
        throw std::runtime_error("an event cannot be parsed");
      }
    }
  }
  return events;
}

int ServiceFixture::CountEvents(const std::function<bool(const events::v1::Event&)>& fits) {
  const std::vector<events::v1::Event> events = Events();
  return static_cast<int>(std::count_if(events.begin(), events.end(), fits));
}

std::vector<timers::Timer> ServiceFixture::TakeDue(Time now) {
  store::Store& store = *stores_.at(0);
  std::vector<timers::Timer> all;
  for (int shard = 0; shard < store.shards(); ++shard) {
    for (const store::DueTimer& due : Ok(store.TakeDueTimers(shard, now, Millis(1), 100))) {
      all.push_back(TimerOf(due, shard));
    }
  }
  return all;
}

}  // namespace baodao::testing
