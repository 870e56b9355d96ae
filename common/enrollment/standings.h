// The state machine of one person's part in something with a limited number of seats, as a table.
#pragma once

#include <optional>
#include <string_view>

#include "baodao/enrollment/v1/enrollment.pb.h"

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
inline constexpr int kEvents = 10;

// The standing after `event`, nullopt where it is not possible.
std::optional<v1::Standing> Next(v1::Standing standing, Event event);

// "join", "lapse": for metrics and logs.
std::string_view Name(Event event);

}  // namespace baodao::enrollment
