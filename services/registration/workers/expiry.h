// What ends by itself: registrations (end dates, reports nobody reviews, suspensions), login codes,
// sessions.
#pragma once

#include <functional>
#include <optional>

#include "common/clock/clock.h"
#include "common/store/store.h"
#include "common/timers/timer_loop.h"
#include "services/registration/domain/registration_machine.h"
#include "services/registration/store/area_book.h"

namespace baodao::registration {

class Expiry {
 public:
  // What ended a registration, for every one that was ended.
  using OnEnded = std::function<void(RegistrationEvent)>;
  // References outlive the object, the object outlives the loop it is registered with.
  Expiry(store::Store& store, Clock& clock, AreaBook& areas, OnEnded on_ended);

  // Handles kExpireTimer, kCodeTimer and kSessionTimer from now on.
  void Register(timers::TimerLoop& loop);

  // ACTIVE, SUSPENDED or PENDING → ENDED once DeadlineOf it has passed.
  Task<absl::Status> EndRegistration(timers::Timer timer);
  // Deletes the record once nobody can use it any more.
  Task<absl::Status> ForgetCode(timers::Timer timer);
  Task<absl::Status> ForgetSession(timers::Timer timer);

 private:
  // `ended` tells how, if the commit ends it.
  Task<absl::StatusOr<store::Commit>> DecideEnd(const timers::Timer& timer,
                                                std::optional<RegistrationEvent>* ended);
  // Deletes the record at `key` once its `expire_of` has come; moves the timer there when it lies
  // ahead.
  template <class Record>
  Task<absl::Status> Forget(const timers::Timer& timer, std::string key,
                            std::function<Time(const Record&)> expire_of);

  store::Store& store_;
  Clock& clock_;
  AreaBook& areas_;
  OnEnded on_ended_;
};

}  // namespace baodao::registration
