// Enrollments built in a line, and outcomes in words.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

#include "common/clock/timestamp.h"
#include "common/enrollment/roster.h"

namespace baodao::enrollment {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

inline constexpr Time kNow{Millis(1'748'736'000'000)};

inline v1::Limits LimitsOf(int minimum, int capacity, int waitlist_max) {
  v1::Limits limits;
  limits.set_minimum(minimum);
  limits.set_capacity(capacity);
  limits.set_waitlist_max(waitlist_max);
  return limits;
}

// Limits of 1–2 seats and 2 who may wait. People are letters, by their standing; offers run until
// kNow + 30 min, those of `held` keep a seat.
struct People {
  std::string in, waiting, asked, held;
};
inline v1::Enrollment With(const People& people, const v1::Limits& limits = LimitsOf(1, 2, 2)) {
  v1::Enrollment enrollment;
  *enrollment.mutable_limits() = limits;
  const auto add = [&](const std::string& ids, v1::Standing standing, bool holds) {
    for (const char id : ids) {
      v1::Member& member = *enrollment.add_members();
      member.set_id(std::string(1, id));
      member.set_standing(standing);
      if (standing != v1::STANDING_OFFERED) continue;
      *member.mutable_offer_expire_time() = ToTimestamp(kNow + minutes(30));
      member.set_holds_seat(holds);
    }
  };
  add(people.in, v1::STANDING_IN, false);
  add(people.waiting, v1::STANDING_WAITING, false);
  add(people.asked, v1::STANDING_OFFERED, false);
  add(people.held, v1::STANDING_OFFERED, true);
  return enrollment;
}

inline std::string Told(Refusal refusal) {
  static constexpr std::array<const char*, 8> kNames = {
      "CLOSED",   "ALREADY_IN",   "FULL",   "WAITLIST_FULL",
      "NO_OFFER", "OFFER_LAPSED", "NOT_IN", "LIMITS"};
  return kNames[static_cast<size_t>(refusal)];
}

inline std::string Told(Event event) {
  static constexpr std::array<const char*, 10> kNames = {"join",   "queue",  "offer",   "promote",
                                                         "accept", "admit",  "decline", "lapse",
                                                         "leave",  "release"};
  return kNames[static_cast<size_t>(event)];
}

// "FULL", or "a leave, w promote -minimum".
inline std::string Told(const Outcome& outcome) {
  if (outcome.refusal) return Told(*outcome.refusal);
  std::string told;
  for (const Moved& moved : outcome.moved) {
    told += (told.empty() ? "" : ", ") + moved.id + " " + Told(moved.event);
  }
  if (outcome.became_full) told += " +full";
  if (outcome.reached_minimum) told += " +minimum";
  if (outcome.fell_below_minimum) told += " -minimum";
  return told;
}

inline std::vector<std::string> IdsOf(const v1::Enrollment& enrollment, v1::Standing standing) {
  std::vector<std::string> ids;
  for (const v1::Member& member : enrollment.members()) {
    if (member.standing() == standing) ids.push_back(member.id());
  }
  return ids;
}

}  // namespace baodao::enrollment
