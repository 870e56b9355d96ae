// The state machine of one person's part in something with a limited number of seats, as a table.
#pragma once

#include "baodao/enrollment/v1/enrollment.pb.h"
#include "common/record/machine.h"

namespace baodao::enrollment {

enum class Event {
  kJoin,
  kQueue,  // joins where every seat is taken
  kOffer,
  kPromote,  // an offer with a held seat to the next of the waitlist
  kAccept,
  kAdmit,  // put in by somebody else
  kDecline,
  kLapse,
  kLeave,
  kRelease,  // let go of by others
};

inline constexpr record::Machine<v1::Standing, Event> kStandingMachine = [] {
  using enum Event;
  return record::Machine<v1::Standing, Event>(
      v1::STANDING_UNSPECIFIED,
      {
          {v1::STANDING_UNSPECIFIED, kJoin, v1::STANDING_IN},
          {v1::STANDING_UNSPECIFIED, kQueue, v1::STANDING_WAITING},
          {v1::STANDING_UNSPECIFIED, kOffer, v1::STANDING_OFFERED},
          {v1::STANDING_UNSPECIFIED, kAdmit, v1::STANDING_IN},

          // Joining where one was asked accepts, or waits like everybody else.
          {v1::STANDING_OFFERED, kJoin, v1::STANDING_IN},
          {v1::STANDING_OFFERED, kQueue, v1::STANDING_WAITING},
          {v1::STANDING_OFFERED, kAccept, v1::STANDING_IN},
          {v1::STANDING_OFFERED, kAdmit, v1::STANDING_IN},
          {v1::STANDING_OFFERED, kDecline, v1::STANDING_UNSPECIFIED},
          {v1::STANDING_OFFERED, kLapse, v1::STANDING_UNSPECIFIED},
          {v1::STANDING_OFFERED, kRelease, v1::STANDING_UNSPECIFIED},

          {v1::STANDING_WAITING, kPromote, v1::STANDING_OFFERED},
          {v1::STANDING_WAITING, kAdmit, v1::STANDING_IN},
          {v1::STANDING_WAITING, kLeave, v1::STANDING_UNSPECIFIED},
          {v1::STANDING_WAITING, kRelease, v1::STANDING_UNSPECIFIED},

          {v1::STANDING_IN, kLeave, v1::STANDING_UNSPECIFIED},
          {v1::STANDING_IN, kRelease, v1::STANDING_UNSPECIFIED},
      });
}();

}  // namespace baodao::enrollment
