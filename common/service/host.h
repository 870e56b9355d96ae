// The loops that services run beside their RPCs, built, started and stopped in one place.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "common/areas/feed.h"
#include "common/async/task.h"
#include "common/events/group_consumer.h"
#include "common/events/tail.h"
#include "common/service/runtime.h"
#include "common/timers/timer_loop.h"

namespace baodao::service {

// A service says in its constructor what it hears; Main runs it once the service has loaded. Every
// service trims its own event streams besides. Loop thread only. Objects handed in live as long as
// the service.
class Host {
 public:
  // `runtime` outlives it.
  explicit Host(Runtime& runtime);

  // Every replica hears every event of `service`, from before Service::Load: for what is kept in
  // memory. See events::NewTail for what is asked of
  //   Task<absl::Status> Cache::OnEvent(const events::Delivery& delivery);
  //   Task<void> Cache::OnGap(std::string service, int shard);
  // Caches that hear the same service hear each event in the order of these calls.
  template <class Cache>
  void Tail(std::string service, Cache& cache) {
    Listen({std::move(service),
            [&cache](const events::Delivery& delivery) { return cache.OnEvent(delivery); },
            [&cache](std::string of, int shard) { return cache.OnGap(std::move(of), shard); }});
  }
  // Keeps a tree of areas current: hears registration, and reads the tree every few minutes.
  void Areas(areas::AreaTreeFeed& feed);
  // One replica handles each event of the services that events::ServicesReadBy names; the group has
  // the service's name. Once at most.
  void Follow(events::Handler handler);
  // The same, in batches.
  void FollowInBatches(events::BatchHandler handler);
  // The same for a handler whose effects lie outside of Redis, where a transaction costs more than
  // a few events: while that is away the events wait for it, however long, and become no dead
  // letters.
  void FollowInLargeBatches(events::BatchHandler handler);
  // Fires timers. Once at most.
  void Timers(timers::TimerLoop& loop);

 private:
  friend class Process;
  struct Listener {
    std::string service;
    events::Handler on_event;
    events::GapHandler on_gap;
  };

  void Listen(Listener listener) { listeners_.push_back(std::move(listener)); }
  events::GroupOptions GroupOptions() const;
  void FollowInBatches(events::GroupOptions options, events::BatchHandler handler);
  Task<absl::Status> OnEvent(const events::Delivery& delivery);
  Task<void> OnGap(std::string service, int shard);

  // Before Service::Load: notes where the streams are. Waits for Redis.
  Task<absl::Status> Prepare();
  // After Service::Load: starts everything, to be stopped with the runtime.
  void Run();

  Runtime& runtime_;
  std::string name_;
  std::vector<Listener> listeners_;
  areas::AreaTreeFeed* areas_ = nullptr;
  timers::TimerLoop* timers_ = nullptr;
  std::unique_ptr<events::Tail> tail_;
  std::unique_ptr<events::GroupConsumer> group_;
  std::unique_ptr<events::Consumer> trimmer_;
};

}  // namespace baodao::service
