#include "services/inbox/domain/reminders.h"

#include <absl/strings/numbers.h>

#include <algorithm>
#include <string>

#include "services/inbox/domain/render.h"

namespace baodao::inbox {
namespace {

constexpr std::string_view kReminder = "sign_in_reminder";

// Only what its words need: it is written again with every notice of its inbox.
v1::NotificationRecord ReminderOf(const v1::NotificationRecord& accepted) {
  v1::NotificationRecord reminder;
  reminder.set_kind(std::string(kReminder));
  reminder.set_subject_id(accepted.subject_id());
  for (const std::string& name : ParametersOf(kReminder)) {
    const auto found = accepted.params().find(name);
    if (found != accepted.params().end()) (*reminder.mutable_params())[name] = found->second;
  }
  return reminder;
}

}  // namespace

void SetReminder(v1::InboxRecord* head, const v1::NotificationRecord& accepted) {
  TakeReminder(head, accepted.subject_id());
  *head->add_reminders() = ReminderOf(accepted);
}

bool HasReminder(const v1::InboxRecord& head, std::string_view task_id) {
  return std::ranges::find(head.reminders(), task_id, &v1::NotificationRecord::subject_id) !=
         head.reminders().end();
}

std::optional<v1::NotificationRecord> TakeReminder(v1::InboxRecord* head,
                                                   std::string_view task_id) {
  auto* const all = head->mutable_reminders();
  const auto found = std::ranges::find(*all, task_id, &v1::NotificationRecord::subject_id);
  if (found == all->end()) return std::nullopt;
  v1::NotificationRecord taken = std::move(*found);
  all->erase(found);
  return taken;
}

bool HasBegun(const v1::NotificationRecord& reminder, Time now) {
  const auto start = reminder.params().find("start");
  int64_t ms = 0;
  return start != reminder.params().end() && absl::SimpleAtoi(start->second, &ms) &&
         Time(Millis(ms)) <= now;
}

}  // namespace baodao::inbox
