// Turns events of the other services into notifications.
#pragma once

#include <absl/status/status.h>

#include <string>
#include <vector>

#include "common/areas/feed.h"
#include "common/clock/clock.h"
#include "common/events/consumer.h"
#include "common/timers/timer_loop.h"
#include "services/inbox/app/liaisons.h"
#include "services/inbox/app/nearby.h"
#include "services/inbox/domain/notice.h"
#include "services/inbox/store/channel_store.h"
#include "services/inbox/store/inbox_store.h"

namespace baodao::inbox {

class Deliverer {
 public:
  // All outlive it.
  Deliverer(InboxStore& inbox, ChannelStore& channels, Liaisons& liaisons, Nearby& nearby,
            areas::AreaTreeFeed& areas, Clock& clock)
      : inbox_(inbox),
        channels_(channels),
        liaisons_(liaisons),
        nearby_(nearby),
        areas_(areas),
        clock_(clock) {}

  // For the group "inbox". One commit for each recipient, done once however often the event comes.
  // The devices of a session that has ended are forgotten, and of an account that was deleted
  // everything.
  Task<absl::Status> OnEvent(const events::Delivery& delivery);
  // For timers of kRemindTimer, kHeldTimer and kAgeTimer.
  Task<absl::Status> OnReminder(timers::Timer timer);
  Task<absl::Status> OnHeld(timers::Timer timer);
  Task<absl::Status> OnAge(timers::Timer timer);

 private:
  Task<absl::Status> EndDevices(events::v1::SessionEnded ended);
  Task<absl::Status> Erase(std::string person_id);
  // One of the notices of an event.
  Task<absl::Status> Deliver(const std::vector<Notice>& notices, size_t i, Cause cause);
  // Nobody when there is nobody (any more) to tell; all liaisons of a unit.
  Task<absl::StatusOr<std::vector<Owner>>> OwnersOf(Recipient to, std::string trace_id);
  // The owner of an area's inbox, for a closed area its successor. UNAVAILABLE for an area that is
  // not known here, not even after a refresh: the event comes again.
  Task<absl::StatusOr<Owner>> AreaOwner(std::string area_code);

  InboxStore& inbox_;
  ChannelStore& channels_;
  Liaisons& liaisons_;
  Nearby& nearby_;
  areas::AreaTreeFeed& areas_;
  Clock& clock_;
};

}  // namespace baodao::inbox
