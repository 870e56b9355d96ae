// Turns events of the other services into notifications.
#pragma once

#include <absl/status/status.h>

#include <string>
#include <utility>
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

  // For the group "inbox": events of one stream, in their order. One commit for each inbox that
  // they tell something, done once however often they come. The devices of a session that has ended
  // are forgotten, and of an account that was deleted everything.
  Task<absl::Status> OnEvents(std::vector<events::Delivery> deliveries);
  // For timers of kRemindTimer, kHeldTimer and kAgeTimer.
  Task<absl::Status> OnReminder(timers::Timer timer);
  Task<absl::Status> OnHeld(timers::Timer timer);
  Task<absl::Status> OnAge(timers::Timer timer);

 private:
  Task<absl::Status> EndDevices(events::v1::SessionEnded ended);
  Task<absl::Status> Erase(std::string person_id);
  // An event and what it means to people.
  struct Report {
    const events::Delivery* delivery;
    std::vector<Notice> notices;
  };
  // One of its notices, with whom it goes to, each in a form of their own.
  struct Letter {
    const Report* report;
    size_t notice;
    Cause cause;
    std::vector<std::pair<Owner, Telling>> tellings;
  };
  // All that one inbox is told.
  struct Parcel {
    Owner owner;
    std::vector<Telling> tellings;
  };

  // Whether the same inboxes are told of it whenever it comes again. Liaisons of units and places
  // of closed areas change, and an inbox that was told of a later event takes an earlier one for
  // told.
  bool IsFixed(const Report& report) const;
  Task<absl::Status> TellAlone(Report report);
  // Those that are fixed, or one. After an error whoever could be told has been.
  Task<absl::Status> Tell(std::vector<Report> reports);
  absl::StatusOr<Cause> CauseOf(const events::Delivery& delivery) const;
  Task<absl::Status> Address(Letter& letter);
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
