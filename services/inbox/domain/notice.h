// Decides who is told what about an event.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "baodao/events/v1/events.pb.h"
#include "baodao/inbox/v1/records.pb.h"
#include "common/clock/clock.h"

namespace baodao::inbox {

struct Recipient {
  enum class Kind {
    kPerson,
    kArea,     // the shared inbox of an area's coordinators
    kLiaison,  // whoever speaks for the unit now
  };
  Kind kind = Kind::kPerson;
  std::string id;  // a person, an area or a unit

  bool operator==(const Recipient&) const = default;
};

struct Notice {
  Recipient to;
  v1::NotificationRecord record;  // without number; without kind: nothing to show
  std::string thing;              // those of its kind about the same one may coalesce
  // Persons only, about the task that is the record's subject: reminds them then, or no more.
  std::optional<Time> remind_at;
  bool forget_reminder = false;
  // Families (see kinds.h) that are over for the thing: what is held back of them is not true any
  // more.
  std::vector<std::string_view> ends;
};

// How long before its start people are reminded of a task.
inline constexpr std::chrono::minutes kReminderBefore{60};

// Everything an event means to people, in a fixed order. Empty for events that concern nobody.
// Pure.
std::vector<Notice> NoticesOf(const events::v1::Event& event);

}  // namespace baodao::inbox
