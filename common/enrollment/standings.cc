#include "common/enrollment/standings.h"

#include <array>

namespace baodao::enrollment {

std::string_view Name(Event event) {
  static constexpr std::array<std::string_view, kEvents> kNames = {
      "join",  "queue",   "offer", "promote", "accept",
      "admit", "decline", "lapse", "leave",   "release"};
  return kNames[static_cast<size_t>(event)];
}

}  // namespace baodao::enrollment
