#include "common/enrollment/standings.h"

#include <algorithm>
#include <array>
#include <iterator>

namespace baodao::enrollment {
namespace {

struct StandingRow {
  v1::Standing from;
  Event event;
  v1::Standing to;
};

constexpr StandingRow kStandingTable[] = {
    {v1::STANDING_UNSPECIFIED, Event::kJoin, v1::STANDING_IN},
    {v1::STANDING_UNSPECIFIED, Event::kQueue, v1::STANDING_WAITING},
    {v1::STANDING_UNSPECIFIED, Event::kOffer, v1::STANDING_OFFERED},
    {v1::STANDING_UNSPECIFIED, Event::kAdmit, v1::STANDING_IN},

    // Joining where one was asked accepts, or waits like everybody else.
    {v1::STANDING_OFFERED, Event::kJoin, v1::STANDING_IN},
    {v1::STANDING_OFFERED, Event::kQueue, v1::STANDING_WAITING},
    {v1::STANDING_OFFERED, Event::kAccept, v1::STANDING_IN},
    {v1::STANDING_OFFERED, Event::kAdmit, v1::STANDING_IN},
    {v1::STANDING_OFFERED, Event::kDecline, v1::STANDING_UNSPECIFIED},
    {v1::STANDING_OFFERED, Event::kLapse, v1::STANDING_UNSPECIFIED},
    {v1::STANDING_OFFERED, Event::kRelease, v1::STANDING_UNSPECIFIED},

    {v1::STANDING_WAITING, Event::kPromote, v1::STANDING_OFFERED},
    {v1::STANDING_WAITING, Event::kAdmit, v1::STANDING_IN},
    {v1::STANDING_WAITING, Event::kLeave, v1::STANDING_UNSPECIFIED},
    {v1::STANDING_WAITING, Event::kRelease, v1::STANDING_UNSPECIFIED},

    {v1::STANDING_IN, Event::kLeave, v1::STANDING_UNSPECIFIED},
    {v1::STANDING_IN, Event::kRelease, v1::STANDING_UNSPECIFIED},
};

}  // namespace

std::optional<v1::Standing> Next(v1::Standing standing, Event event) {
  const auto row = std::ranges::find_if(kStandingTable, [&](const StandingRow& candidate) {
    return candidate.from == standing && candidate.event == event;
  });
  if (row == std::end(kStandingTable)) return std::nullopt;
  return row->to;
}

std::string_view Name(Event event) {
  static constexpr std::array<std::string_view, kEvents> kNames = {
      "join",  "queue",   "offer", "promote", "accept",
      "admit", "decline", "lapse", "leave",   "release"};
  return kNames[static_cast<size_t>(event)];
}

}  // namespace baodao::enrollment
