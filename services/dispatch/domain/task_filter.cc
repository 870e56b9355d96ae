#include "services/dispatch/domain/task_filter.h"

#include <absl/strings/match.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/str_split.h>

#include <algorithm>
#include <utility>

#include "common/clock/timestamp.h"
#include "common/unicode/unicode.h"
#include "common/vocabulary/current.h"
#include "services/dispatch/domain/times.h"

namespace baodao::dispatch {

TaskFilter::TaskFilter(const v1::TaskFilter& asked, std::optional<Seeker> seeker)
    : asked_(asked),
      words_(
          absl::StrSplit(unicode::Fold(asked.text()), absl::ByAnyChar(" \t"), absl::SkipEmpty())),
      seeker_(std::move(seeker)) {}

bool TaskFilter::Fits(const v1::Task& task) const {
  if (asked_.has_start_before() && StartOf(task) >= ToTime(asked_.start_before())) return false;
  if (FreeSlots(task) < asked_.free_slots()) return false;
  const bool skilled = std::ranges::any_of(asked_.skills(), [&](const std::string& skill) {
    return std::ranges::any_of(task.skills(), [&](const std::string& needed) {
      return vocabulary::Current().Covers(vocabulary::v1::TAG_KIND_SKILL, skill, needed);
    });
  });
  if (!asked_.skills().empty() && !skilled) return false;
  return HasWords(task) && (!seeker_ || MayTake(task));
}

bool TaskFilter::HasWords(const v1::Task& task) const {
  if (words_.empty()) return true;
  const std::string text = unicode::Fold(absl::StrCat(task.title(), "\n", task.description()));
  return std::ranges::all_of(
      words_, [&](const std::string& word) { return absl::StrContains(text, word); });
}

// Somebody who is on a task has its time in their calendar.
bool TaskFilter::MayTake(const v1::Task& task) const {
  const auto& entries = seeker_->calendar.entries();
  if (seeker_->asked.contains(task.task_id())) return false;
  if (std::ranges::count(entries, task.task_id(), &v1::CalendarRecord::Entry::task_id) > 0) {
    return false;
  }
  TakeCommand command;
  command.person_id = seeker_->profile->person_id();
  command.profile = seeker_->profile.get();
  command.relations = &seeker_->relations;
  const Prospect prospect = ProspectOf(task, nullptr, command, seeker_->now);
  if (!prospect.refusals.empty()) return false;
  return !prospect.asks_time || Conflicts(seeker_->calendar, WorkOf(task), seeker_->limits).empty();
}

}  // namespace baodao::dispatch
