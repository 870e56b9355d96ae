// The reminders of an inbox: tasks that they were accepted for.
#pragma once

#include <optional>
#include <string_view>

#include "baodao/inbox/v1/records.pb.h"
#include "common/clock/clock.h"

namespace baodao::inbox {

// Reminds of the task that the notice is about; replaces an older reminder of it.
void SetReminder(v1::InboxRecord* head, const v1::NotificationRecord& accepted);
bool HasReminder(const v1::InboxRecord& head, std::string_view task_id);
// The reminder of the task, which is to be shown or forgotten; nothing where there is none.
std::optional<v1::NotificationRecord> TakeReminder(v1::InboxRecord* head, std::string_view task_id);

// Whether its task has begun: reminding of it would mislead.
bool HasBegun(const v1::NotificationRecord& reminder, Time now);

}  // namespace baodao::inbox
