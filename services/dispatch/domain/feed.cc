#include "services/dispatch/domain/feed.h"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <utility>

#include "common/clock/timestamp.h"
#include "common/containers/stable_hash.h"

namespace baodao::dispatch {
namespace {

using ShownEvent = v1::CalendarFeedRecord::Shown;

int64_t MillisOf(Time time) { return time.time_since_epoch().count(); }

uint64_t FingerprintOf(const FeedEvent& event) {
  return StableHash(absl::StrCat(MillisOf(event.start), " ", MillisOf(event.end), " ",
                                 static_cast<int>(event.status), " ", static_cast<int>(event.state),
                                 " ", event.title.size(), " ", event.title, event.area_name));
}

}  // namespace

FeedStatus FeedStatusOf(const v1::Assignment& assignment, Time now) {
  switch (assignment.state()) {
    case v1::ASSIGNMENT_STATE_ACCEPTED:
    case v1::ASSIGNMENT_STATE_SIGNED_IN:
    case v1::ASSIGNMENT_STATE_SIGNED_OUT:
    case v1::ASSIGNMENT_STATE_CREDITED:
    case v1::ASSIGNMENT_STATE_NO_SHOW:  // it took place, and they were expected
      return FeedStatus::kConfirmed;
    case v1::ASSIGNMENT_STATE_WAITLISTED:
      return FeedStatus::kTentative;
    case v1::ASSIGNMENT_STATE_OFFERED:
      return ToTime(assignment.offer_expire_time()) > now ? FeedStatus::kTentative
                                                          : FeedStatus::kCancelled;
    default:
      return FeedStatus::kCancelled;
  }
}

std::vector<std::string> FeedTasks(const v1::CalendarRecord& calendar,
                                   std::map<std::string, int64_t> asked,
                                   const v1::CalendarFeedRecord& feed, Time now) {
  std::map<std::string, int64_t> ends = std::move(asked);
  for (const ShownEvent& shown : feed.shown()) ends[shown.task_id()] = shown.end_ms();
  for (const auto& entry : calendar.entries()) ends[entry.task_id()] = entry.end_ms();
  std::erase_if(ends, [&](const auto& one) { return one.second < MillisOf(now - kFeedPast); });
  std::vector<std::pair<int64_t, std::string>> latest;
  latest.reserve(ends.size());
  for (const auto& [task, end] : ends) latest.emplace_back(end, task);
  std::ranges::sort(latest, std::greater());
  if (latest.size() > kMaxFeedEvents) latest.resize(kMaxFeedEvents);
  std::vector<std::string> tasks;
  tasks.reserve(latest.size());
  for (auto& [end, task] : latest) tasks.push_back(std::move(task));
  return tasks;
}

bool Remember(std::vector<FeedEvent>* events, v1::CalendarFeedRecord* record, Time now) {
  std::map<std::string, ShownEvent> known;
  for (const ShownEvent& shown : record->shown()) known[shown.task_id()] = shown;
  std::erase_if(*events, [&](const FeedEvent& event) {
    return event.end < now - kFeedPast ||
           (event.status == FeedStatus::kCancelled && !known.contains(event.task_id));
  });
  bool changed = std::cmp_not_equal(events->size(), record->shown_size());
  v1::CalendarFeedRecord after;
  for (FeedEvent& event : *events) {
    ShownEvent& shown = *after.add_shown();
    const uint64_t fingerprint = FingerprintOf(event);
    const auto before = known.find(event.task_id);
    if (before != known.end() && before->second.fingerprint() == fingerprint) {
      shown = before->second;
    } else {
      changed = true;
      shown.set_task_id(event.task_id);
      shown.set_fingerprint(fingerprint);
      shown.set_sequence(before == known.end() ? 0 : before->second.sequence() + 1);
      shown.set_modified_ms(MillisOf(now));
      shown.set_end_ms(MillisOf(event.end));
    }
    event.sequence = shown.sequence();
    event.modified = Time(Millis(shown.modified_ms()));
  }
  record->mutable_shown()->Swap(after.mutable_shown());
  return changed;
}

}  // namespace baodao::dispatch
