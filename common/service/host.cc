#include "common/service/host.h"

#include <algorithm>
#include <functional>

#include "common/events/readers.h"
#include "common/service/redis_memory.h"
#include "common/service/startup.h"
#include "common/service/worker_metrics.h"

namespace baodao::service {

Host::Host(Runtime& runtime) : runtime_(runtime), name_(runtime.store.keys().service()) {}

void Host::Areas(areas::AreaTreeFeed& feed) {
  Tail("registration", feed);
  areas_ = &feed;
}

events::GroupOptions Host::GroupOptions() const {
  events::GroupOptions options;
  options.group = name_;
  options.services = events::ServicesReadBy(name_);
  options.shards = runtime_.store.shards();
  return options;
}

void Host::Follow(events::Handler handler) {
  group_ = events::NewGroupConsumer(runtime_.loop, runtime_.redis, runtime_.clock, GroupOptions(),
                                    ObserveAge(runtime_, name_, std::move(handler)));
}

void Host::FollowInBatches(events::BatchHandler handler) {
  FollowInBatches(GroupOptions(), std::move(handler));
}

void Host::FollowInLargeBatches(events::BatchHandler handler) {
  events::GroupOptions options = GroupOptions();
  options.batch = 256;
  // To end a transaction costs more than what a few events write.
  options.linger = Millis(50);
  options.outage_patience = std::chrono::days(365);
  FollowInBatches(std::move(options), std::move(handler));
}

void Host::FollowInBatches(events::GroupOptions options, events::BatchHandler handler) {
  group_ =
      events::NewBatchConsumer(runtime_.loop, runtime_.redis, runtime_.clock, std::move(options),
                               ObserveAges(runtime_, name_, std::move(handler)));
}

void Host::Timers(timers::TimerLoop& loop) {
  ObserveTimers(runtime_.metrics, loop);
  timers_ = &loop;
}

Task<absl::Status> Host::Prepare() {
  if (listeners_.empty()) co_return absl::OkStatus();
  events::TailOptions options;
  options.shards = runtime_.store.shards();
  for (const Listener& listener : listeners_) {
    if (std::ranges::find(options.services, listener.service) == options.services.end()) {
      options.services.push_back(listener.service);
    }
  }
  const auto on_event = [this](const events::Delivery& delivery) { return OnEvent(delivery); };
  tail_ = events::NewTail(
      runtime_.loop, runtime_.redis, runtime_.clock, std::move(options),
      ObserveAge(runtime_, "tail", on_event),
      [this](std::string service, int shard) { return OnGap(std::move(service), shard); });
  std::function<Task<absl::Status>()> prepare = [this] { return tail_->Prepare(); };
  co_return co_await UntilReachable(runtime_.clock, "events", std::move(prepare));
}

// A cache that fails keeps no other from hearing the event.
Task<absl::Status> Host::OnEvent(const events::Delivery& delivery) {
  absl::Status status;
  for (const Listener& listener : listeners_) {
    if (listener.service == delivery.service) status.Update(co_await listener.on_event(delivery));
  }
  co_return status;
}

Task<void> Host::OnGap(std::string service, int shard) {
  for (const Listener& listener : listeners_) {
    if (listener.service == service) co_await listener.on_gap(service, shard);
  }
}

void Host::Run() {
  trimmer_ = NewTrimmer(runtime_);
  if (areas_ != nullptr) runtime_.Spawn("areas", areas_->Run());
  if (tail_ != nullptr) runtime_.Spawn("tail", tail_->Run());
  if (group_ != nullptr) {
    runtime_.Spawn("group", group_->Run());
    runtime_.Spawn("lag", SampleGroupLag(runtime_, name_));
  }
  if (timers_ != nullptr) runtime_.Spawn("timers", timers_->Run());
  runtime_.Spawn("trimmer", trimmer_->Run());
  runtime_.Spawn("redis-memory", WatchRedisMemory(runtime_));
  runtime_.OnStop([this] {
    if (timers_ != nullptr) timers_->Stop();
    if (tail_ != nullptr) tail_->Stop();
    if (group_ != nullptr) group_->Stop();
    trimmer_->Stop();
  });
}

}  // namespace baodao::service
