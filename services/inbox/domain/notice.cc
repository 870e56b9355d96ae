#include "services/inbox/domain/notice.h"

#include "services/inbox/domain/collector.h"

namespace baodao::inbox {

v1::NotificationRecord ReminderOf(const v1::NotificationRecord& accepted) {
  v1::NotificationRecord reminder = accepted;
  reminder.set_kind("sign_in_reminder");
  return reminder;
}

std::vector<Notice> NoticesOf(const events::v1::Event& event) {
  Collector tell(event);
  switch (event.change_case()) {
    case events::v1::Event::kRegistrationChanged:
      TellOfRegistration(event.registration_changed(), &tell);
      break;
    case events::v1::Event::kRoleChanged:
      TellOfRole(event.role_changed(), &tell);
      break;
    case events::v1::Event::kNeedChanged:
      TellOfNeed(event.need_changed(), &tell);
      break;
    case events::v1::Event::kProjectChanged:
      TellOfProject(event.project_changed(), &tell);
      break;
    case events::v1::Event::kTaskChanged:
      TellOfTask(event.task_changed(), &tell);
      break;
    case events::v1::Event::kAssignmentChanged:
      TellOfAssignment(event.assignment_changed(), &tell);
      break;
    case events::v1::Event::kHoursCredited:
      TellOfHours(event.hours_credited(), &tell);
      break;
    default:
      break;
  }
  return tell.Take();
}

}  // namespace baodao::inbox
