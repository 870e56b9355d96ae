// Sends to people's devices what comes into their inboxes.
//
// A notification sets the timer of its person's pushes in the commit that adds it, so that none is
// forgotten. The timer plans the pushes of what is new (PlanPush) and takes a lease on the one that
// is due, in the person's ChannelsRecord; then that is sent off the timer, and what became of it is
// put down in the record. A process that dies in between leaves a lease that runs out: the push is
// sent once more, under the same id.
#pragma once

#include <absl/status/status.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

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

// Pushes planned or sent at the same time by one process.
inline constexpr int kPushesAtOnce = 16;
// A lease outlives every try: push_timeout is shorter.
inline constexpr Millis kPushLease = std::chrono::seconds(60);

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

  // For timers of kPushTimer. OK as soon as the push is under way. Where too many are, it is put
  // off by about as long as they take.
  Task<absl::Status> OnTimer(timers::Timer timer);
  // Returns once it is cancelled and nothing is under way any more.
  Task<void> Run();

  int under_way() const { return under_way_; }

 private:
  // The decision of one firing of the timer.
  struct Plan {
    std::optional<v1::PushRecord> push;  // leased
    v1::ChannelsRecord channels;
    int given_up = 0;
  };

  Task<absl::Status> PutOff(Owner owner, std::string timer);
  Task<absl::StatusOr<store::Commit>> Decide(Owner owner, std::string timer, Plan* plan);
  // Holds `place`, one of kPushesAtOnce.
  Task<void> Send(Owner owner, Plan plan, std::shared_ptr<void> place);
  Task<webhook::Outcome> Try(const Owner& owner, const Plan& plan);
  Task<absl::Status> Settle(Owner owner, Plan plan, webhook::Outcome outcome);
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
  // Timers put off that have not come back, about; and how long the last try took.
  int put_off_ = 0;
  Millis last_try_{1'000};
};

}  // namespace baodao::inbox
