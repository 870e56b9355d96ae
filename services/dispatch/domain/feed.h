// The events of a person's calendar feed, and what the feed remembers of them.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "baodao/dispatch/v1/records.pb.h"
#include "common/clock/clock.h"

namespace baodao::dispatch {

// Events are shown this long after their end.
inline constexpr Millis kFeedPast = std::chrono::hours(24 * 30);
inline constexpr size_t kMaxFeedEvents = 200;

enum class FeedStatus { kConfirmed, kTentative, kCancelled };

struct FeedEvent {
  std::string task_id;
  std::string title;
  std::string area_name;
  Time start;
  Time end;
  FeedStatus status = FeedStatus::kConfirmed;
  v1::AssignmentState state = v1::ASSIGNMENT_STATE_UNSPECIFIED;
  // Set by Remember.
  int sequence = 0;
  Time modified;
};

// How the person's part in a task stands in their calendar.
FeedStatus FeedStatusOf(const v1::Assignment& assignment, Time now);

// The tasks to be read for a feed, those that end last first: of the calendar, those the person is
// asked for (with when they start, in milliseconds), and those it has shown. At most
// kMaxFeedEvents.
std::vector<std::string> FeedTasks(const v1::CalendarRecord& calendar,
                                   std::map<std::string, int64_t> asked,
                                   const v1::CalendarFeedRecord& feed, Time now);

// Drops from `events` what is over for long, and what was cancelled before the feed has ever shown
// it; gives the others the sequence and time of their last change, and notes them in the record.
// Answers whether the record has changed.
bool Remember(std::vector<FeedEvent>* events, v1::CalendarFeedRecord* record, Time now);

}  // namespace baodao::dispatch
