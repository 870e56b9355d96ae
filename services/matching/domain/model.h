// People and tasks as the candidate index holds them.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "baodao/dispatch/v1/assignment.pb.h"
#include "baodao/dispatch/v1/task.pb.h"
#include "baodao/registration/v1/person.pb.h"
#include "common/work/slots.h"
#include "services/matching/domain/calendar.h"
#include "services/matching/domain/geo.h"
#include "services/matching/domain/history.h"
#include "services/matching/domain/tags.h"
#include "services/matching/domain/window.h"

namespace baodao::matching {

using dispatch::v1::Assignment;
using dispatch::v1::AssignmentState;
using DispatchTask = dispatch::v1::Task;
using dispatch::v1::TaskState;
using registration::v1::Profile;

// An area of the tree as positions in it.
struct AreaScope {
  // Its subtree; empty for an area that is not known.
  int32_t begin = 0;
  int32_t end = 0;
  // The areas above it.
  absl::InlinedVector<int32_t, 4> above;

  // Whether the other's subtree is part of this one's, and not all of it.
  bool IsWiderThan(const AreaScope& other) const {
    return begin <= other.begin && other.end <= end && end - begin > other.end - other.begin;
  }

  // Whether some of these positions (ascending) lies in the area or covers it: what dispatch asks
  // of the registrations of whoever is to serve there.
  bool Admits(const std::vector<int32_t>& areas) const {
    const auto at = std::lower_bound(areas.begin(), areas.end(), begin);
    if (at != areas.end() && *at < end) return true;
    for (const int32_t area : above) {
      if (std::binary_search(areas.begin(), areas.end(), area)) return true;
    }
    return false;
  }
};

struct HeldCredential {
  TagId kind{};
  Time expires;
};

// Whom somebody keeps apart from, and who keep apart from them.
struct Apart {
  std::vector<PersonSlot> blocks;
  std::vector<PersonSlot> blocked_by;
};

struct Person {
  // The fields that rules and costs read stand together, those that rule out most people first.
  TagSet skills;
  TagSet categories;
  // Home, or else the centre of an area the person is registered with.
  std::optional<Point> place;
  WeeklyHours hours;
  std::vector<Window> absences;  // away, whatever the hours say
  Calendar calendar;
  TagSet willing;
  // Null for most: whoever has not served of late, nor been missed.
  std::unique_ptr<History> history;
  std::string id;
  uint64_t version = 0;  // of the profile; 0: so far only named by others
  // Codes of the active registrations, and their positions in the tree in force, ascending; of a
  // closed area its successor's.
  std::vector<std::string> area_codes;
  std::vector<int32_t> areas;
  std::optional<Point> home;
  int32_t radius_m = 0;  // how far from home they will go; 0: not said
  std::vector<HeldCredential> credentials;
  int32_t open_offers = 0;
};

// The relation of a person to a task.
struct Standing {
  AssignmentState state = dispatch::v1::ASSIGNMENT_STATE_UNSPECIFIED;
  int64_t update_ms = 0;
  bool asks = false;  // an offer of a slot that is free: neither held nor a colleague's
};

struct OpenTask {
  DispatchTask task;  // as last heard of
  Window window;
  std::optional<Point> place;
  TagSet skills;
  TagSet categories;
  TagSet credentials;
  TagId category = 0;
  PersonSlot requester = -1;  // -1: nobody in particular
  // The people the requester keeps apart from, kept by the index; null for nobody in particular.
  const Apart* apart = nullptr;
  // The areas where people must be registered to take part.
  AreaScope eligible;
  // Since when it has been short of people without a change on its slots.
  Time lacking_since{};
  int32_t open_offers = 0;  // of its free slots
  int32_t waiting = 0;      // people on the waitlist
  absl::flat_hash_map<PersonSlot, Standing> people;
  // Pairs that dispatch refused, and until when they are not proposed again.
  absl::flat_hash_map<PersonSlot, Time> shunned;

  const std::string& id() const { return task.task_id(); }
  bool Shuns(PersonSlot slot, Time now) const {
    const auto it = shunned.find(slot);
    return it != shunned.end() && now < it->second;
  }
  bool IsClaimable() const { return work::TakesPeople(task); }
  // Slots that are to be had and nobody waits for; offers hold none.
  int32_t FreeSlots() const { return std::max(0, work::FreeSlots(task) - waiting); }
  // Those of them without which the task cannot start.
  int32_t NeededSlots() const {
    const int32_t spare = task.slots_max() - task.slots_min();
    return std::clamp(work::FreeSlots(task) - spare - waiting, 0, FreeSlots());
  }
};

}  // namespace baodao::matching
