// Sends to people's devices what comes into their inboxes while their apps are closed.
//
// A notification sets the timer of its person's pushes in the commit that adds it, so that none is
// forgotten. The timer plans the pushes of what is new (PlanPush) and claims the one that is due
// for this process in the person's ChannelsRecord; then it is sent off the timer, and what became
// of it is put down in the record. A process that dies in between leaves a claim that runs out: the
// push is sent once more, under the same id.
#pragma once

#include <absl/status/status.h>

#include <functional>
#include <optional>
#include <string>

#include "common/areas/feed.h"
#include "common/async/signal.h"
#include "common/clock/clock.h"
#include "common/timers/timer_loop.h"
#include "common/webhook/sender.h"
#include "services/inbox/app/metrics.h"
#include "services/inbox/domain/push_message.h"
#include "services/inbox/store/channel_store.h"
#include "services/inbox/store/inbox_store.h"

namespace baodao::inbox {

// One try to hand a push to the gateway: id and JSON.
using SendPush = std::function<Task<webhook::Outcome>(std::string id, std::string json)>;

// Pushes under way in one process.
inline constexpr int kPushesAtOnce = 16;
// A claim outlives every try: push_timeout is shorter.
inline constexpr Millis kClaimLife = std::chrono::seconds(60);

// Loop thread only.
class Pusher {
 public:
  // All outlive it. Without `send` nothing is pushed, also later of what comes until then.
  Pusher(asio::io_context& loop, InboxStore& inbox, ChannelStore& channels,
         areas::AreaTreeFeed& areas, Clock& clock, PushMetrics& metrics, SendPush send)
      : loop_(loop),
        inbox_(inbox),
        channels_(channels),
        areas_(areas),
        clock_(clock),
        metrics_(metrics),
        send_(std::move(send)),
        idle_(loop) {}

  // For timers of kPushTimer. OK as soon as the push is under way.
  Task<absl::Status> OnTimer(timers::Timer timer);
  // Returns once it is cancelled and nothing is under way any more.
  Task<void> Run();

  int under_way() const { return under_way_; }

 private:
  // What one firing of the timer decided.
  struct Turn {
    std::optional<v1::PushRecord> push;  // claimed
    v1::ChannelsRecord channels;
    int given_up = 0;
  };

  Task<absl::StatusOr<store::Commit>> Plan(Owner owner, std::string timer, Turn* turn);
  Task<void> Send(Owner owner, Turn turn);
  Task<absl::Status> Settle(Owner owner, Turn turn, webhook::Outcome outcome);
  std::vector<Target> TargetsOf(const Owner& owner, const v1::ChannelsRecord& channels) const;
  void Count(const webhook::Outcome& outcome, bool given_up);

  asio::io_context& loop_;
  InboxStore& inbox_;
  ChannelStore& channels_;
  areas::AreaTreeFeed& areas_;
  Clock& clock_;
  PushMetrics& metrics_;
  SendPush send_;
  Signal idle_;
  bool stopping_ = false;
  int under_way_ = 0;
};

}  // namespace baodao::inbox
